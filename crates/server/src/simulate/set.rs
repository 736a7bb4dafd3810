//! What a scenario says of its store, as the store's own settings.

use std::collections::{BTreeMap, BTreeSet};

use app::subscriptions::plans;
use app::{AssetKind, BundlePlan, Currency, IdleRule, Settings, Tax, Tier};

use super::figures::{Moment, Percent, amount};
use super::scenario::{
    Bundle, Idle, Plan, Price, STEPS_MAX, Scenario, Step, Store, TIMES_MAX, TRACKS_MAX,
    Tax as SaidTax, TaxMode, Word, Wrong,
};
use super::tax::country;

/// Sets the store as the scenario says, the rest as shipped.
///
/// # Errors
/// The first thing that makes no sense.
pub(super) fn settings(settings: &mut Settings, said: &Store) -> Result<(), Wrong> {
    if let Some(code) = &said.currency {
        settings.currency = Currency::from_code(code)
            .map_err(|error| Wrong::at("store.currency", error.to_string()))?;
    }
    let rates = &mut settings.rates;
    if let Some(commission) = said.commission {
        rates.commission_bp = bp("store.commission", commission)?;
    }
    if let Some(reserve) = said.reserve {
        rates.reserve_bp = bp("store.reserve", reserve)?;
    }
    if let Some(fee) = &said.card_fee {
        rates.provider_fee_bp = bp("store.card_fee.percent", fee.percent)?;
        let fixed = amount("store.card_fee.fixed", &fee.fixed, settings.currency)?;
        rates.provider_fee_fixed_micros = fixed.micros();
    }
    if let Some(bundles) = &said.bundles {
        let plans = bundles.iter().enumerate();
        let plans = plans.map(|(nth, one)| bundle(nth, one, settings.currency));
        settings.bundles = plans.collect::<Result<_, _>>()?;
    }
    if let Some(said) = &said.tax {
        rates.tax = tax("store.tax.rate", said)?;
    }
    Ok(())
}

/// A tax as the store sets it.
///
/// # Errors
/// When its rate has too many places.
pub(super) fn tax(place: &str, said: &SaidTax) -> Result<Tax, Wrong> {
    let bp = bp(place, said.rate)?;
    Ok(match said.mode {
        TaxMode::Inclusive => Tax::Inclusive { bp },
        TaxMode::Exclusive => Tax::Exclusive { bp },
    })
}

fn bundle(nth: usize, said: &Bundle, currency: Currency) -> Result<BundlePlan, Wrong> {
    let place = |field: &str| format!("store.bundles[{nth}].{field}");
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if !(1..=40).contains(&said.code.len()) || !said.code.bytes().all(plain) {
        return Err(Wrong::at(
            place("code"),
            "a code is 1 to 40 of a-z, 0-9 and _",
        ));
    }
    let price_cents = minor(&place("price"), &said.price, currency)?;
    if price_cents == 0 {
        return Err(Wrong::at(place("price"), "a bundle costs something"));
    }
    if said.seconds == 0 {
        return Err(Wrong::at(
            place("seconds"),
            "a bundle holds a second at least",
        ));
    }
    Ok(BundlePlan {
        // A plan's code lives as long as the program does; a scenario has a handful of them.
        code: String::leak(said.code.clone()),
        price_cents,
        total_ms: i64::from(said.seconds) * 1_000,
    })
}

/// The code of the plan that scenarios subscribe to, where they describe one alone.
const ONLY: &str = "simulated";

/// The plans on sale, as the scenario describes them; none where it leaves the shipped one.
///
/// # Errors
/// When an amount is none, or a store is described by `plans` and by `subscription`.
pub(super) fn plans(said: &Store, currency: Currency) -> Result<Vec<plans::Wanted>, Wrong> {
    let only = said.subscription.as_ref().map(|one| Plan {
        code: ONLY.to_owned(),
        price: one.price.clone(),
        guarantee: one.guarantee.clone(),
        track_cap: one.track_cap,
        idle: one.idle,
    });
    match (&said.plans, only) {
        (Some(_), Some(_)) => Err(Wrong::at(
            "store.plans",
            "a store has `subscription` or `plans`, not both",
        )),
        (Some(many), None) => {
            let many = many.iter().enumerate();
            many.map(|(nth, one)| plan(&format!("store.plans[{nth}]"), one, currency))
                .collect()
        }
        (None, Some(only)) => Ok(vec![plan("store.subscription", &only, currency)?]),
        (None, None) => Ok(Vec::new()),
    }
}

fn plan(place: &str, said: &Plan, currency: Currency) -> Result<plans::Wanted, Wrong> {
    let guarantee = amount(&format!("{place}.guarantee"), &said.guarantee, currency)?;
    let label = match said.code.as_str() {
        ONLY => "The scenario's subscription".to_owned(),
        code => format!("The subscription {code}"),
    };
    Ok(plans::Wanted {
        code: said.code.clone(),
        label,
        price_minor: minor(&format!("{place}.price"), &said.price, currency)?,
        guarantee_micros: guarantee.micros(),
        track_cap: said.track_cap,
        idle: match said.idle {
            Idle::Share => IdleRule::Share,
            Idle::RollOver => IdleRule::RollOver,
        },
        on_sale: true,
    })
}

/// A licence's price: of which asset in which tier, in whole minor units.
///
/// # Errors
/// When one of them is none.
pub(super) fn price(
    nth: usize,
    said: &Price,
    currency: Currency,
) -> Result<(Tier, AssetKind, i64), Wrong> {
    let place = |field: &str| format!("store.prices[{nth}].{field}");
    let tier = said.tier.parse().map_err(|_| {
        let what = "a tier is a word such as creator, business or ad";
        Wrong::at(place("tier"), what)
    })?;
    let asset = said.asset.as_deref().unwrap_or("full_mix");
    let asset = asset.parse().map_err(|_| {
        let all: Vec<_> = AssetKind::ALL.iter().map(|kind| kind.code()).collect();
        Wrong::at(place("asset"), format!("one of {}", all.join(", ")))
    })?;
    Ok((tier, asset, minor(&place("price"), &said.price, currency)?))
}

/// An amount in whole minor units, as their count.
fn minor(place: &str, text: &str, currency: Currency) -> Result<i64, Wrong> {
    let price = amount(place, text, currency)?;
    let unit = currency.minor_unit_micros();
    if price.micros() < 0 || price.micros() % unit != 0 {
        return Err(Wrong::at(place, "a price is in whole minor units"));
    }
    Ok(price.micros() / unit)
}

fn bp(place: &str, percent: Percent) -> Result<u32, Wrong> {
    let what = "a rate has at most two places, such as \"2.95%\"";
    percent.bp().ok_or_else(|| Wrong::at(place, what))
}

/// Parts of a split in parts per million, in the order of the names.
///
/// # Errors
/// When they don't make a hundred percent.
pub(super) fn splits(
    place: &str,
    said: &BTreeMap<String, Percent>,
) -> Result<Vec<(String, u32)>, Wrong> {
    let sum: u64 = said.values().map(|part| u64::from(part.ppm())).sum();
    if sum != 1_000_000 {
        let what = format!(
            "the parts make {}.{:04}%, not 100%",
            sum / 10_000,
            sum % 10_000
        );
        return Err(Wrong::at(place, what));
    }
    let parts = said.iter();
    Ok(parts
        .map(|(name, part)| (name.clone(), part.ppm()))
        .collect())
}

/// Looks a scenario over before anything is played: names that nothing bears, times that run
/// backwards, particulars that a step needs.
///
/// # Errors
/// The first thing that is wrong, by its place.
pub(super) fn look_over(scenario: &Scenario) -> Result<(), Wrong> {
    if scenario.scenario != 1 {
        return Err(Wrong::at("scenario", "this program reads version 1"));
    }
    if scenario.tracks.is_empty() || scenario.tracks.len() > TRACKS_MAX {
        return Err(Wrong::at(
            "tracks",
            format!("a scenario has 1 to {TRACKS_MAX} tracks"),
        ));
    }
    if scenario.steps.len() > STEPS_MAX {
        return Err(Wrong::at(
            "steps",
            format!("a scenario has at most {STEPS_MAX} steps"),
        ));
    }
    for (name, track) in &scenario.tracks {
        splits(&format!("tracks.{name}.splits"), &track.splits)?;
    }
    for code in scenario.store.taxes.keys() {
        country(&format!("store.taxes.{code}"), code)?;
    }
    let mut seen = Seen {
        scenario,
        named: BTreeSet::new(),
        at: scenario.start,
    };
    for (nth, step) in scenario.steps.iter().enumerate() {
        seen.look_over(step)
            .map_err(|(field, what)| Wrong::at(format!("steps[{nth}].{field}"), what))?;
    }
    Ok(())
}

/// What the steps so far have said.
struct Seen<'a> {
    scenario: &'a Scenario,
    named: BTreeSet<String>,
    at: Moment,
}

/// A field of a step, and what is wrong with it.
type Fault = (&'static str, String);

impl Seen<'_> {
    fn look_over(&mut self, step: &Step) -> Result<(), Fault> {
        if let Some(moment) = step.at {
            if moment < self.at {
                let what = "time runs forwards only: put the steps in order";
                return Err(("at", what.to_owned()));
            }
            self.at = moment;
        }
        if step.times.is_some_and(|n| n == 0 || n > TIMES_MAX) {
            return Err((
                "times",
                format!("a step is repeated 1 to {TIMES_MAX} times"),
            ));
        }
        complete(step)?;
        if let (Some(plan), Some(plans)) = (&step.plan, &self.scenario.store.plans)
            && !plans.iter().any(|one| one.code == *plan)
        {
            return Err(("plan", format!("there is no plan `{plan}` in store.plans")));
        }
        if let Some(track) = &step.track
            && !self.scenario.tracks.contains_key(track)
        {
            return Err(("track", format!("there is no track `{track}`")));
        }
        if let Some(of) = &step.of
            && !self.named.contains(of)
        {
            let what = format!("no step before this one named anything `{of}` by `as`");
            return Err(("of", what));
        }
        match &step.named {
            Some(name) if !self.named.insert(name.clone()) => {
                Err(("as", format!("`{name}` is taken by an earlier step")))
            }
            _ => Ok(()),
        }
    }
}

/// Does a step say all that its action needs?
fn complete(step: &Step) -> Result<(), Fault> {
    let needs: &[(&'static str, bool)] = &match step.action {
        Word::Buy => vec![
            ("who", step.who.is_some()),
            ("track", step.track.is_some() || step.bundle.is_some()),
        ],
        Word::Subscribe => vec![("who", step.who.is_some())],
        Word::Use => vec![
            ("of", step.of.is_some()),
            ("track", step.track.is_some()),
            ("seconds", step.seconds.is_some()),
        ],
        Word::Refund | Word::Cancel | Word::Pause | Word::Resume => {
            vec![("of", step.of.is_some())]
        }
        Word::Change => vec![
            ("of", step.of.is_some()),
            ("plan", step.plan.is_some() || step.country.is_some()),
        ],
        Word::Tax => vec![("country", step.country.is_some())],
        Word::Load => vec![
            ("who", step.who.is_some()),
            ("amount", step.amount.is_some()),
        ],
        Word::Advance => vec![
            ("payee", step.payee.is_some()),
            ("amount", step.amount.is_some()),
        ],
        Word::Dispute => vec![("of", step.of.is_some()), ("state", step.state.is_some())],
        Word::Split => vec![
            ("track", step.track.is_some()),
            ("splits", step.splits.is_some()),
        ],
        Word::Expect => vec![
            ("payee", step.payee.is_some() || step.account.is_some()),
            ("balance", step.balance.is_some()),
        ],
        Word::Close | Word::PayOut | Word::Wait => Vec::new(),
    };
    if let Some((field, _)) = needs.iter().find(|(_, there)| !there) {
        return Err((field, "this step needs it".to_owned()));
    }
    if let Some(code) = &step.country {
        country("", code).map_err(|wrong| ("country", wrong.what))?;
    }
    if let Some(parts) = &step.splits {
        splits("", parts).map_err(|wrong| ("splits", wrong.what))?;
    }
    Ok(())
}
