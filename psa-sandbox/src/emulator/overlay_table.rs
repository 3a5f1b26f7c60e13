//! Tables of made-up rows: made from a seed by their number, with edits over them. Millions cost nothing.

use std::collections::BTreeMap;

use super::row::Row;

/// Rows 1 to `base` from the seed, with edits over them.
#[derive(Debug)]
pub(crate) struct Rows<D> {
    base: i64,
    next: i64,
    make: fn(&D, i64) -> Row,
    /// None: gone for good.
    overlay: BTreeMap<i64, Option<Row>>,
}

impl<D> Rows<D> {
    pub(crate) fn new(base: i64, make: fn(&D, i64) -> Row) -> Self {
        Self { base, next: base + 1, make, overlay: BTreeMap::new() }
    }

    pub(crate) fn get(&self, dataset: &D, id: i64) -> Option<Row> {
        match self.overlay.get(&id) {
            Some(edited) => edited.clone(),
            // No members: a number that is not taken.
            None if (1..=self.base).contains(&id) => Some((self.make)(dataset, id)).filter(|row| !row.is_empty()),
            None => None,
        }
    }

    /// Rows with ids above `after`, upwards.
    pub(crate) fn above<'r>(&'r self, dataset: &'r D, after: i64) -> impl Iterator<Item = (i64, Row)> + 'r {
        let base = (after + 1).max(1)..=self.base;
        let more = self.overlay.range(self.base.max(after) + 1..).filter_map(|(id, row)| Some((*id, row.clone()?)));
        base.filter_map(move |id| Some((id, self.get(dataset, id)?))).chain(more)
    }

    /// All rows, downwards.
    #[cfg(feature = "connectwise")]
    pub(crate) fn downwards<'r>(&'r self, dataset: &'r D) -> impl Iterator<Item = (i64, Row)> + 'r {
        let more = self.overlay.range(self.base + 1..).rev().filter_map(|(id, row)| Some((*id, row.clone()?)));
        more.chain((1..=self.base).rev().filter_map(move |id| Some((id, self.get(dataset, id)?))))
    }

    /// Only rows that were edited.
    #[cfg(feature = "connectwise")]
    pub(crate) fn edits(&self) -> impl Iterator<Item = (i64, Row)> + '_ {
        self.overlay.iter().filter_map(|(id, row)| Some((*id, row.clone()?)))
    }

    /// The ids from `from` to `until`, and those of rows that were added.
    #[cfg(feature = "connectwise")]
    pub(crate) fn within<'r>(&'r self, dataset: &'r D, from: i64, until: i64) -> impl Iterator<Item = (i64, Row)> + 'r {
        let more = self.overlay.range(self.base + 1..).filter_map(|(id, row)| Some((*id, row.clone()?)));
        (from.max(1)..=until.min(self.base)).filter_map(move |id| Some((id, self.get(dataset, id)?))).chain(more)
    }

    #[cfg(feature = "halo")]
    pub(crate) fn all(&self, dataset: &D) -> Vec<Row> {
        self.above(dataset, 0).map(|(_, row)| row).collect()
    }

    /// Whether there is any row that was not there at the start.
    pub(crate) fn edited(&self) -> bool {
        !self.overlay.is_empty()
    }

    /// How many rows there are. Large tables have no numbers that are not taken.
    #[cfg(feature = "connectwise")]
    pub(crate) fn len(&self, dataset: &D) -> usize {
        if self.base <= 10_000 {
            return self.above(dataset, 0).count();
        }
        let added = self.overlay.iter().filter(|(id, row)| **id > self.base && row.is_some()).count();
        let gone = self.overlay.iter().filter(|(id, row)| **id <= self.base && row.is_none()).count();
        self.base as usize + added - gone
    }

    /// The number that the next new row gets.
    #[cfg(feature = "connectwise")]
    pub(crate) fn next(&self) -> i64 {
        self.next
    }

    /// The next new row gets this number, where two tables share one numbering.
    #[cfg(feature = "connectwise")]
    pub(crate) fn number_from(&mut self, next: i64) {
        self.next = self.next.max(next);
    }

    pub(crate) fn insert(&mut self, mut new: Row) -> i64 {
        let id = self.next;
        self.next += 1;
        new.insert("id".to_owned(), id.into());
        self.overlay.insert(id, Some(new));
        id
    }

    #[cfg(feature = "halo")]
    pub(crate) fn update(&mut self, dataset: &D, id: i64, changes: Row) -> bool {
        let Some(mut row) = self.get(dataset, id) else {
            return false;
        };
        row.extend(changes);
        row.insert("id".to_owned(), id.into());
        self.overlay.insert(id, Some(row));
        true
    }

    /// Puts a whole row in its place.
    #[cfg(feature = "connectwise")]
    pub(crate) fn put(&mut self, id: i64, mut row: Row) {
        row.insert("id".to_owned(), id.into());
        self.overlay.insert(id, Some(row));
    }

    pub(crate) fn remove(&mut self, dataset: &D, id: i64) -> bool {
        let there = self.get(dataset, id).is_some();
        if there {
            self.overlay.insert(id, None);
        }
        there
    }
}
