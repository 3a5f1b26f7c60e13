//! The staged connection test.

use psa_core::{CheckReport, CheckStage, EntityKind, Grant, Outcome, Permission};
use psa_http::{Operation, check};

use crate::client::ConnectWise;
use crate::error::right_of;

static PROBE: Operation = Operation::get("connectwise.check.probe", "/");

/// The lists that a kind is read from: resource and path.
const PROBES: &[(&str, &str, &str)] = &[
    ("agent", "members", "system/members"),
    ("team", "teams", "service/teams"),
    ("company", "companies", "company/companies"),
    ("site", "companies", "company/companies"),
    ("contact", "contacts", "company/contacts"),
    ("ticket", "tickets", "service/tickets"),
    ("ticket", "project_tickets", "project/tickets"),
    ("ticket_note", "tickets", "service/tickets"),
    ("time_entry", "time_entries", "time/entries"),
    ("opportunity", "opportunities", "sales/opportunities"),
    ("project", "projects", "project/projects"),
    ("appointment", "schedule_entries", "schedule/entries"),
    ("agreement", "agreements", "finance/agreements"),
    ("asset", "configurations", "company/configurations"),
    ("invoice", "invoices", "finance/invoices"),
    ("reference_item", "boards", "service/boards"),
    ("reference_item", "priorities", "service/priorities"),
    ("reference_item", "sources", "service/sources"),
    ("reference_item", "work_types", "time/workTypes"),
    ("reference_item", "work_roles", "time/workRoles"),
    ("reference_item", "opportunity_stages", "sales/stages"),
    ("reference_item", "opportunity_statuses", "sales/opportunities/statuses"),
    ("reference_item", "configuration_types", "company/configurations/types"),
    ("reference_item", "user_defined_fields", "system/userDefinedFields"),
];

pub(crate) async fn test(cw: &ConnectWise, kinds: &[EntityKind]) -> CheckReport {
    let mut report = CheckReport::default();
    run(cw, kinds, &mut report).await;
    check::complete(&mut report, &check::STAGES);
    report
}

async fn run(cw: &ConnectWise, kinds: &[EntityKind], report: &mut CheckReport) {
    let inner = cw.inner();
    let site = &inner.site;
    match inner.codebase.root().await {
        Ok(root) => report.pass(CheckStage::Address, format!("{site} knows the company; its API is at {root}")),
        Err(error) => return check::fail(report, CheckStage::Address, site, &error),
    }
    let answer = match cw.get_json("system/info").send_raw().await {
        Ok(answer) => answer,
        // The keys are good; the right is not there.
        Err(error) if error.is_permission_denied() => {
            check::tls(report, site);
            report.pass(CheckStage::Auth, "the keys are accepted");
            report.push(CheckStage::Clock, Outcome::Skipped, "/system/info may not be read", None);
            return rights(cw, kinds, report).await;
        }
        Err(error) => return check::fail(report, CheckStage::Auth, site, &error),
    };
    check::tls(report, site);
    report.pass(CheckStage::Auth, "the keys are accepted");
    check::clock(report, cw.http(), Some(&answer), "ConnectWise");
    let server = psa_http::json::decode::<crate::resources::SystemInfo>(&answer.body).ok().and_then(|i| i.version);
    let server = server.unwrap_or_else(|| "of no known version".to_owned());
    match inner.codebase.other_version() {
        None => report.pass(
            CheckStage::Identity,
            format!("the server is {server}; API {} is its current one", inner.codebase.version()),
        ),
        Some(current) => report.push(
            CheckStage::Identity,
            Outcome::Warned,
            format!(
                "the server is {server} and its current API is {current}; {} was asked for",
                inner.codebase.version()
            ),
            Some("It works for 12 months after a release. Update this crate, or call version(..).".into()),
        ),
    }
    rights(cw, kinds, report).await;
}

/// One read of one row for each right that the kinds need.
async fn rights(cw: &ConnectWise, kinds: &[EntityKind], report: &mut CheckReport) {
    let mut missing = Vec::new();
    let mut asked: Vec<&str> = Vec::new();
    for (_, resource, path) in PROBES.iter().filter(|(kind, ..)| kinds.iter().any(|k| k.as_str() == *kind)) {
        if asked.contains(resource) {
            continue;
        }
        asked.push(resource);
        let right = right_of(resource).unwrap_or("a right");
        let answer = cw.http().call(&PROBE).raw_path(path).query("pageSize", 1).query("fields", "id").send().await;
        let (grant, detail) = match answer {
            Ok(answer) if answer.body.trim_ascii() == b"[]" => (
                Grant::Granted,
                format!(
                    "reading /{path} works, and gives nothing: if there should be something, raise Inquire from My to All"
                ),
            ),
            Ok(_) => (Grant::Granted, format!("reading /{path} works")),
            Err(error) if error.is_permission_denied() => {
                missing.push(right);
                (
                    Grant::Missing,
                    format!("/{path} is refused: set Inquire of {right} to All in the API member's security role"),
                )
            }
            Err(error) => (Grant::Unknown, format!("/{path}: {error}")),
        };
        report.permissions.push(Permission::new(format!("{right} ({resource})"), true, grant, detail));
    }
    let unknown = report.permissions.iter().filter(|p| p.grant == Grant::Unknown).count();
    if missing.is_empty() && unknown > 0 {
        report.push(
            CheckStage::Permissions,
            Outcome::Warned,
            format!("{unknown} rights could not be tested"),
            Some("Look at what the rows say, and test again.".into()),
        );
    } else if missing.is_empty() {
        report.pass(CheckStage::Permissions, "every right to read that is needed is there");
    } else {
        report.push(
            CheckStage::Permissions,
            Outcome::Failed,
            format!("{} rights are missing", missing.len()),
            Some(format!("Change the API member's security role: {}.", missing.join(", "))),
        );
    }
}
