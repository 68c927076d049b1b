//! The `pypatch` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    pypatch::cli::main()
}
