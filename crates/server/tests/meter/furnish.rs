//! A licence for clip time and a track to use it for, written straight into a store.

use domain::envelope::Credit;
use domain::offer::BUNDLE_PLANS;
use store::db::{Database, Value};

/// A valid code: the check symbol of a multiple of 37 is 0.
const CODE: u128 = 37 * 1_000_003;
/// A thousand hours, so that it never runs out.
pub(crate) const TOTAL_MS: i64 = 3_600_000_000;
/// What they still have to earn, in micro-units: no whole number a second.
pub(crate) const UNEARNED: i64 = 799_850_011;

/// The licence's code, as it is reported.
pub(crate) fn code() -> String {
    licence_key::Code::from_value(CODE).unwrap().to_string()
}

/// The id of one of the store's two tracks.
pub(crate) fn track(which: u8) -> String {
    assert!(which < 2, "there are two");
    let mut id = *b"t000000000000000";
    id[15] += which;
    domain::TrackId::from_bytes(id).to_string()
}

pub(crate) fn now() -> domain::Timestamp {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    domain::Timestamp(i64::try_from(now.as_millis()).unwrap())
}

/// Writes it all into the database at an address.
pub(crate) async fn clip_time(address: &str) {
    let db = Database::open(address, false).await.unwrap();
    let mut tx = db.write().await.unwrap();
    let sold = now().plus_ms(-2 * domain::time::DAY_MS);
    let envelope = BUNDLE_PLANS[0].envelope(Credit::NotRequired, sold);
    let envelope = serde_json::to_string(&envelope).unwrap();
    let plain = licence_key::Code::from_value(CODE).unwrap().plain();
    let id = *b"b000000000000000";
    for (which, sql) in STEPS.iter().enumerate() {
        let values = [
            Value::from(&id),
            plain.as_str().into(),
            envelope.as_str().into(),
            UNEARNED.into(),
            TOTAL_MS.into(),
            i64::MAX.into(),
        ];
        let _ = (which, &values);
        tx.run(sql, &[]).await.unwrap();
    }
    tx.commit().await.unwrap();
    db.close().await;
}

/// What the books say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Books {
    pub(crate) uses: i64,
    pub(crate) consumed_ms: i64,
    /// What payees and carries got, in micro-units.
    pub(crate) earned_micros: i64,
    /// By how much the balances are off, in micro-units.
    pub(crate) off_micros: i64,
}

impl Books {
    pub(crate) async fn of(address: &str) -> Self {
        let db = Database::open(address, false).await.unwrap();
        let mut tx = db.read().await.unwrap();
        let row = tx.one(BOOKS, &[]).await.unwrap();
        let int = |column| row.int(column).unwrap();
        let books = Self {
            uses: int("uses"),
            consumed_ms: int("consumed"),
            earned_micros: int("earned"),
            off_micros: int("off"),
        };
        drop(tx);
        db.close().await;
        books
    }

    /// What they must say of so many uses that took so much clip time.
    pub(crate) fn owed(uses: i64, consumed_ms: i64) -> Self {
        let earned = i128::from(UNEARNED) * i128::from(consumed_ms) / i128::from(TOTAL_MS);
        Self {
            uses,
            consumed_ms,
            earned_micros: i64::try_from(earned).unwrap(),
            off_micros: 0,
        }
    }
}
