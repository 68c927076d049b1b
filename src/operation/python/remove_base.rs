//! `python.remove-base`.

use super::list_edit::{Kind, ListEdit, check_name};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.remove-base`: removes a base class of a class.
    ///
    /// Where the class has a similar base class instead, the base class is missing, not already removed.
    ///
    /// ```yaml
    /// file: Lib/test/test_foo.py
    /// python.remove-base: {class: FooTests, base: Mixin}
    /// ```
    /// ```diff
    /// -class FooTests(Mixin, unittest.TestCase):
    /// +class FooTests(unittest.TestCase):
    ///      pass
    /// ```
    /// ```yaml
    /// file: Lib/foo.py
    /// python.remove-base: {class: Foo, base: object}
    /// ```
    /// ```diff
    /// -class Foo(object):
    /// +class Foo:
    ///      pass
    /// ```
    pub struct RemoveBase {
        /// The class, by its dotted name.
        class: String,
        /// The base class.
        base: String,
    }
}

impl RemoveBase {
    fn edit(&self) -> ListEdit<'_> {
        ListEdit::Remove { item: &self.base }
    }
}

impl Operate for RemoveBase {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Definition(Some(self.class.clone()))).label(&self.base).within().removes()
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
