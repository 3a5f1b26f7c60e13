//! Things that go wrong on purpose.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use psa_core::time::{Chance, Seeded};

/// When a fault happens, counted over the requests of its operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trigger {
    /// Each time.
    Always,
    /// Only the n-th time, from 1.
    Nth(u64),
    /// The first n times.
    First(u64),
    /// Every n-th time.
    Every(u64),
    /// With this probability, from the sandbox's seed.
    Chance(f64),
}

/// What happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// This status with this body, and the request has no effect.
    Status(u16, &'static str),
    /// 429 with the vendor's text and, if given, a `Retry-After`.
    RateLimited(Option<&'static str>),
    /// The answer comes later.
    Delay(Duration),
    /// The connection breaks in the middle of the body; the request had its effect.
    CutBody,
    /// The body ends in the middle, as if that were all; the request had its effect.
    ShortBody,
    /// The connection breaks before the request has an effect.
    ResetBefore,
    /// The connection breaks after the request had its effect.
    ResetAfter,
    /// A web page instead of the answer.
    Html,
    /// The token in use stops working.
    ExpireToken,
    /// A list's page comes without rows.
    EmptyPage,
    /// A list's page lacks its last row, which comes on no other page.
    ShortPage,
    /// Each row of a list's page comes twice.
    DoubledRows,
    /// The vendor's count of a list is so many more than there are, or fewer.
    LyingCount(i64),
    /// A list answers the page before the one asked for.
    PreviousPage,
}

impl Effect {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Status(..) => "status",
            Self::RateLimited(_) => "rate_limited",
            Self::Delay(_) => "delay",
            Self::CutBody => "cut_body",
            Self::ShortBody => "short_body",
            Self::ResetBefore => "reset_before",
            Self::ResetAfter => "reset_after",
            Self::Html => "html",
            Self::ExpireToken => "expire_token",
            Self::EmptyPage => "empty_page",
            Self::ShortPage => "short_page",
            Self::DoubledRows => "doubled_rows",
            Self::LyingCount(_) => "lying_count",
            Self::PreviousPage => "previous_page",
        }
    }

    /// The body of a list as this effect leaves it. `counts` are the members that tell how many rows there are.
    pub(crate) fn alter(&self, body: &Bytes, counts: &[&str]) -> Bytes {
        let rows: fn(&mut Vec<Value>) = match self {
            Self::EmptyPage => Vec::clear,
            Self::ShortPage => |rows| drop(rows.pop()),
            Self::DoubledRows => |rows| *rows = rows.iter().flat_map(|row| [row.clone(), row.clone()]).collect(),
            Self::LyingCount(_) => |_| {},
            _ => return body.clone(),
        };
        let Ok(mut value) = serde_json::from_slice::<Value>(body) else {
            return body.clone();
        };
        match &mut value {
            Value::Array(list) => rows(list),
            Value::Object(members) => {
                for (name, member) in members {
                    match (self, member) {
                        (_, Value::Array(list)) => rows(list),
                        (Self::LyingCount(by), Value::Number(n)) if counts.contains(&name.as_str()) => {
                            let told = (n.as_i64().unwrap_or_default() + by).max(0);
                            *n = told.into();
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        value.to_string().into()
    }
}

/// A fault: for which operation, when, and what.
///
/// The operation is a name as the client has it (`halo.tickets.list`), a prefix (`halo.tickets.*`), or `*`.
///
/// ```
/// use psa_sandbox::{Effect, Fault, Trigger};
///
/// let fault = Fault::new("halo.tickets.*", Trigger::Chance(0.03), Effect::RateLimited(None));
/// # let _ = fault;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    operation: String,
    trigger: Trigger,
    effect: Effect,
    seen: u64,
}

impl Fault {
    /// A fault.
    pub fn new(operation: impl Into<String>, trigger: Trigger, effect: Effect) -> Self {
        Self { operation: operation.into(), trigger, effect, seen: 0 }
    }

    /// What happens.
    pub fn effect(&self) -> &Effect {
        &self.effect
    }

    /// Whether requests of this operation may be struck.
    pub fn concerns(&self, operation: &str) -> bool {
        match self.operation.strip_suffix('*') {
            Some(prefix) => operation.starts_with(prefix),
            None => self.operation == operation,
        }
    }

    fn strikes(&mut self, chance: &Seeded) -> bool {
        self.seen += 1;
        match self.trigger {
            Trigger::Always => true,
            Trigger::Nth(n) => self.seen == n,
            Trigger::First(n) => self.seen <= n,
            Trigger::Every(n) => self.seen.is_multiple_of(n.max(1)),
            Trigger::Chance(p) => chance.unit() < p,
        }
    }
}

/// Whether an operation answers with rows or with their number.
pub(crate) fn is_list(operation: &str) -> bool {
    [".list", ".count", ".search"].iter().any(|verb| operation.ends_with(verb))
}

/// The effects that strike a request of `operation`. A delay goes with others; of the others the first one counts.
pub(crate) fn strike(faults: &mut [Fault], operation: &str, chance: &Seeded) -> (Duration, Option<Effect>) {
    let mut delay = Duration::ZERO;
    let mut effect = None;
    for fault in faults.iter_mut().filter(|f| f.concerns(operation)) {
        if !fault.strikes(chance) {
            continue;
        }
        match &fault.effect {
            Effect::Delay(more) => delay += *more,
            other => {
                effect.get_or_insert_with(|| other.clone());
            }
        }
    }
    (delay, effect)
}
