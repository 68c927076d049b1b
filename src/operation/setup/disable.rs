//! `setup.disable`.

use super::module_line::{lines_of, no_line};
use crate::operation::prelude::*;
use crate::operation::value::Module;
use crate::syntax::setup::{Module as Line, Section, Setup};
use crate::text::{apply, lines};

/// `setup.disable`: comments out the lines of modules.
///
/// It refuses a line that would look like prose when it is commented out.
///
/// ```yaml
/// file: Modules/Setup.dist
/// setup.disable: {modules: [pwd]}
/// ```
/// ```diff
///  posix posixmodule.c
/// -pwd pwdmodule.c
/// +#pwd pwdmodule.c
/// ```
/// ```yaml
/// file: Modules/Setup.dist
/// setup.disable: {modules: [{name: _socket, aliases: [socket]}, crypt]}
/// ```
/// ```diff
/// -socket socketmodule.c
/// -crypt cryptmodule.c # -lcrypt
/// +#socket socketmodule.c
/// +#crypt cryptmodule.c # -lcrypt
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Disable {
    /// The modules, each a part of its own in reports.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub modules: Vec<Module>,
}

impl Operate for Disable {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Modules { modules: self.modules.clone(), enable: false })
            .compared(Compared::LogicalLine)
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.modules.is_empty(), "names no module")
    }

    moves_to!(self, Anchor::Modules { modules, enable: false } => self.modules = modules);

    fn modules(&self) -> &[Module] {
        &self.modules
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (wanted, text) = (site.module(), &site.file.bytes);
        let lines = lines_of(site.file, wanted);
        // Modules listed after `*disabled*` are not built.
        let is_on = |line: &Line| line.enabled && line.section != Section::Disabled;
        let on: Vec<&&Line> = lines.iter().filter(|line| is_on(line)).collect();
        match (&on[..], lines.first()) {
            ([], None) => Err(no_line(site.file, wanted)),
            ([], Some(off)) => already(off.name.start),
            (on, _) => {
                let signs = on.iter().flat_map(|line| comment_signs(text, line));
                let rewrites: Vec<Rewrite> = signs.map(|at| Rewrite::insert(at, "#")).collect();
                // The comment must still be recognised as a module's line: `#name what is this` would be prose.
                let after = apply(text, &rewrites).unwrap_or_default();
                let setup = Setup::parse(&after);
                let is_wanted =
                    |line: &&Line| wanted.names().any(|name| line.name.of(&after) == name.as_bytes());
                let hidden = setup.modules.iter().filter(is_wanted).filter(|line| !is_on(line));
                if hidden.count() == lines.len() {
                    change(rewrites)
                } else {
                    refused("commented out, the line would look like prose", on[0].name.start)
                }
            }
        }
    }
}

/// Where a `#` is put on each physical line of a module: before the first word, and at the margin of the lines below.
fn comment_signs(text: &[u8], module: &Line) -> Vec<usize> {
    let below = lines(&text[..module.line.end]).filter(|line| line.start > module.line.start);
    let code = below.filter(|line| !matches!(line.of(text).trim_ascii_start().first(), None | Some(b'#')));
    std::iter::once(module.start()).chain(code.map(|line| line.start)).collect()
}
