//! Plain text: for what no format's own operation expresses.

mod indent;
mod insert;
mod misspelling;
mod near;
mod remove;
mod replace;

pub use indent::Indent;
pub use insert::Insert;
pub(super) use near::{named_text, near_lines};
pub use remove::Remove;
pub use replace::Replace;
