//! `makefile.add-variable`.

use super::condition::check_condition;
use super::lines::Lines;
use super::prerequisite::lossy;
use super::variable::{Operator, line_of, variable};
use crate::operation::prelude::*;
use crate::operation::unit::place_before;
use crate::syntax::makefile::{Variable, words};
use crate::text::line_bounds;

/// `makefile.add-variable`: defines a variable before or after another one. The blanks around its operator are as in its own
/// nearest definition with this operator, or else as in the other variable. With `if`, the definition has a conditional of its own.
///
/// It refuses a last line that is continued, which would include the new one.
///
/// ```yaml
/// file: Makefile.pre.in
/// makefile.add-variable: {name: LIBSUBDIRS, value: mpi, operator: +=, after: LIBSUBDIRS, if: 'ifeq (@MPI@,yes)'}
/// ```
/// ```diff
///  LIBSUBDIRS=	asyncio \
///  		xmlrpc
/// +ifeq (@MPI@,yes)
/// +LIBSUBDIRS+=	mpi
/// +endif
///  TESTSUBDIRS=	idlelib
/// ```
/// ```yaml
/// file: Makefile.pre.in
/// makefile.add-variable: {name: DEVICE, value: sm1, before: CC}
/// ```
/// ```diff
///  # Compiler options
///  # The compiler.
/// +DEVICE=		sm1
///  CC=		@CC@
///  CXX=		@CXX@
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(extend("oneOf" = [{"required": ["before"]}, {"required": ["after"]}])))]
pub struct AddVariable {
    /// The new variable's name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// How it is defined: `=` unless given.
    #[serde(default, skip_serializing_if = "Operator::is_default")]
    pub operator: Operator,
    /// The variable before which it is defined, above the comment lines that belong to it.
    pub before: Option<String>,
    /// The variable after which it is defined.
    pub after: Option<String>,
    /// The first line of a conditional around the definition: `ifeq (@MPI@,yes)`, `ifdef MPI`.
    #[serde(rename = "if")]
    #[cfg_attr(test, schemars(regex(pattern = r"^\s*if(n?eq|n?def)\b")))]
    pub condition: Option<String>,
}

impl AddVariable {
    fn other(&self) -> &str {
        self.before.as_deref().or(self.after.as_deref()).unwrap_or_default()
    }

    /// The lines of the definition, in the style of another one.
    fn lines(&self, text: &[u8], other: &Variable) -> Vec<u8> {
        let blanks = |from: usize, to: usize| lossy(Span::new(from, to).of(text)).into_owned();
        let (before, after) = (
            blanks(other.name.end, other.operator.start),
            blanks(other.operator.end, other.value.start.max(other.operator.end)),
        );
        let operator = self.operator.as_str();
        let own = format!("{}{before}{operator}{after}{}", self.name, self.value.trim());
        let own = own.trim_end();
        let lines = match &self.condition {
            Some(condition) => format!("{}\n{own}\nendif", condition.trim()),
            None => own.to_owned(),
        };
        as_lines(lines.as_bytes(), line_ending(text))
    }

    /// A conditional with a blank line between it and the other variable, where a blank line separates that one from what is on
    /// its other side.
    fn separated(&self, text: &[u8], at: usize, lines: Vec<u8>) -> Vec<u8> {
        let blank = line_ending(text);
        let is_blank = |line: Span| line.of(text).trim_ascii().is_empty();
        let above = at.checked_sub(1).map(|end| line_bounds(text, end));
        if self.condition.is_none() {
            lines
        } else if self.before.is_some() {
            if above.is_some_and(is_blank) { [&lines, blank].concat() } else { lines }
        } else if at < text.len() && is_blank(line_bounds(text, at)) {
            [blank, &lines].concat()
        } else {
            lines
        }
    }

    /// Whether a definition has the name, the operator and the words of the new one.
    fn is_equal(&self, text: &[u8], other: &Variable) -> bool {
        let of = |text: &[u8]| {
            let all = words(text, Span::new(0, text.len()));
            all.into_iter().map(|word| word.of(text).to_vec()).collect::<Vec<_>>()
        };
        other.operator.of(text) == self.operator.as_str().as_bytes()
            && of(other.value.of(text)) == of(self.value.as_bytes())
    }

    /// Whether a definition is under the condition; any is, if there is none.
    fn is_under_condition(&self, file: &ParsedFile, other: &Variable) -> bool {
        let Some(wanted) = &self.condition else { return true };
        let all = &file.makefile().conditionals;
        let around = all.iter().find(|conditional| conditional.span().contains(other.name));
        let squeezed =
            |text: &[u8]| text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect::<Vec<_>>();
        around.is_some_and(|around| {
            let is_first =
                around.others.first().is_none_or(|other_branch| other.name.end <= other_branch.start);
            is_first && squeezed(around.condition.of(&file.bytes)) == squeezed(wanted.as_bytes())
        })
    }
}

impl Operate for AddVariable {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Variable(self.other().to_owned())).label(self.name.clone())
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let Anchor::Variable(name) = anchor else { return false };
        match (&mut self.before, &mut self.after) {
            (Some(other), _) | (None, Some(other)) => *other = name,
            (None, None) => return false,
        }
        true
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        let is_name =
            !self.name.is_empty() && !self.name.contains(|c: char| c.is_whitespace() || "=:#$".contains(c));
        ensure(is_name, "needs the name of one variable")?;
        ensure(self.before.is_some() != self.after.is_some(), "needs either `before` or `after`")?;
        let is_one = !format!("{}\n", self.value.trim()).replace("\\\n", "").trim_end().contains('\n');
        ensure(
            is_one && !self.value.trim().ends_with('\\'),
            "has a `value` of several lines without `\\` between them",
        )?;
        self.condition.as_deref().map_or(Ok(()), check_condition)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let own: Vec<&Variable> = file.makefile().variables_of(text, self.name.as_bytes()).collect();
        let own: Vec<&Variable> = own.into_iter().filter(|one| self.is_under_condition(file, one)).collect();
        if let Some(done) = own.iter().find(|one| self.is_equal(text, one)) {
            return already(done.name.start);
        }
        // `+=` adds to what is defined.
        if let Some(other) = own.first().filter(|_| self.operator != Operator::Append) {
            let why =
                format!("`{}` is defined with another value; `makefile.set-variable` changes it", self.name);
            return refused(why, other.name.start);
        }
        let other = variable(file, self.other())?;
        let line = line_of(file, other);
        let at = if self.before.is_some() { place_before(&Lines, file, line) } else { line.end };
        if at == text.len() && file.makefile().continues {
            return refused("the last line is continued, and would include the new one", at);
        }
        let same = file.makefile().variables_of(text, self.name.as_bytes());
        let same = same.filter(|one| one.operator.of(text) == self.operator.as_str().as_bytes());
        let style = same.min_by_key(|one| one.name.start.abs_diff(at)).unwrap_or(other);
        let lines = self.separated(text, at, self.lines(text, style));
        change_at(vec![line], vec![insert_lines(text, at, &lines)])
    }
}
