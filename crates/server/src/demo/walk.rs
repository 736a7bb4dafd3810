//! The walk: the main job done once, from a search to a clean audit, by the use cases that the
//! pages and the API call. Every figure it gives was read back from the store.

use std::fs;
use std::path::{Path, PathBuf};

use app::access::{Principal, Role, Scope, api_key, person};
use app::accounts::audit::{Check, audit};
use app::catalogue::search::{Search, search};
use app::catalogue::show::splits;
use app::catalogue::{Share, Track};
use app::licensing::buy::{Purchase, buy};
use app::licensing::deliver::deliver;
use app::licensing::quote::{Ask, Quote, quote};
use app::licensing::{Licence, QuotedOption};
use app::metering::earnings::earnings;
use app::metering::report::{Answer as Metered, report};
use app::{App, IntendedUse, Money};
use data_encoding::HEXLOWER;
use licence_key::{Jwks, Standing};
use serde_json::json;

use crate::exit::Failure;
use crate::verify::{self, Answer, Trust};

/// What is looked for.
pub(super) const WORDS: &str = "lo-fi";
/// The sandbox's card: no card of anybody's.
const CARD: &str = "4242 4242 4242 4242";
/// Who buys.
pub const BUYER: &str = "Demo Buyer";

/// Everything the walk has found out.
#[derive(Debug, Clone)]
pub struct Walk {
    /// How many tracks match, and the first of them.
    pub found: (usize, Vec<Track>),
    /// The track that is licensed.
    pub track: Track,
    /// Who shares its money.
    pub splits: Vec<Share>,
    /// What would cover one short.
    pub quote: Quote,
    /// The option that was bought.
    pub chosen: QuotedOption,
    /// The licence.
    pub licence: Licence,
    /// The stamped files.
    pub files: Vec<PathBuf>,
    /// The issuer's public keys, as a buyer would pin them.
    pub jwks: PathBuf,
    /// The delivered file, checked offline.
    pub checked: Answer,
    /// The same token with one character changed.
    pub forged: Answer,
    /// The licence for clip time.
    pub bundle: Licence,
    /// The reported use.
    pub usage: Usage,
    /// The audit after all of it.
    pub audit: Vec<Check>,
    /// An API key for whoever wants to go on.
    pub api_key: String,
}

/// A use under the bundle, reported twice.
#[derive(Debug, Clone)]
pub struct Usage {
    /// The report as it was sent.
    pub event: serde_json::Value,
    /// The first answer.
    pub first: Metered,
    /// The second answer, to the same report.
    pub again: Metered,
    /// Balances by payee: before, after the first report, after the second.
    pub balances: Vec<PayeeBalance>,
}

/// One payee's balance over the two reports.
#[derive(Debug, Clone)]
pub struct PayeeBalance {
    /// Who.
    pub name: String,
    /// Their part, in parts per million.
    pub ppm: i64,
    /// Before the use.
    pub before: Money,
    /// After it.
    pub after: Money,
    /// After it was reported again.
    pub after_again: Money,
}

/// Walks. The index must have followed the database.
///
/// # Errors
/// [`Failure`] of the first step that does not go as it should.
pub async fn walk(app: &App, folder: &Path) -> Result<Walk, Failure> {
    let wanted = Search {
        words: WORDS.into(),
        limit: 5,
        ..Search::default()
    };
    let found = search(app, &wanted).await?;
    let (track, splits) = most_shared(app, &found.tracks).await?;
    let buyer = person::person(app, &mut app.call(), Role::Buyer, BUYER).await?;
    let buyer = Principal::Person(buyer);
    let ask = Ask::Track {
        track: track.slug.clone(),
        wanted: Box::new(IntendedUse::default()),
        stem: None,
    };
    let (quote, chosen, licence) = bought(app, &buyer, &ask).await?;
    let jwks = publish_keys(app, folder)?;
    let files = delivered(app, &licence, &folder.join("delivered")).await?;
    let (checked, forged) = check(app, &files, &jwks, &licence).await?;
    let (_, _, bundle) = bought(
        app,
        &buyer,
        &Ask::Bundle {
            plan: "bundle_10".into(),
        },
    )
    .await?;
    let (key, api_key) =
        api_key::make(app, &mut app.call(), "Demo integrator", &Scope::ALL).await?;
    let usage = used(app, &Principal::Program(key), &track, &splits, &bundle).await?;
    Ok(Walk {
        found: (found.total, found.tracks),
        audit: audit(app).await?,
        track,
        splits,
        quote,
        chosen,
        licence,
        files,
        jwks,
        checked,
        forged,
        bundle,
        usage,
        api_key,
    })
}

/// Of the tracks found, the one that most people share: it shows best how its money is divided.
async fn most_shared(app: &App, tracks: &[Track]) -> Result<(Track, Vec<Share>), Failure> {
    let mut most: Option<(Track, Vec<Share>)> = None;
    for track in tracks {
        let shares = splits(app, track.id).await?;
        if most
            .as_ref()
            .is_none_or(|(_, other)| shares.len() > other.len())
        {
            most = Some((track.clone(), shares));
        }
    }
    most.ok_or_else(|| broken("the search found nothing"))
}

fn broken(what: &str) -> Failure {
    Failure::failed(
        what,
        "delete the demo's folder and start again; report it if it stays so",
    )
}

async fn bought(
    app: &App,
    buyer: &Principal,
    ask: &Ask,
) -> Result<(Quote, QuotedOption, Licence), Failure> {
    let mut call = app.call();
    let quote = quote(app, &mut call, ask).await?;
    let chosen = quote.options.first().cloned();
    let chosen = chosen.ok_or_else(|| broken("nothing on sale covers the use"))?;
    let purchase = Purchase {
        quote: quote.id,
        offer: chosen.offer.clone(),
        licensee: BUYER.into(),
        email: None,
        card: CARD.into(),
        wallet: None,
        top_up: None,
    };
    let key = format!("demo-{}", HEXLOWER.encode(&call.random::<16>()));
    let bought = buy(app, &mut call, buyer, &key, &purchase).await?;
    Ok((quote, chosen, bought.licence))
}

/// The keys under the issuer's name, so that they speak for nobody else.
fn publish_keys(app: &App, folder: &Path) -> Result<PathBuf, Failure> {
    let path = folder.join("jwks.json");
    let keys = Jwks::new(app.settings.public_url.clone(), app.issuer.jwks().keys);
    fs::write(&path, keys.to_json() + "\n").map_err(|e| unusable(&path, &e))?;
    Ok(path)
}

async fn delivered(app: &App, licence: &Licence, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    fs::create_dir_all(folder).map_err(|e| unusable(folder, &e))?;
    let mut paths = Vec::new();
    for file in &licence.files {
        let delivery = deliver(app, licence.id, file.position).await?;
        let path = folder.join(&delivery.name);
        fs::write(&path, &delivery.bytes).map_err(|e| unusable(&path, &e))?;
        let sidecar = verify::sidecar(&path);
        fs::write(&sidecar, &licence.token).map_err(|e| unusable(&sidecar, &e))?;
        paths.push(path);
    }
    Ok(paths)
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(
        format!("{} can't be written: {error}", path.display()),
        "check its owner and mode",
    )
}

/// Checks with nothing but the file and the published keys, as somebody far away would.
async fn check(
    app: &App,
    files: &[PathBuf],
    jwks: &Path,
    licence: &Licence,
) -> Result<(Answer, Answer), Failure> {
    let trust = Trust::of_file(jwks)?;
    let now = app.call().now;
    let file = files
        .first()
        .ok_or_else(|| broken("the licence has no file"))?;
    let subject = verify::of_file(file)?;
    let checked = verify::verify(&subject, &trust, None, now).await?.pop();
    let forged = verify::Subject::Token(flip(&licence.token));
    let forged = verify::verify(&forged, &trust, None, now).await?.pop();
    match (checked, forged) {
        (Some(good), Some(bad))
            if good.standing == Standing::Valid && bad.standing != Standing::Valid =>
        {
            Ok((good, bad))
        }
        _ => Err(broken("the delivered file doesn't verify as it should")),
    }
}

/// Changes one character in the middle of what is signed.
fn flip(token: &str) -> String {
    let middle = token.len() / 2;
    let change = |(at, c): (usize, char)| match c {
        _ if at != middle => c,
        'A' => 'B',
        _ => 'A',
    };
    token.chars().enumerate().map(change).collect()
}

async fn used(
    app: &App,
    program: &Principal,
    track: &Track,
    splits: &[Share],
    bundle: &Licence,
) -> Result<Usage, Failure> {
    let mut call = app.call();
    let event = json!({
        "id": format!("demo:{}", HEXLOWER.encode(&call.random::<8>())),
        "licence_code": bundle.code.to_string(),
        "track": track.id.to_string(),
        "placement": "youtube_shorts",
        "purpose": "monetised_creator",
        "clip_ms": 14_200,
        "published_at": call.now.to_string(),
        "source": "demo",
    });
    let before = balances(app, splits).await?;
    let first = reported(app, program, &event).await?;
    let after = balances(app, splits).await?;
    let again = reported(app, program, &event).await?;
    let after_again = balances(app, splits).await?;
    let rows = splits.iter().zip(before).zip(after).zip(after_again);
    let balances = rows.map(|(((share, before), after), after_again)| PayeeBalance {
        name: share.name.clone(),
        ppm: share.ppm,
        before,
        after,
        after_again,
    });
    Ok(Usage {
        event,
        first,
        again,
        balances: balances.collect(),
    })
}

async fn reported(
    app: &App,
    program: &Principal,
    event: &serde_json::Value,
) -> Result<Metered, Failure> {
    let events = std::slice::from_ref(event);
    let receipt = report(app, program, events).await?.pop();
    Ok(receipt
        .ok_or_else(|| broken("a reported use got no receipt"))?
        .answer)
}

async fn balances(app: &App, splits: &[Share]) -> Result<Vec<Money>, Failure> {
    let mut out = Vec::with_capacity(splits.len());
    for share in splits {
        out.push(earnings(app, &app.call(), share.payee).await?.balance);
    }
    Ok(out)
}
