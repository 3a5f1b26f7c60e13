use super::{AddressStore, CustomField, filters, operations, resource, setters};
use crate::ids::{ClientId, SiteId, UserId};

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

operations!(Site: "sites", "/Site", items "sites", paged true, key |r| r.id.key(), can [get, create, update, delete]);

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
