//! DDEX's Digital Sales Report as a flat file: the multi-record variant of its UGC profile, 1.2.
//!
//! The cells of each record, their order and their types are those of DDEX's schema
//! `UgcProfile/1.2` (`dsrf/3/20191008`); delimiters, file name and header are those of Part 1
//! (architecture) and Part 8 (record types) of the standard. `docs/ddex.md` says what each cell
//! holds here, what is left empty, and what was never checked.
//!
//! One summary record (SY02.02) stands for each context of sales: how it was paid, where, in
//! which currency, and the kind of movement. One block stands for each recording: what it is
//! (AS02.02) and its figures in each context (SU03.02). A summary is the sum of its details, since
//! it is made of them.

mod cells;
mod party;

use std::collections::BTreeMap;

use thiserror::Error;

use crate::credits::{Credits, Role};
use crate::statement::{Period, decimal};
use crate::time::Timestamp;

use cells::{Row, duration, listed};

pub use party::{Parties, Party, PartyError, PartyId};

/// The name of the profile, as the header says it.
pub const PROFILE: &str = "UgcProfile";
/// Its version.
pub const PROFILE_VERSION: &str = "1.2";
/// Of `avs:UseType`: somebody published something of their own with music that they were given.
const USE_TYPE: &str = "UserMakeAvailableLabelProvided";
/// Of `avs:CurrentTerritoryCode`: wherever no country is known.
const WORLDWIDE: &str = "Worldwide";
/// Of `avs:ResourceType`.
const RESOURCE_TYPE: &str = "SoundRecording";

/// How what is reported was paid (`avs:CommercialModelType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Model {
    /// Licence by licence, or from clip time.
    PayAsYouGo,
    /// From a subscription's pool.
    Subscription,
    /// As sender and recipient have agreed: what belongs to neither alone.
    AsPerContract,
}

impl Model {
    const fn word(self) -> &'static str {
        match self {
            Model::PayAsYouGo => "PayAsYouGoModel",
            Model::Subscription => "SubscriptionModel",
            Model::AsPerContract => "AsPerContract",
        }
    }
}

/// A context of sales: what one summary record is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Context {
    /// How it was paid.
    pub model: Model,
    /// Where, as an ISO 3166-1 code of two letters; the world where nobody has said.
    pub territory: Option<String>,
    /// ISO 4217.
    pub currency: String,
    /// What moved the money: the word of a [`LineKind`](crate::LineKind).
    pub category: String,
}

/// What happened to a recording in a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Figures {
    /// How many uses were accepted.
    pub usages: u64,
    /// What its split sheets' payees got, in micro-units; below zero where more was taken back.
    pub micros: i64,
}

/// A recording with its figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Our own id of it.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whose it is, as it is shown.
    pub artist: String,
    /// Its length, in milliseconds.
    pub duration_ms: i64,
    /// Who wrote and published it, and its numbers.
    pub credits: Credits,
    /// Its figures by context.
    pub figures: BTreeMap<Context, Figures>,
}

/// A report before it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Which versions of the standard's parts it goes by (`dsrf/…`).
    pub version: String,
    /// Its id; never used again by its sender.
    pub id: String,
    /// When it was made.
    pub created: Timestamp,
    /// Of which time.
    pub period: Period,
    /// From whom, to whom.
    pub parties: Parties,
    /// What the service is called: letters and digits.
    pub service: String,
    /// The currency of a report in which nothing happened.
    pub currency: String,
    /// What happened, in the order of the report's blocks.
    pub recordings: Vec<Recording>,
}

/// A report as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The name that Part 1, clause 8.1 of the standard gives it.
    pub name: String,
    /// Its text: UTF-8, tabs between cells, a line feed behind each record.
    pub text: String,
    /// Recordings in it.
    pub blocks: usize,
    /// All uses in it.
    pub usages: u64,
    /// All money in it by currency, in micro-units.
    pub totals: BTreeMap<String, i64>,
}

/// A report can't be written.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a sum of the report is larger than any amount can be")]
pub struct Overflow;

/// Writes a report.
///
/// # Errors
/// [`Overflow`].
pub fn write(message: &Message) -> Result<File, Overflow> {
    let summaries = summaries(message)?;
    let ids: BTreeMap<&Context, String> = summaries
        .keys()
        .zip(1_u32..)
        .map(|(context, number)| (context, number.to_string()))
        .collect();
    let mut text = head(message);
    let mut lines = 2 + summaries.len();
    for (context, figures) in &summaries {
        text.push_str(&summary(message, context, *figures, &ids));
    }
    let mut transaction = 0_u64;
    for (recording, block) in message.recordings.iter().zip(1_u32..) {
        let block = block.to_string();
        text.push_str(&resource(recording, &block));
        for (context, figures) in &recording.figures {
            transaction += 1;
            text.push_str(&usage(
                recording,
                &block,
                transaction,
                (context, *figures),
                &ids,
            ));
        }
        lines += 1 + recording.figures.len();
    }
    let blocks = message.recordings.len();
    text.push_str(&foot(lines, summaries.len(), blocks));
    let mut totals = BTreeMap::new();
    let mut usages = 0_u64;
    for (context, figures) in &summaries {
        usages = usages.checked_add(figures.usages).ok_or(Overflow)?;
        let total: &mut i64 = totals.entry(context.currency.clone()).or_default();
        *total = total.checked_add(figures.micros).ok_or(Overflow)?;
    }
    Ok(File {
        name: file_name(message, &summaries),
        text,
        blocks,
        usages,
        totals,
    })
}

/// What each context comes to. A report has at least one, even where nothing happened.
fn summaries(message: &Message) -> Result<BTreeMap<Context, Figures>, Overflow> {
    let mut sums: BTreeMap<Context, Figures> = BTreeMap::new();
    for (context, figures) in message.recordings.iter().flat_map(|one| &one.figures) {
        let sum = sums.entry(context.clone()).or_default();
        sum.usages = sum.usages.checked_add(figures.usages).ok_or(Overflow)?;
        sum.micros = sum.micros.checked_add(figures.micros).ok_or(Overflow)?;
    }
    if sums.is_empty() {
        let nothing = Context {
            model: Model::AsPerContract,
            territory: None,
            currency: message.currency.clone(),
            category: "none".into(),
        };
        sums.insert(nothing, Figures::default());
    }
    Ok(sums)
}

fn head(message: &Message) -> String {
    let period = &message.period;
    let parties = &message.parties;
    Row::<16>::of("HEAD")
        .text(2, &message.version)
        .text(3, PROFILE)
        .text(4, PROFILE_VERSION)
        .text(5, &message.id)
        .text(6, &second(message.created))
        .text(7, "1")
        .text(8, "1")
        .text(9, &period.from().day())
        .text(10, &period.last_day())
        .text(11, parties.sender.id.as_str())
        .text(12, &parties.sender.name)
        .text(13, &message.service)
        .text(14, parties.recipient.id.as_str())
        .text(15, &parties.recipient.name)
        .line()
}

fn summary(
    message: &Message,
    context: &Context,
    figures: Figures,
    ids: &BTreeMap<&Context, String>,
) -> String {
    Row::<22>::of("SY02.02")
        .text(2, id_of(ids, context))
        .text(5, context.model.word())
        .text(6, USE_TYPE)
        .text(7, territory(context))
        .text(8, &message.service)
        .text(9, &figures.usages.to_string())
        .text(11, &context.currency)
        .text(12, &decimal(figures.micros))
        .text(19, &context.category)
        .line()
}

fn resource(recording: &Recording, block: &str) -> String {
    let credits = &recording.credits;
    let by = |arranged: bool| {
        let writers = credits.writers.iter();
        let writers = writers.filter(move |w| (w.role == Role::Arranger) == arranged);
        let both = writers.map(|w| (w.name.as_str(), w.ipi.as_deref()));
        listed(both)
    };
    let ((writers, writers_ids), (arrangers, arrangers_ids)) = (by(false), by(true));
    let publishers = credits.publishers.iter();
    let (publishers, publishers_ids) =
        listed(publishers.map(|p| (p.name.as_str(), p.ipi.as_deref())));
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    Row::<22>::of("AS02.02")
        .text(2, block)
        .text(3, "1")
        .text(4, &recording.id)
        .text(5, &optional(&credits.isrc))
        .text(6, &recording.title)
        .text(7, &optional(&credits.version))
        .text(8, &recording.artist)
        .text(10, &duration(recording.duration_ms))
        .text(11, RESOURCE_TYPE)
        .text(12, &optional(&credits.iswc))
        .many(13, writers)
        .many(14, writers_ids)
        .many(15, arrangers)
        .many(16, arrangers_ids)
        .many(17, publishers)
        .many(18, publishers_ids)
        .line()
}

fn usage(
    recording: &Recording,
    block: &str,
    transaction: u64,
    (context, figures): (&Context, Figures),
    ids: &BTreeMap<&Context, String>,
) -> String {
    Row::<11>::of("SU03.02")
        .text(2, block)
        .text(3, &transaction.to_string())
        .text(4, id_of(ids, context))
        .text(5, &recording.id)
        .text(6, &figures.usages.to_string())
        .text(7, &decimal(figures.micros))
        .text(10, &context.category)
        .line()
}

fn foot(lines: usize, summaries: usize, blocks: usize) -> String {
    let (lines, blocks) = (lines.to_string(), blocks.to_string());
    Row::<6>::of("FOOT")
        .text(2, &lines)
        .text(3, &lines)
        .text(4, &summaries.to_string())
        .text(5, &blocks)
        .text(6, &blocks)
        .line()
}

fn id_of<'a>(ids: &'a BTreeMap<&Context, String>, context: &Context) -> &'a str {
    ids.get(context).map_or("", String::as_str)
}

fn territory(context: &Context) -> &str {
    context.territory.as_deref().unwrap_or(WORLDWIDE)
}

/// `2026-11-02T09:00:00Z`: the one form of a moment that the standard takes.
fn second(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}Z", text.get(..19).unwrap_or(&text))
}

/// `DSR_recipient_sender_service_period_territory_1of1_moment.tsv`.
fn file_name(message: &Message, summaries: &BTreeMap<Context, Figures>) -> String {
    let mut places: Vec<&str> = summaries.keys().map(territory).collect();
    places.sort_unstable();
    places.dedup();
    let place = match &places[..] {
        [one] => one,
        _ => "multi",
    };
    let at: String = second(message.created)
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == 'T')
        .collect();
    format!(
        "DSR_{}_{}_{}_{}_{place}_1of1_{at}.tsv",
        message.parties.recipient.id.as_str(),
        message.parties.sender.id.as_str(),
        message.service,
        message.period.iso_name(),
    )
}
