//! Whether a licence holds, and what it allows, in the views' words.

use app::licensing::{Licence, Line, Standing as Kept};
use domain::envelope::Territory;
use domain::{Envelope, Texts, Timestamp, plain, plain_en};
use ledger::{Currency, Money};

use super::view::{PriceLine, ReceiptLine, Standing, Terms};
use crate::words;

/// Whether a licence holds now. A publish window that has passed ends it for new videos.
pub(crate) fn standing(licence: &Licence, now: Timestamp) -> Standing {
    let over = licence
        .envelope
        .publish_window
        .until
        .is_some_and(|until| until <= now);
    match licence.standing {
        Kept::Valid if over => Standing::Ended,
        Kept::Valid => Standing::Valid,
        Kept::Suspended => Standing::Suspended,
        Kept::Revoked => Standing::Revoked,
    }
}

/// What that means, one sentence.
pub(crate) fn note(licence: &Licence, now: Timestamp) -> String {
    match (
        standing(licence, now),
        licence.envelope.publish_window.until,
    ) {
        (Standing::Valid, Some(until)) => {
            format!(
                "Publish until {}. What is published by then stays covered for ever.",
                words::date(until)
            )
        }
        (Standing::Valid, None) if licence.tier == "pool" => {
            "For what is published while the subscription runs and its track is in rotation: that \
             stays covered for ever."
                .into()
        }
        (Standing::Valid, None) => {
            "It has no end: what is published stays covered for ever.".into()
        }
        (Standing::Ended, _) => {
            "The time to publish is over. What was published in it stays covered for ever.".into()
        }
        (Standing::Suspended, _) => format!(
            "It is on hold{}, for instance while a payment is disputed.",
            since(licence, " since ")
        ),
        (Standing::Revoked, _) => {
            format!(
                "It was withdrawn{} and covers nothing new.",
                since(licence, " on ")
            )
        }
    }
}

/// When its standing was last moved, behind these words; nothing where it wasn't.
fn since(licence: &Licence, words: &str) -> String {
    let since = licence.standing_since.map(words::date);
    since.map(|day| format!("{words}{day}")).unwrap_or_default()
}

/// What is licensed, for instance `Slow Lantern — Ada Moreau`.
pub(crate) fn subject(licence: &Licence) -> String {
    if licence.track.is_none() {
        return scope(&licence.tier).into();
    }
    format!("{} — {}", licence.title, licence.artist)
}

/// What a licence that isn't of one track holds for, by its tier's word.
pub(crate) fn scope(tier: &str) -> &'static str {
    if tier == "pool" {
        "The tracks in rotation"
    } else {
        "Any track of this store"
    }
}

/// What anybody may know, a line each.
pub(crate) fn facts(licence: &Licence) -> Vec<ReceiptLine> {
    let envelope = &licence.envelope;
    let mut facts = vec![line("Issued", words::date(licence.issued_at))];
    if let Some(until) = envelope.publish_window.until {
        facts.push(line("Publish until", words::date(until)));
    }
    facts.push(line("Territory", territory(envelope)));
    let places: Vec<_> = envelope
        .placements
        .iter()
        .map(|p| capital(plain_en::placement(p)))
        .collect();
    facts.push(line("On", places.join(", ")));
    facts
}

fn territory(envelope: &Envelope) -> String {
    let join = |countries| Texts::english().countries(countries);
    match &envelope.territory {
        Territory::Worldwide => "Worldwide".into(),
        Territory::Only(countries) => join(countries),
        Territory::Except(countries) => format!("Worldwide but {}", join(countries)),
    }
}

/// A term and its value.
pub(crate) fn line(term: &str, value: impl Into<String>) -> ReceiptLine {
    ReceiptLine {
        term: term.into(),
        value: value.into(),
    }
}

/// The terms of an envelope in plain words.
pub(crate) fn terms(envelope: &Envelope) -> Terms {
    let plain = plain(envelope);
    Terms {
        may: plain.may,
        may_not: plain.may_not,
        must: plain.must,
    }
}

/// The lines of a price with the sum behind them, and the tax within it.
pub(crate) fn price_lines(lines: &[Line], included: Option<&Line>, total: Money) -> Vec<PriceLine> {
    let amount = |micros: i64, currency: Currency| words::price(Money::new(micros, currency));
    let currency = total.currency();
    let one = |line: &Line| PriceLine {
        label: line.label.clone(),
        amount: amount(line.micros, currency),
        total: false,
    };
    let mut out: Vec<_> = lines.iter().map(one).collect();
    out.push(PriceLine {
        label: "Total".into(),
        amount: words::price(total),
        total: true,
    });
    out.extend(included.map(one));
    out
}

/// `15-second cut, Creator tier` as a heading: `15-second cut · Creator`.
pub(crate) fn item(label: &str) -> String {
    label
        .strip_suffix(" tier")
        .unwrap_or(label)
        .replacen(", ", " · ", 1)
}

/// The same word with a capital.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first: String = letters
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    format!("{first}{}", letters.as_str())
}
