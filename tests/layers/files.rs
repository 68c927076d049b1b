//! The imports between files: which file uses an item that another file defines.
//!
//! An import through a `pub use` of a mod.rs counts as an import from the file that defines the item. So a mod.rs that
//! only declares and re-exports is in no circle. A file may use what the mod.rs of its own folder defines: the two are
//! one module with its parts, and that import does not count.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::scan::Source;

/// The path of a module from the root of the crate: `tree::pin` is `["tree", "pin"]`.
type ModulePath = Vec<String>;

/// A file as a module: the names that it declares, and the paths that it uses.
#[derive(Default)]
struct Module {
    file: String,
    /// The modules that it declares, which are files of their own.
    children: BTreeSet<String>,
    /// The functions, types, constants and macros that it defines.
    items: BTreeSet<String>,
    /// Whether a macro at the top level may define items that are not seen here.
    calls_macro: bool,
    /// Names that `use` brings in, with their paths.
    imports: BTreeMap<String, Vec<String>>,
    /// The paths of `use path::*`.
    globs: Vec<Vec<String>>,
    /// All paths that its code uses.
    paths: BTreeSet<Vec<String>>,
}

/// What a path leads to.
#[derive(Clone)]
enum Target {
    Module(ModulePath),
    /// An item of the module with this path.
    Item(ModulePath),
    /// Something of another crate.
    External,
}

/// The imports between the files of a crate.
#[derive(Default)]
pub struct Graph {
    modules: BTreeMap<ModulePath, Module>,
    /// For each file, the files whose items it uses.
    edges: BTreeMap<String, BTreeSet<String>>,
    /// Paths that begin in this crate and lead nowhere: the scanner did not understand something.
    pub unresolved: BTreeSet<String>,
}

impl Graph {
    pub fn of(sources: &[Source]) -> Graph {
        let mut graph = Graph::default();
        for source in sources.iter().filter(|source| source.path != "main.rs") {
            graph.modules.insert(module_path(&source.path), Module::read(source));
        }
        for (path, module) in &graph.modules {
            let mut used = BTreeSet::new();
            for name in &module.paths {
                let targets = match name.split_last() {
                    Some((last, prelude))
                        if last == "*" && prelude.last().is_some_and(|last| last == "prelude") =>
                    {
                        graph.prelude(path, prelude)
                    }
                    // The names that `use module::*` brings in are not seen otherwise: it leads nowhere. Variants of an
                    // enum do.
                    _ => graph.resolve(path, name, 0),
                };
                if targets.is_empty() {
                    graph.unresolved.insert(format!("{}: {}", module.file, name.join("::")));
                }
                for target in targets {
                    if let Target::Item(at) = target
                        && !path.starts_with(&at)
                    {
                        used.insert(graph.modules[&at].file.clone());
                    }
                }
            }
            graph.edges.insert(module.file.clone(), used);
        }
        graph
    }

    /// Resolves a path that is used in the module `from`. Returns nothing if it leads nowhere, and two targets if a
    /// module and an item have the same name. `depth` counts the re-exports on the way.
    fn resolve(&self, from: &[String], name: &[String], depth: usize) -> Vec<Target> {
        let mut at = from.to_vec();
        let mut rest = name;
        let inside = matches!(name[0].as_str(), "crate" | "self" | "super");
        while let Some(first) = rest.first() {
            match first.as_str() {
                "crate" => at.clear(),
                "self" => {}
                "super" => drop(at.pop()),
                _ => break,
            }
            rest = &rest[1..];
        }
        for (i, part) in rest.iter().enumerate() {
            let targets = self.step(&at, part, depth);
            if i == 0 && !inside && targets.is_empty() {
                return vec![Target::External];
            }
            if i + 1 == rest.len() {
                return targets;
            }
            let module = targets.iter().find_map(|target| match target {
                Target::Module(path) => Some(path.clone()),
                Target::Item(_) | Target::External => None,
            });
            match module {
                Some(path) => at = path,
                // Variants and associated items belong to the file of their type.
                None => return targets,
            }
        }
        vec![Target::Module(at)]
    }

    /// What `use prelude::*` brings in: a prelude only re-exports, and whoever uses it counts as using all of that.
    fn prelude(&self, from: &[String], prelude: &[String]) -> Vec<Target> {
        let mut found = Vec::new();
        for target in self.resolve(from, prelude, 0) {
            let Target::Module(at) = target else { continue };
            let Some(module) = self.modules.get(&at).filter(|module| module.items.is_empty()) else {
                continue;
            };
            found.extend(module.imports.values().flat_map(|path| self.resolve(&at, path, 0)));
        }
        found
    }

    /// Resolves one name in the module `at`.
    fn step(&self, at: &[String], name: &str, depth: usize) -> Vec<Target> {
        let Some(module) = self.modules.get(at) else { return Vec::new() };
        let mut found = Vec::new();
        let below = [at, &[name.to_owned()]].concat();
        if module.children.contains(name) && self.modules.contains_key(&below) {
            found.push(Target::Module(below));
        }
        if module.items.contains(name) {
            found.push(Target::Item(at.to_vec()));
        }
        // `use name::name` in the parent of `name` would resolve its own first part without end.
        if depth < 16 {
            if let Some(path) = module.imports.get(name).filter(|path| !(path.len() == 1 && path[0] == name))
            {
                found.extend(self.resolve(at, path, depth + 1));
            }
            if found.is_empty() {
                for glob in &module.globs {
                    for target in self.resolve(at, glob, depth + 1) {
                        match target {
                            Target::Module(path) => found.extend(self.step(&path, name, depth + 1)),
                            // The variants of an enum: their own import is an edge already.
                            Target::Item(_) | Target::External => {}
                        }
                    }
                }
            }
        }
        if found.is_empty() && module.calls_macro {
            found.push(Target::Item(at.to_vec()));
        }
        found
    }

    /// The groups of files that reach each other through imports.
    pub fn groups(&self) -> Vec<BTreeSet<String>> {
        let reached: BTreeMap<&String, BTreeSet<String>> =
            self.edges.keys().map(|file| (file, self.reached(file))).collect();
        let mut groups: Vec<BTreeSet<String>> = Vec::new();
        for (file, others) in &reached {
            if !others.contains(*file) || groups.iter().any(|group| group.contains(*file)) {
                continue;
            }
            let group = others.iter().filter(|other| reached[other].contains(*file));
            groups.push(group.cloned().collect());
        }
        groups
    }

    /// Every file that `file` uses, and that those use, and so on.
    fn reached(&self, file: &str) -> BTreeSet<String> {
        let mut reached = BTreeSet::new();
        let mut queue = vec![file.to_owned()];
        while let Some(file) = queue.pop() {
            for next in &self.edges[&file] {
                if reached.insert(next.clone()) {
                    queue.push(next.clone());
                }
            }
        }
        reached
    }

    /// The shortest circle through `file`, written `a.rs -> b.rs -> a.rs`.
    pub fn circle(&self, file: &str) -> Option<String> {
        let mut user: BTreeMap<&str, &str> = BTreeMap::new();
        let mut queue = VecDeque::from([file]);
        while let Some(current) = queue.pop_front() {
            for next in &self.edges[current] {
                if next == file {
                    let mut circle = vec![file, current];
                    while let Some(previous) = user.get(circle[circle.len() - 1]) {
                        circle.push(previous);
                    }
                    circle.reverse();
                    return Some(circle.join(" -> "));
                }
                if !user.contains_key(next.as_str()) {
                    user.insert(next, current);
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

fn module_path(file: &str) -> ModulePath {
    let path = file.strip_suffix(".rs").unwrap_or(file);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

impl Module {
    fn read(source: &Source) -> Module {
        let tokens = tokens(&source.code);
        let mut module = Module { file: source.path.clone(), ..Module::default() };
        let mut exports = Vec::new();
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let (mut at, mut depth) = (0, 0);
        while at < tokens.len() {
            let next = tokens.get(at + 1).copied().unwrap_or("");
            match tokens[at] {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                // `impl Trait + use<'a>` is not an import.
                "use" if next != "<" => {
                    let public = at > 0 && (tokens[at - 1] == "pub" || is_restricted(&tokens[..at]));
                    let mut tree = UseTree { tokens: &tokens, at: at + 1, imports: Vec::new() };
                    tree.read(&[]);
                    at = tree.at;
                    for (name, path) in tree.imports {
                        match name {
                            None => {
                                if !public {
                                    module.paths.insert([&path[..], &["*".to_owned()]].concat());
                                }
                                module.globs.push(path);
                            }
                            Some(name) => {
                                if public {
                                    exports.push(name.clone());
                                } else {
                                    module.paths.insert(path.clone());
                                }
                                module.imports.insert(name, path);
                            }
                        }
                    }
                }
                "mod" if depth == 0 && tokens.get(at + 2) == Some(&";") => {
                    module.children.insert(next.to_owned());
                }
                "fn" | "struct" | "enum" | "trait" | "type" | "static" | "const" | "mod"
                    if depth == 0 && is_name(next) && next != "fn" =>
                {
                    module.items.insert(next.to_owned());
                    at += 1;
                }
                "macro_rules" => {
                    module.items.insert(tokens.get(at + 2).copied().unwrap_or("").to_owned());
                }
                token if is_name(token) => {
                    module.calls_macro |= depth == 0
                        && next == "!"
                        && tokens.get(at + 2).is_some_and(|open| ["(", "[", "{"].contains(open));
                    let continued = at > 0 && tokens[at - 1] == "::";
                    if !(at > 0 && tokens[at - 1] == ".") {
                        used.insert(token);
                    }
                    let mut path = vec![token.to_owned()];
                    while tokens.get(at + 1) == Some(&"::") && tokens.get(at + 2).is_some_and(|t| is_name(t))
                    {
                        path.push(tokens[at + 2].to_owned());
                        at += 2;
                    }
                    if path.len() > 1 && !continued {
                        module.paths.insert(path);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        // A re-export is an import only if the code of this file uses the name, too.
        for name in exports.iter().filter(|name| used.contains(name.as_str())) {
            module.paths.insert(module.imports[name].clone());
        }
        module
    }
}

/// Whether the tokens end with `pub(crate)` or the like.
fn is_restricted(tokens: &[&str]) -> bool {
    let open = tokens.iter().rposition(|token| *token == "(");
    tokens.last() == Some(&")") && open.is_some_and(|open| open > 0 && tokens[open - 1] == "pub")
}

/// Reads what follows the word `use`.
struct UseTree<'a> {
    tokens: &'a [&'a str],
    at: usize,
    /// Each path, and the name that it gets; no name for `*`.
    imports: Vec<(Option<String>, Vec<String>)>,
}

impl UseTree<'_> {
    fn token(&self) -> &str {
        self.tokens.get(self.at).copied().unwrap_or(";")
    }

    /// Reads one tree, and stops at the `,`, `}` or `;` after it.
    fn read(&mut self, prefix: &[String]) {
        let mut path = prefix.to_vec();
        loop {
            match self.token() {
                "::" => self.at += 1,
                "*" => {
                    self.at += 1;
                    self.imports.push((None, path));
                    return;
                }
                "{" => {
                    while self.token() != "}" && self.token() != ";" {
                        self.at += 1;
                        if self.token() != "}" {
                            self.read(&path);
                        }
                    }
                    self.at += 1;
                    return;
                }
                "as" => {
                    let name = self.tokens[self.at + 1].to_owned();
                    self.at += 2;
                    self.imports.push((Some(name), path));
                    return;
                }
                "," | "}" | ";" => {
                    let name = path.last().cloned().unwrap_or_default();
                    self.imports.push((Some(name), path));
                    return;
                }
                // `{self, ...}`: the module itself.
                "self" if !path.is_empty() => self.at += 1,
                name => {
                    path.push(name.to_owned());
                    self.at += 1;
                }
            }
        }
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The names, numbers and signs of `code`; `::` is one of them, lifetimes are left out.
fn tokens(code: &str) -> Vec<&str> {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if in_word(first) {
            rest.find(|c| !in_word(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else if first == '\'' {
            1 + rest[1..].find(|c| !in_word(c)).unwrap_or(rest.len() - 1)
        } else {
            first.len_utf8()
        };
        if first != '\'' {
            tokens.push(&rest[..length]);
        }
        rest = rest[length..].trim_start();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::{Graph, Source};

    fn graph(files: &[(&str, &str)]) -> Graph {
        let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
        Graph::of(&sources)
    }

    /// The circles of made-up files, the shortest for each group.
    fn circles(files: &[(&str, &str)]) -> Vec<String> {
        let graph = graph(files);
        assert!(graph.unresolved.is_empty(), "{:?}", graph.unresolved);
        graph.groups().iter().filter_map(|group| graph.circle(group.first()?)).collect()
    }

    /// A folder `x` of two files, of which `a.rs` uses an item of `b.rs`.
    fn folder<'a>(mod_rs: &'a str, b: &'a str) -> [(&'a str, &'a str); 4] {
        [
            ("lib.rs", "pub mod x;"),
            ("x/mod.rs", mod_rs),
            ("x/a.rs", "use super::b::B;\npub struct A(B);\npub fn a() {}"),
            ("x/b.rs", b),
        ]
    }

    const CIRCLE: [&str; 1] = ["x/a.rs -> x/b.rs -> x/a.rs"];
    const NONE: [&str; 0] = [];

    #[test]
    fn files_that_import_one_way_are_not_a_circle() {
        assert_eq!(circles(&folder("mod a;\nmod b;", "pub struct B;")), NONE);
    }

    #[test]
    fn every_spelling_of_a_path_to_a_sibling_is_found() {
        for user in [
            "use super::a::A;\npub struct B(A);",
            "use crate::x::a::{A};\npub struct B(A);",
            "use crate::x::{a::{self}, b};\npub struct B; fn f() { a::a() }",
            "use super::a as other;\npub struct B; fn f() { other::a() }",
            "use super::{self as up};\npub struct B; fn f() { up::a::a() }",
            "pub struct B(super::a::A);",
            "pub struct B; fn f() { use super::a::a; a() }",
            "pub struct B; impl From<super::super::x::a::A> for B {}",
            "pub use super::a::A;\npub struct B(A);",
        ] {
            assert_eq!(circles(&folder("mod a;\nmod b;", user)), CIRCLE, "{user}");
        }
    }

    #[test]
    fn an_import_through_a_re_export_is_one_of_the_defining_file() {
        for (mod_rs, user) in [
            ("mod a;\nmod b;\npub use a::A;", "use super::A;\npub struct B(A);"),
            ("mod a;\nmod b;\npub(crate) use self::a::A as First;", "pub struct B(super::First);"),
            ("mod a;\nmod b;\npub use a::*;", "use crate::x::A;\npub struct B(A);"),
            // A function with the name of its module.
            ("mod a;\nmod b;\npub use a::a;", "use super::a;\npub struct B; fn f() { a() }"),
        ] {
            assert_eq!(circles(&folder(mod_rs, user)), CIRCLE, "{mod_rs} {user}");
        }
    }

    #[test]
    fn a_mod_rs_is_in_a_circle_only_by_code_of_its_own() {
        let files = |up: &'static str, down: &'static str| {
            [
                ("lib.rs", "mod x;\nmod y;"),
                ("x/mod.rs", up),
                ("x/a.rs", "use crate::y::Y;\npub struct A(Y);"),
                ("y.rs", down),
            ]
        };
        let uses_mod = "use crate::x::f;\npub struct Y; fn g() { f() }";
        let uses_a = "pub struct Y; fn g(a: crate::x::A) {}";
        assert_eq!(circles(&files("mod a;\npub use a::A;", "pub struct Y;")), NONE);
        assert_eq!(circles(&files("mod a;\npub use a::A;", uses_a)), ["x/a.rs -> y.rs -> x/a.rs"]);
        let code = "mod a;\npub use a::A;\npub fn f() {}";
        assert_eq!(circles(&files(code, uses_mod)), NONE);
        let code = "mod a;\npub use a::A;\npub fn f(a: A) {}";
        assert_eq!(circles(&files(code, uses_mod)), ["x/a.rs -> y.rs -> x/mod.rs -> x/a.rs"]);
    }

    #[test]
    fn a_file_may_use_what_its_own_mod_rs_defines() {
        let mod_rs = "mod a;\nmod b;\npub fn f() { a::a() }\npub struct T;";
        assert_eq!(circles(&folder(mod_rs, "use super::T;\npub struct B(T);")), NONE);
    }

    #[test]
    fn code_for_tests_comments_and_literals_do_not_count() {
        let user = "/// See [`super::a::A`].\npub struct B; fn f() { \"super::a::A\"; }\n#[cfg(test)]\nmod tests { use super::super::a::A; }";
        assert_eq!(circles(&folder("mod a;\nmod b;", user)), NONE);
    }

    #[test]
    fn circles_of_three_files_are_found_and_other_crates_are_not_followed() {
        let files = [
            ("lib.rs", "mod a;\nmod b;\nmod c;\nmod d;"),
            (
                "a.rs",
                "use crate::b::B;\nuse std::fmt::{self, Write};\npub struct A(B); fn f(a: fmt::Error) {}",
            ),
            ("b.rs", "use crate::c::C;\nuse serde::Deserialize;\npub struct B(C);"),
            ("c.rs", "pub enum C { One(Box<crate::a::A>) }"),
            ("d.rs", "use crate::a::A;\nuse crate::c::C::{self, One};\npub struct D(A, C);"),
        ];
        assert_eq!(circles(&files), ["a.rs -> b.rs -> c.rs -> a.rs"]);
    }

    #[test]
    fn a_prelude_does_not_hide_a_circle() {
        let files = [
            ("lib.rs", "mod a;\nmod b;\nmod prelude;"),
            ("prelude.rs", "pub use crate::b::B;"),
            ("a.rs", "use crate::prelude::*;\npub struct A(B);"),
            ("b.rs", "use crate::a::A;\npub struct B(Box<A>);"),
        ];
        assert_eq!(circles(&files), ["a.rs -> b.rs -> a.rs"]);
    }

    #[test]
    fn a_path_that_leads_nowhere_and_a_glob_of_a_module_are_reported() {
        let uses = "use crate::b::B;\nuse super::a::Missing;\nuse crate::c::*;\nuse crate::c::E::*;\nuse std::io::*;";
        let graph = graph(&[("lib.rs", "mod a;\nmod c;"), ("a.rs", uses), ("c.rs", "pub enum E { A }")]);
        let unresolved: Vec<&String> = graph.unresolved.iter().collect();
        assert_eq!(unresolved, ["a.rs: crate::b::B", "a.rs: crate::c::*", "a.rs: super::a::Missing"]);
    }
}
