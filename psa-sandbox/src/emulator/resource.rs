//! The names of a vendor's resources, each declared once.

/// Declares an enum of resources with their names in operations.
macro_rules! resources {
    ($(#[$about:meta])* $vendor:literal { $($Resource:ident = $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Resource {
            $(#[doc = concat!("`", $vendor, ".", $name, "`.")] $Resource,)*
        }

        impl Resource {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$Resource),*];

            /// The name in operations.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Resource => $name,)*
                }
            }

            /// The resource with a name, for a program that reads names.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|resource| resource.name() == name)
            }
        }
    };
}
pub(crate) use resources;
