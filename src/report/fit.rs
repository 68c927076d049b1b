//! Fits the lines of reports to a terminal.

use console::truncate_str;

use super::escape::{Fit, parts, printable};

/// Below this number of columns, the rest of a line that may be cut is left out.
const LEAST: usize = 12;
/// The longest line of sentences.
const PROSE: usize = 100;
/// What a line ends with that was cut.
const CUT: &str = "…";

/// A text as [`printable`] gives it, whose lines are not wider than the terminal where they say what to do about that: those
/// with [`Fit::Hang`] are broken at blanks, those with [`Fit::Cut`] are cut. Without a `width`, only those of
/// [`Fit::Prose`] are broken.
pub(super) fn fitted(text: &[u8], width: Option<usize>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let (line, end) = line.split_at(line.len() - usize::from(line.ends_with(b"\n")));
        let line = Line::new(line, width.is_some());
        let width = if line.is_prose { Some(width.unwrap_or(PROSE).min(PROSE)) } else { width };
        let is_wide =
            |width: &usize| (line.cut.is_some() || line.hang.is_some()) && columns(&line.all) > *width;
        match (width.filter(is_wide), line.cut, line.hang) {
            (Some(width), Some(cut), _) => out.extend(line.cut_at(width, cut)),
            (Some(width), None, Some(hang)) => out.extend(line.broken(width, hang)),
            (None, ..) | (Some(_), None, None) => out.extend(line.all),
        }
        out.extend_from_slice(end);
    }
    out
}

/// Lines about the work, fitted to a terminal: each is broken below its first word.
pub(crate) fn note(text: &str, width: Option<usize>) -> Vec<u8> {
    let hung = |line: &str| {
        let words = line.trim_start();
        format!("{}{}{words}\n", &line[..line.len() - words.len()], Fit::Hang)
    };
    fitted(text.split('\n').map(hung).collect::<String>().as_bytes(), width)
}

/// How many columns a text takes; styles take none, wide characters two, combining ones none.
pub(super) fn columns(text: &[u8]) -> usize {
    console::measure_text_width(&String::from_utf8_lossy(text))
}

/// A line of a report.
struct Line {
    /// The line without marks for fitting.
    all: Vec<u8>,
    /// Where what is left in any case ends, without blanks.
    cut: Option<usize>,
    /// The column at which the lines that follow begin, if it is broken.
    hang: Option<usize>,
    /// Whether it is of sentences.
    is_prose: bool,
}

impl Line {
    fn new(line: &[u8], on_terminal: bool) -> Line {
        let mut found = Line { all: Vec::with_capacity(line.len()), cut: None, hang: None, is_prose: false };
        let parts = parts(line);
        let is_fitted = on_terminal && parts.iter().skip(1).step_by(2).any(|mark| Fit::of(mark).is_some());
        for (i, part) in parts.into_iter().enumerate() {
            match Fit::of(part).filter(|_| i % 2 == 1) {
                Some(Fit::Cut) => found.cut = Some(columns(found.all.trim_ascii_end())),
                Some(Fit::Hang) => found.hang = Some(columns(&found.all)),
                Some(Fit::Prose) => (found.hang, found.is_prose) = (Some(columns(&found.all)), true),
                None if i % 2 == 1 => found.all.extend_from_slice(part),
                // A tab has no width of its own.
                None if is_fitted && part.contains(&b'\t') => {
                    found
                        .all
                        .extend(printable(&String::from_utf8_lossy(part).replace('\t', "    ").into_bytes()));
                }
                None => found.all.extend(printable(part)),
            }
        }
        found
    }

    /// The line as far as it fits. If almost nothing does of what begins at the column `cut`, that is left out.
    fn cut_at(&self, width: usize, cut: usize) -> Vec<u8> {
        let all = String::from_utf8_lossy(&self.all);
        let kept = if width < cut + LEAST { truncate_str(&all, cut, "") } else { all };
        truncate_str(&kept, width, CUT).into_owned().into_bytes()
    }

    /// The line broken at blanks.
    fn broken(&self, width: usize, hang: usize) -> Vec<u8> {
        // There has to be room for a word.
        let hang = if hang > width / 2 { 4.min(width / 2) } else { hang };
        let mut out = Vec::with_capacity(self.all.len() + hang);
        let (mut column, mut blanks, mut has_word) = (0, 0, false);
        for (i, word) in self.all.split(|byte| *byte == b' ').enumerate() {
            blanks += usize::from(i > 0);
            let wide = columns(word);
            // Between two blanks, or only styles.
            if wide == 0 {
                out.extend_from_slice(word);
                continue;
            }
            if has_word && column + blanks + wide > width {
                out.push(b'\n');
                (column, blanks) = (0, hang);
            }
            out.resize(out.len() + blanks, b' ');
            out.extend_from_slice(word);
            column += blanks + wide;
            (blanks, has_word) = (0, true);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::style::{NEW, TITLE};
    use super::*;

    const HANG: Fit = Fit::Hang;
    const CUT: Fit = Fit::Cut;

    fn shown(text: &str, width: Option<usize>) -> String {
        let bytes = fitted(text.as_bytes(), width);
        anstream::adapter::strip_bytes(&bytes).into_vec().try_into().unwrap()
    }

    #[test]
    fn a_line_is_broken_at_blanks_below_its_last_column() {
        let row =
            format!("  {TITLE}name{TITLE:#}  {HANG}one two three four\nnot fitted, however long it is\n");
        assert_eq!(
            shown(&row, Some(20)),
            "  name  one two\n        three four\nnot fitted, however long it is\n"
        );
        assert_eq!(shown(&row, Some(26)), row_without_marks());
        assert_eq!(shown(&row, None), row_without_marks());
        // Too narrow for a column: what follows is indented a little.
        assert_eq!(shown(&format!("a-long-name  {HANG}one two"), Some(14)), "a-long-name\n    one two");
        // A word that is wider than the terminal is not broken.
        assert_eq!(shown(&format!("{HANG}a/long/path b"), Some(5)), "a/long/path\nb");
    }

    fn row_without_marks() -> &'static str {
        "  name  one two three four\nnot fitted, however long it is\n"
    }

    #[test]
    fn sentences_are_broken_without_a_terminal_and_on_a_wide_one() {
        let prose = format!("    {}{}", Fit::Prose, "word ".repeat(30));
        let line = format!("    {}", ["word"; 19].join(" "));
        let expected = format!("{line}\n    {}", ["word"; 11].join(" "));
        assert_eq!(shown(&prose, None), expected);
        assert_eq!(shown(&prose, Some(200)), expected);
        assert_eq!(shown(&prose, Some(20)).lines().next(), Some("    word word word"));
    }

    #[test]
    fn a_line_is_cut_at_the_edge() {
        let row = format!("  name  {CUT}file.c:12      {CUT}the reason of the edit\n");
        assert_eq!(shown(&row, Some(36)), "  name  file.c:12      the reason o…\n");
        // Hardly anything of the reason would be left.
        assert_eq!(shown(&row, Some(28)), "  name  file.c:12\n");
        assert_eq!(shown(&row, Some(12)), "  name  fil…\n");
        assert_eq!(shown(&row, None), "  name  file.c:12      the reason of the edit\n");
    }

    #[test]
    fn wide_and_combining_characters_are_counted() {
        let wide = format!("{CUT}漢字漢字漢字漢字\n");
        assert_eq!(shown(&wide, Some(16)), "漢字漢字漢字漢字\n");
        assert_eq!(shown(&wide, Some(15)), "漢字漢字漢字漢…\n");
        assert_eq!(shown(&format!("ab{HANG}漢字 漢字"), Some(8)), "ab漢字\n  漢字");
        let combining = format!("{HANG}e\u{301}e\u{301} e\u{301}e\u{301}");
        assert_eq!(shown(&combining, Some(5)), "e\u{301}e\u{301} e\u{301}e\u{301}");
    }

    #[test]
    fn styles_and_texts_from_outside_are_as_before() {
        let row = format!("{NEW}a{NEW:#} \u{1b}[2J {HANG}b\u{1}h c");
        let text = String::from_utf8(fitted(row.as_bytes(), Some(16))).unwrap();
        assert!(text.starts_with("\u{1b}[32ma") && text.contains(r"\x1b[2J"), "{text:?}");
        assert!(text.contains("\n"), "{text:?}");
        // Bytes of another encoding stay.
        assert_eq!(
            fitted(format!("{HANG}").bytes().chain(*b"L\xf6wis").collect::<Vec<_>>().as_slice(), Some(9)),
            b"L\xf6wis"
        );
    }
}
