//! `python.replace-method`.

use super::definition::replace_definition;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `python.replace-method`: replaces a method of a class.
    ///
    /// It does not fit where the class does not define the method once.
    ///
    /// ```yaml
    /// file: Lib/site.py
    /// python.replace-method: {class: C, method: f, code: 'def f(self): return 2'}
    /// ```
    /// ```diff
    ///  class C:
    /// -    def f(self):
    /// +    def f(self): return 2
    /// -        return 1
    /// ```
    /// ```yaml
    /// file: Lib/subprocess.py
    /// python.replace-method:
    ///   class: Popen
    ///   method: poll
    ///   code: |
    ///     def poll(self):
    ///         return device.poll(self.pid)
    /// ```
    /// ```diff
    ///  class Popen(object):
    ///      def poll(self):
    /// -        return os.waitpid(self.pid)
    /// +        return device.poll(self.pid)
    ///
    ///      def wait(self):
    ///          pass
    /// ```
    pub struct ReplaceMethod {
        /// The class.
        class: String,
        /// The method's name; the code must define it.
        method: String,
        /// Its new definition.
        code: Text,
    }
}

impl Operate for ReplaceMethod {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Definition(Some(format!("{}.{}", self.class, self.method))))
            .compared(Compared::Value)
            .texts([&self.code])
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        // The code defines a method of that name, so only the class can be another one.
        let Anchor::Definition(Some(path)) = anchor else { return false };
        let Some((class, method)) = path.rsplit_once('.') else { return false };
        class.clone_into(&mut self.class);
        method == self.method
    }

    fn code_mut(&mut self) -> Option<&mut Text> {
        Some(&mut self.code)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let path = format!("{}.{}", self.class, self.method);
        replace_definition(site.file, site.texts.get(&self.code), &path, &self.method, "method")
    }
}
