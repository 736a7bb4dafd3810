//! The papers of a licence: certificate, invoice, and the texts that go with them.
//!
//! Pure wording: each function takes a licence that was read before and gives a document or a
//! text. Nothing here reads the database, and nothing says whether a licence is in force now:
//! a paper is the same whenever it is made.

pub mod certificate;
pub mod credit_note;
pub mod cue_sheet;
pub mod dispute;
pub mod evidence;
pub mod invoice;
pub mod texts;

use domain::envelope::Territory;
use domain::{Envelope, Texts, Timestamp, plain_en};
use ledger::{Currency, Money};

use super::Licence;
use crate::App;

/// The address of the store that issued a licence, as its signed key states it: where a paper is
/// made, and under which address the store is reached by then, changes nothing in it.
pub(crate) fn issuer(app: &App, licence: &Licence) -> String {
    let stated = licence_key::peek(&licence.token).map(|claims| claims.iss);
    stated.unwrap_or_else(|_| app.settings.public_url.clone())
}

/// The licence's public page at its issuer's address.
pub(crate) fn page(app: &App, licence: &Licence) -> String {
    format!("{}/l/{}", issuer(app, licence), licence.code)
}

/// A date as papers write it: `2 March 2026`.
#[must_use]
pub fn date(at: Timestamp) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let day = at.day();
    let mut parts = day.split('-').map(|part| part.parse::<usize>().ok());
    let mut next = || parts.next().flatten().unwrap_or_default();
    let (year, month, day) = (next(), next(), next());
    let month = MONTHS.get(month.wrapping_sub(1)).copied().unwrap_or("?");
    format!("{day} {month} {year}")
}

/// The longest name that a paper prints, in characters; a longer one ends with an ellipsis.
const NAME_MAX: usize = 160;

/// A name on one line of a paper. Names come from outside: control characters and those that
/// turn the reading direction, which could make one name read as another, are left out.
pub(crate) fn name(text: &str) -> String {
    let plain = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control())
        .filter(|c| {
            !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        });
    let mut name: String = plain.clone().take(NAME_MAX).collect();
    if plain.count() > NAME_MAX {
        name.push('…');
    }
    name
}

/// What is licensed, as a title.
fn subject(licence: &Licence) -> String {
    if licence.track.is_none() {
        "Any track of this store".into()
    } else {
        name(&licence.title)
    }
}

fn amount(micros: i64, currency: Currency) -> String {
    Money::new(micros, currency).price_display()
}

fn territory(envelope: &Envelope) -> String {
    let list = |countries| Texts::english().countries(countries);
    match &envelope.territory {
        Territory::Worldwide => "Worldwide".into(),
        Territory::Only(countries) => list(countries),
        Territory::Except(countries) => format!("Worldwide but {}", list(countries)),
    }
}

fn placements(envelope: &Envelope) -> String {
    let places = envelope.placements.iter().map(|p| plain_en::placement(p));
    places.collect::<Vec<_>>().join(", ")
}

fn purposes(envelope: &Envelope) -> String {
    let purposes = envelope.purposes.iter().map(|p| plain_en::purpose(p));
    purposes.collect::<Vec<_>>().join(", ")
}

/// The window in which videos are published.
fn window(envelope: &Envelope) -> String {
    let window = &envelope.publish_window;
    match (window.from, window.until) {
        (None, None) => "Without end".into(),
        (Some(from), None) => format!("From {}, without end", date(from)),
        (None, Some(until)) => format!("Until {}", date(until)),
        (Some(from), Some(until)) => format!("{} to {}", date(from), date(until)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_out() {
        assert_eq!(date(Timestamp(1_772_442_000_000)), "2 March 2026");
        assert_eq!(date(Timestamp(0)), "1 January 1970");
    }

    #[test]
    fn a_name_stays_on_its_line_reads_as_written_and_ends() {
        assert_eq!(name("a\u{202e}b\r\nc\u{0}"), "ab  c");
        assert_eq!(name(&"x".repeat(500)).chars().count(), NAME_MAX + 1);
    }
}
