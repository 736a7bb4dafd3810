//! The steps, in the order of the walk.

use std::io::Cursor;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use app::access::{Principal, Role, Scope, api_key, person};
use app::catalogue::search::{Search, search};
use app::licensing::buy::{Purchase, buy};
use app::licensing::quote::{Ask, quote};
use app::licensing::{Licence, deliver};
use app::metering::report;
use audio::Limits;
use data_encoding::BASE64URL_NOPAD;
use domain::IntendedUse;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::baseline::{bare_commit, bare_read};
use crate::measure::{Table, time, time_async, time_pair};
use crate::stage::{self, Fallible, Stage};

const COMMIT: &str = "a bare durable commit";
const READ: &str = "a bare read transaction";

/// Composing, importing: beside decoding alone.
pub(crate) fn sound(table: &mut Table) -> Fallible<()> {
    let piece = stage::piece();
    let files = stage::files(&piece)?;
    let length = Duration::from_millis(piece.duration_ms.into());
    let bytes: usize = files.stems.iter().map(|(_, b)| b.len()).sum::<usize>() + files.mix.len();
    let rendered = time(1, || {
        std::hint::black_box(synth::render(&piece));
        Ok::<(), String>(())
    })?;
    table.row(
        "render a demo track with its stems",
        rendered,
        "its length",
        length,
    );
    let decoded = time(1, || {
        let all = files
            .stems
            .iter()
            .map(|(_, bytes)| bytes)
            .chain([&files.mix]);
        for file in all {
            audio::decode(Cursor::new(file.clone()), &Limits::default())
                .map_err(|e| e.to_string())?;
        }
        Ok::<(), String>(())
    })?;
    let imported = time(1, || stage::import(&piece, &files).map(drop))?;
    let what = format!(
        "import it: decode {} MB, analyse, preview",
        bytes / 1_000_000
    );
    table.row(&what, imported, "its length", length);
    table.row("the same", imported, "decoding it alone", decoded);
    Ok(())
}

/// Verifying a key offline: beside the bare signature check of the same token, under the same
/// key, just as strict. The two take turns, so that a machine that slows down slows both.
pub(crate) async fn keys(stage: &Stage, table: &mut Table) -> Fallible<()> {
    let licence = buy_cut(stage).await?;
    let jwks = &stage.app.issuer.jwks();
    let (message, signature) = licence
        .token
        .rsplit_once('.')
        .ok_or("the token has no signature")?;
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes())?;
    let signature = Signature::from_slice(&signature)?;
    let public = VerifyingKey::from_bytes(&stage.key.public().to_bytes())?;
    let check_bare = || {
        for _ in 0..50 {
            public
                .verify_strict(message.as_bytes(), &signature)
                .map_err(|e| e.to_string())?;
        }
        Ok::<(), String>(())
    };
    let check_whole = || {
        for _ in 0..50 {
            licence_key::verify(&licence.token, jwks).map_err(|e| e.to_string())?;
        }
        Ok::<(), String>(())
    };
    let (bare, whole) = time_pair(50, check_bare, check_whole)?;
    table.row("verify a key offline", whole, "a bare Ed25519 check", bare);
    let read = time(500, || {
        for _ in 0..500 {
            licence_key::verify(&licence.token, jwks)
                .and_then(|verified| verified.claims())
                .map_err(|e| e.to_string())?;
        }
        Ok::<(), String>(())
    })?;
    let what = "the same, and read its claims into memory";
    table.row(what, read, "a bare Ed25519 check", bare);
    let claims = licence_key::verify(&licence.token, jwks)?.claims()?;
    let signed = time(200, || {
        for _ in 0..200 {
            licence_key::sign(&claims, &stage.key).map_err(|e| e.to_string())?;
        }
        Ok::<(), String>(())
    })?;
    table.row("sign a key", signed, "a bare Ed25519 check", bare);
    Ok(())
}

/// What touches the database: beside one bare commit, or one bare read.
pub(crate) async fn store(stage: &Stage, table: &mut Table) -> Fallible<()> {
    let app = &stage.app;
    let commit = time_async(20, || async {
        for _ in 0..20 {
            bare_commit(&app.db).await.map_err(|e| e.to_string())?;
        }
        Ok::<(), String>(())
    })
    .await?;
    let read = time_async(200, || async {
        for _ in 0..200 {
            bare_read(&app.db).await.map_err(|e| e.to_string())?;
        }
        Ok::<(), String>(())
    })
    .await?;
    let found = time_async(100, || async {
        for _ in 0..100 {
            let wanted = Search {
                words: "second cap".into(),
                limit: 24,
                ..Search::default()
            };
            search(app, &wanted).await.map_err(|e| e.to_string())?;
        }
        Ok::<(), String>(())
    })
    .await?;
    table.row("search with a typo, facets counted", found, READ, read);
    let quoted = time_async(20, || async {
        for _ in 0..20 {
            quote_cut(stage).await?;
        }
        Ok::<(), String>(())
    })
    .await?;
    table.row("quote a use", quoted, COMMIT, commit);
    let bought = time_async(20, || async {
        for _ in 0..20 {
            buy_cut(stage).await?;
        }
        Ok::<(), String>(())
    })
    .await?;
    table.row(
        "quote and buy a cut, signed and journalled",
        bought,
        COMMIT,
        commit,
    );
    delivery(stage, table).await?;
    uses(stage, table, commit).await
}

async fn delivery(stage: &Stage, table: &mut Table) -> Fallible<()> {
    let licence = buy_cut(stage).await?;
    let file = deliver::deliver(&stage.app, licence.id, 0)
        .await
        .map_err(|e| e.to_string())?;
    let hashed = time(5, || {
        for _ in 0..5 {
            std::hint::black_box(Sha256::digest(&file.bytes));
        }
        Ok::<(), String>(())
    })?;
    let delivered = time_async(5, || async {
        for _ in 0..5 {
            deliver::deliver(&stage.app, licence.id, 0)
                .await
                .map_err(|e| e.to_string())?;
        }
        Ok::<(), String>(())
    })
    .await?;
    let what = format!("deliver {:.1} MB with its key inside", mb(file.bytes.len()));
    table.row(&what, delivered, "one SHA-256 of it", hashed);
    Ok(())
}

async fn uses(stage: &Stage, table: &mut Table, commit: Duration) -> Fallible<()> {
    let app = &stage.app;
    let bundle = purchase(
        stage,
        Ask::Bundle {
            plan: "bundle_100".into(),
        },
    )
    .await?;
    let (key, _) = api_key::make(app, &mut app.call(), "bench", &[Scope::ReportUses]).await?;
    person::person(app, &mut app.call(), Role::Operator, "Bench").await?;
    let reporter = Principal::Program(key);
    let next = AtomicU64::new(0);
    let send = |count: u64| {
        let (reporter, next, code) = (&reporter, &next, bundle.code.to_string());
        async move {
            let call = app.call();
            let first = next.fetch_add(count, Ordering::Relaxed);
            let event = |n: u64| {
                json!({
                    "id": format!("bench:{n}"), "licence_code": code,
                    "track": stage.track.to_string(), "placement": "tiktok",
                    "purpose": "monetised_creator", "clip_ms": 1000,
                    "published_at": call.now.to_string(),
                })
            };
            let events: Vec<_> = (first..first + count).map(event).collect();
            let receipts = report::report(app, reporter, &events)
                .await
                .map_err(|e| e.to_string())?;
            match receipts
                .iter()
                .find(|r| !matches!(r.answer, report::Answer::Accepted(_)))
            {
                Some(other) => Err(format!("a use was not accepted: {:?}", other.answer)),
                None => Ok(()),
            }
        }
    };
    let single = time_async(1, || send(1)).await?;
    table.row("report one use, drawn and paid", single, COMMIT, commit);
    let batch = time_async(500, || send(500)).await?;
    table.row("report a use in a batch of 500", batch, COMMIT, commit);
    Ok(())
}

async fn quote_cut(stage: &Stage) -> Result<app::licensing::quote::Quote, String> {
    let wanted = Box::new(IntendedUse::default());
    let ask = Ask::Track {
        track: stage.track.to_string(),
        wanted,
        stem: None,
    };
    quote(&stage.app, &mut stage.app.call(), &ask)
        .await
        .map_err(|e| e.to_string())
}

async fn buy_cut(stage: &Stage) -> Result<Licence, String> {
    let wanted = Box::new(IntendedUse::default());
    purchase(
        stage,
        Ask::Track {
            track: stage.track.to_string(),
            wanted,
            stem: None,
        },
    )
    .await
}

async fn purchase(stage: &Stage, ask: Ask) -> Result<Licence, String> {
    let app = &stage.app;
    let mut call = app.call();
    let quote = quote(app, &mut call, &ask)
        .await
        .map_err(|e| e.to_string())?;
    let offer = quote
        .options
        .first()
        .ok_or("nothing covers the use")?
        .offer
        .clone();
    let key = quote.id.to_string();
    let purchase = Purchase {
        quote: quote.id,
        offer,
        licensee: "Bench".into(),
        email: None,
        card: "4242 4242 4242 4242".into(),
        wallet: None,
        top_up: None,
    };
    let bought = buy(app, &mut call, &Principal::Guest, &key, &purchase).await;
    Ok(bought.map_err(|e| e.to_string())?.licence)
}

#[expect(clippy::cast_precision_loss, reason = "a file's size for people")]
fn mb(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}
