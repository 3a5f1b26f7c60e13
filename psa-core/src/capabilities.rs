//! What a connector can do. Engine, wizard, conformance suite and gateway plan from it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::{EntityKind, KeyShape};

/// How changes since a moment can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Incremental {
    /// The vendor filters by its change stamp.
    Filter,
    /// Not at all: every run reads everything, and the content hash finds what changed.
    FullScan,
}

/// How the set of all keys can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum KeyListing {
    /// In one answer, so that it is a snapshot.
    Snapshot,
    /// Page by page; an absence must be confirmed.
    Paged,
    /// Not at all: absence proves nothing.
    None,
}

/// What can be done with one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntityCapabilities {
    /// It can be read.
    pub read: bool,
    /// Why it can't, where only a right is missing: the vendor's name for it. A run says so and goes on.
    pub missing_right: Option<String>,
    /// How changes are found.
    pub incremental: Incremental,
    /// How all keys are found.
    pub keys: KeyListing,
    /// Whether the vendor can say how many there are.
    pub count: bool,
    /// Whether one record can be read by its key.
    pub get: bool,
    /// Records a page, at most.
    pub page_max: u32,
    /// It can be created.
    pub create: bool,
    /// It can be changed.
    pub update: bool,
    /// It can be deleted.
    pub delete: bool,
    /// The shape of this connector's keys for this kind.
    #[serde(skip)]
    pub key: KeyShape,
    /// Kinds that the same fetch can feed.
    pub also_feeds: Vec<EntityKind>,
    /// Whether rows can move between pages while a list is read, as with numbered pages.
    pub pages_shift: bool,
    /// The kinds of parents below which all records of this kind can be read.
    pub children_of: Vec<EntityKind>,
    /// Whether a first read of everything goes by parents, since the vendor has no list of this kind's own.
    pub only_below: bool,
    /// Kinds that share this kind's numbers: what refers to this kind may refer to one of them.
    pub numbered_with: Vec<EntityKind>,
    /// The fields of the common model that a write can name. What is not here is refused as unsupported.
    pub writable: Vec<&'static str>,
    /// Of the writable fields, those that only a create takes: an update that names one is refused.
    pub create_only: Vec<&'static str>,
    /// Fields that a record read alone and the answer of a write hold, and a row of a list never does. That a row lacks one
    /// says nothing: it takes no part in comparing a row with what is stored.
    pub single_only: Vec<&'static str>,
    /// Fields that can be written and that no answer holds.
    pub write_only: Vec<&'static str>,
}

impl EntityCapabilities {
    /// Whether a row of a list holds the field at `path`, as far as the vendor has a place for it.
    pub fn is_listed(&self, path: &str) -> bool {
        let field = path.split('.').next().unwrap_or(path);
        !self.single_only.contains(&field) && !self.write_only.contains(&field)
    }

    /// Whether a record read alone holds the field at `path`, as far as the vendor has a place for it.
    pub fn is_readable(&self, path: &str) -> bool {
        let field = path.split('.').next().unwrap_or(path);
        !self.write_only.contains(&field)
    }
}

impl Default for EntityCapabilities {
    fn default() -> Self {
        Self {
            read: true,
            missing_right: None,
            incremental: Incremental::FullScan,
            keys: KeyListing::None,
            count: false,
            get: true,
            page_max: 100,
            create: false,
            update: false,
            delete: false,
            key: KeyShape::ID,
            also_feeds: Vec::new(),
            pages_shift: true,
            children_of: Vec::new(),
            only_below: false,
            numbered_with: Vec::new(),
            writable: Vec::new(),
            create_only: Vec::new(),
            single_only: Vec::new(),
            write_only: Vec::new(),
        }
    }
}

/// A mark by which a sync knows its own writes when they come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum EchoMark {
    /// A field of the common model that the vendor keeps for the caller: write an id of your own there.
    ExternalRef {
        /// The kind that has it.
        kind: EntityKind,
        /// The field.
        path: &'static str,
    },
    /// Who the connection is: what this one changed last was our write.
    OwnIdentity(String),
    /// A native member that keeps the vendor from telling webhooks of a write.
    QuietWrite {
        /// The kind that has it.
        kind: EntityKind,
        /// The member, to be set to true.
        native: &'static str,
    },
}

/// What a connector can do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Capabilities {
    /// By kind; a kind that is not here is not supported at all.
    pub entities: BTreeMap<EntityKind, EntityCapabilities>,
    /// How far back the next window must reach into the last one, because the vendor's stamps settle late.
    pub overlap: Duration,
    /// The vendor's rate limit, if it is known: requests and the rolling window they count in.
    pub rate_limit: Option<(u32, Duration)>,
    /// Whether the vendor has a marker that makes a repeated create harmless.
    pub idempotent_create: bool,
    /// Marks by which own writes are known again.
    pub echo: Vec<EchoMark>,
}

impl Capabilities {
    /// What can be done with `kind`.
    pub fn entity(&self, kind: &EntityKind) -> Option<&EntityCapabilities> {
        self.entities.get(kind)
    }
}
