//! A store with clip time sold, two tracks to use it for and a key that reports; and what its books
//! must say in the end.

use std::path::Path;

use app::Edge;
use app::access::Principal;
use app::licensing::buy::{Purchase, buy};
use app::licensing::quote::{Ask, quote};
use domain::Timestamp;
use store::db::{Database, Row};

use crate::common::Place;

/// The plan that is bought, of 7,000 s.
const PLAN: &str = "bundle_100";

/// A store in the folder `store`.
pub(crate) struct Shop {
    pub(crate) place: Place,
    /// The address of its database.
    pub(crate) database: String,
    /// The secret of a key that may report.
    pub(crate) key: String,
    /// The codes of its licences, each for clip time of its own.
    pub(crate) codes: Vec<String>,
    /// Who is paid for them.
    pub(crate) payee: String,
    /// Its tracks.
    pub(crate) tracks: Vec<String>,
    /// When everything is published, RFC 3339.
    pub(crate) published: String,
}

impl Shop {
    /// With so many licences sold, over a database (SQLite's where none is named).
    pub(crate) fn with(licences: usize, database: Option<&str>) -> Self {
        let place = Place::new();
        let mut init = vec!["init", "store"];
        init.extend(database.iter().flat_map(|address| ["--database", address]));
        let made = place.run(&init);
        assert_eq!(made.code, 0, "{}", made.err);
        import(&place);
        let file = format!("sqlite:{}", place.path("store/clearcue.db").display());
        let database = database.map_or(file, str::to_owned);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (codes, tracks, payee) = runtime.block_on(sell(&place.path("store"), licences));
        Self {
            key: key(&place),
            place,
            database,
            codes,
            payee,
            tracks,
            published: now().plus_ms(1_000).to_string(),
        }
    }

    /// The JSON of an event of a number: always the same.
    pub(crate) fn event(&self, n: u64) -> String {
        let code = &self.codes[usize::try_from(n).unwrap() % self.codes.len()];
        let track = &self.tracks[usize::try_from(n / 3).unwrap() % self.tracks.len()];
        format!(
            r#"{{"id":"cam:{n}","licence_code":"{code}","track":"{track}","placement":"tiktok","purpose":"monetised_creator","clip_ms":{},"published_at":"{}"}}"#,
            billed_ms(n) - 100,
            self.published,
        )
    }

    /// Holds the store to what its books must say: so many uses, which took so much clip time and
    /// earned so much. An audit finds nothing, a replay the same.
    pub(crate) fn holds(&self, uses: i64, consumed_ms: i64, earned_micros: i64) {
        let audited = self.place.run(&["audit", "--store", "store"]);
        assert_eq!(audited.code, 0, "{} {}", audited.out, audited.err);
        let replayed = self.place.run(&["replay", "--store", "store", "--json"]);
        assert_eq!(replayed.code, 0, "{} {}", replayed.out, replayed.err);
        let replayed: serde_json::Value = serde_json::from_str(&replayed.out).unwrap();
        assert_eq!(replayed["uses"], uses, "uses replayed");
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let found = runtime.block_on(books(&self.database));
        assert_eq!(found, (uses, consumed_ms, earned_micros, 0));
    }
}

/// What an event of a number is billed, in ms: whole seconds.
pub(crate) fn billed_ms(n: u64) -> i64 {
    if n.is_multiple_of(3) { 2_000 } else { 1_000 }
}

/// The secret of another key that may report.
pub(crate) fn key(place: &Place) -> String {
    let mut arguments = vec!["key", "create", "--name", "editor", "--scope"];
    arguments.extend(["usage:write", "--store", "store", "--json"]);
    let made = place.run(&arguments);
    assert_eq!(made.code, 0, "{}", made.err);
    let made: serde_json::Value = serde_json::from_str(&made.out).unwrap();
    made["secret"].as_str().unwrap().to_owned()
}

pub(crate) fn now() -> Timestamp {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    Timestamp(i64::try_from(now.as_millis()).unwrap())
}

fn import(place: &Place) {
    std::fs::create_dir(place.path("music")).unwrap();
    place.write("music/Paper Lantern.wav", tone(441));
    place.write("music/Low Tide.wav", tone(330));
    let mut arguments = vec!["import", "music", "--artist", "Ada", "--one-stop"];
    arguments.extend(["--store", "store"]);
    let brought = place.run(&arguments);
    assert_eq!(brought.code, 0, "{}", brought.err);
}

/// The codes of the licences, the ids of the tracks, and of whom they pay.
async fn sell(folder: &Path, licences: usize) -> (Vec<String>, Vec<String>, String) {
    let nothing = server::config::Said::default();
    let config = server::open::config(Some(folder), &nothing, &nothing).unwrap();
    let app = server::open::app(folder, &config, Edge::System)
        .await
        .unwrap();
    let mut codes = Vec::new();
    for nth in 0..licences {
        let ask = Ask::Bundle { plan: PLAN.into() };
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
        let (mut call, key) = (app.call(), format!("shop-{nth}"));
        let bought = buy(&app, &mut call, &Principal::Guest, &key, &purchase).await;
        codes.push(bought.unwrap().licence.code.to_string());
    }
    let mut tx = app.db.read().await.unwrap();
    let ids = tx.all("select id from tracks order by slug", &[]).await;
    let id = |row: &Row| domain::TrackId::from_bytes(row.id("id").unwrap()).to_string();
    let tracks = ids.unwrap().iter().map(id).collect();
    let payee = tx.one("select id from payees limit 1", &[]).await.unwrap();
    let payee = domain::PayeeId::from_bytes(payee.id("id").unwrap()).to_string();
    drop(tx);
    app.db.close().await;
    (codes, tracks, payee)
}

/// Uses, clip time consumed, what payees and carries got by it, and by how much the books are off.
pub(crate) async fn books(database: &str) -> (i64, i64, i64, i64) {
    let db = Database::open(database, false).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let bundles = tx.all(BUNDLES, &[]).await.unwrap();
    let owed = bundles.iter().map(|bundle| {
        let int = |column| i128::from(bundle.int(column).unwrap());
        int("unearned_micros") * int("consumed_ms") / int("total_ms")
    });
    let owed: i128 = owed.sum();
    let row = tx.one(BOOKS, &[]).await.unwrap();
    let int = |column| row.int(column).unwrap();
    let books = (int("uses"), int("consumed"), int("earned"), int("off"));
    assert_eq!(i128::from(books.2), owed, "what clip time has earned");
    drop(tx);
    db.close().await;
    books
}

/// Four seconds of something.
fn tone(hz: i32) -> Vec<u8> {
    let samples: Vec<i16> = (0..32_000_i32)
        .map(|n| i16::try_from((n * hz % 8_000 - 4_000) * 2).unwrap())
        .collect();
    crate::common::wav(8_000, &samples)
}

const BUNDLES: &str = "select unearned_micros, consumed_ms, total_ms from bundles";

// Sums of one engine are whole numbers of another kind.
const BOOKS: &str = "
    select cast(coalesce((select sum(uses) from uses), 0) as bigint) as uses,
           cast((select sum(consumed_ms) from bundles) as bigint) as consumed,
           cast((select coalesce(sum(p.amount_micros), 0)
                   from postings p join journals j on j.id = p.journal_id
                  where j.kind = 'use' and p.account not like 'bundle-unearned:%') as bigint)
               as earned,
           cast((select sum(amount_micros) from balances) as bigint) as off";
