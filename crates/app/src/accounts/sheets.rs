//! Split sheets in the database: the one in force, and what it has shared so far.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use domain::{AssetKind, PayeeId, Shared, SplitSheet, SplitSheetId, Timestamp, TrackId};
use ledger::Currency;
use store::db::Tx;

use crate::Fault;

/// The sheet by which an event of a track is shared now: the kind's own, where there is one, else
/// the track's. The latest version whose instant has come counts.
pub(crate) async fn in_force(
    tx: &mut Tx,
    track: TrackId,
    kind: Option<AssetKind>,
    now: Timestamp,
) -> Result<SplitSheetId, Fault> {
    let kind = kind.map_or("", AssetKind::code);
    let values = [track.bytes().into(), kind.into(), now.0.into()];
    let row = tx.one(IN_FORCE, &values).await?;
    Ok(SplitSheetId::from_bytes(row.id("id")?))
}

/// A sheet, locked until the transaction ends: its cumulative amount is what the next share is
/// computed from.
pub(crate) async fn locked(
    tx: &mut Tx,
    id: SplitSheetId,
    currency: Currency,
) -> Result<SplitSheet, Fault> {
    let row = tx.one(VERSION, &[id.bytes().into()]).await?;
    let version = u32::try_from(row.int("version")?)
        .map_err(Fault::while_("reading a split sheet's version"))?;
    let values = [id.bytes().into(), currency.code().into()];
    tx.run(OPEN_PROGRESS, &values).await?;
    let lock = format!("{PROGRESS}{}", tx.for_update());
    let shared = tx.one(&lock, &values).await?.int("shared_micros")?;
    let shares = shares(tx, id).await?;
    SplitSheet::new(id, version, shares, shared).map_err(Fault::while_("reading a split sheet"))
}

/// The shares of sheets that were read.
pub(crate) type Shares = BTreeMap<SplitSheetId, Vec<(PayeeId, u32)>>;

/// How a sheet shared an amount after which it had shared `after` in all.
pub(crate) async fn shared_then(
    tx: &mut Tx,
    read: &mut Shares,
    id: SplitSheetId,
    (amount, after): (i64, i64),
) -> Result<Shared, Fault> {
    if let Entry::Vacant(place) = read.entry(id) {
        place.insert(shares(tx, id).await?);
    }
    let shares = read.get(&id).cloned().unwrap_or_default();
    let sheet = SplitSheet::new(id, 1, shares, after - amount)
        .map_err(Fault::while_("reading a split sheet"))?;
    sheet
        .share(amount)
        .map_err(Fault::while_("sharing by a split sheet"))
}

async fn shares(tx: &mut Tx, id: SplitSheetId) -> Result<Vec<(PayeeId, u32)>, Fault> {
    let mut shares = Vec::new();
    for row in tx.all(SHARES, &[id.bytes().into()]).await? {
        let ppm = u32::try_from(row.int("share_ppm")?)
            .map_err(Fault::while_("reading a split sheet's share"))?;
        shares.push((PayeeId::from_bytes(row.id("payee_id")?), ppm));
    }
    Ok(shares)
}

/// Those of a sheet's payees who are registered; the others earn into escrow, and aren't
/// registered by anybody else before the transaction ends.
pub(crate) async fn registered(tx: &mut Tx, id: SplitSheetId) -> Result<BTreeSet<PayeeId>, Fault> {
    let lock = format!("{UNREGISTERED}{}", tx.for_update());
    tx.all(&lock, &[id.bytes().into()]).await?;
    let rows = tx.all(REGISTERED, &[id.bytes().into()]).await?;
    rows.iter()
        .map(|row| Ok(PayeeId::from_bytes(row.id("payee_id")?)))
        .collect()
}

/// Keeps what a sheet has shared.
pub(crate) async fn advance(
    tx: &mut Tx,
    sheet: &SplitSheet,
    currency: Currency,
) -> Result<(), Fault> {
    let values = [
        sheet.id().bytes().into(),
        currency.code().into(),
        sheet.shared_micros().into(),
    ];
    tx.run(ADVANCE, &values).await?;
    Ok(())
}

const IN_FORCE: &str = "
    select id from split_sheets
     where track_id = $1 and (asset_kind is null or asset_kind = $2) and from_ms <= $3
     order by case when asset_kind is null then 1 else 0 end, version desc
     limit 1";

const VERSION: &str = "select version from split_sheets where id = $1";

const OPEN_PROGRESS: &str = "
    insert into split_progress (sheet_id, currency, shared_micros) values ($1, $2, 0)
    on conflict do nothing";

const PROGRESS: &str =
    "select shared_micros from split_progress where sheet_id = $1 and currency = $2";

const SHARES: &str =
    "select payee_id, share_ppm from split_shares where sheet_id = $1 order by payee_id";

const REGISTERED: &str = "
    select s.payee_id from split_shares s join payees p on p.id = s.payee_id
     where s.sheet_id = $1 and p.registered_ms is not null";

const UNREGISTERED: &str = "
    select id from payees
     where registered_ms is null and id in (select payee_id from split_shares where sheet_id = $1)
     order by id";

const ADVANCE: &str =
    "update split_progress set shared_micros = $3 where sheet_id = $1 and currency = $2";
