//! The log of requests, for tests to ask.

use std::sync::Mutex;

use chrono::{DateTime, Utc};

/// One request that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// When, by the sandbox's clock.
    pub at: DateTime<Utc>,
    /// The operation's name, as in the client; `unknown` for none.
    pub operation: &'static str,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// The status answered.
    pub status: u16,
    /// The fault that was injected, if any.
    pub fault: Option<&'static str>,
    /// What the client called the operation; only in-process requests tell.
    pub claimed: Option<&'static str>,
}

impl LogEntry {
    /// A query parameter, by its name without regard to case.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

/// What happened, for tests to ask.
#[derive(Debug, Default)]
pub struct ActionLog(Mutex<Vec<LogEntry>>);

impl ActionLog {
    pub(crate) fn push(&self, entry: LogEntry) {
        self.0.lock().unwrap_or_else(|e| e.into_inner()).push(entry);
    }

    /// Everything so far.
    pub fn entries(&self) -> Vec<LogEntry> {
        self.0.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// How many requests there were.
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(|e| e.into_inner()).len()
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many requests of this operation there were.
    pub fn count(&self, operation: &str) -> usize {
        self.entries().iter().filter(|e| e.operation == operation).count()
    }

    /// How many answers had this status.
    pub fn count_status(&self, status: u16) -> usize {
        self.entries().iter().filter(|e| e.status == status).count()
    }

    /// The requests at or after a moment.
    pub fn since(&self, at: DateTime<Utc>) -> Vec<LogEntry> {
        self.entries().into_iter().filter(|e| e.at >= at).collect()
    }

    /// Forgets everything so far.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(|e| e.into_inner()).clear();
    }
}
