//! `xml.replace`.

use super::elements::Elements;
use super::pattern::require_xml;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Replacement, replace};

arguments! {
    /// `xml.replace`: replaces code: elements, or a part of one, such as of a tag, a text or a value.
    ///
    /// It refuses a file that is not well-formed, before or after the edit. It is ambiguous where the code occurs more often than
    /// `count`: `within` limits it to an element.
    ///
    /// ```yaml
    /// file: PCbuild/_demo.vcxproj
    /// within: {element: Target Name="_RebuildPath"}
    /// xml.replace: {find: '"$(TargetPath)"', with: '"_demo.exe"'}
    /// ```
    /// ```diff
    ///    <Target Name="_RebuildPath">
    /// -    <Exec Command='"$(TargetPath)" "%(Path.FullPath)"' />
    /// +    <Exec Command='"_demo.exe" "%(Path.FullPath)"' />
    ///    </Target>
    /// ```
    /// ```yaml
    /// file: PCbuild/_demo.vcxproj
    /// xml.replace: {find: <Platform>ARM4</Platform>, with: <Platform>ARM64</Platform>}
    /// ```
    /// ```diff
    ///    <ProjectConfiguration Include="Release|ARM64">
    ///      <Configuration>Release</Configuration>
    /// -    <Platform>ARM4</Platform>
    /// +    <Platform>ARM64</Platform>
    ///    </ProjectConfiguration>
    /// ```
    pub struct Replace {
        /// The code to replace, as it is written. Blanks and line ends between its words and signs do not matter.
        find: String,
        /// The new code.
        with: Text,
        /// How many matches the code has.
        count: Count,
    }
}

impl Operate for Replace {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).texts([&self.with]).within()
    }

    moves_to!(self, Anchor::Text(find) => self.find = find);

    fn check(&self, texts: &Texts) -> Result<(), String> {
        ensure(!self.find.trim().is_empty(), "has an empty anchor")?;
        let is_empty = texts.get(&self.with).trim_ascii().is_empty();
        ensure(!is_empty, "has an empty `with`: write `xml.remove` to remove elements")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        require_xml(site.file)?;
        let replacement = Replacement { find: &self.find, with: &self.with, count: self.count.0 };
        replace(&Elements::ByTokens, site, &replacement)
    }
}
