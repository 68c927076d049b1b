//! Python sources, of Python 2 and 3. Code is written from column 0 and gets the indentation of its place.

mod add_function;
mod add_method;
mod definition;
mod insert;
mod remove;
mod replace;
mod replace_function;
mod replace_method;
mod statements;
mod wrap;

pub use add_function::AddFunction;
pub use add_method::AddMethod;
pub use insert::Insert;
pub use remove::Remove;
pub use replace::Replace;
pub use replace_function::ReplaceFunction;
pub use replace_method::ReplaceMethod;
pub use wrap::Wrap;
