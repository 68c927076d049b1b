//! `python.add-base`.

use super::list_edit::{Kind, ListEdit, check_name};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::value::Edge;

arguments! {
    /// `python.add-base`: adds a base class to a class: after those that it has, unless a place is given.
    ///
    /// It does not fit where several classes have the name.
    ///
    /// ```yaml
    /// file: Lib/test/test_foo.py
    /// python.add-base: {class: FooTests, base: Mixin, at: start}
    /// ```
    /// ```diff
    /// -class FooTests(unittest.TestCase):
    /// +class FooTests(Mixin, unittest.TestCase):
    ///      pass
    /// ```
    /// ```yaml
    /// file: Lib/foo.py
    /// python.add-base: {class: Foo, base: object}
    /// ```
    /// ```diff
    /// -class Foo:
    /// +class Foo(object):
    ///      pass
    /// ```
    pub struct AddBase {
        /// The class, by its dotted name.
        class: String,
        /// The new base class.
        base: String,
        /// The base class before which it is put.
        before: Option<String>,
        /// The base class after which it is put.
        after: Option<String>,
        /// `start` or `end` of the list.
        at: Option<Edge>,
    }
}

impl AddBase {
    fn edit(&self) -> ListEdit<'_> {
        let (before, after) = (self.before.as_deref(), self.after.as_deref());
        ListEdit::Add { new: &self.base, before, after, at: self.at }
    }
}

impl Operate for AddBase {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Definition(Some(self.class.clone()))).label(&self.base).within()
    }

    moves_to!(self, Anchor::Definition(Some(path)) => self.class = path);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_name(&self.class, "class")?;
        self.edit().check(Kind::Base)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        self.edit().of_definition(site, self.class.trim(), Kind::Base)
    }
}
