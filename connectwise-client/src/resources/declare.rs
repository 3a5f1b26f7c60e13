//! The macros that declare a resource: its members, where it stands, and the setters of its writes.

/// Declares a record of ConnectWise's, one line a field; see [`psa_http::resource!`].
macro_rules! resource {
    ($($table:tt)*) => { psa_http::resource! { "ConnectWise" camel any_date; $($table)* } };
}
pub(crate) use resource;

/// Says where a resource is and what can be done with it. A resource without `write` is only read; one with
/// `attach` has no members that could be changed. The members of `quiet` are mail switches: off unless a write sets them.
macro_rules! operations {
    ($ty:ident: $name:literal, $path:literal) => {
        crate::resources::operations!(@read $ty, $name, $path, false);
    };
    ($ty:ident: $name:literal, $path:literal, delete) => {
        crate::resources::operations!(@read $ty, $name, $path, false);
        impl psa_http::Deletable for $ty {}
    };
    ($ty:ident: $name:literal, $path:literal, attach) => {
        crate::resources::operations!($ty: $name, $path, delete);
        impl psa_http::Creatable for $ty {}
    };
    ($ty:ident: $name:literal, $path:literal, write $($delete:ident)? $(, search $search:literal)?
        $(, patch_with $fields:ident)? $(, read_only [$($read_only:literal),*])? $(, quiet [$($quiet:literal),*])?) => {
        crate::resources::operations!(@read $ty, $name, $path, crate::resources::operations!(@fields $($fields)?));
        impl psa_http::Creatable for $ty {
            const READ_ONLY: &'static [&'static str] = &[$($($read_only),*)?];
            const MAIL_SWITCHES: &'static [&'static str] = &[$($($quiet),*)?];
        }
        impl psa_http::Updatable for $ty {}
        $( crate::resources::operations!(@delete $delete $ty); )?
        $(
            impl crate::resources::Searchable for $ty {
                fn search_operation() -> &'static psa_http::Operation {
                    static SEARCH: psa_http::Operation =
                        psa_http::Operation::read_by_post(concat!("connectwise.", $name, ".search"), $search);
                    &SEARCH
                }
            }
        )?
    };
    (@fields) => { false };
    (@fields custom_fields) => { true };
    (@delete delete $ty:ident) => { impl psa_http::Deletable for $ty {} };
    (@read $ty:ident, $name:literal, $path:literal, $fields:expr) => {
        impl psa_http::Resource for $ty {
            fn operations() -> &'static psa_http::Operations {
                use psa_http::Operation;
                static LIST: Operation = Operation::get(concat!("connectwise.", $name, ".list"), $path);
                static GET: Operation = Operation::get(concat!("connectwise.", $name, ".get"), concat!($path, "/{id}"));
                static CREATE: Operation = Operation::post(concat!("connectwise.", $name, ".create"), $path);
                static UPDATE: Operation = Operation::patch(concat!("connectwise.", $name, ".update"), concat!($path, "/{id}"));
                static DELETE: Operation = Operation::delete(concat!("connectwise.", $name, ".delete"), concat!($path, "/{id}"));
                static ALL: psa_http::Operations =
                    psa_http::Operations { list: &LIST, get: &GET, create: &CREATE, update: &UPDATE, delete: &DELETE };
                &ALL
            }
            fn fields() -> &'static [psa_http::NativeField] {
                $ty::FIELDS
            }
        }
        impl psa_http::Readable for $ty {}
        impl crate::resources::ConnectWiseResource for $ty {
            const PATCH_WITH_CUSTOM_FIELDS: bool = $fields;
            fn count_operation() -> &'static psa_http::Operation {
                static COUNT: psa_http::Operation =
                    psa_http::Operation::get(concat!("connectwise.", $name, ".count"), concat!($path, "/count"));
                &COUNT
            }
            fn replace_operation() -> &'static psa_http::Operation {
                static REPLACE: psa_http::Operation =
                    psa_http::Operation::put(concat!("connectwise.", $name, ".replace"), concat!($path, "/{id}"));
                &REPLACE
            }
        }
    };
}
pub(crate) use operations;

/// Adds setters to a write: `name(value) => "member"`, or `=> ref "member"` for a reference by its id, by which lists can be
/// narrowed, too.
macro_rules! setters {
    ($resource:ty { $( $(#[$doc:meta])* $name:ident: $ty:ty => $($kind:ident)? $member:literal; )* }) => {
        impl crate::resources::WriteRequest<$resource> {
            $( $(#[$doc])* pub fn $name(self, value: impl Into<$ty>) -> Self {
                let value: $ty = value.into();
                crate::resources::setters!(@ $($kind)? self, $member, value)
            } )*
        }

        $( crate::resources::setters!(@filter $($kind)? $resource, $name, $ty, $member); )*
    };
    (@filter ref $resource:ty, $name:ident, $ty:ty, $member:literal) => {
        impl crate::list::List<$resource> {
            #[doc = concat!("Only those whose `", $member, "/id` is this one.")]
            pub fn $name(self, id: impl Into<$ty>) -> Self {
                let id: $ty = id.into();
                self.condition(crate::field(concat!($member, "/id")).eq(i64::from(id)))
            }
        }
    };
    (@filter $($other:tt)*) => {};
    (@ $this:ident, $member:literal, $value:ident) => { $this.set($member, $value) };
    (@ ref $this:ident, $member:literal, $value:ident) => { $this.reference($member, i64::from($value)) };
}
pub(crate) use setters;
