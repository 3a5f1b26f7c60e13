//! How big the tenant is, and what its rows are made of.

use chrono::{DateTime, TimeDelta, Utc};

use crate::emulator::dice::dice;

/// How big the tenant is. The same seed gives the same tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    pub(super) seed: u64,
    pub(super) companies: i64,
    pub(super) tickets: i64,
    pub(super) opportunities: i64,
    pub(super) projects: i64,
    pub(super) anchor: DateTime<Utc>,
}

impl Default for Dataset {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Dataset {
    /// A small MSP: 200 companies, 5,000 tickets.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            companies: 200,
            tickets: 5_000,
            opportunities: 60,
            projects: 12,
            anchor: DateTime::from_timestamp(1_790_812_800, 0).unwrap_or_default(),
        }
    }

    /// So many companies.
    #[must_use]
    pub fn companies(mut self, count: u32) -> Self {
        self.companies = i64::from(count.max(1));
        self
    }

    /// So many tickets, up to 10 million and more.
    #[must_use]
    pub fn tickets(mut self, count: u32) -> Self {
        self.tickets = i64::from(count);
        self
    }

    /// So many opportunities.
    #[must_use]
    pub fn opportunities(mut self, count: u32) -> Self {
        self.opportunities = i64::from(count);
        self
    }

    /// So many projects.
    #[must_use]
    pub fn projects(mut self, count: u32) -> Self {
        self.projects = i64::from(count);
        self
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// When the data were last touched before any edit: 2026-10-01.
    pub fn anchor(&self) -> DateTime<Utc> {
        self.anchor
    }

    /// Some number below `below`, the same each time for the same `what` and `id`.
    pub(super) fn dice(&self, what: u64, id: i64, below: u64) -> i64 {
        dice(self.seed, what, id, below)
    }

    pub(super) fn pick<'a>(&self, what: u64, id: i64, from: &[&'a str]) -> &'a str {
        from[self.dice(what, id, from.len() as u64) as usize]
    }

    pub(super) fn sites(&self) -> i64 {
        self.companies + self.companies / 2
    }

    pub(super) fn users(&self) -> i64 {
        self.companies * 6
    }

    pub(super) fn client_of_site(&self, site: i64) -> i64 {
        if site <= self.companies { site } else { (site - self.companies) * 2 - 1 }
    }

    pub(super) fn client_of_user(&self, user: i64) -> i64 {
        (user - 1) / 6 + 1
    }

    /// Tickets are spread evenly over two years before the anchor, in the order of their ids.
    pub(super) fn opened(&self, id: i64) -> DateTime<Utc> {
        let span = 2 * 365 * 86_400;
        let at = i128::from(span) * i128::from(id - 1) / i128::from(self.tickets.max(1));
        self.anchor - TimeDelta::seconds(span) + TimeDelta::milliseconds((at * 1000) as i64 + self.dice(1, id, 900))
    }

    /// The ids of base tickets opened in a span of time.
    pub(super) fn opened_between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> std::ops::RangeInclusive<i64> {
        let span = 2 * 365 * 86_400i64;
        let start = self.anchor - TimeDelta::seconds(span);
        let at = |t: DateTime<Utc>| {
            let seconds = i128::from((t - start).num_seconds().clamp(-span, 2 * span));
            (seconds * i128::from(self.tickets) / i128::from(span)) as i64
        };
        (at(from) - 1).max(1)..=(at(until) + 2).min(self.tickets)
    }
}
