//! Whether everything that a write refers to belongs to one customer.

use serde_json::Value;

use crate::schema::AnyEntity;
use crate::{AnyChanges, EntityKind, Error, ErrorKind, Key, Result};

/// Fields that refer to a record of one customer, and the kind of that record.
const OWNED: &[(&str, EntityKind)] = &[
    ("site", EntityKind::SITE),
    ("contact", EntityKind::CONTACT),
    ("main_contact", EntityKind::CONTACT),
    ("agreement", EntityKind::AGREEMENT),
    ("ticket", EntityKind::TICKET),
    ("project", EntityKind::PROJECT),
    ("opportunity", EntityKind::OPPORTUNITY),
];

/// The field that says whose a record is.
const COMPANY: &str = "company";

/// A reference to a record that belongs to a customer.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedReference {
    /// The field of the common model.
    pub field: &'static str,
    /// The kind of the record.
    pub kind: EntityKind,
    /// Its key.
    pub key: Key,
}

impl AnyChanges {
    /// Whether the changes say whose the record is or refer to something of a customer's: then an update must be compared
    /// with the record as it is.
    pub fn concern_customer(&self) -> bool {
        self.names_field(COMPANY) || OWNED.iter().any(|(field, _)| matches!(self.reference(field), Some(Some(_))))
    }

    /// The company that the record has once the changes are written.
    pub fn company(&self, current: Option<&dyn AnyEntity>) -> Option<Key> {
        match self.reference(COMPANY) {
            Some(named) => named,
            None => current.and_then(|record| reference_of(record, COMPANY)),
        }
    }

    /// The references of the changes whose owners [`one_customer`](Self::one_customer) needs. A record without a company of
    /// its own, such as hours, is its ticket's: that is one of them.
    pub fn owned_references(&self, current: Option<&dyn AnyEntity>) -> Vec<OwnedReference> {
        let named = |(field, kind): &(&'static str, EntityKind)| match self.reference(field) {
            Some(Some(key)) => Some(OwnedReference { field, kind: kind.clone(), key }),
            _ => None,
        };
        let mut references: Vec<OwnedReference> = OWNED.iter().filter_map(named).collect();
        if let Some(record) = current
            && !references.is_empty()
            && record.schema().field(COMPANY).is_none()
            && !self.names_field("ticket")
            && let Some(key) = reference_of(record, "ticket")
        {
            references.insert(0, OwnedReference { field: "ticket", kind: EntityKind::TICKET, key });
        }
        references
    }

    /// Refuses changes after which a record would refer to things of several customers: a site of another company, a contact
    /// of another company, or a new company beside the site of the old one.
    ///
    /// `current` is the record as it is, for an update; `owners` are the companies of
    /// [`owned_references`](Self::owned_references), none where the vendor does not tell.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] with the field.
    pub fn one_customer(
        &self,
        current: Option<&dyn AnyEntity>,
        owners: &[(OwnedReference, Option<Key>)],
    ) -> Result<()> {
        let mut agreed = self.company(current).map(|company| (COMPANY, company));
        for (reference, owner) in owners {
            let Some(owner) = owner else { continue };
            match &agreed {
                Some((by, company)) if company != owner => {
                    let why =
                        format!("the {} belongs to company {owner}, the {by} to company {company}", reference.kind);
                    return Err(Error::new(ErrorKind::InvalidRequest, why)
                        .with_context("field", reference.field)
                        .with_context("remedy", "Refer to a record of the same company, or change the company too."));
                }
                Some(_) => {}
                None => agreed = Some((reference.field, owner.clone())),
            }
        }
        let (Some(record), Some(named)) = (current, self.reference(COMPANY)) else { return Ok(()) };
        let before = reference_of(record, COMPANY);
        if before.is_none() || before == named {
            return Ok(());
        }
        // What stays would belong to the company that the record had.
        let left = OWNED.iter().find(|(field, _)| !self.names_field(field) && reference_of(record, field).is_some());
        match left {
            None => Ok(()),
            Some((field, _)) => {
                Err(Error::new(ErrorKind::InvalidRequest, format!("the {field} belongs to the company that it had"))
                    .with_context("field", COMPANY)
                    .with_context("stays", field)
                    .with_context("remedy", format!("Set or clear the {field} in the same change.")))
            }
        }
    }

    /// What the changes say of a reference: none if nothing, none inside if they clear it.
    fn reference(&self, field: &str) -> Option<Option<Key>> {
        match self.common.get(&format!("{field}.id")) {
            Some(id) => Some(key_of(id)),
            None => self.common.get(field).map(|value| value.get("id").and_then(key_of)),
        }
    }
}

/// What a record refers to in a field.
fn reference_of(record: &dyn AnyEntity, field: &str) -> Option<Key> {
    record.schema().field(field)?;
    key_of(record.get(field)?.get("id")?)
}

fn key_of(id: &Value) -> Option<Key> {
    match id {
        Value::String(id) => Some(id.trim()).filter(|id| !matches!(*id, "" | "0")).map(Key::from_text),
        Value::Number(id) => id.as_i64().filter(|id| *id != 0).map(Key::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{Changes, Entity, Reference, Ticket, TimeEntry};

    fn changes<E: Entity>(pairs: &[(&str, Value)]) -> AnyChanges {
        let changes =
            pairs.iter().fold(Changes::<E>::new(), |c, (path, value)| c.set_path(path, value.clone()).unwrap());
        changes.into_any().unwrap()
    }

    fn to(id: i64) -> Value {
        json!({"id": id.to_string()})
    }

    /// Every record belongs to the company with its number modulo ten.
    fn check(changes: &AnyChanges, current: Option<&dyn AnyEntity>) -> Result<()> {
        let owners: Vec<_> = changes
            .owned_references(current)
            .into_iter()
            .map(|r| {
                let owner = r.key.as_i64().unwrap() % 10;
                (r, Some(Key::from(owner)))
            })
            .collect();
        changes.one_customer(current, &owners)
    }

    fn ticket(company: i64, site: Option<i64>) -> Ticket {
        Ticket { company: Some(Reference::to(company)), site: site.map(Reference::to), ..Ticket::default() }
    }

    #[test]
    fn another_company_s_site_or_contact_is_refused_on_create_and_on_update() {
        let own = changes::<Ticket>(&[("company", to(3)), ("site", to(13)), ("contact", to(23))]);
        assert!(check(&own, None).is_ok());
        for field in ["site", "contact", "agreement"] {
            let error = check(&changes::<Ticket>(&[("company", to(3)), (field, to(14))]), None).unwrap_err();
            assert_eq!((error.kind(), error.context("field")), (ErrorKind::InvalidRequest, Some(field)));
            let error = check(&changes::<Ticket>(&[(field, to(14))]), Some(&ticket(3, None))).unwrap_err();
            assert_eq!(error.context("field"), Some(field));
        }
        // Without a company they must be of one.
        assert!(check(&changes::<Ticket>(&[("site", to(13)), ("contact", to(24))]), None).is_err());
    }

    #[test]
    fn a_new_company_takes_no_site_of_the_old_one_along() {
        let moved = changes::<Ticket>(&[("company", to(4))]);
        let error = check(&moved, Some(&ticket(3, Some(13)))).unwrap_err();
        assert_eq!((error.context("field"), error.context("stays")), (Some("company"), Some("site")));
        assert!(check(&moved, Some(&ticket(3, None))).is_ok());
        assert!(check(&moved, Some(&ticket(4, Some(14)))).is_ok(), "it has that company already");
        let whole = changes::<Ticket>(&[("company", to(4)), ("site", json!(null))]);
        assert!(check(&whole, Some(&ticket(3, Some(13)))).is_ok());
    }

    #[test]
    fn hours_belong_to_the_customer_of_their_ticket() {
        let entry = TimeEntry { ticket: Some(Reference::to(103)), ..TimeEntry::default() };
        assert!(check(&changes::<TimeEntry>(&[("agreement", to(43))]), Some(&entry)).is_ok());
        assert!(check(&changes::<TimeEntry>(&[("agreement", to(44))]), Some(&entry)).is_err());
        assert!(check(&changes::<TimeEntry>(&[("agreement", to(44)), ("ticket", to(104))]), Some(&entry)).is_ok());
    }

    proptest! {
        /// Whatever is set, kept and cleared: what is accepted leaves a record of one customer.
        #[test]
        fn what_is_accepted_belongs_to_one_customer(
            before in (0i64..4, proptest::option::of(0i64..40), proptest::option::of(0i64..40)),
            company in proptest::option::of(proptest::option::of(1i64..4)),
            site in proptest::option::of(proptest::option::of(1i64..40)),
            contact in proptest::option::of(proptest::option::of(1i64..40)),
        ) {
            let owner = |key: &Key| key.as_i64().unwrap() % 10;
            // A record that is whole before.
            let of = |id: Option<i64>| id.map(|id| Reference::to(id / 10 * 10 + before.0)).filter(|r| r.id.as_str() != "0");
            let mut record = Ticket {
                company: Some(before.0).filter(|c| *c > 0).map(Reference::to),
                site: of(before.1).filter(|_| before.0 > 0),
                contact: of(before.2).filter(|_| before.0 > 0),
                ..Ticket::default()
            };
            let mut pairs = Vec::new();
            for (field, value) in [("company", company), ("site", site), ("contact", contact)] {
                if let Some(value) = value {
                    pairs.push((field, value.map_or(Value::Null, to)));
                }
            }
            let changes = changes::<Ticket>(&pairs);
            if check(&changes, Some(&record)).is_ok() {
                for (field, value) in pairs {
                    Entity::set(&mut record, field, value).unwrap();
                }
                let mut owners: Vec<i64> = [&record.site, &record.contact].into_iter().flatten().map(|r| owner(&r.id)).collect();
                owners.extend(record.company.as_ref().map(|c| owner(&c.id)));
                owners.dedup();
                prop_assert!(owners.len() <= 1, "{record:?}");
            }
        }
    }
}
