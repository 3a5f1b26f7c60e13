//! The tenant's own fields by caption or id, for writing.

use psa_core::{CustomFieldId, Error, ErrorKind, Result};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::client::ConnectWise;
use crate::resources::{CustomFieldValue, whole_seconds};

/// The definitions of all screens, read once.
#[derive(Debug, Default)]
pub(crate) struct CustomFields(OnceCell<Vec<Definition>>);

#[derive(Debug)]
struct Definition {
    id: i64,
    caption: Option<String>,
    date: bool,
}

impl CustomFields {
    /// The id of the field that `name` names, and `value` as ConnectWise takes it for its type.
    ///
    /// What the record itself has is asked first: one caption can be on several screens.
    pub(crate) async fn write(
        &self,
        cw: &ConnectWise,
        own: &[CustomFieldValue],
        name: &str,
        value: Value,
    ) -> Result<(i64, Value)> {
        if let Some(id) = CustomFieldId::find(name, own.iter().map(identity))? {
            let date = own.iter().any(|field| field.id == Some(id) && is_date(field.r#type.as_deref()));
            return Ok((id, in_form(date, value)));
        }
        let definitions = match self.definitions(cw).await {
            Ok(definitions) => definitions,
            // The definitions need a right of their own; an id needs no definition.
            Err(error) if error.is_permission_denied() => match name.parse() {
                Ok(id) => return Ok((id, value)),
                Err(_) => return Err(error.with_context("remedy", "Name custom fields by their ids.")),
            },
            Err(error) => return Err(error),
        };
        let all = definitions.iter().map(|d| CustomFieldId { id: Some(d.id), name: d.caption.as_deref() });
        match CustomFieldId::find(name, all)? {
            Some(id) => {
                let date = definitions.iter().any(|d| d.id == id && d.date);
                Ok((id, in_form(date, value)))
            }
            None => Err(Error::new(ErrorKind::InvalidRequest, "the tenant has no such custom field")
                .with_context("field", name)),
        }
    }

    async fn definitions(&self, cw: &ConnectWise) -> Result<&[Definition]> {
        let read = || async {
            let fields = cw.user_defined_fields().list().all().await?;
            let definitions = fields.into_iter().map(|field| Definition {
                id: field.id.0,
                date: is_date(field.field_type_identifier.as_deref()),
                caption: field.into_value().caption,
            });
            Ok::<_, Error>(definitions.collect::<Vec<_>>())
        };
        self.0.get_or_try_init(read).await.map(Vec::as_slice)
    }
}

/// What identifies a field of a record.
pub(crate) fn identity(field: &CustomFieldValue) -> CustomFieldId<'_> {
    CustomFieldId { id: field.id, name: field.caption.as_deref() }
}

fn is_date(ty: Option<&str>) -> bool {
    ty.is_some_and(|ty| ty.eq_ignore_ascii_case("date"))
}

/// Dates have one form; text stays as it is, also text that looks like a date.
fn in_form(date: bool, value: Value) -> Value {
    if date { whole_seconds(value) } else { value }
}
