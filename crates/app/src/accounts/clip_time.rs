//! Bundles in the database: those a report may draw on, and cuts of what is left of one.

use domain::bundle_cut::{Cut, CutBundle};
use domain::{BundleId, GiftId, LicenceId, PaymentId, Timestamp};
use ledger::{Currency, Money};
use store::db::{Row, Tx};

use crate::{Call, Fault};

/// A bundle with what belongs to it.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) bundle: CutBundle,
    pub(crate) licence: LicenceId,
    pub(crate) payment: PaymentId,
    /// What was paid for it; its part of that, where it was a gift.
    pub(crate) price: Money,
    /// Its licence's word, such as `valid`.
    pub(crate) status: String,
    pub(crate) buyer: Option<Vec<u8>>,
    pub(crate) gift: Option<GiftId>,
    /// What refunds and disputes of its payment took of what it held: while it is any, nothing
    /// leaves it.
    pub(crate) taken: i64,
}

/// Why a bundle is cut, and by what.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Why {
    Gift(GiftId),
    Withdrawn(GiftId),
    Refund(domain::RestRefundId),
    /// The bundle itself, or an id of its own for what expired later.
    Expiry(BundleId),
}

impl Why {
    fn parts(&self) -> (&'static str, &[u8; 16]) {
        match self {
            Self::Gift(id) => ("gift", id.bytes()),
            Self::Withdrawn(id) => ("withdrawn", id.bytes()),
            Self::Refund(id) => ("refund", id.bytes()),
            Self::Expiry(id) => ("expiry", id.bytes()),
        }
    }
}

/// The bundles that a report under this licence draws on, locked until the transaction ends and
/// always in the same order: its own and those of its family in the same currency, as far as their
/// licences are in force. A subscription has none of its own: beyond its allowance it draws on those
/// of the account it was bought by.
pub(crate) async fn family(tx: &mut Tx, licence: LicenceId) -> Result<Vec<CutBundle>, Fault> {
    let lock = format!("{FAMILY}{}", tx.for_update());
    let rows = tx.all(&lock, &[licence.bytes().into()]).await?;
    rows.iter().map(figures).collect()
}

/// A bundle, locked until the transaction ends.
pub(crate) async fn locked(tx: &mut Tx, id: BundleId) -> Result<Option<Held>, Fault> {
    let lock = format!("{LOCK}{}", tx.for_update());
    if tx.optional(&lock, &[id.bytes().into()]).await?.is_none() {
        return Ok(None);
    }
    find(tx, id).await
}

/// A bundle, to look at.
pub(crate) async fn find(tx: &mut Tx, id: BundleId) -> Result<Option<Held>, Fault> {
    let row = tx.optional(HELD, &[id.bytes().into()]).await?;
    row.as_ref().map(read).transpose()
}

/// Writes a cut.
pub(crate) async fn cut(tx: &mut Tx, call: &Call, why: Why, cut: &Cut) -> Result<(), Fault> {
    let after = &cut.after;
    let values = [
        after.id.bytes().into(),
        after.gone_ms.into(),
        after.gone_micros.into(),
        after.base_ms.into(),
        after.base_micros.into(),
    ];
    tx.run(CUT, &values).await?;
    let (kind, source) = why.parts();
    let values = [
        after.id.bytes().into(),
        call.now.0.into(),
        kind.into(),
        source.into(),
        cut.ms.into(),
        cut.micros.into(),
    ];
    tx.run(NOTE, &values).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Held, Fault> {
    let currency = Currency::from_code(&row.text("currency")?)
        .map_err(Fault::while_("reading a bundle's currency"))?;
    let gift = match row.opt_bytes("gift_id")? {
        Some(_) => Some(GiftId::from_bytes(row.id("gift_id")?)),
        None => None,
    };
    Ok(Held {
        bundle: figures(row)?,
        licence: LicenceId::from_bytes(row.id("licence_id")?),
        payment: PaymentId::from_bytes(row.id("payment_id")?),
        price: Money::new(row.int("price_micros")?, currency),
        status: row.text("status")?,
        buyer: row.opt_bytes("buyer_id")?,
        gift,
        taken: row.int("taken_micros")?,
    })
}

/// The figures of a bundle's row.
pub(crate) fn figures(row: &Row) -> Result<CutBundle, Fault> {
    Ok(CutBundle {
        id: BundleId::from_bytes(row.id("id")?),
        sold_ms: row.int("total_ms")?,
        sold_micros: row.int("unearned_micros")?,
        consumed_ms: row.int("consumed_ms")?,
        gone_ms: row.int("gone_ms")?,
        gone_micros: row.int("gone_micros")?,
        base_ms: row.int("base_ms")?,
        base_micros: row.int("base_micros")?,
        expires_at: Timestamp(row.int("expires_ms")?),
    })
}

const FAMILY: &str = "
    select b.id, b.total_ms, b.unearned_micros, b.consumed_ms, b.gone_ms, b.gone_micros,
           b.base_ms, b.base_micros, b.expires_ms
      from bundles b
     where b.family = coalesce((select o.family from bundles o where o.licence_id = $1),
                               (select s.buyer_id from licences s
                                 where s.id = $1 and exists (select 1 from subscriptions p
                                                              where p.licence_id = s.id)))
       and b.currency = (select o.currency from licences o where o.id = $1)
       and b.taken_micros = 0
       and exists (select 1 from licences l where l.id = b.licence_id and l.status = 'valid')
     order by b.expires_ms, b.id";

const LOCK: &str = "select id from bundles where id = $1";

const HELD: &str = "
    select b.id, b.licence_id, b.price_micros, b.currency, b.total_ms, b.unearned_micros,
           b.consumed_ms, b.gone_ms, b.gone_micros, b.base_ms, b.base_micros, b.expires_ms,
           b.gift_id, b.taken_micros, l.payment_id, l.status, l.buyer_id
      from bundles b join licences l on l.id = b.licence_id
     where b.id = $1";

const CUT: &str = "
    update bundles set gone_ms = $2, gone_micros = $3, base_ms = $4, base_micros = $5
     where id = $1";

const NOTE: &str = "
    insert into bundle_cuts (bundle_id, line, at_ms, kind, source_id, ms, micros)
    select $1, coalesce(max(line), 0) + 1, $2, $3, $4, $5, $6
      from bundle_cuts where bundle_id = $1";
