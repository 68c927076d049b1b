//! `makefile.replace-condition`.

use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::syntax::makefile::{Condition, condition, is_same_code, words};
use crate::text::apply;

arguments! {
    /// `makefile.replace-condition`: replaces the condition of an `ifeq`, `ifneq`, `ifdef`, `ifndef` or `else ifeq`, or a part of
    /// it; or adds a word to its `$(filter ...)`.
    ///
    /// Both spellings match, `(a,b)` and quotes, and a part keeps the one that the file has. It refuses an `or` where make has
    /// none, and says what to write; for an `and`, `makefile.wrap` puts another conditional around the lines.
    ///
    /// ```yaml
    /// file: Tools/device/Makefile
    /// makefile.replace-condition: {find: 'ifeq ($(OS),Linux)', with: 'ifneq (,$(filter Linux Kestrel,$(OS)))'}
    /// ```
    /// ```diff
    /// -ifeq "$(OS)" "Linux"  # and the like
    /// +ifneq (,$(filter Linux Kestrel,$(OS)))  # and the like
    ///  LIBS+= -ldl
    ///  endif
    /// ```
    /// ```yaml
    /// file: Tools/device/Makefile
    /// makefile.replace-condition: {find: mingw32, or: kestrel}
    /// ```
    /// ```diff
    ///  ifdef CROSS
    ///  EXE= .x
    /// -else ifneq (,$(filter mingw32 cygwin,$(HOST)))
    /// +else ifneq (,$(filter mingw32 cygwin kestrel,$(HOST)))
    ///  EXE= .exe
    ///  endif
    /// ```
    one_of(with, or)
    pub struct ReplaceCondition {
        /// A part of what is compared: `Linux`. Or all of the condition with its keyword: `ifeq ($(OS),Linux)`, `ifdef CROSS`,
        /// `else ifdef CROSS`.
        find: String,
        /// What replaces `find`: with its own keyword, if `find` has one.
        with: Option<String>,
        /// Words that are added to a condition: `ifneq (,$(filter WORDS,$(A)))`, `ifeq ($(filter $(A),WORDS),$(A))`.
        or: Option<String>,
        /// How many conditions match; with `with`, how many matches `find` has.
        count: Count,
    }
}

/// A condition that is all of a text.
fn written(text: &str) -> Option<Condition> {
    condition(text.as_bytes(), Span::new(0, text.len()))
}

/// Whether a text begins as a condition does.
fn has_keyword(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    let first = words.next().filter(|first| *first != "else").or_else(|| words.next());
    first.is_some_and(|word| matches!(word, "ifeq" | "ifneq" | "ifdef" | "ifndef" | "endif"))
}

/// Whether two conditions are the same, whatever their spelling.
fn is_same(text: &[u8], one: &Condition, other_text: &[u8], other: &Condition) -> bool {
    let is_equal = |a: Span, b: Span| is_same_code(text, a, other_text, b);
    let is_same_right = match (one.right, other.right) {
        (Some(one), Some(other)) => is_equal(one, other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    one.keyword.of(text) == other.keyword.of(other_text) && is_equal(one.left, other.left) && is_same_right
}

/// The words one of which makes a condition hold: `ifneq (,$(filter WORDS,$(A)))`, `ifeq ($(filter $(A),WORDS),$(A))`.
fn filter_words(text: &[u8], one: &Condition) -> Option<Span> {
    let sides = [one.left, one.right?];
    let is_filter = |side: &Span| side.of(text).starts_with(b"$(filter ") && side.of(text).ends_with(b")");
    let at = sides.iter().position(is_filter)?;
    let (filter, other) = (sides[at], sides[1 - at]);
    let inside = Span::new(filter.start + b"$(filter ".len(), filter.end - 1);
    let mut depth = 0usize;
    let comma = inside.start
        + inside.of(text).iter().position(|byte| {
            depth = match byte {
                b'(' => depth + 1,
                b')' => depth.saturating_sub(1),
                _ => depth,
            };
            depth == 0 && *byte == b','
        })?;
    let (first, second) = (Span::new(inside.start, comma), Span::new(comma + 1, inside.end));
    // The list is the side with words; the other one is the value that is looked up.
    let has_word = |side: Span| words(text, side).iter().any(|word| !word.of(text).contains(&b'$'));
    let list = match (one.keyword.of(text), has_word(first), has_word(second)) {
        (b"ifneq", true, false) if other.is_empty() => first,
        (b"ifneq", false, true) if other.is_empty() => second,
        (b"ifeq", false, true) if !other.is_empty() && is_same_code(text, first, text, other) => second,
        _ => return None,
    };
    let all = words(text, list);
    Some(Span::new(all.first()?.start, all.last()?.end))
}

/// Whether a condition has the same form after parts of its sides are replaced: a comma, bracket or quote may end one.
fn keeps_sides(text: &[u8], one: &Condition, parts: &[Span], new: &str) -> bool {
    let changed = |within: Span| {
        let inside = parts
            .iter()
            .filter(|part| one.sides().any(|side| side.contains(**part) && within.contains(side)));
        let shifted = |part: &Span| Span::new(part.start - within.start, part.end - within.start);
        let rewrites: Vec<Rewrite> = inside.map(|part| Rewrite::replace(shifted(part), new)).collect();
        apply(within.of(text), &rewrites).unwrap_or_default()
    };
    let after = changed(one.span);
    condition(&after, Span::new(0, after.len())).is_some_and(|other| {
        let own: Vec<Vec<u8>> = one.sides().map(changed).collect();
        other.sides().map(|side| side.of(&after)).eq(own.iter().map(Vec::as_slice))
    })
}

impl ReplaceCondition {
    fn named(&self) -> String {
        format!("the condition `{}`", self.find.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The words that are added; none if they are there.
    fn added(&self, text: &[u8], list: Span) -> Vec<u8> {
        let known: Vec<&[u8]> = words(text, list).into_iter().map(|word| word.of(text)).collect();
        let new = self.or.as_deref().unwrap_or_default().split_ascii_whitespace();
        new.filter(|word| !known.contains(&word.as_bytes()))
            .flat_map(|word| [" ", word].concat().into_bytes())
            .collect()
    }

    /// Where conditions have a part.
    fn parts(&self, site: &Site<'_>, all: &[Condition], part: &str) -> Vec<Span> {
        let text = &site.file.bytes;
        let part = part.trim();
        let is_name =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b'+' | b'%');
        let is_whole = |span: &Span| {
            let (first, last) = (part.bytes().next(), part.bytes().next_back());
            let continues = |own: Option<u8>, next: Option<&u8>| {
                own.is_some_and(is_name) && next.is_some_and(|b| is_name(*b))
            };
            !continues(first, text[..span.start].last()) && !continues(last, text.get(span.end))
        };
        let sides = all.iter().flat_map(|one| one.sides());
        let found = sides.flat_map(|side| site.file.makefile().find_code(text, part.as_bytes(), side));
        found.filter(is_whole).collect()
    }

    /// Replaces the condition, or a part of it.
    fn replaced(&self, site: &Site<'_>, all: &[Condition], with: &str) -> Answer {
        let text = &site.file.bytes;
        let whole = |code: &str| -> Option<Vec<Span>> {
            let wanted = written(code)?;
            let is_wanted = |one: &&Condition| {
                is_same(text, one, code.as_bytes(), &wanted) && (one.follows_else || !wanted.follows_else)
            };
            Some(all.iter().filter(is_wanted).map(|one| one.span).collect())
        };
        let places = |code: &str| whole(code).unwrap_or_else(|| self.parts(site, all, code));
        let (found, mut done) = (places(&self.find), places(with));
        done.retain(|done| !found.iter().any(|found| found.contains(*done) && found != done));
        let results = results((site.file, site.scope), (self.find.as_bytes(), with.as_bytes()), &found, done);
        let new = written(with).map_or(with.trim(), |with_condition| {
            let span = with_condition.span;
            &with[span.start..span.end]
        });
        let replace = |span: Span| Rewrite::replace(span, new);
        let near = || near_lines(site.file, &self.find, &[]);
        let answer = match_count(&self.named(), self.count.0, &found, &results, replace, near)?;
        let Resolution::Change { anchors, .. } = &answer else { return Ok(answer) };
        let is_broken = |one: &&Condition| !keeps_sides(text, one, anchors, new);
        if let Some(one) = all.iter().find(is_broken) {
            return refused("`with` would end what is compared: write the whole condition", one.span.start);
        }
        Ok(answer)
    }

    /// What says the same as an `or` that make does not have.
    fn instead(&self, text: &[u8], one: &Condition) -> String {
        let own = |span: Span| String::from_utf8_lossy(span.of(text)).into_owned();
        let or = self.or.as_deref().unwrap_or_default().trim();
        let named = own(one.span);
        let is_word =
            |side: &Span| !side.is_empty() && !side.of(text).contains(&b'$') && words(text, *side).len() == 1;
        let sides =
            one.right.map(|right| if is_word(&right) { (one.left, right) } else { (right, one.left) });
        match sides.filter(|(_, word)| is_word(word)) {
            Some((value, word)) => {
                let (value, word) = (own(value), own(word));
                let opposite = if one.keyword.of(text) == b"ifeq" { "ifneq" } else { "ifeq" };
                format!(
                    "make has no `or` in `{named}`: if `{value}` is one word, write `with: '{opposite} (,$(filter {word} {or},{value}))'`"
                )
            }
            None => format!("make has no `or` in `{named}`: write `with` and the whole condition"),
        }
    }
}

impl Operate for ReplaceCondition {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).within()
    }

    moves_to!(self, Anchor::Text(find) => self.find = find);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.find.trim().is_empty(), "has an empty anchor")?;
        ensure(self.with.is_some() != self.or.is_some(), "needs either `with` or `or`")?;
        let find = written(&self.find);
        let is_condition = |text: &str| written(text).is_some() || !has_keyword(text);
        let what = "needs a whole condition after a keyword: `ifeq ($(A),b)`, `ifdef A`";
        ensure(is_condition(&self.find), what)?;
        if let Some(or) = &self.or {
            let is_word = |b: u8| !matches!(b, b',' | b'(' | b')' | b'"' | b'\'' | b'#' | b'\n');
            return ensure(
                !or.trim().is_empty() && or.bytes().all(is_word),
                "needs an `or` of words: `kestrel`",
            );
        }
        let with = self.with.as_deref().unwrap_or_default();
        ensure(!with.trim().is_empty(), "has an empty `with`")?;
        ensure(is_condition(with), what)?;
        let is_line = !with.trim().contains('\n') && !with.contains('#');
        ensure(is_line, "needs a `with` on one line, without `#`")?;
        let with_condition = written(with);
        ensure(
            find.is_some() == with_condition.is_some(),
            "needs a keyword in both or none of `find` and `with`",
        )?;
        let has_else = |one: Option<Condition>| one.is_some_and(|one| one.follows_else);
        ensure(!has_else(with_condition) || has_else(find), "has an `else` in `with` that `find` has not")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let text = &site.file.bytes;
        let mut all = site.file.makefile().conditions(text);
        all.retain(|one| site.scope.contains(one.span));
        if let Some(with) = &self.with {
            return self.replaced(site, &all, with);
        }
        let find = self.find.as_bytes();
        let found: Vec<Condition> = match written(&self.find) {
            None => {
                let parts = self.parts(site, &all, &self.find);
                all.into_iter().filter(|one| parts.iter().any(|part| one.span.contains(*part))).collect()
            }
            Some(wanted) => {
                let list = filter_words(find, &wanted);
                let add = list.map(|list| Rewrite::insert(list.end, self.added(find, list)));
                let result = apply(find, add.as_slice()).unwrap_or_default();
                let result_condition = condition(&result, Span::new(0, result.len()));
                let is_wanted = |one: &Condition| {
                    (one.follows_else || !wanted.follows_else)
                        && (is_same(text, one, find, &wanted)
                            || result_condition.is_some_and(|other| is_same(text, one, &result, &other)))
                };
                all.into_iter().filter(is_wanted).collect()
            }
        };
        let list = |one: &Condition| filter_words(text, one);
        let is_done = |one: &&Condition| list(one).is_some_and(|list| self.added(text, list).is_empty());
        let done = found.iter().filter(is_done).map(|one| one.span).collect();
        let spans: Vec<Span> = found.iter().map(|one| one.span).collect();
        let add = |span: Span| {
            let list = found.iter().find(|one| one.span == span).and_then(list).unwrap_or(Span::at(span.end));
            Rewrite::insert(list.end, self.added(text, list))
        };
        let near = || near_lines(site.file, &self.find, &[]);
        let answer = match_count(&self.named(), self.count.0, &spans, &Results::proof(done), add, near)?;
        match found.iter().find(|one| list(one).is_none()) {
            Some(one) => refused(self.instead(text, one), one.span.start),
            None => Ok(answer),
        }
    }
}
