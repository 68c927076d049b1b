//! C headers and their templates, such as pyconfig.h.in.

mod append;
mod define;
mod guard;
mod undef;

pub use append::Append;
pub use define::Define;
pub use undef::Undef;
