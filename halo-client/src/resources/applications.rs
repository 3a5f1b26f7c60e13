use psa_core::Result;
use psa_http::Operation;
use psa_http::json::Native;

use super::{operations, resource};
use crate::client::Halo;
use crate::envelope::one;
use crate::ids::ApplicationId;

resource! {
    /// An API application: who may log in, and from where.
    ///
    /// Its secret has no field, so that it is in no log; Halo shows it once, in the answer to its creation.
    pub struct Application {
        id: key(ApplicationId);
        grant_type: text;
        loginas_agent_id: int;
        loginas_agent_name: text;
        inactive: flag;
        system_use: text;
        redirecturi: text;
        logoutredirecturi: text;
        cors_whitelist: text;
        redirecturi_list: json;
        postlogoutredirecturi_list: json;
        cors_whitelist_list: list(CorsEntry);
        scopes: json;
        allowagents: flag;
        allowusers: flag;
        organisation_id: int;
        organisation_name: text;
        loginas_client_id: int;
        loginas_client_name: text;
        loginas_supplier_id: int;
        loginas_supplier_name: text;
        loginentity: int;
        language_id: int;
        language_name: text;
        disable_windowsauth: flag;
        disable_azure: flag;
        disable_adfs: flag;
        disable_okta: flag;
        disable_centrify: flag;
        disable_google: flag;
        button_config: json;
        assertion_consumer_service_index: int;
        disable_anon: flag;
        warning = "_warning": text;
        client_id = "clientId": text;
        concurrency_token = "concurrencyToken": text;
        consent_type = "consentType": text;
        display_name = "displayName": text;
        permissions: text;
        post_logout_redirect_uris = "postLogoutRedirectUris": text;
        properties: text;
        redirect_uris = "redirectUris": text;
        r#type: text;
    }
}

resource! {
    /// An origin that browsers may call from.
    pub struct CorsEntry {
        value: text;
        label: text;
        isnew: flag;
    }
}

resource! {
    /// What a Halo server says of itself.
    pub struct InstanceInfo {
        dbid: text;
        app_version: text;
        database_version: text;
        agent_count: int;
        licensed_agent_count: int;
        last_login: date;
        app_name: text;
        agent_url: text;
        portal_url: text;
        auth_url: text;
    }
}

operations!(Application: "applications", "/Application", items "applications", paged false, key |a| a.id.key(), can [get]);

impl Application {
    /// The origins that browsers may call from: of the list, or of the older text.
    pub fn cors_origins(&self) -> Vec<&str> {
        let listed: Vec<&str> = self.cors_whitelist_list.iter().filter_map(|e| e.value.as_deref()).collect();
        match &self.cors_whitelist {
            Some(text) if listed.is_empty() => {
                text.split([',', ';', ' ', '\n']).map(str::trim).filter(|o| !o.is_empty()).collect()
            }
            _ => listed,
        }
    }
}

static INSTANCE: Operation = Operation::get("halo.instance", "/InstanceInfo");

impl Halo {
    /// What the server says of itself: version, licences, addresses. Any valid token may ask. `/InstanceInfo`
    ///
    /// # Errors
    /// What the network can do.
    pub async fn instance(&self) -> Result<Native<InstanceInfo>> {
        one(&self.http().call(&INSTANCE).send().await?, "instance", INSTANCE.name)
    }
}
