//! Which path is which operation, and which right it needs. The names are the client's.

use http::Method;

use super::endpoints::{Subject, endpoints};
use super::quirks::{OpenPoints, Quirks};
use super::table::{Endpoint, Special};

/// A path of the API.
#[derive(Debug, Clone)]
pub struct Route {
    pub(super) subject: Subject,
    pub(super) verb: Verb,
    endpoint: &'static Endpoint,
}

/// What is to be done, with the record's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verb {
    List,
    Get(String),
    Save,
    Delete(String),
    Special(Special, String),
}

/// The id in a path that fits a pattern; empty if the pattern has none.
fn fits(pattern: &str, path: &[&str]) -> Option<String> {
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    if parts.len() != path.len() || !parts.iter().zip(path).all(|(part, given)| *part == "{id}" || part == given) {
        return None;
    }
    let id = parts.iter().zip(path).find(|(part, _)| **part == "{id}");
    Some(id.map_or_else(String::new, |(_, id)| (*id).to_owned()))
}

impl Route {
    /// The route of a path below the API's root, without regard to case.
    pub(super) fn find(method: &Method, path: &str, query: &[(String, String)], quirks: &Quirks) -> Option<Self> {
        let mut lower = path.to_ascii_lowercase();
        if !quirks.no_custom_field_endpoint && lower.trim_matches('/') == "customfield" {
            lower = "fieldinfo".to_owned();
        }
        let parts: Vec<&str> = lower.split('/').filter(|p| !p.is_empty()).collect();
        let (first, rest) = parts.split_first()?;
        let (endpoint, subject) = endpoints().find(|(endpoint, _)| endpoint.path == *first)?;
        let loads = query.iter().any(|(n, v)| n.eq_ignore_ascii_case("loadreport") && !v.eq_ignore_ascii_case("false"));
        let special = endpoint.special.iter().find_map(|(pattern, special)| {
            let (wanted, path) = pattern.split_once(' ').unwrap_or((pattern, ""));
            let meant = method.as_str() == wanted && (*special != Special::RunReport || loads);
            let id = fits(path, rest).filter(|_| meant)?;
            Some(Verb::Special(*special, id))
        });
        let verb = match (special, method, rest) {
            (Some(special), ..) => special,
            (None, &Method::GET, []) => Verb::List,
            (None, &Method::GET, [id]) => Verb::Get((*id).to_owned()),
            (None, &Method::POST, []) => Verb::Save,
            (None, &Method::DELETE, [id]) => Verb::Delete((*id).to_owned()),
            _ => return None,
        };
        Some(Self { subject, verb, endpoint })
    }

    /// The operation's name. A save is a create or an update by what is in it.
    pub(super) fn operation(&self, creates: bool) -> &'static str {
        let verb = match self.verb {
            Verb::List => "list",
            Verb::Get(_) => "get",
            Verb::Save if creates => "create",
            Verb::Save => "update",
            Verb::Delete(_) => "delete",
            Verb::Special(special, _) => match special {
                Special::Me | Special::Nobody => "me",
                Special::Download => "download",
                Special::Void => "void",
                Special::Pdf => "pdf",
                Special::UpdateLines => "update_lines",
                Special::Process => "process",
                Special::Query => "query",
                Special::RunReport => "run",
                Special::Resend => "resend",
            },
        };
        intern(self.endpoint.name, verb)
    }

    /// The right that the operation needs.
    pub(super) fn scope(&self, open: &OpenPoints) -> Option<String> {
        let family = self.endpoint.family;
        if family.starts_with("admin") {
            return match self.verb {
                // What reading definitions needs is not known.
                Verb::List | Verb::Get(_) if family == "admin" && !open.definitions_need_admin => None,
                _ => Some(family.to_owned()),
            };
        }
        match self.verb {
            Verb::Special(Special::Me | Special::Nobody, _) => None,
            Verb::Special(Special::Query, _) => Some("edit:reporting".to_owned()),
            Verb::List | Verb::Get(_) | Verb::Special(Special::Download | Special::Pdf | Special::RunReport, _) => {
                Some(format!("read:{family}"))
            }
            _ => Some(self.endpoint.edits.map_or_else(|| format!("edit:{family}"), str::to_owned)),
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

/// The name of an operation.
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
    fn every_endpoint_has_operations() {
        for (endpoint, _) in endpoints() {
            assert_ne!(intern(endpoint.name, "list"), "unknown", "{}", endpoint.name);
        }
    }

    #[test]
    fn a_path_is_special_only_with_its_method_and_its_form() {
        let route = |method: Method, path: &str, query: &[(String, String)]| {
            Route::find(&method, path, query, &Quirks::default()).map(|route| route.operation(false))
        };
        assert_eq!(route(Method::POST, "Invoice/PDF/7", &[]), Some("halo.invoices.pdf"));
        assert_eq!(route(Method::POST, "invoice/7/void", &[]), Some("halo.invoices.void"));
        assert_eq!(route(Method::GET, "invoice/7/void", &[]), None);
        assert_eq!(route(Method::GET, "report/7", &[]), Some("halo.reports.get"));
        let load = [("loadreport".to_owned(), "true".to_owned())];
        assert_eq!(route(Method::GET, "report/7", &load), Some("halo.reports.run"));
        assert_eq!(route(Method::GET, "site/me", &[]), Some("halo.sites.get"));
        assert_eq!(route(Method::GET, "users/me", &[]), Some("halo.users.me"));
    }
}
