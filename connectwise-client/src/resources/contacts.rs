use super::Operation;
use psa_core::Result;

use super::{Collection, CustomFieldValue, Info, Reference, operations, resource, setters};
use crate::ids::{
    CommunicationId, CommunicationTypeId, CompanyId, ContactId, ContactTypeId, SiteId, TypeAssociationId,
};

resource! {
    /// A contact: a person at a company. Usually switched off instead of deleted.
    pub struct Contact {
        id: key(ContactId);
        first_name: text;
        last_name: text;
        company: object(Reference);
        site: object(Reference);
        address_line1: text;
        address_line2: text;
        city: text;
        state: text;
        zip: text;
        country: object(Reference);
        relationship: object(Reference);
        relationship_override: text;
        department: object(Reference);
        inactive_flag: flag;
        default_merge_contact_id: int;
        security_identifier: text;
        manager_contact: object(Reference);
        assistant_contact: object(Reference);
        title: text;
        school: text;
        nick_name: text;
        married_flag: flag;
        children_flag: flag;
        children: text;
        significant_other: text;
        portal_security_level: int;
        disable_portal_login_flag: flag;
        unsubscribe_flag: flag;
        gender: text;
        birth_day: text;
        anniversary: text;
        presence: text;
        mobile_guid: text;
        facebook_url: text;
        twitter_url: text;
        linked_in_url: text;
        default_phone_type: text;
        default_phone_nbr: text;
        default_phone_extension: text;
        default_billing_flag: flag;
        default_flag: flag;
        user_defined_field1: text;
        user_defined_field2: text;
        user_defined_field3: text;
        user_defined_field4: text;
        user_defined_field5: text;
        user_defined_field6: text;
        user_defined_field7: text;
        user_defined_field8: text;
        user_defined_field9: text;
        user_defined_field10: text;
        company_location: object(Reference);
        communication_items: list(CommunicationItem);
        types: list(Reference);
        integrator_tags: json;
        custom_fields: list(CustomFieldValue);
        photo: object(Reference);
        ignore_duplicates: flag;
        info = "_info": object(Info);
        type_ids: json;
    }
}

resource! {
    /// A telephone number, fax number or e-mail address, as a contact shows it.
    pub struct CommunicationItem {
        id: int;
        r#type: object(Reference);
        value: text;
        extension: text;
        default_flag: flag;
        domain: text;
        communication_type: text;
    }
}

resource! {
    /// A telephone number, fax number or e-mail address, by itself: the safe way to change one.
    pub struct Communication {
        id: key(CommunicationId);
        contact_id: int;
        r#type: object(Reference);
        value: text;
        extension: text;
        default_flag: flag;
        mobile_guid: text;
        communication_type: text;
        domain: text;
        info = "_info": object(Info);
    }
}

resource! {
    /// A kind of communication: direct, mobile, e-mail …
    pub struct CommunicationType {
        id: key(CommunicationTypeId);
        description: text;
        phone_flag: flag;
        fax_flag: flag;
        email_flag: flag;
        default_flag: flag;
        exchange_xref: text;
        iphone_xref: text;
        android_xref: text;
        google_xref: text;
        info = "_info": object(Info);
        connect_wise_id: text;
        disabled: flag;
    }
}

resource! {
    /// A type of contacts.
    pub struct ContactType {
        id: key(ContactTypeId);
        description: text;
        default_flag: flag;
        service_alert_flag: flag;
        service_alert_message: text;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// That a contact is of a type.
    pub struct ContactTypeAssociation {
        id: key(TypeAssociationId);
        r#type: object(Reference);
        contact: object(Reference);
        info = "_info": object(Info);
    }
}

operations!(Contact: "contacts", "/company/contacts", write, patch_with custom_fields, read_only ["photo"]);
operations!(Communication: "communications", "/company/contacts/{parent}/communications", write delete, read_only ["communicationType", "domain", "mobileGuid"]);
operations!(CommunicationType: "communication_types", "/company/communicationTypes", write delete);
operations!(ContactType: "contact_types", "/company/contacts/types", write delete);
operations!(ContactTypeAssociation: "contact_type_associations", "/company/contacts/{parent}/typeAssociations", write delete);

setters! { Contact {
    /// First name; mandatory.
    first_name: String => "firstName";
    /// Last name.
    last_name: String => "lastName";
    /// The company.
    company: CompanyId => ref "company";
    /// The site.
    site: SiteId => ref "site";
    /// What they do.
    title: String => "title";
    /// Whether it is switched off.
    inactive: bool => "inactiveFlag";
} }

setters! { Communication {
    /// The kind.
    kind: CommunicationTypeId => ref "type";
    /// The number or address.
    value: String => "value";
    /// Extension.
    extension: String => "extension";
    /// Whether it is the one to use of its kind.
    default: bool => "defaultFlag";
} }

static DELETE: Operation = Operation::delete("connectwise.contacts.delete", "/company/contacts/{id}");

impl Collection<Contact> {
    /// The numbers and addresses of a contact, each with an id: change them here and not by their place in the contact.
    pub fn communications(&self, contact: impl Into<ContactId>) -> Collection<Communication> {
        self.below(contact.into().0)
    }

    /// The types that a contact is of.
    pub fn types(&self, contact: impl Into<ContactId>) -> Collection<ContactTypeAssociation> {
        self.below(contact.into().0)
    }

    /// Deletes a contact. ConnectWise may want to know who gets its records.
    ///
    /// # Errors
    /// What ConnectWise refuses and what the network can do.
    pub async fn delete(&self, id: impl Into<ContactId>, transfer_to: Option<ContactId>) -> Result<()> {
        let call = self.cw.http().call(&DELETE).path("id", id.into());
        call.query_opt("transferContactId", transfer_to).send().await.map(drop)
    }
}
