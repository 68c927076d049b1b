//! `xml.add-word`.

use super::words::{Holder, inherited};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::word_list::{Addition, add};

arguments! {
    /// `xml.add-word`: adds a word to a list with semicolons: the text of an element such as AdditionalDependencies, or the value of an
    /// attribute. It gets a line of its own where the word next to it has one.
    ///
    /// Where several elements match, it needs `after`, `before`, or more attributes. It refuses a file that is not well-formed.
    ///
    /// ```yaml
    /// file: PCbuild/_demo.vcxproj
    /// xml.add-word: {element: Link/AdditionalDependencies, word: device.lib}
    /// ```
    /// ```diff
    ///      <Link>
    /// -      <AdditionalDependencies>ws2_32.lib;%(AdditionalDependencies)</AdditionalDependencies>
    /// +      <AdditionalDependencies>ws2_32.lib;device.lib;%(AdditionalDependencies)</AdditionalDependencies>
    ///      </Link>
    /// ```
    /// ```yaml
    /// file: PCbuild/_demo.vcxproj
    /// xml.add-word: {element: PreprocessorDefinitions, word: DEVICE=1, after: Py_BUILD_CORE}
    /// ```
    /// ```diff
    ///        <PreprocessorDefinitions>
    ///          Py_BUILD_CORE;
    /// +        DEVICE=1;
    ///          %(PreprocessorDefinitions)
    ///        </PreprocessorDefinitions>
    /// ```
    pub struct AddWord {
        /// The element: its name and any of its attributes, as they are written; `OUTER/INNER` for one directly in another one.
        element: String,
        /// The attribute whose value is the list; the text of the element unless given.
        attribute: Option<String>,
        /// The new word.
        word: String,
        /// The word before which it is put.
        before: Option<String>,
        /// The word after which it is put; at the end unless one of both is given, but before `%(NAME)`, which is inherited.
        after: Option<String>,
    }
}

impl AddWord {
    fn holder(&self) -> Holder<'_> {
        Holder { element: &self.element, attribute: self.attribute.as_deref() }
    }
}

impl Operate for AddWord {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.element.clone())).label(self.word.clone()).within()
    }

    moves_to!(self, Anchor::Text(element) => self.element = element);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        self.holder().check(&self.word)?;
        ensure(!self.word.contains(';') || self.word.contains('&'), "has a semicolon in its `word`")?;
        ensure(self.before.is_none() || self.after.is_none(), "needs `before` or `after`, not both")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (text, lists) = (&site.file.bytes, self.holder().lists(site)?);
        let inherited = if self.after.is_none() { inherited(text, &lists) } else { None };
        let before = self.before.as_deref().or(inherited.as_deref());
        let addition = Addition { word: self.word.trim(), before, after: self.after.as_deref() };
        add(text, &lists, &self.holder().named(), &addition)
    }
}
