use psa_core::{AnyEntity, EntityKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which tickets to sync. A change of it is a change of the data: what leaves is removed, what enters is read again.
///
/// ```
/// use psa_sync::Scope;
///
/// let scope = Scope::all().teams(["Service Desk"]).exclude_statuses(["9"]);
/// assert_ne!(scope.fingerprint(), Scope::all().fingerprint());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    teams: Vec<String>,
    exclude_statuses: Vec<String>,
}

impl Scope {
    /// Everything.
    pub fn all() -> Self {
        Self::default()
    }

    /// Only tickets of these teams, by id or name.
    #[must_use]
    pub fn teams<T: Into<String>>(mut self, teams: impl IntoIterator<Item = T>) -> Self {
        self.teams = teams.into_iter().map(Into::into).collect();
        self.teams.sort();
        self
    }

    /// No tickets with these statuses, by id or name.
    #[must_use]
    pub fn exclude_statuses<T: Into<String>>(mut self, statuses: impl IntoIterator<Item = T>) -> Self {
        self.exclude_statuses = statuses.into_iter().map(Into::into).collect();
        self.exclude_statuses.sort();
        self
    }

    /// What is kept in the checkpoint to notice a change.
    pub fn fingerprint(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the scope means for a kind: other kinds are not bounded.
    pub(crate) fn of(&self, kind: &EntityKind) -> Self {
        if *kind == EntityKind::TICKET { self.clone() } else { Self::default() }
    }

    /// The kinds that it bounds.
    pub(crate) fn bounds<'a>(&self, kinds: impl Iterator<Item = &'a EntityKind>) -> Vec<EntityKind> {
        kinds.filter(|kind| self.of(kind) != Self::all()).cloned().collect()
    }

    /// As [`holds`](Self::holds), of a stored record's content.
    pub(crate) fn holds_content(&self, content: &[u8]) -> bool {
        let value: Value = serde_json::from_slice(content).unwrap_or_default();
        self.judges(|path| value.pointer(&format!("/{}", path.replace('.', "/"))).cloned())
    }

    pub(crate) fn holds(&self, entity: &dyn AnyEntity) -> bool {
        self.judges(|path| entity.get(path))
    }

    fn judges(&self, get: impl Fn(&str) -> Option<Value>) -> bool {
        if self.teams.is_empty() && self.exclude_statuses.is_empty() {
            return true;
        }
        let is = |path: &str, wanted: &[String]| {
            ["id", "name"].iter().any(|part| match get(&format!("{path}.{part}")) {
                Some(Value::String(text)) => wanted.iter().any(|w| w.eq_ignore_ascii_case(&text)),
                _ => false,
            })
        };
        (self.teams.is_empty() || is("team", &self.teams)) && !is("status", &self.exclude_statuses)
    }
}
