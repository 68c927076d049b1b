//! Files as a whole.

mod add;
mod link;
mod mode;
mod move_file;
mod remove;

pub use add::Add;
pub use link::Link;
pub use mode::Mode;
pub use move_file::Move;
pub use remove::Remove;
