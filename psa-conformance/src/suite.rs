use std::sync::Arc;

use psa_core::{Connector, EntityKind};

use crate::checks::{self, Subject};
use crate::harness::Harness;
use crate::report::{Finding, Report, Verdict};

/// The suite, for one connector.
pub struct Suite<'a> {
    connector: Arc<dyn Connector>,
    harness: Option<&'a dyn Harness>,
    kinds: Option<Vec<EntityKind>>,
    page_size: Option<u32>,
    max_pages: usize,
}

impl std::fmt::Debug for Suite<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Suite").field("vendor", &self.connector.vendor()).finish_non_exhaustive()
    }
}

impl<'a> Suite<'a> {
    /// The suite for everything that the connector reads.
    pub fn new(connector: Arc<dyn Connector>) -> Self {
        Self { connector, harness: None, kinds: None, page_size: None, max_pages: usize::MAX }
    }

    /// With hands on the vendor.
    #[must_use]
    pub fn harness(mut self, harness: &'a dyn Harness) -> Self {
        self.harness = Some(harness);
        self
    }

    /// Only these kinds.
    #[must_use]
    pub fn kinds(mut self, kinds: impl IntoIterator<Item = EntityKind>) -> Self {
        self.kinds = Some(kinds.into_iter().collect());
        self
    }

    /// Records a page: small pages make small data have many.
    #[must_use]
    pub fn page_size(mut self, rows: u32) -> Self {
        self.page_size = Some(rows);
        self
    }

    /// Pages that a check reads at most: bounds the cost on a large tenant. Checks that need the end are skipped then.
    #[must_use]
    pub fn max_pages(mut self, pages: usize) -> Self {
        self.max_pages = pages.max(1);
        self
    }

    /// Runs it.
    pub async fn run(&self) -> Report {
        let mut report = Report::default();
        for (kind, capabilities) in &self.connector.capabilities().entities {
            if !capabilities.read || self.kinds.as_ref().is_some_and(|k| !k.contains(kind)) {
                continue;
            }
            let source = match self.connector.source(kind) {
                Ok(source) => source,
                Err(error) => {
                    let verdict = Verdict::Failed(format!("the capabilities promise it: {error}"));
                    report.findings.push(Finding { kind: kind.clone(), check: "has_a_source", verdict });
                    continue;
                }
            };
            let subject = Subject {
                kind,
                capabilities,
                source,
                harness: self.harness,
                page_size: self.page_size,
                max_pages: self.max_pages,
            };
            for (check, verdict) in checks::run(&subject).await {
                report.findings.push(Finding { kind: kind.clone(), check, verdict });
            }
        }
        report
    }
}
