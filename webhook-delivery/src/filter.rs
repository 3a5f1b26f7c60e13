use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What happened, as a name: `ticket.status_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventType(String);

impl EventType {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name(text: &str) -> bool {
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    text.len() <= 100 && text.split('.').all(word)
}

impl FromStr for EventType {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if is_name(text) { Ok(Self(text.to_owned())) } else { Err(Error::EventType(text.to_owned())) }
    }
}

impl TryFrom<String> for EventType {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<EventType> for String {
    fn from(event_type: EventType) -> Self {
        event_type.0
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which events an endpoint gets: any of its patterns. `*` takes all, `ticket.*` whatever begins with `ticket.`, and a name itself.
///
/// ```
/// use webhook_delivery::EventFilter;
///
/// let filter: EventFilter = "ticket.*, goal.created".parse()?;
/// assert!(filter.takes(&"ticket.status_changed".parse()?));
/// assert!(!filter.takes(&"goal.status_changed".parse()?));
/// # Ok::<(), webhook_delivery::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventFilter(Vec<Pattern>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
enum Pattern {
    All,
    /// Everything below a name.
    Family(String),
    Exact(EventType),
}

impl FromStr for Pattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.strip_suffix(".*") {
            _ if text == "*" => Ok(Self::All),
            Some(family) if is_name(family) => Ok(Self::Family(format!("{family}."))),
            None if is_name(text) => Ok(Self::Exact(EventType(text.to_owned()))),
            _ => Err(Error::Filter(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Pattern {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.to_string()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Family(family) => write!(f, "{family}*"),
            Self::Exact(name) => name.fmt(f),
        }
    }
}

impl Pattern {
    fn takes(&self, event_type: &str) -> bool {
        match self {
            Self::All => true,
            Self::Family(family) => event_type.starts_with(family.as_str()),
            Self::Exact(name) => name.0 == event_type,
        }
    }
}

impl EventFilter {
    /// Every event.
    pub fn all() -> Self {
        Self(vec![Pattern::All])
    }

    /// Whether an event of this type is wanted.
    pub fn takes(&self, event_type: &EventType) -> bool {
        self.0.iter().any(|p| p.takes(&event_type.0))
    }

    /// The first pattern that takes none of these types: a slip of the pen, most likely.
    pub(crate) fn unknown<'t>(&self, types: impl Iterator<Item = &'t EventType> + Clone) -> Option<String> {
        self.0.iter().find(|p| !types.clone().any(|t| p.takes(&t.0))).map(Pattern::to_string)
    }
}

impl FromStr for EventFilter {
    type Err = Error;

    /// Patterns with commas between: `ticket.*, goal.created`.
    fn from_str(text: &str) -> Result<Self> {
        text.split(',').map(|p| p.trim().parse()).collect::<Result<Vec<_>>>().map(Self)
    }
}

impl fmt::Display for EventFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, pattern) in self.0.iter().enumerate() {
            write!(f, "{}{pattern}", if n == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
