//! `pypatch build` of a set, in shards, and with results from a cache.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::build::environment as gizmo;
use crate::common::TestEnvironment;

/// Two trees, of which the second has another name for what the edit changes, and two compilers; a patchset, and one on its result.
fn environment() -> TestEnvironment {
    let mut env = gizmo();
    env.set("SOURCE_DATE_EPOCH", "0");
    for (name, version) in [("one", "1.0"), ("two", "2.0")] {
        let path = format!("bin/{name}cc");
        env.write(&path, format!("#!/bin/sh\necho {name}cc {version}\n"));
        fs::set_permissions(env.path(&path), fs::Permissions::from_mode(0o755)).unwrap();
    }
    env.edit(
        "tree/configure",
        "echo \"GIZMO=$1\"",
        "echo configured >>\"$LAUNCHER_LOG.count\"\necho \"CC=$CC GIZMO=$1\"",
    );
    env.write("other/configure", fs::read(env.path("tree/configure")).unwrap());
    fs::set_permissions(env.path("other/configure"), fs::Permissions::from_mode(0o755)).unwrap();
    env.write("other/gizmo.sh", "echo other\n");
    env.patchset("extra", "- {id: note, why: w, file: NOTE, file.add: {content: x}}");
    env
}

const SET: &[&str] = &[
    "build",
    "--allow-unpinned",
    "--launcher",
    "stub",
    "--prefix",
    "place",
    "--patchset",
    "gizmo",
    "--patchset",
    "gizmo,extra",
    "--toolchain",
    "one=bin/onecc",
    "--toolchain",
    "bin/twocc",
];

/// Toolchains are commands of a shell that runs elsewhere: with the whole path.
fn set(env: &TestEnvironment, more: &[&str]) -> Vec<String> {
    let bin = format!("{}/", env.path("bin").display());
    let words = SET.iter().map(|word| word.replace("bin/", &bin));
    words.chain(more.iter().map(|word| (*word).to_owned())).collect()
}

fn run(env: &TestEnvironment, more: &[&str]) -> String {
    let words = set(env, more);
    env.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What is printed to stdout, with the status.
fn stdout(env: &TestEnvironment, arguments: &[&str]) -> (String, Option<i32>) {
    let output = env.command(arguments).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

/// Without times.
fn timeless(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_inclusive(' ') {
        let is_time = word.trim_end().parse::<f64>().is_ok_and(|_| word.contains('.'));
        out.push_str(if is_time { "0.0 " } else { word });
    }
    out
}

#[test]
fn a_set_is_built_with_each_toolchain_in_directories_of_its_own() {
    let env = environment();
    let (text, status) = {
        let words = set(&env, &["tree", "other"]);
        stdout(&env, &words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!(status, Some(3));
    assert_snapshot!(timeless(&text), @"
    patchset     source  toolchain  result        regenerate  configure  make   install  checks
    gizmo        tree    one        built                     0.0 s      0.0 s  0.0 s    4 of 4
    gizmo        tree    twocc      built                     0.0 s      0.0 s  0.0 s    4 of 4
    gizmo+extra  tree    one        built                     0.0 s      0.0 s  0.0 s    4 of 4
    gizmo+extra  tree    twocc      built                     0.0 s      0.0 s  0.0 s    4 of 4
    gizmo        other   one        does not fit
    gizmo        other   twocc      does not fit
    gizmo+extra  other   one        does not fit
    gizmo+extra  other   twocc      does not fit

    gizmo on other with one: does not fit
      error: edit `fancy` does not fit other
        gizmo.sh  `plain` was not found

    gizmo on other with twocc: does not fit
      error: edit `fancy` does not fit other
        gizmo.sh  `plain` was not found

    gizmo+extra on other with one: does not fit
      error: gizmo: edit `fancy` does not fit other
        gizmo.sh  `plain` was not found

    gizmo+extra on other with twocc: does not fit
      error: gizmo: edit `fancy` does not fit other
        gizmo.sh  `plain` was not found

    4 of 8 builds succeeded
    ");
    let config =
        |place: &str| fs::read_to_string(env.path(format!("builds/{place}/main/config.mk"))).unwrap();
    assert!(config("gizmo/tree/one").starts_with(&format!("CC={} ", env.path("bin/onecc").display())));
    assert!(config("gizmo+extra/tree/twocc").contains("/twocc "));
    assert!(env.path("builds/gizmo+extra/tree/one/source/NOTE").exists());
    assert!(env.path("place/gizmo/tree/one/bin/gizmo").exists());
    assert!(!env.path("builds/gizmo/other").exists());
}

#[test]
fn a_failed_step_is_shown_with_the_end_of_its_log_and_a_failed_check_with_its_edit() {
    let env = environment();
    env.edit(
        "tree/configure",
        "#!/bin/sh\n",
        "#!/bin/sh\ncase $CC in *twocc) echo no luck with $CC; exit 1 ;; esac\n",
    );
    env.edit("patchsets/gizmo/patchset.yaml", "prints: fancy", "prints: plain");
    let output =
        timeless(&run(&env, &["tree", "--no-cache", "-q"])).replace(&env.folder().display().to_string(), "");
    assert_snapshot!(output, @"
    patchset     source  toolchain  result                      regenerate  configure  make   install  checks
    gizmo        tree    one        checks of main/make failed              0.0 s      0.0 s           2 of 3
    gizmo        tree    twocc      main/configure failed
    gizmo+extra  tree    one        checks of main/make failed              0.0 s      0.0 s           2 of 3
    gizmo+extra  tree    twocc      main/configure failed

    gizmo on tree with one: checks of main/make failed
      is-fancy (edit `fancy`): A plain one was shipped once.
        `launch sh gizmo` printed `fancy`, expected `plain`

    gizmo on tree with twocc: main/configure failed
      + test -e $WORK/builds/gizmo/tree/twocc/source/Modules/Setup.dist
      + test -e $WORK/builds/gizmo/tree/twocc/source/Modules/Setup.local
      + cp $WORK/builds/gizmo/tree/twocc/source/Makefile.in Makefile
      + export ac_cv_gizmos=no
      + $WORK/builds/gizmo/tree/twocc/source/configure two words $WORK/place/gizmo/tree/twocc
      no luck with $WORK/bin/twocc

    gizmo+extra on tree with one: checks of main/make failed
      is-fancy (edit `fancy`): A plain one was shipped once.
        `launch sh gizmo` printed `fancy`, expected `plain`

    gizmo+extra on tree with twocc: main/configure failed
      + test -e $WORK/builds/gizmo+extra/tree/twocc/source/Modules/Setup.dist
      + test -e $WORK/builds/gizmo+extra/tree/twocc/source/Modules/Setup.local
      + cp $WORK/builds/gizmo+extra/tree/twocc/source/Makefile.in Makefile
      + export ac_cv_gizmos=no
      + $WORK/builds/gizmo+extra/tree/twocc/source/configure two words $WORK/place/gizmo+extra/tree/twocc
      no luck with $WORK/bin/twocc

    0 of 4 builds succeeded
    [exit 5]
    ");
}

#[test]
fn results_of_shards_are_merged_to_what_one_run_prints() {
    let env = environment();
    let sources = ["tree", "other", "no.tar.gz", "--cache", "cache", "-q"];
    env.write("no.tar.gz", "no archive");
    // Times are those of the cache from now on.
    run(&env, &sources);
    for of in [1, 3, 13] {
        let _ = fs::remove_dir_all(env.path("results"));
        fs::create_dir(env.path("results")).unwrap();
        for number in 1..=of {
            let (shard, file) = (format!("{number}/{of}"), format!("results/{number}.json"));
            let output = run(&env, &[&sources[..], &["--shard", &shard, "--result", &file]].concat());
            assert_eq!(output, "[exit 0]");
        }
        for format in ["text", "json", "markdown", "html", "github", "gitlab", "sarif", "junit"] {
            let whole = run(&env, &[&sources[..], &["--format", format]].concat());
            assert!(whole.ends_with("[exit 4]"), "{whole}");
            assert_eq!(env.run(&["merge", "results", "--format", format, "-q"]), whole, "{format} of {of}");
        }
    }
    let result = fs::read_to_string(env.path("results/1.json")).unwrap();
    let result: serde_json::Value = serde_json::from_str(&result).unwrap();
    let schema = serde_json::from_str(&env.stdout(&["schema", "result"])).unwrap();
    jsonschema::draft202012::new(&schema).unwrap().validate(&result).unwrap();
    let output = run(&env, &[&sources[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(output.trim_end_matches("[exit 4]")).unwrap();
    assert_eq!(json["builds"].as_array().unwrap().len(), 12);
    let schema = serde_json::from_str(&env.stdout(&["schema", "build-set"])).unwrap();
    jsonschema::draft202012::new(&schema).unwrap().validate(&json).unwrap();
    fs::remove_file(env.path("results/2.json")).unwrap();
    let merged = env.run(&["merge", "results"]);
    assert!(merged.contains("error: shard 2/13 is missing") && merged.ends_with("[exit 4]"), "{merged}");
    let partial = env.run(&["merge", "results", "--partial"]);
    assert!(partial.contains("  shard 2/13 is missing\n") && partial.ends_with("[exit 4]"), "{partial}");
}

#[test]
fn a_toolchain_that_is_another_compiler_on_another_machine_is_named() {
    let env = environment();
    let shard = |of: &str, file: &str| {
        let output = run(&env, &["tree", "--no-cache", "-q", "--shard", of, "--result", file]);
        assert_eq!(output, "[exit 0]");
    };
    // Two patchsets with two toolchains: each shard has both.
    shard("1/2", "1.json");
    shard("2/2", "2.json");
    let merged = || env.run(&["merge", "1.json", "2.json"]);
    assert!(!merged().contains("warning"), "{}", merged());
    env.write("bin/twocc", "#!/bin/sh\necho twocc 2.1\n");
    shard("2/2", "2.json");
    let warning = "warning: toolchain twocc is not the same compiler on all machines: twocc 2.0; twocc 2.1\n";
    assert!(merged().contains(warning) && merged().matches("warning").count() == 1, "{}", merged());
}

/// How often configure ran.
fn configured(env: &TestEnvironment) -> usize {
    let mut count = 0;
    for entry in walk(env.path("builds")) {
        if entry.to_string_lossy().ends_with(".count") {
            count += fs::read_to_string(entry).unwrap().lines().count();
        }
    }
    count
}

fn walk(root: PathBuf) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    let paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.into_iter().flat_map(|path| if path.is_dir() { walk(path) } else { vec![path] }).collect()
}

#[test]
fn what_was_built_before_is_not_built_again() {
    let env = environment();
    let first = run(&env, &["tree"]);
    assert!(first.ends_with("[exit 0]") && !first.contains("from the cache"), "{first}");
    assert_eq!(configured(&env), 4);
    fs::remove_dir_all(env.path("builds")).unwrap();
    let second = run(&env, &["tree"]);
    assert!(second.contains("4 of 4 builds from the cache\n"), "{second}");
    assert!(!env.path("builds").exists());
    let table = |text: &str| text.split("------- stderr").next().unwrap().to_owned();
    assert_eq!(table(&first), table(&second));
    // Another compiler of the same name, another tree, another patchset.
    env.edit("bin/onecc", "1.0", "1.1");
    assert!(run(&env, &["tree"]).contains("2 of 4 builds from the cache\n"));
    env.write("tree/new", "");
    assert!(!run(&env, &["tree"]).contains("from the cache"));
    env.edit("patchsets/extra/patchset.yaml", "content: x", "content: y");
    assert!(run(&env, &["tree"]).contains("2 of 4 builds from the cache\n"));
    assert!(!run(&env, &["tree", "--no-cache"]).contains("from the cache"));
}

#[test]
fn a_result_that_is_torn_is_made_again() {
    let env = environment();
    run(&env, &["tree", "--cache", "cache"]);
    let files = walk(env.path("cache"));
    assert_eq!(files.len(), 4);
    let text = fs::read(&files[0]).unwrap();
    fs::write(&files[0], &text[..text.len() / 2]).unwrap();
    fs::write(&files[1], "{}").unwrap();
    // What another result has.
    fs::copy(&files[3], &files[2]).unwrap();
    fs::remove_dir_all(env.path("builds")).unwrap();
    assert!(run(&env, &["tree", "--cache", "cache"]).contains("1 of 4 builds from the cache\n"));
    assert!(run(&env, &["tree", "--cache", "cache"]).contains("4 of 4 builds from the cache\n"));
    // A failure is not kept.
    env.edit("patchsets/gizmo/patchset.yaml", "prints: fancy", "prints: plain");
    for _ in 0..2 {
        let output = run(&env, &["tree", "--cache", "cache"]);
        assert!(!output.contains("from the cache") && output.ends_with("[exit 5]"), "{output}");
    }
}

/// Starts a build of its own with the same results.
fn start(env: &TestEnvironment, sources: &[&str], name: &str) -> Child {
    let mut command = env.process(env!("CARGO_BIN_EXE_pypatch").as_ref());
    let own = ["--cache", "cache", "--work", name];
    let words = set(env, &[sources, &own].concat()).into_iter();
    let prefix = format!("place-{name}");
    command.args(words.map(|word| if word == "place" { prefix.clone() } else { word }));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

#[test]
fn two_processes_share_a_cache_and_one_that_is_killed_leaves_no_half_result() {
    let env = environment();
    // In the first build after the first that is done.
    let mut killed = start(&env, &["tree", "other"], "w0");
    let begun = Instant::now();
    while walk(env.path("cache")).is_empty() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let mut both = ["w1", "w2"].map(|work| start(&env, &["tree"], work));
    for child in &mut both {
        assert!(child.wait().unwrap().success());
    }
    let files = walk(env.path("cache"));
    assert!(
        files.iter().filter(|path| path.extension().is_some_and(|it| it == "json")).count() == 4,
        "{files:?}"
    );
    let output = run(&env, &["tree", "--cache", "cache"]);
    assert!(output.contains("4 of 4 builds from the cache\n"), "{output}");
}

#[test]
fn a_set_that_cannot_be_built_is_refused_before_anything_runs() {
    let env = environment();
    let refused = |words: &[&str], title: &str| {
        let output = env.run(&[&["build", "--prefix", "p", "--launcher", "stub"], words].concat());
        assert!(output.contains(title) && output.ends_with("[exit 2]"), "{output}");
        assert!(!env.path("builds").exists() && !env.path("p").exists());
    };
    refused(&["--patchset", "gizmo"], "error: no source is named");
    refused(&["gizmo"], "error: no source is named");
    refused(&["--patchset", "gizmo", "tree", "--in-place"], "cannot be used with");
    refused(&["--patchset", "gizmo", "tree", "--toolchain", "a=no-such-cc"], "`no-such-cc --version` fails");
    refused(
        &["--patchset", "gizmo", "tree", "--toolchain", "a=cc", "--toolchain", "a=gcc"],
        "two toolchains are called `a`",
    );
    refused(&["--patchset", "gizmo", "tree", "--toolchain", "=c"], "invalid toolchain");
    refused(&["--patchset", "gizmo", "tree", "./tree", "--toolchain", "/="], "invalid toolchain");
    refused(&["gizmo", "tree", "--format", "html"], "only the results of a set have that format");
    refused(&["gizmo", "tree", "--result", "r"], "only a set is built in shards");
    refused(&["--patchset", "extra", "tree"], "no program");
    // What is planned is what would be accepted.
    let plan = |words: &[&str]| {
        env.run(
            &[&["plan-jobs", "--for", "ninja", "--shards", "2", "--", "build", "--prefix", "p"], words]
                .concat(),
        )
    };
    let output = plan(&["--patchset", "gizmo", "tree"]);
    assert!(
        output.contains("$pypatch build --prefix p --patchset gizmo tree --shard $shard --result $out"),
        "{output}"
    );
    assert!(plan(&["gizmo", "tree"]).contains("error: only a set is built in shards"));
}

#[test]
fn a_build_that_an_earlier_one_began_is_no_result_for_others() {
    let env = environment();
    run(&env, &["tree", "--cache", "one"]);
    assert_eq!(walk(env.path("one")).len(), 4);
    // All steps are done before, and their checks were not made now.
    let again = run(&env, &["tree", "--cache", "two"]);
    assert!(again.ends_with("[exit 0]") && walk(env.path("two")).is_empty(), "{again}");
    // With another release of the compiler nothing is.
    env.edit("bin/onecc", "1.0", "1.1");
    run(&env, &["tree", "--cache", "two"]);
    assert_eq!(walk(env.path("two")).len(), 2);
}

#[test]
fn another_launcher_at_the_same_path_or_another_environment_is_another_build() {
    let mut env = environment();
    let launcher = env.path("bin/yod");
    let write = |text: &str| {
        fs::write(&launcher, text).unwrap();
        fs::set_permissions(&launcher, fs::Permissions::from_mode(0o755)).unwrap();
    };
    // As yod, it loses exit codes.
    write("#!/bin/sh\n\"$@\"\nexit 0\n");
    let build = |env: &TestEnvironment| {
        let place = launcher.display().to_string();
        let toolchain = format!("one={}", env.path("bin/onecc").display());
        let words =
            ["build", "--allow-unpinned", "--launcher", &place, "--prefix", "place", "--patchset", "gizmo"];
        env.run(&[&words[..], &["tree", "--cache", "cache", "--toolchain", &toolchain]].concat())
    };
    let first = build(&env);
    assert!(first.ends_with("[exit 0]") && !first.contains("from the cache"), "{first}");
    assert!(build(&env).contains("1 of 1 build from the cache"));
    write("#!/bin/sh\n\"$@\" # again\nexit 0\n");
    assert!(!build(&env).contains("from the cache"));
    assert!(build(&env).contains("1 of 1 build from the cache"));
    env.set("CFLAGS", "-O0");
    assert!(!build(&env).contains("from the cache"));
}

#[test]
fn shards_of_a_directory_that_was_changed_in_between_are_not_merged() {
    let env = environment();
    fs::create_dir(env.path("results")).unwrap();
    let one = run(&env, &["tree", "other", "--no-cache", "--shard", "1/2", "--result", "results/1.json"]);
    assert!(one.ends_with("[exit 0]"), "{one}");
    env.write("tree/new", "");
    run(&env, &["tree", "other", "--no-cache", "--shard", "2/2", "--result", "results/2.json"]);
    let merged = env.run(&["merge", "results"]);
    assert!(merged.contains("they differ in: sources") && merged.ends_with("[exit 4]"), "{merged}");
    let alone = env.run(&["build", "gizmo", "tree", "--cache", "cache", "--prefix", "p"]);
    assert!(alone.contains("only the results of a set are kept"), "{alone}");
}
