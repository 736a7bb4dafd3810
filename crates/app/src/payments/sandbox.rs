//! The sandbox provider's side of refunds and disputes: books of its own, as a real provider
//! keeps them, which this store may only ask and read. It never leaves the machine.
//!
//! It answers the same request under the same key once, and tells all it knows of a payment
//! whenever it is asked. It returns nothing of its fee, and charges 15.00 for a dispute.

use std::collections::BTreeMap;

use domain::refund::{Dispute, DisputeState, Facts};
use store::db::Tx;

use crate::{App, Fault};

/// What the sandbox charges for a dispute, won or lost, in micro-units.
pub(super) const DISPUTE_FEE_MICROS: i64 = 15_000_000;

/// Refunds a part of a payment. The same key again is the same refund: its amount is read from
/// the first.
pub(super) async fn refund(
    app: &App,
    reference: &str,
    key: &str,
    micros: i64,
) -> Result<(), Fault> {
    let mut tx = app.write().await?;
    note(&mut tx, reference, key, micros).await?;
    Ok(tx.commit().await?)
}

/// The same within a transaction.
pub(super) async fn note(
    tx: &mut Tx,
    reference: &str,
    key: &str,
    micros: i64,
) -> Result<(), Fault> {
    tx.run(REFUND, &[key.into(), reference.into(), micros.into()])
        .await?;
    Ok(())
}

/// The refunds of a payment by their keys.
pub(super) async fn refunds(tx: &mut Tx, reference: &str) -> Result<BTreeMap<String, i64>, Fault> {
    let rows = tx.all(REFUNDS, &[reference.into()]).await?;
    rows.iter()
        .map(|row| Ok((row.text("refund_key")?, row.int("micros")?)))
        .collect()
}

/// Raises a dispute, or decides one.
pub(super) async fn dispute(
    tx: &mut Tx,
    reference: &str,
    id: &str,
    dispute: &Dispute,
) -> Result<(), Fault> {
    let values = [
        reference.into(),
        id.into(),
        word(dispute.state).into(),
        dispute.micros.into(),
        dispute.fee_micros.into(),
    ];
    tx.run(DISPUTE, &values).await?;
    Ok(())
}

/// All that the sandbox knows of a payment beside that it was captured.
pub(super) async fn facts(tx: &mut Tx, reference: &str) -> Result<Facts, Fault> {
    let refunded = tx.one(REFUNDED, &[reference.into()]).await?;
    let mut facts = Facts {
        refunded: refunded.int("micros")?,
        ..Facts::default()
    };
    for row in tx.all(DISPUTES, &[reference.into()]).await? {
        let dispute = Dispute {
            state: state(&row.text("state")?)?,
            micros: row.int("micros")?,
            fee_micros: row.int("fee_micros")?,
        };
        facts.disputes.insert(row.text("dispute_id")?, dispute);
    }
    Ok(facts)
}

/// The payments that something happened to, in order, after the one named.
pub(super) async fn touched(tx: &mut Tx, after: &str, most: i64) -> Result<Vec<String>, Fault> {
    let rows = tx.all(TOUCHED, &[after.into(), most.into()]).await?;
    rows.iter().map(|row| Ok(row.text("reference")?)).collect()
}

fn word(state: DisputeState) -> &'static str {
    match state {
        DisputeState::Open => "open",
        DisputeState::Won => "won",
        DisputeState::Lost => "lost",
    }
}

fn state(word: &str) -> Result<DisputeState, Fault> {
    match word {
        "open" => Ok(DisputeState::Open),
        "won" => Ok(DisputeState::Won),
        "lost" => Ok(DisputeState::Lost),
        other => Err(Fault::because("reading a dispute", format!("`{other}`"))),
    }
}

const REFUND: &str = "
    insert into sandbox_refunds (refund_key, reference, micros) values ($1, $2, $3)
    on conflict do nothing";

const REFUNDS: &str = "select refund_key, micros from sandbox_refunds where reference = $1";

const DISPUTE: &str = "
    insert into sandbox_disputes (reference, dispute_id, state, micros, fee_micros)
    values ($1, $2, $3, $4, $5)
    on conflict (reference, dispute_id) do update set state = excluded.state";

const REFUNDED: &str = "
    select cast(coalesce(sum(micros), 0) as bigint) as micros
      from sandbox_refunds where reference = $1";

const DISPUTES: &str = "
    select dispute_id, state, micros, fee_micros
      from sandbox_disputes where reference = $1 order by dispute_id";

const TOUCHED: &str = "
    select reference from (
        select reference from sandbox_refunds union select reference from sandbox_disputes) s
     where reference > $1 order by reference limit $2";
