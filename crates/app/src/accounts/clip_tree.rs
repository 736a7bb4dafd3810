//! The clip time that one payment paid for: its bundle, and all that were given away out of it.
//! What of it was earned by which track, what nobody earned, and what tracks gave back since.

use domain::{Account, BundleId, RestRefundId, SplitSheetId, TrackId};
use store::db::{Row, Tx};

use super::audit::balance;
use super::paid::Paid;
use crate::Fault;

/// What a track has of a payment's clip time by one sheet, in micro-units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Earned {
    /// The track.
    pub(crate) track: TrackId,
    /// The sheet that shared it.
    pub(crate) sheet: SplitSheetId,
    /// By uses, and by what was left at expiry or a refund of the rest.
    pub(crate) micros: i64,
    /// What was taken back of that; not above zero.
    pub(crate) back: i64,
}

/// A bundle of the tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Branch {
    /// The bundle.
    pub(crate) id: BundleId,
    /// What it holds, gifts that wait included.
    pub(crate) held: i64,
    /// What refunds and disputes took of it.
    pub(crate) taken: i64,
}

/// The bundles of a payment, the one that was bought first, locked until the transaction ends:
/// nobody draws on them or takes a gift out of them.
pub(crate) async fn locked(tx: &mut Tx, paid: &Paid) -> Result<Vec<Branch>, Fault> {
    let lock = format!("{LOCK}{}", tx.for_update());
    // A gift that was being taken meanwhile is there the second time.
    tx.all(&lock, &[paid.id.bytes().into()]).await?;
    tx.all(&lock, &[paid.id.bytes().into()]).await?;
    let mut out = Vec::new();
    for row in tx.all(BUNDLES, &[paid.id.bytes().into()]).await? {
        let id = BundleId::from_bytes(row.id("id")?);
        let account = Account::BundleUnearned(id).id();
        let code = paid.money.currency().code();
        out.push(Branch {
            id,
            held: balance(tx, account.as_str(), code).await?,
            taken: row.int("taken_micros")?,
        });
    }
    Ok(out)
}

/// What each track has, by the sheets that shared it, always in one order.
pub(crate) async fn earned(tx: &mut Tx, paid: &Paid) -> Result<Vec<Earned>, Fault> {
    let rows = tx.all(EARNED, &[paid.id.bytes().into()]).await?;
    let mut out: Vec<Earned> = rows.iter().map(read).collect::<Result<_, Fault>>()?;
    for row in tx.all(BACK, &[paid.id.bytes().into()]).await? {
        let sheet = SplitSheetId::from_bytes(row.id("sheet_id")?);
        for one in out.iter_mut().filter(|one| one.sheet == sheet) {
            one.back = row.int("micros")?;
        }
    }
    Ok(out)
}

fn read(row: &Row) -> Result<Earned, Fault> {
    Ok(Earned {
        track: TrackId::from_bytes(row.id("track_id")?),
        sheet: SplitSheetId::from_bytes(row.id("sheet_id")?),
        micros: row.int("earned")?,
        back: 0,
    })
}

/// What of it expired unused and so belongs to nobody in particular: it can't be taken back.
pub(crate) async fn idle(tx: &mut Tx, paid: &Paid) -> Result<i64, Fault> {
    let mut sources = Vec::new();
    for row in tx.all(BUNDLES, &[paid.id.bytes().into()]).await? {
        sources.push(BundleId::from_bytes(row.id("id")?).to_string());
    }
    for row in tx.all(LATER, &[paid.id.bytes().into()]).await? {
        sources.push(BundleId::from_bytes(row.id("source_id")?).to_string());
    }
    for row in tx.all(RESTS, &[paid.id.bytes().into()]).await? {
        sources.push(RestRefundId::from_bytes(row.id("id")?).to_string());
    }
    let mut sum = 0_i64;
    for source in &sources {
        sum = sum.saturating_add(tx.one(IDLE, &[source.into()]).await?.int("micros")?);
    }
    Ok(sum)
}

/// How often its rest was paid back.
pub(crate) async fn rests(tx: &mut Tx, paid: &Paid) -> Result<i64, Fault> {
    let rows = tx.all(RESTS, &[paid.id.bytes().into()]).await?;
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
}

const LOCK: &str = "
    select id from bundles
     where licence_id in (select l.id from licences l where l.payment_id = $1)
     order by expires_ms, id";

const BUNDLES: &str = "
    select b.id, b.taken_micros from bundles b join licences l on l.id = b.licence_id
     where l.payment_id = $1
     order by case when b.gift_id is null then 0 else 1 end, b.id";

/// What expired once more, after it had been taken and given again: each under an id of its own.
const LATER: &str = "
    select c.source_id
      from bundle_cuts c
      join bundles b on b.id = c.bundle_id
      join licences l on l.id = b.licence_id
     where l.payment_id = $1 and c.kind = 'expiry' and c.source_id <> b.id
     order by c.bundle_id, c.line";

const RESTS: &str = "select id from rest_refunds where payment_id = $1 order by id";

const IDLE: &str = "
    select cast(coalesce(sum(p.amount_micros), 0) as bigint) as micros
      from journals j join postings p on p.journal_id = j.id
     where j.kind = 'expiry' and j.source = $1 and p.account = 'idle'";

const EARNED: &str = "
    select h.track_id, s.sheet_id, cast(sum(s.micros) as bigint) as earned
      from (select d.earned_micros as micros,
                   (select e.sheet_id from payee_lines e
                     where e.kind = 'use' and e.source_id = d.use_id limit 1) as sheet_id
              from use_draws d
              join bundles b on b.id = d.bundle_id
              join licences l on l.id = b.licence_id
             where l.payment_id = $1 and d.earned_micros > 0
             union all
            select max(e.event_micros) as micros, e.sheet_id
              from payee_lines e
             where e.kind = 'expiry'
               and e.source_id in (select b.id from bundles b
                                     join licences l on l.id = b.licence_id
                                    where l.payment_id = $1
                                    union all
                                   select c.source_id
                                     from bundle_cuts c
                                     join bundles b on b.id = c.bundle_id
                                     join licences l on l.id = b.licence_id
                                    where l.payment_id = $1 and c.kind = 'expiry'
                                      and c.source_id <> b.id
                                    union all
                                   select r.id from rest_refunds r where r.payment_id = $1)
             group by e.source_id, e.sheet_id) s
      join split_sheets h on h.id = s.sheet_id
     group by h.track_id, s.sheet_id
     order by h.track_id, s.sheet_id";

const BACK: &str = "
    select g.sheet_id, cast(sum(g.micros) as bigint) as micros
      from (select e.source_id, e.sheet_id, max(e.event_micros) as micros
              from payee_lines e join payment_steps s on s.id = e.source_id
             where e.kind = 'refund' and s.payment_id = $1
             group by e.source_id, e.sheet_id) g
     group by g.sheet_id";
