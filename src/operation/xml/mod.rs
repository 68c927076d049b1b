//! XML: PCbuild/*.vcxproj and *.props, Mac/*.plist, Tools/msi/*.wxs.

mod add_word;
mod elements;
mod insert;
mod pattern;
mod remove;
mod remove_word;
mod replace;
mod replace_word;
mod set;
mod set_attribute;
mod set_text;
mod words;

pub use add_word::AddWord;
pub use insert::Insert;
pub(super) use pattern::Pattern;
pub use remove::Remove;
pub use remove_word::RemoveWord;
pub use replace::Replace;
pub use replace_word::ReplaceWord;
pub use set_attribute::SetAttribute;
pub use set_text::SetText;
