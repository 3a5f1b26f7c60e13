//! Halo's seven envelopes around the rows of a list, and one decoder for them.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use psa_core::{Error, ErrorKind, Phase, Result};
use psa_http::Response;
use psa_http::json::{self, Native};
use psa_http::list;
use psa_http::salvage::{self, Salvaged};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The rows of a damaged answer. If its count is there and can't be read, it is none: nothing would tell whether more
/// pages come.
pub(crate) fn salvaged(body: &[u8], items: &str) -> Option<(Salvaged, Option<u64>)> {
    if let Some(found) = salvage::bare(body) {
        return Some((found, None));
    }
    let found = salvage::envelope(body, &[items, "results"], |name| NOT_ROWS.contains(&name))?;
    let count = found.count(body, "record_count");
    (count.is_some() || !found.has(body, "record_count")).then_some((found, count))
}

/// The rows of any of Halo's envelopes, as `&RawValue` undecoded.
pub(crate) struct Envelope<R> {
    pub(crate) rows: Vec<R>,
    pub(crate) record_count: Option<u64>,
}

/// Arrays beside the rows in an envelope.
const NOT_ROWS: [&str; 8] =
    ["columns", "folders", "statuses", "priorities", "agents", "ticket_ids", "actionsdetails", "categories"];

impl<R> Envelope<R> {
    /// A bare array; else the member `items` or `results`; else the only array that is not a known companion.
    pub(crate) fn read<'a>(body: &'a [u8], items: &str) -> Result<Self, serde_json::Error>
    where
        R: Deserialize<'a>,
    {
        struct Rows<'k, R>(&'k str, PhantomData<fn() -> R>);

        impl<'de, R: Deserialize<'de>> Visitor<'de> for Rows<'_, R> {
            type Value = Envelope<R>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut rows, mut results, mut others, mut count) = (None, None, Vec::new(), None);
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    if name.as_ref() == self.0 {
                        rows = map.next_value::<Option<Vec<R>>>()?;
                    } else if name == "results" {
                        results = map.next_value::<Option<Vec<R>>>()?;
                    } else if name == "record_count" {
                        count = map.next_value::<Count>()?.0;
                    } else {
                        let value = map.next_value::<&'de RawValue>()?;
                        if value.get().starts_with('[') && !NOT_ROWS.contains(&name.as_ref()) {
                            others.push(value);
                        }
                    }
                }
                let rows = match (rows.or(results), others.as_slice()) {
                    (Some(rows), _) => rows,
                    (None, [only]) => serde_json::from_str(only.get()).map_err(serde::de::Error::custom)?,
                    // An empty list may leave its rows out.
                    (None, []) if count == Some(0) => Vec::new(),
                    _ => return Err(serde::de::Error::custom("the answer holds no rows")),
                };
                Ok(Envelope { rows, record_count: count })
            }
        }

        let mut reader = serde_json::Deserializer::from_slice(body);
        let envelope = if body.trim_ascii_start().starts_with(b"[") {
            Envelope { rows: Vec::deserialize(&mut reader)?, record_count: None }
        } else {
            reader.deserialize_map(Rows(items, PhantomData))?
        };
        reader.end()?;
        Ok(envelope)
    }
}

struct Count(Option<u64>);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(json::int(deserializer)?.and_then(|n| u64::try_from(n).ok())))
    }
}

/// The bytes of the single record of an answer: bare, or alone in a list.
pub(crate) fn single(answer: &Response, items: &str, operation: &'static str) -> Result<Bytes> {
    let bare = answer.body.trim_ascii_start().starts_with(b"{");
    match Envelope::<&RawValue>::read(&answer.body, items) {
        Ok(envelope) if !bare || envelope.record_count.is_some() => match envelope.rows.as_slice() {
            [only] => Ok(json::slice(&answer.body, only)),
            rows => {
                let message = format!("{} records came where one was due", rows.len());
                Err(Error::new(ErrorKind::Decode, message).with_operation(operation).with_phase(Phase::Answered))
            }
        },
        _ => Ok(answer.body.clone()),
    }
}

/// The single record of an answer.
pub(crate) fn one<T: serde::de::DeserializeOwned>(
    answer: &Response,
    items: &str,
    operation: &'static str,
) -> Result<Native<T>> {
    list::record(answer, single(answer, items, operation)?, operation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(body: &str) -> Result<(Vec<String>, Option<u64>), String> {
        Envelope::<&RawValue>::read(body.as_bytes(), "tickets")
            .map(|e| (e.rows.iter().map(|r| r.get().to_owned()).collect(), e.record_count))
            .map_err(|e| e.to_string())
    }

    #[test]
    fn every_envelope_is_understood() {
        let one = vec![r#"{"id":1}"#.to_owned()];
        assert_eq!(rows(r#"[{"id":1}]"#).unwrap(), (one.clone(), None));
        assert_eq!(rows(r#"{"record_count":7,"tickets":[{"id":1}],"columns":[1]}"#).unwrap(), (one.clone(), Some(7)));
        assert_eq!(rows(r#"{"results":[{"id":1}]}"#).unwrap(), (one.clone(), None));
        assert_eq!(rows(r#"{"record_count":"7.0","agents":[],"tree":[{"id":1}]}"#).unwrap(), (one, Some(7)));
        assert_eq!(rows(r#"{"record_count":0,"tickets":null}"#).unwrap(), (vec![], Some(0)));
        assert_eq!(rows(r#"{"record_count":0}"#).unwrap(), (vec![], Some(0)));
    }

    #[test]
    fn what_is_no_list_is_no_empty_list() {
        for body in ["", "{}", "\"text\"", "{\"a\":[],\"b\":[]}", "[{\"id\":1}", "<html>", "[] []", r#"{"error":"x"}"#]
        {
            assert!(rows(body).is_err(), "{body}");
        }
    }

    proptest! {
        #[test]
        fn foreign_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Envelope::<&RawValue>::read(&body, "tickets");
        }

        #[test]
        fn a_list_cut_anywhere_is_an_error(cut in 0usize..60) {
            let whole = br#"{"record_count":2,"tickets":[{"id":1,"summary":"a"},{"id":2}]}"#;
            prop_assume!(cut < whole.len());
            prop_assert!(Envelope::<&RawValue>::read(&whole[..cut], "tickets").is_err());
        }
    }
}
