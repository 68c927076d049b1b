//! Plain text: for what no format's own operation expresses.

mod indent;
mod insert;
mod misspelling;
mod move_lines;
mod near;
mod remove;
mod replace;

pub use indent::Indent;
pub use insert::Insert;
pub use move_lines::Move;
pub(super) use near::named_text;
pub(crate) use near::near_lines;
pub use remove::Remove;
pub use replace::Replace;
