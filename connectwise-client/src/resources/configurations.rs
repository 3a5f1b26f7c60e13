use super::Operation;
use psa_core::Result;
use psa_http::list::ListPage;
use serde_json::Value;

use super::{Collection, CustomFieldValue, Info, Reference, operations, resource, setters};
use crate::ids::{
    CompanyId, ConfigurationId, ConfigurationQuestionId, ConfigurationStatusId, ConfigurationTypeId, ContactId, SiteId,
};

resource! {
    /// A configuration: a device or anything else that is looked after.
    pub struct Configuration {
        id: key(ConfigurationId);
        name: text;
        r#type: object(Reference);
        status: object(Reference);
        company: object(Reference);
        contact: object(Reference);
        site: object(Reference);
        location_id: int;
        location: object(Reference);
        business_unit_id: int;
        department: object(Reference);
        device_identifier: text;
        serial_number: text;
        model_number: text;
        tag_number: text;
        purchase_date: date;
        installation_date: date;
        installed_by: object(Reference);
        warranty_expiration_date: date;
        vendor_notes: text;
        notes: text;
        mac_address: text;
        last_login_name: text;
        bill_flag: flag;
        backup_successes: int;
        backup_incomplete: int;
        backup_failed: int;
        backup_restores: int;
        last_backup_date: date;
        backup_server_name: text;
        backup_billable_space_gb: num;
        backup_protected_device_list: text;
        backup_year: int;
        backup_month: int;
        ip_address: text;
        default_gateway: text;
        os_type: text;
        os_info: text;
        cpu_speed: text;
        ram: text;
        local_hard_drives: text;
        parent_configuration_id: int;
        vendor: object(Reference);
        manufacturer: object(Reference);
        questions: list(ConfigurationQuestion);
        active_flag: flag;
        management_link: text;
        remote_link: text;
        sla: object(Reference);
        mobile_guid: text;
        display_vendor_flag: flag;
        company_location_id: int;
        show_remote_flag: flag;
        show_automate_flag: flag;
        needs_renewal_flag: flag;
        manufacturer_part_number: text;
        info = "_info": object(Info);
        custom_fields: list(CustomFieldValue);
    }
}

resource! {
    /// An answer to a question that a type of configuration asks.
    pub struct ConfigurationQuestion {
        answer_id: int;
        question_id: int;
        question: text;
        answer: json;
        sequence_number: num;
        number_of_decimals: int;
        field_type: text;
        required_flag: flag;
    }
}

resource! {
    /// A status of configurations.
    pub struct ConfigurationStatus {
        id: key(ConfigurationStatusId);
        description: text;
        closed_flag: flag;
        default_flag: flag;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// A type of configurations.
    pub struct ConfigurationType {
        id: key(ConfigurationTypeId);
        name: text;
        inactive_flag: flag;
        system_flag: flag;
        info = "_info": object(Info);
        connect_wise_id: text;
    }
}

resource! {
    /// A question that a type of configuration asks.
    pub struct ConfigurationTypeQuestion {
        id: key(ConfigurationQuestionId);
        configuration_type: object(Reference);
        field_type: text;
        entry_type: text;
        sequence_number: num;
        question: text;
        number_of_decimals: int;
        required_flag: flag;
        inactive_flag: flag;
        info = "_info": object(Info);
    }
}

operations!(Configuration: "configurations", "/company/configurations", write delete, read_only ["mobileGuid"]);
operations!(ConfigurationStatus: "configuration_statuses", "/company/configurations/statuses", write delete);
operations!(ConfigurationType: "configuration_types", "/company/configurations/types", write delete);
operations!(ConfigurationTypeQuestion: "configuration_questions", "/company/configurations/types/{parent}/questions", write delete);

setters! { Configuration {
    /// The name.
    name: String => "name";
    /// The type.
    kind: ConfigurationTypeId => ref "type";
    /// The status.
    status: ConfigurationStatusId => ref "status";
    /// The company.
    company: CompanyId => ref "company";
    /// The site.
    site: SiteId => ref "site";
    /// The contact who uses it.
    contact: ContactId => ref "contact";
    /// The serial number.
    serial_number: String => "serialNumber";
    /// The model.
    model: String => "modelNumber";
    /// The tag.
    tag: String => "tagNumber";
    /// Whether it is in use.
    active: bool => "activeFlag";
} }

static BULK_CREATE: Operation =
    Operation::post("connectwise.configurations.bulk_create", "/company/configurations/bulk");
static BULK_DELETE: Operation = Operation {
    name: "connectwise.configurations.bulk_delete",
    method: http::Method::DELETE,
    path: "/company/configurations/bulk",
    idempotency: psa_http::Idempotency::Once,
};

impl Collection<ConfigurationType> {
    /// The questions that a type asks.
    pub fn questions(&self, kind: impl Into<ConfigurationTypeId>) -> Collection<ConfigurationTypeQuestion> {
        self.below(kind.into().0)
    }
}

impl Collection<Configuration> {
    /// Makes several at once. The answer may hold fewer than were sent: compare.
    ///
    /// # Errors
    /// What ConnectWise refuses and what the network can do.
    pub async fn create_all(&self, records: &[Value]) -> Result<ListPage<Configuration>> {
        let answer = self.cw.http().call(&BULK_CREATE).json(&records).send().await?;
        crate::list::decode::<Configuration>(&answer, BULK_CREATE.name)
    }

    /// Deletes several at once.
    ///
    /// # Errors
    /// What ConnectWise refuses and what the network can do.
    pub async fn delete_all(&self, ids: &[ConfigurationId]) -> Result<()> {
        let ids: Vec<_> = ids.iter().map(|id| serde_json::json!({"id": id})).collect();
        self.cw.http().call(&BULK_DELETE).json(&ids).send().await.map(drop)
    }
}
