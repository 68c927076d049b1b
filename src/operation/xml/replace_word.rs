//! `xml.replace-word`.

use super::words::Holder;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::word_list::replace;

arguments! {
    /// `xml.replace-word`: replaces a word of a list with semicolons by one or more others: of the text of an element such as
    /// AdditionalDependencies, or of the value of an attribute.
    ///
    /// Only whole words match. Where several elements have the word, name one by its attributes or by `within`.
    ///
    /// ```yaml
    /// file: PCbuild/_demo.vcxproj
    /// xml.replace-word: {element: AdditionalDependencies, word: ws2_32.lib, with: wsock32.lib;mswsock.lib}
    /// ```
    /// ```diff
    ///      <Link>
    /// -      <AdditionalDependencies>ws2_32.lib;%(AdditionalDependencies)</AdditionalDependencies>
    /// +      <AdditionalDependencies>wsock32.lib;mswsock.lib;%(AdditionalDependencies)</AdditionalDependencies>
    ///      </Link>
    /// ```
    /// ```yaml
    /// file: PCbuild/demo.proj
    /// xml.replace-word: {element: MSBuild, attribute: Targets, word: Clean, with: CleanAll}
    /// ```
    /// ```diff
    ///    <Target Name="Rebuild">
    /// -    <MSBuild Projects="@(All)" Targets="Clean;Build" />
    /// +    <MSBuild Projects="@(All)" Targets="CleanAll;Build" />
    ///    </Target>
    /// ```
    pub struct ReplaceWord {
        /// The element: its name and any of its attributes, as they are written; `OUTER/INNER` for one directly in another one.
        element: String,
        /// The attribute whose value is the list; the text of the element unless given.
        attribute: Option<String>,
        /// The word.
        word: String,
        /// The new word, or several with semicolons between them.
        with: String,
    }
}

impl ReplaceWord {
    fn holder(&self) -> Holder<'_> {
        Holder { element: &self.element, attribute: self.attribute.as_deref() }
    }
}

impl Operate for ReplaceWord {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.element.clone())).label(self.word.clone()).within()
    }

    moves_to!(self, Anchor::Text(element) => self.element = element);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        self.holder().check(&self.word)?;
        self.holder().check(&self.with)?;
        let mut with = self.with.split(';');
        ensure(
            !with.any(|word| word.trim() == self.word.trim()),
            "keeps the word: write `xml.add-word` to add others",
        )
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (holder, word) = (self.holder(), self.word.trim());
        replace(&site.file.bytes, &holder.lists(site)?, &holder.named(), word, &self.with)
    }
}
