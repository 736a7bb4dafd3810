//! A licence: its holder's private page, and what anyone may see.

use std::sync::Arc;

use app::App;
use app::billing::credit_note::{CreditNote, credit_notes};
use app::catalogue::Track;
use app::catalogue::search::{Search, search};
use app::licensing::papers::texts;
use app::licensing::show::{self, ClipTime};
use app::licensing::{Licence, LicenceFile, Standing, verify};
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::LicenceId;
use ledger::Money;
use qrcode::QrCode;
use qrcode::render::svg;

use super::channels::{self, Refused};
use super::clip_time;
use super::frame::Frame;
use super::standing;
use super::view::{
    ClipMeter, DeliveredFile, LicencePage, Paper, PublicLicencePage, ReceiptLine, Take, Takeable,
};
use crate::api::licences::{claim_path, file_path, opened, private_path, sidecar_path, track_path};
use crate::api::{params, verify as for_programs};
use crate::limit::Counted;
use crate::negotiation::wants_json;
use crate::problem::Problem;
use crate::words;

/// `GET /licences/{id}?grant=`.
pub(crate) async fn private(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let id = opened(&app, &frame.caller, &name, query.as_deref())?;
    page(&app, id, query.as_deref(), frame, None).await
}

/// The holder's page, with what they sent about a channel where that was refused.
pub(crate) async fn page(
    app: &App,
    id: LicenceId,
    query: Option<&str>,
    frame: Frame,
    refused: Option<&Refused>,
) -> Result<Response, Problem> {
    let licence = show::licence(app, id).await?;
    let now = app.call().now;
    let code = licence.code.to_string();
    let take = match licence.bundle {
        Some(_) => Some(take(app, &licence, query).await?),
        None => None,
    };
    // The receipt is the sale's: a subscription's later payments are on its own page.
    let mut notes = credit_notes(app, id).await?;
    notes.retain(|note| note.kind.is_first());
    let clip_time = match licence.bundle {
        Some(clip) => Some(clip_time::section(app, &licence, clip.id).await?),
        None => None,
    };
    super::html(&LicencePage {
        shell: frame.unlisted(format!("Licence {code}")),
        just_bought: params::value(query, "new").is_some(),
        subject: standing::subject(&licence),
        item: standing::item(&licence.label),
        standing: standing::standing(&licence, now),
        standing_note: standing::note(&licence, now),
        standing_reason: licence
            .standing_reason
            .clone()
            .filter(|_| licence.standing != Standing::Valid),
        channels: channels::section(app, &licence, query, refused).await?,
        private_url: format!("{}{}", app.settings.public_url, private_path(&licence)),
        public_url: app.settings.licence_page(&code),
        files: licence
            .files
            .iter()
            .map(|file| delivered(&licence, file))
            .collect(),
        clip: licence.bundle.map(meter),
        clip_time,
        take,
        upgrade_href: upgrade_href(&licence),
        subscription_href: (licence.tier == "pool").then(|| {
            format!(
                "/licences/{}/subscription?grant={}",
                licence.id, licence.grant
            )
        }),
        upgraded: upgraded(&licence),
        terms: standing::terms(&licence.envelope),
        paste: texts::paste(app, &licence),
        claim_href: (licence.standing == Standing::Valid).then(|| claim_path(&licence)),
        receipt: receipt(&licence),
        lines: standing::price_lines(&licence.lines, None, licence.price),
        given_back: given_back(&notes),
        papers: papers(&licence, &notes),
        verify_command: licence
            .files
            .first()
            .map(|f| format!("clearcue verify \"{}\"", f.name)),
        code,
    })
}

/// `GET /l/{code}`: a page, or JSON for programs that ask for it.
pub(crate) async fn public(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    _counted: Counted,
    headers: HeaderMap,
    frame: Frame,
) -> Result<Response, Problem> {
    if wants_json("", &headers) {
        return for_programs::answer(&app, &code, &headers).await;
    }
    let licence = verify::verify(&app, &code).await?;
    let now = app.call().now;
    let code = licence.code.to_string();
    let url = app.settings.licence_page(&code);
    super::html(&PublicLicencePage {
        shell: frame.unlisted(format!("Licence {code}")),
        subject: standing::subject(&licence),
        item: standing::item(&licence.label),
        standing: standing::standing(&licence, now),
        standing_note: standing::note(&licence, now),
        checked_at: words::moment(now),
        facts: standing::facts(&licence),
        terms: standing::terms(&licence.envelope),
        qr_svg: qr(&url),
        url,
        code,
    })
}

fn upgrade_href(licence: &Licence) -> Option<String> {
    let can = licence.track.is_some()
        && licence.upgraded_to.is_none()
        && licence.standing == Standing::Valid;
    can.then(|| format!("/licences/{}/upgrade?grant={}", licence.id, licence.grant))
}

fn upgraded(licence: &Licence) -> Option<String> {
    match (licence.upgraded_to, licence.upgrade_of) {
        (Some(new), _) => Some(format!(
            "Upgraded to {new}, which allows more. This one stays valid."
        )),
        (None, Some(old)) => Some(format!("Upgraded from {old}, which stays valid.")),
        (None, None) => None,
    }
}

/// How many tracks are offered to be taken at once.
const TAKE_MAX: usize = 8;

async fn take(app: &App, licence: &Licence, query: Option<&str>) -> Result<Take, Problem> {
    let words = params::value(query, "q").unwrap_or_default();
    let wanted = Search {
        words: words.clone(),
        limit: TAKE_MAX,
        ..Search::default()
    };
    let found = search(app, &wanted).await?;
    let track = |track: &Track| Takeable {
        title: track.title.clone(),
        artist: track.artist.name.clone(),
        href: format!("/tracks/{}", track.slug),
        take_href: track_path(licence, track),
    };
    Ok(Take {
        action: format!("/licences/{}", licence.id),
        grant: licence.grant.clone(),
        query: words,
        tracks: found.tracks.iter().map(track).collect(),
    })
}

fn delivered(licence: &Licence, file: &LicenceFile) -> DeliveredFile {
    DeliveredFile {
        name: file.name.clone(),
        kind: format!("{}, {}", file.kind.label(), file.format.to_uppercase()),
        href: file_path(licence, file),
        sidecar_href: Some(sidecar_path(licence, file)),
    }
}

fn meter(clip: ClipTime) -> ClipMeter {
    let left = clip.left_ms();
    let seconds = |ms: i64| u64::try_from(ms / 1000).unwrap_or(0);
    let (words, until) = (words::span(left), words::date(clip.expires_at));
    ClipMeter {
        left: seconds(left),
        bought: seconds(clip.total_ms),
        words: format!(
            "{words} left of {}, until {until}",
            words::span(clip.total_ms)
        ),
    }
}

/// What was given back for good, in words.
fn given_back(notes: &[CreditNote]) -> Option<String> {
    let currency = notes.first()?.money.currency();
    let sum = notes.iter().map(|note| note.money.micros()).sum();
    let sum = words::price(Money::new(sum, currency));
    Some(format!("{sum} of this was given back to you."))
}

/// The papers of a licence's money.
fn papers(licence: &Licence, notes: &[CreditNote]) -> Vec<Paper> {
    let at = |path: &str| format!("/v1/licences/{}/{path}?grant={}", licence.id, licence.grant);
    // Whoever was given it has paid nothing: the giver has the invoice.
    let given = licence.bundle.is_some_and(|clip| clip.gift);
    let billed = (!given && !licence.price.is_zero()).then(|| Paper {
        label: "Invoice".into(),
        href: at("invoice.pdf"),
    });
    let mut papers: Vec<Paper> = billed.into_iter().collect();
    papers.extend(notes.iter().map(|note| Paper {
        label: format!("Credit note {}", note.number),
        href: at(&format!("credit-notes/{}", note.number)),
    }));
    papers
}

fn receipt(licence: &Licence) -> Vec<ReceiptLine> {
    let mut lines = vec![standing::line("Licensed to", &licence.licensee)];
    lines.extend(
        licence
            .email
            .as_ref()
            .map(|email| standing::line("E-mail", email)),
    );
    lines.push(standing::line("Paid", words::moment(licence.issued_at)));
    lines.push(standing::line("Number", licence.id.to_string()));
    lines
}

/// The address as a QR code: an `<svg>` of ours, without declaration and without inline style.
fn qr(url: &str) -> String {
    let Ok(code) = QrCode::new(url.as_bytes()) else {
        return String::new();
    };
    let image = code
        .render::<svg::Color<'_>>()
        .min_dimensions(160, 160)
        .build();
    image
        .find("<svg")
        .and_then(|at| image.get(at..))
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;

    use super::*;

    #[test]
    fn the_code_is_an_svg_and_carries_no_style() {
        let image = qr("https://store.example/l/7K3M9-QXD4T-0RWPD");
        assert!(image.starts_with("<svg") && image.ends_with("</svg>"));
        assert!(!image.contains("style=") && !image.contains("<script"));
    }

    #[test]
    fn clip_time_is_said_in_seconds_and_words() {
        let clip = ClipTime {
            id: domain::BundleId::from_bytes([0; 16]),
            total_ms: 600_000,
            consumed_ms: 168_000,
            gone_ms: 0,
            gift: false,
            expires_at: Timestamp(0),
        };
        let meter = meter(clip);
        assert_eq!((meter.left, meter.bought), (432, 600));
        assert_eq!(meter.words, "7 min 12 s left of 10 min, until 1 Jan 1970");
    }
}
