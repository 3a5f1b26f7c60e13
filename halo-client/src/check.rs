//! The staged connection test.

use http::{HeaderValue, Method, header};
use psa_core::{CheckReport, CheckStage, Error, Grant, Outcome, Permission};
use psa_http::{Idempotency, Operation, check};
use url::Url;

use crate::auth::Origin;
use crate::client::Halo;
use crate::scopes::{Scope, ScopeRow, Scopes};

static PREFLIGHT: Operation = Operation {
    name: "halo.check.preflight",
    method: Method::OPTIONS,
    path: "/Tickets",
    idempotency: Idempotency::Safe,
};

static PROBE: Operation = Operation::get("halo.check.probe", "/");

/// A read that needs just this right, for each right that has one.
const PROBES: &[(&str, &str)] = &[
    ("read:tickets", "Tickets"),
    ("read:calendar", "Appointment"),
    ("read:customers", "Client"),
    ("read:crm", "CRMNote"),
    ("read:contracts", "ClientContract"),
    ("read:suppliers", "Supplier"),
    ("read:items", "Item"),
    ("read:projects", "Projects"),
    ("read:sales", "Opportunities"),
    ("read:quotes", "Quotation"),
    ("read:sos", "SalesOrder"),
    ("read:pos", "PurchaseOrder"),
    ("read:invoices", "Invoice"),
    ("read:reporting", "Report"),
    ("read:timesheets", "Timesheet"),
    ("read:softwarelicensing", "SoftwareLicence"),
    ("read:kb", "KBArticle"),
    ("read:assets", "Asset"),
    ("read:distributionlists", "DistributionLists"),
    ("read:mailcampaign", "MailCampaign"),
];

pub(crate) async fn test(halo: &Halo) -> CheckReport {
    let mut report = CheckReport::default();
    run(halo, &mut report).await;
    check::complete(&mut report, &check::STAGES);
    if halo.inner().cors_origin.is_some() {
        check::complete(&mut report, &[CheckStage::Cors]);
    }
    report
}

async fn run(halo: &Halo, report: &mut CheckReport) {
    let inner = halo.inner();
    let root = inner.url.root();
    match inner.tokens.endpoint().await {
        Ok(endpoint) => match endpoint.origin {
            Origin::Told => {
                report.pass(CheckStage::Address, format!("{root} is a Halo server; it logs in at {}", endpoint.url));
            }
            Origin::Configured => {
                report.pass(CheckStage::Address, format!("logs in at {}, as configured", endpoint.url));
            }
            Origin::Usual => report.push(
                CheckStage::Address,
                Outcome::Warned,
                format!("{root} tells no authorisation address; {} is tried", endpoint.url),
                Some("If the login fails, check that this is the address of your Halo.".into()),
            ),
        },
        Err(error) => return check::fail(report, CheckStage::Address, root, &error),
    }
    let token = match inner.cache.token().await {
        Ok(token) => token,
        Err(error) => return check::fail(report, CheckStage::Auth, root, &error),
    };
    check::tls(report, root);
    let me = match halo.agents().me().await {
        Ok(me) => me,
        Err(error) => return check::fail(report, CheckStage::Auth, root, &error),
    };
    let name = me.name.clone().unwrap_or_else(|| format!("agent {}", me.id));
    report.pass(CheckStage::Auth, format!("logged in as {name}"));
    let answer = halo.http().call(&PROBE).raw_path("Agent/me").send().await;
    check::clock(report, halo.http(), answer.as_ref().ok(), "Halo");
    match me.isapiagent {
        Some(true) => report.pass(CheckStage::Identity, format!("{name} is an API-only agent, as the setup guide recommends")),
        Some(false) => report.push(
            CheckStage::Identity,
            Outcome::Warned,
            format!("{name} is a person's agent"),
            Some("Create an API-only agent and select it in the API application: it needs no licence and its rights are its own.".into()),
        ),
        None => report.push(
            CheckStage::Identity,
            Outcome::Warned,
            "Halo does not say whether the agent is API-only",
            Some("Look at the agent in Halo.".into()),
        ),
    }
    permissions(halo, token.scope.as_deref().map(Scopes::parse), report).await;
    if let Some(origin) = &inner.cors_origin {
        cors(halo, origin, report).await;
    }
}

/// What a browser asks before a page of `origin` may call. Servers are not concerned.
async fn cors(halo: &Halo, origin: &str, report: &mut CheckReport) {
    let call = halo.http().call(&PREFLIGHT).anonymous();
    let call = HeaderValue::from_str(origin).map(|value| {
        call.header(header::ORIGIN, value)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("GET"))
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static("authorization"))
    });
    let answer = match call {
        Ok(call) => call.send().await,
        Err(_) => Err(Error::config("cors_origin", "this is no origin")),
    };
    let host =
        Url::parse(origin).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_else(|| origin.to_owned());
    let remedy = format!(
        "Edit the API application in Halo and add {host} to its CORS whitelist. Calls from a server work without it."
    );
    match answer {
        Ok(answer) => {
            let allowed = answer.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).and_then(|v| v.to_str().ok());
            let headers = answer.headers.get(header::ACCESS_CONTROL_ALLOW_HEADERS).and_then(|v| v.to_str().ok());
            let login = headers.is_some_and(|h| h.to_ascii_lowercase().split(',').any(|h| h.trim() == "authorization"));
            let here = allowed.is_some_and(|a| a == "*" || a.eq_ignore_ascii_case(origin));
            if here && !login {
                let detail = format!(
                    "pages of {origin} may call, but not with a login: the authorization header is not allowed"
                );
                report.push(CheckStage::Cors, Outcome::Warned, detail, Some(remedy));
            } else if here {
                report.pass(CheckStage::Cors, format!("pages of {origin} may call"));
            } else {
                let detail = format!("pages of {origin} may not call: it is not in the CORS whitelist");
                report.push(CheckStage::Cors, Outcome::Warned, detail, Some(remedy));
            }
        }
        Err(error) => {
            report.push(CheckStage::Cors, Outcome::Warned, format!("the preflight failed: {error}"), Some(remedy))
        }
    }
}

/// Every row of the setup guide's table: what the token says, and where a read can tell, what Halo does.
///
/// A right that was not asked for does not show in the token even if the application has it, so an excess right is only
/// seen in a token that holds it.
async fn permissions(halo: &Halo, granted: Option<Scopes>, report: &mut CheckReport) {
    let asked = &halo.inner().scopes;
    let mut missing = 0;
    let mut excess = 0;
    for row in Scopes::setup_guide_table() {
        let permission = permission(halo, row, asked, granted.as_ref()).await;
        missing += u32::from(permission.grant == Grant::Missing);
        excess += u32::from(permission.grant == Grant::Excess);
        report.permissions.push(permission);
    }
    let stage = CheckStage::Permissions;
    match (missing, excess) {
        (0, 0) => report.pass(stage, "every right that is needed is there, and no other"),
        (0, _) => report.push(
            stage,
            Outcome::Warned,
            format!("{excess} rights more than needed"),
            Some("Take them away from the API application: see the table.".into()),
        ),
        _ => report.push(
            stage,
            Outcome::Failed,
            format!("{missing} rights are missing"),
            Some("Enable them in the API application and in its agent's role: see the table.".into()),
        ),
    }
}

async fn permission(halo: &Halo, row: &ScopeRow, asked: &Scopes, granted: Option<&Scopes>) -> Permission {
    let scope = Scope::new(row.scope);
    // What this connection needs, whatever the guide says.
    let wanted = asked.gives(&scope);
    let in_token = granted.map(|g| g.gives(&scope));
    let probe = PROBES.iter().find(|(name, _)| *name == row.scope).map(|(_, path)| *path);
    let (grant, detail) = match (wanted, in_token) {
        // The guide's table has it off, so following the guide does not help: say so.
        (true, Some(false)) if !row.enabled => (
            Grant::Missing,
            format!(
                "asked for, and the setup guide's table has it off: enable {scope} in the API application and in its agent's role, or don't ask for it"
            ),
        ),
        (true, Some(false)) => {
            (Grant::Missing, "not in the token: enable it in the API application's permissions".to_owned())
        }
        (true, _) => match probe {
            Some(path) => match read_one(halo, path).await {
                Ok(()) => (Grant::Granted, format!("reading /{path} works")),
                Err(error) if error.is_permission_denied() || error.is_unauthenticated() => {
                    (Grant::Missing, format!("/{path} is refused: give the right to the agent's role too"))
                }
                Err(error) => (Grant::Unknown, format!("/{path}: {error}")),
            },
            None if in_token == Some(true) => (Grant::Granted, "in the token".to_owned()),
            None => (Grant::Unknown, "Halo did not say, and only a write could tell".to_owned()),
        },
        (false, Some(true)) => (Grant::Excess, "in the token though not needed: take it away".to_owned()),
        (false, Some(false)) => (Grant::Absent, "not needed".to_owned()),
        (false, None) => (Grant::Unknown, "Halo did not say which rights the token has".to_owned()),
    };
    Permission::new(row.scope, wanted, grant, detail)
}

async fn read_one(halo: &Halo, path: &str) -> psa_core::Result<()> {
    let call = halo.http().call(&PROBE).raw_path(path);
    call.query("pageinate", true).query("page_no", 1).query("page_size", 1).query("count", 1).send().await.map(drop)
}
