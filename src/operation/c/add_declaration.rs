//! `c.add-declaration`.

use super::code::{check_code, indented};
use super::declaration::declared;
use super::place::{check_place, place, put};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::Edge;
use crate::syntax::c::CFile;

arguments! {
    /// `c.add-declaration`: adds a declaration before or after another one, or a function, or at the start or end of the scope of
    /// `within`.
    ///
    /// It refuses a text that is not a declaration. A declaration under a condition of its own does not count where that does
    /// not hold.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// c.add-declaration: {before: load, declaration: static int yod_open(char *);}
    /// ```
    /// ```diff
    ///  int x;
    /// +static int yod_open(char *);
    ///  int load(void)
    ///  {
    ///  }
    /// ```
    /// ```yaml
    /// file: Python/import.c
    /// c.add-declaration: {after: load, declaration: int yod_count;}
    /// ```
    /// ```diff
    ///  extern int load(void);
    /// +int yod_count;
    ///  int x;
    /// ```
    one_of(at, before, after)
    pub struct AddDeclaration {
        /// `start` or `end` of the scope.
        at: Option<Edge>,
        /// The declared name, or the function, before which it is put, above the comment that belongs to that.
        before: Option<String>,
        /// The declared name, or the function, after which it is put.
        after: Option<String>,
        /// The declaration, or several.
        declaration: Text,
    }
}

impl Operate for AddDeclaration {
    fn describe(&self) -> Description<'_> {
        let name = self.before.as_ref().or(self.after.as_ref());
        let anchor = name.map_or(Anchor::File, |name| Anchor::Text(name.clone()));
        Description::new(anchor).texts([&self.declaration]).within()
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let (Anchor::Text(name), Some(place)) = (anchor, self.before.as_mut().or(self.after.as_mut())) else {
            return false;
        };
        *place = name;
        true
    }

    fn check(&self, texts: &Texts) -> Result<(), String> {
        check_place(self.before.as_ref(), self.after.as_ref(), self.at)?;
        let text = texts.get(&self.declaration);
        check_code([("declaration", text)])?;
        let file = CFile::parse(text);
        let is_whole = !file.declarations(Span::new(0, text.len())).is_empty() && file.problems().is_empty();
        ensure(is_whole, "needs a `declaration` that ends with `;`")
    }

    fn inserted(&self) -> Option<&Text> {
        Some(&self.declaration)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, site.texts.get(&self.declaration));
        let neighbour = self.before.as_ref().or(self.after.as_ref());
        let neighbour = neighbour.map(|name| declared(site, name)).transpose()?;
        let place = place(site, neighbour, self.after.is_some(), self.at)?;
        let c = file.c();
        let conditions = c.conditions_at(place.inside);
        let is_made = |span: &&Span| {
            // What is under the outer conditions of the place is under the inner ones, too.
            !c.is_in_function(**span) && conditions.starts_with(&c.conditions_at(span.start))
        };
        if let Some(own) = c.find_code(text, site.scope).iter().find(is_made) {
            return already(own.start);
        }
        let lines = indented(text, &place.margin, line_ending(&file.bytes));
        put(site, &place, &lines)
    }
}
