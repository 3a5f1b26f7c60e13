//! Which path is which operation. The names are the client's.

use std::collections::HashMap;
use std::sync::OnceLock;

use http::Method;

use super::resource::Resource;
use super::table::Table;
use super::tables::{table, tables};

/// A path of the API.
#[derive(Debug)]
pub struct Route {
    pub(super) table: &'static Table,
    pub(super) parent: Option<i64>,
    pub(super) verb: Verb,
    /// Asked at `…/info`, which needs no right.
    twin: bool,
}

#[derive(Debug)]
pub(super) enum Verb {
    List,
    Count,
    Get(i64),
    /// A member by its identifier.
    Named(String),
    Create,
    Update(i64),
    Replace(i64),
    Delete(i64),
    Search,
    MergeTickets(i64),
    AttachChildren(i64),
    MergeCompany(i64),
    Forecast(i64),
    Download(i64),
    Pdf(i64),
    BulkCreate,
    BulkDelete,
    TicketTime(i64),
    TicketSchedule(i64),
    Info,
    Token(String),
}

impl Route {
    /// The route of a path below the API's root, without regard to case.
    pub(super) fn find(method: &Method, parts: &[&str]) -> Option<Self> {
        let lower: Vec<String> = parts.iter().map(|p| p.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let id = |text: &str| text.parse::<i64>().ok();
        let of =
            |resource: Resource, verb: Verb| Some(Self { table: table(resource), parent: None, verb, twin: false });
        match (method, lower.as_slice()) {
            (&Method::GET, ["system", "info"]) => return of(Resource::Locations, Verb::Info),
            (&Method::POST, ["service", "tickets", "search"]) => return of(Resource::Tickets, Verb::Search),
            (&Method::POST, ["project", "tickets", "search"]) => return of(Resource::ProjectTickets, Verb::Search),
            (&Method::POST, ["service", "tickets", n, "merge"]) => {
                return of(Resource::Tickets, Verb::MergeTickets(id(n)?));
            }
            (&Method::POST, ["service", "tickets", n, "attachchildren"]) => {
                return of(Resource::Tickets, Verb::AttachChildren(id(n)?));
            }
            (&Method::GET, ["service", "tickets", n, "timeentries"]) => {
                return of(Resource::Tickets, Verb::TicketTime(id(n)?));
            }
            (&Method::GET, ["service", "tickets", n, "scheduleentries"]) => {
                return of(Resource::Tickets, Verb::TicketSchedule(id(n)?));
            }
            (&Method::POST, ["company", "companies", n, "merge"]) => {
                return of(Resource::Companies, Verb::MergeCompany(id(n)?));
            }
            (&Method::GET, ["sales", "opportunities", n, "forecast"]) => {
                return of(Resource::Opportunities, Verb::Forecast(id(n)?));
            }
            (&Method::GET, ["system", "documents", n, "download"]) => {
                return of(Resource::Documents, Verb::Download(id(n)?));
            }
            (&Method::GET, ["finance", "invoices", n, "pdf"]) => return of(Resource::Invoices, Verb::Pdf(id(n)?)),
            (&Method::POST, ["company", "configurations", "bulk"]) => {
                return of(Resource::Configurations, Verb::BulkCreate);
            }
            (&Method::DELETE, ["company", "configurations", "bulk"]) => {
                return of(Resource::Configurations, Verb::BulkDelete);
            }
            (&Method::POST, ["system", "members", who, "tokens"]) => {
                return of(Resource::Members, Verb::Token((*who).to_owned()));
            }
            (&Method::GET, ["system", "members", who]) if id(who).is_none() && !["count", "types"].contains(who) => {
                return of(Resource::Members, Verb::Named((*who).to_owned()));
            }
            _ => {}
        }
        // The longest path first: `companies/statuses` is no company of that number.
        let (table, parent, rest) = tables()
            .iter()
            .filter_map(|t| fits(t, &lower).map(|(parent, rest)| (*t, parent, rest)))
            .max_by_key(|(t, _, rest)| (lower.len() - rest.len(), t.parent.is_none()))?;
        let (rest, twin) = match rest {
            [rest @ .., "info"] if table.twin && *method == Method::GET => (rest, true),
            rest => (rest, false),
        };
        let verb = match (method, rest) {
            (&Method::GET, []) => Verb::List,
            (&Method::GET, ["count"]) => Verb::Count,
            (&Method::GET, [n]) => Verb::Get(id(n)?),
            (&Method::POST, []) => Verb::Create,
            (&Method::PATCH, [n]) => Verb::Update(id(n)?),
            (&Method::PUT, [n]) => Verb::Replace(id(n)?),
            (&Method::DELETE, [n]) => Verb::Delete(id(n)?),
            _ => return None,
        };
        Some(Self { table, parent, verb, twin })
    }

    pub(super) fn module(&self) -> &'static str {
        match self.verb {
            Verb::Info => "My Company",
            _ if self.twin => "",
            _ => self.table.module,
        }
    }

    /// The operation's name.
    pub(super) fn operation(&self) -> &'static str {
        let verb = match self.verb {
            Verb::List => "list",
            Verb::Count => "count",
            Verb::Get(_) | Verb::Named(_) => "get",
            Verb::Create => "create",
            Verb::Update(_) => "update",
            Verb::Replace(_) => "replace",
            Verb::Delete(_) => "delete",
            Verb::Search => "search",
            Verb::MergeTickets(_) | Verb::MergeCompany(_) => "merge",
            Verb::AttachChildren(_) => "attach_children",
            Verb::Forecast(_) => "forecast",
            Verb::Download(_) => "download",
            Verb::Pdf(_) => "pdf",
            Verb::BulkCreate => "bulk_create",
            Verb::BulkDelete => "bulk_delete",
            Verb::TicketTime(_) => "time_entries",
            Verb::TicketSchedule(_) => "schedule_entries",
            Verb::Info => return "connectwise.system_info.get",
            Verb::Token(_) => "token",
        };
        names().get(&(self.table.resource, verb)).copied().unwrap_or("unknown")
    }
}

/// Whether a path starts with a table's, with the parent's id in its place.
fn fits<'p>(table: &Table, path: &'p [&'p str]) -> Option<(Option<i64>, &'p [&'p str])> {
    if table.path.is_empty() {
        return None;
    }
    let mut parent = None;
    let mut n = 0;
    for part in table.path.split('/') {
        let given = path.get(n)?;
        if part == "{parent}" {
            parent = Some(given.parse().ok()?);
        } else if !part.eq_ignore_ascii_case(given) {
            return None;
        }
        n += 1;
    }
    Some((parent, &path[n..]))
}

const VERBS: [&str; 18] = [
    "list",
    "count",
    "get",
    "create",
    "update",
    "replace",
    "delete",
    "search",
    "merge",
    "attach_children",
    "forecast",
    "download",
    "pdf",
    "bulk_create",
    "bulk_delete",
    "time_entries",
    "schedule_entries",
    "token",
];

/// The names of operations, made once.
fn names() -> &'static HashMap<(Resource, &'static str), &'static str> {
    static NAMES: OnceLock<HashMap<(Resource, &str), &str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let pairs = Resource::ALL.iter().flat_map(|r| VERBS.iter().map(move |v| (*r, *v)));
        pairs.map(|(r, v)| ((r, v), &*format!("connectwise.{}.{v}", r.name()).leak())).collect()
    })
}
