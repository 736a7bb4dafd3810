//! The program `clearcue`: hands its arguments to the library and its answer to the system.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run(std::env::args_os())
}
