//! Split sheets in the database: the one in force, and what it has shared so far.

use domain::{PayeeId, Shared, SplitSheet, SplitSheetId, TrackId};
use ledger::Currency;
use store::db::Tx;

use crate::{Call, Fault};

/// The sheet in force for a track, locked until the transaction ends: its cumulative amount is
/// what the next share is computed from.
pub(crate) async fn current(
    tx: &mut Tx,
    track: TrackId,
    currency: Currency,
) -> Result<SplitSheet, Fault> {
    let row = tx.one(CURRENT, &[track.bytes().into()]).await?;
    let id = SplitSheetId::from_bytes(row.id("id")?);
    let version = u32::try_from(row.int("version")?)
        .map_err(Fault::while_("reading a split sheet's version"))?;
    let code = currency.code();
    tx.run(OPEN_PROGRESS, &[id.bytes().into(), code.into()])
        .await?;
    let lock = format!("{PROGRESS}{}", tx.for_update());
    let shared = tx
        .one(&lock, &[id.bytes().into(), code.into()])
        .await?
        .int("shared_micros")?;
    let mut shares = Vec::new();
    for row in tx.all(SHARES, &[id.bytes().into()]).await? {
        let ppm = u32::try_from(row.int("share_ppm")?)
            .map_err(Fault::while_("reading a split sheet's share"))?;
        shares.push((PayeeId::from_bytes(row.id("payee_id")?), ppm));
    }
    SplitSheet::new(id, version, shares, shared).map_err(Fault::while_("reading a split sheet"))
}

/// Keeps what a sheet has shared, and what each payee earned by it.
pub(crate) async fn earn(
    tx: &mut Tx,
    call: &Call,
    sheet: &SplitSheet,
    shared: &Shared,
    currency: Currency,
    (source, source_id): (&str, &[u8; 16]),
) -> Result<(), Fault> {
    let id = sheet.id();
    let code = currency.code();
    let values = [id.bytes().into(), code.into(), shared.shared_after.into()];
    tx.run(ADVANCE, &values).await?;
    for (payee, micros) in &shared.parts {
        let values = [
            payee.bytes().into(),
            source.into(),
            source_id.into(),
            id.bytes().into(),
            call.now.0.into(),
            code.into(),
            (*micros).into(),
        ];
        tx.run(INSERT_EARNING, &values).await?;
    }
    Ok(())
}

const CURRENT: &str = "
    select id, version from split_sheets where track_id = $1 order by version desc limit 1";

const OPEN_PROGRESS: &str = "
    insert into split_progress (sheet_id, currency, shared_micros) values ($1, $2, 0)
    on conflict do nothing";

const PROGRESS: &str =
    "select shared_micros from split_progress where sheet_id = $1 and currency = $2";

const SHARES: &str =
    "select payee_id, share_ppm from split_shares where sheet_id = $1 order by payee_id";

const ADVANCE: &str =
    "update split_progress set shared_micros = $3 where sheet_id = $1 and currency = $2";

const INSERT_EARNING: &str = "
    insert into earnings (payee_id, source, source_id, sheet_id, at_ms, currency, earned_micros)
    values ($1, $2, $3, $4, $5, $6, $7)";
