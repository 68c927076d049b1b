//! `python.replace-decorator`.

use super::decorators::{DecoratorEdit, Target};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.replace-decorator`: replaces a decorator of a function, method or class.
    ///
    /// It does not fit where the function or class has no such decorator.
    ///
    /// ```yaml
    /// file: Lib/test/test_foo.py
    /// python.replace-decorator: {function: FooTests.test_deep, decorator: '@skip', with: '@skip("too deep")'}
    /// ```
    /// ```diff
    ///  class FooTests(unittest.TestCase):
    /// -    @skip
    /// +    @skip("too deep")
    ///      def test_deep(self):
    ///          pass
    /// ```
    /// ```yaml
    /// file: Lib/foo.py
    /// python.replace-decorator: {class: Foo, decorator: total, with: functools.total_ordering}
    /// ```
    /// ```diff
    /// -@total
    /// +@functools.total_ordering
    ///  class Foo:
    ///      pass
    /// ```
    pub struct ReplaceDecorator {
        /// The class, by its dotted name; of a method, its class.
        class: Option<String>,
        /// The function, by its dotted name; in a `class` the name of the method.
        function: Option<String>,
        /// The decorator: all of it, or its name.
        decorator: String,
        /// The new decorator.
        with: String,
    }
}

impl ReplaceDecorator {
    fn target(&self) -> Target<'_> {
        Target { class: self.class.as_ref(), function: self.function.as_ref() }
    }

    fn edit(&self) -> DecoratorEdit<'_> {
        DecoratorEdit::Replace { old: &self.decorator, with: &self.with }
    }
}

impl Operate for ReplaceDecorator {
    fn describe(&self) -> Description<'_> {
        Description::new(self.target().anchor()).compared(Compared::Value).label(&self.decorator).within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        self.target().check()?;
        self.edit().check()
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        self.edit().resolve(site, self.target())
    }
}
