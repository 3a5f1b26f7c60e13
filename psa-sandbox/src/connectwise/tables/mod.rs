//! The resources: one entry a table with its path, right, members, rules, and how its rows are made.

use std::sync::OnceLock;

use super::data::Dataset;
use crate::rows::Row;

mod company;
mod finance;
mod project;
mod sales;
mod service;
mod system;
mod time;

/// Children of record `n` have the ids `n * STRIDE + 1` and so on, before any edit.
pub(super) const STRIDE: i64 = 10;

pub(crate) struct Table {
    /// The path, with `{parent}` where it is below another record. Empty: other records refer to its rows, and no
    /// endpoint lists them.
    pub(super) path: &'static str,
    /// The name in operations.
    pub(super) name: &'static str,
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
    pub(super) parent: Option<(&'static str, &'static str)>,
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

const fn belongs(member: &'static str, of: &'static str, by: &'static str) -> Belongs {
    Belongs { member, of, by, follows: false }
}

const fn follows(member: &'static str, of: &'static str, by: &'static str) -> Belongs {
    Belongs { member, of, by, follows: true }
}

/// A number that is the id of one table or another.
pub(super) struct Typed {
    pub(super) id: &'static str,
    /// The member that tells which; of a reference, its identifier does.
    pub(super) kind: &'static str,
    pub(super) tables: &'static [(&'static str, &'static [&'static str])],
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
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

const SETUP: &str = "Table Setup";

const fn plain(path: &'static str, name: &'static str, singular: &'static str, module: &'static str) -> Table {
    Table {
        path,
        name,
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
    }
}

/// Makes the rows of a setup table from a list of them; those without an id are numbered by their place.
macro_rules! listed {
    ($($row:tt),* $(,)?) => {
        |d: &$crate::connectwise::Dataset, id: i64| -> $crate::rows::Row {
            $crate::connectwise::records::listed(d, id, vec![$(::serde_json::json!($row)),*])
        }
    };
}
pub(super) use listed;

/// Stands for a table that is not there: it has no rows and no path.
static NOTHING: Table = plain("", "", "record", "");

/// Every table.
pub(super) fn tables() -> &'static [&'static Table] {
    static ALL: OnceLock<Vec<&'static Table>> = OnceLock::new();
    ALL.get_or_init(|| {
        let groups = [
            company::TABLES,
            service::TABLES,
            project::TABLES,
            sales::TABLES,
            time::TABLES,
            finance::TABLES,
            system::TABLES,
        ];
        std::iter::once(&NOTHING).chain(groups.into_iter().flatten()).collect()
    })
}

/// The place of a table among [`tables`].
pub(super) fn index(table: &Table) -> usize {
    tables().iter().position(|t| std::ptr::eq(*t, table)).unwrap_or(0)
}

/// The table with this name, if there is one.
pub(super) fn find(name: &str) -> Option<&'static Table> {
    tables().iter().copied().find(|t| t.name == name && !name.is_empty())
}

/// The table with a name of this crate's own.
pub(super) fn table(name: &str) -> &'static Table {
    find(name).unwrap_or(&NOTHING)
}

impl Table {
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
