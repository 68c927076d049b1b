//! `python.add-method`.

use super::definition::{check_code, definition, existing_definition, indented, insert_after};
use crate::operation::prelude::*;
use crate::syntax::python::Definition;

/// `python.add-method`: adds a method at the end of a class.
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
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AddMethod {
    /// The class.
    pub class: String,
    /// The method's name; the code must define it.
    pub method: String,
    /// Its definition.
    pub code: Text,
}

impl Operate for AddMethod {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Definition(Some(self.class.clone())))
            .compared(Compared::Line)
            .label(self.method.clone())
            .texts([&self.code])
    }

    moves_to!(self, Anchor::Definition(Some(class)) => self.class = class);

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
        change_at(vec![class.name_span], vec![insert_after(text, class.append_at, &method, 1)])
    }
}
