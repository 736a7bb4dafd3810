//! What the specification says of payments after they were captured.

mod clip_time;
mod dispute;
mod expired;
mod from_wallet;
mod gifts;
mod learn;
mod loads;
mod pool;
mod pool_after;
mod reconcile;
mod refund;
mod release;
mod rests;
mod sound;
mod webhook;

use app::licensing::Licence;
use app::licensing::show;
use app::payments::{Dispute, DisputeState, Facts};
use domain::{AssetKind, Tier};
use spec::World;
use spec::world::{Music, Track};

/// The price of what these scenarios sell, in micro-units.
const PRICE: i64 = 5_000_000;

/// A track of one composer.
async fn track(world: &World) -> Track {
    world.track_with_a_cut("Night Market").await
}

/// A track of three composers in unequal parts.
async fn shared(world: &World) -> Track {
    let splits = [("Ada", 500_000), ("Ben", 300_000), ("Cleo", 200_000)];
    world
        .compose(Music::titled("Three Rivers").seconds(16).shared(&splits))
        .await
}

/// One more licence of a track, for five dollars.
async fn sold(world: &World, track: &Track) -> Licence {
    let mia = world.buyer("Mia");
    mia.buys(track, AssetKind::Cut15, Tier::Creator).await
}

/// How a licence stands now, in a word.
async fn stands(world: &World, licence: &Licence) -> &'static str {
    let held = show::licence(world.app(), licence.id).await;
    held.unwrap().standing.word()
}

/// The message that this much was refunded so far.
fn refunded(micros: i64) -> Facts {
    Facts {
        refunded: micros,
        ..Facts::default()
    }
}

/// The message that a dispute is in this state.
fn disputed(id: &str, state: DisputeState, micros: i64) -> Facts {
    let dispute = Dispute {
        state,
        micros,
        fee_micros: 15_000_000,
    };
    Facts {
        disputes: [(id.to_owned(), dispute)].into(),
        ..Facts::default()
    }
}
