//! The suite of abilities believes no connector.

use std::sync::Arc;

use async_trait::async_trait;
use psa_conformance::AbilitySuite;
use psa_core::{
    Address, Capabilities, CheckReport, Company, Connector, EntityCapabilities, EntityKind, Label, MemoryConnector,
    Reference, Result, Sink, Source, fields,
};

fn companies() -> MemoryConnector {
    let company = |n: i64| Company {
        name: Some(format!("Company {n}")),
        code: Some(format!("C{n}")),
        status: Some(Label::id(n)),
        types: vec![Label::id(n)],
        parent: Some(Reference::to(n % 3 + 1)),
        address: Some(Address { city: Some("Leeds".into()), ..Address::default() }),
        inactive: Some(n == 2),
        ..Company::default()
    };
    MemoryConnector::new().with((1..4).map(company))
}

/// Does what a connector in memory does, and says something else.
struct Liar {
    inner: MemoryConnector,
    says: Capabilities,
}

impl Liar {
    fn new(lie: impl FnOnce(EntityCapabilities) -> EntityCapabilities) -> Self {
        let inner = companies();
        let mut says = inner.capabilities().clone();
        let able = says.entities.remove(&EntityKind::COMPANY).unwrap_or_default();
        says.entities.insert(EntityKind::COMPANY, lie(able));
        Self { inner, says }
    }
}

#[async_trait]
impl Connector for Liar {
    fn vendor(&self) -> &'static str {
        "liar"
    }
    fn capabilities(&self) -> &Capabilities {
        &self.says
    }
    fn source(&self, kind: &EntityKind) -> Result<Arc<dyn Source>> {
        self.inner.source(kind)
    }
    fn sink(&self, kind: &EntityKind) -> Result<Arc<dyn Sink>> {
        self.inner.sink(kind)
    }
    async fn check(&self) -> CheckReport {
        self.inner.check().await
    }
}

fn failures(connector: impl Connector + 'static) -> Result<Vec<String>> {
    let report = futures::executor::block_on(AbilitySuite::new(Arc::new(connector)).run());
    report.map(|report| report.failures)
}

#[test]
fn what_is_declared_and_happens_is_no_failure() {
    assert_eq!(failures(companies()).unwrap(), Vec::<String>::new());
}

#[test]
fn each_lie_is_told() {
    let lies = [
        ("company code: an update is not declared", Liar::new(|able| able.creates_only(fields!(Company: CODE)))),
        ("company website: clearing is not declared", Liar::new(|able| able.keeps(fields!(Company: WEBSITE)))),
        ("company name: 11 characters", Liar::new(|able| able.max_chars([(Company::NAME.field(), 10)]))),
        ("company status: in the list's row: true", Liar::new(|able| able.reads_alone(fields!(Company: STATUS)))),
        ("company deleted_at: is read-only", Liar::new(|able| able.writes(fields!(Company: DELETED_AT)))),
        ("company has no field colour", Liar::new(|able| able.reads(["colour"]))),
    ];
    for (told, liar) in lies {
        let failures = failures(liar).unwrap();
        assert!(failures.iter().any(|failure| failure.starts_with(told)), "{told}: {failures:#?}");
    }
}
