use psa_core::Result;
use psa_http::json::Native;

use super::{Info, Operation, Reference, operations, resource};
use crate::client::ConnectWise;
use crate::ids::{DepartmentId, LocationId, UserDefinedFieldId};

resource! {
    /// What a server says of itself.
    pub struct SystemInfo {
        version: text;
        is_cloud: flag;
        server_time_zone: text;
        license_bits: json;
        cloud_region: text;
        max_work_flow_records_allowed: int;
    }
}

static INFO: Operation = Operation::get("connectwise.system_info.get", "/system/info");

impl ConnectWise {
    /// What the server says of itself. `/system/info`
    ///
    /// # Errors
    /// What ConnectWise refuses and what the network can do.
    pub async fn info(&self) -> Result<Native<SystemInfo>> {
        let answer = self.http().call(&INFO).send().await?;
        psa_http::list::record(&answer, answer.body.clone(), INFO.name)
    }
}

resource! {
    /// A department of the MSP.
    pub struct Department {
        id: key(DepartmentId);
        identifier: text;
        name: text;
        info = "_info": object(Info);
    }
}

resource! {
    /// A location of the MSP.
    pub struct Location {
        id: key(LocationId);
        owner_level_id: int;
        structure_level: object(Reference);
        name: text;
        manager: object(Reference);
        reports_to: object(Reference);
        sales_rep: text;
        time_zone_setup: object(Reference);
        calendar: object(Reference);
        override_address_line1: text;
        override_address_line2: text;
        override_city: text;
        override_state: text;
        override_zip: text;
        override_country: object(Reference);
        override_phone_number: text;
        override_fax_number: text;
        owa_url: text;
        payroll_xref: text;
        location_flag: flag;
        client_flag: flag;
        work_role_ids: json;
        department_ids: json;
        info = "_info": object(Info);
    }
}

resource! {
    /// The definition of one of the tenant's own fields.
    pub struct UserDefinedField {
        id: key(UserDefinedFieldId);
        pod_id: int;
        caption: text;
        sequence_number: int;
        screen_id: text;
        help_text: text;
        field_type_identifier: text;
        number_decimals: int;
        entry_type_identifier: text;
        required_flag: flag;
        display_on_screen_flag: flag;
        read_only_flag: flag;
        list_view_flag: flag;
        button_url: text;
        options: list(FieldOption);
        business_unit_ids: json;
        location_ids: json;
        add_all_business_units: flag;
        remove_all_business_units: flag;
        add_all_locations: flag;
        remove_all_locations: flag;
        connect_wise_id = "connectWiseID": text;
        date_created: date;
        info = "_info": object(Info);
    }
}

resource! {
    /// A choice of a field.
    pub struct FieldOption {
        id: int;
        option_value: text;
        default_flag: flag;
        inactive_flag: flag;
        sort_order: num;
    }
}

operations!(Department: "departments", "/system/departments", write delete);
operations!(Location: "locations", "/system/locations");
operations!(UserDefinedField: "user_defined_fields", "/system/userDefinedFields", write delete);
