//! `python.remove-decorator`.

use super::decorators::{DecoratorEdit, Target};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.remove-decorator`: removes a decorator of a function, method or class.
    ///
    /// Where there is a similar decorator instead, the decorator is missing, not already removed.
    ///
    /// ```yaml
    /// file: Lib/test/test_foo.py
    /// python.remove-decorator: {class: FooTests, decorator: support.requires_fork}
    /// ```
    /// ```diff
    /// -@support.requires_fork()
    ///  class FooTests(unittest.TestCase):
    ///      pass
    /// ```
    /// ```yaml
    /// file: Lib/foo.py
    /// python.remove-decorator: {function: Foo.f, decorator: '@staticmethod'}
    /// ```
    /// ```diff
    ///  class Foo:
    /// -    @staticmethod
    ///      def f():
    ///          pass
    /// ```
    pub struct RemoveDecorator {
        /// The class, by its dotted name; of a method, its class.
        class: Option<String>,
        /// The function, by its dotted name; in a `class` the name of the method.
        function: Option<String>,
        /// The decorator: all of it, or its name.
        decorator: String,
    }
}

impl RemoveDecorator {
    fn target(&self) -> Target<'_> {
        Target { class: self.class.as_ref(), function: self.function.as_ref() }
    }

    fn edit(&self) -> DecoratorEdit<'_> {
        DecoratorEdit::Remove { old: &self.decorator }
    }
}

impl Operate for RemoveDecorator {
    fn describe(&self) -> Description<'_> {
        Description::new(self.target().anchor()).label(&self.decorator).within().removes()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        self.target().check()?;
        self.edit().check()
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        self.edit().resolve(site, self.target())
    }
}
