//! The stage a scenario is played on: a store of its own in a folder that is gone afterwards,
//! with its tracks, its keys and a clock that only the scenario moves.

use std::collections::BTreeMap;
use std::io::Cursor;

use app::access::{Principal, Role, Scope, api_key, person};
use app::catalogue::Declared;
use app::catalogue::add::{Added, add};
use app::catalogue::prepare::prepare;
use app::metering::earnings::payees;
use app::offers::Hand;
use app::offers::change::{Wish, change};
use app::offers::list::list;
use app::payouts::{Destination, Schedule, destination, rules, terms};
use app::rotation::change as rotation;
use app::subscriptions::plans;
use app::{App, Edge, LicenceId, Limits, Money, PayeeId, TrackId};
use tempfile::TempDir;

use super::scenario::{Scenario, Step, Wrong};
use super::{set, tax};
use crate::config::Said;
use crate::demo::sound;
use crate::exit::Failure;
use crate::open;

/// How long the tone of a track is: long enough for every cut.
const TONE_S: u32 = 61;
/// Samples a second, in Hz: what is cheap to analyse.
const RATE: u32 = 16_000;

/// Who releases payouts.
pub(super) const OPERATORS: [&str; 2] = ["First operator", "Second operator"];

/// A store with a scenario's tracks in it.
pub(super) struct Stage {
    /// The store.
    pub(super) app: App,
    /// Tracks, by the scenario's names.
    pub(super) tracks: BTreeMap<String, TrackId>,
    /// What was bought, by the names that steps gave.
    pub(super) bought: BTreeMap<String, LicenceId>,
    /// Payees by name.
    pub(super) payees: BTreeMap<String, PayeeId>,
    /// Who reports uses.
    pub(super) reporter: Principal,
    /// Who runs the store.
    pub(super) operator: Principal,
    /// The code of the subscription on sale, the first where there are several.
    pub(super) plan: String,
    _folder: TempDir,
}

/// Sets the stage. `added` is told of each track.
pub(super) async fn set(scenario: &Scenario, added: impl Fn()) -> Result<Stage, Failure> {
    let folder = TempDir::with_prefix("clearcue-simulate-")
        .map_err(|e| Failure::failed(e, "free some room in the folder for temporary files"))?;
    let store = folder.path().join("store");
    let edge = Edge::set(scenario.start.0, 1);
    open::create(&store, &Said::default(), &Said::default(), &edge).await?;
    let mut config = open::config(Some(&store), &Said::default(), &Said::default())?;
    set::settings(&mut config.settings, &scenario.store)?;
    let app = open::app(&store, &config, edge).await?;
    let mut operators = Vec::new();
    for name in OPERATORS {
        operators.push(person::person(&app, &mut app.call(), Role::Operator, name).await?);
    }
    let plan = plan(&app, scenario).await?;
    prices(&app, scenario).await?;
    tax::table(&app, scenario).await?;
    let (key, _) = api_key::make(&app, &mut app.call(), "simulation", &[Scope::ReportUses]).await?;
    let mut stage = Stage {
        app,
        tracks: BTreeMap::new(),
        bought: BTreeMap::new(),
        payees: BTreeMap::new(),
        reporter: Principal::Program(key),
        operator: Principal::Person(operators.swap_remove(0)),
        plan,
        _folder: folder,
    };
    for (nth, (name, track)) in (1_u32..).zip(&scenario.tracks) {
        let splits = set::splits(&format!("tracks.{name}.splits"), &track.splits)?;
        let id = compose(&stage.app, name, nth, splits).await?;
        stage.tracks.insert(name.clone(), id);
        if track.rotation {
            let stay = rotation::Wanted {
                track: id.to_string(),
                from: scenario.start.0,
                until: None,
            };
            rotation::add(&stage.app, &mut stage.app.call(), &[stay]).await?;
        }
        added();
    }
    stage.know_payees().await?;
    Ok(stage)
}

impl Stage {
    /// Lets a payee be paid by hand, when the scenario says so: without terms of their own the
    /// store would pay them by itself each month.
    async fn pays(&self, payee: PayeeId) -> Result<(), Failure> {
        let to = Destination::Manual {
            note: "the scenario".to_owned(),
        };
        let (app, notify) = (&self.app, "somebody@example.org");
        destination::set(app, &mut app.call(), Hand::Console, payee, to, notify).await?;
        let days = rules::rules(app).await?.hold_days;
        let wanted = (
            days,
            Money::zero(app.settings.currency),
            Schedule::OnRequest,
        );
        terms::set(app, &app.call(), Hand::Console, payee, wanted).await?;
        Ok(())
    }

    /// Learns the payees anew: a split may have named others.
    pub(super) async fn know_payees(&mut self) -> Result<(), Failure> {
        let all = payees(&self.app).await?;
        for (id, name) in all {
            if self.payees.insert(name, id).is_none() {
                self.pays(id).await?;
            }
        }
        Ok(())
    }

    /// The id of the track that a step names.
    pub(super) fn track(&self, step: &Step) -> Option<String> {
        let track = step.track.as_ref().and_then(|name| self.tracks.get(name));
        track.map(ToString::to_string)
    }

    /// What a step names by what an earlier one called it.
    pub(super) fn named(&self, step: &Step) -> Option<LicenceId> {
        let named = step.of.as_ref().and_then(|name| self.bought.get(name));
        named.copied()
    }

    /// A buyer of this name, who signs in.
    pub(super) async fn buyer(&self, name: &str) -> Result<Principal, Failure> {
        let mut call = self.app.call();
        let person = person::person(&self.app, &mut call, Role::Buyer, name).await?;
        Ok(Principal::Person(person))
    }
}

/// The subscriptions on sale: the scenario's own in place of the shipped one. The first's code.
async fn plan(app: &App, scenario: &Scenario) -> Result<String, Failure> {
    let own = set::plans(&scenario.store, app.settings.currency)?;
    if own.is_empty() {
        let shipped = plans::list(app).await?;
        let first = shipped.into_iter().find(|one| one.on_sale);
        let first = first.map(|one| one.code);
        return first.ok_or_else(|| Failure::failed("no subscription is on sale", "report it"));
    }
    for wanted in &own {
        plans::set(app, &app.call(), wanted).await?;
    }
    Ok(own
        .into_iter()
        .next()
        .map_or_else(String::new, |one| one.code))
}

/// Prices of licences as the scenario says them, in the store's own templates.
async fn prices(app: &App, scenario: &Scenario) -> Result<(), Failure> {
    for (nth, said) in scenario.store.prices.iter().enumerate() {
        let (tier, asset, price) = set::price(nth, said, app.settings.currency)?;
        let listed = list(app, Hand::Console, "store").await?.templates;
        let found = listed.into_iter().find(|one| one.template.tier == tier);
        let place = format!("store.prices[{nth}]");
        let Some(mut template) = found.map(|one| one.template) else {
            return Err(Wrong::at(format!("{place}.tier"), "the store has no such tier").into());
        };
        let Some(terms) = template.assets.get_mut(&asset) else {
            return Err(Wrong::at(format!("{place}.asset"), "the tier doesn't sell it").into());
        };
        terms.price = price;
        let wish = Wish::Put(Box::new(template));
        change(app, &mut app.call(), Hand::Console, "store", &wish, false).await?;
    }
    Ok(())
}

/// A track of a tone that no other track has.
async fn compose(
    app: &App,
    title: &str,
    nth: u32,
    splits: Vec<(String, u32)>,
) -> Result<TrackId, Failure> {
    let artist = splits.first().map(|(name, _)| name.clone());
    let declared = Declared {
        title: title.to_owned(),
        artist: artist.unwrap_or_default(),
        splits,
        ..Declared::default()
    };
    let mix = Cursor::new(sound::file(&tone(nth), RATE));
    let by = declared.artist.clone();
    let prepared = prepare(declared, Some(mix), Vec::new(), &Limits::default())?;
    let added = add(app, &mut app.call(), prepared, Some(&by)).await?;
    let (Added::New(id) | Added::Known(id)) = added;
    Ok(id)
}

/// Stereo, at a quarter of full scale, at a pitch for each track.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a tone's samples are far below the bounds of its type"
)]
fn tone(nth: u32) -> Vec<i16> {
    let hz = 110.0 + 5.0 * f64::from(nth);
    let sample = |n: u32| {
        let turns = hz * f64::from(n) / f64::from(RATE);
        ((turns * std::f64::consts::TAU).sin() * 8_000.0) as i16
    };
    (0..TONE_S * RATE)
        .map(sample)
        .flat_map(|s| [s, s])
        .collect()
}
