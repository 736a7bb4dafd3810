//! What would cover a use that has happened already: the cheapest thing on sale with which the use
//! counts when its event is sent again.
//!
//! A licence of the track does, where its window doesn't begin with the sale; the event then names
//! its code. Where nothing lacks but clip time, a plan does that is drawn on together with the
//! licence's own: the event is sent as it was. What begins with its sale is never offered: it
//! covers nothing that was published before.

use domain::envelope::Videos;
use domain::suggest::habits_of;
use domain::usage::UseRefusal;
use domain::{AssetKind, Envelope, IntendedUse, LicenceId, Timestamp, TrackId, UseReport, covers};
use ledger::Currency;
use licence_key::Code;
use store::db::Tx;

use super::quote_plans::bundle;
use super::{QuotedOption, clear, offers};
use crate::deals::{Circumstances, Terms};
use crate::{App, Call, Fault, Stop};

/// A use that isn't covered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case<'a> {
    /// The licence that it was reported under.
    pub(crate) licence: LicenceId,
    /// The track used.
    pub(crate) track: TrackId,
    /// As it was reported.
    pub(crate) report: &'a UseReport,
    /// Every reason why it isn't covered.
    pub(crate) reasons: &'a [UseRefusal],
}

/// What covers a use that has happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    /// What to buy.
    pub option: QuotedOption,
    /// The track.
    pub track: TrackId,
    /// The use, as a quote asks about it.
    pub wanted: IntendedUse,
    /// What the use would be judged by: the envelope of the licence that is bought, or of the one
    /// whose clip time is topped up.
    pub envelope: Envelope,
    /// The licence whose clip time it tops up, where it does.
    pub tops_up: Option<ToppedUp>,
}

/// A licence whose clip time would be topped up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToppedUp {
    /// Its code.
    pub code: Code,
    /// Is the purchase to name it (`top_up`)? Otherwise its buyer buys signed in.
    pub named: bool,
}

impl Case<'_> {
    /// The use as a question to what is on sale: as demanding as the report says, and where it
    /// doesn't say how large the channel is, as demanding as can be.
    pub(crate) fn wanted(&self) -> IntendedUse {
        let habits = habits_of(&[(self.track, self.report.clone())]);
        let each = habits.into_iter().next().map(|habit| habit.each);
        IntendedUse {
            clip_ms: u32::try_from(self.report.clip_ms).unwrap_or(u32::MAX),
            published_at: Some(self.report.published_at),
            ..each.unwrap_or_default()
        }
    }

    /// The clip time that is missing, in ms, where nothing else is.
    pub(crate) fn missing_ms(&self) -> Option<i64> {
        let missing = |reason: &UseRefusal| match reason {
            UseRefusal::NotEnoughTime { missing_ms, .. } => Some(*missing_ms),
            UseRefusal::AllowanceUsedUp { .. } | UseRefusal::TrackCapReached { .. } => Some(0),
            _ => None,
        };
        let each: Option<Vec<i64>> = self.reasons.iter().map(missing).collect();
        each?.into_iter().max()
    }
}

/// The cheapest offer for a use; none where nothing on sale covers it.
///
/// # Errors
/// [`Fault`] of the database, or of a price that can't be computed with.
pub(crate) async fn cheapest(
    app: &App,
    tx: &mut Tx,
    call: &Call,
    case: Case<'_>,
) -> Result<Option<Offered>, Fault> {
    let usual = Circumstances::default();
    let terms = match Terms::find(app, tx, &usual, Some(case.track), call.now).await {
        Ok(terms) => terms,
        Err(Stop::Refused(_)) => return Ok(None),
        Err(Stop::Fault(fault)) => return Err(fault),
    };
    let mut found = licences(tx, call.now, &terms, case).await?;
    found.extend(top_ups(app, tx, call, &terms, case).await?);
    // Of equal prices the first: the narrowest tier.
    Ok(found.into_iter().min_by_key(|one| one.option.total_micros))
}

/// Licences of the track that cover it, the cheapest first.
async fn licences(
    tx: &mut Tx,
    now: Timestamp,
    terms: &Terms,
    case: Case<'_>,
) -> Result<Vec<Offered>, Fault> {
    if clear::bar_sale(tx, case.track, now).await?.is_some() {
        return Ok(Vec::new());
    }
    let wanted = case.wanted();
    let mut all = offers::open(tx, case.track).await?;
    // A stem alone is no music for a video, and nobody is talked into keeping others out.
    all.retain(|offer| offer.asset != AssetKind::Stem && offer.rule.exclusive_months.is_none());
    terms.price_all(&mut all)?;
    let answer = domain::quote(&all, &wanted, &terms.pricing(), now)
        .map_err(Fault::while_("pricing an offer"))?;
    let sold = answer.covering.iter();
    let sold = sold.filter(|one| terms.sells(one.price.before_tax));
    let options = sold.map(|one| QuotedOption::of(one, None, terms));
    Ok(options
        .filter(|option| counts_later(&option.envelope, &wanted, now))
        .map(|option| Offered {
            track: case.track,
            wanted: wanted.clone(),
            envelope: option.envelope.clone(),
            tops_up: None,
            option,
        })
        .collect())
}

/// Does an envelope cover a use however long after `now` it is sold?
fn counts_later(envelope: &Envelope, wanted: &IntendedUse, now: Timestamp) -> bool {
    let window = envelope.publish_window;
    window.from.is_none_or(|from| from < now) && covers(envelope, wanted).is_ok()
}

/// Plans of clip time that would pay for it under the licence it was reported under.
async fn top_ups(
    app: &App,
    tx: &mut Tx,
    call: &Call,
    terms: &Terms,
    case: Case<'_>,
) -> Result<Vec<Offered>, Fault> {
    let Some(missing_ms) = case.missing_ms() else {
        return Ok(Vec::new());
    };
    let Some(row) = tx.optional(LICENCE, &[case.licence.bytes().into()]).await? else {
        return Ok(Vec::new());
    };
    let named = row.opt_bytes("family")?.is_some();
    // A subscription's buyer is known by signing in; a guest's or a program's isn't.
    let currency = Currency::from_code(&row.text("currency")?)
        .map_err(Fault::while_("reading a licence's currency"))?;
    let envelope: Envelope = serde_json::from_str(&row.text("envelope")?)
        .map_err(Fault::while_("reading a licence's envelope"))?;
    let wanted = case.wanted();
    let reachable = named || row.opt_bytes("person")?.is_some();
    if !reachable || covers(&envelope, &wanted).is_err() {
        return Ok(Vec::new());
    }
    let code = row.text("code")?.parse();
    let code: Code = code.map_err(Fault::while_("reading a licence's code"))?;
    let mut found = Vec::new();
    for plan in &app.settings.bundles {
        let draws = plan.would_draw(wanted.clip_ms, Videos::Count(1));
        let mut option = bundle(call, plan, terms)?;
        let fits = draws.is_some() && missing_ms <= plan.total_ms;
        if !fits || option.currency != currency.code() {
            continue;
        }
        option.draws_ms = draws;
        found.push(Offered {
            option,
            track: case.track,
            wanted: wanted.clone(),
            envelope: envelope.clone(),
            tops_up: Some(ToppedUp { code, named }),
        });
    }
    Ok(found)
}

const LICENCE: &str = "
    select l.code, l.envelope, l.currency, b.family, p.id as person
      from licences l
      left join bundles b on b.licence_id = l.id
      left join people p on p.id = l.buyer_id
     where l.id = $1";
