//! A store with many licences of every kind, written straight into its database.

use std::path::{Path, PathBuf};
use std::process::Command;

use domain::envelope::Credit;
use domain::offer::BUNDLE_PLANS;
use domain::{Timestamp, TrackId};
use licence_key::Code;
use store::db::{Database, Value};

use super::Outcome;

#[allow(dead_code, reason = "the tests fill a store's folder")]
#[path = "../../../crates/server/tests/common/crowd.rs"]
mod crowd;

/// How many tracks there are.
pub(crate) const TRACKS: u64 = 100;

/// Where a store is, and the key that reports to it.
pub(crate) struct Store {
    folder: PathBuf,
    address: String,
    pub(crate) key: String,
}

/// What may be reported.
pub(crate) struct Shop {
    pub(crate) codes: Vec<String>,
    pub(crate) tracks: Vec<String>,
    /// The payee who gets a third of the last track and two of the one before.
    pub(crate) payee: String,
}

impl Store {
    pub(crate) fn command(&self, program: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(words)
            .current_dir(&self.folder)
            .env("HOME", &self.folder);
        command.args(["--store", "store"]);
        command
    }

    /// How large its database is, the log of SQLite's included.
    pub(crate) fn bytes(&self) -> Outcome<u64> {
        let size = |name: &str| {
            let file = self.folder.join("store").join(name);
            std::fs::metadata(file).map_or(0, |data| data.len())
        };
        Ok(size("clearcue.db") + size("clearcue.db-wal"))
    }
}

/// Makes an empty store by the program itself.
pub(crate) async fn open(program: &Path, folder: &Path, database: Option<&str>) -> Outcome<Store> {
    let mut init = Command::new(program);
    init.args(["init", "store"])
        .current_dir(folder)
        .env("HOME", folder);
    if let Some(address) = database {
        init.args(["--database", address]);
    }
    run(&mut init)?;
    let file = folder.join("store").join("clearcue.db");
    let address = database.map_or_else(|| format!("sqlite:{}", file.display()), str::to_owned);
    let mut store = Store {
        folder: folder.to_owned(),
        address,
        key: String::new(),
    };
    let scopes = ["--scope", "usage:write", "--scope", "report:read"];
    let words = ["key", "create", "--name", "editor", "--json"];
    let made = run(store.command(program, &words).args(scopes))?;
    let made: serde_json::Value = serde_json::from_str(&made)?;
    made["secret"]
        .as_str()
        .ok_or("no key")?
        .clone_into(&mut store.key);
    Ok(store)
}

fn run(command: &mut Command) -> Outcome<String> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Puts licences in: of ten, six for clip time, two by subscription, two paid by the track.
pub(crate) async fn furnish(store: &Store, licences: u64) -> Outcome<Shop> {
    let tracks = i64::try_from(TRACKS)?;
    crowd::fill_database(&store.address, 1, tracks).await;
    let db = Database::open(&store.address, false).await?;
    let mut tx = db.write().await?;
    let now = super::load::now_ms();
    let sold = Timestamp(now - 2 * domain::time::DAY_MS);
    let envelope = BUNDLE_PLANS[0].envelope(Credit::NotRequired, sold);
    let envelope = serde_json::to_string(&envelope)?;
    let mut codes = Vec::new();
    for n in 0..licences {
        // A valid code: the check symbol of a multiple of 37 is 0.
        let code = Code::from_value(u128::from(37 * (1_000_003 + n))).ok_or("no code")?;
        let id = id('z', n);
        let track = id_of_track(n);
        let kind = [
            "bundle", "bundle", "bundle", "bundle", "bundle", "bundle", "pool", "pool", "creator",
            "creator",
        ];
        let kind = kind[usize::try_from(n % 10)?];
        let own = (kind == "creator").then_some(&track[..]);
        let values = [
            Value::from(&id),
            code.plain().into(),
            envelope.as_str().into(),
            kind.into(),
            own.map(<[u8]>::to_vec).into(),
            i64::try_from(n + 10)?.into(),
        ];
        tx.run(LICENCE, &values).await?;
        match kind {
            "bundle" => {
                tx.run(BUNDLE, &[(&id).into()]).await?;
            }
            "pool" => {
                tx.run(SUBSCRIPTION, &[(&id).into()]).await?;
                tx.run(RUN, &[(&id).into(), sold.0.into()]).await?;
                let until = sold.0 + 30 * domain::time::DAY_MS;
                tx.run(CYCLE, &[(&id).into(), sold.0.into(), until.into()])
                    .await?;
            }
            _ => {}
        }
        codes.push(code.to_string());
    }
    tx.run(ATTESTED, &[]).await?;
    tx.run(ROTATION, &[(sold.0 - 1).into()]).await?;
    tx.commit().await?;
    db.close().await;
    Ok(Shop {
        codes,
        tracks: (0..TRACKS)
            .map(|n| TrackId::from_bytes(id_of_track(n)).to_string())
            .collect(),
        payee: domain::PayeeId::from_bytes(id('p', TRACKS - 1)).to_string(),
    })
}

fn id_of_track(n: u64) -> [u8; 16] {
    id('t', n % TRACKS)
}

fn id(kind: char, n: u64) -> [u8; 16] {
    let mut out = [0; 16];
    out.copy_from_slice(format!("{kind}{n:015}").as_bytes());
    out
}

const LICENCE: &str = "
    insert into licences (id, code, quote_id, payment_id, asset_kind, tier, label, title, artist,
                          price_micros, currency, price_lines, envelope, envelope_sha256, token,
                          status, status_index, issued_ms, track_id)
    select $1, $2, quote_id, payment_id, 'edit', $4, 'Clip time', '', '', 10000000, 'USD',
           '[]', $3, envelope_sha256, '', 'valid', $6, 0, $5
      from licences order by issued_ms, id limit 1";

const BUNDLE: &str = "
    insert into bundles (id, licence_id, plan, currency, price_micros, unearned_micros, total_ms,
                         consumed_ms, expires_ms, family)
    values ($1, $1, 'clip_600', 'USD', 10000000, 10000000000, 1000000000, 0, 9000000000000, $1)";

const SUBSCRIPTION: &str = "
    insert into subscriptions (id, licence_id, plan, currency, state, provider, card_token,
                               due_ms, owed_ms, tries, created_ms)
    values ($1, $1, 'pool_5', 'USD', '{\"state\":\"active\"}', 'sandbox', '', null, null, 0, 0)";

const RUN: &str = "
    insert into subscription_runs (subscription_id, anchor_ms) values ($1, $2)";

const CYCLE: &str = "
    insert into cycles (id, subscription_id, plan, currency, start_ms, end_ms, price_micros,
                        contribution_micros, guarantee_micros, idle_rule)
    values ($1, $1, 'pool_5', 'USD', $2, $3, 5000000, 10000000000, 50000, 'share')";

const ATTESTED: &str = "
    insert into attestations (track_id, master_ms, composition_ms)
    select id, 1, 1 from tracks where true
        on conflict (track_id) do update set master_ms = 1, composition_ms = 1";

const ROTATION: &str = "
    insert into rotation (id, track_id, from_ms) select id, id, $1 from tracks";
