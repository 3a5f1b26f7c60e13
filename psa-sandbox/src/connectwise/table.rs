//! What a row of the resource table says: path, right, members, references, what is refused, special answers.

use super::dataset::Dataset;
use super::resource::Resource;
use crate::emulator::row::Row;

/// Children of record `n` have the ids `n * STRIDE + 1` and so on, before any edit.
pub(super) const STRIDE: i64 = 10;

pub(crate) struct Table {
    /// The path, with `{parent}` where it is below another record. Empty: other records refer to its rows, and no
    /// endpoint lists them.
    pub(super) path: &'static str,
    /// The resource whose records they are.
    pub(super) resource: Resource,
    /// What the vendor calls one of them as the resource of an error.
    pub(super) singular: &'static str,
    /// What the vendor calls one of them in a message; empty: the singular, as words.
    pub(super) called: &'static str,
    /// The module of its right.
    pub(super) module: &'static str,
    /// Its members, in the words of [`Field`](super::schema::Field).
    pub(super) fields: &'static str,
    /// How many there are before any edit (with children or gaps: the largest id).
    pub(super) count: fn(&Dataset) -> i64,
    pub(super) make: fn(&Dataset, i64) -> Row,
    /// For a child: the table above it, and the member that names it.
    pub(super) parent: Option<(Resource, &'static str)>,
    /// References that have to be one of another reference's own.
    pub(super) belongs: &'static [Belongs],
    /// Numbers that are ids of one table or another.
    pub(super) typed: &'static [Typed],
    /// Pairs of members: the second is not before the first.
    pub(super) spans: &'static [(&'static str, &'static str)],
    /// What a reference to a row shows beside its id and name: the row's member, and what it is called there.
    pub(super) shows: &'static [(&'static str, &'static str)],
    /// Members that a replacement must have beside the required ones.
    pub(super) on_replace: &'static [&'static str],
    /// Members that conditions don't know though rows have them.
    pub(super) unfiltered: &'static [&'static str],
    /// The type of its callbacks; empty: none.
    pub(super) callback: &'static str,
    /// What may be done with it: create, update, delete.
    pub(super) writes: Writes,
    /// Readable at `…/info` too, without the right.
    pub(super) twin: bool,
    /// What answers for it.
    pub(super) answers: Answers,
    /// What the vendor fills in, derives and refuses beyond what members say, in this order.
    pub(super) rules: &'static [Rule],
    /// The screen of the tenant's own fields; empty: it has none.
    pub(super) screen: &'static str,
    /// The resource that has the same numbering.
    pub(super) numbered_with: Option<Resource>,
    /// A write below one of its records moves the record's stamp.
    pub(super) touched_by_children: bool,
    /// Its records want to be told of changes.
    pub(super) listens: bool,
}

/// What answers for a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    /// Its rows.
    Rows,
    /// Its rows, which contacts show too.
    Communications,
    /// Files, uploaded as a form and listed by record.
    Documents,
    /// References of a ticket to configurations.
    TicketConfigurations,
}

/// A rule of single resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Without a board it is on this one; its status, priority and company follow, and its status says if it is closed.
    Ticket { board: i64 },
    /// Without a project it is in its phase's.
    ProjectOfPhase,
    /// Texts that a new record brings along become notes of this resource.
    FirstNotes(Resource),
    /// Written by who is logged in, unless somebody else is named.
    Author,
    /// The same, unless a contact is named.
    AuthorOrContact,
    /// Who made it and when are members of the record.
    Signed,
    /// A note has to be shown somewhere.
    Note,
    /// Identifiers are unique, an address is needed, and a new one gets a main site.
    Company,
    /// At the main site of its company.
    Contact,
    /// What hours are charged to tells ticket and company.
    Charge,
    /// Called as what it is for, and as long as from its start to its end.
    Schedule,
    /// A registration: address, level and object are checked.
    Callback,
}

/// A reference that has to be one of another reference's own: a site of the company, a status of the board.
pub(super) struct Belongs {
    /// The reference.
    pub(super) member: &'static str,
    /// The member that names the owner; empty: the record itself.
    pub(super) of: &'static str,
    /// The member by which a row of the reference's table names its owner.
    pub(super) by: &'static str,
    /// It gives way when the owner alone is changed; otherwise such a change is refused.
    pub(super) follows: bool,
}

pub(super) const fn belongs(member: &'static str, of: &'static str, by: &'static str) -> Belongs {
    Belongs { member, of, by, follows: false }
}

pub(super) const fn follows(member: &'static str, of: &'static str, by: &'static str) -> Belongs {
    Belongs { member, of, by, follows: true }
}

/// A number that is the id of one table or another.
pub(super) struct Typed {
    pub(super) id: &'static str,
    /// The member that tells which; of a reference, its identifier does.
    pub(super) kind: &'static str,
    pub(super) tables: &'static [(&'static str, &'static [Resource])],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writes {
    None,
    /// Updates only.
    Change,
    /// No deletion.
    Keep,
    All,
    /// A deletion marks the record.
    Soft,
    /// Another upload replaces it.
    Upload,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.resource.name())
    }
}

pub(super) const SETUP: &str = "Table Setup";

pub(super) const fn plain(
    path: &'static str,
    resource: Resource,
    singular: &'static str,
    module: &'static str,
) -> Table {
    Table {
        path,
        resource,
        singular,
        called: "",
        module,
        fields: "",
        count: |_| 0,
        make: |_, _| Row::new(),
        parent: None,
        belongs: &[],
        typed: &[],
        spans: &[],
        shows: &[],
        on_replace: &[],
        unfiltered: &[],
        callback: "",
        writes: Writes::All,
        twin: false,
        answers: Answers::Rows,
        rules: &[],
        screen: "",
        numbered_with: None,
        touched_by_children: false,
        listens: false,
    }
}

impl Table {
    /// The name in operations.
    #[cfg(test)]
    pub(super) fn name(&self) -> &'static str {
        self.resource.name()
    }

    /// What the vendor calls one of them in a message: `Service Status`.
    pub(super) fn title(&self) -> String {
        if !self.called.is_empty() {
            return self.called.to_owned();
        }
        let mut title = String::new();
        for (n, c) in self.singular.char_indices() {
            if c.is_ascii_uppercase() && n > 0 {
                title.push(' ');
            }
            title.push(if n == 0 { c.to_ascii_uppercase() } else { c });
        }
        title
    }

    /// What the vendor calls the type of a record: `TimeEntry`.
    pub(super) fn class(&self) -> String {
        let mut class = self.singular.to_owned();
        if let Some(first) = class.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        class
    }
}
