//! Promotion codes: made and closed by the operator, found by a quote, counted by a sale.
//!
//! A code's uses are counted in the sale's own transaction, under the row's lock: there are never
//! more of them than it has, however many buy at once.

use domain::promo::{Discount, Promo, PromoTerms};
use domain::{LicenceId, Tier, Timestamp, TrackId};
use ledger::{Currency, Money};
use store::db::{Row, Tx};

use super::{DealRefusal, TermsRefusal, bad, is_word, operator};
use crate::catalogue::show::resolve;
use crate::offers::Hand;
use crate::{App, Call, Fault, Stop};

/// A code with its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The word, in capitals.
    pub code: String,
    /// What it takes off, from when, until when, how often.
    pub promo: Promo,
    /// The one tier it is for.
    pub tier: Option<Tier>,
    /// The one track it is for.
    pub track: Option<TrackId>,
    /// How often it was used.
    pub used: u32,
    /// When the operator closed it.
    pub closed: Option<Timestamp>,
}

/// A code as the operator wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The word; small letters become capitals.
    pub code: String,
    /// What it takes off.
    pub discount: Discount,
    /// From when it counts; now where not said.
    pub from: Option<Timestamp>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// How often in all.
    pub limit: Option<u32>,
    /// The one tier it is for.
    pub tier: Option<Tier>,
    /// The one track it is for, by id or slug.
    pub track: Option<String>,
}

/// Makes a code.
///
/// # Errors
/// [`DealRefusal`]: not the operator, no word, nothing taken off, an end before its beginning, an
/// unknown track, a word that is taken.
pub async fn make(
    app: &App,
    call: &Call,
    hand: Hand<'_>,
    wanted: &Wanted,
) -> Result<Code, Stop<DealRefusal>> {
    operator(hand)?;
    let code = spelt(&wanted.code);
    if !is_word(&code) {
        return bad("code", "a code is 2 to 32 letters, digits and hyphens");
    }
    let sound = match wanted.discount {
        Discount::Percent { bp } => (1..=10_000).contains(&bp),
        Discount::Fixed(off) => off.micros() > 0,
    };
    if !sound || wanted.limit == Some(0) {
        return bad(
            "off",
            "a code takes off up to 100 %, or an amount, at least once",
        );
    }
    let from = wanted.from.unwrap_or(call.now);
    if wanted.until.is_some_and(|until| until <= from) {
        return bad("until", "a code ends after it begins");
    }
    let mut tx = app.db.write().await?;
    let track = match &wanted.track {
        None => None,
        Some(name) => match resolve(&mut tx, name).await {
            Ok(id) => Some(id),
            Err(Stop::Refused(refusal)) => return bad("track", refusal.to_string()),
            Err(Stop::Fault(fault)) => return Err(fault.into()),
        },
    };
    let promo = Promo {
        discount: wanted.discount,
        from,
        until: wanted.until,
        limit: wanted.limit,
    };
    let made = Code {
        code,
        promo,
        tier: wanted.tier,
        track,
        used: 0,
        closed: None,
    };
    if !insert(&mut tx, call, hand, &made).await? {
        return Err(Stop::Refused(DealRefusal::Taken(made.code)));
    }
    tx.commit().await?;
    Ok(made)
}

/// Closes a code. Quotes given with it can still be bought, for as long as they stand.
///
/// # Errors
/// [`DealRefusal`]: not the operator, no such code.
pub async fn close(
    app: &App,
    call: &Call,
    hand: Hand<'_>,
    code: &str,
) -> Result<(), Stop<DealRefusal>> {
    operator(hand)?;
    let mut tx = app.db.write().await?;
    let values = [spelt(code).into(), call.now.0.into()];
    if tx.optional(CLOSE, &values).await?.is_none() {
        let code = code.chars().take(40).collect();
        return Err(Stop::Refused(DealRefusal::Unknown(code)));
    }
    Ok(tx.commit().await?)
}

/// Every code.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn list(app: &App) -> Result<Vec<Code>, Fault> {
    let mut tx = app.db.read().await?;
    let sql = tx.spelt(&format!("{SELECT} order by code {{bytewise}}"));
    let rows = tx.all(&sql, &[]).await?;
    rows.iter().map(read).collect()
}

/// The code of a word, where it may be used now on this track and in this currency.
pub(super) async fn find(
    tx: &mut Tx,
    word: &str,
    track: TrackId,
    currency: Currency,
    now: Timestamp,
) -> Result<(String, PromoTerms), Stop<TermsRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    let code = spelt(word);
    let by_code = format!("{SELECT} where code = $1");
    let Some(row) = tx.optional(&by_code, &[code.as_str().into()]).await? else {
        let word = word.chars().take(40).collect();
        return refused(TermsRefusal::UnknownPromo(word));
    };
    let found = read(&row)?;
    if found.closed.is_some() {
        return refused(TermsRefusal::PromoClosed(code));
    }
    if let Err(refusal) = found.promo.apply(Money::zero(currency), found.used, now) {
        return refused(TermsRefusal::Promo(refusal));
    }
    if found.track.is_some_and(|only| only != track) {
        return refused(TermsRefusal::PromoElsewhere(code));
    }
    let terms = PromoTerms {
        discount: found.promo.discount,
        tier: found.tier,
    };
    Ok((code, terms))
}

/// Counts one use of a code by a licence; `false` where there is none left, and nothing changes.
pub(crate) async fn redeem(
    tx: &mut Tx,
    call: &Call,
    code: &str,
    licence: LicenceId,
    off_micros: i64,
) -> Result<bool, Fault> {
    if tx.optional(COUNT, &[code.into()]).await?.is_none() {
        return Ok(false);
    }
    let values = [
        licence.bytes().into(),
        code.into(),
        off_micros.into(),
        call.now.0.into(),
    ];
    tx.run(USE, &values).await?;
    Ok(true)
}

fn spelt(word: &str) -> String {
    word.trim().to_ascii_uppercase()
}

async fn insert(tx: &mut Tx, call: &Call, hand: Hand<'_>, code: &Code) -> Result<bool, Fault> {
    let (bp, off) = match code.promo.discount {
        Discount::Percent { bp } => (Some(i64::from(bp)), None),
        Discount::Fixed(off) => (None, Some(off)),
    };
    let values = [
        code.code.as_str().into(),
        bp.into(),
        off.map(Money::micros).into(),
        off.map(|off| off.currency().code()).into(),
        code.tier.map(|tier| tier.code().to_owned()).into(),
        code.track.map(|id| id.bytes().to_vec()).into(),
        code.promo.from.0.into(),
        code.promo.until.map(|until| until.0).into(),
        code.promo.limit.map(i64::from).into(),
        hand.name().into(),
        call.now.0.into(),
    ];
    Ok(tx.optional(INSERT, &values).await?.is_some())
}

fn read(row: &Row) -> Result<Code, Fault> {
    let doing = "reading a promotion code";
    let count = |n: i64| u32::try_from(n).map_err(Fault::while_(doing));
    let discount = match row.opt_int("bp")? {
        Some(bp) => Discount::Percent { bp: count(bp)? },
        None => {
            let currency = row.opt_text("currency")?.unwrap_or_default();
            let currency = Currency::from_code(&currency).map_err(Fault::while_(doing))?;
            Discount::Fixed(Money::new(row.int("off_micros")?, currency))
        }
    };
    let tier = row.opt_text("tier")?.map(|tier| tier.parse()).transpose();
    Ok(Code {
        code: row.text("code")?,
        promo: Promo {
            discount,
            from: Timestamp(row.int("from_ms")?),
            until: row.opt_int("until_ms")?.map(Timestamp),
            limit: row.opt_int("uses_max")?.map(count).transpose()?,
        },
        tier: tier.map_err(Fault::while_(doing))?,
        track: match row.opt_bytes("track_id")? {
            Some(_) => Some(TrackId::from_bytes(row.id("track_id")?)),
            None => None,
        },
        used: count(row.int("used")?)?,
        closed: row.opt_int("closed_ms")?.map(Timestamp),
    })
}

const SELECT: &str = "
    select code, bp, off_micros, currency, tier, track_id, from_ms, until_ms, uses_max, used,
           closed_ms
      from promos";

const INSERT: &str = "
    insert into promos (code, bp, off_micros, currency, tier, track_id, from_ms, until_ms,
                        uses_max, made_by, made_ms, used)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)
    on conflict do nothing
 returning code";

const CLOSE: &str =
    "update promos set closed_ms = $2 where code = $1 and closed_ms is null returning code";

const COUNT: &str = "
    update promos set used = used + 1
     where code = $1 and (uses_max is null or used < uses_max)
 returning code";

const USE: &str =
    "insert into promo_uses (licence_id, code, off_micros, at_ms) values ($1, $2, $3, $4)";
