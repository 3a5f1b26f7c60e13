use psa_core::Result;
use psa_http::Operation;
use psa_http::json::Native;

use super::save::get_one;
use super::{AddressStore, CustomField, Save, endpoints, filters, resource, setters};
use crate::client::Halo;
use crate::ids::{ClientId, SiteId, UserId};
use crate::page::List;

resource! {
    /// A location of a client.
    pub struct Site {
        id: key(SiteId);
        name: text;
        client_id: id(ClientId);
        client_name: text;
        clientsite_name: text;
        inactive: flag;
        sla_id: int;
        phonenumber: text;
        colour: text;
        timezone: text;
        notes: text;
        isstocklocation: flag;
        maincontact_id: id(UserId);
        r#ref: text;
        country_code_name: text;
        region_code_name: text;
        delivery_address_line1: text;
        delivery_address_line2: text;
        delivery_address_line3: text;
        delivery_address_line4: text;
        delivery_address_line5: text;
        delivery_address: object(AddressStore);
        invoice_address: object(AddressStore);
        emaildomain: text;
        datecreated: date;
        slastupdate: date;
        uptimestamp: date;
        r#use: text;
        customfields: list(CustomField);
        site_fields: json;
    }
}

endpoints!(Site: "sites", "/Site", items "sites", paged true, key |r| r.id.key());

filters! { Site {
    /// Inactive ones too.
    include_inactive: bool => "includeinactive";
    /// Of this client.
    client: ClientId => "client_id";
    /// Adds the address to each row.
    include_address: bool => "includeaddress";
    /// Text in the usual places.
    search: String => "search";
} }

setters! { Site {
    /// The name.
    name: String => "name";
    /// The client.
    client: ClientId => "client_id";
    /// Telephone number.
    phone: String => "phonenumber";
    /// Whether it is switched off.
    inactive: bool => "inactive";
    /// Free notes.
    notes: String => "notes";
} }

/// What can be done with sites. Made by [`Halo::sites`].
#[derive(Debug, Clone)]
pub struct Sites {
    halo: Halo,
}

static CREATE: Operation = Operation::post("halo.sites.create", "/Site");
static UPDATE: Operation = Operation::post("halo.sites.update", "/Site");
static DELETE: Operation = Operation::delete("halo.sites.delete", "/Site/{id}");

impl Sites {
    pub(crate) fn new(halo: Halo) -> Self {
        Self { halo }
    }

    /// The active sites; see [`include_inactive`](List::include_inactive).
    pub fn list(&self) -> List<Site> {
        List::new(self.halo.clone())
    }

    /// One of them, with its nested objects.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](psa_core::ErrorKind::NotFound) also for one the login may not see.
    pub async fn get(&self, id: impl Into<SiteId>) -> Result<Native<Site>> {
        get_one(&self.halo, id.into()).await
    }

    /// A new one.
    pub fn create(&self) -> Save<Site> {
        Save::new(self.halo.clone(), &CREATE)
    }

    /// A change.
    pub fn update(&self, id: impl Into<SiteId>) -> Save<Site> {
        Save::new(self.halo.clone(), &UPDATE).set("id", id.into())
    }

    /// Deletes.
    ///
    /// # Errors
    /// What Halo refuses and what the network can do.
    pub async fn delete(&self, id: impl Into<SiteId>) -> Result<()> {
        self.halo.http().call(&DELETE).path("id", id.into()).send().await.map(drop)
    }
}
