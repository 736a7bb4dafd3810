//! Registering a payee by the operator's hand. Before: they may have earned into escrow. After:
//! they are registered, all of their escrow is on their account, and what they earn comes there.

use domain::PayeeId;
use ledger::Money;

use super::list::{PayeeRefusal, resolve};
use crate::accounts::escrow;
use crate::{App, Call, Stop};

/// What registering did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The payee.
    pub payee: PayeeId,
    /// What they claimed of escrow, by currency; `None` where they were registered before.
    pub claimed: Option<Vec<Money>>,
}

/// Registers a payee named by id or name. Registering twice is the same as once.
///
/// # Errors
/// [`PayeeRefusal::Unknown`].
pub async fn register(
    app: &App,
    call: &mut Call,
    name: &str,
) -> Result<Registered, Stop<PayeeRefusal>> {
    let mut tx = app.write().await?;
    let payee = resolve(&mut tx, name).await?;
    let claimed = escrow::register(&mut tx, call, payee).await?;
    tx.commit().await?;
    Ok(Registered { payee, claimed })
}
