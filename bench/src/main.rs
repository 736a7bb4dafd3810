//! Times the steps of the walk (import, search, quote, buy, deliver, verify, use), each beside
//! a baseline measured in the same run on the same machine: figures are ratios first, absolute
//! times second. Nothing here asserts: a bench informs, a test judges.
//!
//! `make bench` prints a Markdown table that can stand in the README as it is.

mod baseline;
mod measure;
mod stage;
mod steps;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let stage = stage::set().await?;
    let mut table = measure::Table::new();
    steps::sound(&mut table)?;
    steps::keys(&stage, &mut table).await?;
    steps::store(&stage, &mut table).await?;
    println!("{}", table.markdown());
    Ok(())
}
