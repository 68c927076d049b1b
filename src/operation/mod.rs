//! The operations of the edit language: a folder per format, a file per operation.
//!
//! Everything particular to an operation is in its file: the arguments and their documentation (a type), what makes
//! them nonsense ([`Operate::check`]), how it finds its anchor and what it changes ([`Operate::resolve`]), what it
//! attaches to and how much of that is compared across versions ([`Operate::describe`]), and how a port moves it to
//! another anchor ([`Operate::set_anchor`], mostly by `moves_to!`). In YAML its keys are written in the order of the
//! type's fields. The documentation of the type has an example, which is tested; it is also the description in the
//! published schema.
//!
//! To add an operation, write that file, add a line to the table in `list.rs`, and test what the example does not show.

mod anchor;
mod answer;
mod arguments;
pub mod c;
mod comment;
pub mod diff;
mod family;
pub mod file;
mod find;
mod first_lines;
pub mod header;
mod lines;
mod list;
pub mod m4;
pub mod makefile;
mod neighbours;
mod operate;
mod parsed;
mod prelude;
mod proof;
pub mod python;
mod scope;
pub mod setup;
pub mod shell;
pub mod text;
mod times;
mod unit;
mod value;
mod word_list;
pub mod xml;

pub use anchor::{Anchor, Side};
pub use answer::{Answer, Delta, Failure, Miss, Resolution};
pub(crate) use find::find_words;
pub use first_lines::keeps_first_lines;
pub use list::{Family, Operation};
pub use operate::{Compared, Description, FileNeed, Operate, Site};
pub use parsed::ParsedFile;
pub(crate) use proof::is_telling;
pub use scope::Within;
pub(crate) use text::near_lines;
pub use times::Times;
pub use value::{Count, Function, Module, OneOrMore, Text, TextFile, Texts};
