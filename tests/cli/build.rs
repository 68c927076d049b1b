//! `pypatch build` on a made-up tree: steps, checks, resumed builds, and the printed script.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use crate::common::TestEnvironment;

const BUILD: &[&str] = &[
    "build",
    "--allow-unpinned",
    "gizmo",
    "tree",
    "--prefix",
    "place",
    "--work",
    "work",
    "--launcher",
    "stub",
];

/// A tree whose configure runs a test program with `launch`, and a patchset with a recipe for it.
pub(super) fn environment() -> TestEnvironment {
    let mut env = TestEnvironment::new();
    env.set("PATH", "/usr/bin:/bin");
    // The shell is not a static program.
    env.set("YOD_ALLOW_DYNAMIC", "1");
    env.write(
        "tree/configure",
        "#!/bin/sh\necho checking for gizmos... ${ac_cv_gizmos-yes}\nlaunch sh -c 'exit 3' || exit 1\n\
         echo \"GIZMO=$1\" >config.mk\n",
    );
    fs::set_permissions(env.path("tree/configure"), fs::Permissions::from_mode(0o755)).unwrap();
    env.write("tree/gizmo.sh", "echo plain\n");
    env.yaml("gizmo", recipe());
    env
}

fn recipe() -> String {
    "\
schema: 1
id: gizmo
title: A gizmo
edits:
- id: fancy
  why: Plain gizmos are useless.
  file: gizmo.sh
  text.replace: {find: plain, with: fancy}
- id: rules
  why: The tree has no Makefile.
  file: Makefile.in
  file.add:
    content: |
      all: gizmo
      gizmo: $(SOURCE)/gizmo.sh
      \tcp $(SOURCE)/gizmo.sh gizmo
      install: all
      \tmkdir -p $(PREFIX)/bin && cp gizmo $(PREFIX)/bin/gizmo
build:
  launcher: launch
  programs:
  - id: old
    why: To compare with.
    tree: unpatched
    on-request: true
    configure: [old]
  - id: main
    why: The gizmo itself.
    before: ['cp \"$SOURCE/Makefile.in\" Makefile']
    environment: {ac_cv_gizmos: 'no'}
    configure: ['two words $PREFIX']
    after: ['echo done >\"$PREFIX/done\"']
  checks:
  - id: launched
    why: Test programs are started by the launcher.
    after: main/configure
    edits: [rules]
    run: grep -c '^sh -c' \"$LAUNCHER_LOG\"
    prints: '1'
  - id: no-gizmos
    why: The machine has none.
    after: main/configure
    log: main/configure
    contains: ['for gizmos... no']
    lacks: ['yes']
  - id: is-fancy
    why: A plain one was shipped once.
    after: main/make
    edits: [fancy]
    run: launch sh gizmo
    prints: fancy
  - id: in-place
    why: The launcher hides exit codes.
    after: main/install
    edits: [rules]
    files: {'$PREFIX/bin/*': 1, '$PREFIX/**/done': 1}
"
    .to_owned()
}

fn status(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn build(env: &TestEnvironment, arguments: &[&str]) -> (Option<i32>, String, String) {
    status(&env.command(arguments).output().unwrap())
}

#[test]
fn show_lists_every_command_of_a_recipe() {
    let env = environment();
    let shown = env.stdout(&["show", "gizmo"]);
    let (_, commands) = shown.split_once("`build` of gizmo runs these commands:\n").unwrap();
    // Also those of a program that is built only on request.
    for line in [
        "  launch: the launcher, in a script of this name that is first on the PATH",
        "  old/configure:",
        "    cp \"$SOURCE/Makefile.in\" Makefile",
        "  main/make:",
        "    make -j \"$JOBS\"",
        "  check is-fancy after main/make:",
        "    launch sh gizmo",
        "    echo done >\"$PREFIX/done\"",
    ] {
        assert!(commands.lines().any(|it| it == line), "{line}\n{commands}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&env.stdout(&["show", "gizmo", "--format", "json"])).unwrap();
    assert_eq!(json["build"]["launcher"], "launch");
    let steps = json["build"]["steps"].as_array().unwrap();
    let ids: Vec<&str> = steps.iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        ["old/configure", "old/make", "old/install", "main/configure", "main/make", "main/install"]
    );
    assert!(steps[3]["script"].as_str().unwrap().contains("cp \"$SOURCE/Makefile.in\" Makefile"));
    assert_eq!(steps[4]["checks"][0]["run"], "launch sh gizmo");
    // An edit has no commands, and neither has a patchset without a recipe.
    assert!(!env.stdout(&["show", "gizmo", "fancy"]).contains("runs these commands"));
    env.patchset("plain", "- {id: e, why: w, file: f, file.add: {content: x}}");
    assert!(!env.stdout(&["show", "plain"]).contains("runs these commands"));
}

#[test]
fn build_lists_its_commands_before_the_first_one_runs() {
    let env = environment();
    env.edit("patchsets/gizmo/patchset.yaml", "before: [", "before: ['exit 7', ");
    let (code, _, stderr) = build(&env, BUILD);
    assert_eq!(code, Some(5), "{stderr}");
    let at = |text: &str| stderr.find(text).unwrap_or_else(|| panic!("{text}\n{stderr}"));
    let listed = at("`build` of gizmo runs these commands:\n");
    let command = at("    cp \"$SOURCE/Makefile.in\" Makefile\n");
    let warning = at("warning: gizmo is not a patchset that pypatch ships");
    assert!(listed < command && command < warning && warning < at("main/configure failed"), "{stderr}");
    // Only what runs.
    assert!(!stderr.contains("old/configure"), "{stderr}");
    let shipped = env.run(&["build", "catamount-py2.5", "tree", "--prefix", "p", "--launcher", "stub"]);
    assert!(!shipped.contains("warning:"), "{shipped}");
}

#[test]
fn steps_and_checks_of_a_recipe_run_once() {
    let env = environment();
    let (code, stdout, stderr) = build(&env, BUILD);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.starts_with("built gizmo in "), "{stdout}");
    assert!(stdout.contains(": 4 checks hold, "), "{stdout}");
    for check in ["launched", "no-gizmos", "is-fancy", "in-place"] {
        assert!(stderr.contains(&format!("  ok {check}\n")), "{stderr}");
    }
    assert_eq!(fs::read_to_string(env.path("place/bin/gizmo")).unwrap(), "echo fancy\n");
    let config = fs::read_to_string(env.path("work/main/config.mk")).unwrap();
    assert_eq!(config, format!("GIZMO=two words {}\n", env.path("place").display()));
    // The source is unchanged, and only the default programs were built.
    assert_eq!(fs::read_to_string(env.path("tree/gizmo.sh")).unwrap(), "echo plain\n");
    assert_eq!(fs::read_dir(env.path("tree")).unwrap().count(), 2);
    assert!(!env.path("work/old").exists() && !env.path("work/unpatched").exists());

    let (code, _, stderr) = build(&env, BUILD);
    assert_eq!(code, Some(0));
    for step in ["configure", "make", "install"] {
        assert!(stderr.contains(&format!("main/{step}: done before\n")), "{stderr}");
    }
}

/// A tree with a Setup.dist that configure copies to Setup like CPython, and a gizmo that is linked from it.
fn environment_with_modules() -> TestEnvironment {
    let env = environment();
    env.write("tree/Modules/Setup.dist", "one one.c\n");
    env.edit(
        "tree/configure",
        "launch sh",
        "test -e Modules/Setup || cp \"$SOURCE/Modules/Setup.dist\" Modules/Setup\nlaunch sh",
    );
    env.edit(
        "patchsets/gizmo/patchset.yaml",
        "gizmo: $(SOURCE)/gizmo.sh\n      \tcp $(SOURCE)/gizmo.sh gizmo\n",
        "gizmo: $(SOURCE)/gizmo.sh Modules/Setup\n      \tcp $(SOURCE)/gizmo.sh gizmo\n      \tcp Modules/Setup linked\n",
    );
    env
}

#[test]
fn the_next_build_links_added_modules_and_newer_archives() {
    let env = environment_with_modules();
    let linked = || fs::read_to_string(env.path("work/main/linked")).unwrap();
    let was_rebuilt = || {
        let (code, _, stderr) = build(&env, BUILD);
        assert_eq!(code, Some(0), "{stderr}");
        assert!(stderr.contains("main/configure: done before\n"), "{stderr}");
        let before = stderr.contains("main/make: done before\n");
        assert_eq!(before, stderr.contains("main/install: done before\n"), "{stderr}");
        !before
    };
    assert_eq!(build(&env, BUILD).0, Some(0));
    assert_eq!(linked(), "one one.c\n");
    assert!(!was_rebuilt());

    env.write("two.a", "");
    env.stdout(&["setup", "add", "work/main", "two", "two.a", "-lm"]);
    assert!(was_rebuilt());
    assert_eq!(linked(), format!("one one.c\ntwo {} -lm\n", env.path("two.a").display()));
    assert!(!was_rebuilt());

    fs::remove_file(env.path("work/main/linked")).unwrap();
    let file = fs::File::options().append(true).open(env.path("two.a")).unwrap();
    file.set_modified(std::time::SystemTime::now()).unwrap();
    assert!(was_rebuilt(), "the archive is newer");
    assert!(linked().contains("two.a"));
    assert!(!was_rebuilt());

    env.stdout(&["revert", "work/main"]);
    assert!(was_rebuilt());
    assert_eq!(linked(), "one one.c\n");
}

#[test]
fn a_changed_setup_dist_takes_effect_in_a_configured_directory() {
    let env = environment_with_modules();
    let linked = || fs::read_to_string(env.path("work/main/linked")).unwrap();
    assert_eq!(build(&env, BUILD).0, Some(0));
    env.write("tree/Modules/Setup.dist", "other other.c\n");
    assert_eq!(build(&env, BUILD).0, Some(0));
    assert_eq!(linked(), "other other.c\n");
    // A file that somebody edited is kept.
    env.write("work/main/Modules/Setup", "mine mine.c\n");
    env.write("tree/Modules/Setup.dist", "third third.c\n");
    assert_eq!(build(&env, BUILD).0, Some(0));
    assert_eq!(linked(), "mine mine.c\n");
    let log = fs::read_to_string(env.path("work/logs/main-configure.log")).unwrap();
    assert!(log.contains("note: Modules/Setup was changed by hand and is kept"), "{log}");
}

#[test]
fn commands_before_make_run_in_order_until_one_fails() {
    let env = environment();
    let configure = "    configure: ['two words $PREFIX']\n";
    let first = format!(
        "{configure}    before-make: ['test ! -e gizmo && echo first >first', 'cat first >>second']\n"
    );
    env.edit("patchsets/gizmo/patchset.yaml", configure, &first);
    let (code, _, stderr) = build(&env, BUILD);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(fs::read_to_string(env.path("work/main/second")).unwrap(), "first\n");

    env.edit("patchsets/gizmo/patchset.yaml", "'cat first >>second'", "'cat third'");
    env.edit("patchsets/gizmo/patchset.yaml", "test ! -e gizmo && ", "");
    let (code, _, stderr) = build(&env, BUILD);
    assert_eq!(code, Some(5), "{stderr}");
    assert!(stderr.contains("third"), "{stderr}");
}

#[test]
fn a_failing_check_names_its_edit_and_the_next_run_resumes() {
    let env = environment();
    env.edit("patchsets/gizmo/patchset.yaml", "with: fancy", "with: shiny");
    let (code, stdout, stderr) = build(&env, BUILD);
    assert_eq!((code, stdout.as_str()), (Some(5), ""));
    assert!(stderr.contains("error: checks failed after main/make: is-fancy\n"), "{stderr}");
    assert!(stderr.contains("is-fancy (edit `fancy`): A plain one was shipped once.\n"), "{stderr}");
    assert!(stderr.contains("`launch sh gizmo` printed `shiny`, expected `fancy`\n"), "{stderr}");
    assert!(!env.path("place/bin").exists(), "later steps are not begun");

    env.edit("patchsets/gizmo/patchset.yaml", "with: shiny", "with: fancy");
    let (code, _, stderr) = build(&env, BUILD);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(fs::read_to_string(env.path("place/bin/gizmo")).unwrap(), "echo fancy\n");
}

#[test]
fn a_file_is_rebuilt_when_its_edit_is_dropped() {
    let env = environment();
    let (code, ..) = build(&env, BUILD);
    assert_eq!(code, Some(0));
    // The bytes of the source again, with a time older than what was built from the patched file.
    let yaml = recipe().replace(
        "file: gizmo.sh\n  text.replace: {find: plain, with: fancy}",
        "file: other\n  file.add: {content: x}",
    );
    env.yaml("gizmo", yaml);
    let (code, _, stderr) = build(&env, BUILD);
    assert_eq!(code, Some(5));
    assert!(stderr.contains("printed `plain`"), "{stderr}");
}

#[test]
fn a_failing_step_shows_its_first_error_line() {
    let env = environment();
    env.edit(
        "patchsets/gizmo/patchset.yaml",
        "cp $(SOURCE)/gizmo.sh gizmo",
        "echo gizmo.c:7: error: no gizmo; false",
    );
    let (code, _, stderr) = build(&env, BUILD);
    assert_eq!(code, Some(5));
    assert!(stderr.contains("error: main/make failed\n"), "{stderr}");
    let log = env.path("work/logs/main-make.log");
    assert!(stderr.contains(&format!("{}:", log.display())), "{stderr}");
    assert!(stderr.contains("gizmo.c:7: error: no gizmo"), "{stderr}");
    assert!(env.path("work/steps/main-make.sh").exists());
}

#[test]
fn in_place_builds_in_the_source_directory() {
    let env = environment();
    let arguments: Vec<&str> = BUILD.iter().copied().chain(["--in-place"]).collect();
    let (code, _, stderr) = build(&env, &arguments);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(fs::read_to_string(env.path("tree/gizmo")).unwrap(), "echo fancy\n");
    assert!(env.path("tree/.pypatch-receipt.json").exists() && !env.path("work/source").exists());
    let (code, _, stderr) = build(&env, &arguments);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("main/install: done before\n"), "{stderr}");
    env.stdout(&["revert", "tree"]);
    assert_eq!(fs::read_to_string(env.path("tree/gizmo.sh")).unwrap(), "echo plain\n");

    let both: Vec<&str> =
        arguments.iter().copied().chain(["--program", "main", "--program", "old"]).collect();
    let (code, _, stderr) = build(&env, &both);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("only one program, of the patched tree, can be built in place"), "{stderr}");
}

#[test]
fn the_result_is_printed_as_json() {
    let env = environment();
    let arguments: Vec<&str> = BUILD.iter().copied().chain(["--format", "json", "-q"]).collect();
    let (code, stdout, stderr) = build(&env, &arguments);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["done"], true);
    assert_eq!(report["steps"].as_array().unwrap().len(), 3);
    assert_eq!(report["checks"][2]["check"], "is-fancy");
    assert_eq!(report["checks"][2]["holds"], true);
}

#[test]
fn the_printed_script_does_what_build_does() {
    let env = environment();
    let (code, script, _) = build(&env, &["build", "--print", "gizmo", "tree"]);
    assert_eq!(code, Some(0));
    env.write("recipe.sh", &script);
    let (code, _, stderr) =
        build(&env, &["apply", "--allow-unpinned", "gizmo", "tree", "--output", "patched"]);
    assert_eq!(code, Some(0), "{stderr}");
    let run = || {
        let mut sh = Command::new("sh");
        sh.args(["recipe.sh", "patched", "place", "by-hand"]).current_dir(env.path("."));
        sh.env("YOD_ALLOW_DYNAMIC", "1");
        status(&sh.output().unwrap())
    };
    let (code, stdout, stderr) = run();
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert_eq!(stdout.matches("   ok ").count(), 6, "{stdout}");
    assert_eq!(fs::read_to_string(env.path("place/bin/gizmo")).unwrap(), "echo fancy\n");

    env.write("patched/gizmo.sh", "echo plain\n");
    let (code, _, stderr) = run();
    assert_eq!(code, Some(5));
    assert!(stderr.contains("FAILED is-fancy (edits: fancy)"), "{stderr}");

    env.write("patched/configure", "echo gizmo.c:7: error: no gizmo\necho more\nexit 1\n");
    let (code, _, stderr) = run();
    assert_eq!(code, Some(5));
    assert!(stderr.contains(":gizmo.c:7: error: no gizmo\nerror: main/configure failed, see "), "{stderr}");
}

#[test]
fn a_wrong_build_is_refused_before_anything_is_written() {
    let env = environment();
    let refused = |arguments: &[&str], code: i32, what: &str| {
        let (seen, _, stderr) = build(&env, arguments);
        assert_eq!(seen, Some(code), "{stderr}");
        assert!(stderr.contains(what), "{stderr}");
        assert!(!env.path("work").exists());
    };
    refused(&["build", "gizmo", "tree"], 2, "--prefix");
    refused(
        &["build", "gizmo", "tree", "--prefix", "p", "--work", "work"],
        2,
        "cannot find the launcher `launch`",
    );
    refused(
        &[&BUILD[..4], &["--program", "ne"], &BUILD[4..]].concat(),
        2,
        "unknown program `ne`; the programs are old, main",
    );
    refused(
        &["build", "gizmo", "tree", "--prefix", "p", "--work", "work", "--launcher", "stub"],
        3,
        "not a pinned release",
    );
    env.edit("patchsets/gizmo/patchset.yaml", "find: plain", "find: missing");
    refused(BUILD, 3, "edit `fancy` does not fit");
    // A directory with other files in it is not used as work directory.
    let env = environment();
    env.write("work/precious", "");
    let (code, _, stderr) = build(&env, BUILD);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("is not empty and not a work directory of pypatch"), "{stderr}");
}

#[test]
fn a_wrong_recipe_is_an_error_with_its_line() {
    let env = environment();
    for (from, to, what) in [
        (
            "after: main/make",
            "after: main/mak",
            "check `is-fancy`: unknown step `main/mak`; the steps are regenerate, old/configure",
        ),
        ("edits: [fancy]", "edits: [fanzy]", "check `is-fancy`: unknown edit `fanzy`"),
        ("    run: launch sh gizmo\n", "", "check `is-fancy`: give exactly one of `run`, `log` and `files`"),
        ("    contains: ['for gizmos... no']\n    lacks: ['yes']\n", "", "could never fail"),
        ("id: in-place", "id: is-fancy", "two checks have the id `is-fancy`"),
        ("- id: main", "- id: old", "two programs have the id `old`"),
    ] {
        let broken = recipe().replacen(from, to, 1);
        assert_ne!(broken, recipe(), "{from}");
        env.yaml("gizmo", broken);
        let (code, stdout, stderr) = build(&env, &["check", "patchsets/gizmo/patchset.yaml"]);
        assert_eq!(code, Some(2), "{from}");
        let output = format!("{stdout}{stderr}");
        assert!(output.contains(what), "{output}");
        assert!(output.contains("patchset.yaml:19:") || output.contains("patchset.yaml:20:"), "{output}");
    }
}

#[test]
fn the_stub_launcher_behaves_like_yod() {
    let env = environment();
    env.write("launch", include_str!("../../src/build/stub_launcher.sh"));
    let launch = |arguments: &[&str], dynamic: bool| {
        let mut command = Command::new("sh");
        command.arg("launch").args(arguments).current_dir(env.path("."));
        command
            .env("YOD_LOG", env.path("calls"))
            .env("YOD_MPIEXEC", "echo mpiexec")
            .env_remove("YOD_ALLOW_DYNAMIC");
        if dynamic {
            command.env("YOD_ALLOW_DYNAMIC", "1");
        }
        status(&command.output().unwrap())
    };
    env.write("three.sh", "#!/bin/sh\nexit 3\n");
    fs::set_permissions(env.path("three.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(launch(&["./three.sh"], false).0, Some(0));
    assert_eq!(launch(&["./missing"], false).0, Some(1));
    assert_eq!(launch(&[], false).0, Some(2));
    assert_eq!(launch(&["-sz", "many", "./three.sh"], false).0, Some(2));
    let (code, _, stderr) = launch(&["/bin/ls", "calls"], false);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("dynamically linked executable refused"), "{stderr}");
    let (code, stdout, _) = launch(&["-sz", "4", "/bin/ls", "calls"], true);
    assert_eq!((code, stdout.as_str()), (Some(0), "mpiexec -n 4 /bin/ls calls\n"));
    assert_eq!(fs::read_to_string(env.path("calls")).unwrap(), "./three.sh\n/bin/ls calls\n");
}

#[test]
fn what_is_excluded_is_not_in_the_work_directory_until_it_is_not_excluded_any_more() {
    let env = environment();
    env.write("tree/Doc/manual.txt", "large\n");
    let build = |more: &[&str]| env.stdout(&[BUILD, more].concat());
    build(&["--exclude", "manual.*"]);
    let manual = env.path("work/source/Doc/manual.txt");
    assert!(env.path("work/source/gizmo.sh").exists() && !manual.exists());
    assert!(env.run(&["status", "work/source"]).contains("  Doc/manual.txt: left out by --exclude\n"));
    // With another patchset on the same tree it is still left out; without the option it is another tree.
    env.edit("patchsets/gizmo/patchset.yaml", "title: A gizmo", "title: Another gizmo");
    build(&["--exclude", "manual.*"]);
    assert!(!manual.exists());
    assert!(env.run(&["status", "work/source"]).contains("  Doc/manual.txt: left out by --exclude\n"));
    build(&[]);
    assert!(manual.exists());
    assert!(!env.run(&["status", "work/source"]).contains("left out"));
}
