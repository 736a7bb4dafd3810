//! The command that plays a described store.

use std::path::PathBuf;

use clap::Args;

pub(super) const HELP: &str = "\
Example:
  clearcue simulate examples/scenarios/first-month.json
  clearcue simulate scenario.json --json > outcome.json
  clearcue simulate --schema > scenario.schema.json

A scenario names a store's rates and plans, tracks with their splits, and dated steps: buy,
subscribe, use, refund, dispute, split, close, pay_out, expect, wait. It is played in a store of its
own that is gone afterwards; no store of yours is opened. Each step tells what it moved, to the
millionth. Exit code 1 when an invariant is broken or a step went otherwise than it expects.";

/// `simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// The scenario, a JSON file; - reads it from stdin
    #[arg(value_name = "SCENARIO", required_unless_present = "schema")]
    pub scenario: Option<PathBuf>,
    /// Print the scenario's JSON Schema instead
    #[arg(long, conflicts_with = "scenario")]
    pub schema: bool,
}
