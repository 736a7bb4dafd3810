//! The program `clearcue`: hands its arguments to the library and its answer to the system.

use std::process::ExitCode;

/// Counting a use allocates and frees a dozen times, in several threads: this is quicker at it than the
/// system's own (docs/decisions/0017).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    server::run(std::env::args_os())
}
