//! How a record's custom fields are told apart: by name, and by id where a name is not enough.

use crate::{Error, ErrorKind, Result};

/// A custom field as its vendor identifies it.
///
/// Vendors let two fields have one name. In [`Custom`](crate::Custom) a field stands under its name; under its id, if another
/// field of the record has that name too, if it has no name, or if the name is a number and could be taken for an id. What is
/// read under a key is written under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CustomFieldId<'a> {
    /// The id of its definition.
    pub id: Option<i64>,
    /// Its name or caption.
    pub name: Option<&'a str>,
}

impl<'a> CustomFieldId<'a> {
    /// The key of this field among `all` of its record.
    pub fn key(self, mut all: impl Iterator<Item = CustomFieldId<'a>>) -> Option<String> {
        let name = self.name.filter(|name| !name.trim().is_empty());
        let Some(id) = self.id else { return name.map(str::to_owned) };
        let tells = |name: &&str| {
            name.parse::<i64>().is_err() && !all.any(|other| other.name == Some(*name) && other.id != self.id)
        };
        Some(name.filter(tells).map_or_else(|| id.to_string(), str::to_owned))
    }

    /// The id of the field that `wanted` names among `all`: by its id or by its name. None: there is none.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] with the ids, if several fields have that name.
    pub fn find(wanted: &str, all: impl Iterator<Item = CustomFieldId<'a>>) -> Result<Option<i64>> {
        let number = wanted.parse::<i64>().ok();
        let mut named: Vec<i64> = Vec::new();
        for field in all {
            match field.id {
                Some(id) if number == Some(id) => return Ok(Some(id)),
                Some(id) if field.name == Some(wanted) && !named.contains(&id) => named.push(id),
                _ => {}
            }
        }
        match named.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(*only)),
            several => {
                let ids = several.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
                Err(Error::new(ErrorKind::InvalidRequest, format!("several custom fields have this name: {ids}"))
                    .with_context("field", wanted)
                    .with_context("ids", &ids)
                    .with_context("remedy", "Name the field by its id."))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(id: i64, name: &str) -> CustomFieldId<'_> {
        CustomFieldId { id: Some(id), name: Some(name).filter(|n| !n.is_empty()) }
    }

    #[test]
    fn two_fields_of_one_name_are_both_there_and_neither_is_guessed() {
        let all = [field(3, "PO"), field(7, "PO"), field(9, "Site code"), field(11, "2024"), field(12, "")];
        let keys: Vec<_> = all.iter().map(|f| f.key(all.into_iter()).unwrap()).collect();
        assert_eq!(keys, ["3", "7", "Site code", "11", "12"]);
        let error = CustomFieldId::find("PO", all.into_iter()).unwrap_err();
        assert_eq!((error.kind(), error.context("ids")), (ErrorKind::InvalidRequest, Some("3, 7")));
        assert_eq!(CustomFieldId::find("Site code", all.into_iter()).unwrap(), Some(9));
        assert_eq!(CustomFieldId::find("2024", all.into_iter()).unwrap(), Some(11));
        assert_eq!(CustomFieldId::find("no such", all.into_iter()).unwrap(), None);
    }

    proptest! {
        /// Every field has a key of its own, and the key finds it again.
        #[test]
        fn what_is_read_under_a_key_is_written_under_it(names in prop::collection::vec("|A|B|PO|[1-4]", 0..8)) {
            let all: Vec<_> = names.iter().enumerate().map(|(n, name)| field(n as i64 + 1, name)).collect();
            for field in &all {
                let key = field.key(all.iter().copied()).unwrap();
                prop_assert_eq!(CustomFieldId::find(&key, all.iter().copied()).unwrap(), field.id);
            }
        }
    }
}
