//! A store with two tracks and three licences sold, through the use cases themselves: no command
//! buys.

use app::Edge;
use app::access::Principal;
use app::licensing::buy::{Purchase, buy};
use app::licensing::quote::{Ask, quote};

use super::Place;

/// Makes the store in the folder `store`, with the tracks `paper-lantern` and `low-tide` of Ada.
///
/// # Panics
/// When it can't be made.
pub(crate) fn furnish(place: &Place, tone: impl Fn(i32) -> Vec<u8>) {
    let made = place.run(&["init", "store"]);
    assert_eq!(made.code, 0, "{}", made.err);
    std::fs::create_dir(place.path("music")).unwrap();
    place.write("music/Paper Lantern.wav", tone(441));
    place.write("music/Low Tide.wav", tone(330));
    let brought = place.run(&[
        "import",
        "music",
        "--artist",
        "Ada",
        "--one-stop",
        "--store",
        "store",
    ]);
    assert_eq!(brought.code, 0, "{}", brought.err);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(sell(place));
}

async fn sell(place: &Place) {
    let (folder, nothing) = (place.path("store"), server::config::Said::default());
    let config = server::open::config(Some(&folder), &nothing, &nothing).unwrap();
    let app = server::open::app(&folder, &config, Edge::System)
        .await
        .unwrap();
    for (nth, track) in ["paper-lantern", "low-tide", "paper-lantern"]
        .iter()
        .enumerate()
    {
        let ask = Ask::Track {
            track: (*track).to_owned(),
            wanted: Box::default(),
            stem: None,
        };
        let quoted = quote(&app, &mut app.call(), &ask).await.unwrap();
        let purchase = Purchase {
            quote: quoted.id,
            offer: quoted.options[0].offer.clone(),
            licensee: "Mia".into(),
            email: None,
            card: "4242 4242 4242 4242".into(),
            wallet: None,
            top_up: None,
        };
        let (mut call, key) = (app.call(), format!("furnish-{nth}"));
        let bought = buy(&app, &mut call, &Principal::Guest, &key, &purchase).await;
        bought.unwrap();
    }
    app.db.close().await;
}
