//! `xml.set-attribute`.

use super::pattern::Pattern;
use super::set::set;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `xml.set-attribute`: gives an attribute of an element another value, or adds the attribute. Its quotes stay.
    ///
    /// It refuses a file that is not well-formed, and is ambiguous where several elements match.
    ///
    /// ```yaml
    /// file: PCbuild/_demo.vcxproj
    /// xml.set-attribute: {element: 'ClCompile Include="..\Modules\_demo.c"', name: Condition, value: $(IncludeDemo)}
    /// ```
    /// ```diff
    ///    <ItemGroup>
    /// -    <ClCompile Include="..\Modules\_demo.c" />
    /// +    <ClCompile Include="..\Modules\_demo.c" Condition="$(IncludeDemo)" />
    ///    </ItemGroup>
    /// ```
    /// ```yaml
    /// file: PCbuild/_demo.vcxproj
    /// xml.set-attribute: {element: Import Project="python.props", name: Project, value: device.props}
    /// ```
    /// ```diff
    /// -  <Import Project="python.props" />
    /// +  <Import Project="device.props" />
    /// ```
    pub struct SetAttribute {
        /// The element: its name and any of its attributes, as they are written; `OUTER/INNER` for one directly in another one.
        element: String,
        /// The attribute.
        name: String,
        /// Its new value, as it is written in XML: `&amp;` for `&`.
        value: String,
    }
}

impl Operate for SetAttribute {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.element.clone()))
            .compared(Compared::Value)
            .label(self.name.clone())
            .within()
    }

    moves_to!(self, Anchor::Text(element) => self.element = element);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        Pattern::parse(&self.element)?;
        let quote = if self.value.contains('"') { '\'' } else { '"' };
        let own = Pattern::parse(&format!("x {}={quote}{}{quote}", self.name, self.value));
        ensure(
            own.is_ok(),
            "needs a `name` and a `value` as XML has them: `&lt;`, `&amp;`, not both kinds of quotes",
        )
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (text, name, value) = (&site.file.bytes, self.name.trim().as_bytes(), self.value.as_bytes());
        let expect = |step: &mut super::pattern::Step| {
            let own = step.attributes.iter_mut().filter(|(other, _)| other == name);
            own.for_each(|(_, old)| *old = value.to_vec());
        };
        let quote = |quote: u8| match quote {
            b'"' if value.contains(&b'"') => b'\'',
            b'\'' if value.contains(&b'\'') => b'"',
            same => same,
        };
        set(site, &self.element, expect, |element| {
            let Some(index) = element.attributes.iter().position(|one| one.name.of(text) == name) else {
                let quote = quote(b'"');
                let end = element.end_of_attributes();
                let gap = element.attributes.last().map(|last| {
                    let before = element.attributes.iter().rev().nth(1);
                    Span::new(before.map_or(element.name.end, |one| one.value.end + 1), last.name.start)
                });
                let gap = gap.map_or(&b" "[..], |gap| gap.of(text));
                let own = [gap, name, b"=", &[quote], value, &[quote]].concat();
                return Ok(Some(Rewrite::insert(end, own)));
            };
            let old = element.attributes[index].value;
            let with_quotes = Span::new(old.start - 1, old.end + 1);
            let quote = quote(text[with_quotes.start]);
            let new = [&[quote], value, &[quote]].concat();
            Ok((old.of(text) != value).then(|| Rewrite::replace(with_quotes, new)))
        })
    }
}
