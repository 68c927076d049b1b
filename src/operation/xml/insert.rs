//! `xml.insert`.

use super::elements::Elements;
use super::pattern::{Pattern, require_xml};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Edge, check_insertion, insert, inserting};

arguments! {
    /// `xml.insert`: inserts elements before or after an element, or at the start or end of one.
    ///
    /// It refuses a file that is not well-formed, before or after the edit, and an edge of an element that has only one tag.
    ///
    /// ```yaml
    /// file: PCbuild/_demo.vcxproj
    /// xml.insert: {after: 'ClCompile Include="..\Modules\_demo.c"', text: '<ClCompile Include="..\Modules\_demo_io.c" />'}
    /// ```
    /// ```diff
    ///    <ItemGroup>
    ///      <ClCompile Include="..\Modules\_demo.c" />
    /// +    <ClCompile Include="..\Modules\_demo_io.c" />
    ///    </ItemGroup>
    /// ```
    /// ```yaml
    /// file: PCbuild/_demo.vcxproj
    /// within: {element: ItemDefinitionGroup/Link}
    /// xml.insert: {at: end, text: <SubSystem>Console</SubSystem>}
    /// ```
    /// ```diff
    ///    <ItemDefinitionGroup>
    ///      <Link>
    ///        <GenerateMapFile>true</GenerateMapFile>
    /// +      <SubSystem>Console</SubSystem>
    ///      </Link>
    ///    </ItemDefinitionGroup>
    /// ```
    one_of(at, before, after)
    pub struct Insert {
        /// `start` or `end` of the element that `within` names, or of the outermost one.
        at: Option<Edge>,
        /// The element before which they are inserted, above the comments that belong to it: its name and any of its attributes, as
        /// they are written: `ClCompile Include="a.c"`. `Link/SubSystem` is an element directly in another one,
        /// `<Platform>x64</Platform>` one with this text.
        before: Option<String>,
        /// The element after which they are inserted.
        after: Option<String>,
        /// Whether they are inserted below the comment lines above `before`, rather than above these. Unless given, only comments are.
        below_comment: Option<bool>,
        /// The elements, or comments.
        text: Text,
        /// How many elements match.
        count: Count,
    }
}

inserting! { Insert {
    fn check(&self, texts: &Texts) -> Result<(), String> {
        check_insertion(&self.insertion(), texts)?;
        self.before.as_ref().or(self.after.as_ref()).map_or(Ok(()), |code| Pattern::parse(code).map(|_| ()))
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        require_xml(site.file)?;
        insert(&Elements::ByName, site, &self.insertion())
    }
}}
