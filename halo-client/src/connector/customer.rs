//! Whose the records are that a write refers to.

use psa_core::{AnyChanges, AnyEntity, Error, ErrorKind, Key, OwnedReference, Result};

use super::context::Context;
use crate::ids::{self, ClientId};

/// Refuses a write whose references belong to different clients. `current` is the record as it is, for an update.
pub(crate) async fn check(context: &Context, changes: &AnyChanges, current: Option<&dyn AnyEntity>) -> Result<()> {
    let references = changes.owned_references(current);
    let mut owners = Vec::with_capacity(references.len());
    for reference in references {
        let owner = owner(context, &reference).await?;
        owners.push((reference, owner));
    }
    changes.one_customer(current, &owners)
}

/// The client of a record. None: it has none, or may not be read.
async fn owner(context: &Context, reference: &OwnedReference) -> Result<Option<Key>> {
    let halo = &context.halo;
    let id = reference.key.as_i64().map_err(|error| error.with_context("field", reference.field))?;
    let found = match reference.kind.as_str() {
        "site" => halo.sites().get(id).await.map(|record| record.client_id),
        "contact" => halo.users().get(id).await.map(|record| record.client_id),
        "agreement" => halo.contracts().get(id).await.map(|record| record.client_id),
        "ticket" => halo.tickets().get(id).await.map(|record| record.client_id),
        _ => return Ok(None),
    };
    match found {
        Ok(client) => Ok(ids::some(client).filter(|client| *client != ClientId::UNKNOWN).map(|client| client.key())),
        Err(error) if error.is_not_found() => {
            Err(Error::new(ErrorKind::InvalidRequest, format!("there is no {} {id}", reference.kind))
                .with_context("field", reference.field)
                .with_source(error))
        }
        // What may not be read is left to Halo to judge.
        Err(error) if error.is_permission_denied() => {
            tracing::debug!(%error, "whose the record is can't be read");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
