//! The `keyfence` program: runs, prints the error chain, chooses the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(keyfence::cli::main(std::env::args_os().collect()))
}
