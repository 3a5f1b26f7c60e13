use chrono::{DateTime, Utc};
use psa_core::Result;
use psa_core::{Error, ErrorKind};
use serde_json::Value;
use std::collections::HashMap;

use super::{Collection, CustomField, HaloResource, WriteRequest, filters, operations, resource};
use crate::ids::{AssetFieldId, FieldId};

resource! {
    /// The definition of a field, the tenant's own ones (`CF…`) included.
    pub struct FieldInfo {
        id: key(FieldId);
        intent: text;
        guid: text;
        name: text;
        label: text;
        labellong: text;
        summary: text;
        hint: text;
        lookup: int;
        r#type: int;
        custom: int;
        usage: int;
        usage_guid: text;
        tab_id: int;
        tab_guid: text;
        tab_name: text;
        tab_sequence: int;
        tab_columns: int;
        table_id: int;
        table_guid: text;
        table_name: text;
        readonly: flag;
        addunknown: flag;
        extratype: int;
        calcfield: text;
        characterlimit: int;
        characterlimittype: int;
        inputtype: int;
        copytochild: flag;
        copytoparent: flag;
        searchable: flag;
        user_searchable: flag;
        calendar_searchable: flag;
        defaultvalue: text;
        ordervaluesalphanumerically: flag;
        ordervalueby: int;
        defaultvalue_lookup: text;
        defaultvalue_table: json;
        values: list(FieldOption);
        table_values: json;
        new_values: text;
        variable_name: text;
        faults_field_name: text;
        actions_field_name: text;
        table_info: json;
        client_restrictions: json;
        org_restrictions: json;
        database_lookup_id: int;
        database_lookup_name: text;
        database_lookup_auto: flag;
        database_lookup_triggers: json;
        third_party_name: text;
        sqllookup: text;
        copytochildonupdate: flag;
        copytoparentonupdate: flag;
        showintable: flag;
        importalias: text;
        hyperlink: text;
        seq: int;
        visibility: int;
        groupname: text;
        warning = "_warning": text;
        showhintondetails: flag;
        partslookupusedin: text;
        showondetailsscreen: flag;
        selection_field_id: int;
        selection_field_name: text;
        variable_format_1: text;
        variable_format_2: text;
        customextratableid: int;
        copytorelated: flag;
        deleteafterclosure: flag;
        deleteafterclosuredays: int;
        defaultdate: int;
        validation_data: json;
        calculation: text;
        rounding: int;
        regex: text;
        onlyshowforagents: flag;
        excludefromallfields: flag;
        mandatory: flag;
        visibility_conditions: json;
        access_control: json;
        access_control_level: int;
        inherit_ac_from_tickettype: flag;
        is_horizontal: flag;
        sqlcfvariables: json;
        showoncrmnote: flag;
        database_lookup_input: int;
        table_data_entry_type: int;
        isencrypted: flag;
        table_height: int;
        sql_connection_type: int;
        sql_server: text;
        sql_database: text;
        sql_certificate_id: int;
        sql_certificate_name: text;
        lookup_request: json;
        max_selection: int;
        hint_type: int;
        defaultdays: int;
        new_storage_method: flag;
        where_sql: text;
        load_type: int;
        hide_from_filters: flag;
        lookup_method: int;
        integration_method_id: int;
        integration_method_name: text;
        integration_method_value: int;
        integration_method_value_name: text;
        display_property: text;
        value_property: text;
        showinpool: flag;
        allow_pool_override: flag;
        simplify_rich: flag;
    }
}

resource! {
    /// A choice of a field.
    pub struct FieldOption {
        intent: text;
        lookupid: int;
        id: int;
        name: text;
        value2: text;
        value2_bool: flag;
        value3: text;
        value3_bool: flag;
        value4: text;
        value4_bool: flag;
        value5: text;
        value5_bool: flag;
        value6: text;
        value6_bool: flag;
        value7: text;
        value7_bool: flag;
        value8: text;
        value8_bool: flag;
        value9: text;
        value9_bool: flag;
        rates: json;
        contract_ref: text;
        overriding_rate_id: int;
        kashflow_tenant: text;
        email_template_name: text;
        sla_name: text;
        access_control: json;
        access_control_level: int;
        custom1: text;
        custom1_bool: flag;
        custom2: text;
        tax_rate_name: text;
        xero_tenant_name: text;
        surcharge_item_name: text;
        dynamics_company_name: text;
        valueint1: int;
        linked_item: text;
        sequence: int;
        sub_lookup: json;
        translations: json;
        warning = "_warning": text;
        inactive: flag;
        column_profile_name: text;
        jira_instance_name: text;
    }
}

resource! {
    /// The definition of a field of an asset type.
    pub struct AssetFieldInfo {
        id: key(AssetFieldId);
        guid: text;
        intent: text;
        kind: text;
        typeinfo_id: int;
        name: text;
        validate: text;
        systemuse: int;
        url: text;
        idstring: text;
        datafrom: int;
        datalength: int;
        issoftware: flag;
        sequence: int;
        lookup: int;
        mandatory: flag;
        showoncalendar: flag;
        moveupdatetype: int;
        inactiveupdatetype: int;
        moveupdatedefault: text;
        showonactivity: flag;
        values: list(FieldOption);
        new_values: text;
        parenttype_id: int;
        parenttype_name: text;
        mapping_id: int;
        order_values_alphanumerically: flag;
        tab_id: int;
        tab_name: text;
        tab_sequence: int;
        tab_columns: int;
        groupname: text;
        techdetail: int;
        userdetail: int;
        visibility_conditions: json;
        access_level: int;
        warning = "_warning": text;
    }
}

operations!(FieldInfo: "fields", "/FieldInfo", items "fields", paged false, key |f| f.id.key(), can [get]);
operations!(AssetFieldInfo: "asset_fields", "/Field", items "fields", paged false, key |f| f.id.key(), can [get]);

filters! { FieldInfo {
    /// Only fields of this type, by its number: 0 text, 2 single select, 4 date, 6 checkbox …
    field_type: i64 => "fieldtype";
    /// Only fields of this part of Halo, by its number.
    type_id: i64 => "typeid";
    /// Adds the choices of each field.
    include_values: bool => "includevalues";
} }

filters! { AssetFieldInfo {
    /// Of this asset type.
    asset_type: crate::ids::AssetTypeId => "type_id";
} }

impl Collection<FieldInfo> {
    /// The tenant's own fields, to read and write their values by name or id with the right type.
    ///
    /// # Errors
    /// What Halo refuses and what the network can do.
    pub async fn registry(&self) -> Result<CustomFieldRegistry> {
        let fields = self.list().include_values(true).all().await?;
        Ok(CustomFieldRegistry::new(fields.into_iter().map(psa_http::json::Native::into_value)))
    }
}

impl FieldInfo {
    /// Whether the tenant made it.
    pub fn is_own(&self) -> bool {
        self.custom.is_some_and(|c| c > 0) || self.name.as_deref().is_some_and(|n| n.starts_with("CF"))
    }
}

/// A custom field's value with its type.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum CustomValue {
    /// Text, plain or rich.
    Text(String),
    /// One of the field's choices, by its id.
    Choice(i64),
    /// Several of the field's choices, by their ids.
    Choices(Vec<i64>),
    /// A moment.
    Date(DateTime<Utc>),
    /// A time of day, as Halo writes it.
    Time(String),
    /// Yes or no.
    Flag(bool),
    /// Of a type that this crate does not know (a table, for one), as Halo gave it.
    Other(Value),
}

/// The tenant's own fields. Made by [`Collection::registry`](super::Collection::registry).
///
/// ```no_run
/// # async fn read(halo: halo_client::Halo) -> psa_core::Result<()> {
/// use halo_client::CustomValue;
///
/// let fields = halo.fields().registry().await?;
/// let ticket = halo.tickets().get(4711).await?;
/// if let Some(CustomValue::Flag(true)) = fields.read(&ticket.customfields, "CFUrgent")? {
///     println!("urgent");
/// }
/// let device = fields.write("CFDevice", CustomValue::Text("PC-0042".into()))?;
/// halo.tickets().update(4711).custom(device).send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct CustomFieldRegistry {
    by_id: HashMap<i64, FieldInfo>,
    by_name: HashMap<String, i64>,
}

/// A value that fits its field, ready to be written with [`WriteRequest::custom`](crate::WriteRequest::custom).
#[derive(Debug, Clone, PartialEq)]
pub struct CustomWrite {
    pub(crate) id: i64,
    pub(crate) value: Value,
}

impl CustomFieldRegistry {
    /// A registry of these definitions. Fields that Halo ships are left out.
    pub fn new(fields: impl IntoIterator<Item = FieldInfo>) -> Self {
        let mut registry = Self::default();
        for field in fields {
            if field.is_own() {
                if let Some(name) = &field.name {
                    registry.by_name.insert(name.to_lowercase(), field.id.0);
                }
                registry.by_id.insert(field.id.0, field);
            }
        }
        registry
    }

    /// The definitions.
    pub fn iter(&self) -> impl Iterator<Item = &FieldInfo> {
        self.by_id.values()
    }

    /// A definition by the field's name (`CF…`, case does not matter) or its id.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if the tenant has no such field.
    pub fn find(&self, name_or_id: &str) -> Result<&FieldInfo> {
        let id = name_or_id.parse::<i64>().ok().or_else(|| self.by_name.get(&name_or_id.to_lowercase()).copied());
        id.and_then(|id| self.by_id.get(&id)).ok_or_else(|| {
            Error::new(ErrorKind::InvalidRequest, "the tenant has no such custom field")
                .with_context("field", name_or_id)
        })
    }

    /// The value of a field in a record; none if it is not there or empty.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if the tenant has no such field; [`ErrorKind::Decode`] if the value is not of its type.
    pub fn read(&self, values: &[CustomField], name_or_id: &str) -> Result<Option<CustomValue>> {
        let field = self.find(name_or_id)?;
        let value = values.iter().find(|v| v.id == Some(field.id.0)).and_then(|v| v.value.clone());
        match value {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(value) => typed(field.r#type, value).map(Some).ok_or_else(|| {
                Error::new(ErrorKind::Decode, "the value is not of the field's type").with_context("field", name_or_id)
            }),
        }
    }

    /// Checks a value against its field.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if the tenant has no such field, it is of another type, or it has no such choice.
    pub fn write(&self, name_or_id: &str, value: CustomValue) -> Result<CustomWrite> {
        let field = self.find(name_or_id)?;
        let refuse = |why: String| Err(Error::new(ErrorKind::InvalidRequest, why).with_context("field", name_or_id));
        let choice = |id: i64| field.values.is_empty() || field.values.iter().any(|v| v.id == Some(id));
        let json = match (field.r#type.unwrap_or(0), value) {
            (0 | 1 | 10, CustomValue::Text(text)) => {
                let limit = field.characterlimit.filter(|l| *l > 0);
                if let Some(limit) = limit.filter(|l| text.chars().count() as i64 > *l) {
                    return refuse(format!("the text is longer than the field's {limit} characters"));
                }
                Value::from(text)
            }
            (2, CustomValue::Choice(id)) if choice(id) => Value::from(id),
            (3, CustomValue::Choices(ids)) if ids.iter().all(|id| choice(*id)) => {
                Value::from(ids.into_iter().map(|id| serde_json::json!({"id": id})).collect::<Vec<_>>())
            }
            (2, CustomValue::Choice(_)) | (3, CustomValue::Choices(_)) => {
                return refuse("the field has no such choice".to_owned());
            }
            (4, CustomValue::Date(at)) => Value::from(crate::list::query_date(at)),
            (5, CustomValue::Time(time)) => Value::from(time),
            (6, CustomValue::Flag(flag)) => Value::from(flag),
            (ty, CustomValue::Other(value)) if !matches!(ty, 0..=6 | 10) => value,
            (ty, _) => return refuse(format!("the value does not fit a field of type {ty}")),
        };
        Ok(CustomWrite { id: field.id.0, value: json })
    }
}

/// A value as its field's type says; none if it does not fit.
fn typed(ty: Option<i64>, value: Value) -> Option<CustomValue> {
    let id = |v: &Value| psa_http::json::int(v).ok().flatten();
    Some(match ty.unwrap_or(0) {
        0 | 1 | 10 => CustomValue::Text(psa_http::json::text(value).ok()??),
        2 => CustomValue::Choice(id(&value)?),
        3 => CustomValue::Choices(match &value {
            // As records, as ids, or as ids in one text.
            Value::Array(all) => all.iter().map(|v| id(v.get("id").unwrap_or(v))).collect::<Option<_>>()?,
            Value::String(text) => text.split(',').map(|t| t.trim().parse().ok()).collect::<Option<_>>()?,
            other => vec![id(other)?],
        }),
        4 => CustomValue::Date(psa_http::json::date(value).ok()??),
        5 => CustomValue::Time(psa_http::json::text(value).ok()??),
        6 => CustomValue::Flag(psa_http::json::flag(value).ok()??),
        _ => CustomValue::Other(value),
    })
}

impl<T: HaloResource> WriteRequest<T> {
    /// Sets one of the tenant's own fields to a value that was checked.
    pub fn custom(self, field: CustomWrite) -> Self {
        self.add_to("customfields", serde_json::json!({"id": field.id, "value": field.value}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn registry() -> CustomFieldRegistry {
        let fields = json!([
            {"id": 1, "name": "summary", "type": 0},
            {"id": 165, "name": "CFDevice", "type": 0, "custom": 1, "characterlimit": 8},
            {"id": 166, "name": "CFUrgent", "type": 6, "custom": 1},
            {"id": 167, "name": "CFSize", "type": 2, "custom": 1, "values": [{"id": 1, "name": "S"}, {"id": 2, "name": "L"}]},
            {"id": 168, "name": "CFDue", "type": 4, "custom": 1},
            {"id": 169, "name": "CFTags", "type": 3, "custom": 1},
            {"id": 170, "name": "CFGrid", "type": 7, "custom": 1},
        ]);
        CustomFieldRegistry::new(serde_json::from_value::<Vec<FieldInfo>>(fields).unwrap())
    }

    fn value(id: i64, value: Value) -> Vec<CustomField> {
        serde_json::from_value(json!([{"id": id, "value": value}])).unwrap()
    }

    #[test]
    fn values_come_typed_by_name_and_by_id() {
        let fields = registry();
        let read = |id, v, name| fields.read(&value(id, v), name).unwrap();
        assert_eq!(read(165, json!("PC"), "cfdevice"), Some(CustomValue::Text("PC".into())));
        assert_eq!(read(166, json!("true"), "166"), Some(CustomValue::Flag(true)));
        // An id as a number in reads, as text in some writes.
        assert_eq!(read(167, json!("2"), "CFSize"), Some(CustomValue::Choice(2)));
        assert_eq!(read(169, json!([{"id": 4}, 5]), "CFTags"), Some(CustomValue::Choices(vec![4, 5])));
        assert_eq!(read(169, json!("4, 5"), "CFTags"), Some(CustomValue::Choices(vec![4, 5])));
        assert!(matches!(read(168, json!("2024-06-20T00:00:00Z"), "CFDue"), Some(CustomValue::Date(_))));
        assert_eq!(read(170, json!([{"row": 1}]), "CFGrid"), Some(CustomValue::Other(json!([{"row": 1}]))));
        assert_eq!(read(165, json!(" "), "CFDevice"), None);
        assert_eq!(read(165, json!("PC"), "CFUrgent"), None, "another field's value");
    }

    #[test]
    fn what_does_not_fit_is_refused_before_it_is_sent() {
        let fields = registry();
        for (name, value) in [
            ("CFDevice", CustomValue::Text("too long by far".into())),
            ("CFDevice", CustomValue::Flag(true)),
            ("CFSize", CustomValue::Choice(3)),
            ("CFUrgent", CustomValue::Other(json!(1))),
            ("summary", CustomValue::Text("a field of Halo's own".into())),
            ("CFNo", CustomValue::Flag(true)),
        ] {
            let error = fields.write(name, value).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            assert!(error.to_string().contains(name), "{error}");
        }
        assert_eq!(fields.write("CFSize", CustomValue::Choice(2)).unwrap(), CustomWrite { id: 167, value: json!(2) });
        assert!(fields.read(&value(168, json!("20/06/2024")), "CFDue").is_err(), "a date for people is no date");
    }
}
