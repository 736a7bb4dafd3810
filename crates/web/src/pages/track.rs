//! A track's own page.

use std::sync::Arc;

use app::App;
use app::catalogue::{Track, credits, show};
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use domain::credits::{Credits, Publisher, Writer};

use super::card::{preview_url, wave};
use super::frame::Frame;
use super::standing::capital;
use super::use_form::{Answers, via};
use super::view::{Credit, Fact, Stem, TrackPage};
use crate::problem::Problem;
use crate::words;

/// `GET /tracks/{slug}`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let via = via(query.as_deref());
    let track = show::track(&app, &name).await?;
    let known = credits::credits(&app, &track.id.to_string()).await?;
    let shares = show::splits(&app, track.id).await?;
    let title = format!("{} by {}", track.title, track.artist.name);
    let description = match track.description.as_str() {
        "" => format!("Hear and license {title} for short video."),
        words => words.to_owned(),
    };
    let credit = |share: app::catalogue::Share| Credit {
        name: share.name,
        role: "Shares in it".into(),
    };
    let on_sale = track.from_price.is_some();
    super::html(&TrackPage {
        shell: frame.shell(title, description),
        artist_href: format!("/?artist={}", track.artist.slug),
        tags: tags(&track),
        length: words::clock(track.duration_ms),
        from_price: track.from_price.map(words::price),
        preview_url: preview_url(&track),
        wave: wave(&track, super::view::wave::HERO),
        facts: facts(&track).into_iter().chain(numbers(&known)).collect(),
        credits: written(&known)
            .into_iter()
            .chain(shares.into_iter().map(credit))
            .collect(),
        stems: track.stems.iter().map(|name| stem(name)).collect(),
        use_form: on_sale.then(|| Answers::default().by(via).form(&track)),
        slug: track.slug,
        title: track.title,
        artist: track.artist.name,
    })
}

/// Who wrote and published it, as far as somebody has said. The split sheet says who is paid,
/// which is another matter.
fn written(known: &Credits) -> Vec<Credit> {
    let writer = |writer: &Writer| Credit {
        name: writer.name.clone(),
        role: capital(writer.role.label()),
    };
    let publisher = |publisher: &Publisher| Credit {
        name: publisher.name.clone(),
        role: "Publisher".into(),
    };
    let writers = known.writers.iter().map(writer);
    writers
        .chain(known.publishers.iter().map(publisher))
        .collect()
}

/// The numbers a recording and its work are known by.
fn numbers(known: &Credits) -> Vec<Fact> {
    [
        ("Version", &known.version),
        ("Work", &known.work_title),
        ("ISRC", &known.isrc),
        ("ISWC", &known.iswc),
        ("Rights", &known.label_line),
    ]
    .into_iter()
    .filter_map(|(term, value)| {
        Some(Fact {
            term: term.into(),
            value: value.clone()?,
        })
    })
    .collect()
}

fn tags(track: &Track) -> Vec<String> {
    let genre = Some(track.genre.clone()).filter(|genre| !genre.is_empty());
    let mut tags: Vec<_> = genre
        .iter()
        .chain(&track.moods)
        .map(|tag| capital(tag))
        .collect();
    if track.loopable {
        tags.push("Loops".into());
    }
    tags
}

fn stem(name: &str) -> Stem {
    Stem {
        name: capital(name),
        wave: None,
        preview_url: None,
    }
}

fn facts(track: &Track) -> Vec<Fact> {
    let fact = |term: &str, value: String| Fact {
        term: term.into(),
        value,
    };
    let mut facts = Vec::new();
    facts.extend(
        track
            .bpm_milli
            .map(|bpm| fact("Tempo", format!("{} BPM", words::thousandths(bpm)))),
    );
    facts.extend(track.key.clone().map(|key| fact("Key", key)));
    facts.push(fact("Length", words::clock(track.duration_ms)));
    facts.push(fact("Loudness", loudness(track.loudness_clufs)));
    facts.push(fact("Energy", format!("{} of 100", track.energy)));
    facts.push(fact(
        "Voices",
        if track.vocal { "Sung" } else { "Instrumental" }.into(),
    ));
    if track.loopable {
        facts.push(fact("Loop", "Its end runs into its beginning".into()));
    }
    if !track.instruments.is_empty() {
        facts.push(fact("Instruments", track.instruments.join(", ")));
    }
    if !track.description.is_empty() {
        facts.push(fact("About", track.description.clone()));
    }
    facts
}

/// Hundredths of LUFS, to one decimal: `−14.1 LUFS`.
fn loudness(clufs: i64) -> String {
    let sign = if clufs < 0 { "−" } else { "" };
    let tenths = (clufs.unsigned_abs() + 5) / 10;
    format!("{sign}{}.{} LUFS", tenths / 10, tenths % 10)
}
