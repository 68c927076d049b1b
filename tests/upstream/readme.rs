//! README.md and the pages of docs/ run as written: every command of their console blocks, in order, in an empty directory for each
//! page.
//!
//! `...` is any number of lines, and at the end of a line the rest of it. A block under `<!-- not run by tests: WHY -->` is
//! skipped. A yaml block is written to the file that the sentence above it names. `cd` and `export` hold for the rest of the page.

use std::env;
use std::fs;
use std::iter;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use pypatch::export::{self, Compression};
use pypatch::fetch::Located;

use crate::common::{self, pins};

/// The pages of docs/ with commands. [`every_page_with_commands_is_executed`] finds one that is missing here.
const PAGES: [&str; 9] = [
    "docs/authoring.md",
    "docs/build.md",
    "docs/exporting.md",
    "docs/formats.md",
    "docs/import.md",
    "docs/machines.md",
    "docs/port.md",
    "docs/review.md",
    "docs/sources.md",
];
/// Needs no release of CPython.
const TUTORIAL: &str = "docs/tutorial.md";
/// Needs only Lua.
const OTHER_SYSTEMS: &str = "docs/other-systems.md";
/// Made by pypatch, and tested to be up to date elsewhere.
const GENERATED: [&str; 2] = ["docs/commands.md", "docs/operations.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// What a reader does, in the order of the page.
#[derive(Debug, PartialEq)]
enum Step {
    /// Writes a file.
    Write { path: String, text: String },
    /// Runs a command in a shell, which prints these lines.
    Run { line: usize, command: String, output: Vec<String> },
}

/// The steps of a page in Markdown.
fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = page.lines().enumerate();
    // The last line above a block that is not blank.
    let mut above = "";
    while let Some((_, line)) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            if !line.trim().is_empty() {
                above = line;
            }
            continue;
        };
        let block: Vec<(usize, &str)> = lines.by_ref().take_while(|(_, line)| *line != "```").collect();
        match language {
            "console" if !above.starts_with("<!-- not run by tests: ") => steps.extend(runs(&block)),
            "yaml" if !above.starts_with("<!-- not run by tests: ") => {
                let path = above.strip_suffix("`:").and_then(|above| above.rsplit('`').next());
                let path = path
                    .unwrap_or_else(|| panic!("no file is named above the yaml block: {above}"))
                    .to_owned();
                steps.push(Step::Write {
                    path,
                    text: block.iter().flat_map(|(_, line)| [line, "\n"]).collect(),
                });
            }
            _ => {}
        }
        above = "";
    }
    steps
}

/// The commands of a console block and their output. After a `\` a command continues on the next line.
fn runs(block: &[(usize, &str)]) -> Vec<Step> {
    let mut runs = Vec::new();
    let mut lines = block.iter();
    while let Some((index, line)) = lines.next() {
        match (line.strip_prefix("$ "), runs.last_mut()) {
            (Some(command), _) => {
                let mut command = command.to_owned();
                while command.ends_with('\\') {
                    command.push('\n');
                    command.push_str(lines.next().map_or("", |(_, line)| line));
                }
                runs.push(Step::Run { line: index + 1, command, output: Vec::new() });
            }
            (None, Some(Step::Run { output, .. })) => output.push((*line).to_owned()),
            (None, _) => panic!("line {}: a console block begins with a command", index + 1),
        }
    }
    runs
}

/// Whether `actual` is what the page shows.
fn matches(shown: &[String], actual: &[&str]) -> bool {
    match shown.split_first() {
        None => actual.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=actual.len()).any(|skipped| matches(rest, &actual[skipped..]))
        }
        Some((first, rest)) => {
            let same = |line: &str| match first.strip_suffix(" ...") {
                Some(start) => line.starts_with(start),
                None => line == first,
            };
            actual.split_first().is_some_and(|(line, others)| same(line) && matches(rest, others))
        }
    }
}

/// The release that the tour fetches. All others come from `~/src/cpython`.
const RELEASE: &str = "python-2.7.18";

/// The machine of a reader: an empty directory, and a home directory with a clone of pypatch. One who has fetched [`RELEASE`] also
/// has `~/src/cpython`, if the tests have a clone.
pub(super) struct Reader {
    root: PathBuf,
    /// Where the release is, a tarball or a repository that has nothing else; and where the reader has it, a tarball in the cache.
    release: Option<(PathBuf, PathBuf)>,
    _folder: tempfile::TempDir,
}

impl Reader {
    pub(super) fn new() -> Reader {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for folder in ["bin", "home/src", "work"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        symlink(env!("CARGO_BIN_EXE_pypatch"), root.join("bin/pypatch")).unwrap();
        symlink(self::root(), root.join("home/pypatch")).unwrap();
        Reader { root, release: None, _folder: folder }
    }

    fn with_release(page: &str) -> Option<Reader> {
        let [tree] = pins::need(page, [RELEASE])?;
        let mut reader = Reader::new();
        let cache = reader.root.join("home/.cache/pypatch/tarballs");
        fs::create_dir_all(&cache).unwrap();
        if let Some(Located::Git { repository, .. }) = pins::locate("python-2.5") {
            symlink(repository, reader.root.join("home/src/cpython")).unwrap();
        }
        let source = match pins::locate(RELEASE)? {
            Located::Tarball { path, .. } => path,
            Located::Git { repository, tree } => {
                let only = reader.root.join("release.git");
                git2::Repository::init_bare(&only).unwrap();
                copy_objects(&repository, &tree, &only);
                only
            }
        };
        // Only tar reads this one: pypatch finds the release in `source` before it looks into the cache.
        let tarball = cache.join(&pins::pin(RELEASE).tarballs[0].file_name);
        let plain = cache.join("plain.tar");
        export::archive(tree.as_ref(), &plain, "Python-2.7.18", Compression::None, None).unwrap();
        fs::rename(plain, &tarball).unwrap();
        reader.release = Some((source, tarball));
        Some(reader)
    }

    /// Begins a page: in an empty directory.
    pub(super) fn begin(&self) {
        let work = self.root.join("work");
        fs::remove_dir_all(&work).unwrap();
        fs::create_dir(&work).unwrap();
        fs::write(self.root.join("directory"), work.to_str().unwrap()).unwrap();
        fs::write(self.root.join("variables"), "").unwrap();
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.directory().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Where the last command has left the reader.
    pub(super) fn directory(&self) -> PathBuf {
        fs::read_to_string(self.root.join("directory")).unwrap().trim_end().into()
    }

    /// Whether this machine has what a command needs.
    fn can_run(&self, command: &str) -> bool {
        !command.contains("~/src/cpython") || self.root.join("home/src/cpython").exists()
    }

    /// Runs a command; returns what it prints, with `~` for the home directory, and its exit status.
    pub(super) fn run(&self, command: &str) -> (String, Option<i32>) {
        let path = env::var_os("PATH").unwrap_or_default();
        let paths = iter::once(self.root.join("bin")).chain(env::split_paths(&path));
        let root = self.root.to_str().unwrap();
        let script = format!(
            "exec 2>&1\n. {root}/variables\ntrap 'pwd > {root}/directory; export -p > {root}/variables' EXIT\n{command}"
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(self.directory());
        shell.env("PATH", env::join_paths(paths).unwrap()).env("HOME", self.root.join("home"));
        shell.env_remove("XDG_CACHE_HOME").env_remove("PYPATCH_SOURCES").env_remove("GITHUB_STEP_SUMMARY");
        // Who commits.
        for role in ["AUTHOR", "COMMITTER"] {
            shell.env(format!("GIT_{role}_NAME"), "A Reader");
            shell.env(format!("GIT_{role}_EMAIL"), "reader@example.org");
        }
        if let Some((source, _)) = &self.release {
            shell.env("PYPATCH_SOURCES", source);
        }
        let output = shell.output().unwrap();
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        if let Some((source, tarball)) = &self.release {
            text = text.replace(source.to_str().unwrap(), tarball.to_str().unwrap());
        }
        (text.replace(self.root.join("home").to_str().unwrap(), "~"), output.status.code())
    }

    /// Follows a page; returns each command that prints something else than it shows.
    fn follow(&self, path: &str) -> Vec<String> {
        self.begin();
        let mut wrong = Vec::new();
        for step in steps(&page(path)) {
            match step {
                Step::Write { path, text } => self.write(&path, &text),
                Step::Run { line, command, .. } if !self.can_run(&command) => {
                    let what = format!("command of {path}:{line}");
                    common::skip(&what, "python-2.5 is in no git repository (set PYPATCH_SOURCES)");
                }
                Step::Run { line, command, output } => {
                    let (text, status) = self.run(&command);
                    let fails = output.iter().any(|line| line.starts_with("error: "));
                    if fails == matches!(status, Some(0 | 1))
                        || !matches(&output, &text.lines().collect::<Vec<_>>())
                    {
                        let shown = output.join("\n");
                        wrong.push(format!(
                            "{path}:{line}: $ {command}\n{text}[{status:?}], the page shows:\n{shown}\n"
                        ));
                    }
                }
            }
        }
        wrong
    }
}

/// Copies all objects of a tree from one repository to another.
fn copy_objects(from: &Path, tree: &str, to: &Path) {
    let script = "echo \"$1\" | git -c safe.directory='*' -C \"$0\" pack-objects --revs --missing=allow-any --window=0 \
        --threads=1 --quiet \"$2/objects/pack/pack\"";
    let output = Command::new("sh").args(["-c", script]).arg(from).arg(tree).arg(to).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_command_of_the_readme_prints_what_the_page_shows() {
    let Some(reader) = Reader::with_release("README") else { return };
    let wrong = reader.follow("README.md");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_command_of_the_pages_prints_what_they_show() {
    let Some(reader) = Reader::with_release("the pages of docs/") else { return };
    let wrong: Vec<String> = PAGES.iter().flat_map(|path| reader.follow(path)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_command_of_the_tutorial_prints_what_the_page_shows() {
    let wrong = Reader::new().follow(TUTORIAL);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_command_of_the_page_on_other_systems_prints_what_it_shows() {
    let Some([_, _]) = pins::need(OTHER_SYSTEMS, ["lua-5.4.4", RELEASE]) else { return };
    let Some(Located::Tarball { path }) = pins::locate("lua-5.4.4") else { return };
    let Some(reader) = Reader::with_release(OTHER_SYSTEMS) else { return };
    symlink(path, reader.root.join("home/.cache/pypatch/tarballs/lua-5.4.4.tar.gz")).unwrap();
    let wrong = reader.follow(OTHER_SYSTEMS);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_page_with_commands_is_executed() {
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let path = format!("docs/{}", entry.unwrap().file_name().to_str().unwrap());
        if path.ends_with(".md") && !GENERATED.contains(&path.as_str()) {
            let executed =
                PAGES.contains(&path.as_str()) || [TUTORIAL, OTHER_SYSTEMS].contains(&path.as_str());
            assert_eq!(!steps(&page(&path)).is_empty(), executed, "{path} and the list of executed pages");
        }
    }
}

#[test]
fn the_steps_of_a_page_are_its_files_and_commands_in_order() {
    let page = "\
Text.

```console
$ one \\
    more
a
...
$ two
```

<!-- not run by tests: takes minutes -->

```console
$ three
```

Write `x/y.yaml`:

```yaml
a: 1
```

```text
$ four
```
";
    let run = |line, command: &str, output: &[&str]| Step::Run {
        line,
        command: command.to_owned(),
        output: output.iter().map(|&line| line.to_owned()).collect(),
    };
    let expected = [
        run(4, "one \\\n    more", &["a", "..."]),
        run(8, "two", &[]),
        Step::Write { path: "x/y.yaml".to_owned(), text: "a: 1\n".to_owned() },
    ];
    assert_eq!(steps(page), expected);
}

#[test]
fn three_dots_match_any_lines_or_the_rest_of_a_line() {
    let matches = |shown: &[&str], actual: &[&str]| {
        let shown: Vec<String> = shown.iter().map(|&line| line.to_owned()).collect();
        matches(&shown, actual)
    };
    assert!(matches(&["a", "...", "d", "..."], &["a", "b", "c", "d"]));
    assert!(matches(&["...", "a"], &["a"]));
    assert!(!matches(&["a", "...", "d"], &["a", "b", "c", "d", "e"]));
    assert!(!matches(&["a"], &["a", "b"]));
    assert!(matches(&["a b ..."], &["a b c"]));
    assert!(!matches(&["a b ..."], &["a c"]));
    assert!(!matches(&[], &["a"]));
}
