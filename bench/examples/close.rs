//! How long closing takes: 100,000 subscribers who used 20 tracks each, on SQLite. Other figures
//! can be said: `cargo run --release -p bench --example close -- 10000 20`.

use std::time::Instant;

use app::subscriptions::close;
use app::{App, Currency, Edge, Issuer, MIGRATIONS, Rates, Seller, Settings};
use licence_key::Jwks;
use store::blobs::Blobs;
use store::db::Database;
use store::mail::Mail;

#[path = "../../crates/server/tests/common/crowd.rs"]
mod crowd;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut said = std::env::args().skip(1).map(|word| word.parse::<i64>());
    let subscribers = said.next().transpose()?.unwrap_or(100_000);
    let tracks = said.next().transpose()?.unwrap_or(20);
    let folder = tempfile::tempdir()?;
    let address = format!("sqlite:{}", folder.path().join("clearcue.db").display());
    let db = Database::open(&address, true).await?;
    db.migrate(MIGRATIONS).await?;
    let began = Instant::now();
    crowd::fill(folder.path(), subscribers, tracks).await;
    println!("filled in {:.1} s", began.elapsed().as_secs_f64());
    let public_url = "http://127.0.0.1:8080".to_owned();
    let issuer = Issuer::new(None, Jwks::new(&public_url, Vec::new()), [9; 32]);
    let settings = Settings {
        name: "Bench".into(),
        public_url,
        currency: Currency::USD,
        bundles: domain::offer::BUNDLE_PLANS.to_vec(),
        rates: Rates::default(),
        terms: "1".into(),
        seller: Seller::default(),
        reserve_days: 90,
        sandbox_webhook_secret: String::new(),
        mail_from: String::new(),
        ddex: None,
    };
    let blobs = Blobs::local(folder.path().join("blobs"))?;
    let mail = Mail::Folder(folder.path().join("mails"));
    let app = App::new(db, blobs, mail, issuer, settings, Edge::System)?;
    let began = Instant::now();
    let closed = close::close(&app, None, &|_| {})
        .await
        .map_err(|stop| stop.to_string())?;
    println!(
        "closed {} cycles of {tracks} tracks in {} batches: {:.1} s",
        closed.cycles,
        closed.batches.len(),
        began.elapsed().as_secs_f64()
    );
    Ok(())
}
