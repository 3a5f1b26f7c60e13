//! Which path is which operation, and which right it needs. The names are the client's.

use http::Method;

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
    /// Something of which the dataset has nothing.
    Empty(&'static str),
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
    ("appointment", Resource::Empty("appointments"), "appointments", "calendar"),
    ("crmnote", Resource::Empty("actions"), "crm_notes", "crm"),
    ("clientcontract", Resource::Empty("contracts"), "contracts", "contracts"),
    ("supplier", Resource::Empty("suppliers"), "suppliers", "suppliers"),
    ("item", Resource::Empty("items"), "items", "items"),
    ("projects", Resource::Empty("tickets"), "projects", "projects"),
    ("quotation", Resource::Empty("quotes"), "quotations", "quotes"),
    ("salesorder", Resource::Empty("salesorders"), "sales_orders", "sos"),
    ("purchaseorder", Resource::Empty("purchaseorders"), "purchase_orders", "pos"),
    ("invoice", Resource::Empty("invoices"), "invoices", "invoices"),
    ("report", Resource::Empty("reports"), "reports", "reporting"),
    ("timesheet", Resource::Empty(""), "timesheets", "timesheets"),
    ("softwarelicence", Resource::Empty("licences"), "software_licences", "softwarelicensing"),
    ("kbarticle", Resource::Empty("articles"), "kb_articles", "kb"),
    ("asset", Resource::Empty("assets"), "assets", "assets"),
    ("distributionlists", Resource::Empty(""), "distribution_lists", "distributionlists"),
    ("mailcampaign", Resource::Empty(""), "mail_campaigns", "mailcampaign"),
    ("certificate", Resource::Empty(""), "certificates", "tickets"),
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
}

impl Route {
    /// The route of a path below the API's root, without regard to case.
    pub(crate) fn find(method: &Method, path: &str) -> Option<Self> {
        let lower = path.to_ascii_lowercase();
        let mut parts = lower.split('/').filter(|p| !p.is_empty());
        let first = parts.next()?;
        let id = parts.next();
        if parts.next().is_some() {
            return None;
        }
        let (_, resource, name, family) = RESOURCES.iter().find(|(path, ..)| *path == first)?;
        let verb = match (method, id) {
            (&Method::GET, None) => Verb::List,
            (&Method::GET, Some("me")) if *resource == Resource::Agents => Verb::Me,
            (&Method::GET, Some(id)) => Verb::Get(id.to_owned()),
            (&Method::POST, None) => Verb::Save,
            (&Method::DELETE, Some(id)) => Verb::Delete(id.to_owned()),
            _ => return None,
        };
        Some(Self { resource: *resource, verb, family, name })
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
        };
        intern(self.name, verb)
    }

    /// The right that the operation needs.
    pub(crate) fn scope(&self) -> Option<String> {
        match self.verb {
            Verb::Me => None,
            Verb::List | Verb::Get(_) => Some(format!("read:{}", self.family)),
            Verb::Save | Verb::Delete(_) => Some(match self.resource {
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
            &["halo.authinfo", "halo.token", "halo.agents.me",
              $( concat!("halo.", $name, ".list"), concat!("halo.", $name, ".get"), concat!("halo.", $name, ".create"),
                 concat!("halo.", $name, ".update"), concat!("halo.", $name, ".delete"), )*]
        }
    };
}

interned! {
    "tickets", "opportunities", "actions", "clients", "sites", "users", "agents", "teams", "statuses", "ticket_types",
    "priorities", "categories", "outcomes", "appointments", "crm_notes", "contracts", "suppliers", "items", "projects",
    "quotations", "sales_orders", "purchase_orders", "invoices", "reports", "timesheets", "software_licences",
    "kb_articles", "assets", "distribution_lists", "mail_campaigns", "certificates",
}

fn intern(resource: &str, verb: &str) -> &'static str {
    operations()
        .iter()
        .find(|o| o.strip_prefix("halo.").and_then(|o| o.split_once('.')) == Some((resource, verb)))
        .copied()
        .unwrap_or("unknown")
}
