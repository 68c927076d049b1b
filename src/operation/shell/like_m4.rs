//! Operations on shell scripts that do what those on m4 sources do.

/// Defines an operation on scripts with the arguments of one on m4 sources, which does the work. The documentation of
/// arguments that is about m4 is given once more.
macro_rules! like_m4 {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident {
            $($(#[doc = $about:literal])* $field:literal,)*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(pub $crate::operation::m4::$name);

        impl Operate for $name {
            fn describe(&self) -> Description<'_> {
                self.0.describe()
            }

            fn resolve(&self, site: &Site<'_>) -> Answer {
                $crate::operation::shell::like_m4::check_file(site.file)?;
                self.0.resolve(site)
            }

            fn check(&self, texts: &Texts) -> Result<(), String> {
                self.0.check_as(texts, $crate::syntax::m4::Dialect::Shell)
            }

            fn set_anchor(&mut self, anchor: Anchor) -> bool {
                self.0.set_anchor(anchor)
            }

            fn inserted(&self) -> Option<&Text> {
                self.0.inserted()
            }
        }

        #[cfg(test)]
        $crate::operation::arguments::own_schema! { $name, |generator| {
            use $crate::operation::arguments::documentation;
            let mut schema = <$crate::operation::m4::$name as schemars::JsonSchema>::json_schema(generator);
            schema.insert("description".to_owned(), documentation(&[$($doc),*]).into());
            $(schema.pointer_mut(concat!("/properties/", $field))
                .and_then(|property| property.as_object_mut())
                .expect("the operation on m4 sources has the argument")
                .insert("description".to_owned(), documentation(&[$($about),*]).into());)*
            schema
        } }
    };
}
pub(super) use like_m4;

use crate::operation::answer::Failure;
use crate::operation::parsed::ParsedFile;
use crate::syntax::m4::Dialect;

/// Refuses an m4 source: its quotes would be read as text.
pub(super) fn check_file(file: &ParsedFile) -> Result<(), Failure> {
    match file.m4().dialect() {
        Dialect::Shell => Ok(()),
        Dialect::M4 => {
            Err(Failure::refused("this is an m4 source, not a script: write the `m4.*` operation", 0))
        }
    }
}
