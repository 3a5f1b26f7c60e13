//! How big the tenant is, and what its rows are made of.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::emulator::dice::dice;

/// How big the tenant is. The same seed gives the same tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    seed: u64,
    pub(super) companies: i64,
    pub(super) tickets: i64,
    anchor: DateTime<Utc>,
}

impl Default for Dataset {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Dataset {
    /// A small MSP: 200 companies, 5,000 service tickets.
    pub fn new(seed: u64) -> Self {
        let anchor = DateTime::from_timestamp(1_790_812_800, 0).unwrap_or_default();
        Self { seed, companies: 200, tickets: 5_000, anchor }
    }

    /// So many companies.
    #[must_use]
    pub fn companies(mut self, count: u32) -> Self {
        self.companies = i64::from(count.max(1));
        self
    }

    /// So many service tickets, up to 10 million and more.
    #[must_use]
    pub fn tickets(mut self, count: u32) -> Self {
        self.tickets = i64::from(count);
        self
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// When the data were last touched before any edit: 2026-10-01.
    pub fn anchor(&self) -> DateTime<Utc> {
        self.anchor
    }

    pub(super) fn dice(&self, what: u64, id: i64, below: u64) -> i64 {
        dice(self.seed, what, id, below)
    }

    pub(super) fn pick<'a>(&self, what: u64, id: i64, from: &[&'a str]) -> &'a str {
        from[self.dice(what, id, from.len() as u64) as usize]
    }

    /// Tickets of projects, behind those of service.
    pub(super) fn project_tickets(&self) -> i64 {
        (self.tickets / 20).min(500)
    }

    /// A date as the vendor writes it: whole seconds, UTC.
    pub(super) fn days_ago(&self, days: i64) -> String {
        stamp(self.anchor - TimeDelta::days(days))
    }

    /// What the vendor notes beside a record.
    pub(super) fn info(&self, entered: i64, updated: i64) -> Value {
        json!({"lastUpdated": self.days_ago(updated), "updatedBy": "jsmith", "dateEntered": self.days_ago(entered), "enteredBy": "jsmith"})
    }
}

/// Whole seconds, UTC.
pub(super) fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
