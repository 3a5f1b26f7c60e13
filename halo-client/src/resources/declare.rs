//! The macros that declare a resource: its members, where it stands, its filters and the setters of its writes.

/// Declares a record of Halo's, one line a field; see [`psa_http::resource!`].
macro_rules! resource {
    ($($table:tt)*) => { psa_http::resource! { "Halo"; $($table)* } };
}
pub(crate) use resource;

/// Says where a resource is, how its lists look, and what can be done with it beside listing: `get`, `create`, `update`, `delete`.
macro_rules! operations {
    ($name:ident: $resource:literal, $path:literal, items $items:literal, paged $paged:literal, key |$this:ident| $key:expr
        $(, list [$($param:expr),*])? $(, can [$($verb:ident),*])?) => {
        impl psa_http::Resource for $name {
            fn operations() -> &'static psa_http::Operations {
                use psa_http::Operation;
                static LIST: Operation = Operation::get(concat!("halo.", $resource, ".list"), $path);
                static GET: Operation = Operation::get(concat!("halo.", $resource, ".get"), concat!($path, "/{id}"));
                static CREATE: Operation = Operation::post(concat!("halo.", $resource, ".create"), $path);
                static UPDATE: Operation = Operation::post(concat!("halo.", $resource, ".update"), $path);
                static DELETE: Operation = Operation::delete(concat!("halo.", $resource, ".delete"), concat!($path, "/{id}"));
                static ALL: psa_http::Operations =
                    psa_http::Operations { list: &LIST, get: &GET, create: &CREATE, update: &UPDATE, delete: &DELETE };
                &ALL
            }
            fn fields() -> &'static [psa_http::NativeField] {
                $name::FIELDS
            }
        }
        impl crate::resources::HaloResource for $name {
            const ITEMS: &'static str = $items;
            const PAGED: bool = $paged;
            const LIST_PARAMS: &'static [(&'static str, &'static str)] = &[$($($param),*)?];
            fn key(&self) -> psa_core::Key {
                let $this = self;
                $key
            }
        }
        $($( crate::resources::operations!(@$verb $name); )*)?
    };
    (@get $name:ident) => { impl psa_http::Readable for $name {} };
    (@create $name:ident) => { impl psa_http::Creatable for $name {} };
    (@update $name:ident) => { impl psa_http::Updatable for $name {} };
    (@delete $name:ident) => { impl psa_http::Deletable for $name {} };
}
pub(crate) use operations;

/// Adds query methods to a list: `name(value) => "parameter"`.
macro_rules! filters {
    ($resource:ty { $( $(#[$doc:meta])* $name:ident: $ty:ty => $param:literal; )* }) => {
        impl crate::list::List<$resource> {
            $( $(#[$doc])* pub fn $name(self, value: impl Into<$ty>) -> Self {
                let value: $ty = value.into();
                self.query($param, value)
            } )*
        }
    };
}
pub(crate) use filters;

/// Adds setters to a write: `name(value) => "member"`.
macro_rules! setters {
    ($resource:ty { $( $(#[$doc:meta])* $name:ident: $ty:ty => $member:literal; )* }) => {
        impl crate::resources::WriteRequest<$resource> {
            $( $(#[$doc])* pub fn $name(self, value: impl Into<$ty>) -> Self {
                let value: $ty = value.into();
                self.set($member, value)
            } )*
        }
    };
}
pub(crate) use setters;

/// A record that has the members of another one, behind an endpoint and a right of its own.
macro_rules! same_record {
    ($(#[$doc:meta])* $name:ident($inner:ident)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl std::ops::Deref for $name {
            type Target = $inner;
            fn deref(&self) -> &$inner {
                &self.0
            }
        }

        impl $name {
            /// Its typed members: those of the other record.
            pub const FIELDS: &'static [psa_http::NativeField] = $inner::FIELDS;
        }

        impl psa_http::Identified for $name {
            type Id = <$inner as psa_http::Identified>::Id;
            fn id(&self) -> Self::Id {
                psa_http::Identified::id(&self.0)
            }
        }
    };
}
pub(crate) use same_record;
