//! Searches all files of the same kind for an anchor that is missing where it was, and for its names.

use std::rc::Rc;

use memchr::memmem;

use super::alike::alike;
use super::kind::{NOT_BUILT, folder_of, is_searched, kind};
use super::names::{LONG, MOST, is_searched_for, letters, longest_name, words_of};
use crate::edit::Outcome;
use crate::operation::{Anchor, Function as Wanted, ParsedFile, find_words};
use crate::patchset::Change;
use crate::port::cell::{Candidate, Evidence, Verdict};
use crate::port::finding::{Finding, candidate};
use crate::port::judging::{JudgedPart, Judging, Searchable};
use crate::port::searched::Sought;
use crate::syntax::c::CFile;
use crate::syntax::makefile::Makefile;
use crate::text::{Comments, Span, find_tokens, line_bounds};
use crate::tree::{TreeError, TreePath};

/// Puts the places where the text of the anchor is in other functions, rules and files before the candidates of `finding`,
/// and after them the lines with its names; keeps an edit from being obsolete while these are still in the code.
pub(super) fn elsewhere(judged: JudgedPart<'_>, finding: Finding) -> Result<Finding, TreeError> {
    let can_be_taken = finding.candidates.iter().any(|candidate| candidate.change.is_some());
    if finding.verdict == Verdict::Moved || can_be_taken {
        return Ok(finding);
    }
    let anchor = judged.anchor();
    let text = text_of(&anchor);
    let mut found = match text {
        Some(text) => places_of_text(judged, text)?,
        None => Vec::new(),
    };
    let names = missing_names(judged)?;
    let has_anchor = match names[..] {
        [] => finding.verdict != Verdict::Obsolete,
        _ => has_one_of(judged, &names)?,
    };
    if found.is_empty() {
        found = in_other_files(judged, &names)?;
    }
    let mut near = finding.candidates.clone();
    if let Some(text) = text.filter(|_| found.is_empty()) {
        near = alike(judged, text, near)?;
    }
    if found.is_empty() && near.is_empty() {
        found = spelled_differently(judged, &names)?;
    }
    if let Some(text) = text.filter(|_| found.is_empty() && near.is_empty()) {
        found = with_names_of(judged, text)?;
    }
    if found.is_empty() && near.is_empty() {
        let finding = if_gone(judged.judging, &judged.part.file, names, finding)?;
        return Ok(Finding { has_anchor, ..finding });
    }
    let reason = finding.reason.clone().unwrap_or_default();
    let all = found.into_iter().chain(near).collect();
    Ok(Finding { places: finding.places, has_anchor, ..Finding::candidates(all, Verdict::Lost, &reason) })
}

/// Whether a file of the same kind has one of `names`.
fn has_one_of(judged: JudgedPart<'_>, names: &[String]) -> Result<bool, TreeError> {
    for name in names {
        if !files_with(judged.judging, &judged.part.file, name.as_bytes())?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The places of those names of a text that few places have or had, in files of the same kind that did not have them before.
fn with_names_of(judged: JudgedPart<'_>, text: &str) -> Result<Vec<Candidate>, TreeError> {
    let (judging, own) = (judged.judging, &judged.part.file);
    let before = judging.of_base()?;
    let mut names: Vec<&str> = words_of(text).filter(|word| is_searched_for(word)).collect();
    names.sort_unstable();
    names.dedup();
    let mut found: Vec<(usize, Candidate)> = Vec::new();
    for name in names {
        let number = |files: &[(TreePath, usize)]| files.iter().map(|(_, times)| times).sum::<usize>();
        let with_name = files_with(judging, own, name.as_bytes())?;
        let times = number(&with_name);
        if times == 0 || times > MOST {
            continue;
        }
        let had_name = match &before {
            Some(before) => files_with(before, own, name.as_bytes())?,
            None => Vec::new(),
        };
        if number(&had_name) > MOST {
            continue;
        }
        let is_new = |one: &(TreePath, usize)| !had_name.iter().any(|old| old.0 == one.0 && old.1 >= one.1);
        for (path, _) in with_name.into_iter().filter(is_new) {
            let bytes = judging.contents(&path)?.unwrap_or_default();
            for span in words_of_code(&path, &bytes, name.as_bytes()) {
                let why = format!("`{name}` is here");
                found.push((times, candidate(&path, &bytes, &[span.start], &why, None)));
            }
        }
    }
    found.sort_by_key(|(times, _)| *times);
    Ok(found.into_iter().map(|(_, candidate)| candidate).collect())
}

/// Other files of the same kind that have one of `names` and in which the change fits as it is.
fn in_other_files(judged: JudgedPart<'_>, names: &[String]) -> Result<Vec<Candidate>, TreeError> {
    let mut found: Vec<Candidate> = Vec::new();
    let removes = judged.change.operation.operate().describe().removes;
    for name in names {
        // A name in many files does not show where the anchor went, and parsing them is slow.
        let with_name = files_with(judged.judging, &judged.part.file, name.as_bytes())?;
        for (path, _) in with_name.iter().take(MOST) {
            let change = Change { file: vec![path.clone()], ..judged.change.clone() };
            let old = judged.judging.base_bytes(path)?.unwrap_or_default();
            let was_there = !words_of_code(path, &old, name.as_bytes()).is_empty();
            if was_there || judged.change.may_edit(path) || !judged.judging.fits(judged.edit, &change)? {
                continue;
            }
            let parts = judged.judging.resolve(judged.edit, &change)?;
            let places = parts.iter().find_map(|part| match &part.outcome {
                Outcome::Change(places) => Some(places.clone()),
                // What a file never had is absent from it, too.
                Outcome::Already(places) if !removes => Some(places.clone()),
                _ => None,
            });
            if removes && places.is_none() {
                continue;
            }
            let bytes = judged.judging.contents(path)?.unwrap_or_default();
            let offsets = words_of_code(path, &bytes, name.as_bytes()).into_iter().map(|span| span.start);
            let offsets: Vec<usize> = offsets.take(1).collect();
            let mut one =
                candidate(path, &bytes, &offsets, &format!("`{name}` is in this file"), Some(change));
            if let Some(first) = places.as_ref().and_then(|places| places.first()) {
                one.text.clone_from(&first.text);
                one.places = places.unwrap_or_default();
            }
            found.push(one);
        }
    }
    Ok(found)
}

/// Where names are that differ from `names` only in underscores, case, and a prefix `Py`: in the file where the anchor was,
/// or in all files of the same kind if none of them has the name any more.
fn spelled_differently(judged: JudgedPart<'_>, names: &[String]) -> Result<Vec<Candidate>, TreeError> {
    let (judging, own) = (judged.judging, &judged.part.file);
    let mut found = Vec::new();
    for name in names.iter().map(String::as_bytes).filter(|name| name.len() >= LONG) {
        let wanted: Vec<u8> = letters(name).collect();
        let wanted = wanted.strip_prefix(b"py").unwrap_or(&wanted);
        let Some(chunk) = longest_chunk(&String::from_utf8_lossy(name)) else { continue };
        let is_gone = files_with(judging, own, name)?.is_empty();
        // `FOPEN` is not another spelling of `fopen`, but a macro.
        let is_spelling = |word: &[u8]| !word.eq_ignore_ascii_case(name) && is_spelling_of(word, wanted);
        let first = |path: &TreePath, bytes: &[u8]| {
            let words = words_with(bytes, &chunk).filter(|(_, word)| is_spelling(word));
            let is_code = |(start, word): &(usize, &[u8])| {
                words_of_code(path, bytes, word).iter().any(|span| span.start == *start)
            };
            words.filter(is_code).min().map(|(start, word)| (start, word.to_vec()))
        };
        let all = same_kind(judging, own)?;
        let paths: Vec<_> = all.iter().filter(|file| is_gone || file.path == *own).collect();
        let sought = |comments| Sought::Spelling(comments, name.to_vec());
        let count = |path: &TreePath, bytes: &[u8]| usize::from(first(path, bytes).is_some());
        for (path, _) in own_first(own, judging.having(&paths, &sought, &count)?) {
            let bytes = judging.contents(&path)?.unwrap_or_default();
            if let Some((start, word)) = first(&path, &bytes) {
                let [name, word] = [name, &word].map(String::from_utf8_lossy);
                let why = format!("`{name}` is spelled `{word}` here");
                found.push(candidate(&path, &bytes, &[start], &why, None));
            }
        }
    }
    Ok(found)
}

/// The longest word that a name consists of, in the spellings that it may have in another one: `get_file` and `getFile`.
fn longest_chunk(name: &str) -> Option<[String; 3]> {
    let mut words: Vec<String> = vec![String::new()];
    let mut was_lower = false;
    for sign in name.chars() {
        if sign == '_' || was_lower && sign.is_uppercase() {
            words.push(String::new());
        }
        was_lower = sign.is_lowercase();
        if let Some(last) = words.last_mut().filter(|_| sign != '_') {
            last.extend(sign.to_lowercase());
        }
    }
    let word = words.into_iter().filter(|word| word.is_ascii() && word.len() >= 3).max_by_key(String::len)?;
    Some([word[..1].to_uppercase() + &word[1..], word.to_uppercase(), word])
}

/// The whole words with one of these spellings in them, each with its offset. Reading all words of all files would be slow.
fn words_with<'a>(text: &'a [u8], spellings: &'a [String; 3]) -> impl Iterator<Item = (usize, &'a [u8])> {
    let is_word = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
    spellings.iter().flat_map(move |spelling| memmem::find_iter(text, spelling.as_bytes())).map(move |at| {
        let start = at - text[..at].iter().rev().take_while(is_word).count();
        let end = at + text[at..].iter().take_while(is_word).count();
        (start, &text[start..end])
    })
}

/// Whether a word has the letters `wanted`, maybe after a prefix `Py`.
fn is_spelling_of(word: &[u8], wanted: &[u8]) -> bool {
    let is_equal = |all: &mut dyn Iterator<Item = u8>| all.eq(wanted.iter().copied());
    is_equal(&mut letters(word)) || letters(word).take(2).eq(*b"py") && is_equal(&mut letters(word).skip(2))
}

/// The code or literal text of an anchor.
pub(super) fn text_of(anchor: &Anchor) -> Option<&str> {
    match anchor {
        Anchor::Text(text) => Some(text),
        Anchor::Code { code, .. } => code.as_deref(),
        Anchor::NewFile
        | Anchor::File
        | Anchor::Hunks { .. }
        | Anchor::End
        | Anchor::Guard(_)
        | Anchor::Rule(_)
        | Anchor::Prerequisite { .. }
        | Anchor::Command { .. }
        | Anchor::Variable(_)
        | Anchor::Modules { .. }
        | Anchor::ModuleLine(_)
        | Anchor::Include(_)
        | Anchor::Call { .. }
        | Anchor::Entry { .. }
        | Anchor::Definition(_)
        | Anchor::Macro(_) => None,
    }
}

/// The files that have the text of an anchor, with any blanks, and how often: of the same kind, first the one where it was.
/// A text without a long name is in other files by accident.
fn files_with_text(judged: JudgedPart<'_>, text: &str) -> Result<Vec<(TreePath, usize)>, TreeError> {
    let (judging, own) = (judged.judging, &judged.part.file);
    if words_of(text).next().is_none() {
        return Ok(Vec::new());
    }
    let sought = |comments| Sought::Text(comments, text.to_owned());
    let count = |path: &TreePath, bytes: &[u8]| matches_in(path, bytes, text).len();
    let all = same_kind(judging, own)?;
    let is_long = words_of(text).any(is_searched_for);
    let paths: Vec<_> = all.iter().filter(|file| is_long || file.path == *own).collect();
    Ok(own_first(own, judging.having(&paths, &sought, &count)?))
}

/// Where the text of an anchor is, with any blanks, in files of the same kind: first in the file where it was.
fn places_of_text(judged: JudgedPart<'_>, text: &str) -> Result<Vec<Candidate>, TreeError> {
    let mut found = Vec::new();
    let judging = judged.judging;
    for (path, _) in files_with_text(judged, text)? {
        let Some(parsed) = judging.parsed(&path)? else { continue };
        let (path, bytes) = (&path, &parsed.bytes);
        let matches = matches_in(path, bytes, text);
        // Text that was there already is not the anchor that moved there.
        let before = judging.base_bytes(path)?.map_or(0, |old| matches_in(path, &old, text).len());
        let own = usize::from(*path == judged.part.file);
        if matches.len() + own <= before {
            continue;
        }
        for span in &matches {
            let (scope, change) = on(judged, path, &parsed, *span);
            let change = judged.tried(change)?;
            let scope = scope.map(|scope| format!(" in {scope}")).unwrap_or_default();
            let why = match *path == judged.part.file {
                true => format!("the text of the anchor is here{scope}"),
                false => format!("the text of the anchor is in this file{scope}"),
            };
            found.push(candidate(path, bytes, &[span.start], &why, change));
        }
    }
    Ok(found)
}

/// Where the text of an anchor is in the code of a file, with any blanks.
fn matches_in(path: &TreePath, bytes: &[u8], text: &str) -> Vec<Span> {
    let comments = Comments::of_file(path.file_name());
    let mut words = text.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
    if words.any(|word| memmem::find(bytes, word.as_bytes()).is_none()) {
        return Vec::new();
    }
    let code = comments.blanked(bytes);
    let matches = find_tokens(&code, text.as_bytes(), Span::new(0, code.len()));
    if matches.is_empty() && comments == Comments::M4 {
        find_unquoted(&code, text.as_bytes())
    } else {
        matches
    }
}

/// Where the tokens of `needle` are in an m4 text, whatever the quotes: upstream quoted all of configure.ac in 3.11 and 3.12.
fn find_unquoted(text: &[u8], needle: &[u8]) -> Vec<Span> {
    let unquoted = |text: &[u8]| -> Vec<u8> {
        text.iter().map(|b| if matches!(b, b'[' | b']') { b' ' } else { *b }).collect()
    };
    let found = find_tokens(&unquoted(text), &unquoted(needle), Span::new(0, text.len()));
    // A quote that begins before the match or ends after it belongs to it.
    let whole = found.into_iter().map(|span| {
        let count = |sign: u8| span.of(text).iter().filter(|b| **b == sign).count();
        let (open, closed) = (count(b'['), count(b']'));
        let after =
            text[span.end..].iter().take(open.saturating_sub(closed)).take_while(|b| **b == b']').count();
        let before =
            text[..span.start].iter().rev().take(closed.saturating_sub(open)).take_while(|b| **b == b'[');
        Span::new(span.start - before.count(), span.end + after)
    });
    whole.collect()
}

/// The scope around a match, and the change with that scope, in that file.
fn on(
    judged: JudgedPart<'_>,
    path: &TreePath,
    parsed: &ParsedFile,
    span: Span,
) -> (Option<String>, Option<Change>) {
    let text = &parsed.bytes;
    let within = judged.change.within.as_ref().and_then(|within| within.around(parsed, span));
    let scope = within.as_ref().map(ToString::to_string);
    let here = |change: Change| Change { file: vec![path.clone()], within: within.clone(), ..change };
    // The text as it is written here, if it differs in blanks or quotes.
    let as_here = |change: Change| {
        let here = String::from_utf8(span.of(text).to_vec()).ok();
        let moved = here.and_then(|here| change.operation.with_anchor(Anchor::Text(here)));
        moved.map(|operation| change.with_operation(operation))
    };
    if let Anchor::Code { function: Some(wanted), code, count } = judged.anchor() {
        let Some(name) = enclosing_function(parsed, span) else { return (None, None) };
        let function =
            Some(Wanted { name: name.clone(), under: wanted.under.filter(|_| name == wanted.name) });
        let change = judged.moved(Anchor::Code { function, code, count }).map(here);
        return (Some(format!("`{name}`")), change);
    }
    let change = here(judged.change.clone());
    // Blanks in code do not matter.
    let is_literal = match judged.anchor() {
        Anchor::Code { .. } => true,
        anchor => text_of(&anchor).is_some_and(|anchor| anchor.trim().as_bytes() == span.of(text)),
    };
    (scope, if is_literal { Some(change) } else { as_here(change) })
}

/// The C function that a match is in.
fn enclosing_function(file: &ParsedFile, span: Span) -> Option<String> {
    let found = file.c().functions().iter().find(|function| function.span().contains(span))?;
    Some(found.name.clone())
}

/// Turns `obsolete` into `lost` while one of `names` is in the code of a file of the same kind as `file`; otherwise records
/// what was searched.
pub(in crate::port) fn if_gone(
    judging: &Judging<'_>,
    file: &TreePath,
    names: Vec<String>,
    finding: Finding,
) -> Result<Finding, TreeError> {
    if finding.verdict != Verdict::Obsolete {
        return Ok(finding);
    }
    let mut with_names = Vec::new();
    for name in &names {
        let files = files_with(judging, file, name.as_bytes())?.into_iter();
        with_names.extend(files.map(|(path, count)| (name, path, count)));
    }
    let reason = finding.reason.clone().unwrap_or_default();
    let all: usize = with_names.iter().map(|(.., count)| count).sum();
    if all > MOST {
        let reason = format!("{reason}; {} is still in {all} places of other code", quoted(&names));
        return Ok(Finding { places: finding.places, ..Finding::reason(Verdict::Lost, &reason) });
    }
    if all > 0 {
        let mut found = Vec::new();
        for (name, path, _) in with_names {
            let bytes = judging.contents(&path)?.unwrap_or_default();
            for span in words_of_code(&path, &bytes, name.as_bytes()) {
                found.push(candidate(&path, &bytes, &[span.start], &format!("`{name}` is here"), None));
            }
        }
        return Ok(Finding { places: finding.places, ..Finding::candidates(found, Verdict::Lost, &reason) });
    }
    let no_files = if judging.contents(file)?.is_none() { vec![file.clone()] } else { Vec::new() };
    let except = NOT_BUILT.map(str::to_owned).to_vec();
    let evidence = match kind(file) {
        // A file of no known kind is searched under its own name alone.
        "*" => Evidence { no_files, names: Vec::new(), among: file.file_name().to_owned(), except },
        known => Evidence { no_files, names, among: known.to_owned(), except },
    };
    Ok(Finding { evidence: Some(evidence), ..finding })
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The names of an anchor of which at least one is missing where it was: those that have to be gone from all code before
/// the edit is obsolete.
fn missing_names(judged: JudgedPart<'_>) -> Result<Vec<String>, TreeError> {
    let text = judged.judging.contents(&judged.part.file)?.unwrap_or_default();
    let has_function = |name: &str| CFile::parse(&text).functions().iter().any(|one| one.name == name);
    let of_text = |text: &str| longest_name(text).map(str::to_owned).into_iter().collect::<Vec<_>>();
    Ok(match judged.anchor() {
        Anchor::Call { function, .. } | Anchor::Code { function: Some(function), .. }
            if !has_function(&function.name) =>
        {
            vec![function.name]
        }
        Anchor::Call { callee, .. } => vec![callee],
        Anchor::Code { code, .. } => code.as_deref().map(of_text).unwrap_or_default(),
        Anchor::Command { command, target, .. } => {
            let rules = Makefile::parse(&text);
            match target.filter(|target| rules.rules_of(&text, target.as_bytes()).next().is_none()) {
                Some(target) => vec![target],
                None => of_text(&command),
            }
        }
        Anchor::Prerequisite { word, .. } => word.into_iter().collect(),
        Anchor::Text(text) => of_text(&text),
        Anchor::Rule(name) => name.into_iter().collect(),
        Anchor::Definition(name) => {
            name.and_then(|name| name.split('.').next().map(str::to_owned)).into_iter().collect()
        }
        Anchor::Variable(name) | Anchor::ModuleLine(name) | Anchor::Macro(name) => vec![name],
        Anchor::Entry { table, .. } => vec![table],
        // The search for a module has its own rules for its source.
        Anchor::Modules { .. }
        | Anchor::NewFile
        | Anchor::File
        | Anchor::Hunks { .. }
        | Anchor::End
        | Anchor::Guard(_)
        | Anchor::Include(_) => Vec::new(),
    })
}

/// The files that are searched for what was in `own`.
fn same_kind(judging: &Judging<'_>, own: &TreePath) -> Result<Rc<Vec<Searchable>>, TreeError> {
    let (kind_of_own, folder) = (kind(own), folder_of(own));
    let name = if kind_of_own == "*" { own.file_name() } else { "" };
    judging.like(format!("{kind_of_own} {} {name}", folder.unwrap_or_default()), |path| {
        let is_same = if name.is_empty() { kind(path) == kind_of_own } else { path.file_name() == name };
        is_same && is_searched(folder, path)
    })
}

/// What was found in the file `own` before what was found in others.
fn own_first(own: &TreePath, mut found: Vec<(TreePath, usize)>) -> Vec<(TreePath, usize)> {
    found.sort_by_key(|(path, _)| path != own);
    found
}

/// The files of the same kind with a word in their code, and how often it is there; the file where it was first.
fn files_with(
    judging: &Judging<'_>,
    own: &TreePath,
    word: &[u8],
) -> Result<Vec<(TreePath, usize)>, TreeError> {
    let sought = |comments| Sought::Word(comments, word.to_vec());
    let count = |path: &TreePath, bytes: &[u8]| words_of_code(path, bytes, word).len();
    let all = same_kind(judging, own)?;
    Ok(own_first(own, judging.having(&all.iter().collect::<Vec<_>>(), &sought, &count)?))
}

/// Where a word is in a text, outside of comments and, in C, of strings. Only the text around each match is read: a
/// search goes through all files of a tree.
fn words_of_code(path: &TreePath, text: &[u8], word: &[u8]) -> Vec<Span> {
    let comments = Comments::of_file(path.file_name());
    let mut found = find_words(text, word, Span::new(0, text.len()));
    found.retain(|span| {
        let line = line_bounds(text, span.start);
        let code = comments.blanked(line.of(text));
        let (from, to) = (span.start - line.start, (span.end - line.start).min(code.len()));
        let is_code = code[from..to] == text[span.start..line.start + to];
        if comments != Comments::C {
            return is_code;
        }
        let before = &text[..span.start];
        let is_in_comment = memmem::rfind(before, b"/*") > memmem::rfind(before, b"*/");
        let quotes = |line: &[u8]| {
            line.iter().enumerate().filter(|(i, b)| **b == b'"' && (*i == 0 || line[i - 1] != b'\\')).count()
        };
        is_code && !is_in_comment && quotes(&code[..from]) % 2 == 0
    });
    found
}
