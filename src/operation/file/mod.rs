//! Files as a whole.

mod add;
mod mode;
mod remove;

pub use add::Add;
pub use mode::Mode;
pub use remove::Remove;
