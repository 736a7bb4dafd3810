//! The arguments of the command about events.

use clap::Args;

pub(super) const EVENTS_HELP: &str = "\
Example:
  clearcue events
  clearcue events --after 120 --kind sale.completed --json

Kinds: use.settled, sale.completed, licence.suspended, licence.restored, licence.revoked,
payout.created, payout.sent, payout.paid, payout.failed, payout.withdrawn, refund.completed.";

/// Which events.
#[derive(Debug, Args)]
pub struct Events {
    /// Those after this place [default: from the oldest that is kept]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    pub after: Option<i64>,
    /// Of this kind alone
    #[arg(long)]
    pub kind: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=500))]
    pub limit: i64,
}
