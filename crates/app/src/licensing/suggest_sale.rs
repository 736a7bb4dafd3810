//! What a suggestion weighs: licences at what they usually cost, clip time, subscriptions; each at the
//! price it would be quoted at.
//!
//! What licences cost is what the store's open offers usually cost: for each asset and tier the
//! most frequent price, since a suggestion is not about one track; nothing, where most are free. A
//! single stem is no music for a video, and what is exclusive is about one track: neither is
//! suggested. A subscription serves on as many tracks as are in rotation, and is paid in the store's
//! own currency.

use std::collections::BTreeMap;

use domain::envelope::Credit;
use domain::offer::{BUNDLE_PLANS, pool_envelope};
use domain::suggest::{ClipPlan, ClipTime, Habit, LicenceChoice, Pool};
use domain::{AssetKind, Offer, Tier, Timestamp, TrackId};
use ledger::Money;
use store::db::Tx;

use super::offers;
use crate::catalogue::{Reach, templates};
use crate::deals::Terms;
use crate::subscriptions::plans;
use crate::{App, Fault, rotation};

/// The most subscriptions that are weighed, the cheapest first.
const POOLS_MAX: usize = 4;

/// The licences on sale that cover a video of the habit, or all of them where none does, so that
/// the answer can say why.
pub(super) fn licences(
    now: Timestamp,
    offers: &[Offer],
    terms: &Terms,
    habit: &Habit,
) -> Result<Vec<LicenceChoice>, Fault> {
    let answer = domain::quote(offers, &habit.each, &terms.pricing(), now)
        .map_err(Fault::while_("pricing an offer"))?;
    let choice = |offer: &Offer, price: Money, envelope| LicenceChoice {
        name: format!("{}, {} tier", offer.asset.label(), offer.tier.label()),
        price_micros: price.micros(),
        envelope,
    };
    // A price that tax and fee would eat can't be charged.
    let sold = |before_tax: Money| terms.sells(before_tax);
    let covering = answer.covering.iter();
    let covering: Vec<_> = covering
        .filter(|one| sold(one.price.before_tax))
        .map(|one| choice(one.offer, one.price.total, one.envelope()))
        .collect();
    if covering.is_empty() {
        let lacking = answer.not_covering.iter().map(|one| one.offer);
        let all = lacking.map(|one| choice(one, one.price, one.envelope_at(now).into_owned()));
        return Ok(all.collect());
    }
    Ok(covering)
}

/// Clip time, with what of it is held.
pub(super) fn clip_time(
    app: &App,
    now: Timestamp,
    terms: &Terms,
    held_ms: i64,
) -> Result<ClipTime, Fault> {
    let plans = app.settings.bundles.iter().map(|plan| {
        let price = plan.price().map_err(Fault::while_("pricing a bundle"))?;
        let price = terms.priced(price)?;
        let (_, total) = domain::sale::tax_on(price, terms.rates().tax)
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

/// The subscriptions on sale, where anything is in rotation.
pub(super) async fn pools(
    app: &App,
    tx: &mut Tx,
    terms: &Terms,
    now: Timestamp,
) -> Result<Vec<Pool>, Fault> {
    let tracks = rotation::size(tx, now).await?;
    // A subscription goes on in the store's own currency.
    if tracks == 0 || !terms.in_base_currency() {
        return Ok(Vec::new());
    }
    let mut out = Vec::new();
    for plan in plans::all(tx).await? {
        let own = plan.terms.price().currency() == app.settings.currency;
        let uses = plans::allowance(terms.rates(), &plan.terms).unwrap_or(0);
        if !plan.on_sale || !own || uses == 0 || out.len() == POOLS_MAX {
            continue;
        }
        let (_, total) = domain::sale::tax_on(plan.terms.price(), terms.rates().tax)
            .map_err(Fault::while_("taxing a subscription"))?;
        out.push(Pool {
            name: plan.label,
            price_micros: total.micros(),
            uses: u32::try_from(uses).unwrap_or(u32::MAX),
            tracks: u32::try_from(tracks).unwrap_or(u32::MAX),
            track_cap: plan.terms.per_track_cap(),
            envelope: pool_envelope(now),
        });
    }
    Ok(out)
}

/// One offer for each asset and tier of the store, at the price most tracks have; the lower where
/// two are as frequent. What tiers single composers have of their own is not usual. The cheapest
/// come first, and no more than a suggestion weighs.
pub(super) async fn usual_offers(
    app: &App,
    tx: &mut Tx,
    terms: &Terms,
    now: Timestamp,
) -> Result<Vec<Offer>, Fault> {
    let mut tiers = templates::shipped_ones();
    templates::own(tx, Reach::Store, &mut tiers).await?;
    let mut usual: BTreeMap<(AssetKind, Tier), (i64, Offer)> = BTreeMap::new();
    let values = [app.settings.currency.code().into(), now.0.into()];
    for row in tx.all(USUAL, &values).await? {
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
    terms.price_all(&mut usual)?;
    Ok(usual)
}

/// Of tracks that can be licensed now: attested, and held exclusively by nobody.
const USUAL: &str = "
    select id, track_id, asset_kind, tier, price_micros, currency, envelope, rule, tracks
      from (select o.id, o.track_id, o.asset_kind, o.tier, o.price_micros, o.currency, o.envelope,
                   o.rule,
                   count(*) over (partition by o.asset_kind, o.tier, o.price_micros) as tracks,
                   row_number() over (partition by o.asset_kind, o.tier, o.price_micros
                                      order by o.id) as nth
              from offers o join attestations a on a.track_id = o.track_id
             where o.closed_ms is null and o.currency = $1 and o.asset_kind <> 'stem'
               and a.master_ms is not null and a.composition_ms is not null
               and not exists (select 1 from exclusives e join licences l on l.id = e.licence_id
                                where e.track_id = o.track_id and e.until_ms > $2
                                  and l.status <> 'revoked')) as priced
     where nth = 1";
