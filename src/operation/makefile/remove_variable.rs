//! `makefile.remove-variable`.

use super::lines::Lines;
use super::prerequisite::lossy;
use super::variable::line_of;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::unit::with_comments;
use crate::syntax::makefile::{Variable, words};
use crate::text::distance;

arguments! {
    /// `makefile.remove-variable`: removes the definition of a variable, with its continuation lines.
    ///
    /// It is ambiguous where the variable has several definitions, unless `value` names one.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.remove-variable: {name: SGI_ABI}
    /// ```
    /// ```diff
    ///  OPT=	@OPT@
    /// -SGI_ABI=	@SGI_ABI@
    ///  LDFLAGS=	@LDFLAGS@
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.remove-variable: {name: OPT, value: -O3, comment: true}
    /// ```
    /// ```diff
    ///  OPT=	-O2
    ///  ifdef FAST
    /// -# A better one.
    /// -OPT=	-O3
    ///  endif
    /// ```
    pub struct RemoveVariable {
        /// The variable's name.
        name: String,
        /// The value of the definition to remove, if the variable has several definitions.
        value: Option<String>,
        /// Whether the comment lines directly above are removed, too.
        comment: bool,
    }
}

impl Operate for RemoveVariable {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Variable(self.name.clone()))
            .compared(Compared::LogicalLine)
            .within()
            .removes()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.name.trim().is_empty(), "names no variable")
    }

    moves_to!(self, Anchor::Variable(name) => self.name = name);

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let all = file.makefile().variables.iter().filter(|one| site.scope.contains(one.name));
        let of = |text: &[u8]| {
            let all = words(text, Span::new(0, text.len()));
            all.into_iter().map(|word| word.of(text).to_vec()).collect::<Vec<_>>()
        };
        let has_value = |one: &&Variable| {
            self.value.as_ref().is_none_or(|value| of(value.as_bytes()) == of(one.value.of(text)))
        };
        let own: Vec<&Variable> =
            all.clone().filter(|one| one.name.of(text) == self.name.as_bytes()).collect();
        let found: Vec<&Variable> = own.iter().copied().filter(has_value).collect();
        match found[..] {
            [one] => {
                let line = line_of(file, one);
                let line = if self.comment { with_comments(&Lines, file, line) } else { line };
                change(vec![Rewrite::remove(line)])
            }
            [] => {
                // A removed definition leaves no trace. Where one is found that may be misspelled, it was not removed.
                let similar = |one: &&Variable| distance(&lossy(one.name.of(text)), &self.name) == 1;
                let near: Vec<usize> =
                    own.iter().copied().chain(all.filter(similar)).map(|one| one.name.start).collect();
                if near.is_empty() {
                    return already(site.scope.start);
                }
                let value = if own.is_empty() { "" } else { " with this value" };
                let what = format!("no variable `{}`{value} was found, but similar ones were", self.name);
                let mut miss = Miss::new(what).near(near);
                miss.results = vec![site.scope.start];
                Err(miss.into())
            }
            _ => Err(Failure::Ambiguous {
                what: format!("`{}` is defined {} times", self.name, found.len()),
                at: found.iter().map(|one| one.name.start).collect(),
                help: Some("give the `value` of the definition to remove, or `within`".to_owned()),
            }),
        }
    }
}
