//! A store full of subscribers whose cycles are over, written straight into its database: what a
//! close has to do is the same as if they had signed up one by one, which would take hours.
//!
//! The statements are SQLite's; PostgreSQL is taught the two words that it lacks.

use std::path::Path;

use store::db::{Database, Value};

/// Fills the store in a folder with so many subscribers, each with uses of so many tracks.
///
/// # Panics
/// When its database can't be written.
pub(crate) async fn fill(folder: &Path, subscribers: i64, tracks: i64) {
    let address = format!("sqlite:{}", folder.join("clearcue.db").display());
    fill_database(&address, subscribers, tracks).await;
}

/// The same of the database at an address, on either engine.
///
/// # Panics
/// When it can't be written.
pub(crate) async fn fill_database(address: &str, subscribers: i64, tracks: i64) {
    let db = Database::open(address, false)
        .await
        .expect("the store's database opens");
    let mut tx = db.write().await.expect("it can be written");
    if address.starts_with("postgres") {
        for sql in POSTGRES {
            tx.run(sql, &[]).await.expect("a word is learnt");
        }
    }
    for (sql, needs) in STEPS {
        let values = [Value::from(subscribers), tracks.into()];
        let values = match needs {
            Needs::Subscribers => &values[..1],
            Needs::Tracks => &values[1..],
            Needs::Both => &values[..],
        };
        tx.run(sql, values)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }
    tx.commit().await.expect("it is kept");
    db.close().await;
}

enum Needs {
    Subscribers,
    Tracks,
    Both,
}

const POSTGRES: &[&str] = &[
    "create domain blob as bytea",
    "create function printf(form text, digits bigint) returns text language sql immutable as
     $$ select split_part(form, '%', 1)
               || lpad(digits::text, substring(form from '%0([0-9]+)d')::int, '0') $$",
];

/// Ids are sixteen digits.
const STEPS: &[(&str, Needs)] = &[
    (
        "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < $1)
         insert into artists (id, name, slug, created_ms)
         select cast(printf('a%015d', i) as blob), 'Artist ' || i, 'artist-' || i, 0 from n",
        Needs::Tracks,
    ),
    (
        "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < $1)
         insert into payees (id, name, created_ms, registered_ms)
         select cast(printf('p%015d', i) as blob), 'Payee ' || i, 0, 0 from n",
        Needs::Tracks,
    ),
    (
        "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < $1)
         insert into tracks (id, slug, artist_id, title, description, genre, duration_ms,
                             loudness_clufs, energy, hook_ms, loopable, vocal, master_sha256,
                             preview_blob, peaks, created_ms)
         select cast(printf('t%015d', i) as blob), 'track-' || i, cast(printf('a%015d', i) as blob),
                'Track ' || i, '', 'lofi', 60000, -1400, 50, 0, 0, 0,
                cast(printf('%032d', i) as blob), cast(printf('%032d', i) as blob), cast('0' as blob), i
           from n",
        Needs::Tracks,
    ),
    (
        "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < $1)
         insert into split_sheets (id, track_id, version, created_ms)
         select cast(printf('s%015d', i) as blob), cast(printf('t%015d', i) as blob), 1, 0 from n",
        Needs::Tracks,
    ),
    (
        // Two payees a track, at thirds, so that the carry has work to do.
        "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < $1)
         insert into split_shares (sheet_id, payee_id, share_ppm)
         select cast(printf('s%015d', i) as blob), cast(printf('p%015d', i) as blob), 333333 from n
         union all
         select cast(printf('s%015d', i) as blob), cast(printf('p%015d', (i + 1) % $1) as blob),
                666667
           from n",
        Needs::Tracks,
    ),
    (
        "insert into quotes (id, intent, options, created_ms, expires_ms)
         select cast(printf('%016d', 0) as blob), '', '[]', 0, 0 where $1 > 0",
        Needs::Subscribers,
    ),
    (
        "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < $1)
         insert into payments (id, provider, reference, amount_micros, currency, captured_ms)
         select cast(printf('m%015d', i) as blob), 'sandbox', 'r' || i, 5000000, 'USD', 0 from n",
        Needs::Subscribers,
    ),
    (
        "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < $1)
         insert into licences (id, code, quote_id, payment_id, asset_kind, tier, label, title,
                               artist, price_micros, currency, price_lines, envelope,
                               envelope_sha256, token, status, status_index, issued_ms)
         select cast(printf('l%015d', i) as blob), 'C' || i, cast(printf('%016d', 0) as blob),
                cast(printf('m%015d', i) as blob), 'edit', 'pool', '', '', '', 5000000, 'USD',
                '[]', '{}', cast('0' as blob), '', 'valid', i, 0
           from n",
        Needs::Subscribers,
    ),
    (
        "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < $1)
         insert into subscriptions (id, licence_id, plan, currency, state, provider, card_token,
                                    due_ms, owed_ms, tries, created_ms)
         select cast(printf('u%015d', i) as blob), cast(printf('l%015d', i) as blob), 'pool_5',
                'USD', '{\"state\":\"ended\",\"since\":\"1970-01-01T00:00:00Z\"}', 'sandbox', '',
                null, null, 0, 0
           from n",
        Needs::Subscribers,
    ),
    (
        "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < $1)
         insert into cycles (id, subscription_id, plan, currency, start_ms, end_ms, price_micros,
                             contribution_micros, guarantee_micros, idle_rule)
         select cast(printf('c%015d', i) as blob), cast(printf('u%015d', i) as blob), 'pool_5',
                'USD', 1700000000000 + i, 1702592000000 + i, 5000000, 3025750, 50000, 'share'
           from n",
        Needs::Subscribers,
    ),
    (
        // One to three uses of each track; every hundredth subscriber used nothing.
        "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < $1),
                        k(j) as (select 0 union all select j + 1 from k where j + 1 < $2)
         insert into cycle_uses (cycle_id, track_id, uses)
         select cast(printf('c%015d', i) as blob), cast(printf('t%015d', j) as blob),
                1 + (i * 7 + j * 3) % 3
           from n, k where i % 100 <> 99",
        Needs::Both,
    ),
];
