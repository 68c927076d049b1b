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

# The file to hand on: stripped, and without any shared library
dist:
    #!/bin/sh
    set -eu
    host=$(rustc -vV | sed -n 's/^host: //p')
    # With --target the flag does not reach procedural macros, which cannot be linked statically.
    RUSTFLAGS="-C target-feature=+crt-static" cargo build --profile dist --locked --target "$host"
    mkdir -p target/dist
    cp "target/$host/dist/pypatch" target/dist/pypatch
    ls -l target/dist/pypatch

# CPU time and memory next to those of patch(1)
bench PATCHSET="catamount-py2.5" SOURCE="python-2.5": dist
    tests/bench/apply_vs_patch.py target/dist/pypatch {{PATCHSET}} {{SOURCE}}

# The edits of catamount-py2.5 on other versions, next to patch, git apply and wiggle
bench-ports REPOSITORY *VERSIONS: dist
    tests/bench/ports_by_tools.py target/dist/pypatch {{REPOSITORY}} {{VERSIONS}}

ci:
    .ci/run
