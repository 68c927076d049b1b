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

# What the shipped patchsets come to, beside what was accepted
snap *ARGS:
    cargo run --locked -- snapshot check {{ARGS}}

# Builds the patched trees, which takes minutes
builds:
    PYPATCH_TEST_BUILDS=1 cargo test --locked --test upstream_build -- --nocapture

# CPU time and memory beside patch(1)
bench PATCHSET="catamount-py2.5" SOURCE="python-2.5":
    cargo build --release --locked
    tests/bench/apply_vs_patch.py target/release/pypatch {{PATCHSET}} {{SOURCE}}

# The edits of catamount-py2.5 on other versions, beside patch, git apply and wiggle
bench-ports REPOSITORY *VERSIONS:
    cargo build --release --locked
    tests/bench/ports_by_tools.py target/release/pypatch {{REPOSITORY}} {{VERSIONS}}

ci:
    .ci/run
