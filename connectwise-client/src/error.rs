//! What ConnectWise's error answers mean: its own JSON, ASP.NET's, plain text of a gateway, and nothing.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use psa_core::{ErrorKind, VendorAnswer};
use psa_http::{ErrorBody, Operation, Vendor, kind_of_status};

/// Reads ConnectWise's errors.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ConnectWiseErrors;

/// The gateway's words for a company, codebase or path that it does not know.
pub(crate) fn is_unroutable(message: &str) -> bool {
    message.starts_with("Cannot route")
}

/// Inner codes of what was sent in the wrong form. Others are rules about its content.
fn is_malformed(code: &str) -> bool {
    matches!(
        code,
        "MissingRequiredField" | "InvalidField" | "UnsupportedFormat" | "MaxLengthField" | "MaxLength" | "OutOfRange"
    )
}

impl Vendor for ConnectWiseErrors {
    fn read_error(&self, _: &Operation, status: StatusCode, _: &HeaderMap, body: &Bytes) -> (ErrorKind, VendorAnswer) {
        let told = ErrorBody::read(body);
        let (outer, plain) = (told.code.clone(), told.plain);
        let answer = told.answer();
        let says = answer.message.as_deref().unwrap_or_default();
        let kind = match (status.as_u16(), outer.as_deref(), answer.code.as_deref()) {
            (400, Some("Security"), _) => ErrorKind::PermissionDenied,
            (400, Some("InvalidObject"), Some(code)) if is_malformed(code) => ErrorKind::InvalidRequest,
            // What was sent is well-formed, and a rule about its content refuses it.
            (400 | 404, Some("InvalidObject"), _) => ErrorKind::Rejected,
            (400, ..) if plain && is_unroutable(says) => ErrorKind::Config,
            // Some time-outs of the database come as 500 with words.
            (500, ..) if says.to_ascii_lowercase().contains("timeout") => ErrorKind::Timeout,
            _ => kind_of_status(status),
        };
        (kind, answer)
    }

    fn remedy(&self, operation: &Operation, kind: ErrorKind) -> Option<String> {
        match kind {
            ErrorKind::Unauthenticated => Some(
                "Check the company id, and the public and private key of the API member (System > Members > API Members)."
                    .to_owned(),
            ),
            ErrorKind::PermissionDenied => {
                let right = right_of_operation(operation)?;
                Some(format!("Give the API member's security role {right} (Inquire, Add, Edit or Delete: All)."))
            }
            ErrorKind::NotFound => {
                let right = right_of_operation(operation).map(|r| format!(" {r}: Inquire may be My and not All."));
                let right = right.unwrap_or_default();
                Some(format!(
                    "Check the id. The record may have been deleted or merged, or the API member's security role may not show it.{right}"
                ))
            }
            _ => None,
        }
    }
}

/// The entry of the security role that an operation needs, by the resource in its name.
pub(crate) fn right_of_operation(operation: &Operation) -> Option<&'static str> {
    right_of(operation.name.strip_prefix("connectwise.")?.split('.').next()?)
}

/// The entry of the security role that a resource needs: module and permission.
pub(crate) fn right_of(resource: &str) -> Option<&'static str> {
    Some(match resource {
        "companies" | "sites" | "company_notes" | "company_type_associations" => "Companies > Company Maintenance",
        "contacts" | "communications" | "contact_type_associations" => "Companies > Contacts",
        "configurations" => "Companies > Configurations",
        "documents" => "Companies > Manage Documents",
        "tickets" | "ticket_notes" | "all_notes" | "ticket_tasks" | "ticket_configurations" => {
            "Service Desk > Service Tickets"
        }
        "schedule_entries" => "Service Desk > Resource Scheduling",
        "project_tickets" | "projects" | "project_phases" => "Project > Project Tickets and Project Headers",
        "opportunities" | "opportunity_notes" => "Sales > Opportunity",
        "activities" => "Sales > Opportunity",
        "time_entries" => "Time & Expense > Time Entry",
        "invoices" => "Finance > Invoicing",
        "agreements" | "additions" => "Finance > Agreements",
        "catalog_items" => "Procurement > Product Catalog",
        "members" => "System > Member Maintenance",
        "system_info" | "locations" | "departments" => "System > My Company",
        "callbacks"
        | "boards"
        | "board_statuses"
        | "board_types"
        | "board_subtypes"
        | "board_items"
        | "board_teams"
        | "teams"
        | "priorities"
        | "sources"
        | "slas"
        | "work_types"
        | "work_roles"
        | "charge_codes"
        | "user_defined_fields"
        | "company_statuses"
        | "company_types"
        | "contact_types"
        | "communication_types"
        | "configuration_statuses"
        | "configuration_types"
        | "configuration_questions"
        | "opportunity_statuses"
        | "opportunity_types"
        | "opportunity_stages"
        | "probabilities"
        | "activity_statuses"
        | "activity_types"
        | "schedule_types"
        | "schedule_statuses"
        | "agreement_types"
        | "project_statuses" => "System > Table Setup",
        _ => return None,
    })
}
