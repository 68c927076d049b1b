//! Jobs in shards: `matrix` over a set, the results of shards, and `merge`, which shows what one run shows.

use std::fs;

use insta::assert_snapshot;

use super::port::two_versions;
use crate::common::TestEnvironment;

const FORMATS: [&str; 8] = ["text", "json", "html", "markdown", "github", "gitlab", "sarif", "junit"];

/// Three trees, and a fourth source that cannot be read, and two patchsets: 8 cells.
fn environment() -> TestEnvironment {
    let mut env = two_versions();
    // Pages say when they were made.
    env.set("SOURCE_DATE_EPOCH", "0");
    env.yaml(
        "extra",
        "schema: 1\nid: extra\ntitle: More\nedits:\n  - id: no-docs\n    why: None are read.\n    file: Makefile.pre.in\n    \
         text.replace: {find: docs, with: texts}\n",
    );
    env.write("newer/Include/patchlevel.h", "#define PY_VERSION \"10.1\"\n");
    env.write("newer/Makefile.pre.in", "all:\tdocs\n");
    env.write("broken.tar.gz", "no archive");
    env
}

const SET: &[&str] = &["matrix", "--patchset", "gadget-py9.9", "--patchset", "extra", "--base", "old"];
const SOURCES: &[&str] = &["old", "new", "newer", "broken.tar.gz"];

fn set<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [SET, SOURCES, more].concat()
}

/// Writes the results of all shards to `results/I.json`.
fn run_shards(env: &TestEnvironment, of: usize, arguments: &[&str]) {
    let _ = fs::remove_dir_all(env.path("results"));
    fs::create_dir(env.path("results")).unwrap();
    for number in 1..=of {
        let (shard, file) = (format!("{number}/{of}"), format!("results/{number}.json"));
        let output = env.run(&[arguments, &["--shard", &shard, "--result", &file]].concat());
        assert!(output.ends_with("[exit 0]") && output.starts_with("---"), "{output}");
    }
}

#[test]
fn a_matrix_of_a_set_has_a_table_for_each_patchset() {
    let env = environment();
    assert_snapshot!(env.run(&[SET, &["old", "new", "newer"]].concat()), @"
    gadget-py9.9, anchors compared with old

                          9.9       10.0      10.1
    run-gen               applies   obsolete  obsolete
    no-sharedmods         applies   changed   already
    static-modules/one    applies   moved     
    static-modules/two    applies   changed   
    static-modules/three  applies   already   
    static-modules                            obsolete

    13 cells on 3 sources: 2 already, 3 obsolete, 5 applies, 1 moved, 2 changed; 2 to be decided (`-v` lists the candidates)

    extra, anchors compared with old

             9.9 - 10.1
    no-docs  applies

    3 cells on 3 sources: 3 applies
    [exit 0]
    ");
    // A pattern, and one on the result of another.
    let output = env.run(&["matrix", "--patchset", "gadget*", "--patchset", "extra,gadget-py9.9", "old"]);
    assert_snapshot!(output, @"
    gadget-py9.9

                          9.9
    run-gen               applies
    no-sharedmods         applies
    static-modules/one    applies
    static-modules/two    applies
    static-modules/three  applies

    5 cells on 1 source: 5 applies

    extra+gadget-py9.9

                                        9.9
    extra: no-docs                      applies
    gadget-py9.9: run-gen               applies
    gadget-py9.9: no-sharedmods         applies
    gadget-py9.9: static-modules/one    applies
    gadget-py9.9: static-modules/two    applies
    gadget-py9.9: static-modules/three  applies

    6 cells on 1 source: 6 applies
    ------- stderr -------
    warning: gadget-py9.9 names no pin (give --base): anchors are not compared, and renamed files are not recognised
    warning: extra names no pin (give --base): anchors are not compared, and renamed files are not recognised
    warning: the anchors of gadget-py9.9 are not compared
    [exit 0]
    ");
    let one = env.run(&["matrix", "--patchset", "extra", "old", "--base", "old"]);
    assert_eq!(one, env.run(&["matrix", "extra", "old", "--base", "old"]));
    assert_snapshot!(env.run(&["matrix", "old"]), @"
    ------- stderr -------
    error: `old` is a directory without a patchset.yaml
      help: name the folder of a patchset.yaml; `pypatch new` makes one
    [exit 2]
    ");
}

#[test]
fn results_of_shards_are_merged_to_what_one_run_prints() {
    let env = environment();
    let whole = FORMATS.map(|format| env.run(&set(&["--exit-code", "--format", format])));
    for of in [1, 3, 8, 11] {
        run_shards(&env, of, &set(&["--exit-code"]));
        for (format, whole) in FORMATS.iter().zip(&whole) {
            assert_eq!(env.run(&["merge", "results", "--format", format]), *whole, "{format} of {of}");
        }
    }
    // Without the source that cannot be read, the status says that something has to be decided.
    let arguments = [SET, &["old", "new", "newer", "--exit-code"]].concat();
    for of in [1, 4, 9] {
        run_shards(&env, of, &arguments);
        let merged = env.run(&["merge", "results"]);
        assert!(merged.ends_with("[exit 1]"), "{merged}");
        assert_eq!(merged, env.run(&arguments), "{of}");
        assert_eq!(
            env.run(&["merge", "results", "-v"]),
            env.run(&[&arguments[..], &["-v"]].concat()),
            "{of}"
        );
    }
    // To a file, and from files in another order.
    assert_eq!(env.run(&["merge", "results/9.json", "results", "-o", "out"]), "[exit 1]");
    assert_eq!(fs::read_to_string(env.path("out")).unwrap() + "[exit 1]", env.run(&arguments));
}

#[test]
fn what_few_columns_do_not_show_is_searched_for_in_shards_too() {
    let env = environment();
    let arguments = ["matrix", "gadget-py9.9", "old", "new", "--base", "old", "-v"];
    run_shards(&env, 2, &arguments);
    let merged = env.run(&["merge", "results", "-v"]);
    assert!(merged.contains("gone since 10.0"), "{merged}");
    assert_eq!(merged, env.run(&arguments));
}

#[test]
fn what_is_missing_torn_foreign_or_different_is_not_merged() {
    let env = environment();
    run_shards(&env, 8, &set(&[]));
    for number in [3, 5] {
        fs::remove_file(env.path(format!("results/{number}.json"))).unwrap();
    }
    assert_snapshot!(env.run(&["merge", "results"]), @"
    ------- stderr -------
    error: shard 3/8 is missing
      shard 5/8 is missing
      help: run them again, or give --partial to show what is there
    [exit 4]
    ");
    let partial = env.run(&["merge", "results", "--partial"]);
    assert!(partial.contains("shard 3/8 is missing") && partial.ends_with("[exit 4]"), "{partial}");
    assert_snapshot!(partial, @"
    gadget-py9.9, anchors compared with old

                          9.9
    run-gen               applies
    no-sharedmods         applies
    static-modules/one    applies
    static-modules/two    applies
    static-modules/three  applies

    new: shard 3/8 is missing

    newer: shard 5/8 is missing

    broken.tar.gz: cannot read the archive broken.tar.gz: it is too short for a tarball

    5 cells on 4 sources: 5 applies

    extra, anchors compared with old

             9.9 - 10.1
    no-docs  applies

    broken.tar.gz: cannot read the archive broken.tar.gz: it is too short for a tarball

    3 cells on 4 sources: 3 applies
    [exit 4]
    ");

    run_shards(&env, 8, &set(&[]));
    let text = fs::read_to_string(env.path("results/3.json")).unwrap();
    env.write("results/3.json", &text[..text.len() - 3]);
    assert_snapshot!(env.run(&["merge", "results"]), @"
    ------- stderr -------
    error: results/3.json is torn: it does not end with the digest of its contents
      help: run this shard again, or leave the file out
    [exit 4]
    ");
    env.write("results/3.json", "{}");
    assert_snapshot!(env.run(&["merge", "results", "--partial"]), @"
    ------- stderr -------
    error: results/3.json is torn: it does not end with the digest of its contents
      help: run this shard again, or leave the file out
    [exit 4]
    ");
    // Two of one shard have to say the same, of the same sources.
    env.write("results/3.json", &text);
    env.write("results/again.json", &text);
    assert_eq!(env.run(&["merge", "results"]), env.run(&set(&[])));
    env.edit("new/Makefile.pre.in", "docs", "docs more");
    env.stdout(&set(&["--shard", "3/8", "--result", "results/again.json"]));
    assert_snapshot!(env.run(&["merge", "results"]), @"
    ------- stderr -------
    error: results/again.json is of another job than results/1.json
      they differ in: sources
      help: merge results of one job, with the same patchsets, sources and shards
    [exit 4]
    ");
    env.edit("new/Makefile.pre.in", "docs more", "docs");
    fs::remove_file(env.path("results/again.json")).unwrap();
    // Another number of shards, other sources, another patchset of the same name.
    env.stdout(&set(&["--shard", "3/9", "--result", "results/3.json"]));
    assert_snapshot!(env.run(&["merge", "results"]), @"
    ------- stderr -------
    error: results/3.json is of another job than results/1.json
      it has 9 shards, and the other 8
      help: merge results of one job, with the same patchsets, sources and shards
    [exit 4]
    ");
    env.stdout(&[SET, &["old", "--shard", "3/8", "--result", "results/3.json"]].concat());
    assert_snapshot!(env.run(&["merge", "results"]), @"
    ------- stderr -------
    error: results/3.json is of another job than results/1.json
      they differ in: sources
      help: merge results of one job, with the same patchsets, sources and shards
    [exit 4]
    ");
    env.edit("patchsets/extra/patchset.yaml", "texts", "books");
    env.stdout(&set(&["--shard", "3/8", "--result", "results/3.json"]));
    assert_snapshot!(env.run(&["merge", "results"]), @"
    ------- stderr -------
    error: results/3.json is of another job than results/1.json
      they differ in: patchsets
      help: merge results of one job, with the same patchsets, sources and shards
    [exit 4]
    ");
    assert_snapshot!(env.run(&["merge", "patchsets"]), @"
    ------- stderr -------
    error: no results: the directory has no file whose name ends with .json
    [exit 4]
    ");
    assert_snapshot!(env.run(&["merge", "no.json"]), @"
    ------- stderr -------
    error: cannot read no.json
      No such file or directory (os error 2)
      help: run this shard again, or leave the file out
    [exit 4]
    ");
}

#[test]
fn a_shard_is_refused_that_is_none_or_has_no_result() {
    let env = environment();
    assert_snapshot!(env.run(&set(&["--shard", "9/8", "--result", "r.json"])), @"
    ------- stderr -------
    error: invalid value '9/8' for '--shard <I/N>': write I/N, such as 3/8, with I from 1 to N and N up to 10000

    For more information, try '--help'.
    [exit 2]
    ");
    assert!(env.run(&set(&["--shard", "1/8"])).ends_with("[exit 2]"));
    assert!(env.run(&set(&["--result", "r.json", "--format", "json"])).ends_with("[exit 2]"));
    let output = env.run(&set(&["--result", "patchsets/extra/patchset.yaml"]));
    assert!(output.contains("is a file of a patchset") && output.ends_with("[exit 2]"), "{output}");
}

#[test]
fn the_json_of_a_set_and_of_results_is_what_their_schemas_say() {
    let env = environment();
    let schema =
        |name: &str| -> serde_json::Value { serde_json::from_str(&env.stdout(&["schema", name])).unwrap() };
    let json: serde_json::Value =
        serde_json::from_str(&env.stdout(&[SET, &["old", "new", "--format", "json"]].concat())).unwrap();
    assert_eq!(json["matrices"].as_array().unwrap().len(), 2);
    jsonschema::draft202012::new(&schema("matrix")).unwrap().validate(&json).unwrap();
    run_shards(&env, 2, &set(&[]));
    let result = fs::read_to_string(env.path("results/2.json")).unwrap();
    let result: serde_json::Value = serde_json::from_str(&result).unwrap();
    jsonschema::draft202012::new(&schema("result")).unwrap().validate(&result).unwrap();
}

#[test]
fn plans_of_jobs_are_printed_for_what_starts_them() {
    let env = environment();
    let plan = |system: &str, more: &[&str], command: &[&str]| {
        env.run(&[&["plan-jobs", "--for", system, "--shards", "3"], more, &["--"], command].concat())
    };
    let matrix = ["matrix", "gadget-py9.9", "--base", "old", "new", "it's ${{ a }} $1"];
    let slurm = plan("slurm", &["--format", "json", "-o", "a table"], &matrix);
    assert_snapshot!(slurm, @r#"
    #!/bin/sh
    # Submits a job array with a task for each shard, and a job that merges the results when all tasks have ended:
    #
    #     sh FILE [OPTIONS OF SBATCH]
    #
    # in a directory that all nodes have, with pypatch on the PATH or in $PYPATCH. A task that is killed or requeued leaves no half result; of
    # a task that failed for good, the merge names the shard. Made by: pypatch plan-jobs
    set -eu
    mkdir -p results
    # Results of an earlier run would be merged.
    rm -f results/shard-*.json
    array=$(sbatch --parsable --job-name=pypatch --array=1-3 --requeue --output=results/shard-%a.log "$@" <<'END'
    #!/bin/sh
    exec "${PYPATCH:-pypatch}" matrix gadget-py9.9 --base old new 'it'\''s ${{ a }} $1' \
        --shard "$SLURM_ARRAY_TASK_ID/3" --result results/shard-"$SLURM_ARRAY_TASK_ID".json
    END
    )
    merge=$(sbatch --parsable --job-name=pypatch-merge --dependency="afterany:${array%%;*}" --output=results/merge.log "$@" <<'END'
    #!/bin/sh
    exec "${PYPATCH:-pypatch}" merge --format json --output 'a table' results/shard-*.json
    END
    )
    echo "array ${array%%;*}, merge ${merge%%;*}: its output is "results/merge.log
    [exit 0]
    "#);
    let github = plan("github", &["--results", "my results"], &matrix);
    // An expression of an argument is not one of the workflow.
    let expressions: Vec<&str> = github.lines().filter(|line| line.contains("${{ a")).collect();
    assert_eq!(expressions, [""; 0]);
    assert_snapshot!(github, @r#"
    # A job for each shard, and one that merges the results and annotates what is wrong. Made by: pypatch plan-jobs
    name: pypatch shards
    on: [push, workflow_dispatch]
    permissions:
      contents: read
    jobs:
      shard:
        runs-on: ubuntu-latest
        strategy:
          # The other shards go on, and the merge names the one that failed.
          fail-fast: false
          matrix:
            shard: [1, 2, 3]
        steps:
          - uses: actions/checkout@v4
          # Releases and results of earlier runs.
          - uses: actions/cache@v4
            with:
              path: ~/.cache/pypatch
              key: pypatch-${{ matrix.shard }}-${{ github.run_id }}
              restore-keys: |
                pypatch-${{ matrix.shard }}-
                pypatch-
          - run: cargo install --locked --git https://github.com/OWNER/pypatch
          - run: |
              mkdir -p 'my results'
              pypatch matrix gadget-py9.9 --base old new 'it'\''s $''{{ a }} $1' \
                  --shard ${{ matrix.shard }}/3 --result 'my results'/shard-${{ matrix.shard }}.json
          - uses: actions/upload-artifact@v4
            with:
              name: shard-${{ matrix.shard }}
              path: "my results/"
              if-no-files-found: error
      merge:
        needs: shard
        if: ${{ !cancelled() }}
        runs-on: ubuntu-latest
        steps:
          - run: cargo install --locked --git https://github.com/OWNER/pypatch
          - uses: actions/download-artifact@v4
            with:
              pattern: shard-*
              merge-multiple: true
              path: "my results/"
          - run: |
              pypatch merge --format github 'my results'/shard-*.json
    [exit 0]
    "#);
    assert_snapshot!(plan("gitlab", &[], &matrix), @r#"
    # A job for each shard, and one that merges the results. Made by: pypatch plan-jobs
    #
    # Set PYPATCH_SOURCE to the URL of pypatch's repository.
    .pypatch:
      image: rust:latest
      variables:
        # Only what is below the project can be kept between jobs: the program, releases and results of earlier runs.
        XDG_CACHE_HOME: $CI_PROJECT_DIR/.pypatch-cache
      cache:
        key: pypatch
        paths:
          - .pypatch-cache/
      before_script:
        - export PATH="$XDG_CACHE_HOME/bin:$PATH"
        - command -v pypatch > /dev/null || cargo install --locked --root "$XDG_CACHE_HOME" --git "$PYPATCH_SOURCE"

    pypatch-shard:
      extends: .pypatch
      parallel: 3
      script:
        - |
          mkdir -p results
          pypatch matrix gadget-py9.9 --base old new 'it'\''s ${{ a }} $1' \
              --shard "$CI_NODE_INDEX/3" --result results/shard-"$CI_NODE_INDEX".json
      artifacts:
        paths:
          - "results/"

    pypatch-merge:
      extends: .pypatch
      # Also if a shard failed, which it names then.
      when: always
      needs:
        - pypatch-shard
      script:
        - |
          pypatch merge results/shard-*.json
    [exit 0]
    "#);
    assert_snapshot!(plan("ninja", &["--results", "my results"], &matrix), @r"
    # Each shard, and the merge of the results: ninja -f FILE. Made by: pypatch plan-jobs
    #
    # What a patchset reads is not listed here, so shards are run whenever ninja is. What was done before comes from the
    # cache of `build`, and of `matrix --cache`.
    pypatch = pypatch

    rule shard
      command = $pypatch matrix gadget-py9.9 --base old new 'it'\''s $${{ a }} $$1' --shard $shard --result $out
      description = shard $shard

    rule merge
      command = $pypatch merge $in
      description = merge
      pool = console

    build always: phony
    build my$ results/shard-1.json: shard | always
      shard = 1/3
    build my$ results/shard-2.json: shard | always
      shard = 2/3
    build my$ results/shard-3.json: shard | always
      shard = 3/3

    build merged: merge my$ results/shard-1.json my$ results/shard-2.json my$ results/shard-3.json
    default merged
    [exit 0]
    ");
    // Global options are passed on.
    let output =
        env.run(&["--offline", "plan-jobs", "--for", "ninja", "--shards", "1", "--", "matrix", "p", "s"]);
    assert!(output.contains("$pypatch --offline matrix p s --shard"), "{output}");
    for (command, more, title) in [
        (&["matrix", "p", "s", "--format=json"][..], &[][..], "`--format=json` is for the merged results"),
        (&["list"], &[], "error: unexpected argument '--shard'"),
        (&["merge", "r"], &[], "error: unexpected argument '--shard'"),
        (&["matrix", "p", "s", "--shard", "1/2"], &[], "cannot be used multiple times"),
        (&["matrix", "p", "a\nb"], &[], "`a\\nb` has a control character"),
        (&["matrix", "p", "s"], &["--results", "${{ a }}"], "error: invalid directory of results `${{ a }}`"),
    ] {
        let output = plan("slurm", more, command);
        assert!(output.contains(title) && output.ends_with("[exit 2]"), "{output}");
    }
    let output = env.run(&["plan-jobs", "--for", "gitlab", "--shards", "201", "--", "matrix", "p", "s"]);
    assert!(output.contains("at most 200 jobs") && output.ends_with("[exit 2]"), "{output}");
}

#[test]
fn a_matrix_takes_pinned_releases_from_its_cache() {
    let env = crate::common::release::pinned();
    let arguments = ["matrix", "gadget", "--pins", "9.*", "tree", "--cache", "cache"];
    let run = || env.run(&arguments);
    let (first, second) = (run(), run());
    // The directory is judged again.
    assert!(second.contains("\n1 of 2 cells from the cache\n"), "{second}");
    assert_eq!(first.replace("[exit 0]", ""), second.split("------- stderr").next().unwrap());
    env.edit("patchsets/gadget/patchset.yaml", "title: ", "title: A ");
    assert!(!run().contains("from the cache"));
    assert!(run().contains("from the cache"));
    assert!(!env.run(&[&arguments[..], &["--base", "tree"]].concat()).contains("from the cache"));
}
