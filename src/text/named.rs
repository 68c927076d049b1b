//! Enums whose values have names in reports.

/// Defines an enum from lines `Value = "name"`, with `ALL` of its values in this order.
macro_rules! named_values {
    ($(#[$meta:meta])* pub enum $type:ident { $($(#[$doc:meta])* $value:ident = $name:literal,)* }) => {
        $(#[$meta])*
        pub enum $type {
            $($(#[$doc])* $value,)*
        }

        impl $type {
            /// All values, in their order.
            pub const ALL: [$type; [$($name),*].len()] = [$($type::$value),*];

            /// Its name in reports.
            pub fn name(self) -> &'static str {
                match self {
                    $($type::$value => $name,)*
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}
pub(crate) use named_values;
