//! What can be written to a field of which type.

use std::borrow::Cow;

use chrono::{DateTime, FixedOffset, Utc};

use super::{Custom, Normalized, Reference};
use crate::Key;

/// A value that can be written to a field of type `T`: what [`Changes::set`](crate::Changes::set) takes.
///
/// Text for text, whole numbers for decimals, a key for a reference, a value for a normalised one, and anything for an `Option`
/// of it. What could be wrong at run time has no conversion: no text becomes a date.
///
/// ```
/// use psa_core::{Changes, Contact, Email, Key, Label, Ticket, TicketNote, Visibility};
///
/// let parent = Key::from(4711);
/// let ticket = Changes::<Ticket>::new()
///     .set(Ticket::SUMMARY, "Printer on fire")
///     .set(Ticket::ESTIMATE_HOURS, 2)
///     .set(Ticket::PARENT, &parent)
///     .set(Ticket::STATUS, Label::id(3))
///     .set(Ticket::DUE_AT, chrono::DateTime::UNIX_EPOCH);
/// let note = Changes::<TicketNote>::new().set(TicketNote::VISIBILITY, Visibility::Public);
/// let ann = Email { address: "ann@acme.example".into(), default: true };
/// let contact = Changes::<Contact>::new().set(Contact::EMAILS, [ann]);
/// ```
#[diagnostic::on_unimplemented(message = "a `{Self}` can't be written to a field of type `{T}`")]
pub trait IntoField<T> {
    /// The value of the field.
    fn into_field(self) -> T;
}

impl<T> IntoField<T> for T {
    fn into_field(self) -> T {
        self
    }
}

impl<T> IntoField<Option<T>> for T {
    fn into_field(self) -> Option<T> {
        Some(self)
    }
}

impl<T: Clone> IntoField<Option<T>> for &T {
    fn into_field(self) -> Option<T> {
        Some(self.clone())
    }
}

impl<T: Clone> IntoField<Option<T>> for &Option<T> {
    fn into_field(self) -> Option<T> {
        self.clone()
    }
}

impl<T> IntoField<Option<Normalized<T>>> for T {
    fn into_field(self) -> Option<Normalized<T>> {
        Some(Normalized::of(self))
    }
}

impl<T, const N: usize> IntoField<Vec<T>> for [T; N] {
    fn into_field(self) -> Vec<T> {
        self.into()
    }
}

impl<T: Clone> IntoField<Vec<T>> for &[T] {
    fn into_field(self) -> Vec<T> {
        self.to_vec()
    }
}

impl<T: Clone> IntoField<Vec<T>> for &Vec<T> {
    fn into_field(self) -> Vec<T> {
        self.clone()
    }
}

macro_rules! conversions {
    ($($from:ty => $to:ty = |$value:ident| $made:expr;)*) => { $(
        impl IntoField<$to> for $from {
            fn into_field(self) -> $to {
                let $value = self;
                $made
            }
        }
    )* };
}

conversions! {
    &str => String = |text| text.to_owned();
    &String => String = |text| text.clone();
    &str => Option<String> = |text| Some(text.to_owned());
    Option<&str> => Option<String> = |text| text.map(str::to_owned);
    Cow<'_, str> => Option<String> = |text| Some(text.into_owned());
    i32 => Option<f64> = |number| Some(number.into());
    u32 => Option<f64> = |number| Some(number.into());
    f32 => Option<f64> = |number| Some(number.into());
    i32 => f64 = |number| number.into();
    u32 => f64 = |number| number.into();
    i32 => Option<i64> = |number| Some(number.into());
    u32 => Option<i64> = |number| Some(number.into());
    i32 => i64 = |number| number.into();
    u32 => i64 = |number| number.into();
    DateTime<FixedOffset> => Option<DateTime<Utc>> = |at| Some(at.to_utc());
    DateTime<FixedOffset> => DateTime<Utc> = |at| at.to_utc();
    Key => Option<Reference> = |key| Some(Reference::to(key));
    &Key => Option<Reference> = |key| Some(Reference::to(key.clone()));
    Option<Key> => Option<Reference> = |key| key.map(Reference::to);
    Option<&Key> => Option<Reference> = |key| key.cloned().map(Reference::to);
    &Custom => Custom = |custom| custom.clone();
    &[Key] => Vec<Reference> = |keys| keys.iter().cloned().map(Reference::to).collect();
}
