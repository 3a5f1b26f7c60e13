use super::resource;

resource! {
    /// A reference to another record: some of id, name and identifier, whatever ConnectWise has. The id can be missing.
    pub struct Reference {
        id: int;
        identifier: text;
        name: text;
        summary: text;
        description: text;
        device_identifier: text;
        sort: int;
        level: text;
        is_closed: flag;
        currency_code: text;
        symbol: text;
        info = "_info": json;
    }
}

resource! {
    /// What ConnectWise notes beside a record.
    pub struct Info {
        last_updated: date;
        updated_by: text;
        date_entered: date;
        entered_by: text;
    }
}

resource! {
    /// A value of one of the tenant's own fields.
    pub struct CustomFieldValue {
        id: int;
        caption: text;
        r#type: text;
        entry_method: text;
        number_of_decimals: int;
        value: json;
        connect_wise_id: text;
    }
}
