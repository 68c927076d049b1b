//! Comments of every format: replaces and removes them by their words.
//!
//! The operations of a format have its name and its examples. Their arguments, and what they do, are the same in every format.

mod edited;
mod remove;
mod replace;

pub(super) use remove::RemoveComment;
pub(super) use replace::ReplaceComment;

/// Defines an operation on the comments of a format: its documentation, and the function that gives the units of the format, or says
/// why the file has none that are known.
macro_rules! on_comments {
    ($(#[doc = $doc:literal])* pub struct $name:ident($units:expr);) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(pub $crate::operation::comment::$name);

        impl Operate for $name {
            fn describe(&self) -> Description<'_> {
                self.0.describe()
            }

            fn resolve(&self, site: &Site<'_>) -> Answer {
                self.0.resolve(site, $units(site.file)?)
            }

            fn check(&self, texts: &Texts) -> Result<(), String> {
                self.0.check(texts)
            }

            moves_to!(self, Anchor::Text(find) => self.0.find = find);
        }

        #[cfg(test)]
        $crate::operation::arguments::own_schema! { $name, |generator| {
            use $crate::operation::arguments::documentation;
            let mut schema = <$crate::operation::comment::$name as schemars::JsonSchema>::json_schema(generator);
            schema.insert("description".to_owned(), documentation(&[$($doc),*]).into());
            schema
        } }
    };
}
pub(super) use on_comments;
