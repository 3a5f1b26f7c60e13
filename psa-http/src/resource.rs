//! Vendors' records as tables, one line a field: the struct, tolerant decoding, and the native schema from one source.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::json;

/// What a member of a vendor's record is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NativeType {
    /// A part of the record's own key. It must be there.
    Key,
    /// The id of another record.
    Id,
    /// A whole number.
    Int,
    /// A number.
    Num,
    /// Yes or no.
    Flag,
    /// Text.
    Text,
    /// A moment.
    Date,
    /// Whatever the vendor put there.
    Json,
    /// A nested record.
    Object,
    /// A list of nested records.
    List,
}

/// One typed member of a vendor's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NativeField {
    /// The vendor's name.
    pub name: &'static str,
    /// What it is read as.
    pub ty: NativeType,
}

/// A vendor's numeric id with a type of its own. Made by [`ids!`](crate::ids).
pub trait VendorId: From<i64> {}

/// A vendor's record with an id of its own.
pub trait Identified {
    /// The type of its id, so that another resource's id can't be passed for it.
    type Id: Clone;
    /// Its id.
    fn id(&self) -> Self::Id;
}

/// A type that a member can have.
#[doc(hidden)]
pub trait Member<'de>: Sized {
    const TYPE: NativeType;
    fn absent() -> Self;
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

macro_rules! members {
    ($($ty:ty => $native:ident by $read:path;)*) => { $(
        impl<'de> Member<'de> for Option<$ty> {
            const TYPE: NativeType = NativeType::$native;
            fn absent() -> Self {
                None
            }
            fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $read(deserializer)
            }
        }
    )* };
}

members! {
    i64 => Int by json::int;
    f64 => Num by json::num;
    bool => Flag by json::flag;
    String => Text by json::text;
    DateTime<Utc> => Date by json::date;
    serde_json::Value => Json by Deserialize::deserialize;
}

impl<'de, T: VendorId> Member<'de> for T {
    const TYPE: NativeType = NativeType::Key;
    fn absent() -> Self {
        Self::from(0)
    }
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::id(deserializer)
    }
}

impl<'de, T: VendorId> Member<'de> for Option<T> {
    const TYPE: NativeType = NativeType::Id;
    fn absent() -> Self {
        None
    }
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(json::int(deserializer)?.map(T::from))
    }
}

impl<'de, T: Deserialize<'de>> Member<'de> for Vec<T> {
    const TYPE: NativeType = NativeType::List;
    fn absent() -> Self {
        Self::new()
    }
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::list(deserializer)
    }
}

/// A date of any year.
#[doc(hidden)]
#[derive(Debug)]
pub struct AnyDate(pub Option<DateTime<Utc>>);

impl<'de> Deserialize<'de> for AnyDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::any_date(deserializer).map(Self)
    }
}

/// A value read as a member is.
#[doc(hidden)]
#[derive(Debug)]
pub struct Tolerant<T>(pub T);

impl<'de, T: Member<'de>> Deserialize<'de> for Tolerant<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

/// Finds members by name. Vendors send them in the same order each time, so the next is mostly right after the last.
#[doc(hidden)]
#[derive(Debug)]
pub struct Names {
    fields: &'static [NativeField],
    index: &'static HashMap<&'static str, usize>,
    next: usize,
    /// Which of the key's parts came, a bit each.
    keys: u32,
}

impl Names {
    pub fn new(fields: &'static [NativeField], index: &'static OnceLock<HashMap<&'static str, usize>>) -> Self {
        let index = index.get_or_init(|| fields.iter().enumerate().map(|(n, f)| (f.name, n)).collect());
        Self { fields, index, next: 0, keys: 0 }
    }

    /// The number of the next member's field, and `None` for one without a field.
    pub fn next<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<Option<Option<usize>>, A::Error> {
        map.next_key_seed(self)
    }

    /// Whether the whole key came.
    pub fn complete<E: serde::de::Error>(&self) -> Result<(), E> {
        let keys = self.fields.iter().filter(|f| f.ty == NativeType::Key);
        match keys.enumerate().find(|(n, _)| self.keys & (1 << n) == 0) {
            Some((_, field)) => Err(E::missing_field(field.name)),
            None => Ok(()),
        }
    }

    fn find(&mut self, name: &str) -> Option<usize> {
        let found = match self.fields.get(self.next) {
            Some(next) if next.name == name => self.next,
            _ => *self.index.get(name)?,
        };
        self.next = found + 1;
        if self.fields[found].ty == NativeType::Key {
            self.keys |= 1 << self.fields[..found].iter().filter(|f| f.ty == NativeType::Key).count();
        }
        Some(found)
    }
}

impl<'de> DeserializeSeed<'de> for &mut Names {
    type Value = Option<usize>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for &mut Names {
    type Value = Option<usize>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }
    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.find(name))
    }
}

/// A field's name without the mark that Rust needs for its own words.
#[doc(hidden)]
pub const fn plain(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// How long a field's name is in camel case.
#[doc(hidden)]
pub const fn camel_len(name: &str) -> usize {
    let (bytes, mut n, mut len) = (name.as_bytes(), 0, 0);
    while n < bytes.len() {
        if bytes[n] != b'_' {
            len += 1;
        }
        n += 1;
    }
    len
}

/// A field's name in camel case: `parent_ticket_id` is `parentTicketId`.
#[doc(hidden)]
pub const fn camel<const N: usize>(name: &str) -> [u8; N] {
    let (bytes, mut n, mut at, mut upper) = (name.as_bytes(), 0, 0, false);
    let mut out = [0; N];
    while n < bytes.len() {
        if bytes[n] == b'_' {
            upper = true;
        } else {
            out[at] = if upper { bytes[n].to_ascii_uppercase() } else { bytes[n] };
            upper = false;
            at += 1;
        }
        n += 1;
    }
    out
}

/// Declares a vendor's record from one line a field: the struct, tolerant decoding, and the native schema.
///
/// `key(Id)` must be there; `id(Id)`, `int`, `num`, `flag`, `text`, `date`, `json` and `object(T)` may be missing;
/// `list(T)` is empty then. A member without a line stays in the record's raw bytes. Where the vendor's name is not the
/// field's, it stands before the type: `board_name = "boardName": text;`. After the vendor may stand `camel`: names are
/// in camel case there. Years up to 1980 are how some vendors write that there is no date: they are none, unless
/// `any_date` stands after `camel`.
///
/// ```
/// psa_http::ids! {
///     /// Of a widget.
///     WidgetId;
/// }
/// psa_http::resource! { "Acme";
///     /// A widget.
///     pub struct Widget {
///         id: key(WidgetId);
///         r#type: text;
///         made_at = "madeAt": date;
///     }
/// }
///
/// let widget: Widget = serde_json::from_str(r#"{"madeAt": "2026-10-01T12:00:00", "new": 1, "id": "7", "type": null}"#)?;
/// assert_eq!((widget.id, widget.r#type), (WidgetId(7), None));
/// assert!(widget.made_at.is_some());
/// assert!(serde_json::from_str::<Widget>("{}").is_err(), "a record without its key is none");
/// assert_eq!(Widget::FIELDS[2].name, "madeAt");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! resource {
    ($vendor:literal camel any_date; $($table:tt)*) => {
        $crate::resource!(@table $vendor [camel] [any_date] $($table)*);
    };
    ($vendor:literal camel; $($table:tt)*) => { $crate::resource!(@table $vendor [camel] [date] $($table)*); };
    ($vendor:literal; $($table:tt)*) => { $crate::resource!(@table $vendor [plain] [date] $($table)*); };
    (@table $vendor:literal $style:tt $dates:tt $(#[$doc:meta])* pub struct $name:ident {
        $( $field:ident $(= $json:literal)?: $kind:ident $(($ty:ty))?; )*
    }) => {
        $(#[$doc])*
        #[non_exhaustive]
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $( #[doc = concat!($vendor, "'s `", $crate::resource!(@shown $field $($json)?), "`.")]
               pub $field: $crate::resource!(@type $kind $(($ty))?), )*
        }

        impl $name {
            /// The native schema: each typed member and what it is read as.
            pub const FIELDS: &'static [$crate::NativeField] = &[$( $crate::NativeField {
                name: $crate::resource!(@name $style $field $($json)?),
                ty: $crate::resource!(@native $kind $(($ty))?),
            }, )*];
        }

        $( $crate::resource!(@identified $name $field $kind $(($ty))?); )*

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                #[allow(non_camel_case_types)]
                #[derive(Clone, Copy)]
                enum Is { $( $field, )* }
                const IS: &[Is] = &[$( Is::$field, )*];
                struct Members;
                impl<'de> $crate::serde::de::Visitor<'de> for Members {
                    type Value = $name;
                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str(concat!("a record of ", $vendor, "'s"))
                    }
                    fn visit_map<A: $crate::serde::de::MapAccess<'de>>(self, mut map: A) -> ::std::result::Result<$name, A::Error> {
                        let mut out = $name { $( $field: $crate::resource!(@absent $kind), )* };
                        static INDEX: ::std::sync::OnceLock<::std::collections::HashMap<&'static str, usize>> =
                            ::std::sync::OnceLock::new();
                        let mut names = $crate::Names::new($name::FIELDS, &INDEX);
                        while let Some(found) = names.next(&mut map)? {
                            match found.map(|at| IS[at]) {
                                $( Some(Is::$field) => out.$field = $crate::resource!(@read $dates $kind map), )*
                                None => {
                                    map.next_value::<$crate::serde::de::IgnoredAny>()?;
                                }
                            }
                        }
                        names.complete()?;
                        Ok(out)
                    }
                }
                deserializer.deserialize_map(Members)
            }
        }
    };
    (@identified $name:ident id key($ty:ty)) => {
        impl $crate::Identified for $name {
            type Id = $ty;
            fn id(&self) -> $ty {
                ::std::clone::Clone::clone(&self.id)
            }
        }
    };
    (@identified $($other:tt)*) => {};
    (@native object($ty:ty)) => { $crate::NativeType::Object };
    (@native $kind:ident $(($ty:ty))?) => { <$crate::resource!(@type $kind $(($ty))?) as $crate::Member>::TYPE };
    (@absent object) => { None };
    (@absent $kind:ident) => { $crate::Member::absent() };
    (@read $dates:tt object $map:ident) => { $map.next_value()? };
    (@read [any_date] date $map:ident) => { $map.next_value::<$crate::AnyDate>()?.0 };
    (@read $dates:tt $kind:ident $map:ident) => { $map.next_value::<$crate::Tolerant<_>>()?.0 };
    (@shown $field:ident) => { stringify!($field) };
    (@shown $field:ident $json:literal) => { $json };
    (@name $style:tt $field:ident $json:literal) => { $json };
    (@name [plain] $field:ident) => { $crate::plain(stringify!($field)) };
    (@name [camel] $field:ident) => {{
        const FIELD: &str = $crate::plain(stringify!($field));
        const NAME: [u8; $crate::camel_len(FIELD)] = $crate::camel(FIELD);
        match ::std::str::from_utf8(&NAME) {
            Ok(name) => name,
            Err(_) => FIELD,
        }
    }};
    (@type key($ty:ty)) => { $ty };
    (@type id($ty:ty)) => { ::std::option::Option<$ty> };
    (@type int) => { ::std::option::Option<i64> };
    (@type num) => { ::std::option::Option<f64> };
    (@type flag) => { ::std::option::Option<bool> };
    (@type text) => { ::std::option::Option<::std::string::String> };
    (@type date) => { ::std::option::Option<$crate::chrono::DateTime<$crate::chrono::Utc>> };
    (@type json) => { ::std::option::Option<$crate::serde_json::Value> };
    (@type object($ty:ty)) => { ::std::option::Option<::std::boxed::Box<$ty>> };
    (@type list($ty:ty)) => { ::std::vec::Vec<$ty> };
}

/// Declares a vendor's ids, a type for each, so that an agent's can't be passed for a client's.
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl $crate::VendorId for $name {}

        impl ::std::convert::From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }

        impl ::std::convert::From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.0)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::json::id(deserializer)
            }
        }

        impl $name {
            /// The id as the key of a common record.
            pub fn key(self) -> $crate::psa_core::Key {
                $crate::psa_core::Key::from(self.0)
            }
        }
    )* };
}

/// Declares a vendor's ids that are text (GUIDs), a type for each.
#[macro_export]
macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub ::std::string::String);

        impl<'de> $crate::Member<'de> for $name {
            const TYPE: $crate::NativeType = $crate::NativeType::Key;
            fn absent() -> Self {
                Self(::std::string::String::new())
            }
            fn read<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                match $crate::json::text(deserializer)? {
                    Some(id) if !id.trim().is_empty() => Ok(Self(id)),
                    _ => Err($crate::serde::de::Error::custom("null, expected an id")),
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(id: ::std::string::String) -> Self {
                Self(id)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl $name {
            /// The id as the key of a common record.
            pub fn key(&self) -> $crate::psa_core::Key {
                $crate::psa_core::Key::from(self.0.as_str())
            }
        }
    )* };
}
