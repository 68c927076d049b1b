//! `python.add-function`.

use super::definition::{check_code, definition, existing_definition, insert_after};
use crate::operation::prelude::*;
use crate::text::line_bounds;

/// `python.add-function`: adds a function to a module.
///
/// It refuses to replace another function of that name, and a file that cannot be parsed.
///
/// ```yaml
/// file: Lib/site.py
/// python.add-function: {function: g, after: f, code: 'def g(): pass'}
/// ```
/// ```diff
///  def f():
///      pass
///  
///  
/// +def g(): pass
/// +
/// +
///  x = 1
/// ```
/// ```yaml
/// file: Lib/os.py
/// python.add-function:
///   function: launch
///   code: |
///     def launch(name):
///         return spawn(name)
/// ```
/// ```diff
///  import sys
///  
///  def spawn(name):
///      pass
/// +
/// +
/// +def launch(name):
/// +    return spawn(name)
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AddFunction {
    /// The function's name; the code must define it.
    pub function: String,
    /// The function or class after which it is put; at the end of the file unless given.
    pub after: Option<String>,
    /// Its definition.
    pub code: Text,
}

impl Operate for AddFunction {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Definition(self.after.clone())).texts([&self.code])
    }

    moves_to!(self, Anchor::Definition(after) => self.after = after);

    fn code_mut(&mut self) -> Option<&mut Text> {
        Some(&mut self.code)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let ending = line_ending(text);
        let code = site.texts.get(&self.code);
        check_code(code, &self.function)?;
        let python = file.python();
        let code = with_line_ends(code.trim_ascii_end(), ending);
        if let Some(existing) = python.find_function(&self.function).first() {
            let why = || format!("there is a function `{}`: `python.replace-function`", self.function);
            return existing_definition(text, existing, &code, why);
        }
        let end = match (&self.after, python.problems().first()) {
            (Some(after), _) => {
                let anchor = definition(file, |_| true, after, "function or class")?;
                line_bounds(text, anchor.span.end.saturating_sub(1)).end
            }
            (None, None) => text.len(),
            // The end may be inside an open string.
            (None, Some(problem)) => return Err(Failure::doubtful("the file", problem)),
        };
        change(vec![insert_after(text, end, &as_lines(&code, ending), 2)])
    }
}
