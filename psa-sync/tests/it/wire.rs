//! What a client asks, and answers that are changed on their way: faults that no switch of a sandbox makes.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use bytes::Bytes;
use psa_core::{Error, ErrorKind, Lane, Result};
use psa_http::{Next, Request, Response, Step};
use serde_json::Value;

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) operation: &'static str,
    pub(crate) lane: Lane,
    pub(crate) path: String,
    pub(crate) query: String,
}

impl Asked {
    /// Whether all keys of a kind are listed, and not those of a window: ids alone, page by page or at once.
    pub(crate) fn lists_all_keys(&self, operation: &str) -> bool {
        let has = |text: &str| self.query.contains(text);
        let ids_only = has("ticketidonly") || has("idonly") || (has("fields=id") && has("pageId"));
        self.operation == operation && ids_only && !has("lastupdatefromdate") && !has("lastUpdated")
    }

    /// Whether one record is read by its id.
    pub(crate) fn reads(&self, operation: &str, id: i64) -> bool {
        self.operation == operation && self.path.ends_with(&format!("/{id}"))
    }
}

type Change = dyn Fn(&Asked, Bytes) -> Result<Bytes> + Send + Sync;

/// A step around each try of a client: notes what is asked, and changes the bodies of answers or refuses them.
#[derive(Default)]
pub(crate) struct Wire {
    change: Mutex<Option<Arc<Change>>>,
    asked: Mutex<Vec<Asked>>,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

impl Wire {
    /// Changes the body of each answer from now on; an error takes the answer's place.
    pub(crate) fn change(&self, change: impl Fn(&Asked, Bytes) -> Result<Bytes> + Send + Sync + 'static) {
        *lock(&self.change) = Some(Arc::new(change));
    }

    /// Refuses what `which` picks.
    pub(crate) fn refuse(&self, kind: ErrorKind, which: impl Fn(&Asked) -> bool + Send + Sync + 'static) {
        self.change(
            move |asked, body| if which(asked) { Err(Error::new(kind, "refused by the test")) } else { Ok(body) },
        );
    }

    /// Puts other texts in the place of some in every answer, as if somebody had renamed what they name.
    pub(crate) fn rename(&self, names: &'static [(&'static str, &'static str)]) {
        self.change(move |_, body| {
            let text = String::from_utf8(body.to_vec()).unwrap();
            let renamed =
                names.iter().fold(text, |text, (old, new)| text.replace(&format!("\"{old}\""), &format!("\"{new}\"")));
            Ok(renamed.into())
        });
    }

    /// Answers are what the vendor says again.
    pub(crate) fn clear(&self) {
        *lock(&self.change) = None;
    }

    /// What was asked since this was called last.
    pub(crate) fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut lock(&self.asked))
    }
}

#[async_trait]
impl Step for Wire {
    async fn run(&self, request: Request, next: Next<'_>) -> Result<Response> {
        let uri = request.http.uri();
        let asked = Asked {
            operation: request.operation.name,
            lane: request.lane,
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
        };
        lock(&self.asked).push(asked.clone());
        let change = lock(&self.change).clone();
        let answer = next.run(request).await;
        let Some(change) = change else { return answer };
        // What is refused here is refused whatever the vendor would have said, as that there is no such record.
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return change(&asked, Bytes::new()).and(Err(error)),
        };
        let body = change(&asked, answer.body)?;
        Ok(Response { status: answer.status, headers: answer.headers, body })
    }
}

/// Changes the rows of a list, whatever envelope they come in.
pub(crate) fn each_row(body: &Bytes, mut change: impl FnMut(&mut Value)) -> Bytes {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return body.clone() };
    match &mut value {
        Value::Array(rows) => rows.iter_mut().for_each(&mut change),
        Value::Object(members) => {
            members.values_mut().filter_map(Value::as_array_mut).flatten().for_each(&mut change);
        }
        _ => {}
    }
    value.to_string().into()
}

/// Makes the vendor's count of a list so much larger or smaller, where an answer tells one.
pub(crate) fn count_off_by(body: &Bytes, by: i64) -> Bytes {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return body.clone() };
    for member in ["record_count", "count"] {
        if let Some(told) = value.get(member).and_then(Value::as_i64) {
            value[member] = (told + by).max(0).into();
        }
    }
    value.to_string().into()
}
