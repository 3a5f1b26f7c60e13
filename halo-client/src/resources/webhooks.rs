use psa_core::Result;
use psa_core::{Error, ErrorKind};
use psa_http::Operation;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{Collection, WriteRequest, filters, operations, resource, setters};
use crate::ids::{NotificationId, WebhookEventId, WebhookId};

resource! {
    /// A webhook: where Halo sends what. Its password or signing secret has no field, so that it is in no log.
    pub struct Webhook {
        id: key(WebhookId);
        intent: text;
        name: text;
        r#type: int;
        url: text;
        content_type: text;
        authentication_type: int;
        method: int;
        basic_username: text;
        certificate_id: int;
        certificate_name: text;
        active: flag;
        events: list(Notification);
        last_status: int;
        systemuse: text;
        runbook_start_type: int;
        inbound_authentication_type: int;
        authentication_header: text;
        algorithm: int;
        digest: int;
        signature_prefix: text;
        zapier_type: int;
        zapier_client_id: int;
        zapier_site_id: int;
        zapier_username: text;
        zapier_tickettype_id: int;
        zapier_status_id: int;
        zapier_sla_id: int;
        zapier_priority_id: int;
        zapier_team_id: int;
        zapier_agent_id: int;
        mappings: json;
        custom_payload: flag;
        payload_type: int;
        flow_chart_json: text;
        library_licence_name: text;
        icon_base64: text;
        icon: text;
        major_version_number: int;
        minor_version_number: int;
        patch_version_number: int;
        version_number: text;
        note: text;
        install_popup: text;
        steps: json;
        input_variables: json;
        standalone_methods: json;
        integrations: json;
        schedule_id: int;
        disabled: flag;
        lastcreated: date;
        nextcreationdate: date;
        log_retention_policy_days: int;
        batch_method: int;
        batch_delay_seconds: int;
        batch_limit: int;
        infinite_loop_threshold: int;
        notify_on_failure: flag;
        warning = "_warning": text;
    }
}

resource! {
    /// A rule that tells a webhook, an agent or a channel of an event.
    pub struct Notification {
        id: key(NotificationId);
        guid: text;
        intent: text;
        name: text;
        agent_id: int;
        agent_name: text;
        r#type: int;
        delivery_method: int;
        sendpushnotification: flag;
        sendpushnotificationbrowser: flag;
        popupinnotificationpane: flag;
        eventno: int;
        emailtemplate_id: int;
        emailtemplate_guid: text;
        emailtemplate_name: text;
        user_id: int;
        user_name: text;
        email_list: text;
        slack_id: int;
        interval: num;
        useworkinghours: int;
        restriction_type: int;
        restriction_department_id: int;
        restriction_department_guid: text;
        restriction_department_name: text;
        restriction_team_id: int;
        restriction_team_guid: text;
        restriction_team_name: text;
        webhook_id: text;
        agents: json;
        condition_count: int;
        subscriber_count: int;
        role_id: text;
        role_name: text;
        conditions: json;
        slack_channel_name: text;
        teams_id: int;
        teams_channel_name: text;
        value1: int;
        value1_name: text;
        filter_sitecontact: flag;
        sitecontact_type: int;
        warning = "_warning": text;
        roles: json;
        mattermost_channelid: int;
        mattermost_channel_name: text;
        rule_id: int;
        rule_name: text;
        user_roles: json;
        filter_type: int;
        customisecolour: flag;
        colour: text;
    }
}

resource! {
    /// One delivery of a webhook. Headers have no field: they can hold credentials.
    pub struct WebhookEvent {
        id: key(WebhookEventId);
        webhook_id: text;
        integration_method_id: int;
        integation_method_name: text;
        notification_id: int;
        timestamp: date;
        status: int;
        duration: num;
        requestbody: text;
        responsestatus: int;
        responsebody: text;
        automation_id: int;
        automation_step: int;
        automation_iteration_state: text;
        entity_id: int;
        error: flag;
        warning = "_warning": text;
        log_retention_policy_deletion_date: date;
    }
}

operations!(Webhook: "webhooks", "/Webhook", items "webhooks", paged false, key |w| w.id.key(), can [get, create, update, delete]);
operations!(Notification: "notifications", "/Notification", items "notifications", paged false, key |n| n.id.key(), can [get, create, update, delete]);
operations!(WebhookEvent: "webhook_events", "/WebhookEvent", items "webhookevents", paged true, key |e| e.id.key(), list [("order", "timestamp"), ("orderdesc", "true")], can [get]);

filters! { Notification {
    /// Of this webhook.
    webhook: WebhookId => "webhook_id";
} }

filters! { WebhookEvent {
    /// Of this webhook.
    webhook: WebhookId => "webhook_id";
} }

setters! { Webhook {
    /// The name: the only thing that tells whose webhook it is.
    name: String => "name";
    /// Where to send.
    url: String => "url";
    /// Whether it sends.
    active: bool => "active";
    /// Free note.
    note: String => "note";
    /// Deliveries are collected for so many seconds.
    batch_delay_seconds: i64 => "batch_delay_seconds";
    /// Deliveries are collected up to so many.
    batch_limit: i64 => "batch_limit";
    /// After so many deliveries caused by each other, Halo stops.
    infinite_loop_threshold: i64 => "infinite_loop_threshold";
} }

/// `authentication_type` of a signed header.
const SIGNED_HEADER: i64 = 3;
/// `authentication_type` of Basic.
const BASIC: i64 = 1;

impl WriteRequest<Webhook> {
    /// Signs each delivery: the header holds base64 of HMAC-SHA256 over the body.
    pub fn signed_header(self, header: &str, secret: &SecretString) -> Self {
        // Halo may repeat it in an error.
        self.halo().inner().redactor.add_lasting(secret.clone());
        self.set("authentication_type", SIGNED_HEADER)
            .set("authentication_header", header)
            .set("algorithm", 0)
            .set("basic_password", secret.expose_secret())
    }

    /// Sends a user name and a password with each delivery.
    pub fn basic(self, username: &str, password: &SecretString) -> Self {
        self.halo().inner().redactor.add_lasting(password.clone());
        self.set("authentication_type", BASIC)
            .set("basic_username", username)
            .set("basic_password", password.expose_secret())
    }
}

/// A ticket event that Halo can tell a webhook of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookTrigger {
    /// A new ticket.
    NewTicket,
    /// A ticket was updated.
    TicketUpdated,
    /// Any other, by Halo's number.
    Other(i64),
}

impl WebhookTrigger {
    /// Halo's number.
    pub fn number(self) -> i64 {
        match self {
            Self::NewTicket => 3,
            Self::TicketUpdated => 61,
            Self::Other(number) => number,
        }
    }
}

impl Collection<Notification> {
    /// Tells a webhook of an event.
    pub fn of_webhook(&self, webhook: &WebhookId, name: &str, trigger: WebhookTrigger) -> WriteRequest<Notification> {
        self.create()
            .set("webhook_id", webhook)
            .set("type", -2)
            .set("delivery_method", 6)
            .set("name", name)
            .set("eventno", trigger.number())
            .set("filter_type", 2)
            .set("conditions", Value::Array(Vec::new()))
    }
}

/// How a webhook does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookHealth {
    /// Whether it sends: active, and not disabled by Halo after failures.
    pub sending: bool,
    /// The receiver's last status.
    pub last_status: Option<i64>,
    /// Of its latest deliveries, those that failed.
    pub failed: Vec<WebhookEventId>,
    /// The latest deliveries looked at.
    pub seen: usize,
}

static RESEND: Operation = Operation::post("halo.webhook_events.resend", "/WebhookEvent");

impl Collection<Webhook> {
    /// How a webhook does: its state and its latest deliveries. Halo does not repeat a failed delivery by itself.
    ///
    /// # Errors
    /// What Halo refuses and what the network can do.
    pub async fn health(&self, id: &WebhookId) -> Result<WebhookHealth> {
        let webhook = self.get(id.clone()).await?;
        let page = self.halo.webhook_events().list().webhook(id.clone()).first_page().await?;
        let events: Vec<_> = page.records.into_iter().filter_map(|r| r.value.ok()).collect();
        Ok(WebhookHealth {
            sending: webhook.active != Some(false) && !webhook.disabled.unwrap_or(false),
            last_status: webhook.last_status,
            seen: events.len(),
            failed: events.into_iter().filter(|e| e.error.unwrap_or(false)).map(|e| e.id).collect(),
        })
    }
}

impl Collection<WebhookEvent> {
    /// Sends a delivery once more. Halo documents that it can be done and its endpoint, not the body: this one is inferred.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] for an empty id; what Halo refuses and what the network can do.
    pub async fn resend(&self, id: &WebhookEventId) -> Result<()> {
        if id.0.trim().is_empty() {
            return Err(Error::new(ErrorKind::InvalidRequest, "which delivery?").with_context("field", "id"));
        }
        self.halo.http().call(&RESEND).json(&json!([{"id": id}])).send().await.map(drop)
    }
}
