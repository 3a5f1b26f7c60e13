//! Which path is which operation, and which right it needs. The names are the client's.

use http::Method;

use super::quirks::{OpenPoints, Quirks};
use super::tables::{TABLES, Table};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    Tickets,
    Opportunities,
    Actions,
    Clients,
    Sites,
    Users,
    Agents,
    Teams,
    Statuses,
    TicketTypes,
    Priorities,
    Categories,
    Outcomes,
    Lookups,
    Projects,
    Table(&'static Table),
}

/// Path, resource, name in operations, and the family of its right; none: any token will do.
const RESOURCES: &[(&str, Resource, &str, &str)] = &[
    ("tickets", Resource::Tickets, "tickets", "tickets"),
    ("opportunities", Resource::Opportunities, "opportunities", "sales"),
    ("actions", Resource::Actions, "actions", "tickets"),
    ("client", Resource::Clients, "clients", "customers"),
    ("site", Resource::Sites, "sites", "customers"),
    ("users", Resource::Users, "users", "customers"),
    ("agent", Resource::Agents, "agents", "tickets"),
    ("team", Resource::Teams, "teams", "tickets"),
    ("status", Resource::Statuses, "statuses", "tickets"),
    ("tickettype", Resource::TicketTypes, "ticket_types", "tickets"),
    ("priority", Resource::Priorities, "priorities", "tickets"),
    ("category", Resource::Categories, "categories", "tickets"),
    ("outcome", Resource::Outcomes, "outcomes", "tickets"),
    ("lookup", Resource::Lookups, "lookups", "tickets"),
    ("projects", Resource::Projects, "projects", "projects"),
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) resource: Resource,
    pub(crate) verb: Verb,
    pub(crate) family: &'static str,
    name: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verb {
    List,
    Get(String),
    Me,
    Save,
    Delete(String),
    /// A file's bytes.
    Download(String),
    Void(String),
    Pdf(String),
    UpdateLines,
    Process,
    /// SQL.
    Query,
    RunReport(String),
    Resend,
}

/// The table with this name, if there is one.
pub(super) fn find_table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|t| t.name == name)
}

/// A table that the sandbox's own code names; a test looks at the names. Names from outside go through [`find_table`].
pub(super) fn table(name: &'static str) -> &'static Table {
    find_table(name).unwrap_or(&TABLES[0])
}

impl Route {
    /// The route of a path below the API's root, without regard to case.
    pub(crate) fn find(method: &Method, path: &str, query: &[(String, String)], quirks: &Quirks) -> Option<Self> {
        let mut lower = path.to_ascii_lowercase();
        if !quirks.no_custom_field_endpoint && lower.trim_matches('/') == "customfield" {
            lower = "fieldinfo".to_owned();
        }
        let parts: Vec<&str> = lower.split('/').filter(|p| !p.is_empty()).collect();
        let (first, rest) = parts.split_first()?;
        let known = RESOURCES.iter().find(|(path, ..)| path == first).map(|(_, r, name, family)| (*r, *name, *family));
        let (resource, name, family) = known
            .or_else(|| TABLES.iter().find(|t| t.path == *first).map(|t| (Resource::Table(t), t.name, t.family)))?;
        let loads = query.iter().any(|(n, v)| n.eq_ignore_ascii_case("loadreport") && !v.eq_ignore_ascii_case("false"));
        let verb = match (method, name, rest) {
            (&Method::GET, _, []) => Verb::List,
            (&Method::GET, "agents" | "users" | "clients", ["me"]) => Verb::Me,
            (&Method::GET, "attachments", [id]) => Verb::Download((*id).to_owned()),
            (&Method::GET, "reports", [id]) if loads => Verb::RunReport((*id).to_owned()),
            (&Method::GET, _, [id]) => Verb::Get((*id).to_owned()),
            (&Method::POST, "reports", []) => Verb::Query,
            (&Method::POST, "webhook_events", []) => Verb::Resend,
            (&Method::POST, "invoices", ["updatelines"]) => Verb::UpdateLines,
            (&Method::POST, "invoices", ["pdf", id]) => Verb::Pdf((*id).to_owned()),
            (&Method::POST, "invoices", [id, "void"]) => Verb::Void((*id).to_owned()),
            (&Method::POST, "recurring_invoices", ["updatelines"]) => Verb::UpdateLines,
            (&Method::POST, "recurring_invoices", ["process"]) => Verb::Process,
            (&Method::POST, _, []) => Verb::Save,
            (&Method::DELETE, _, [id]) => Verb::Delete((*id).to_owned()),
            _ => return None,
        };
        Some(Self { resource, verb, family, name })
    }

    /// The operation's name. A save is a create or an update by what is in it.
    pub(crate) fn operation(&self, creates: bool) -> &'static str {
        let verb = match self.verb {
            Verb::List => "list",
            Verb::Get(_) => "get",
            Verb::Me => "me",
            Verb::Save if creates => "create",
            Verb::Save => "update",
            Verb::Delete(_) => "delete",
            Verb::Download(_) => "download",
            Verb::Void(_) => "void",
            Verb::Pdf(_) => "pdf",
            Verb::UpdateLines => "update_lines",
            Verb::Process => "process",
            Verb::Query => "query",
            Verb::RunReport(_) => "run",
            Verb::Resend => "resend",
        };
        intern(self.name, verb)
    }

    /// The right that the operation needs.
    pub(crate) fn scope(&self, open: &OpenPoints) -> Option<String> {
        if self.family.starts_with("admin") {
            return Some(match self.verb {
                // What reading definitions needs is not known.
                Verb::List | Verb::Get(_) if self.family == "admin" && !open.definitions_need_admin => return None,
                _ => self.family.to_owned(),
            });
        }
        match self.verb {
            Verb::Me => None,
            Verb::Query => Some("edit:reporting".to_owned()),
            Verb::List | Verb::Get(_) | Verb::Download(_) | Verb::Pdf(_) | Verb::RunReport(_) => {
                Some(format!("read:{}", self.family))
            }
            _ => Some(match self.resource {
                Resource::Agents | Resource::Teams | Resource::Statuses | Resource::TicketTypes => "admin".to_owned(),
                _ => format!("edit:{}", self.family),
            }),
        }
    }
}

macro_rules! interned {
    ($( $name:literal ),* $(,)?) => {
        /// Every operation that the sandbox answers, by name.
        pub fn operations() -> &'static [&'static str] {
            &["halo.authinfo", "halo.token", "halo.agents.me", "halo.users.me", "halo.clients.me", "halo.instance", "halo.check.preflight",
              "halo.attachments.download", "halo.invoices.void", "halo.invoices.pdf", "halo.invoices.update_lines",
              "halo.recurring_invoices.process", "halo.recurring_invoices.update_lines", "halo.reports.query", "halo.reports.run", "halo.webhook_events.resend",
              $( concat!("halo.", $name, ".list"), concat!("halo.", $name, ".get"), concat!("halo.", $name, ".create"),
                 concat!("halo.", $name, ".update"), concat!("halo.", $name, ".delete"), )*]
        }
    };
}

interned! {
    "tickets", "opportunities", "actions", "clients", "sites", "users", "agents", "teams", "statuses", "ticket_types",
    "priorities", "categories", "outcomes", "appointments", "crm_notes", "contracts", "suppliers", "items", "projects",
    "quotations", "sales_orders", "purchase_orders", "invoices", "reports", "timesheets", "software_licences",
    "kb_articles", "assets", "asset_types", "distribution_lists", "mail_campaigns", "certificates", "recurring_invoices",
    "timesheet_events", "workflows", "fields", "asset_fields", "attachments", "budget_types", "applications", "webhooks",
    "notifications", "webhook_events", "slas", "canned_texts", "top_levels", "holidays", "lookups",
}

fn intern(resource: &str, verb: &str) -> &'static str {
    operations()
        .iter()
        .find(|o| o.strip_prefix("halo.").and_then(|o| o.split_once('.')) == Some((resource, verb)))
        .copied()
        .unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_an_operation_and_members_and_those_named_in_the_code_are_there() {
        for table in TABLES {
            assert_ne!(intern(table.name, "list"), "unknown", "{}", table.name);
            assert!(super::super::members::schema(table.name).member("id").is_some(), "{}", table.name);
        }
        for name in [
            "applications",
            "attachments",
            "invoices",
            "recurring_invoices",
            "reports",
            "webhook_events",
            "webhooks",
            "notifications",
        ] {
            assert!(find_table(name).is_some(), "{name}");
        }
    }
}
