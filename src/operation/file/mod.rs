//! Files as a whole.

mod add;
mod mode;
mod move_file;
mod remove;

pub use add::Add;
pub use mode::Mode;
pub use move_file::Move;
pub use remove::Remove;
