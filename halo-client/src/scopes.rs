//! What a token may do.

use std::fmt;

use psa_core::EntityKind;

/// One of Halo's permissions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope(std::borrow::Cow<'static, str>);

impl Scope {
    /// A permission by Halo's name for it.
    pub fn new(name: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self(name.into())
    }

    /// Halo's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether holding `self` gives `other` too: `edit:x` includes `read:x`, `all` includes everything.
    pub fn includes(&self, other: &Self) -> bool {
        if self == other || self.as_str() == "all" {
            return true;
        }
        match (self.as_str().strip_prefix("edit:"), other.as_str().strip_prefix("read:")) {
            (Some(mine), Some(theirs)) => mine == theirs,
            _ => self.as_str() == "edit:timesheets" && other.as_str() == "editMine:timesheets",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The family of the right that a resource needs, by the resource's name in operations.
pub(crate) fn family_of(resource: &str) -> Option<&'static str> {
    Some(match resource {
        "tickets" | "actions" | "agents" | "teams" | "statuses" | "ticket_types" | "priorities" | "categories"
        | "outcomes" | "workflows" | "attachments" => "tickets",
        "clients" | "sites" | "users" => "customers",
        "opportunities" => "sales",
        "projects" | "budget_types" => "projects",
        "appointments" => "calendar",
        "timesheets" | "timesheet_events" => "timesheets",
        "crm_notes" => "crm",
        "contracts" => "contracts",
        "quotations" => "quotes",
        "sales_orders" => "sos",
        "purchase_orders" => "pos",
        "invoices" | "recurring_invoices" => "invoices",
        "items" => "items",
        "suppliers" => "suppliers",
        "assets" | "asset_types" => "assets",
        "software_licences" => "softwarelicensing",
        "kb_articles" => "kb",
        "reports" => "reporting",
        "distribution_lists" => "distributionlists",
        "mail_campaigns" => "mailcampaign",
        "webhooks" | "notifications" | "webhook_events" => "admin:webhooks",
        "applications" | "fields" | "asset_fields" => "admin",
        _ => return None,
    })
}

/// One row of the setup guide's permission table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeRow {
    /// Halo's name.
    pub scope: &'static str,
    /// Whether the guide enables it.
    pub enabled: bool,
}

macro_rules! table {
    ($($scope:literal $enabled:ident;)*) => { &[$( ScopeRow { scope: $scope, enabled: table!(@ $enabled) }, )*] };
    (@ Yes) => { true };
    (@ No) => { false };
}

/// The permission table of the setup guide, in its order.
const SETUP_GUIDE: &[ScopeRow] = table! {
    "all" No;
    "all:standard" No;
    "admin" No;
    "all:teams" No;
    "admin:webhooks" No;
    "read:tickets" Yes;
    "edit:tickets" Yes;
    "read:calendar" Yes;
    "edit:calendar" Yes;
    "read:customers" Yes;
    "edit:customers" No;
    "read:crm" Yes;
    "edit:crm" Yes;
    "read:contracts" Yes;
    "edit:contracts" No;
    "read:suppliers" No;
    "edit:suppliers" No;
    "read:items" Yes;
    "edit:items" No;
    "read:projects" Yes;
    "edit:projects" Yes;
    "read:sales" Yes;
    "edit:sales" Yes;
    "read:quotes" Yes;
    "edit:quotes" No;
    "read:sos" No;
    "edit:sos" No;
    "read:pos" No;
    "edit:pos" No;
    "read:invoices" No;
    "edit:invoices" No;
    "read:reporting" No;
    "edit:reporting" No;
    "read:timesheets" No;
    "editMine:timesheets" No;
    "edit:timesheets" No;
    "read:softwarelicensing" Yes;
    "edit:softwarelicensing" No;
    "read:software" No;
    "edit:software" No;
    "read:kb" No;
    "edit:kb" No;
    "read:assets" No;
    "edit:assets" No;
    "read:distributionlists" No;
    "edit:distributionlists" No;
    "read:mailcampaign" No;
    "edit:mailcampaign" No;
    "access:chat" No;
    "access:adpasswordreset" No;
    "read:events" No;
    "edit:events" No;
};

/// A set of scopes, asked for together. Never empty, never `all` unless you say so: a token without scopes can do nothing,
/// and one with all of them can do too much.
///
/// ```
/// use halo_client::Scopes;
/// use psa_core::EntityKind;
///
/// let guide = Scopes::setup_guide();
/// assert!(guide.contains("read:customers") && !guide.contains("edit:customers"));
/// let least = Scopes::for_entities([EntityKind::TICKET, EntityKind::COMPANY]);
/// assert_eq!(least.to_string(), "read:tickets read:customers");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Those that the setup guide enables.
    pub fn setup_guide() -> Self {
        Self(SETUP_GUIDE.iter().filter(|row| row.enabled).map(|row| Scope::new(row.scope)).collect())
    }

    /// The setup guide's whole table, those it leaves off included.
    pub fn setup_guide_table() -> &'static [ScopeRow] {
        SETUP_GUIDE
    }

    /// The fewest that let these kinds be read.
    pub fn for_entities(kinds: impl IntoIterator<Item = EntityKind>) -> Self {
        let wanted: Vec<&str> = kinds.into_iter().filter_map(|kind| scope_of(&kind)).collect();
        // In the table's order, each once.
        Self(SETUP_GUIDE.iter().filter(|row| wanted.contains(&row.scope)).map(|row| Scope::new(row.scope)).collect())
    }

    /// Just these.
    pub fn custom(scopes: impl IntoIterator<Item = Scope>) -> Self {
        Self(scopes.into_iter().collect())
    }

    /// Those named in a text, separated by blanks, as a token answer gives them.
    pub fn parse(text: &str) -> Self {
        Self(text.split_whitespace().map(|s| Scope::new(s.to_owned())).collect())
    }

    /// Adds one.
    #[must_use]
    pub fn with(mut self, scope: Scope) -> Self {
        if !self.0.contains(&scope) {
            self.0.push(scope);
        }
        self
    }

    /// Whether this scope is in the set by name.
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|s| s.as_str() == name)
    }

    /// Whether the set gives this scope, by name or through another.
    pub fn gives(&self, scope: &Scope) -> bool {
        self.0.iter().any(|s| s.includes(scope))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// Those of ours that a token's scope text does not give. Nothing is missing if the server did not say.
    pub(crate) fn missing_from(&self, granted: Option<&str>) -> Self {
        let Some(granted) = granted else {
            return Self(Vec::new());
        };
        let granted = Self::parse(granted);
        Self(self.0.iter().filter(|s| !granted.gives(s)).cloned().collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, scope) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            scope.fmt(f)?;
        }
        Ok(())
    }
}

/// The scope that lets a kind be read; none if any token will do.
pub(crate) fn scope_of(kind: &EntityKind) -> Option<&'static str> {
    match kind.as_str() {
        "ticket" | "ticket_note" | "time_entry" | "agent" | "team" => Some("read:tickets"),
        "company" | "site" | "contact" => Some("read:customers"),
        "opportunity" => Some("read:sales"),
        "project" => Some("read:projects"),
        "appointment" => Some("read:calendar"),
        "agreement" => Some("read:contracts"),
        "asset" => Some("read:assets"),
        "invoice" => Some("read:invoices"),
        "reference_item" => Some("read:tickets"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_asks_for_what_its_table_says() {
        assert_eq!(
            Scopes::setup_guide().to_string(),
            "read:tickets edit:tickets read:calendar edit:calendar read:customers read:crm edit:crm read:contracts \
             read:items read:projects edit:projects read:sales edit:sales read:quotes read:softwarelicensing"
        );
        assert_eq!(SETUP_GUIDE.len(), 52);
    }

    #[test]
    fn edit_includes_read_of_the_same_and_of_nothing_else() {
        let edit = Scopes::parse("edit:tickets");
        assert!(edit.gives(&Scope::new("read:tickets")));
        assert!(!edit.gives(&Scope::new("read:sales")));
        assert!(Scopes::parse("all").gives(&Scope::new("edit:kb")));
        assert!(!Scopes::parse("read:tickets").gives(&Scope::new("edit:tickets")));
    }

    #[test]
    fn what_a_narrower_token_lacks_is_named() {
        let asked = Scopes::parse("read:tickets read:sales");
        assert_eq!(asked.missing_from(Some("edit:tickets")).to_string(), "read:sales");
        assert_eq!(asked.missing_from(Some("")).to_string(), "read:tickets read:sales");
        assert!(asked.missing_from(None).is_empty());
    }
}
