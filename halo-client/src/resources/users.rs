use super::{CustomField, filters, operations, resource, setters};
use crate::ids::{AgentId, ClientId, SiteId, UserId};

resource! {
    /// A user: a person at a client. Halo's word for a contact.
    pub struct User {
        id: key(UserId);
        name: text;
        site_id: id(SiteId);
        site_id_int: id(SiteId);
        site_name: text;
        client_id: id(ClientId);
        client_name: text;
        firstname: text;
        surname: text;
        initials: text;
        title: text;
        emailaddress: text;
        email2: text;
        email3: text;
        phonenumber: text;
        phonenumber_preferred: text;
        sitephonenumber: text;
        homenumber: text;
        mobilenumber: text;
        mobilenumber2: text;
        fax: text;
        telpref: int;
        login: text;
        activedirectory_dn: text;
        inactive: flag;
        colour: text;
        isimportantcontact: flag;
        isimportantcontact2: flag;
        other1: text;
        other2: text;
        other3: text;
        other4: text;
        other5: text;
        notes: text;
        neversendemails: flag;
        priority_id: int;
        linked_agent_id: id(AgentId);
        isserviceaccount: flag;
        is_prospect: flag;
        connectwiseid: int;
        autotaskid: int;
        messagegroup_id: int;
        azureoid: text;
        azure_id: text;
        okta_id: text;
        r#use: text;
        key: text;
        covered_by_contract: flag;
        datecreated: date;
        ulastupdate: date;
        web_access_level: int;
        customfields: list(CustomField);
    }
}

operations!(User: "users", "/Users", items "users", paged true, key |r| r.id.key(), can [get, create, update, delete]);

filters! { User {
    /// Inactive ones too.
    include_inactive: bool => "includeinactive";
    /// Of this client.
    client: ClientId => "client_id";
    /// Of this site.
    site: SiteId => "site_id";
    /// Text in the usual places, as a part: compare an e-mail address exactly yourself.
    search: String => "search";
    /// Without the one general user that each client has.
    exclude_general_user: bool => "exclude_generaluser";
    /// Without those that stand for agents.
    exclude_agents: bool => "exclude_agents";
} }

setters! { User {
    /// The whole name.
    name: String => "name";
    /// First name.
    first_name: String => "firstname";
    /// Last name.
    last_name: String => "surname";
    /// E-mail address.
    email: String => "emailaddress";
    /// Telephone number.
    phone: String => "phonenumber";
    /// The site; it decides the client.
    site: SiteId => "site_id";
    /// Whether it is switched off.
    inactive: bool => "inactive";
    /// Free notes.
    notes: String => "notes";
} }

impl User {
    /// The site, from whichever of the two members is there.
    pub fn site(&self) -> Option<SiteId> {
        self.site_id_int.or(self.site_id)
    }
}
