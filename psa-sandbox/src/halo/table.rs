//! What a row of the resource table says: path, right, envelope, filters, what is refused, special answers.

use super::dataset::Dataset;
use super::guid::guid;
use super::resource::Resource;
use crate::emulator::row::Row;

/// How a list answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    /// An envelope with pages of at most so many rows.
    Pages(&'static str, usize),
    /// An envelope that does not page and is cut at `count`.
    Count(&'static str),
    /// A bare array, whole.
    Whole,
}

/// How records are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ids {
    Number,
    Guid,
    /// Every record says 0.
    Zero,
}

/// Where a resource is and what it needs.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// The path, lower case.
    pub(super) path: &'static str,
    /// The name in operations.
    pub(super) name: &'static str,
    /// The family of its right; `admin` and `admin:…` are rights themselves.
    pub(super) family: &'static str,
    /// The right to write, where it is none of the family's.
    pub(super) edits: Option<&'static str>,
    /// What is no list, record, save or deletion: method and path, with `{id}` for a record's id.
    pub(super) special: &'static [(&'static str, Special)],
}

/// An operation of single resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    /// The agent who is logged in.
    Me,
    /// The user or the client who is logged in: nobody.
    Nobody,
    /// A file's bytes.
    Download,
    /// With `loadreport`.
    RunReport,
    /// SQL.
    Query,
    Resend,
    UpdateLines,
    Pdf,
    Void,
    Process,
}

/// What answers for a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    /// Its rows.
    Rows,
    Clients,
    Sites,
    Users,
}

/// Whether a record is at a site, which tells its client, or at a client and perhaps one of its sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    Site,
    Client,
}

/// What every line of a document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// There are no lines.
    Nothing,
    /// Of an order or an invoice.
    Order,
    /// Of an offer.
    Offer,
}

/// A member that follows from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follows {
    /// How many elements a list has, in this member.
    Count(&'static str, &'static str),
    /// The GUID of its number, unless it has one.
    Guid,
    /// Its id, under another name.
    Id(&'static str),
    /// The agents are the one agent, unless they are told.
    Agents,
}

/// A rule of single resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Entries of a calendar: filters of its own, agents that have to be there, and a new id with each update.
    Calendar,
    /// Values of fields that its type has.
    AssetFields,
    /// A file comes with a new record.
    Upload,
    /// Hours with a ticket become an action of it.
    Action,
}

/// A resource whose records are rows.
pub(super) struct Table {
    /// The resource whose records they are.
    pub(super) resource: Resource,
    pub(super) endpoint: Endpoint,
    /// What answers for it.
    pub(super) answers: Answers,
    pub(super) listing: Listing,
    pub(super) ids: Ids,
    /// How many there are before any edit.
    pub(super) count: fn(&Dataset) -> i64,
    pub(super) make: fn(&Dataset, i64) -> Row,
    /// Parameters that narrow a list, and the member that they are about.
    pub(super) filters: &'static [(&'static str, &'static str)],
    /// Members that a new record must have, with what is said otherwise.
    pub(super) required: &'static [(&'static str, &'static str)],
    /// Members of a write that add to a list, and the list.
    pub(super) additive: &'static [(&'static str, &'static str)],
    /// Members of a write that take elements out of a list, and the list.
    pub(super) removing: &'static [(&'static str, &'static str)],
    /// Where its records are.
    pub(super) home: Home,
    /// What its lines have.
    pub(super) lines: Lines,
    /// Members that follow from others.
    pub(super) follows: &'static [Follows],
    /// Rules that no member can say.
    pub(super) rules: &'static [Rule],
    /// Its records want to be told of changes.
    pub(super) listens: bool,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.resource.name())
    }
}

/// Members that a filter can be about, in most tables. Only of tables that have them: other names are ignored.
const OF_CLIENT: &[(&str, &str)] = &[("client_id", "client_id"), ("site_id", "site_id"), ("ticket_id", "ticket_id")];

/// An invoice calls its site something else.
pub(super) const OF_INVOICE: &[(&str, &str)] =
    &[("client_id", "client_id"), ("site_id", "sitenumber"), ("ticket_id", "ticket_id")];

/// A table whose list comes in pages.
pub(super) const fn paged(
    path: &'static str,
    resource: Resource,
    family: &'static str,
    items: &'static str,
    special: &'static [(&'static str, Special)],
) -> Table {
    Table { listing: Listing::Pages(items, 100), filters: OF_CLIENT, ..whole(path, resource, family, special) }
}

/// A table whose list is a bare array.
pub(super) const fn whole(
    path: &'static str,
    resource: Resource,
    family: &'static str,
    special: &'static [(&'static str, Special)],
) -> Table {
    Table {
        resource,
        endpoint: Endpoint { path, name: resource.name(), family, edits: None, special },
        answers: Answers::Rows,
        listing: Listing::Whole,
        ids: Ids::Number,
        count: |_| 0,
        make: |_, _| Row::new(),
        filters: &[],
        required: &[],
        additive: &[],
        removing: &[],
        home: Home::Client,
        lines: Lines::Nothing,
        follows: &[],
        rules: &[],
        listens: false,
    }
}

impl Table {
    /// The number behind an id as it stands on the wire.
    pub(super) fn number_of(&self, id: &str) -> Option<i64> {
        match self.ids {
            Ids::Guid => {
                let number = i64::from_str_radix(id.rsplit('-').next()?, 16).ok()?;
                guid(number as u64).eq_ignore_ascii_case(id).then_some(number)
            }
            Ids::Number | Ids::Zero => id.parse().ok(),
        }
    }
}
