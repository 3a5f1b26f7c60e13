use psa_http::json;
use serde::Deserializer;

use super::resource;

/// One member of a native record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NativeField {
    /// Halo's name.
    pub name: &'static str,
    /// What it is read as: key, id, int, num, flag, text, date, json, object, list.
    pub kind: &'static str,
}

/// A field's name without the mark that Rust needs for its own words.
pub(crate) const fn plain(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

pub(crate) fn opt_id<'de, D: Deserializer<'de>, T: From<i64>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(json::int(deserializer)?.map(T::from))
}

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
