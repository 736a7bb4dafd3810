//! A payee's report: balance, uses, seconds and money, by track and by hour, all of one
//! snapshot, so that no figure contradicts another.

use domain::{Account, PayeeId, Timestamp, TrackId};
use ledger::{Currency, Money};
use store::db::Tx;
use thiserror::Error;

use crate::{App, Call, Fault, Refusal, Stop};

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A payee's figures.
#[derive(Debug, Clone)]
pub struct Earnings {
    /// The payee.
    pub payee: PayeeId,
    /// Their name.
    pub name: String,
    /// When these figures were read.
    pub as_of: Timestamp,
    /// What they have earned and not been paid, in the store's own currency.
    pub balance: Money,
    /// The same in every currency that something was earned in, by code.
    pub balances: Vec<Money>,
    /// Uses of their tracks since midnight UTC.
    pub uses_today: i64,
    /// Uses of their tracks in all.
    pub uses_total: i64,
    /// Music in those, in ms.
    pub clip_ms_total: i64,
    /// Clip time billed for those, in ms; uses under a tiered licence bill none.
    pub billed_ms_total: i64,
    /// What they earned by sales of licences.
    pub by_sales: Money,
    /// What they earned by uses.
    pub by_uses: Money,
    /// Their tracks, the highest-earning first.
    pub tracks: Vec<TrackEarnings>,
    /// Uses in each of the last 24 hours, oldest first: the hour's start and the count.
    pub hours: Vec<(Timestamp, i64)>,
}

/// One track's figures for one payee.
#[derive(Debug, Clone)]
pub struct TrackEarnings {
    /// The track.
    pub track: TrackId,
    /// Its word in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// How often it was used.
    pub uses: i64,
    /// Music in those, in ms.
    pub clip_ms: i64,
    /// Clip time billed for those, in ms.
    pub billed_ms: i64,
    /// Licences of it sold.
    pub sales: i64,
    /// What this payee earned by it, sales and uses.
    pub earned: Money,
}

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EarningsRefusal {
    /// No such payee.
    #[error("there is no payee {0}")]
    Unknown(PayeeId),
}

impl Refusal for EarningsRefusal {
    fn code(&self) -> &'static str {
        "unknown_payee"
    }

    fn field(&self) -> Option<String> {
        Some("payee".into())
    }
}

/// A payee's report in one currency, as it stands.
///
/// # Errors
/// [`EarningsRefusal::Unknown`].
pub async fn earnings(
    app: &App,
    call: &Call,
    payee: PayeeId,
) -> Result<Earnings, Stop<EarningsRefusal>> {
    let currency = app.settings.currency;
    let mut tx = app.read().await?;
    let row = tx.optional(NAME, &[payee.bytes().into()]).await?;
    let name = row
        .ok_or(Stop::Refused(EarningsRefusal::Unknown(payee)))?
        .text("name")?;
    let tracks = tracks(&mut tx, payee, currency).await?;
    let account = Account::Payee(payee).id();
    let values = [account.as_str().into(), currency.code().into()];
    let balance = match tx.optional(BALANCE, &values).await? {
        Some(row) => row.int("amount_micros")?,
        None => 0,
    };
    let midnight = call.now.0 - call.now.0.rem_euclid(DAY_MS);
    let today = tx
        .one(
            USES_SINCE,
            &[payee.bytes().into(), (midnight / HOUR_MS).into()],
        )
        .await?;
    let money = |micros| Money::new(micros, currency);
    Ok(Earnings {
        payee,
        name,
        as_of: call.now,
        balance: money(balance),
        balances: balances(&mut tx, account.as_str()).await?,
        uses_today: today.int("uses")?,
        uses_total: tracks.iter().map(|track| track.uses).sum(),
        clip_ms_total: tracks.iter().map(|track| track.clip_ms).sum(),
        billed_ms_total: tracks.iter().map(|track| track.billed_ms).sum(),
        by_sales: money(earned(&mut tx, payee, "sale", currency).await?),
        by_uses: money(earned(&mut tx, payee, "use", currency).await?),
        hours: hours(&mut tx, call, payee).await?,
        tracks,
    })
}

/// The payee of a name, for reports about somebody else.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn payees(app: &App) -> Result<Vec<(PayeeId, String)>, Fault> {
    let mut tx = app.read().await?;
    let sql = tx.spelt(PAYEES);
    let rows = tx.all(&sql, &[]).await?;
    rows.iter()
        .map(|row| Ok((PayeeId::from_bytes(row.id("id")?), row.text("name")?)))
        .collect()
}

async fn balances(tx: &mut Tx, account: &str) -> Result<Vec<Money>, Fault> {
    let rows = tx.all(BALANCES, &[account.into()]).await?;
    rows.iter()
        .map(|row| {
            let currency = Currency::from_code(&row.text("currency")?)
                .map_err(Fault::while_("reading a balance's currency"))?;
            Ok(Money::new(row.int("amount_micros")?, currency))
        })
        .collect()
}

async fn earned(
    tx: &mut Tx,
    payee: PayeeId,
    source: &str,
    currency: Currency,
) -> Result<i64, Fault> {
    let values = [payee.bytes().into(), source.into(), currency.code().into()];
    Ok(tx.one(EARNED, &values).await?.int("sum")?)
}

async fn tracks(
    tx: &mut Tx,
    payee: PayeeId,
    currency: Currency,
) -> Result<Vec<TrackEarnings>, Fault> {
    let mut out = Vec::new();
    for row in tx
        .all(TRACKS, &[payee.bytes().into(), currency.code().into()])
        .await?
    {
        out.push(TrackEarnings {
            track: TrackId::from_bytes(row.id("id")?),
            slug: row.text("slug")?,
            title: row.text("title")?,
            uses: row.int("uses")?,
            clip_ms: row.int("clip_ms")?,
            billed_ms: row.int("billed_ms")?,
            sales: row.int("sales")?,
            earned: Money::new(row.int("earned")?, currency),
        });
    }
    out.sort_by(|a, b| {
        b.earned
            .micros()
            .cmp(&a.earned.micros())
            .then(a.title.cmp(&b.title))
    });
    Ok(out)
}

async fn hours(tx: &mut Tx, call: &Call, payee: PayeeId) -> Result<Vec<(Timestamp, i64)>, Fault> {
    let this_hour = call.now.0 - call.now.0.rem_euclid(HOUR_MS);
    let first = this_hour - 23 * HOUR_MS;
    let mut counts = std::collections::BTreeMap::new();
    for row in tx
        .all(HOURS, &[payee.bytes().into(), (first / HOUR_MS).into()])
        .await?
    {
        counts.insert(row.int("hour")? * HOUR_MS, row.int("uses")?);
    }
    let hour = |n: i64| first + n * HOUR_MS;
    Ok((0..24)
        .map(|n| {
            (
                Timestamp(hour(n)),
                counts.get(&hour(n)).copied().unwrap_or(0),
            )
        })
        .collect())
}

const NAME: &str = "select name from payees where id = $1";

const PAYEES: &str = "select id, name from payees order by name {bytewise}";

const BALANCES: &str =
    "select currency, amount_micros from balances where account = $1 order by currency";

const BALANCE: &str = "select amount_micros from balances where account = $1 and currency = $2";

const EARNED: &str = "
    select cast(coalesce(sum(micros), 0) as bigint) as sum from payee_sums
     where payee_id = $1 and kind = $2 and currency = $3";

const USES_SINCE: &str = "
    select cast(coalesce(sum(h.uses), 0) as bigint) as uses from track_hours h
     where h.hour >= $2
       and exists (select 1 from split_sheets s join split_shares p on p.sheet_id = s.id
                    where s.track_id = h.track_id and p.payee_id = $1)";

const HOURS: &str = "
    select h.hour, cast(sum(h.uses) as bigint) as uses from track_hours h
     where h.hour >= $2
       and exists (select 1 from split_sheets s join split_shares p on p.sheet_id = s.id
                    where s.track_id = h.track_id and p.payee_id = $1)
     group by h.hour";

const TRACKS: &str = "
    select t.id, t.slug, t.title, coalesce(u.uses, 0) as uses, coalesce(u.clip_ms, 0) as clip_ms,
           coalesce(u.billed_ms, 0) as billed_ms,
           (select count(*) from licences l where l.track_id = t.id) as sales,
           (select cast(coalesce(sum(e.micros), 0) as bigint)
              from payee_sums e join split_sheets s on s.id = e.sheet_id
             where s.track_id = t.id and e.payee_id = $1 and e.currency = $2) as earned
      from tracks t left join track_sums u on u.track_id = t.id
     where exists (select 1 from split_sheets s join split_shares p on p.sheet_id = s.id
                    where s.track_id = t.id and p.payee_id = $1)";
