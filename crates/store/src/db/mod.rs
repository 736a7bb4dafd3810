//! One database, of either engine, behind one SQL text.
//!
//! Statements are written once with `$1…$n`, which both engines accept. Dialects part only
//! where they must: the words for column types in migrations (`migrate`), row locks
//! ([`Tx::for_update`]), and the order of texts ([`Tx::spelt`]). Uniqueness is read from `on conflict do nothing returning`: SQLite
//! names columns, not constraints, in its errors.
//!
//! [`Database::read`] gives a snapshot that cannot write; [`Database::write`] gives the only
//! kind of transaction that can, which on SQLite holds the single writer from its first
//! statement (`begin immediate`), so that it never fails half-way for a lock.

mod connect;
mod error;
mod migrate;
mod row;
mod tx;
mod unnamed;
mod value;

pub use connect::{Database, Engine};
pub use error::DbError;
pub use migrate::Migration;
pub use row::Row;
pub use tx::Tx;
pub use value::Value;
