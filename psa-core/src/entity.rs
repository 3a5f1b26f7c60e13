//! `entity!`: a model from one line a field.

/// Declares a common model: the struct, its schema, a typed path for each field, get and set by path, content and parents.
///
/// ```text
/// pub struct Name: KIND, key SHAPE => {
///     /// What it means.
///     field: Type;
///     field: Type, modifier;
/// }
/// ```
///
/// - `KIND` is an [`EntityKind`](crate::EntityKind), open to names of your own; `SHAPE` is the [`KeyShape`](crate::KeyShape) of
///   its keys.
/// - A type implements [`FieldValue`](crate::FieldValue): `Option` or `Vec` of a [`FieldItem`](crate::FieldItem),
///   [`Custom`](crate::Custom), or `String`, `i64`, `f64`, `bool`, `DateTime<Utc>`, `NaiveDate` where a record is never without.
/// - Modifiers: `readonly` (never written), `stamp` (read-only, and a change of it alone is no change of the record), and
///   `parent KIND` (the record of that kind must be there first).
/// - Field `open_hours` has the path `Name::OPEN_HOURS`.
///
/// A kind of an application's own works like those of this crate: a connector that reads it gives it to a sync, which stores
/// it and orders it after its parents.
///
/// ```
/// use psa_core::{Changes, Entity, EntityKind, KeyShape, Reference};
///
/// psa_core::entity! {
///     /// An extension of a customer's telephone system.
///     pub struct Extension: EntityKind::new("extension"), key KeyShape::ID => {
///         /// The number that is dialled.
///         number: String;
///         /// Whose it is.
///         company: Option<Reference>, parent EntityKind::COMPANY;
///         /// Minutes spoken this month.
///         minutes: Option<i64>, readonly;
///     }
/// }
///
/// let extension = Extension { number: "117".into(), company: Some(Reference::to(12)), ..Extension::default() };
/// assert_eq!(extension.get("company.id"), Some("12".into()));
/// let changes = Changes::<Extension>::new().set(Extension::NUMBER, "118").clear(Extension::COMPANY);
/// assert_eq!(changes.len(), 2);
/// ```
///
/// What a record is never without can't be cleared, and what the vendor computes can't be set:
///
/// ```compile_fail,E0277
/// # psa_core::entity! {
/// #     /// An extension.
/// #     pub struct Extension: psa_core::EntityKind::new("extension"), key psa_core::KeyShape::ID => {
/// #         /// The number.
/// #         number: String;
/// #     }
/// # }
/// psa_core::Changes::<Extension>::new().clear(Extension::NUMBER);
/// ```
#[macro_export]
macro_rules! entity {
    (
        $(#[$doc:meta])*
        $vis:vis struct $name:ident: $kind:expr, key $shape:expr => {
            $( $(#[$fdoc:meta])* $field:ident: $ty:ty $(, $modifier:ident $($parent:expr)?)?; )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        $vis struct $name {
            $( $(#[$fdoc])* pub $field: $ty, )*
        }

        $crate::__private::paste! {
            /// The fields as typed paths.
            #[allow(dead_code)]
            impl $name {
                $( $(#[$fdoc])*
                   pub const [<$field:upper>]: $crate::entity!(@path $name, $ty $(, $modifier)?) =
                       $crate::Path::declare(stringify!($field)); )*
            }
        }

        impl $crate::__private::Serialize for $name {
            fn serialize<S: $crate::__private::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                use $crate::__private::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $( if !$crate::FieldValue::is_unset(&self.$field) {
                    map.serialize_entry(stringify!($field), &self.$field)?;
                } )*
                map.end()
            }
        }

        impl<'de> $crate::__private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                struct Members;
                impl<'de> $crate::__private::Visitor<'de> for Members {
                    type Value = $name;
                    fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        f.write_str(concat!("the members of a ", stringify!($name)))
                    }
                    fn visit_map<M: $crate::__private::MapAccess<'de>>(
                        self,
                        mut map: M,
                    ) -> ::core::result::Result<$name, M::Error> {
                        let mut entity = <$name as ::core::default::Default>::default();
                        while let Some(name) = map.next_key::<$crate::__private::MemberName<'de>>()? {
                            match name.as_str() {
                                $( stringify!($field) => entity.$field = map.next_value()?, )*
                                _ => { map.next_value::<$crate::__private::IgnoredAny>()?; }
                            }
                        }
                        Ok(entity)
                    }
                }
                deserializer.deserialize_map(Members)
            }
        }

        impl $crate::Entity for $name {
            const KIND: $crate::EntityKind = $kind;

            fn schema() -> &'static $crate::Schema {
                static FIELDS: &[$crate::Field] = &[$(
                    $crate::entity!(@field $field, $ty $(, $($parent)?)?)
                        .nullable(<$ty as $crate::FieldValue>::NULLABLE)
                        .writable($crate::entity!(@writable $($modifier)?))
                        .content($crate::entity!(@content $($modifier)?)),
                )*];
                static SCHEMA: $crate::Schema = $crate::Schema::new($kind, $shape, FIELDS);
                &SCHEMA
            }

            fn get(&self, path: &str) -> Option<$crate::__private::Value> {
                let (head, rest) = $crate::__private::split(path);
                let value = match head {
                    $( stringify!($field) => $crate::__private::to_value(&self.$field).ok()?, )*
                    _ => return None,
                };
                $crate::__private::descend(value, rest)
            }

            fn set(&mut self, path: &str, value: $crate::__private::Value) -> $crate::Result<()> {
                let (head, _) = $crate::__private::split(path);
                match head {
                    $( stringify!($field) => {
                        self.$field = $crate::__private::placed(&self.$field, path, value)?;
                        Ok(())
                    } )*
                    _ => Err($crate::__private::unknown_path(&$kind, path)),
                }
            }

            fn write_content(&self, out: &mut Vec<u8>) {
                out.push(b'{');
                $( if $crate::entity!(@content $($modifier)?) {
                    $crate::FieldValue::write_member(&self.$field, stringify!($field), out);
                } )*
                if out.last() == Some(&b',') {
                    out.pop();
                }
                out.push(b'}');
            }

            fn differences(&self, other: &Self) -> Vec<&'static str> {
                let mut differences = Vec::new();
                $( if $crate::entity!(@content $($modifier)?) && !$crate::FieldValue::same(&self.$field, &other.$field) {
                    differences.push(stringify!($field));
                } )*
                differences
            }

            #[allow(unused_variables)]
            fn visit_parents(&self, visit: &mut dyn FnMut(&'static $crate::EntityKind, &$crate::Key)) {
                $( $crate::entity!(@visit self visit $field $($($parent)?)?); )*
            }
        }
    };
    (@path $name:ident, $ty:ty) => { $crate::Path<$name, $ty> };
    (@path $name:ident, $ty:ty, parent) => { $crate::Path<$name, $ty> };
    (@path $name:ident, $ty:ty, readonly) => { $crate::Path<$name, $ty, $crate::ReadOnly> };
    (@path $name:ident, $ty:ty, stamp) => { $crate::Path<$name, $ty, $crate::ReadOnly> };
    (@writable) => { true };
    (@writable parent) => { true };
    (@writable readonly) => { false };
    (@writable stamp) => { false };
    (@content stamp) => { false };
    (@content $($other:ident)?) => { true };
    (@field $field:ident, $ty:ty $(,)?) => {
        $crate::Field::new(stringify!($field), <$ty as $crate::FieldValue>::TYPE)
    };
    (@field $field:ident, $ty:ty, $parent:expr) => {
        $crate::Field::to_parent(stringify!($field), <$ty as $crate::FieldValue>::TYPE, $parent)
    };
    (@visit $self:ident $visit:ident $field:ident) => {};
    (@visit $self:ident $visit:ident $field:ident $parent:expr) => {
        if let Some(reference) = &$self.$field {
            static PARENT: $crate::EntityKind = $parent;
            $visit(&PARENT, &reference.id);
        }
    };
}

/// What [`entity!`](crate::entity) expands to.
#[doc(hidden)]
pub mod private {
    use std::borrow::Cow;
    use std::fmt;

    pub use pastey::paste;
    pub use serde::de::{IgnoredAny, MapAccess, Visitor};
    pub use serde::ser::SerializeMap;
    pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
    pub use serde_json::{Value, to_value};

    pub use crate::schema::{descend, split, unknown_path};
    use crate::schema::{not_nullable, place, wrong_type};
    use crate::{FieldValue, Result};

    /// The value of a field after `value` was put at `path`, which is the field or a part of it.
    pub fn placed<T: FieldValue>(current: &T, path: &str, value: Value) -> Result<T> {
        let value = match split(path).1 {
            None if value.is_null() && T::NULLABLE => return Ok(T::default()),
            None if value.is_null() => return Err(not_nullable(path)),
            None => value,
            Some(rest) => {
                let mut whole = to_value(current).map_err(|e| wrong_type(path, &e))?;
                place(&mut whole, rest, value)?;
                whole
            }
        };
        serde_json::from_value(value).map_err(|e| wrong_type(path, &e))
    }

    /// The name of a member, without a copy where the text can be borrowed.
    #[derive(Debug)]
    pub struct MemberName<'de>(Cow<'de, str>);

    impl MemberName<'_> {
        pub fn as_str(&self) -> &str {
            &self.0
        }
    }

    impl<'de> Deserialize<'de> for MemberName<'de> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
            struct Name;
            impl<'de> Visitor<'de> for Name {
                type Value = MemberName<'de>;
                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("the name of a member")
                }
                fn visit_borrowed_str<E>(self, name: &'de str) -> std::result::Result<Self::Value, E> {
                    Ok(MemberName(Cow::Borrowed(name)))
                }
                fn visit_str<E>(self, name: &str) -> std::result::Result<Self::Value, E> {
                    Ok(MemberName(Cow::Owned(name.to_owned())))
                }
            }
            deserializer.deserialize_identifier(Name)
        }
    }
}
