//! A world: one store of its own, with a clock that is set, chance from a seed, and nobody else
//! in it.

mod agreements;
mod books;
mod buyer;
mod composer;
mod database;
mod door;
mod earlier;
mod events;
mod left_by;
mod merchant;
mod payments;
mod payouts;
mod post;
mod proofs;
mod purse;
mod raw;
mod reporter;
mod reports;
mod rights;
mod statements;
mod studio;
mod subscriber;
mod tamper;
mod tone;
mod uncovered;
mod verifier;
mod visitor;

pub use agreements::shared;
pub use books::{Money, Postings};
pub use buyer::{Bundle, Buyer, Card, monetised_short};
pub use composer::{Composer, Ear};
pub use database::Engine;
pub use earlier::Carried;
pub use merchant::priced;
pub use payouts::bank_account;
pub use post::{Delivered, Mood, PostOffice};
pub use proofs::{LOG, read_proof};
pub use purse::{Member, claim_of, dollars, race};
pub use reporter::{Event, Refusals, Reporter, accepted, refusals};
pub use rights::{finished, pasted};
pub use studio::{Folder, Import, Music, Track};
pub use subscriber::{ONCE, from};
pub use tamper::Breaches;
pub use tone::Tone;
pub use visitor::{Feed, Reply, Visitor};

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use app::accounts::audit::audit;
use app::{App, Call, Edge, Issuer, Refusal, Seller, Settings, Stop};
use domain::{Rates, Timestamp};
use ledger::Currency;
use licence_key::{IssuerKey, Jwks};
use store::blobs::Blobs;
use store::mail::Mail;

use database::Place;

/// When every world begins: Monday 2 March 2026, 09:00 UTC.
pub const BEGINNING: Timestamp = Timestamp(1_772_442_000_000);
/// The address of every world's store.
pub const ADDRESS: &str = "https://store.example";

/// A store of its own, and the words to tell what happens in it. Cheap to clone: all clones are
/// the same world.
#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    app: Arc<App>,
    place: Place,
    blobs: Arc<tempfile::TempDir>,
    jwks: Jwks,
    /// Invariants a scenario has broken on purpose.
    broken: Mutex<BTreeSet<String>>,
}

/// A refusal as whoever asked gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The stable code.
    pub code: &'static str,
    /// The field at fault, where one is.
    pub field: Option<String>,
    /// The sentence for a person.
    pub sentence: String,
}

/// What a use case answers.
pub type Answer<T> = Result<T, Refused>;

/// Plays a scenario in a fresh world, audits what is left, and tears the world down.
///
/// # Panics
/// When the scenario does, when the audit finds a breach that the scenario didn't announce, and
/// when there is no database to play on.
pub fn play<S, F>(engine: Engine, scenario: S)
where
    S: FnOnce(World) -> F,
    F: Future,
{
    play_in(World::new(engine), scenario);
}

/// Plays a scenario in a store that an earlier release left behind: a fixture and the last step of
/// its schema. Otherwise as [`play`].
///
/// # Panics
/// When [`play`] would, and when the store can't be opened.
pub fn play_on<S, F>(engine: Engine, (step, fixture): (&str, &str), scenario: S)
where
    S: FnOnce(World) -> F,
    F: Future,
{
    play_in(World::left_by(engine, step, fixture), scenario);
}

fn play_in<S, F>(world: impl Future<Output = World>, scenario: S)
where
    S: FnOnce(World) -> F,
    F: Future,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a machine that runs tests can start two threads");
    let world = runtime.block_on(world);
    let played = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            scenario(world.clone()).await;
            world.is_sound().await;
        });
    }));
    runtime.block_on(world.end());
    if let Err(failure) = played {
        resume_unwind(failure);
    }
}

impl World {
    /// A new world on this engine: its own migrated database, its own folder of blobs, a key to
    /// sign with.
    pub async fn new(engine: Engine) -> Self {
        let place = Place::make(engine).await;
        let blobs = tempfile::tempdir().expect("the folder for temporary files can be written");
        let key = IssuerKey::from_seed(&[7; 32]);
        let jwks = Jwks::new(ADDRESS, vec![key.public().clone()]);
        let app = open(
            &place,
            blobs.path(),
            Issuer::new(Some(key), jwks.clone(), SECRET).with_log_key(log_key()),
        )
        .await;
        let (app, blobs) = (Arc::new(app), Arc::new(blobs));
        Self(Arc::new(Inner {
            app,
            place,
            blobs,
            jwks,
            broken: Mutex::default(),
        }))
    }

    /// The same store, opened again by a process that was given no signing key.
    pub async fn reopened_without_a_signing_key(&self) -> Self {
        let issuer = Issuer::new(None, self.0.jwks.clone(), SECRET).with_log_key(log_key());
        let app = open(&self.0.place, self.0.blobs.path(), issuer).await;
        self.at_the_same_place(app).await
    }

    /// The world of a program that was opened on this one's store, at this one's moment.
    async fn at_the_same_place(&self, app: App) -> Self {
        app.edge.pass(self.now().since(BEGINNING));
        app::catalogue::index::follow(&app, 0)
            .await
            .expect("an index can be filled again");
        let (place, jwks) = (self.0.place.again(), self.0.jwks.clone());
        let (app, blobs) = (Arc::new(app), self.0.blobs.clone());
        Self(Arc::new(Inner {
            app,
            place,
            blobs,
            jwks,
            broken: Mutex::default(),
        }))
    }

    /// The same store, opened again by a process that was given other settings.
    pub(crate) async fn reopened_as(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let keys = (*self.0.app.issuer.keys()).clone();
        let issuer = Issuer::of(keys, SECRET).with_log_key(log_key());
        let mut app = open(&self.0.place, self.0.blobs.path(), issuer).await;
        change(&mut app.settings);
        self.at_the_same_place(app).await
    }

    /// The same store, whose letters leave by another way.
    pub async fn mailing(&self, mail: Mail) -> Self {
        let issuer = Issuer::of((*self.0.app.issuer.keys()).clone(), SECRET);
        let mut app = open(&self.0.place, self.0.blobs.path(), issuer).await;
        app.mail = mail;
        self.at_the_same_place(app).await
    }

    /// The same store with another commission, in basis points.
    pub async fn charging(&self, commission_bp: u32) -> Self {
        self.reopened_as(|settings| settings.rates.commission_bp = commission_bp)
            .await
    }

    /// The same store, which drops raw reports after so many days.
    pub async fn keeping_raw_reports(&self, days: u32) -> Self {
        self.reopened_as(|settings| settings.keep_raw_days = Some(days))
            .await
    }

    /// The same store as a program sees it that was told another public address.
    ///
    /// # Panics
    /// When there is no memory for an empty index.
    #[must_use]
    pub fn at_another_address(&self, address: &str) -> App {
        self.beside(|settings| settings.public_url = address.into())
    }

    /// The same store as a program sees it whose operator has set other rates.
    ///
    /// # Panics
    /// When there is no memory for an empty index.
    #[must_use]
    pub fn at_other_rates(&self, rates: Rates) -> App {
        self.beside(|settings| settings.rates = rates)
    }

    /// The same store as a program sees it whose operator has said who reports to whom.
    #[must_use]
    pub fn reporting_to_the_trade(&self, ddex: app::Ddex) -> App {
        self.beside(|settings| settings.ddex = Some(ddex))
    }

    /// The same store as another program sees it that has other settings.
    fn beside(&self, change: impl FnOnce(&mut Settings)) -> App {
        let app = self.app();
        let mut settings = app.settings.clone();
        change(&mut settings);
        let keys = (*app.issuer.keys()).clone();
        let issuer = Issuer::of(keys, SECRET).with_log_key(log_key());
        let (db, blobs) = (app.db.clone(), app.blobs.clone());
        App::new(
            db,
            blobs,
            app.mail.clone(),
            issuer,
            settings,
            app.edge.clone(),
        )
        .expect("there is memory for an empty index")
    }

    /// The use cases, for what has no word of its own yet.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// The use cases, shared.
    #[must_use]
    pub fn shared_app(&self) -> Arc<App> {
        self.0.app.clone()
    }

    /// The moment and the dice of one call.
    #[must_use]
    pub fn call(&self) -> Call {
        self.0.app.call()
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.call().now
    }

    /// Lets time pass.
    pub fn minutes_pass(&self, minutes: i64) {
        self.0.app.edge.pass(minutes * domain::time::MINUTE_MS);
    }

    /// Lets time pass.
    pub fn days_pass(&self, days: i64) {
        self.0.app.edge.pass(days * domain::time::DAY_MS);
    }

    /// The keys the store publishes: what a buyer pins to verify offline.
    #[must_use]
    pub fn jwks(&self) -> &Jwks {
        &self.0.jwks
    }

    /// Every invariant, recomputed from what is stored: those announced as broken must be, and
    /// no other may be.
    ///
    /// # Panics
    /// When that is not so.
    pub async fn is_sound(&self) {
        let checks = audit(self.app())
            .await
            .unwrap_or_else(|fault| panic!("{}", fault.chain()));
        let announced = self
            .0
            .broken
            .lock()
            .expect("no scenario panics while it announces");
        for check in checks {
            let expected = announced.contains(check.invariant);
            assert!(
                check.breaches.is_empty() != expected,
                "after the scenario, {} {}: {:#?}",
                check.invariant,
                if expected {
                    "should be broken and holds"
                } else {
                    "is broken"
                },
                check.breaches,
            );
        }
    }

    /// Closes the store and drops its database.
    async fn end(self) {
        self.0.app.db.close().await;
        self.0.place.clear().await;
    }
}

/// What every world's sandbox signs its messages with.
pub const WEBHOOK_SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";

const SECRET: [u8; 32] = [9; 32];

/// Numbers the programs that were opened, from 1.
static OPENED: AtomicU64 = AtomicU64::new(1);
/// The key that every world signs its log's heads with.
pub(crate) fn log_key() -> tlog::SigningKey {
    tlog::SigningKey::from_seed("store.example/log", &[8; 32]).expect("a name without spaces")
}

async fn open(place: &Place, blobs: &Path, issuer: Issuer) -> App {
    // Two programs on one store never draw the same ids.
    let seed = OPENED.fetch_add(1, Ordering::Relaxed);
    open_at(place, blobs, issuer, Edge::set(BEGINNING, seed)).await
}

async fn open_at(place: &Place, blobs: &Path, issuer: Issuer, edge: Edge) -> App {
    let db = place.open().await;
    db.migrate(app::MIGRATIONS)
        .await
        .expect("the schema can be built on an empty database");
    let stored = Blobs::local(blobs).expect("the world's own folder can be written");
    let mail = Mail::Folder(blobs.join("mails"));
    let settings = Settings {
        name: "The Store".into(),
        public_url: ADDRESS.into(),
        currency: Currency::USD,
        bundles: domain::offer::BUNDLE_PLANS.to_vec(),
        rates: Rates::default(),
        terms: "2026-01".into(),
        seller: Seller::default(),
        reserve_days: 90,
        events_days: 90,
        keep_raw_days: None,
        sandbox_webhook_secret: WEBHOOK_SECRET.into(),
        ddex: None,
        mail_from: String::new(),
    };
    App::new(db, stored, mail, issuer, settings, edge).expect("there is memory for an empty index")
}

/// A use case's answer in the language of scenarios.
///
/// # Panics
/// On a fault: no scenario expects the store itself to fail.
pub(crate) fn answer<T, R: Refusal>(outcome: Result<T, Stop<R>>) -> Answer<T> {
    outcome.map_err(|stop| match stop {
        Stop::Fault(fault) => panic!("the store failed: {}", fault.chain()),
        Stop::Refused(refusal) => Refused {
            code: refusal.code(),
            field: refusal.field(),
            sentence: refusal.to_string(),
        },
    })
}
