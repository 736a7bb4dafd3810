//! A proposal takes effect: its version is written, counts from now on, and what stood on the
//! carry of the version before is settled. What was shared before stays as it was.

use domain::agreement::retire;
use domain::{Account, LineKind, SplitSheetId, Timestamp};
use ledger::{Currency, JournalDraft};
use store::db::{Tx, Value};

use super::Status;
use super::read::Stored;
use crate::accounts::booking::{Booking, purse};
use crate::accounts::sheets;
use crate::{Call, Fault};

/// Kind of the journals that settle a retired sheet's carry.
const SETTLEMENT: &str = "settlement";

/// Makes a proposal's version the one in force.
pub(super) async fn take(
    tx: &mut Tx,
    call: &mut Call,
    proposal: &Stored,
    by: &str,
) -> Result<(), Fault> {
    let kind = proposal.kind.map(|kind| kind.code());
    let values = [proposal.track.bytes().into(), kind.unwrap_or("").into()];
    let before = tx.optional(BEFORE, &values).await?;
    // A version never counts from before the one it replaces, whatever the clock says.
    let mut from = call.now;
    if let Some(row) = &before {
        from = from.max(Timestamp(row.int("from_ms")?));
    }
    let sheet = &proposal.sheet;
    let values: [Value; 6] = [
        sheet.id().bytes().into(),
        proposal.track.bytes().into(),
        sheet.version().into(),
        call.now.0.into(),
        kind.into(),
        from.0.into(),
    ];
    tx.run(INSERT_SHEET, &values).await?;
    for (payee, ppm) in sheet.shares() {
        let values = [
            sheet.id().bytes().into(),
            payee.bytes().into(),
            (*ppm).into(),
        ];
        tx.run(INSERT_SHARE, &values).await?;
    }
    if let Some(row) = before {
        settle(tx, call, SplitSheetId::from_bytes(row.id("id")?)).await?;
    }
    close(tx, call, proposal, Status::Agreed, by).await
}

/// Closes a proposal.
pub(super) async fn close(
    tx: &mut Tx,
    call: &Call,
    proposal: &Stored,
    status: Status,
    by: &str,
) -> Result<(), Fault> {
    let values = [
        proposal.id.bytes().into(),
        status.word().into(),
        call.now.0.into(),
        by.into(),
    ];
    tx.run(CLOSE, &values).await?;
    Ok(())
}

/// Settles what stands on a retired sheet's carry, in every currency it has shared.
async fn settle(tx: &mut Tx, call: &mut Call, id: SplitSheetId) -> Result<(), Fault> {
    for row in tx.all(CURRENCIES, &[id.bytes().into()]).await? {
        let currency = Currency::from_code(&row.text("currency")?)
            .map_err(Fault::while_("reading a split sheet's currency"))?;
        let sheet = sheets::locked(tx, id, currency).await?;
        let settled = retire(&sheet).map_err(Fault::while_("settling a split sheet"))?;
        let source = format!("{id}:{}", currency.code());
        let draft = JournalDraft::new(SETTLEMENT, source, "the rest of a replaced split sheet");
        let source_id = call.id();
        let mut booking = Booking::new(draft, (LineKind::Settlement, &source_id), currency);
        for (payee, micros) in settled.parts {
            if micros != 0 {
                let purse = purse(tx, payee).await?;
                booking.reverse(purse, (Some(id), None), micros)?;
            }
        }
        booking.post(&Account::Carry(id), settled.carry);
        booking.write(tx, call).await?;
    }
    Ok(())
}

const BEFORE: &str = "
    select id, from_ms from split_sheets
     where track_id = $1 and coalesce(asset_kind, '') = $2
     order by version desc limit 1";

const INSERT_SHEET: &str = "
    insert into split_sheets (id, track_id, version, created_ms, asset_kind, from_ms)
    values ($1, $2, $3, $4, $5, $6)";

const INSERT_SHARE: &str =
    "insert into split_shares (sheet_id, payee_id, share_ppm) values ($1, $2, $3)";

const CLOSE: &str =
    "update split_proposals set status = $2, closed_ms = $3, closed_by = $4 where id = $1";

const CURRENCIES: &str =
    "select currency from split_progress where sheet_id = $1 order by currency";
