//! Stores that earlier releases left behind: written down as text by `scripts/fixtures/make.sh`,
//! and opened by this build. Their sounds aren't kept: other ones take their places, under their
//! own names.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use app::licensing::{Licence, show};
use app::{Edge, Issuer};
use data_encoding::HEXLOWER;
use domain::{LicenceId, Timestamp, TrackId};
use licence_key::{IssuerKey, Jwks};
use store::blobs::Blobs;
use store::db::Database;

use super::database::Place;
use super::{ADDRESS, Engine, Inner, SECRET, Tone, Track, World, answer, log_key, open_at};

/// The columns that name a blob.
const BLOBS: [(&str, &str); 4] = [
    ("tracks", "master_sha256"),
    ("tracks", "preview_blob"),
    ("assets", "blob"),
    ("licence_files", "blob"),
];

impl World {
    /// The store of a fixture, whose last step of the schema was `step`, as this build opens it: a
    /// minute after the last thing that happened in it.
    ///
    /// # Panics
    /// When it can't be opened.
    pub async fn left_by(engine: Engine, step: &str, fixture: &str) -> Self {
        let place = Place::make(engine).await;
        let folder = tempfile::tempdir().expect("the folder for temporary files can be written");
        let blobs = Blobs::local(folder.path()).expect("the world's own folder can be written");
        let last = fill(&place.open().await, &blobs, step, fixture).await;
        let key = IssuerKey::from_seed(&[7; 32]);
        let jwks = Jwks::new(ADDRESS, vec![key.public().clone()]);
        let issuer = Issuer::new(Some(key), jwks.clone(), SECRET).with_log_key(log_key());
        let edge = Edge::set(Timestamp(last + 60_000), 2);
        let app = open_at(&place, folder.path(), issuer, edge).await;
        let late = app::proofs::catch_up(&app, &app.call()).await;
        late.expect("what was sold before gets its place in the log");
        app::catalogue::index::follow(&app, 0)
            .await
            .expect("an index can be filled");
        Self(Arc::new(Inner {
            app: Arc::new(app),
            place,
            blobs: Arc::new(folder),
            jwks,
            broken: Mutex::default(),
        }))
    }

    /// The track of a title that was there before.
    ///
    /// # Panics
    /// When there is none.
    pub async fn track_called(&self, title: &str) -> Track {
        let sql = "select id from tracks where title = $1";
        let rows = self.rows(sql, &[title.into()]).await;
        let id = rows.first().expect("the track was there").id("id");
        Track {
            id: TrackId::from_bytes(id.expect("a track has an id")),
            title: title.into(),
        }
    }

    /// The licences of a tier that were there before, the earliest first.
    ///
    /// # Panics
    /// When one can't be read.
    pub async fn licences_of(&self, tier: &str) -> Vec<Licence> {
        let sql = "select id from licences where tier = $1 order by issued_ms, id";
        let mut out = Vec::new();
        for row in self.rows(sql, &[tier.into()]).await {
            let id = LicenceId::from_bytes(row.id("id").expect("a licence has an id"));
            let licence = answer(show::licence(self.app(), id).await);
            out.push(licence.expect("a licence of the store is shown"));
        }
        out
    }
}

/// Builds the schema up to a step and puts every row of the fixture into it; the time of the last
/// journal.
async fn fill(db: &Database, blobs: &Blobs, step: &str, fixture: &str) -> i64 {
    let at = app::MIGRATIONS.iter().position(|one| one.name == step);
    let steps = &app::MIGRATIONS[..=at.expect("the step is one of the schema's")];
    db.migrate(steps).await.expect("an earlier schema is built");
    let fixture = with_sounds(fixture, blobs);
    let mut tx = db.write().await.expect("an empty store can be written");
    for line in fixture.lines().filter(|line| !line.is_empty()) {
        let line = match db.engine() {
            Engine::Sqlite => line.to_owned(),
            Engine::Postgres => spelt(line),
        };
        let done = tx.run(&line, &[]).await;
        done.unwrap_or_else(|error| panic!("{line}: {error:?}"));
    }
    // The sounds are others: what they hold is reckoned anew when they are sold.
    let anew = tx.run("update assets set essence_sha256 = null", &[]).await;
    anew.expect("a fixture has sounds");
    let last = tx.one("select max(at_ms) as last from journals", &[]).await;
    let last = last.and_then(|row| row.int("last"));
    tx.commit().await.expect("a fixture can be kept");
    db.close().await;
    last.expect("something was booked")
}

/// Bytes as PostgreSQL spells them: `X'0A'` is `'\x0A'`.
fn spelt(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 64);
    let mut rest = line;
    while let Some(at) = rest.find('\'') {
        let (before, text) = (&rest[..at], &rest[at + 1..]);
        // A doubled quote begins the next text at once, which comes to the same.
        let end = text.find('\'').expect("every text ends");
        match before.strip_suffix('X') {
            Some(before) => out.extend([before, "'\\x", &text[..end], "'::bytea"]),
            None => out.extend([before, "'", &text[..end], "'"]),
        }
        rest = &text[end + 1..];
    }
    out + rest
}

/// The fixture with the names of sounds that are there.
fn with_sounds(fixture: &str, blobs: &Blobs) -> String {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for line in fixture.lines() {
        for (table, column) in BLOBS {
            let Some(hash) = value(line, table, column) else {
                continue;
            };
            let nth = u16::try_from(names.len()).expect("a fixture has few sounds");
            names.entry(hash).or_insert_with(|| {
                let tone = Tone::new(200.0 + f32::from(nth), 16_000);
                let put = blobs.put(&tone.wav());
                let name = put.expect("the world's own folder can be written");
                HEXLOWER.encode(name.bytes()).to_uppercase()
            });
        }
    }
    let mut out = fixture.to_owned();
    for (then, now) in names {
        out = out.replace(&format!("X'{then}'"), &format!("X'{now}'"));
    }
    out
}

/// The bytes of a column of a line that fills a table, in hexadecimal.
fn value(line: &str, table: &str, column: &str) -> Option<String> {
    let line = line.strip_prefix(&format!("insert into {table} ("))?;
    let (columns, values) = line.split_once(") values (")?;
    let place = columns.split(", ").position(|one| one == column)?;
    let mut texts = Vec::new();
    let (mut quoted, mut from) = (false, 0);
    for (at, byte) in values.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            b',' | b')' if !quoted => {
                texts.push(values[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    let hash = texts.get(place)?.strip_prefix("X'")?.strip_suffix('\'')?;
    Some(hash.to_owned())
}
