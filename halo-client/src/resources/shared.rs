use super::resource;

resource! {
    /// A value of one of the tenant's own fields.
    ///
    /// `display` is text for people, in the agent's locale: never parse it. `value` is typed by `type`: 0 text, 1 memo,
    /// 2 single select (the option's id), 3 multi select, 4 date, 5 time, 6 checkbox, 10 rich text.
    pub struct CustomField {
        id: int;
        name: text;
        label: text;
        summary: text;
        r#type: int;
        value: json;
        display: text;
        usage: int;
        extratype: int;
        custom_extra_table_id: int;
        isencrypted: flag;
    }
}

resource! {
    /// A postal address as Halo stores it.
    pub struct AddressStore {
        id: int;
        r#type: int;
        line1: text;
        line2: text;
        line3: text;
        line4: text;
        postcode: text;
        primary: flag;
        inactive: flag;
        date_active: date;
        site_id: int;
    }
}
