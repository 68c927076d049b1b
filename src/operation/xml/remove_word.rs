//! `xml.remove-word`.

use super::words::Holder;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::word_list::remove;

arguments! {
    /// `xml.remove-word`: removes a word from a list with semicolons: from the text of an element such as AdditionalDependencies, or from
    /// the value of an attribute.
    ///
    /// Only whole words match. Where a similar word is left, the word is missing, not already removed.
    ///
    /// ```yaml
    /// file: PCbuild/_demo.vcxproj
    /// xml.remove-word: {element: AdditionalDependencies, word: crypt32.lib}
    /// ```
    /// ```diff
    ///      <Link>
    /// -      <AdditionalDependencies>ws2_32.lib;crypt32.lib;%(AdditionalDependencies)</AdditionalDependencies>
    /// +      <AdditionalDependencies>ws2_32.lib;%(AdditionalDependencies)</AdditionalDependencies>
    ///      </Link>
    /// ```
    /// ```yaml
    /// file: PCbuild/demo.proj
    /// xml.remove-word: {element: MSBuild, attribute: Targets, word: Clean}
    /// ```
    /// ```diff
    ///    <Target Name="Rebuild">
    /// -    <MSBuild Projects="@(All)" Targets="Clean;Build" />
    /// +    <MSBuild Projects="@(All)" Targets="Build" />
    ///    </Target>
    /// ```
    pub struct RemoveWord {
        /// The element: its name and any of its attributes, as they are written; `OUTER/INNER` for one directly in another one.
        element: String,
        /// The attribute whose value is the list; the text of the element unless given.
        attribute: Option<String>,
        /// The word.
        word: String,
    }
}

impl RemoveWord {
    fn holder(&self) -> Holder<'_> {
        Holder { element: &self.element, attribute: self.attribute.as_deref() }
    }
}

impl Operate for RemoveWord {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.element.clone())).label(self.word.clone()).within().removes()
    }

    moves_to!(self, Anchor::Text(element) => self.element = element);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        self.holder().check(&self.word)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        remove(&site.file.bytes, &self.holder().lists(site)?, &self.holder().named(), self.word.trim())
    }
}
