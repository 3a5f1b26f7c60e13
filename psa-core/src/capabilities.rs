//! What a connector can do. Engine, wizard, conformance suite and gateway plan from it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::{EntityKind, KeyShape};

/// How changes since a moment can be read.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Incremental {
    /// The vendor filters by its change stamp.
    Filter,
    /// Not at all: every run reads everything, and the content hash finds what changed.
    FullScan,
}

/// How the set of all keys can be read.
#[non_exhaustive]
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
#[non_exhaustive]
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
    /// What can be done with each field of the common model, by its name. A field that is not here the vendor has no place for:
    /// it is never read, and a write that names it is refused as unsupported.
    pub fields: BTreeMap<&'static str, FieldCapabilities>,
}

/// What can be done with one field.
///
/// Where not even a right is missing, what is declared is what happens: each client has a test that tries every field at its
/// vendor's sandbox.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct FieldCapabilities {
    /// A row of a list holds it.
    pub listed: bool,
    /// A record read alone holds it, and so does the answer of a write. If no row of a list does, that a row lacks it says
    /// nothing: it takes no part in comparing a row with what is stored.
    pub alone: bool,
    /// A create takes it.
    pub create: bool,
    /// An update takes it.
    pub update: bool,
    /// An update can clear it.
    pub clear: bool,
    /// The longest text, in characters; none: not known to be limited.
    pub max_chars: Option<u32>,
    /// How many elements of a list at most; none: not known to be limited.
    pub max_elements: Option<u32>,
}

impl FieldCapabilities {
    /// Whether a create or an update takes it.
    pub fn written(&self) -> bool {
        self.create || self.update
    }
}

/// Names of fields of a model, checked by the compiler: for [`EntityCapabilities`].
///
/// ```
/// assert_eq!(psa_core::fields!(psa_core::Ticket: SUMMARY, DUE_AT), ["summary", "due_at"]);
/// ```
#[macro_export]
macro_rules! fields {
    ($model:ty: $($field:ident),* $(,)?) => { [$( <$model>::$field.field() ),*] };
}

impl EntityCapabilities {
    /// The defaults, as `set` changes them.
    ///
    /// ```
    /// use psa_core::{EntityCapabilities, Ticket, fields};
    ///
    /// let able = EntityCapabilities::with(|able| able.count = true)
    ///     .reads(fields!(Ticket: NUMBER, SUMMARY))
    ///     .reads_alone(fields!(Ticket: DESCRIPTION))
    ///     .writes(fields!(Ticket: SUMMARY, DESCRIPTION))
    ///     .creates_only(fields!(Ticket: DESCRIPTION))
    ///     .keeps(fields!(Ticket: SUMMARY))
    ///     .max_chars([(Ticket::SUMMARY.field(), 100)]);
    /// assert!(able.is_listed("summary") && !able.is_listed("description"));
    /// assert!(!able.fields["summary"].clear && !able.fields["description"].update);
    /// ```
    pub fn with(set: impl FnOnce(&mut Self)) -> Self {
        let mut capabilities = Self::default();
        set(&mut capabilities);
        capabilities
    }

    /// The same capabilities, as `set` changes them.
    #[must_use]
    pub fn changed(mut self, set: impl FnOnce(&mut Self)) -> Self {
        set(&mut self);
        self
    }

    /// Whether a row of a list holds the field at `path`.
    pub fn is_listed(&self, path: &str) -> bool {
        self.field(path).is_some_and(|field| field.listed)
    }

    /// Whether a record read alone holds the field at `path`.
    pub fn is_readable(&self, path: &str) -> bool {
        self.field(path).is_some_and(|field| field.alone)
    }

    /// What can be done with the field at `path`, whatever part of it that names.
    pub fn field(&self, path: &str) -> Option<&FieldCapabilities> {
        self.fields.get(path.split('.').next().unwrap_or(path))
    }

    /// The names of the fields that are so.
    pub fn fields_that(&self, is: impl Fn(&FieldCapabilities) -> bool) -> Vec<&'static str> {
        self.fields.iter().filter(|(_, field)| is(field)).map(|(name, _)| *name).collect()
    }

    /// Lists and single reads hold these.
    #[must_use]
    pub fn reads(self, fields: impl IntoIterator<Item = &'static str>) -> Self {
        self.each(fields, |field| (field.listed, field.alone) = (true, true))
    }

    /// Single reads alone hold these.
    #[must_use]
    pub fn reads_alone(self, fields: impl IntoIterator<Item = &'static str>) -> Self {
        self.each(fields, |field| (field.listed, field.alone) = (false, true))
    }

    /// Creates and updates take these, and can clear them.
    #[must_use]
    pub fn writes(self, fields: impl IntoIterator<Item = &'static str>) -> Self {
        self.each(fields, |field| (field.create, field.update, field.clear) = (true, true, true))
    }

    /// Only creates take these.
    #[must_use]
    pub fn creates_only(self, fields: impl IntoIterator<Item = &'static str>) -> Self {
        self.each(fields, |field| (field.create, field.update, field.clear) = (true, false, false))
    }

    /// Updates take these and can't clear them.
    #[must_use]
    pub fn keeps(self, fields: impl IntoIterator<Item = &'static str>) -> Self {
        self.each(fields, |field| field.clear = false)
    }

    /// Nothing is written.
    #[must_use]
    pub fn writes_nothing(mut self) -> Self {
        self.fields.values_mut().for_each(|field| (field.create, field.update, field.clear) = (false, false, false));
        (self.create, self.update, self.delete) = (false, false, false);
        self
    }

    /// The longest texts.
    #[must_use]
    pub fn max_chars(self, limits: impl IntoIterator<Item = (&'static str, u32)>) -> Self {
        limits.into_iter().fold(self, |able, (name, most)| able.each([name], |field| field.max_chars = Some(most)))
    }

    /// The longest lists.
    #[must_use]
    pub fn max_elements(self, limits: impl IntoIterator<Item = (&'static str, u32)>) -> Self {
        limits.into_iter().fold(self, |able, (name, most)| able.each([name], |field| field.max_elements = Some(most)))
    }

    fn each(mut self, fields: impl IntoIterator<Item = &'static str>, set: impl Fn(&mut FieldCapabilities)) -> Self {
        fields.into_iter().for_each(|name| set(self.fields.entry(name).or_default()));
        self
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
            fields: BTreeMap::new(),
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
#[non_exhaustive]
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
    /// Nothing, as `set` changes it.
    pub fn with(set: impl FnOnce(&mut Self)) -> Self {
        let mut capabilities = Self::default();
        set(&mut capabilities);
        capabilities
    }

    /// What can be done with `kind`.
    pub fn entity(&self, kind: &EntityKind) -> Option<&EntityCapabilities> {
        self.entities.get(kind)
    }
}
