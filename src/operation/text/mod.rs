//! Plain text: for what no format's own operation expresses.

mod insert;
mod misspelling;
mod near;
mod remove;
mod replace;

pub use insert::Insert;
pub(super) use near::{first_line, near_lines};
pub use remove::Remove;
pub use replace::Replace;
