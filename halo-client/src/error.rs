//! What Halo's error answers say. There are seven shapes, and nothing at all.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use psa_core::{ErrorKind, VendorAnswer};
use psa_http::{Idempotency, Operation, Vendor, kind_of_status};
use serde_json::Value;

use crate::scopes::family_of;

/// Reads Halo's errors.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HaloErrors;

impl Vendor for HaloErrors {
    fn read_error(
        &self,
        operation: &Operation,
        status: StatusCode,
        _: &HeaderMap,
        body: &Bytes,
    ) -> (ErrorKind, VendorAnswer) {
        let told = serde_json::from_slice(body).map(|v| read(&v)).unwrap_or_default();
        let kind = match (status.as_u16(), told.rule) {
            // Halo answers its business rules with 400, sometimes with 500.
            (400 | 422 | 500, true) => ErrorKind::Rejected,
            _ => kind_of_status(status),
        };
        let message = told.message.or_else(|| {
            let text = std::str::from_utf8(body).ok()?.trim();
            // A short plain text is a message (the rate limit's is); a page of HTML is not.
            (!text.is_empty() && text.len() < 300 && !text.starts_with(['<', '{', '['])).then(|| text.to_owned())
        });
        // Halo's own 403 is empty.
        let message = message.or_else(|| {
            let scope = scope_of_operation(operation).filter(|_| kind == ErrorKind::PermissionDenied)?;
            Some(format!("this needs {scope}, in the API application's permissions and in its agent's role"))
        });
        (kind, VendorAnswer { code: told.code, message, field: told.field, ..VendorAnswer::default() })
    }

    /// Rights are frozen in the token when it is minted, so a 403 may be of yesterday.
    fn token_may_be_stale(&self, status: StatusCode) -> bool {
        matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
    }
}

/// The right that an operation needs, by the resource in its name.
fn scope_of_operation(operation: &Operation) -> Option<String> {
    let resource = operation.name.strip_prefix("halo.")?.split('.').next()?;
    let family = family_of(resource)?;
    if family.starts_with("admin") {
        return Some(family.to_owned());
    }
    let verb = match operation.name {
        "halo.reports.query" => "edit",
        "halo.invoices.pdf" => "read",
        _ if operation.idempotency == Idempotency::Safe => "read",
        _ => "edit",
    };
    Some(format!("{verb}:{family}"))
}

#[derive(Debug, Default)]
struct Told {
    code: Option<String>,
    message: Option<String>,
    field: Option<String>,
    /// A .NET exception: the request was understood and a rule refused it.
    rule: bool,
}

fn read(value: &Value) -> Told {
    let text = |v: &Value| v.as_str().map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned);
    match value {
        Value::String(_) => Told { message: text(value), ..Told::default() },
        Value::Object(map) => {
            let get = |name: &str| map.get(name).and_then(text);
            if let Some(class) = get("ClassName") {
                return Told { code: Some(class), message: get("Message"), rule: true, ..Told::default() };
            }
            if let Some(code) = get("error") {
                let message = get("error_description").or_else(|| Some(code.clone()));
                return Told { code: Some(code), message, ..Told::default() };
            }
            if let Some(message) = get("errorMessage") {
                let code = map.get("resultCode").map(Value::to_string);
                return Told { code, message: Some(message), ..Told::default() };
            }
            if let Some(message) = get("Message").or_else(|| get("message")) {
                return Told { message: Some(message), ..Told::default() };
            }
            let errors = map.get("errors").and_then(Value::as_object).unwrap_or(map);
            model_state(errors).unwrap_or_else(|| Told { message: get("title"), ..Told::default() })
        }
        _ => Told::default(),
    }
}

/// `{"[0].id": ["The JSON value could not be converted …"]}`
fn model_state(map: &serde_json::Map<String, Value>) -> Option<Told> {
    map.iter().find_map(|(name, problems)| {
        let first = problems.as_array()?.first()?.as_str()?;
        let field = name.rsplit(['.', ']']).next().filter(|f| !f.is_empty()).unwrap_or(name);
        Some(Told {
            field: Some(field.trim_start_matches('$').to_owned()),
            message: Some(first.to_owned()),
            ..Told::default()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    static LIST: Operation = Operation::get("halo.clients.list", "/Client");

    fn told(status: u16, body: &'static str) -> (ErrorKind, VendorAnswer) {
        let status = StatusCode::from_u16(status).unwrap();
        HaloErrors.read_error(&LIST, status, &HeaderMap::new(), &Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn quirk_25_every_shape_yields_its_message() {
        for (status, body, kind, message) in [
            (400, r#""just text""#, ErrorKind::InvalidRequest, "just text"),
            (400, r#"{"error":"bad thing"}"#, ErrorKind::InvalidRequest, "bad thing"),
            (
                401,
                r#"{"error":"invalid_client","error_description":"no such client"}"#,
                ErrorKind::Unauthenticated,
                "no such client",
            ),
            (
                400,
                r#"{"ClassName":"System.Exception","Message":"An Outcome must be entered for this Action","Data":null}"#,
                ErrorKind::Rejected,
                "An Outcome must be entered for this Action",
            ),
            (400, r#"{"resultCode":3,"errorMessage":"nope"}"#, ErrorKind::InvalidRequest, "nope"),
            (400, r#"{"Message":"general"}"#, ErrorKind::InvalidRequest, "general"),
            (
                400,
                r#"{"[0].id":["The JSON value could not be converted to System.Int32."]}"#,
                ErrorKind::InvalidRequest,
                "The JSON value could not be converted to System.Int32.",
            ),
            (
                429,
                "Rate Limit Reached - 300 Requests per rolling 5 minute window",
                ErrorKind::RateLimited,
                "Rate Limit Reached - 300 Requests per rolling 5 minute window",
            ),
        ] {
            let (k, answer) = told(status, body);
            assert_eq!((k, answer.message.as_deref()), (kind, Some(message)), "{body}");
        }
        assert_eq!(told(400, r#"{"[0].id":["x"]}"#).1.field.as_deref(), Some("id"));
        assert_eq!(told(400, r#"{"errors":{"summary":["x"]},"title":"t"}"#).1.field.as_deref(), Some("summary"));
        for (status, kind) in
            [(401, ErrorKind::Unauthenticated), (403, ErrorKind::PermissionDenied), (404, ErrorKind::NotFound)]
        {
            for body in ["", "<html><body>Sorry</body></html>"] {
                let (k, answer) = told(status, body);
                assert_eq!(k, kind, "{status} {body:?}");
                let needs = answer.message.unwrap_or_default();
                assert_eq!(needs.starts_with("this needs read:customers"), status == 403, "{needs}");
            }
        }
    }

    proptest! {
        #[test]
        fn foreign_bodies_never_panic(body in prop::collection::vec(any::<u8>(), 0..300), code in 300u16..600) {
            let _ = HaloErrors.read_error(&LIST, StatusCode::from_u16(code).unwrap(), &HeaderMap::new(), &body.into());
        }
    }
}
