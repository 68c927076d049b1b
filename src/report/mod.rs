//! Renders plans and patchsets. Decides nothing and prints nothing.

pub mod json;
pub mod matrix;
pub mod neighbours;
pub mod port;
pub mod snapshot;
pub mod text;
pub mod why;
