//! `xml.set-text`.

use super::pattern::{Pattern, Step};
use super::set::set;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `xml.set-text`: gives an element another text. The blanks around it stay.
    ///
    /// It refuses an element that has others in it, and a file that is not well-formed. It is ambiguous where several elements match.
    ///
    /// ```yaml
    /// file: PCbuild/_demo.vcxproj
    /// xml.set-text: {element: PropertyGroup/TargetExt, text: .dll}
    /// ```
    /// ```diff
    ///    <PropertyGroup>
    /// -    <TargetExt>.pyd</TargetExt>
    /// +    <TargetExt>.dll</TargetExt>
    ///    </PropertyGroup>
    /// ```
    /// ```yaml
    /// file: PCbuild/_demo.vcxproj
    /// xml.set-text: {element: <Platform>ARM4</Platform>, text: ARM64}
    /// ```
    /// ```diff
    ///    <ProjectConfiguration Include="Release|ARM64">
    ///      <Configuration>Release</Configuration>
    /// -    <Platform>ARM4</Platform>
    /// +    <Platform>ARM64</Platform>
    ///    </ProjectConfiguration>
    /// ```
    pub struct SetText {
        /// The element: its name and any of its attributes, as they are written; `OUTER/INNER` for one directly in another one,
        /// `<NAME>TEXT</NAME>` for one with this text.
        element: String,
        /// Its new text, as it is written in XML: `&amp;` for `&`.
        text: String,
    }
}

impl Operate for SetText {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.element.clone())).compared(Compared::Value).within()
    }

    moves_to!(self, Anchor::Text(element) => self.element = element);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        Pattern::parse(&self.element)?;
        let own = Pattern::parse(&format!("<x>{}</x>", self.text));
        ensure(own.is_ok(), "needs a `text` without elements, with `&lt;` and `&amp;` as in XML")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let text = &site.file.bytes;
        let new = with_line_ends(self.text.trim().as_bytes(), line_ending(text));
        let expect = |step: &mut Step| {
            if let Some(text) = &mut step.text {
                text.clone_from(&new);
            }
        };
        set(site, &self.element, expect, |element| {
            if let Some(content) = element.content {
                if let Some(at) = memchr::memchr(b'<', content.of(text)) {
                    let why =
                        "the element has others, or comments, in it: `xml.replace` changes a part of it";
                    return Err(Failure::refused(why, content.start + at));
                }
                let inside = content.of(text);
                let blanks = inside.len() - inside.trim_ascii_start().len();
                let start = content.start + if blanks == inside.len() { 0 } else { blanks };
                let own = inside.trim_ascii();
                let old = if own.is_empty() { content } else { Span::new(start, start + own.len()) };
                return Ok((own != new).then(|| Rewrite::replace(old, new.clone())));
            }
            let tail = Span::new(element.end_of_attributes(), element.span.end);
            let own = [b">", &new[..], b"</", element.name.of(text), b">"].concat();
            Ok((!new.is_empty()).then(|| Rewrite::replace(tail, own)))
        })
    }
}
