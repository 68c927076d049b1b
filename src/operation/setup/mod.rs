//! Modules/Setup and the files like it, which makesetup reads.

mod add;
mod disable;
mod enable;
mod module_line;
mod remove;
mod replace;
mod set;

pub use add::Add;
pub use disable::Disable;
pub use enable::Enable;
pub use remove::Remove;
pub use replace::Replace;
pub use set::Set;
