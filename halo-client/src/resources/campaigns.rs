use super::{WriteRequest, operations, resource, setters};
use crate::ids::{DistributionListId, MailCampaignId, UserId};

resource! {
    /// A list of users that mail goes to.
    pub struct DistributionList {
        id: key(DistributionListId);
        name: text;
        desc: text;
        mailbox_from: int;
        mailbox_replyto: text;
        dynamic_members: flag;
        users: json;
        members: json;
        addtheseusers: json;
        removetheseusers: json;
        users_count: int;
        mailbox_from_address: text;
        new_external_link: json;
        third_party_url: text;
        filters: json;
        linked_campaigns: json;
        warning = "_warning": text;
    }
}

resource! {
    /// A mail campaign and how it went.
    pub struct MailCampaign {
        id: key(MailCampaignId);
        created_datetime: date;
        status: int;
        status_desc: text;
        sent_datetime: date;
        emails_sent: int;
        halo_created: flag;
        name: text;
        distribution_list: id(DistributionListId);
        mailbox_from: int;
        mailbox_replyto: text;
        r#type: int;
        type_name: text;
        distribution_list_name: text;
        external_links: json;
        new_external_link: json;
        mailchimp_campaign: json;
        recipients_count: int;
        create_in: int;
        mailchimp_list: text;
        mailchimp_sent_to: json;
        emails: json;
        marketing_unsubscribes: json;
        unsubscribe_rate: num;
        total_unsubscribes: int;
        total_opens: int;
        unique_open_rate: num;
        total_clicks: int;
        click_rate: num;
        top_clicks: json;
        all_clicks: json;
        all_opens: json;
        warning = "_warning": text;
    }
}

operations!(DistributionList: "distribution_lists", "/DistributionLists", items "distributionlists", paged false, key |l| l.id.key(), can [get, create, update, delete]);
operations!(MailCampaign: "mail_campaigns", "/MailCampaign", items "mailcampaigns", paged false, key |c| c.id.key(), can [get, create, update, delete]);

setters! { DistributionList {
    /// The name.
    name: String => "name";
    /// What it is for.
    description: String => "desc";
} }

impl WriteRequest<DistributionList> {
    /// Adds a user to those that are on it.
    pub fn add_user(self, id: impl Into<UserId>) -> Self {
        self.add_to("addtheseusers", serde_json::json!({"id": id.into()}))
    }

    /// Takes a user off it.
    pub fn remove_user(self, id: impl Into<UserId>) -> Self {
        self.add_to("removetheseusers", serde_json::json!({"id": id.into()}))
    }
}

setters! { MailCampaign {
    /// The name.
    name: String => "name";
    /// Who it goes to.
    distribution_list: DistributionListId => "distribution_list";
} }
