//! What Halo's error answers say. There are seven shapes, and nothing at all.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use psa_core::{ErrorKind, VendorAnswer};
use psa_http::{ErrorBody, Idempotency, Operation, Vendor, kind_of_status};

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
        let told = ErrorBody::read(body);
        let kind = match (status.as_u16(), told.exception) {
            // Halo answers its business rules with 400, sometimes with 500.
            (400 | 422 | 500, true) => ErrorKind::Rejected,
            _ => kind_of_status(status),
        };
        let mut answer = told.answer();
        // Halo's own 403 is empty.
        if answer.message.is_none() && kind == ErrorKind::PermissionDenied {
            let scope = scope_of_operation(operation);
            let needs = |scope: String| {
                format!("this needs {scope}, in the API application's permissions and in its agent's role")
            };
            answer.message = scope.map(needs);
        }
        (kind, answer)
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
            let (k, answer) = told(status, "");
            assert_eq!(k, kind, "{status}");
            let needs = answer.message.unwrap_or_default();
            assert_eq!(needs.starts_with("this needs read:customers"), status == 403, "{needs}");
        }
    }

    proptest! {
        #[test]
        fn foreign_bodies_never_panic(body in prop::collection::vec(any::<u8>(), 0..300), code in 300u16..600) {
            let _ = HaloErrors.read_error(&LIST, StatusCode::from_u16(code).unwrap(), &HeaderMap::new(), &body.into());
        }
    }
}
