//! Typed paths: a field of a model as a constant that the compiler checks.

use std::fmt;
use std::marker::PhantomData;

/// Marks a [`Path`] of a field that can be written.
#[derive(Debug, Clone, Copy)]
pub enum Writable {}

/// Marks a [`Path`] of a field that the vendor computes: no change takes it.
#[derive(Debug, Clone, Copy)]
pub enum ReadOnly {}

/// How many names a path has at most: `author.agent.id`.
const DEPTH: usize = 3;

/// A field of the model `E` that holds a `T`, or a part of one. [`entity!`](crate::entity) makes a constant of each field.
///
/// A path of another model, a value of another type, and a field that can't be written do not compile:
///
/// ```
/// use psa_core::{Changes, Company, Key, Path, Ticket};
///
/// const SUMMARY: Path<Ticket, Option<String>> = Ticket::SUMMARY;
/// assert_eq!(SUMMARY.to_string(), "summary");
/// assert_eq!(Company::ADDRESS.city().to_string(), "address.city");
///
/// let company = Key::from(12);
/// let changes = Changes::<Ticket>::new().set(Ticket::SUMMARY, "Printer on fire").set(Ticket::COMPANY, &company);
/// assert_eq!(changes.len(), 2);
/// ```
///
/// ```compile_fail,E0277
/// use psa_core::{Changes, Ticket};
///
/// Changes::<Ticket>::new().set(Ticket::ESTIMATE_HOURS, "three");
/// ```
///
/// ```compile_fail,E0308
/// use psa_core::{Changes, Company, Ticket};
///
/// Changes::<Ticket>::new().set(Company::NAME, "Acme");
/// ```
///
/// ```compile_fail,E0308
/// use psa_core::{Changes, Ticket};
///
/// Changes::<Ticket>::new().set(Ticket::CLOSED, true);
/// ```
pub struct Path<E, T, A = Writable> {
    /// From the outside in; empty where there is none.
    names: [&'static str; DEPTH],
    of: PhantomData<Of<E, T, A>>,
}

/// Names types and holds none.
type Of<E, T, A> = fn() -> (E, T, A);

impl<E, T, A> Path<E, T, A> {
    /// The path of a whole field. For [`entity!`](crate::entity), which knows that it is there.
    #[doc(hidden)]
    pub const fn declare(field: &'static str) -> Self {
        Self { names: [field, "", ""], of: PhantomData }
    }

    /// The name of the field, whatever part of it this is: what a schema and the capabilities call it.
    pub const fn field(self) -> &'static str {
        self.names[0]
    }

    /// A part of what is here, which holds a `P`.
    pub(crate) const fn part<P>(self, name: &'static str) -> Path<E, P, A> {
        let mut names = self.names;
        let mut depth = 1;
        while !names[depth].is_empty() {
            depth += 1;
        }
        names[depth] = name;
        Path { names, of: PhantomData }
    }
}

impl<E, T, A> Clone for Path<E, T, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E, T, A> Copy for Path<E, T, A> {}

impl<E, T, A> fmt::Display for Path<E, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.names[0])?;
        self.names[1..].iter().filter(|name| !name.is_empty()).try_for_each(|name| write!(f, ".{name}"))
    }
}

impl<E, T, A> fmt::Debug for Path<E, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({self})")
    }
}

/// A row of a connector's table: a field of `E` that can be written, and the vendor's member that it is written to.
///
/// ```
/// use psa_core::{Mapped, Ticket};
///
/// const MEMBERS: &[Mapped<Ticket, &str>] =
///     &[Mapped::new(Ticket::SUMMARY, "summary"), Mapped::new(Ticket::COMPANY, "client_id")];
/// assert_eq!(Mapped::find(MEMBERS, "company.id"), Some(&"client_id"));
/// assert_eq!(Mapped::find(MEMBERS, "team"), None);
/// ```
pub struct Mapped<E, M> {
    field: &'static str,
    member: M,
    of: PhantomData<fn() -> E>,
}

impl<E, M> Mapped<E, M> {
    /// The row for a field.
    pub const fn new<T>(path: Path<E, T>, member: M) -> Self {
        Self { field: path.field(), member, of: PhantomData }
    }

    /// The name of the field.
    pub const fn field(&self) -> &'static str {
        self.field
    }

    /// What it is written to.
    pub const fn member(&self) -> &M {
        &self.member
    }

    /// The member for a path in text, whatever part of the field it names.
    pub fn find<'a>(rows: &'a [Self], path: &str) -> Option<&'a M> {
        let field = path.split('.').next().unwrap_or(path);
        rows.iter().find(|row| row.field == field).map(|row| &row.member)
    }
}

impl<E, M: Clone> Clone for Mapped<E, M> {
    fn clone(&self) -> Self {
        Self { field: self.field, member: self.member.clone(), of: PhantomData }
    }
}

impl<E, M: Copy> Copy for Mapped<E, M> {}

impl<E, M: fmt::Debug> fmt::Debug for Mapped<E, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(self.field).field(&self.member).finish()
    }
}
