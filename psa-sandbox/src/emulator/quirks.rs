//! The switches of a vendor's peculiarities, each declared once.

/// Declares a struct of switches: of each, the field, a builder method of the same name, its documentation, its name in
/// `NAMES` and in `switch`.
macro_rules! quirks {
    (
        $(#[$about:meta])*
        pub struct $Quirks:ident {
            $($(#[$doc:meta])* $switch:ident = $default:literal,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
        pub struct $Quirks {
            $($(#[$doc])* pub $switch: bool,)*
        }

        impl Default for $Quirks {
            fn default() -> Self {
                Self { $($switch: $default,)* }
            }
        }

        impl $Quirks {
            /// The switches by name, for a command line.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($switch)),*];

            /// The switch with this name.
            pub fn switch(&mut self, name: &str) -> Option<&mut bool> {
                match name {
                    $(stringify!($switch) => Some(&mut self.$switch),)*
                    _ => None,
                }
            }

            $(
                $(#[$doc])*
                #[must_use]
                pub fn $switch(mut self, on: bool) -> Self {
                    self.$switch = on;
                    self
                }
            )*
        }
    };
}
pub(crate) use quirks;
