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

# The file to hand on: stripped, small, and without any shared library. Needs the static libc that libc6-dev has.
dist:
    #!/bin/sh
    set -eu
    host=$(rustc -vV | sed -n 's/^host: //p')
    mkdir -p target/dist
    # The tables to unwind the stack, a tenth of the file, and of no use as panics abort. std's code has them anyway.
    echo 'SECTIONS { /DISCARD/ : { *(.eh_frame .gcc_except_table*) } } INSERT AFTER .text;' > target/dist/no-unwind.ld
    # Small functions are called instead of inlined at opt-level "z"; this inlines those that are little larger than the call.
    flags="-C target-feature=+crt-static -C relocation-model=static -C llvm-args=-inline-threshold=25"
    flags="$flags -C link-arg=-Wl,--no-eh-frame-hdr -C link-arg=-Wl,-T,target/dist/no-unwind.ld"
    # With --target the flags do not reach procedural macros, which cannot be linked statically.
    RUSTFLAGS="$flags" cargo build --profile dist --locked --target "$host"
    cp "target/$host/dist/pypatch" target/dist/pypatch
    ls -l target/dist/pypatch
    [ "$(wc -c < target/dist/pypatch)" -lt 8000000 ] || { echo "the file is not below 8 MB" >&2; exit 1; }

# CPU time and memory next to those of patch(1)
bench PATCHSET="catamount-py2.5" SOURCE="python-2.5": dist
    tests/bench/apply_vs_patch.py target/dist/pypatch {{PATCHSET}} {{SOURCE}}

# The edits of catamount-py2.5 on other versions, next to patch, git apply and wiggle
bench-ports REPOSITORY *VERSIONS: dist
    tests/bench/ports_by_tools.py target/dist/pypatch {{REPOSITORY}} {{VERSIONS}}

ci:
    .ci/run
