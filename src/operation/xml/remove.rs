//! `xml.remove`.

use super::elements::Elements;
use super::pattern::{Pattern, named, require_xml};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::{Removal, Units, gone_by_name, remove_found};

arguments! {
    /// `xml.remove`: removes elements with all that is in them, and their lines.
    ///
    /// It refuses a file that is not well-formed. Where an element is left whose name or attributes `find` may misspell, the element
    /// is missing, not already removed.
    ///
    /// ```yaml
    /// file: PCbuild/_demo.vcxproj
    /// xml.remove: {find: 'ClCompile Include="..\Modules\_demo.c"'}
    /// ```
    /// ```diff
    ///    <ItemGroup>
    /// -    <ClCompile Include="..\Modules\_demo.c">
    /// -      <WarningLevel>Level3</WarningLevel>
    /// -    </ClCompile>
    ///      <ClCompile Include="..\Modules\_socket.c" />
    ///    </ItemGroup>
    /// ```
    /// ```yaml
    /// file: Tools/msi/bundle/bundle.wxs
    /// xml.remove: {find: PackageGroupRef Id="launcher", comment: true}
    /// ```
    /// ```diff
    ///    <Chain>
    /// -      <!-- the launcher -->
    /// -      <PackageGroupRef Id="launcher" After="core" />
    ///      <PackageGroupRef Id="core" />
    ///    </Chain>
    /// ```
    pub struct Remove {
        /// The element: its name and any of its attributes, as they are written; `OUTER/INNER` for one directly in another one.
        find: String,
        /// Whether the comments directly above are removed, too.
        comment: bool,
        /// How many elements match.
        count: Count,
    }
}

impl Operate for Remove {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).within().removes()
    }

    moves_to!(self, Anchor::Text(find) => self.find = find);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        Pattern::parse(&self.find).map(|_| ())
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        require_xml(site.file)?;
        let found = Elements::ByName.find(site.file, self.find.as_bytes(), site.scope);
        if found.is_empty() {
            let pattern = Pattern::parse(&self.find).map_err(Failure::fault)?;
            let near = pattern.misspelled(site.file, site.scope);
            return gone_by_name(site, &format!("the element {}", named(&self.find)), near);
        }
        let removal = Removal { find: &self.find, comment: self.comment, count: self.count.0 };
        remove_found(&Elements::ByName, site, &removal, &found)
    }
}
