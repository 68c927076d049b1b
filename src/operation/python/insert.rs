//! `python.insert`.

use super::statements::{Statements, check_statements, require_statements};
use crate::operation::prelude::*;
use crate::operation::unit::{Edge, Insertion, check_insertion, insert, set_anchor};

/// `python.insert`: inserts statements before or after a statement, or at the start or end of a function, class or file.
///
/// It refuses a file that does not parse, and never inserts inside a statement.
///
/// ```yaml
/// file: Lib/site.py
/// within: {function: main}
/// python.insert: {after: prefixes = known(), text: 'prefixes.append("/lustre")'}
/// ```
/// ```diff
///  def main():
///      prefixes = known()
/// +    prefixes.append("/lustre")
///      return prefixes
/// ```
/// ```yaml
/// file: Lib/os.py
/// python.insert: {before: 'import stat as st', text: import device}
/// ```
/// ```diff
///  import sys
///  
/// +import device
///  # The names of modes.
///  import stat as st
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(extend("oneOf" = [{"required": ["at"]}, {"required": ["before"]}, {"required": ["after"]}])))]
pub struct Insert {
    /// `start` or `end` of the function, class or file. The start is after a docstring.
    pub at: Option<Edge>,
    /// Code before whose statement they are inserted, above the comment lines that belong to it; comments are inserted below these.
    pub before: Option<String>,
    /// Code after whose statement they are inserted: after the whole block, if it has one.
    pub after: Option<String>,
    /// The statements, indented as if they were at column 0.
    pub text: Text,
    /// How many matches the anchor has.
    #[serde(default)]
    pub count: Count,
}

impl Insert {
    fn insertion(&self) -> Insertion<'_> {
        let (before, after) = (self.before.as_deref(), self.after.as_deref());
        Insertion { before, after, at: self.at, text: &self.text, count: self.count.0 }
    }
}

impl Operate for Insert {
    fn describe(&self) -> Description<'_> {
        self.insertion().describe()
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        set_anchor(&mut self.before, &mut self.after, anchor)
    }

    fn check(&self, texts: &Texts) -> Result<(), String> {
        check_insertion(&self.insertion(), texts)?;
        check_statements(texts.get(&self.text))
    }

    fn inserted(&self) -> Option<&Text> {
        Some(&self.text)
    }

    fn code_mut(&mut self) -> Option<&mut Text> {
        Some(&mut self.text)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        require_statements(site.file)?;
        insert(&Statements, site, &self.insertion())
    }
}
