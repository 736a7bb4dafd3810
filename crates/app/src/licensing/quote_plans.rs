//! Quoting the plans that stand beside a track's offers: clip time, and subscriptions.

use domain::envelope::Credit;
use domain::offer::pool_envelope;
use domain::quote::QUOTE_VALID_MS;
use domain::{BundlePlan, IntendedUse, QuoteId, TrackId, covers};
use ledger::Money;
use store::db::Tx;

use super::QuotedOption;
use super::quote::{Quote, QuoteRefusal, terms};
use crate::deals::{Circumstances, Terms, TermsRefusal};
use crate::rotation;
use crate::subscriptions::plans::{self as pool_plans, PoolPlan};
use crate::{App, Call, Fault, Stop};

/// The plans of clip time that would pay for a use, each saying what it would draw.
pub(super) fn clip_time(
    app: &App,
    call: &Call,
    wanted: &IntendedUse,
    terms: &Terms,
) -> Result<Vec<QuotedOption>, Fault> {
    let mut wanted = wanted.clone();
    wanted.published_at.get_or_insert(call.now);
    let mut options = Vec::new();
    for plan in &app.settings.bundles {
        let Some(draws) = plan.would_draw(wanted.clip_ms, wanted.videos) else {
            continue;
        };
        let envelope = plan.envelope(Credit::NotRequired, call.now);
        if covers(&envelope, &wanted).is_ok() {
            let mut option = bundle(call, plan, terms)?;
            option.draws_ms = Some(draws);
            options.push(option);
        }
    }
    Ok(options)
}

/// A quote of one plan of clip time.
pub(super) async fn of_bundle(
    app: &App,
    call: &Call,
    id: QuoteId,
    code: &str,
    asked: &Circumstances,
) -> Result<Quote, Stop<QuoteRefusal>> {
    let Some(plan) = app.settings.bundle(code) else {
        return Err(Stop::Refused(QuoteRefusal::Plan(
            code.chars().take(40).collect(),
        )));
    };
    let mut tx = app.read().await?;
    let terms = terms(Terms::find(app, &mut tx, asked, None, call.now).await)?;
    Ok(Quote {
        id,
        track: None,
        options: vec![bundle(call, plan, &terms)?],
        not_covering: Vec::new(),
        expires_at: call.now.plus_ms(QUOTE_VALID_MS),
    })
}

pub(super) fn bundle(call: &Call, plan: &BundlePlan, terms: &Terms) -> Result<QuotedOption, Fault> {
    let price: Money = plan.price().map_err(Fault::while_("pricing a bundle"))?;
    let price = terms.priced(price)?;
    let (tax, total) =
        domain::sale::tax_on(price, terms.rates().tax).map_err(Fault::while_("taxing a bundle"))?;
    let envelope = plan.envelope(Credit::NotRequired, call.now);
    Ok(QuotedOption::clip_time(
        plan, envelope, price, tax, total, terms,
    ))
}

/// The subscriptions whose pool would pay for a use, where the track is in rotation.
pub(super) async fn pools(
    tx: &mut Tx,
    call: &Call,
    track: TrackId,
    (wanted, terms): (&IntendedUse, &Terms),
) -> Result<Vec<QuotedOption>, Fault> {
    let mut wanted = wanted.clone();
    let at = *wanted.published_at.get_or_insert(call.now);
    let envelope = pool_envelope(call.now);
    if covers(&envelope, &wanted).is_err() || !rotation::holds(tx, track, at).await? {
        return Ok(Vec::new());
    }
    let plans = pool_plans::all(tx).await?;
    let plans = plans.iter().filter(|plan| plan.on_sale);
    let priced = plans.filter_map(|plan| pool(call, plan, terms).transpose());
    priced.collect()
}

/// A quote of one subscription. It is sold in the store's own currency; codes are refused, and a
/// curator has no part of it.
pub(super) async fn of_pool(
    app: &App,
    call: &Call,
    id: QuoteId,
    code: &str,
    asked: &Circumstances,
) -> Result<Quote, Stop<QuoteRefusal>> {
    let mut tx = app.read().await?;
    let plan = pool_plans::read(&mut tx, code).await?;
    let Some(plan) = plan.filter(|plan| plan.on_sale) else {
        let code = code.chars().take(40).collect();
        return Err(Stop::Refused(QuoteRefusal::Pool(code)));
    };
    let own = app.settings.currency;
    if let Some(other) = asked.currency.filter(|asked| *asked != own) {
        let refusal = TermsRefusal::UnknownCurrency(other, own.code().to_owned());
        return Err(Stop::Refused(QuoteRefusal::Terms(refusal)));
    }
    let asked = Circumstances {
        via: None,
        ..asked.clone()
    };
    let terms = terms(Terms::find(app, &mut tx, &asked, None, call.now).await)?;
    let Some(option) = pool(call, &plan, &terms)? else {
        return Err(Stop::Refused(QuoteRefusal::PoolNotThere(plan.code)));
    };
    Ok(Quote {
        id,
        track: None,
        options: vec![option],
        not_covering: Vec::new(),
        expires_at: call.now.plus_ms(QUOTE_VALID_MS),
    })
}

/// The option of a plan; `None` where these terms leave less of its price than one guaranteed use.
fn pool(call: &Call, plan: &PoolPlan, terms: &Terms) -> Result<Option<QuotedOption>, Fault> {
    let Some(split) = plan.split(terms.rates())? else {
        return Ok(None);
    };
    let name = (plan.code.as_str(), plan.label.as_str());
    let envelope = pool_envelope(call.now);
    let money = (plan.terms.price(), split.tax, split.gross);
    Ok(Some(QuotedOption::pool(name, envelope, money, terms)))
}
