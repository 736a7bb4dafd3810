//! The outbox: what has happened, told durably and in order to whoever follows the store.
//!
//! Each event is written in the transaction of what it tells, at the one place where that happens; so
//! nothing is told that didn't happen, and nothing happens untold. Its place is given afterwards, when
//! somebody reads ([`number`]): numbers that a writer took would be seen out of order on PostgreSQL,
//! and a reader who had gone on would miss those that come late. The audit compares
//! (`events_match_facts`), and old events are dropped from the front (`prune`).

mod kind;
mod list;
mod number;
pub(crate) mod prune;
mod write;

pub use kind::Kind;
pub use list::{Event, EventsRefusal, PAGE_MAX, Page, Wanted, list};
pub use number::number;

pub(crate) use write::{Settlement, Sold, Step, moved, paid_out, refunded, settled, sold};
