//! Python sources, of Python 2 and 3. Code is written from column 0 and gets the indentation of its place.

mod add_function;
mod add_method;
mod definition;
mod replace_function;
mod replace_method;

pub use add_function::AddFunction;
pub use add_method::AddMethod;
pub use replace_function::ReplaceFunction;
pub use replace_method::ReplaceMethod;
