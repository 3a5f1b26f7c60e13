//! Whose the records are that a write refers to.

use psa_core::{AnyChanges, AnyEntity, Error, ErrorKind, Key, OwnedReference, Phase, Result};

use super::context::{self, Context};
use crate::resources::Reference;

/// Refuses a write whose references belong to different companies. `current` is the record as it is, for an update.
pub(crate) async fn check(context: &Context, changes: &AnyChanges, current: Option<&dyn AnyEntity>) -> Result<()> {
    let references = changes.owned_references(current);
    if let Some(site) = references.iter().find(|r| r.field == "site")
        && changes.company(current).is_none()
    {
        // A site is read below its company: without one it could not be read again.
        return Err(Error::new(ErrorKind::InvalidRequest, "a site needs the company that it belongs to")
            .with_context("field", site.field)
            .with_context("remedy", "Set the company in the same change."));
    }
    let mut owners = Vec::with_capacity(references.len());
    for reference in references {
        let owner = owner(context, &reference).await?;
        owners.push((reference, owner));
    }
    changes.one_customer(current, &owners)
}

/// The company of a record: from its key where that tells, else it is read. None: it has none, or may not be read.
async fn owner(context: &Context, reference: &OwnedReference) -> Result<Option<Key>> {
    let cw = &context.cw;
    let named = |error: Error| error.with_context("field", reference.field);
    if reference.kind.as_str() == "site" {
        let (company, _) = super::child_reader::parts(&reference.key).map_err(named)?;
        return Ok(Some(Key::from(company)));
    }
    let id = reference.key.as_i64().map_err(named)?;
    let found = match reference.kind.as_str() {
        "contact" => cw.contacts().get(id).await.map(|record| company(&record.company)),
        "agreement" => cw.agreements().get(id).await.map(|record| company(&record.company)),
        "project" => cw.projects().get(id).await.map(|record| company(&record.company)),
        "opportunity" => cw.opportunities().get(id).await.map(|record| company(&record.company)),
        "ticket" => match cw.tickets().get(id).await.map(|record| company(&record.company)) {
            Err(error) if error.is_not_found() => {
                cw.project_tickets().get(id).await.map(|record| company(&record.company))
            }
            found => found,
        },
        _ => return Ok(None),
    };
    match found {
        Err(error) if error.is_not_found() => {
            Err(Error::new(ErrorKind::InvalidRequest, format!("there is no {} {id}", reference.kind))
                .with_context("field", reference.field)
                .with_source(error))
        }
        // What may not be read is left to ConnectWise to judge.
        Err(error) if error.is_permission_denied() => {
            tracing::debug!(%error, "whose the record is can't be read");
            Ok(None)
        }
        found => found,
    }
}

fn company(reference: &Option<Box<Reference>>) -> Option<Key> {
    context::reference(reference).map(|company| company.id)
}

/// Refuses a key whose parent is not the one that the record names.
///
/// # Errors
/// [`ErrorKind::NotFound`]: there is no such record below this parent.
pub(crate) fn of_parent(parent: i64, found: Option<Key>, key: &Key) -> Result<()> {
    match found {
        Some(found) if found != Key::from(parent) => {
            Err(Error::new(ErrorKind::NotFound, "the record belongs to another parent than the key says")
                .with_phase(Phase::Answered)
                .with_context("key", key)
                .with_context("parent", found))
        }
        _ => Ok(()),
    }
}
