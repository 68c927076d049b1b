# The daily commands. `just ci` is what a change must pass.

default:
    @just --list

# Type errors, fast
check:
    cargo check --locked --all-targets

# All tests
test *ARGS:
    cargo test --locked {{ARGS}}

fmt:
    cargo fmt

# Writes the schema and the references of the edit language and of the commands again, after a change of them or of their documentation
reference:
    PYPATCH_WRITE_SCHEMA=1 cargo test --locked --lib published_schema
    cargo run --locked -- explain --all --format markdown > docs/operations.md
    PYPATCH_WRITE_COMMANDS=1 cargo test --locked --test cli page_of_commands

# Records the screens that the pages show, in a terminal of tmux; needs a git repository of CPython in PYPATCH_SOURCES
screens:
    cargo test --locked --test upstream -- --ignored record_the_screens

# The site of docs/, in target/book/html; needs mdBook
book:
    docs/build

# The table of docs/family.md: every release of the family built, checked and run under MPI; takes an hour. What a run has built stays in WORK.
family WORK *OPTIONS:
    cargo build --locked
    tests/family/build.py target/debug/pypatch {{WORK}} {{OPTIONS}}

# Modules for MPI by others (docs/family.md), each in an interpreter that is built for it in WORK, and kept there; takes half an hour
third-party WORK:
    cargo build --locked
    tests/third-party/mpi4py.sh target/debug/pypatch {{WORK}}/python-2.7.18 || [ $? = 77 ]
    tests/third-party/mpi4py.sh target/debug/pypatch {{WORK}}/python-3.11.2 python-3.11.2 || [ $? = 77 ]
    tests/third-party/pympi.sh target/debug/pypatch {{WORK}}/python-2.5 || [ $? = 77 ]

# What CI complains about
lint:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings
    RUSTDOCFLAGS=-Dwarnings cargo doc --locked --no-deps

# Compares the shipped patchsets with their accepted snapshots
snap *ARGS:
    cargo run --locked -- snapshot check {{ARGS}}

# Builds the patched trees, which takes minutes
builds:
    PYPATCH_TEST_BUILDS=1 cargo test --locked --test upstream_build -- --nocapture

# What is handed on, in target/dist: one static file, packed with its manual, completions, licences and SBOM, and their SHA-256. Needs the
# static libc that libc6-dev has, and Python 3.
dist:
    .ci/dist

# Builds what is handed on twice, in two directories, and compares the bytes; takes many minutes
reproducible:
    .ci/reproducible

# Licences, duplicates and sources of the crates; needs cargo-deny
deny:
    cargo deny --config .ci/deny.toml check bans licenses sources

# The Debian package of what `just dist` made, in a fresh Debian 12; needs root, cargo-deb and debootstrap
deb:
    tests/release/deb.sh

# One table of ratios next to the programs that people use otherwise, with the goals; docs/performance.md has the last one
bench *OPTIONS: dist
    tests/bench/table.py target/dist/pypatch {{OPTIONS}}

# CPU time and memory next to those of patch(1)
bench-apply PATCHSET="catamount-py2.5" SOURCE="python-2.5": dist
    tests/bench/apply_vs_patch.py target/dist/pypatch {{PATCHSET}} {{SOURCE}}

# How planning grows from 100 to 1,000 edits
bench-growth: dist
    tests/bench/growth.py target/dist/pypatch

# The edits of catamount-py2.5 on other versions, next to patch, git apply and wiggle
bench-ports REPOSITORY *VERSIONS: dist
    tests/bench/ports_by_tools.py target/dist/pypatch {{REPOSITORY}} {{VERSIONS}}

# A series of patches as `diff` edits, next to patch(1). TREE is the unpacked release that it is for.
bench-series TREE SERIES:
    cargo build --locked
    tests/bench/series_as_diffs.py target/debug/pypatch {{TREE}} {{SERIES}}

# What pypatch reads in patches, next to git apply. INPUTS are patches, directories with patches, or bare git repositories.
bench-reader *INPUTS:
    cargo build --locked
    tests/bench/patch_reader.py {{INPUTS}}

# The patches of older Debian series on newer releases, next to patch, git merge-tree and mergiraf; CPYTHON is a clone with all tags
bench-port CPYTHON: dist
    tests/bench/port_bench.py {{CPYTHON}}

# Real series on their own base, next to patch(1). MIRRORS has the repositories as OWNER+NAME/repo, CPYTHON is a clone with all tags.
bench-imports MIRRORS CPYTHON: dist
    tests/bench/series_vs_patch.py --pypatch target/dist/pypatch {{MIRRORS}} {{CPYTHON}}

# Planning a series of patches, next to quilt and patch(1). TREE is the unpacked release that it is for.
bench-quilt PATCHES TREE:
    cargo build --release --locked
    tests/bench/series_vs_quilt.py {{PATCHES}} {{TREE}}

# Variants of patches for several versions as one edit each, in repositories of python-build-standalone and of CPython
bench-collapse PATCHES CPYTHON *OPTIONS:
    cargo build --locked
    tests/bench/collapse_families.py target/debug/pypatch {{PATCHES}} {{CPYTHON}} {{OPTIONS}}

# Stops each command that writes at every system call that changes the disk, and prints what that did; takes minutes
faults:
    cargo test --locked --test cli -- --ignored --nocapture every_fault

# The oldest Rust that is supported: all targets compile, and the unit tests pass
msrv:
    cargo +1.89.0 check --locked --all-targets --target-dir target/msrv
    cargo +1.89.0 test --locked --lib --target-dir target/msrv

# Looks for inputs for which something does not hold, so many seconds for each target; needs a nightly toolchain
fuzz SECONDS="60" *TARGETS:
    fuzz/run {{SECONDS}} {{TARGETS}}

# What the table in SECURITY.md counts: faults, hostile inputs, changed seeds, and the fuzzer where it is installed
security SECONDS="60": faults
    PYPATCH_TEST_ALL=1 cargo test --locked --test cli -- corpus::
    PROPTEST_CASES=4000 cargo test --locked --lib -- fuzzing::
    fuzz/run {{SECONDS}} || [ $? = 77 ]

# The pages of reports in Chromium: filters, keys, a phone's width, both themes, axe-core; with screenshots if a directory is given
browser *SCREENSHOTS:
    cargo build --locked
    tests/browser/run.sh target/debug/pypatch {{SCREENSHOTS}}

# Shards by ninja and by a Slurm of its own, and what GitHub and GitLab read; each where its programs are installed
jobs:
    #!/bin/sh
    set -eu
    cargo build --locked
    for script in ninja slurm workflows; do
        tests/jobs/$script.sh target/debug/pypatch || [ $? = 77 ]
    done

ci:
    .ci/run
