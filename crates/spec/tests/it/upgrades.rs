//! Stores that earlier releases left behind: this build opens them, finds them sound, and goes on.
//! How they were made: `scripts/fixtures/make.sh`.

use spec::World;
use spec::world::{Engine, accepted, monetised_short, play_on};

/// Two tests of each fixture: its file, and the last step of its schema.
macro_rules! left_by {
    ($($name:ident, $file:literal, $step:literal;)+) => {$(
        mod $name {
            const LEFT: (&str, &str) = ($step, include_str!(concat!("../fixtures/", $file)));

            #[test]
            fn sqlite() {
                super::play_on(super::Engine::Sqlite, LEFT, super::goes_on);
            }

            #[test]
            fn postgres() {
                super::play_on(super::Engine::Postgres, LEFT, super::goes_on);
            }
        }
    )+};
}

left_by! {
    a_store_at_0012_opens_is_sound_and_goes_on, "0012.sql", "payee_lines";
    a_store_at_0019_opens_is_sound_and_goes_on, "0019.sql", "deals";
}

async fn goes_on(world: World) {
    assert_eq!(world.breaches().await, [], "as it was left");
    let (night, rain) = (
        world.track_called("Night Drive").await,
        world.track_called("Rain").await,
    );
    let ada = world.composer("Ada Byron").await;
    let before = ada.balance().await;

    // A sale, and what it pays.
    let mia = world.buyer("Mia");
    let quote = mia.quotes(&night, monetised_short()).await;
    let order = mia.order(&quote, &quote.options[0]);
    let sold = mia
        .sends("after the upgrade", &order)
        .await
        .unwrap()
        .licence;
    let after_sale = ada.balance().await;
    assert!(after_sale > before);
    assert!(mia.downloads(&sold, 0).await.is_ok());

    // A use of clip time that was bought before.
    let clip_time = &world.licences_of("bundle").await[0];
    let left = world.bundle(clip_time).await.left_ms;
    let reporter = world.reporter().await;
    let event = world.used("after", clip_time, &night).lasting(4_200);
    assert!(accepted(reporter.reports(&event).await).earned_micros > 0);
    assert_eq!(world.bundle(clip_time).await.left_ms, left - 5_000);
    assert!(ada.balance().await > after_sale);

    // What was sold before and after is given back.
    let held = world.licences_of("creator").await;
    let old = held
        .iter()
        .find(|one| one.track == Some(rain.id))
        .expect("Rain was sold");
    for (licence, key) in [(old, "back-old"), (&sold, "back-new")] {
        world.refunds(licence, key, None).await.unwrap();
    }
    world.refunds(clip_time, "back-clip", None).await.unwrap();
    assert_eq!(
        world.breaches().await,
        [],
        "after a sale, a use and refunds"
    );

    // Statements add up over all of it.
    let now = world.now().to_string();
    for period in [&now[..7], &now[..4]] {
        for name in ["Ada Byron", "Ben Ode", "Cleo Ra"] {
            world.composer(name).await.statement(period).await;
        }
    }

    // What falls due in a year is done.
    world.days_pass(400);
    world.bundles_expire().await;
    world.releases_reserves().await;
    // Who subscribed before countries were asked for goes on by the store's own tax.
    let subscribed = world.licences_of("pool").await;
    assert_eq!(world.renews().await.renewed, subscribed.len());
    for licence in &subscribed {
        assert_eq!(world.subscription(licence).await.country, None);
        let invoices = world.invoices_of(licence).await;
        let last = invoices.last().expect("a renewal has its invoice");
        assert_eq!((last.total.micros(), last.tax.micros()), (5_000_000, 0));
    }
    world.closes().await;
    assert_eq!(world.breaches().await, [], "after a year");
}
