//! `python.add-decorator`.

use super::decorators::{DecoratorEdit, Target};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::value::Edge;

arguments! {
    /// `python.add-decorator`: adds a decorator to a function, method or class: above those that it has, unless a place is
    /// given.
    ///
    /// It does not fit where several functions or classes have the name.
    ///
    /// ```yaml
    /// file: Lib/test/test_foo.py
    /// python.add-decorator: {class: FooTests, function: test_deep, decorator: '@support.requires_demo()'}
    /// ```
    /// ```diff
    ///  class FooTests(unittest.TestCase):
    /// +    @support.requires_demo()
    ///      def test_deep(self):
    ///          pass
    /// ```
    /// ```yaml
    /// file: Lib/test/test_foo.py
    /// python.add-decorator: {class: FooTests, decorator: skip, after: support.requires_fork}
    /// ```
    /// ```diff
    ///  @support.requires_fork()
    /// +@skip
    ///  class FooTests(unittest.TestCase):
    ///      pass
    /// ```
    pub struct AddDecorator {
        /// The class, by its dotted name; of a method, its class.
        class: Option<String>,
        /// The function, by its dotted name; in a `class` the name of the method.
        function: Option<String>,
        /// The new decorator.
        decorator: String,
        /// The decorator above which it is put: all of it, or its name.
        before: Option<String>,
        /// The decorator below which it is put.
        after: Option<String>,
        /// `start`: above all others, or `end`: below them.
        at: Option<Edge>,
    }
}

impl AddDecorator {
    fn target(&self) -> Target<'_> {
        Target { class: self.class.as_ref(), function: self.function.as_ref() }
    }

    fn edit(&self) -> DecoratorEdit<'_> {
        let (before, after) = (self.before.as_deref(), self.after.as_deref());
        DecoratorEdit::Add { new: &self.decorator, before, after, at: self.at }
    }
}

impl Operate for AddDecorator {
    fn describe(&self) -> Description<'_> {
        Description::new(self.target().anchor()).label(&self.decorator).within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        self.target().check()?;
        self.edit().check()
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        self.edit().resolve(site, self.target())
    }
}
