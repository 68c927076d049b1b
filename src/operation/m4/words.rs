//! Lists of words: arguments of macros, and values of variables of the shell.

use super::statements::check_code;
use crate::operation::prelude::*;
use crate::operation::word_list::{Separator, WordList};
use crate::syntax::m4::{Call, Dialect, M4File};
use crate::syntax::makefile::words;

/// Macros whose first argument has commas between its words.
const WITH_COMMAS: [&[u8]; 4] =
    [b"AC_CHECK_DECLS", b"AC_CHECK_DECLS_ONCE", b"AC_CHECK_MEMBERS", b"AC_CHECK_TYPES"];

/// What has a list of words.
pub(super) struct Holder<'a> {
    pub call: Option<&'a str>,
    pub first: Option<&'a str>,
    pub number: Option<usize>,
    pub variable: Option<&'a str>,
}

impl Holder<'_> {
    /// What it is attached to.
    pub fn anchor(&self) -> Anchor {
        let first = self.first.map_or(String::new(), |first| format!("({first}"));
        Anchor::Text(match self.variable {
            Some(variable) => format!("{variable}="),
            None => format!("{}{first}", self.call.unwrap_or_default()),
        })
    }

    /// Its name for messages.
    pub fn named(&self) -> String {
        let first = self.first.map_or(String::new(), |first| format!("({first}"));
        match (self.call, self.variable) {
            (Some(call), _) => format!("`{call}{first}`"),
            (None, variable) => format!("`{}`", variable.unwrap_or_default()),
        }
    }

    /// Checks what the types cannot say.
    pub fn check(&self, word: &str) -> Result<(), String> {
        ensure(self.call.is_some() != self.variable.is_some(), "needs either `call` or `variable`")?;
        let is_named = self.call.or(self.variable).is_some_and(|name| !name.trim().is_empty());
        ensure(is_named, "has an empty `call` or `variable`")?;
        let has_call = self.call.is_some() || self.first.is_none() && self.number.is_none();
        ensure(has_call, "needs `call` with `first` and `number`")?;
        let is_number = self.number.is_none_or(|number| (1..=99).contains(&number));
        ensure(is_number, "has a `number` that is not from 1 to 99")?;
        check_words(word)?;
        ensure(!word.contains(','), "has a comma in its `word`")
    }

    /// Its lists in the scope; at least one.
    pub fn lists(&self, site: &Site<'_>, word: &str) -> Result<Vec<WordList>, Failure> {
        let lists = match self.variable {
            Some(variable) => values(site, variable)?,
            None => self.arguments(site)?,
        };
        let has_blanks = word.trim().contains(|c: char| c.is_ascii_whitespace());
        match lists.iter().find(|list| has_blanks && list.separator != Separator::Commas) {
            Some(list) => Err(Failure::refused(
                "`word` is several words, and the list is separated by blanks",
                list.name.start,
            )),
            None => Ok(lists),
        }
    }

    fn arguments(&self, site: &Site<'_>) -> Result<Vec<WordList>, Failure> {
        let m4 = site.file.m4();
        let name = self.call.unwrap_or_default();
        let calls = m4.find_calls(name, self.first, site.scope);
        let Some(any) = calls.first() else {
            let all = m4.calls().iter().filter(|call| site.scope.contains(call.span));
            let all = all.map(|call| (call.name.start, String::from_utf8_lossy(call.name.of(m4.code()))));
            let own = m4.find_calls(name, None, site.scope);
            let near = if own.is_empty() {
                nearest(name, all)
            } else {
                own.iter().map(|call| call.span.start).collect()
            };
            return Err(Miss::new(format!("no call {} was found", self.named())).near(near).into());
        };
        let number = self.number.unwrap_or(1);
        let lists: Vec<WordList> = calls.iter().filter_map(|call| list_of(m4, call, number)).collect();
        if lists.is_empty() {
            let what = format!("{} has no argument {number}", self.named());
            return Err(Miss::new(what).near([any.span.start]).into());
        }
        Ok(lists)
    }
}

/// The words of an argument.
fn list_of(m4: &M4File, call: &Call, number: usize) -> Option<WordList> {
    let code = m4.code();
    let argument = *call.arguments.get(number - 1)?;
    let inside = m4.unquoted(argument);
    let is_quoted = inside != argument;
    let has_commas =
        number == 1 && WITH_COMMAS.contains(&call.name.of(code)) || inside.of(code).contains(&b',');
    let list = WordList {
        name: call.name,
        inside,
        words: if has_commas { between_commas(code, inside) } else { words(code, inside) },
        separator: if has_commas { Separator::Commas } else { Separator::Blanks },
        around_first: ("", ""),
        quotes: (has_commas && !is_quoted).then_some(("[", "]")),
    };
    Some(list)
}

fn between_commas(code: &[u8], inside: Span) -> Vec<Span> {
    let mut start = inside.start;
    let commas = memchr::memchr_iter(b',', inside.of(code)).map(|at| inside.start + at);
    let mut found = Vec::new();
    for end in commas.chain([inside.end]) {
        let text = Span::new(start, end).of(code);
        let from = start + text.len() - text.trim_ascii_start().len();
        if !text.trim_ascii().is_empty() {
            found.push(Span::new(from, from + text.trim_ascii().len()));
        }
        start = end + 1;
    }
    found
}

/// The values that a variable is given in the scope; at least one.
fn values(site: &Site<'_>, name: &str) -> Result<Vec<WordList>, Failure> {
    let m4 = site.file.m4();
    let code = m4.code();
    let all = m4.assignments().iter().filter(|one| site.scope.contains(one.name));
    let own: Vec<_> = all.clone().filter(|one| one.name.of(code) == name.trim().as_bytes()).collect();
    if own.is_empty() {
        let names = all.map(|one| (one.name.start, String::from_utf8_lossy(one.name.of(code))));
        let near = nearest(name, names);
        return Err(Miss::new(format!("the variable `{name}` was not found")).near(near).into());
    }
    let list = |name: Span, value: Span| -> Result<WordList, Failure> {
        let text = value.of(code);
        let quote = text.first().copied().filter(|b| matches!(b, b'"' | b'\''));
        let has = |sign: &u8| text.contains(sign);
        let is_quoted = quote.is_some_and(|quote| {
            text.len() > 1 && text.ends_with(&[quote]) && !text[1..text.len() - 1].contains(&quote)
        });
        if !is_quoted && (has(&b'"') || has(&b'\'') || has(&b'`')) {
            return Err(Failure::refused("the value is not one string with quotes around it", value.start));
        }
        let inside = if is_quoted { Span::new(value.start + 1, value.end - 1) } else { value };
        let quotes = (!is_quoted).then_some(("\"", "\""));
        let around_first = if is_quoted { ("", "") } else { ("\"", "\"") };
        let words = words(code, inside);
        Ok(WordList { name, inside, words, separator: Separator::Blanks, around_first, quotes })
    };
    own.into_iter().map(|one| list(one.name, one.value)).collect()
}

/// Checks words of a patchset.
pub(super) fn check_words(words: &str) -> Result<(), String> {
    ensure(!words.trim().is_empty(), "has an empty `word` or `with`")?;
    let is_plain = !words.contains(['\n', '#', '[', ']', '"', '\'', '`', ';']);
    ensure(is_plain, "needs words without quotes, brackets and comments, in one line")?;
    check_code(words.as_bytes(), Dialect::M4)
}
