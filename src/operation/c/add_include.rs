//! `c.add-include`.

use super::code::check_between_lines;
use crate::operation::prelude::*;
use crate::syntax::c::Include;
use crate::text::line_bounds;

/// `c.add-include`: adds an `#include` before or after another one.
///
/// It refuses a line on which a comment begins or ends in another line, and does not fit where the other file is
/// not included.
///
/// ```yaml
/// file: Python/import.c
/// c.add-include: {include: <mpi.h>, after: Python.h}
/// ```
/// ```diff
///  #include "Python.h"
/// +#include <mpi.h>
///  int x;
/// ```
/// ```yaml
/// file: Modules/main.c
/// c.add-include: {include: '"mpi_import.h"', before: pycore_call.h}
/// ```
/// ```diff
///  #include "Python.h"
/// +#include "mpi_import.h"
///  #include "pycore_call.h"          // _PyObject_CallNoArgs()
///  #include "pycore_initconfig.h"    // _PyArgv
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(extend("oneOf" = [{"required": ["before"]}, {"required": ["after"]}])))]
pub struct AddInclude {
    /// The file to include, with its quotes: `"mpi_import.h"` or `<mpi.h>`.
    #[cfg_attr(test, schemars(regex(pattern = r#"^(".*"|<.*>)$"#)))]
    pub include: String,
    /// The included file before whose line it is put, without quotes.
    pub before: Option<String>,
    /// The included file after whose line it is put.
    pub after: Option<String>,
}

impl AddInclude {
    fn neighbour(&self) -> &str {
        self.before.as_deref().or(self.after.as_deref()).unwrap_or_default()
    }
}

impl Operate for AddInclude {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Include(self.neighbour().to_owned())).label("include".to_owned())
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(self.before.is_some() != self.after.is_some(), "needs either `before` or `after`")?;
        check_quotes(&self.include, "include")
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let (Anchor::Include(path), Some(place)) = (anchor, self.before.as_mut().or(self.after.as_mut()))
        else {
            return false;
        };
        *place = path;
        true
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let text = &site.file.bytes;
        let includes = site.file.c().includes();
        let name = self.include.trim_matches(['"', '<', '>']);
        let found: Vec<_> = includes.iter().filter(|include| include.path == self.neighbour()).collect();
        // An include under a condition of its own does not count where that does not hold.
        let compiled = |conditions: &[String]| {
            conditions.is_empty() || found.first().is_some_and(|anchor| anchor.conditions == conditions)
        };
        if let Some(existing) = includes.iter().find(|i| i.path == name && compiled(&i.conditions)) {
            return already(existing.span.start);
        }
        let [one] = found[..] else {
            if !found.is_empty() {
                let what = format!("`{}` is included {} times", self.neighbour(), found.len());
                return Err(Failure::ambiguous(what, found.iter().map(|include| include.span.start)));
            }
            let names = includes.iter().map(|i| (i.span.start, i.path.as_str().into()));
            let mut near = nearest(self.neighbour(), names);
            near.extend(includes.first().map(|first| first.span.start));
            near.dedup();
            return Err(Miss::new(format!("`{}` is not included", self.neighbour())).near(near).into());
        };
        let line = line_bounds(text, one.span.start);
        let at = if self.before.is_some() { line.start } else { line.end.max(one.span.end) };
        if let Some(problem) =
            site.file.c().problem_in(Span::new(line.start.min(one.span.start), at.max(one.span.end)))
        {
            return Err(Failure::doubtful(
                &format!("the line that includes `{}`", self.neighbour()),
                problem,
            ));
        }
        check_between_lines(site.file, at)?;
        let line = as_lines(format!("#include {}", self.include).as_bytes(), line_ending(text));
        change(vec![insert_lines(text, at, &line)])
    }
}

/// Checks that the name of an included file has its quotes.
pub(super) fn check_quotes(include: &str, argument: &str) -> Result<(), String> {
    let is_quoted = include.len() > 2
        && (include.starts_with('"') && include.ends_with('"')
            || include.starts_with('<') && include.ends_with('>'));
    ensure(is_quoted, &format!("needs `{argument}` with its quotes: '\"x.h\"' or '<x.h>'"))
}

/// The includes of a file in the scope of the site; the name may have its quotes.
pub(super) fn included<'a>(site: &Site<'a>, path: &str) -> Vec<&'a Include> {
    let name = path.trim_matches(['"', '<', '>']);
    let all = site.file.c().includes().iter();
    all.filter(|include| include.path == name && site.scope.contains(include.span)).collect()
}

/// The includes of files with a similar name.
pub(super) fn near_includes(site: &Site<'_>, path: &str) -> Vec<usize> {
    let name = path.trim_matches(['"', '<', '>']);
    nearest(name, site.file.c().includes().iter().map(|i| (i.span.start, i.path.as_str().into())))
}
