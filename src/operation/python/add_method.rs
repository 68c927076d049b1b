//! `python.add-method`.

use super::definition::{check_code, definition, existing_definition, indented, insert_after};
use super::statements::Statements;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::with_comments;
use crate::syntax::python::Definition;

arguments! {
    /// `python.add-method`: adds a method to a class: at its end, or next to another method.
    ///
    /// It refuses a class whose body is on one line, and to replace another method of that name.
    ///
    /// ```yaml
    /// file: Lib/distutils/unixccompiler.py
    /// python.add-method: {class: C, method: f, code: 'def f(self): pass'}
    /// ```
    /// ```diff
    ///  class C:
    ///      a = 1
    /// +
    /// +    def f(self): pass
    /// ```
    /// ```yaml
    /// file: Lib/subprocess.py
    /// python.add-method:
    ///   class: Popen
    ///   method: launch
    ///   code: |
    ///     def launch(self):
    ///         return self.poll()
    /// ```
    /// ```diff
    ///  class Popen(object):
    ///      """A process."""
    ///
    ///      def poll(self):
    ///          return None
    ///
    /// +    def launch(self):
    /// +        return self.poll()
    /// +
    ///
    ///  def call():
    ///      pass
    /// ```
    pub struct AddMethod {
        /// The class.
        class: String,
        /// The method's name; the code must define it.
        method: String,
        /// The method before which it is put, above the comments of that.
        before: Option<String>,
        /// The method after which it is put; at the end of the class unless one of both is given.
        after: Option<String>,
        /// Its definition.
        code: Text,
    }
}

impl Operate for AddMethod {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Definition(Some(self.class.clone())))
            .compared(Compared::Line)
            .label(self.method.clone())
            .texts([&self.code])
    }

    moves_to!(self, Anchor::Definition(Some(class)) => self.class = class);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(self.before.is_none() || self.after.is_none(), "needs `before` or `after`, not both")
    }

    fn code_mut(&mut self) -> Option<&mut Text> {
        Some(&mut self.code)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let code = site.texts.get(&self.code);
        check_code(code, &self.method)?;
        let python = file.python();
        let class = definition(file, Definition::is_class, &self.class, "class")?;
        if class.one_line {
            return refused(format!("the body of `{}` is on one line", self.class), class.name_span.start);
        }
        let method = indented(code.trim_ascii_end(), class.indent.of(text), line_ending(text));
        if let Some(existing) = python.find_function(&format!("{}.{}", self.class, self.method)).first() {
            let why = || format!("`{}` has a method `{}`: `python.replace-method`", self.class, self.method);
            return existing_definition(text, existing, method.trim_ascii_end(), why);
        }
        let Some(other) = self.before.as_ref().or(self.after.as_ref()) else {
            return change_at(vec![class.name_span], vec![insert_after(text, class.append_at, &method, 1)]);
        };
        let path = format!("{}.{}", self.class, other.trim());
        let other = definition(file, |it| !it.is_class(), &path, "method")?;
        let rewrite = if self.after.is_some() {
            insert_after(text, other.append_at, &method, 1)
        } else {
            let start = with_comments(&Statements, file, other.span).start;
            insert_lines(text, start, &[&method[..], line_ending(text)].concat())
        };
        change_at(vec![other.name_span], vec![rewrite])
    }
}
