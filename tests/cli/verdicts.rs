//! Verdicts on another version, and outcomes on a tree: each is true, and has evidence.

use serde_json::Value;

use crate::common::TestEnvironment;

/// Two versions of a small tree, and a patchset with one edit of the old one.
struct Case {
    env: TestEnvironment,
}

impl Case {
    fn new(old: &[(&str, &str)], new: &[(&str, &str)], edit: &str) -> Case {
        let env = TestEnvironment::new();
        for (tree, version, files) in [("old", "3.8.1", old), ("new", "3.9.1", new)] {
            let header = format!("#define PY_VERSION \"{version}\"\n");
            env.write(&format!("{tree}/Include/patchlevel.h"), header);
            for (path, text) in files {
                env.write(&format!("{tree}/{path}"), text);
            }
        }
        let edit: String = edit.lines().map(|line| format!("    {line}\n")).collect();
        env.yaml(
            "mine",
            format!(
                "schema: 1\nid: mine\ntitle: Mine\napplies-to: '>=3.8, <3.9'\nedits:\n  - id: e\n    why: Why not.\n{edit}"
            ),
        );
        Case { env }
    }

    /// The only cell of the matrix on the new version, with the old one or without.
    fn cell_with(&self, arguments: &[&str]) -> Value {
        let all = [&["matrix", "mine", "--format", "json", "new"], arguments].concat();
        let json: Value = serde_json::from_str(&self.env.stdout(&all)).unwrap();
        let cells = json["cells"].as_array().unwrap();
        assert_eq!(cells.len(), 1, "{cells:#?}");
        cells[0].clone()
    }

    fn cell(&self) -> Value {
        self.cell_with(&["--base", "old"])
    }

    fn verdict(&self) -> String {
        self.cell()["verdict"].as_str().unwrap().to_owned()
    }

    /// The verdict, and the first candidate: its place, and whether it can be taken.
    fn first(&self) -> (String, String, bool) {
        let cell = self.cell();
        let first = &cell["candidates"][0];
        let place = format!("{}:{}", first["file"].as_str().unwrap_or("none"), first["line"]);
        let can_be_taken = first["can_be_taken"].as_bool().unwrap_or(false);
        (cell["verdict"].as_str().unwrap().to_owned(), place, can_be_taken)
    }

    fn plan(&self, tree: &str) -> String {
        self.env.run(&["plan", "mine", tree])
    }
}

const C: &str = "Modules/m.c";

#[test]
fn a_deletion_is_not_made_while_another_form_of_the_line_is_left() {
    let old = "int f(void)\n{\n    first();\n    second(1);\n    third();\n    return 0;\n}\n";
    let edit = format!(
        "file: {C}\nc.replace:\n  function: f\n  find: \"first();\\n    second(1);\"\n  with: \"first();\""
    );
    let changed = old.replace("    second(1);\n", "    if (!second(1))\n        return 1;\n");
    assert_ne!(Case::new(&[(C, old)], &[(C, &changed)], &edit).verdict(), "already");
    // Upstream deleted it, too.
    let gone = old.replace("    second(1);\n", "");
    assert_eq!(Case::new(&[(C, old)], &[(C, &gone)], &edit).verdict(), "already");
}

#[test]
fn a_result_in_another_place_does_not_count() {
    let old = "limit = 10\nname = 'a'\n\nother_limit = 3\n";
    let edit = "file: setup.py\ntext.replace: {find: limit = 10, with: limit = 99}";
    let new = "limit = compute()\nname = 'a'\n\nother_limit = 3\nlimit = 99\n";
    assert_ne!(Case::new(&[("setup.py", old)], &[("setup.py", new)], edit).verdict(), "already");
    let made = "limit  =  99  # as measured\nname = 'a'\n\nother_limit = 3\n";
    let case = Case::new(&[("setup.py", old)], &[("setup.py", made)], edit);
    assert_eq!((case.verdict().as_str(), &case.cell()["places"][0]["line"]), ("already", &Value::from(1)));
}

#[test]
fn a_mistake_in_an_anchor_is_missing_on_the_own_release() {
    let tree = "class B:\n    def f(self):\n        self.a = 1\n        self.z = 0\n        self.b = 2\n";
    let edit =
        "file: setup.py\ntext.replace:\n  find: \"self.a = 1\\n        self.b = 2\"\n  with: self.a = 1";
    let plan = Case::new(&[("setup.py", tree)], &[], edit).plan("old");
    assert!(plan.contains("missing") && plan.contains("[exit 3]"), "{plan}");
}

#[test]
fn a_word_that_moved_to_the_next_line_is_still_to_be_removed() {
    let edit = "file: configure.ac\nm4.remove-word: {call: AC_CHECK_HEADERS, word: a.h}\nallow: {stale-configure: It is made.}";
    let old = "AC_INIT([x])\nAC_CHECK_HEADERS([a.h b.h])\nAC_OUTPUT\n";
    let new = old.replace("[a.h b.h])", "[b.h])\nAC_CHECK_HEADERS([a.h])");
    assert_ne!(Case::new(&[("configure.ac", old)], &[("configure.ac", &new)], edit).verdict(), "already");
    let gone = old.replace("a.h ", "");
    assert_eq!(Case::new(&[("configure.ac", old)], &[("configure.ac", &gone)], edit).verdict(), "already");
}

#[test]
fn a_statement_that_moved_far_off_in_its_function_is_not_already_removed() {
    let steps: String = (0..30).map(|step| format!("    step_{step}();\n")).collect();
    let old =
        format!("int f(void)\n{{\n    begin();\n{steps}    read_line();\n    end();\n    return 0;\n}}\n");
    let new = old.replace("    read_line();\n", "").replace("begin();\n", "begin();\n    read_line();\n");
    let edit = format!("file: {C}\nwithin: {{function: f}}\nc.remove: {{find: read_line();}}");
    let case = Case::new(&[(C, &old)], &[(C, &new)], &edit);
    assert_eq!(case.first(), ("changed".to_owned(), format!("{C}:4"), true));
    let gone = old.replace("    read_line();\n", "");
    assert_eq!(Case::new(&[(C, &old)], &[(C, &gone)], &edit).verdict(), "already");
}

#[test]
fn a_file_without_what_is_removed_is_no_candidate() {
    // The line of the class is too far off to show the place.
    let methods: String = (0..8).map(|n| format!("    def m{n}(self):\n        return {n}\n\n")).collect();
    let old = format!("class Worker:\n{methods}    def isAlive(self):\n        return 1\n");
    let new = "class Worker:\n    def is_alive(self):\n        return 2\n";
    let other = "class Other:\n    worker = Worker\n";
    let edit = "file: Lib/worker.py\npython.remove-method: {class: Worker, method: isAlive}";
    let files = [("Lib/worker.py", new), ("Lib/other.py", other)];
    let cell = Case::new(&[("Lib/worker.py", &old)], &files, edit).cell();
    let candidates = cell["candidates"].as_array().unwrap();
    assert!(candidates.iter().all(|one| one["file"] != "Lib/other.py"), "{cell:#?}");
}

#[test]
fn a_word_that_configure_substitutes_is_not_already_removed() {
    let old = "install: @FIRST@ commoninstall docsinstall\n\techo\n";
    let edit = "file: Makefile.pre.in\nmakefile.remove-prerequisite: {target: install, word: docsinstall}";
    let new = "install: @FIRST@ @TARGETS@\n\techo\n";
    let configure =
        |words: &str| format!("AC_INIT([x])\nAC_SUBST([TARGETS])\nTARGETS=\"{words}\"\nAC_OUTPUT\n");
    let verdict = |words: &str| {
        let files = [("Makefile.pre.in", new), ("configure.ac", &configure(words))];
        Case::new(&[("Makefile.pre.in", old)], &files, edit).first()
    };
    let found = verdict("commoninstall docsinstall");
    assert_eq!(found, ("changed".to_owned(), "configure.ac:3".to_owned(), false));
    assert_eq!(verdict("commoninstall").0, "already");
}

#[test]
fn a_file_that_upstream_renamed_is_not_already_removed() {
    let lines: String = (0..30).map(|line| format!("int value_{line} = compute({line});\n")).collect();
    let edit = "file: Python/random.c\nfile.remove: {contains: value_3}";
    let old = [("Python/random.c", lines.as_str())];
    let case = Case::new(&old, &[("Python/bootstrap_random.c", &lines)], edit);
    assert_eq!(case.first(), ("changed".to_owned(), "Python/bootstrap_random.c:0".to_owned(), true));
    assert_eq!(Case::new(&old, &[("Python/other.c", "int other;\n")], edit).verdict(), "already");
}

#[test]
fn a_changed_comment_is_compared_with_its_words() {
    let old = "int f(void)\n{\n    first();\n    /* Slow. */\n    second(1);\n    return 0;\n}\n";
    let edit = format!("file: {C}\nc.replace-comment: {{find: Slow., with: Fast enough.}}");
    let other = old.replace("return 0", "return 1");
    assert_eq!(Case::new(&[(C, old)], &[(C, &other)], &edit).verdict(), "applies");
    let made = other.replace("Slow.", "Fast enough.");
    assert_eq!(Case::new(&[(C, old)], &[(C, &made)], &edit).verdict(), "already");
}

#[test]
fn a_keyword_does_not_show_that_a_statement_was_replaced() {
    let tree =
        "int f(void)\n{\n    if (!parse())\n        return NULL;\n    return open_module(name, MODE);\n}\n";
    let edit =
        format!("file: {C}\nc.replace: {{function: f, find: return open_file(name);, with: return NULL;}}");
    let plan = Case::new(&[(C, tree)], &[(C, tree)], &edit).plan("old");
    assert!(plan.contains("missing   e"), "{plan}");
}

#[test]
fn code_of_another_branch_is_no_insertion() {
    let tree = "int f(void)\n{\n    if (bad(x)) {\n        Py_DECREF(x);\n        return NULL;\n    }\n    Py_RETURN_NONE;\n}\n";
    let edit = format!(
        "file: {C}\nc.insert: {{function: f, before: Py_RETURN_NONE;, text: \"Py_DECREF(x);\\nreturn NULL;\"}}"
    );
    let plan = Case::new(&[(C, tree)], &[(C, tree)], &edit).plan("old");
    assert!(plan.contains("change    e"), "{plan}");
}

#[test]
fn what_was_to_be_removed_in_another_spelling_is_a_candidate() {
    let old = "int f(void)\n{\n    first();\n    set_signals();\n    return 0;\n}\n";
    let new = old.replace("first()", "other_first()").replace("set_signals()", "set_signals(0)");
    let edit = format!("file: {C}\ntext.remove: {{find: set_signals();}}");
    let found = Case::new(&[(C, old)], &[(C, &new)], &edit).first();
    assert_eq!(found, ("changed".to_owned(), format!("{C}:4"), false));
}

#[test]
fn an_insertion_that_upstream_made_is_already_made() {
    let old = "int f(int k)\n{\n    switch (k) {\n    case A:\n    case D:\n        return 4;\n    }\n    return 0;\n}\n";
    let edit = format!(
        "file: {C}\nc.insert:\n  function: f\n  before: 'case D:'\n  text: |\n    #ifdef B\n    case B:\n    #endif"
    );
    let in_order = old.replace("case D:", "#ifdef B\n    case B:   /* b */\n#endif\n\n    case D:");
    assert_eq!(Case::new(&[(C, old)], &[(C, &in_order)], &edit).verdict(), "already");
    let other_order = old.replace("    case A:", "#ifdef B\n    case B:\n#endif\n    case A:");
    let case = Case::new(&[(C, old)], &[(C, &other_order)], &edit);
    assert_eq!(case.verdict(), "already");
    assert!(case.env.stdout(&["diff", "mine", "old"]).contains("+    case B:"));
}

#[test]
fn code_that_moved_to_another_function_is_a_candidate() {
    let old = "int init(void)\n{\n    setup_limits(3);\n    return 0;\n}\n";
    let new = "static int run(void)\n{\n    setup_limits(3);\n    return 0;\n}\nint init(void)\n{\n    return run();\n}\n";
    let edit = format!("file: {C}\nc.insert: {{function: init, after: setup_limits(3);, text: more();}}");
    assert_eq!(
        Case::new(&[(C, old)], &[(C, new)], &edit).first(),
        ("changed".into(), format!("{C}:3"), true)
    );
    let other = [(C, "int init(void)\n{\n    return 0;\n}\n"), ("Modules/n.c", new)];
    let case = Case::new(&[(C, old)], &other, &edit);
    assert_eq!(case.first(), ("changed".into(), "Modules/n.c:3".into(), true));
}

#[test]
fn nothing_is_obsolete_while_its_name_is_in_code() {
    let old = "int init(void)\n{\n    return 0;\n}\nint old_entry(void)\n{\n    struct entry *e = find(first);\n    while (e != NULL)\n        e = e->next;\n}\n";
    let edit = format!("file: {C}\nc.insert: {{function: old_entry, at: entry, text: more();}}");
    let gone = "int init(void)\n{\n    return 0; /* old_entry is gone */\n}\n";
    let case = Case::new(&[(C, old)], &[(C, gone)], &edit);
    assert_eq!(case.verdict(), "obsolete");
    let evidence = &case.cell()["evidence"];
    assert_eq!(evidence["names"], serde_json::json!(["old_entry"]));
    assert_eq!((&evidence["among"], &evidence["no_files"]), (&"*.c *.h".into(), &serde_json::json!([])));
    // Without the old release, its contents cannot be compared: a person has to look.
    let cell = case.cell_with(&[]);
    assert_eq!(cell["verdict"], "lost");
    assert!(cell["reason"].as_str().unwrap().contains("--base"), "{cell:#}");
    let used = [(C, gone), ("Include/m.h", "#define entry() old_entry(1)\n")];
    let case = Case::new(&[(C, old)], &used, &edit);
    assert_eq!(case.first(), ("changed".into(), "Include/m.h:1".into(), false));
}

#[test]
fn a_function_that_moved_to_another_file_is_a_candidate() {
    let function = "int entry_point(void)\n{\n    struct entry *e = find(first);\n    return e->next;\n}\n";
    let edit = format!("file: {C}\nc.insert: {{function: entry_point, at: entry, text: more();}}");
    let rest = "int other(void)\n{\n    return 0;\n}\n";
    let old = format!("{rest}{function}");
    let case = Case::new(&[(C, &old)], &[(C, rest), ("Modules/n.c", function)], &edit);
    assert_eq!(case.first(), ("changed".into(), "Modules/n.c:3".into(), true));
    let spelled = function.replace("entry_point", "_Py_EntryPoint").replace("find(first)", "g(2 + 3)");
    let case = Case::new(&[(C, &old)], &[(C, &format!("{rest}{spelled}"))], &edit);
    assert_eq!(case.verdict(), "changed");
}

#[test]
fn a_module_that_became_a_package_moved() {
    let text = "import os\nscheme = 'posix_prefix'\n";
    let edit = "file: Lib/layout.py\ntext.replace: {find: \"'posix_prefix'\", with: \"'posix_local'\"}";
    let case = Case::new(&[("Lib/layout.py", text)], &[("Lib/layout/__init__.py", text)], edit);
    assert_eq!(case.first(), ("moved".into(), "Lib/layout/__init__.py:2".into(), true));
    let renamed = Case::new(&[("Lib/layout.py", text)], &[("Lib/paths/scheme.py", text)], edit);
    assert_eq!(renamed.first(), ("moved".into(), "Lib/paths/scheme.py:2".into(), true));
}

#[test]
fn the_text_of_a_renamed_rule_is_a_candidate() {
    let rule = |target: &str| format!("{target}: python\n\t./python -m train || true\n");
    let edit = "file: Makefile.pre.in\nwithin: {target: train}\ntext.replace: {find: ./python -m train, with: run ./python -m train}";
    let files = [("Makefile.pre.in", rule("train")), ("Makefile.pre.in", rule("train-stamp"))];
    let case = Case::new(&[(files[0].0, &files[0].1)], &[(files[1].0, &files[1].1)], edit);
    assert_eq!(case.first(), ("changed".into(), "Makefile.pre.in:2".into(), true));
}

#[test]
fn candidates_are_ranked_by_the_most_telling_line() {
    let old = "if a; then\n  b\nfi\nAC_MSG_RESULT($LOADER)\n";
    let new = "if c; then\n  d\nfi\nif a; then\n  b\nfi\nAC_MSG_RESULT([$LOADER])\n";
    let edit = "file: configure.ac\nallow: {stale-configure: it is generated}\ntext.insert: {before: \"fi\\nAC_MSG_RESULT($LOADER)\", text: \"  e\\n\"}";
    let case = Case::new(&[("configure.ac", old)], &[("configure.ac", new)], edit);
    assert_eq!(case.first(), ("changed".into(), "configure.ac:6".into(), true));
}

#[test]
fn only_what_is_looked_for_is_counted() {
    let tree = "one: -d\ntwo: -j0 -d\nthree: -d\n";
    let edit = "file: Makefile.pre.in\ntext.replace: {find: -j0 -d, with: -d}";
    let case = Case::new(&[("Makefile.pre.in", tree)], &[], edit);
    assert!(case.env.stdout(&["diff", "mine", "old"]).contains("-two: -j0 -d\n+two: -d\n"));
    case.env.run(&["apply", "mine", "old", "--allow-unpinned"]);
    let again = case.env.run(&["apply", "mine", "old", "--allow-unpinned"]);
    assert!(again.contains("[exit 0]"), "{again}");
    assert_eq!(case.env.stdout(&["diff", "mine", "old"]), "");
}

#[test]
fn alternatives_by_version_are_judged_outside_the_range() {
    let change = |when: &str, find: &str| {
        format!(
            "  - {{when: '{when}', file: setup.py, text.replace: {{find: {find} = 1, with: {find} = 2}}}}\n"
        )
    };
    let edit = format!("changes:\n{}{}", change("<3.9", "old"), change(">=3.9", "new"));
    let case = Case::new(&[("setup.py", "old = 1\n")], &[("setup.py", "new = 1\n")], &edit);
    assert_eq!(case.verdict(), "applies");
}

#[test]
fn a_misfit_inside_the_range_is_reported_by_port() {
    let case = Case::new(
        &[("setup.py", "x = 1\n")],
        &[],
        "file: setup.py\ntext.replace: {find: y = 1, with: y = 2}",
    );
    let out = case.env.run(&["port", "mine", "--to", "old", "--id", "theirs", "-n"]);
    assert!(out.contains("`y = 1` was not found") && out.contains("[exit 3]"), "{out}");
}

#[test]
fn code_that_no_longer_parses_is_refused() {
    let python = "class A:\n    def f(self):\n        a = 1\n        return a\n";
    let edit = "file: Lib/a.py\ntext.insert: {after: \"a = 1\\n\", text: \"b = 2\\n\"}";
    let plan = Case::new(&[("Lib/a.py", python)], &[], edit).plan("old");
    assert!(plan.contains("refused") && plan.contains("line 5 after the edit"), "{plan}");
    assert!(plan.contains("write `indent: anchor`"), "{plan}");
    let edit = edit.replace("{after", "{indent: anchor, after");
    let diff = Case::new(&[("Lib/a.py", python)], &[], &edit).env.stdout(&["diff", "mine", "old"]);
    assert!(diff.contains("\n+        b = 2\n"), "{diff}");
    let c = "int f(void)\n{\n    if (x) {\n        a();\n    }\n    return 0;\n}\n";
    let edit = format!("file: {C}\ntext.replace: {{find: \"    if (x) {{\\n\", with: \"    if (y)\\n\"}}");
    let plan = Case::new(&[(C, c)], &[], &edit).plan("old");
    assert!(plan.contains("refused") && plan.contains("no longer parse"), "{plan}");
}

#[test]
fn branches_that_each_begin_a_function_are_not_refused() {
    let c = "int f(int a)\n{\n    return a;\n}\n";
    let head = |after: &str| {
        format!(
            "file: {C}\ntext.replace: {{find: \"int f(int a)\\n{{\\n\", with: \"#if defined(X)\\nint g(int a)\\n{{\\n{after}\"}}"
        )
    };
    let whole = head("#else\\nint f(int a)\\n{\\n#endif\\n");
    assert!(Case::new(&[(C, c)], &[], &whole).plan("old").contains("change "));
    // Without X nothing begins the function.
    let half = head("#endif\\n");
    let plan = Case::new(&[(C, c)], &[], &half).plan("old");
    assert!(plan.contains("refused") && plan.contains("no longer parse"), "{plan}");
}

#[test]
fn only_whole_statements_are_wrapped() {
    let c = "int f(void)\n{\n    if (x) {\n        a();\n    }\n    else\n        b();\n    return 0;\n}\n";
    let wrap = |arguments: &str| {
        let edit = format!("file: {C}\nc.wrap: {{function: f, condition: '#ifdef X', {arguments}}}");
        Case::new(&[(C, c)], &[], &edit)
    };
    let diff = wrap("from: 'if (x) {'").env.stdout(&["diff", "mine", "old"]);
    assert!(
        diff.contains("+#ifdef X\n     if (x) {\n         a();\n     }\n     else\n         b();\n+#endif\n"),
        "{diff}"
    );
    let plan = wrap("from: 'if (x) {', to: a();").plan("old");
    assert!(plan.contains("part of a statement: wrap lines 3 to 7"), "{plan}");
    let plan = wrap("from: b();").plan("old");
    assert!(plan.contains("part of a statement: wrap lines 3 to 7"), "{plan}");
}

#[test]
fn a_python_function_is_a_scope() {
    let python = "def a():\n    step(1)\n\nclass C:\n    def m(self):\n        step(1)\n";
    let edit = |scope: &str| {
        format!(
            "file: Lib/a.py\nwithin: {{function: {scope}}}\ntext.replace: {{find: step(1), with: step(2)}}"
        )
    };
    let diff = |scope: &str| {
        Case::new(&[("Lib/a.py", python)], &[], &edit(scope)).env.stdout(&["diff", "mine", "old"])
    };
    assert!(diff("a").contains("@@ -1,5 +1,5 @@\n def a():\n-    step(1)\n+    step(2)\n"), "{}", diff("a"));
    assert!(diff("C.m").contains("-        step(1)\n+        step(2)\n"), "{}", diff("C.m"));
}

#[test]
fn a_line_of_other_names_in_another_function_is_a_candidate() {
    let old = "int config_init(struct config *c)\n{\n    c->exec_dir = decode(EXEC_DIR, &len);\n    c->data_dir = decode(DATA_DIR, &len);\n    return 0;\n}\nint other(void)\n{\n    return 0;\n}\n";
    let new = "int other(void)\n{\n    return 0;\n}\nvoid make_paths(void)\n{\n    wchar_t *data = decode(DATA_DIR, NULL);\n    wchar_t *_exec_dir = decode(EXEC_DIR, NULL);\n    join(data, _exec_dir);\n}\n";
    let edit = format!(
        "file: {C}\nc.insert: {{function: config_init, before: 'c->exec_dir = decode(EXEC_DIR, &len);', text: more();}}"
    );
    let case = Case::new(&[(C, old)], &[(C, new)], &edit);
    assert_eq!(case.first(), ("changed".into(), format!("{C}:8"), false));
    // Where its names are gone, too, it is obsolete, whatever else calls `decode`.
    let gone = "int other(void)\n{\n    return 0;\n}\n";
    assert_eq!(Case::new(&[(C, old)], &[(C, gone)], &edit).verdict(), "obsolete");
}

#[test]
fn a_short_text_in_a_renamed_function_is_a_candidate() {
    let function = |name: &str| {
        format!("int {name}(void)\n{{\n    walk_all();\n    n += 1;\n    return find_more(n);\n}}\n")
    };
    let edit = format!("file: {C}\nc.insert: {{function: old_walk, after: n += 1;, text: more();}}");
    let new = "int other_name(int start, int end)\n{\n    while (start < end) {\n        step(start++);\n        n += 1;\n    }\n    switch (end) {\n    case 1:\n        leave();\n    }\n}\n";
    let case = Case::new(&[(C, &function("old_walk"))], &[(C, new)], &edit);
    assert_eq!(case.first(), ("changed".into(), format!("{C}:5"), true));
    let edit = "file: setup.py\nwithin: {function: old}\npython.replace: {find: 'a = b', with: 'a = c'}";
    let python = |name: &str| format!("def {name}():\n    first()\n    a = b\n    last()\n");
    let case = Case::new(&[("setup.py", &python("old"))], &[("setup.py", &python("new"))], edit);
    assert_eq!(case.first(), ("changed".into(), "setup.py:3".into(), true));
}

#[test]
fn a_line_with_other_quotes_or_line_breaks_is_a_candidate() {
    let old = "setup(\n    name = 'x',\n    scripts = ['Tools/run', 'Tools/idle', 'Tools/convert'])\n";
    let new = "setup(\n    name = 'x',\n    scripts = [\"Tools/run3\", \"Tools/idle3\",\n               \"Tools/convert\"])\n";
    let edit = "file: setup.py\npython.replace: {find: \"['Tools/run', 'Tools/idle', 'Tools/convert']\", with: \"['Tools/run', 'Tools/idle']\"}";
    let (verdict, place, _) = Case::new(&[("setup.py", old)], &[("setup.py", new)], edit).first();
    assert_eq!(verdict, "changed");
    assert!(["setup.py:3", "setup.py:4"].contains(&place.as_str()), "{place}");
}

#[test]
fn a_condition_that_changed_or_was_split_is_a_candidate() {
    let old = "#if defined(__BSD__) && defined(_WIDE_SOURCE)\nint a;\n#endif\n";
    let new = "#ifdef __BSD__\n/* As it should be. */\n#ifdef _WIDE_SOURCE\nint a;\n#endif\n#endif\n";
    let edit = format!(
        "file: {C}\nc.insert: {{before: '#if defined(__BSD__) && defined(_WIDE_SOURCE)', text: int b;}}"
    );
    let (verdict, place, _) = Case::new(&[(C, old)], &[(C, new)], &edit).first();
    assert_eq!(verdict, "changed");
    assert!([format!("{C}:1"), format!("{C}:3")].contains(&place), "{place}");

    let old = "def find(p):\n    if platform == 'darwin' and is_sdk_path(p):\n        return p\n    PLATFORM = 'darwin'\n";
    let new =
        "MACOS = PLATFORM == 'darwin'\ndef find(p):\n    if MACOS and is_sdk_path(p):\n        return p\n";
    let edit = "file: setup.py\nwithin: {function: find}\npython.replace-condition: {find: \"platform == 'darwin' and is_sdk_path(p)\", and: native}";
    let found = Case::new(&[("setup.py", old)], &[("setup.py", new)], edit).first();
    assert_eq!(found, ("changed".into(), "setup.py:3".into(), false));
}

#[test]
fn the_rest_of_the_line_of_an_anchor_shows_where_it_went() {
    let body = |line: &str| {
        format!(
            "int run(FILE *fp, char *filename)\n{{\n    filename = find(filename, fp);\n    {line}\n    return 0;\n}}\n"
        )
    };
    let old = body("return run_any_file(fp, filename ? filename : \"-\");");
    let new = body("return run_any_file(NULL, fp, 1);");
    let edit = format!(
        "file: {C}\nc.replace: {{function: run, find: 'filename ? filename : \"-\"', with: filename}}"
    );
    let case = Case::new(&[(C, &old)], &[(C, &new)], &edit);
    assert_eq!(case.first(), ("changed".into(), format!("{C}:4"), false));
}

#[test]
fn what_an_older_version_lacks_is_not_gone() {
    let env = TestEnvironment::new();
    let later = "int convert_clock(int k)\n{\n#ifdef _AIX\n    k = 1;\n#endif\n    return k;\n}\n";
    let first = "int other(void)\n{\n    return 0;\n}\n";
    let versions = [
        ("3.7.1", format!("{first}#ifdef _AIX\nint aix;\n#endif\n")),
        ("3.8.1", first.to_owned()),
        ("3.9.1", format!("{first}{later}")),
        ("3.10.1", first.to_owned()),
    ];
    for (version, text) in &versions {
        env.write(&format!("{version}/Include/patchlevel.h"), format!("#define PY_VERSION \"{version}\"\n"));
        env.write(&format!("{version}/{C}"), text);
    }
    env.yaml(
        "mine",
        format!("schema: 1\nid: mine\ntitle: Mine\napplies-to: '>=3.9, <3.10'\nedits:\n  - id: e\n    why: Why not.\n    file: {C}\n    c.replace-condition: {{function: convert_clock, find: '#ifdef _AIX', or: defined(__DragonFly__)}}\n"),
    );
    let arguments = ["matrix", "mine", "--format", "json", "--base", "3.9.1", "3.7.1", "3.8.1", "3.10.1"];
    let json: Value = serde_json::from_str(&env.stdout(&arguments)).unwrap();
    let reasons: Vec<&str> =
        json["cells"].as_array().unwrap().iter().filter_map(|cell| cell["reason"].as_str()).collect();
    assert!(reasons[1].starts_with("not there yet: "), "{reasons:#?}");
    assert!(reasons[2].starts_with("gone since 3.10.1 (still there in 3.9.1): "), "{reasons:#?}");
    assert!(!reasons[0].contains("gone") && !reasons[1].contains("gone"), "{reasons:#?}");
}

#[test]
fn a_label_that_a_switch_has_is_not_inserted_again() {
    let tree = |first: &str, before_c: &str| {
        let more = "        step();\n".repeat(20);
        format!(
            "int f(int c)\n{{\n    switch (c) {{\n{first}    case 'b':\n{more}        break;\n{before_c}    case 'c':\n        return 2;\n    }}\n    return 0;\n}}\n"
        )
    };
    let (same, other) =
        ("    case 'x':\n        x = 1;\n        break;\n", "    case 'x':\n        y++;\n        break;\n");
    let insert = format!(
        "file: {C}\nc.insert:\n  function: f\n  before: \"case 'c':\"\n  text: |\n    case 'x':\n        x = 1;\n        break;"
    );
    let literal = format!(
        "file: {C}\ntext.insert: {{before: \"    case 'c':\", text: \"    case 'x':\\n        x = 1;\\n        break;\\n\"}}"
    );
    for edit in [insert, literal] {
        let case = |first: &str, before_c: &str| {
            Case::new(&[(C, &tree("", ""))], &[(C, &tree(first, before_c))], &edit)
        };
        assert_eq!(case("", "").verdict(), "applies", "{edit}");
        assert_eq!(case(same, "").verdict(), "already", "{edit}");
        assert_eq!(case("", other).first(), ("changed".into(), format!("{C}:26"), false), "{edit}");
        assert_eq!(case(other, "").first(), ("changed".into(), format!("{C}:4"), false), "{edit}");
        let old = Case::new(&[(C, &tree(other, ""))], &[], &edit).plan("old");
        assert!(
            old.contains("refused   e") && old.contains("the `switch` has this label in line 4, too"),
            "{old}"
        );
    }
}

#[test]
fn a_blank_line_or_a_sign_is_no_evidence_of_an_insertion() {
    let old = "int f(void)\n{\n    one();\n    two();\n    return 0;\n}\n";
    for (after, text) in [("one();\\n", "\\n"), ("one();", "\\n")] {
        let edit = format!("file: {C}\ntext.insert: {{after: \"{after}\", text: \"{text}\"}}");
        let case = |new: &str| Case::new(&[(C, old)], &[(C, new)], &edit);
        assert!(case(old).plan("old").contains("change    e"), "{after}");
        assert_eq!(case(old).verdict(), "applies", "{after}");
        assert_eq!(case(&old.replace("one();\n", "one();\n\n")).verdict(), "already", "{after}");
    }
    // Without the old release, nothing shows that the `fi` is that of the edit.
    let edit = "file: Tools/run.sh\ntext.insert: {after: \"echo a\\n\", text: \"fi\\n\"}";
    let old = "if x; then\necho a\necho b\nfi\n";
    let other = old.replace("echo b\n", "");
    let case = Case::new(&[("Tools/run.sh", old)], &[("Tools/run.sh", &other)], edit);
    assert_eq!(case.cell_with(&[])["verdict"], "changed");
}

#[test]
fn the_scope_of_moved_code_is_proposed() {
    let c = |scope: &str| {
        format!("file: {C}\nwithin: {{{scope}}}\nc.replace: {{find: step_one, with: step_two}}")
    };
    let m4 = |scope: &str| {
        format!(
            "file: configure.ac\nallow: {{stale-configure: no}}\nwithin: {{{scope}}}\nm4.replace: {{find: LINK=shared, with: LINK=static}}"
        )
    };
    let check = |label: &str, body: &str| {
        format!(
            "AC_MSG_CHECKING([{label}])\n{body}AC_MSG_RESULT([$LINK])\nAC_MSG_CHECKING([other])\n{body}AC_MSG_RESULT([$LINK])\n"
        )
    };
    let case = |subject: &str, pattern: &str| {
        format!(
            "case ${subject} in\n  {pattern}) LINK=shared;;\n  other) LINK=shared;;\nesac\ncase $last in\n  other) LINK=shared;;\nesac\n"
        )
    };
    let twice = |branch: &str| format!("{branch}\nint a = step_one;\n#else\nint a = step_one;\n#endif\n");
    for (path, edit, old, new, line, scope) in [
        (C, c("if: '#ifdef OLD'"), twice("#ifdef OLD"), twice("#if NEW"), 2, "branch `#if NEW`"),
        (
            C,
            c("if: '#elif OLD'"),
            twice("#if A\n#elif OLD"),
            twice("#if A\n#elif NEW"),
            3,
            "branch `#elif NEW`",
        ),
        (
            C,
            c("if: '#ifdef OLD ... #else'"),
            twice("#ifdef OLD"),
            twice("#ifdef NEW"),
            4,
            "branch `#ifdef NEW ... #else`",
        ),
        (
            C,
            c("enum: old"),
            "enum old { step_one };\nint step_one;\n".into(),
            "enum recent { step_one };\nint step_one;\n".into(),
            1,
            "enum `recent`",
        ),
        (
            C,
            c("struct: old"),
            "struct old { int step_one; };\nint step_one;\n".into(),
            "struct recent { int step_one; };\nint step_one;\n".into(),
            1,
            "struct `recent`",
        ),
        (
            C,
            c("table: old"),
            "int old[] = { step_one };\nint step_one;\n".into(),
            "int recent[] = { step_one };\nint step_one;\n".into(),
            1,
            "table `recent`",
        ),
        (
            "configure.ac",
            m4("section: how to link"),
            check("how to link", "LINK=shared\n"),
            check("for the linker", "LINK=shared\n"),
            2,
            "section `for the linker`",
        ),
        (
            "configure.ac",
            m4("case: $old, branch: a"),
            case("old", "a"),
            case("recent", "a"),
            2,
            "branch `a` in case `$recent`",
        ),
        ("configure.ac", m4("branch: a*"), case("old", "a*"), case("old", "b*|c"), 2, "branch `b*|c`"),
    ] {
        let case = Case::new(&[(path, &old)], &[(path, &new)], &edit);
        let cell = case.cell();
        let all = cell["candidates"].as_array().unwrap();
        let own = all.iter().find(|one| one["line"] == line);
        let own = own.unwrap_or_else(|| panic!("{scope}: {cell:#}"));
        assert_eq!((&cell["verdict"], &own["can_be_taken"]), (&"changed".into(), &true.into()), "{cell:#}");
        assert!(own["why"].as_str().unwrap().ends_with(&format!(" in {scope}")), "{cell:#}");
    }
}

#[test]
fn a_scope_that_is_gone_is_left_out() {
    let edit = format!(
        "file: {C}\nwithin: {{function: f, if: '#ifdef OLD'}}\nc.replace: {{find: step_one(), with: step_two()}}"
    );
    let old = "void f(void)\n{\n#ifdef OLD\n    step_one();\n#endif\n}\nvoid g(void) { step_one(); }\n";
    let new = old.replace("#ifdef OLD\n", "").replace("#endif\n", "");
    let case = Case::new(&[(C, old)], &[(C, &new)], &edit);
    assert_eq!(case.first(), ("changed".into(), format!("{C}:3"), true));
}

#[test]
fn a_replaced_function_is_made_wherever_its_old_lines_are() {
    let old = "def f(a):\n    x = 1\n    y = 2\n    return x + y\n\n\ndef g():\n    pass\n";
    let edit = "file: Lib/m.py\npython.replace-function:\n  function: f\n  code: |\n    def f(a):\n        return 3\n";
    let body = "    x = 1\n    y = 2\n    return x + y\n";
    let new = old.replace(body, &format!("    return 3\n\n\ndef h(a):\n{body}"));
    assert_eq!(Case::new(&[("Lib/m.py", old)], &[("Lib/m.py", &new)], edit).verdict(), "already");
    let moved = old.replace("def f", "def h");
    assert_ne!(Case::new(&[("Lib/m.py", old)], &[("Lib/m.py", &moved)], edit).verdict(), "already");
}

#[test]
fn half_an_element_of_a_project_is_refused_with_the_line() {
    let project = "PCbuild/a.vcxproj";
    let old = "<Project>\n  <A>b</A>\n</Project>\n";
    let plan = |operation: &str| {
        Case::new(&[(project, old)], &[], &format!("file: {project}\n{operation}")).plan("old")
    };
    for half in ["xml.replace: {find: <A>b</A>, with: <A>b}", "text.replace: {find: </A>, with: </B>}"] {
        let plan = plan(half);
        assert!(plan.contains("refused") && plan.contains("no longer parse: line"), "{plan}");
    }
    let whole = plan("xml.replace: {find: <A>b</A>, with: <A/>}");
    assert!(whole.contains("change"), "{whole}");
}

#[test]
fn half_a_quote_in_configure_ac_is_refused_with_the_line() {
    let old = "AC_INIT([a])\nAC_SUBST([B])\n";
    let edit = |with: &str| {
        format!(
            "allow: {{stale-configure: Not built.}}\nfile: configure.ac\ntext.replace:\n  find: AC_SUBST([B])\n  with: '{with}'"
        )
    };
    let plan = Case::new(&[("configure.ac", old)], &[], &edit("AC_SUBST([B")).plan("old");
    assert!(plan.contains("refused") && plan.contains("no longer parse: line 2"), "{plan}");
    let whole = Case::new(&[("configure.ac", old)], &[], &edit("AC_SUBST([C])")).plan("old");
    assert!(whole.contains("change"), "{whole}");
    // It was so before.
    let damaged = "AC_INIT([a\nAC_SUBST([B])\n";
    let plan = Case::new(&[("configure.ac", damaged)], &[], &edit("AC_SUBST([C])")).plan("old");
    assert!(plan.contains("change"), "{plan}");
}

/// An operation that overwrites a value: its file, the edit, that file on the old version, as upstream changed the value, and as
/// upstream changed something else.
struct Overwrites {
    file: &'static str,
    operation: &'static str,
    old: &'static str,
    other_value: &'static str,
    same_value: &'static str,
}

const OVERWRITES: &[Overwrites] = &[
    Overwrites {
        file: C,
        operation: "c.set-macro: {name: LIMIT, value: '256'}",
        old: "#define LIMIT (2 * 256) /* small */\n",
        other_value: "#define LIMIT (4 * 256) /* small */\n",
        same_value: "int x;\n#define LIMIT \\\n    (2*256) /* for small ones */\n",
    },
    Overwrites {
        file: C,
        operation: "c.replace-function: {function: f, with: 'int f(void) { return 1; }'}",
        old: "int f(void)\n{\n    puts(\" a\");\n    return 0;\n}\n",
        other_value: "int f(void)\n{\n    puts(\"a\");\n    return 0;\n}\n",
        same_value: "int\nf(void) {\n    /* Speaks. */\n    puts(\" a\");\n    return 0;\n}\n",
    },
    Overwrites {
        file: C,
        operation: "c.replace-argument: {call: fopen, number: 2, with: '\"rb\"'}",
        old: "void f(void)\n{\n    fp = fopen(name, \"r\");\n}\n",
        other_value: "void f(void)\n{\n    fp = fopen(name, \"w\");\n}\n",
        same_value: "void f(void)\n{\n    fp = fopen(path, \"r\");\n}\n",
    },
    Overwrites {
        file: C,
        operation: "c.replace-entry: {table: t, entry: a, with: '{\"a\", g, 2}'}",
        old: "M t[] = {\n    {\"a\", f, 1},\n    {0}\n};\n",
        other_value: "M t[] = {\n    {\"a\", f, 3},\n    {0}\n};\n",
        same_value: "M t[] = {\n    {\"b\", f, 1},\n    {\"a\",  f,  1},\n    {0}\n};\n",
    },
    Overwrites {
        file: C,
        operation: "c.replace-condition: {around: int a;, with: defined(B)}",
        old: "#if defined(A)\nint a;\n#endif\n",
        other_value: "#if defined(A) && C\nint a;\n#endif\n",
        same_value: "#if  defined( A )\nint b;\nint a;\n#endif\n",
    },
    Overwrites {
        file: "Lib/m.py",
        operation: "python.set-variable: {name: sep, value: \"':'\"}",
        old: "sep = ' '  # between names\n",
        other_value: "sep = ''  # between names\n",
        same_value: "x = 1\nsep = ' '\n",
    },
    Overwrites {
        file: "Lib/m.py",
        operation: "python.replace-entry: {key: \"'b'\", with: '3'}",
        old: "D = {\n    'a': 1,\n    'b': f(1, 2),\n}\n",
        other_value: "D = {\n    'a': 1,\n    'b': f(1,\n           4),\n}\n",
        same_value: "D = {\n    'a': 2,\n    'b': f(1,\n           2),\n}\n",
    },
    Overwrites {
        file: "Lib/m.py",
        operation: "python.replace-function: {function: f, code: 'def f(a): return 2'}",
        old: "def f(a):\n    if a:\n        g()\n        return 1\n",
        other_value: "def f(a):\n    if a:\n        g()\n    return 1\n",
        same_value: "if x:\n  def f(a):\n    if a:  # now\n      g()\n      return 1\n",
    },
    Overwrites {
        file: "Lib/m.py",
        operation: "python.replace-method: {class: K, method: f, code: 'def f(self): return 2'}",
        old: "class K:\n    def f(self):\n        return 1\n",
        other_value: "class K:\n    def f(self):\n        return 3\n",
        same_value: "class K(B):\n    def f(self):\n        return 1\n",
    },
    Overwrites {
        file: "Lib/m.py",
        operation: "python.replace-parameter: {function: f, parameter: t, with: t=60}",
        old: "def f(a, t=30):\n    pass\n",
        other_value: "def f(a, t=40):\n    pass\n",
        same_value: "def f(b, c, t = 30):\n    return\n",
    },
    Overwrites {
        file: "Lib/m.py",
        operation: "python.replace-argument: {call: run, argument: shell, with: shell=False}",
        old: "run(c, shell=True)\n",
        other_value: "run(c, shell=is_posix)\n",
        same_value: "run(d, shell = True)\n",
    },
    Overwrites {
        file: "Lib/m.py",
        operation: "python.replace-decorator: {function: f, decorator: skip, with: '@skip(\"z\")'}",
        old: "@skip('a')\ndef f(): pass\n",
        other_value: "@skip('b')\ndef f(): pass\n",
        same_value: "@cpython_only\n@skip( 'a' )\ndef f(): return\n",
    },
    Overwrites {
        file: "configure.ac",
        operation: "m4.set-variable: {name: OPT, value: '\"-O3\"'}",
        old: "AC_INIT([x])\nOPT=\"-O2 -g\"\n",
        other_value: "AC_INIT([x])\nOPT=\"-O2-g\"\n",
        same_value: "AC_INIT([x])\ndnl Fast.\nOPT=\"-O2  -g\"\n",
    },
    Overwrites {
        file: "configure.ac",
        operation: "m4.replace-argument: {call: AC_CHECK_LIB, first: nsl, number: 2, with: d_open}",
        old: "AC_INIT([x])\nAC_CHECK_LIB(nsl, t_open)\n",
        other_value: "AC_INIT([x])\nAC_CHECK_LIB(nsl, u_open)\n",
        same_value: "AC_INIT([x])\nAC_CHECK_LIB([nsl], [t_open], [A=1])\n",
    },
    Overwrites {
        file: "aclocal.m4",
        operation: "m4.override: {macro: RUN, text: 'AC_DEFUN([RUN], [yod ./$1])'}",
        old: "AC_DEFUN([RUN], [./$1])\n",
        other_value: "AC_DEFUN([RUN], [../$1])\n",
        same_value: "AC_DEFUN([OTHER], [$1])\nAC_DEFUN([RUN],\n  [./$1])\n",
    },
    Overwrites {
        file: "Tools/x.sh",
        operation: "shell.set-variable: {name: NAME, value: device}",
        old: "#!/bin/sh\nNAME=abc\n",
        other_value: "#!/bin/sh\nNAME=abd\n",
        same_value: "#!/bin/sh\n# A name.\nNAME=abc\n",
    },
    Overwrites {
        file: "PCbuild/d.vcxproj",
        operation: "xml.set-text: {element: P/Ext, text: .dll}",
        old: "<Project>\n  <P><Ext>.pyd</Ext></P>\n</Project>\n",
        other_value: "<Project>\n  <P><Ext>.so</Ext></P>\n</Project>\n",
        same_value: "<Project>\n  <P X=\"1\">\n    <Ext>\n      .pyd\n    </Ext>\n  </P>\n</Project>\n",
    },
    Overwrites {
        file: "PCbuild/d.vcxproj",
        operation: "xml.set-attribute: {element: File, name: Condition, value: '3'}",
        old: "<Project>\n  <File Include=\"a\" />\n</Project>\n",
        other_value: "<Project>\n  <File Include=\"a\" Condition=\"1\" />\n</Project>\n",
        same_value: "<Project>\n  <File Include=\"b\" />\n</Project>\n",
    },
];

#[test]
fn a_value_that_upstream_changed_is_not_overwritten_unseen() {
    for one in OVERWRITES {
        let allow =
            if one.file.starts_with("configure") { "\nallow: {stale-configure: It is made.}" } else { "" };
        let edit = format!("file: {}\n{}{allow}", one.file, one.operation);
        let verdict = |new: &str, base: &[&str]| {
            let cell = Case::new(&[(one.file, one.old)], &[(one.file, new)], &edit).cell_with(base);
            cell["verdict"].as_str().unwrap().to_owned()
        };
        let base = ["--base", "old"];
        assert_eq!(verdict(one.other_value, &base), "changed", "{}", one.operation);
        assert_eq!(verdict(one.same_value, &base), "applies", "{}", one.operation);
        assert_eq!(verdict(one.old, &base), "applies", "{}", one.operation);
        // There is nothing to compare with.
        assert_eq!(verdict(one.other_value, &[]), "applies", "{}", one.operation);
    }
}

#[test]
fn the_first_difference_of_what_is_overwritten_is_named() {
    let reason = |old: &str, new: &str, edit: &str| {
        let cell =
            Case::new(&[("Lib/m.py", old)], &[("Lib/m.py", new)], &format!("file: Lib/m.py\n{edit}")).cell();
        let (place, first) = (&cell["places"][0], &cell["candidates"][0]);
        assert_eq!(
            (&first["line"], &first["can_be_taken"]),
            (&place["line"], &Value::from(true)),
            "{cell:#}"
        );
        format!("{}: {}", place["line"], cell["reason"].as_str().unwrap())
    };
    let variable = |old: &str, new: &str| reason(old, new, "python.set-variable: {name: limit, value: '1'}");
    assert_eq!(
        variable("limit = 512\n", "x = 0\nlimit = 1024\n"),
        "2: it overwrites `1024`, which was `512`"
    );
    assert_eq!(variable("limit = a\n", "limit = a + b\n"), "1: it overwrites `a + b`, which was `a`");
    let function = |new: &str| {
        let old = "def f(a):\n    if a:\n        g()\n        h()\n    return 0\n";
        reason(old, new, "python.replace-function: {function: f, code: 'def f(a): pass'}")
    };
    assert_eq!(
        function("\ndef f(a):\n    if a:\n        g(1)\n        h()\n    return 0\n"),
        "2: it overwrites `g(1)` in line 4, which was `g()`"
    );
    assert_eq!(
        function("def f(a):\n    if a:\n        g()\n    h()\n    return 0\n"),
        "1: it overwrites `h()` in line 4, which was in another block"
    );
    assert_eq!(
        function("def f(a):\n    if a:\n        g()\n        h()\n    return 0\n    x()\n"),
        "1: it overwrites `x()` in line 6, which is new"
    );
    assert_eq!(
        function("def f(a):\n    if a:\n        g()\n        h()\n"),
        "1: `return 0` is no longer in what it overwrites"
    );
}

#[test]
fn the_value_of_a_name_shows_that_it_was_set_wherever_it_is() {
    let old = "int a;\nint b;\n#define LIMIT 30\nint c;\nint d;\n";
    let moved = "int a;\nint b;\nint c;\nint d;\nint f(void);\n#define LIMIT (2 * 60)\n";
    let edit = format!("file: {C}\nc.set-macro: {{name: LIMIT, value: (2 * 60)}}");
    assert_eq!(Case::new(&[(C, old)], &[(C, moved)], &edit).verdict(), "already");
}

#[test]
fn a_value_for_the_version_is_made_whatever_the_release_of_the_patchset_has() {
    let file = "Lib/m.py";
    let edit =
        format!("file: {file}\npython.set-variable: {{name: limit, value: {{'<3.9': '60', '>=3.9': '90'}}}}");
    let verdict = |new: &str| Case::new(&[(file, "x = 1\nlimit = 30\n")], &[(file, new)], &edit).verdict();
    assert_eq!(verdict("x = 1\nlimit = 90\n"), "already");
    assert_eq!(verdict("x = 1\nlimit = 30\n"), "applies");
    assert_eq!(verdict("x = 1\nlimit = 60\n"), "changed");
}
