//! A suggestion: the cheapest mix of licences and clip time for the next month, from what a buyer
//! says they do or from what they did in the last thirty days. Nothing is written.
//!
//! What licences cost is what the store's open offers usually cost: for each asset and tier the
//! most frequent price, since a suggestion is not about one track. A single stem is no music for a
//! video, and what is exclusive is about one track: neither is suggested. The pool is reckoned with as
//! soon as a store sells one; until then it is never suggested.

use std::collections::BTreeMap;

use domain::envelope::Credit;
use domain::offer::BUNDLE_PLANS;
use domain::suggest::{
    ClipPlan, ClipTime, Habit, LicenceChoice, OnSale, SuggestError, Suggestion, habits_of,
};
use domain::{AssetKind, LicenceId, Offer, PersonId, Tier, Timestamp, TrackId, UseReport};
use ledger::{Currency, Money};
use store::db::{Tx, Value};
use thiserror::Error;

use super::offers;
use crate::catalogue::{Reach, templates};
use crate::{App, Call, Fault, Refusal, Stop};

/// How far back uses are looked at, in ms: thirty days.
pub const LOOK_BACK_MS: i64 = 30 * domain::time::DAY_MS;
/// The most uses that are looked at, the latest first.
pub const USES_MAX: i64 = 5_000;

/// What is asked.
#[derive(Debug, Clone)]
pub enum Ask {
    /// From habits that the buyer states; their licences are filled in here.
    Habits(Vec<Habit>),
    /// From the uses counted lately.
    LastUses(Whose),
}

/// Whose uses.
#[derive(Debug, Clone)]
pub enum Whose {
    /// Those of one licence, for whoever holds it.
    Licence(LicenceId),
    /// Those of every licence that a person bought.
    Person(PersonId),
    /// Those that a program reported, by the name its reports are kept under.
    Reporter(String),
}

/// A suggestion, with what it was made from.
#[derive(Debug, Clone)]
pub struct Suggested {
    /// The habits, each with the licences on sale for it.
    pub habits: Vec<Habit>,
    /// How many uses they were read from; none where they were stated.
    pub uses: Option<usize>,
    /// The answer.
    pub suggestion: Suggestion,
    /// The currency of its amounts.
    pub currency: Currency,
}

/// Why nothing is suggested.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SuggestRefusal {
    /// Nothing was used lately.
    #[error("no use was counted in the last thirty days: say what you make instead")]
    NoUses,
    /// The question is out of bounds.
    #[error("{0}")]
    Bounds(SuggestError),
}

impl Refusal for SuggestRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoUses => "no_recent_uses",
            Self::Bounds(SuggestError::TooMuch | SuggestError::OnSale) => "too_much_at_once",
            Self::Bounds(_) => "bad_habit",
        }
    }

    fn field(&self) -> Option<String> {
        let of = |place: &usize, member: &str| Some(format!("habits.{place}.{member}"));
        match self {
            Self::Bounds(SuggestError::Videos(place)) => of(place, "videos"),
            Self::Bounds(SuggestError::Tracks(place)) => of(place, "tracks"),
            Self::Bounds(SuggestError::Clip(place)) => of(place, "use.clip_ms"),
            Self::Bounds(_) => Some("habits".into()),
            Self::NoUses => None,
        }
    }
}

/// Suggests.
///
/// # Errors
/// [`SuggestRefusal`].
pub async fn suggest(app: &App, call: &Call, ask: &Ask) -> Result<Suggested, Stop<SuggestRefusal>> {
    let mut tx = app.read().await?;
    let (mut habits, uses, held_ms) = match ask {
        Ask::Habits(habits) => (habits.clone(), None, 0),
        Ask::LastUses(whose) => {
            let uses = last_uses(&mut tx, whose, call.now).await?;
            if uses.is_empty() {
                return Err(Stop::Refused(SuggestRefusal::NoUses));
            }
            let held = held_ms(&mut tx, whose, call.now).await?;
            (habits_of(&uses), Some(uses.len()), held)
        }
    };
    let currency = Currency::USD;
    let offers = usual_offers(&mut tx, currency).await?;
    for habit in &mut habits {
        habit.each.published_at.get_or_insert(call.now);
        habit.licences = licences(app, call.now, &offers, habit)?;
    }
    let on_sale = OnSale {
        clip_time: Some(clip_time(app, call.now, held_ms)?),
        pool: None,
    };
    drop(tx);
    // A large question takes some hundred milliseconds, which others shouldn't wait for.
    let reckon = move || {
        let suggestion = domain::suggest::suggest(&habits, &on_sale, currency);
        (habits, suggestion)
    };
    let (habits, suggestion) = tokio::task::spawn_blocking(reckon)
        .await
        .map_err(Fault::while_("reckoning a suggestion"))?;
    let suggestion = suggestion.map_err(|error| Stop::Refused(SuggestRefusal::Bounds(error)))?;
    Ok(Suggested {
        habits,
        uses,
        suggestion,
        currency,
    })
}

/// The licences on sale that cover a video of the habit, or all of them where none does, so that
/// the answer can say why.
fn licences(
    app: &App,
    now: Timestamp,
    offers: &[Offer],
    habit: &Habit,
) -> Result<Vec<LicenceChoice>, Fault> {
    let pricing = super::quote::pricing(app);
    let answer = domain::quote(offers, &habit.each, &pricing, now)
        .map_err(Fault::while_("pricing an offer"))?;
    let choice = |offer: &Offer, price: Money, envelope| LicenceChoice {
        name: format!("{}, {} tier", offer.asset.label(), offer.tier.label()),
        price_micros: price.micros(),
        envelope,
    };
    if answer.covering.is_empty() {
        let lacking = answer.not_covering.iter().map(|one| one.offer);
        let all = lacking.map(|one| choice(one, one.price, one.envelope_at(now).into_owned()));
        return Ok(all.collect());
    }
    let covering = answer.covering.iter();
    let covering = covering.map(|one| choice(one.offer, one.price.total, one.envelope()));
    Ok(covering.collect())
}

fn clip_time(app: &App, now: Timestamp, held_ms: i64) -> Result<ClipTime, Fault> {
    let plans = app.settings.bundles.iter().map(|plan| {
        let price = plan.price().map_err(Fault::while_("pricing a bundle"))?;
        let (_, total) = domain::sale::tax_on(price, app.settings.rates.tax)
            .map_err(Fault::while_("taxing a bundle"))?;
        Ok(ClipPlan {
            code: plan.code.to_owned(),
            price_micros: total.micros(),
            total_ms: plan.total_ms,
        })
    });
    Ok(ClipTime {
        plans: plans.collect::<Result<_, Fault>>()?,
        envelope: BUNDLE_PLANS[0].envelope(Credit::NotRequired, now),
        held_ms,
    })
}

/// One offer for each asset and tier of the store, at the price most tracks have; the lower where
/// two are as frequent. What tiers single composers have of their own is not usual. The cheapest
/// come first, and no more than a suggestion weighs.
async fn usual_offers(tx: &mut Tx, currency: Currency) -> Result<Vec<Offer>, Fault> {
    let mut tiers = templates::shipped_ones();
    templates::own(tx, Reach::Store, &mut tiers).await?;
    let mut usual: BTreeMap<(AssetKind, Tier), (i64, Offer)> = BTreeMap::new();
    for row in tx.all(USUAL, &[currency.code().into()]).await? {
        let track = TrackId::from_bytes(row.id("track_id")?);
        let (tracks, offer) = (row.int("tracks")?, offers::offer(&row, track)?);
        if offer.rule.exclusive_months.is_some() || !tiers.contains_key(&offer.tier) {
            continue;
        }
        let known = usual.get(&(offer.asset, offer.tier));
        let better = |(more, other): &(i64, Offer)| {
            (tracks, -offer.price.micros()) > (*more, -other.price.micros())
        };
        if known.is_none_or(better) {
            usual.insert((offer.asset, offer.tier), (tracks, offer));
        }
    }
    let mut usual: Vec<_> = usual.into_values().map(|(_, offer)| offer).collect();
    usual.sort_by_key(|offer| offer.price.micros());
    usual.truncate(domain::suggest::LICENCES_MAX);
    Ok(usual)
}

async fn last_uses(
    tx: &mut Tx,
    whose: &Whose,
    now: Timestamp,
) -> Result<Vec<(TrackId, UseReport)>, Fault> {
    let (by, name) = whose.sql();
    let sql = format!("{USES}{by}{LATEST}");
    let since = now.plus_ms(-LOOK_BACK_MS);
    let rows = tx
        .all(&sql, &[name, since.0.into(), USES_MAX.into()])
        .await?;
    rows.iter()
        .map(|row| {
            let report = serde_json::from_str(&row.text("report")?)
                .map_err(Fault::while_("reading a reported use"))?;
            Ok((TrackId::from_bytes(row.id("track_id")?), report))
        })
        .collect()
}

/// Clip time that is held and lasts the next month.
async fn held_ms(tx: &mut Tx, whose: &Whose, now: Timestamp) -> Result<i64, Fault> {
    let by = match whose {
        Whose::Licence(_) => BY_LICENCE,
        Whose::Person(_) => BY_PERSON,
        // A program reports for many; what each of them holds isn't its to draw on.
        Whose::Reporter(_) => return Ok(0),
    };
    let until = now.plus_ms(LOOK_BACK_MS);
    let values = [whose.sql().1, until.0.into()];
    Ok(tx
        .one(&format!("{HELD}{by}"), &values)
        .await?
        .int("held_ms")?)
}

impl Whose {
    /// The condition that finds their uses, and its value.
    fn sql(&self) -> (&'static str, Value) {
        match self {
            Self::Licence(id) => (BY_LICENCE, id.bytes().into()),
            Self::Person(id) => (BY_PERSON, id.bytes().into()),
            Self::Reporter(name) => (BY_REPORTER, name.as_str().into()),
        }
    }
}

const USUAL: &str = "
    select id, track_id, asset_kind, tier, price_micros, currency, envelope, rule, tracks
      from (select id, track_id, asset_kind, tier, price_micros, currency, envelope, rule,
                   count(*) over (partition by asset_kind, tier, price_micros) as tracks,
                   row_number() over (partition by asset_kind, tier, price_micros
                                      order by id) as nth
              from offers
             where closed_ms is null and currency = $1 and asset_kind <> 'stem'
               and price_micros > 0) as priced
     where nth = 1";

const USES: &str = "
    select u.report, u.track_id
      from uses u join licences l on l.id = u.licence_id
     where u.received_ms > $2 and u.report is not null";

const LATEST: &str = "
     order by u.received_ms desc, u.id desc limit $3";

const HELD: &str = "
    select cast(coalesce(sum(b.total_ms - b.consumed_ms - b.gone_ms), 0) as bigint) as held_ms
      from bundles b join licences l on l.id = b.licence_id
     where b.expires_ms > $2 and l.status = 'valid'";

const BY_LICENCE: &str = " and l.id = $1";

const BY_PERSON: &str = " and l.buyer_id = $1";

const BY_REPORTER: &str = " and u.reporter = $1";
