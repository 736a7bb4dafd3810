//! One breakdown: what somebody may see, summed as they want it, with what isn't theirs to know merged.

use std::collections::{BTreeMap, BTreeSet};

use domain::axes::Placement;
use domain::breakdown::{By, Figures, LICENSEES_MIN, Licensees, merged, merged_in};
use domain::time::DAY_MS;
use domain::{AssetKind, Country, Timestamp, TrackId};
use ledger::Currency;
use store::db::Tx;

use super::read::{self, Found};
use super::scope::{Ask, ReportRefusal, Side, side};
use crate::access::Principal;
use crate::statements::Period;
use crate::{App, Call, Fault, Stop};

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Whose.
    pub ask: Ask,
    /// By what.
    pub by: By,
    /// Of which time; all of it where none is said, or the month at hand where one is needed.
    pub period: Option<Period>,
    /// Of one track alone.
    pub track: Option<TrackId>,
    /// Of licences of one kind of asset.
    pub asset: Option<AssetKind>,
    /// On one placement.
    pub placement: Option<Placement>,
    /// In one country.
    pub territory: Option<Country>,
}

impl Wanted {
    /// Everything of the asker's own, by `by`.
    #[must_use]
    pub fn by(by: By) -> Self {
        Self {
            ask: Ask::default(),
            by,
            period: None,
            track: None,
            asset: None,
            placement: None,
            territory: None,
        }
    }
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A track.
    Track {
        /// Its id.
        id: TrackId,
        /// Its title.
        title: String,
        /// Its word in addresses.
        slug: String,
    },
    /// A kind of asset, placement or country.
    Code(String),
    /// A day, counted from 1970-01-01.
    Day(i64),
    /// A month, such as `2026-10`.
    Month(String),
    /// None was said, or there is none.
    Unsaid,
    /// Several that aren't told apart.
    Merged,
}

/// One line of a breakdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its group.
    pub key: Key,
    /// What its money is in.
    pub currency: Currency,
    /// Its sums.
    pub figures: Figures,
}

/// The sum of one currency's lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// The currency.
    pub currency: Currency,
    /// The sums.
    pub figures: Figures,
}

/// A breakdown.
#[derive(Debug, Clone)]
pub struct Breakdown {
    /// Whose.
    pub side: Side,
    /// The payee's name, where it is a payee's.
    pub name: Option<String>,
    /// By what.
    pub by: By,
    /// Of which time; all of it for none.
    pub period: Option<Period>,
    /// When it was read.
    pub as_of: Timestamp,
    /// Its lines: in the order of time, or the highest-earning first.
    pub rows: Vec<Row>,
    /// What they sum to, by currency.
    pub totals: Vec<Total>,
}

/// Reads a breakdown.
///
/// # Errors
/// [`ReportRefusal`]: it isn't the asker's, or would tell of single licensees.
pub async fn breakdown(
    app: &App,
    call: &Call,
    who: &Principal,
    wanted: Wanted,
) -> Result<Breakdown, Stop<ReportRefusal>> {
    let side = side(who, wanted.ask).map_err(Stop::Refused)?;
    of(app, call, side, wanted).await
}

/// The same of a side that the caller vouches for.
///
/// # Errors
/// [`ReportRefusal`]: there is no such payee, or it would tell of single licensees.
pub async fn of(
    app: &App,
    call: &Call,
    side: Side,
    mut wanted: Wanted,
) -> Result<Breakdown, Stop<ReportRefusal>> {
    let apart = side.sees_others() && wanted.by.is_about_licensees();
    if side.sees_others() {
        coarse(&mut wanted, call.now).map_err(Stop::Refused)?;
    }
    let mut tx = app.read().await?;
    let name = name(&mut tx, side).await?;
    let found = read::sums(&mut tx, side, &wanted, apart).await?;
    let titles = match wanted.by {
        By::Track => read::titles(&mut tx).await?,
        _ => BTreeMap::new(),
    };
    let mut rows = Vec::new();
    for (code, found) in by_currency(found) {
        let groups = if apart {
            kept(&found, wanted.track)
        } else {
            summed(&found)
        };
        let currency =
            Currency::from_code(&code).map_err(Fault::while_("reading a report's currency"))?;
        rows.extend(groups.into_iter().map(|(key, figures)| Row {
            key: key.map_or(Key::Merged, |key| self::key(wanted.by, key, &titles)),
            currency,
            figures,
        }));
    }
    let totals = totals(&rows);
    sort(&mut rows, wanted.by);
    Ok(Breakdown {
        side,
        name,
        by: wanted.by,
        period: wanted.period,
        as_of: call.now,
        rows,
        totals,
    })
}

/// Sees to it that what others do is asked of a whole month and by one thing at a time: of times that
/// lie within each other, or of one group's part in another, the difference would tell it.
fn coarse(wanted: &mut Wanted, now: Timestamp) -> Result<(), ReportRefusal> {
    for (narrowed, by) in [
        (wanted.asset.is_some(), By::Asset),
        (wanted.placement.is_some(), By::Placement),
        (wanted.territory.is_some(), By::Territory),
    ] {
        if narrowed {
            return Err(ReportRefusal::TooFine(by));
        }
    }
    if wanted.by.is_about_licensees() {
        let period = wanted.period.take().or_else(|| Period::month_of(now));
        let whole = period.as_ref().is_some_and(|period| {
            Period::month_of(period.from()).is_some_and(|month| {
                (month.from(), month.until()) == (period.from(), period.until())
            })
        });
        if !whole {
            return Err(ReportRefusal::TooFine(wanted.by));
        }
        wanted.period = period;
    }
    Ok(())
}

async fn name(tx: &mut Tx, side: Side) -> Result<Option<String>, Stop<ReportRefusal>> {
    let (Side::Payee(payee) | Side::Curator(payee)) = side else {
        return Ok(None);
    };
    let row = tx.optional(NAME, &[payee.bytes().into()]).await?;
    let row = row.ok_or(Stop::Refused(ReportRefusal::Unknown(payee)))?;
    Ok(Some(row.text("name")?))
}

fn by_currency(found: Vec<Found>) -> BTreeMap<String, Vec<Found>> {
    let mut all: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    for one in found {
        all.entry(one.currency.code().to_owned())
            .or_default()
            .push(one);
    }
    all
}

/// Groups by key; none for what is merged.
type Groups = Vec<(Option<String>, Figures)>;

fn summed(found: &[Found]) -> Groups {
    let mut groups: BTreeMap<&str, Figures> = BTreeMap::new();
    for one in found {
        *groups.entry(&one.key).or_default() += one.figures;
    }
    let named = |(key, figures): (&str, Figures)| (Some(key.to_owned()), figures);
    groups.into_iter().map(named).collect()
}

/// A table's cell: sums, and of which licensees.
#[derive(Clone, Default)]
struct Cell {
    figures: Figures,
    licensees: Licensees,
}

/// Groups of which none tells of few licensees; of one track, or of all.
fn kept(found: &[Found], track: Option<TrackId>) -> Groups {
    let keys: Vec<&str> = found
        .iter()
        .map(|one| one.key.as_str())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let mut lines: BTreeMap<TrackId, Vec<Cell>> = BTreeMap::new();
    for (one, (of, licensee)) in found.iter().filter_map(|one| Some((one, one.of?))) {
        let line = lines
            .entry(of)
            .or_insert_with(|| vec![Cell::default(); keys.len()]);
        if let Some(cell) = keys
            .binary_search(&one.key.as_str())
            .ok()
            .and_then(|at| line.get_mut(at))
        {
            cell.figures += one.figures;
            cell.licensees.insert(licensee);
        }
    }
    let mut all = vec![Cell::default(); keys.len()];
    for line in lines.values() {
        for (sum, cell) in all.iter_mut().zip(line) {
            sum.figures += cell.figures;
            sum.licensees.extend(&cell.licensees);
        }
    }
    let of_all = merged(&licensees(&all), LICENSEES_MIN);
    let Some(track) = track else {
        return told(&keys, &all, &of_all);
    };
    let columns: Vec<usize> = (0..keys.len()).filter(|at| of_all[*at]).collect();
    let table: Vec<Vec<Licensees>> = lines.values().map(|line| licensees(line)).collect();
    let hidden = merged_in(&table, &columns, LICENSEES_MIN);
    let place = lines.keys().position(|one| *one == track);
    let (line, hidden) = (lines.get(&track), place.and_then(|at| hidden.get(at)));
    match (line, hidden) {
        (Some(line), Some(hidden)) => told(&keys, line, hidden),
        _ => Vec::new(),
    }
}

fn licensees(line: &[Cell]) -> Vec<Licensees> {
    line.iter().map(|cell| cell.licensees.clone()).collect()
}

fn told(keys: &[&str], line: &[Cell], merged: &[bool]) -> Groups {
    let mut groups = Groups::new();
    let mut rest = None;
    for ((key, cell), merged) in keys.iter().zip(line).zip(merged) {
        if cell.licensees.is_empty() {
            continue;
        }
        if *merged {
            *rest.get_or_insert_with(Figures::default) += cell.figures;
        } else {
            groups.push((Some((*key).to_owned()), cell.figures));
        }
    }
    groups.extend(rest.map(|figures| (None, figures)));
    groups
}

fn key(by: By, key: String, titles: &BTreeMap<String, (String, String)>) -> Key {
    if key.is_empty() {
        return Key::Unsaid;
    }
    match by {
        By::Track => {
            let id = data_encoding::HEXLOWER.decode(key.as_bytes()).ok();
            let id = id.and_then(|id| id.try_into().ok()).unwrap_or_default();
            let (title, slug) = titles.get(&key).cloned().unwrap_or_default();
            let id = TrackId::from_bytes(id);
            Key::Track { id, title, slug }
        }
        By::Day => key.parse().map_or(Key::Unsaid, Key::Day),
        By::Month => Key::Month(key),
        By::Asset | By::Placement | By::Territory => Key::Code(key),
    }
}

fn totals(rows: &[Row]) -> Vec<Total> {
    let mut totals: BTreeMap<&str, Total> = BTreeMap::new();
    for row in rows {
        let total = totals.entry(row.currency.code()).or_insert(Total {
            currency: row.currency,
            figures: Figures::default(),
        });
        total.figures += row.figures;
    }
    totals.into_values().collect()
}

/// In the order of time; else what earned most first, what is merged last.
fn sort(rows: &mut [Row], by: By) {
    rows.sort_by(|a, b| {
        let code = |row: &Row| row.currency.code().to_owned();
        let last = |row: &Row| row.key == Key::Merged;
        let most = |row: &Row| (-row.figures.micros, -row.figures.uses);
        let earned = if by.is_time() {
            std::cmp::Ordering::Equal
        } else {
            most(a).cmp(&most(b))
        };
        code(a)
            .cmp(&code(b))
            .then(last(a).cmp(&last(b)))
            .then(earned)
            .then(a.key.cmp(&b.key))
    });
}

impl Key {
    /// Its stable word: an id, a code, a date; empty where none was said, `merged` for several.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Track { id, .. } => id.to_string(),
            Self::Code(text) | Self::Month(text) => text.clone(),
            Self::Day(day) => Timestamp(day.saturating_mul(DAY_MS)).day(),
            Self::Unsaid => String::new(),
            Self::Merged => "merged".into(),
        }
    }

    /// What people read.
    #[must_use]
    pub fn label(&self, by: By) -> String {
        match (self, by) {
            (Self::Track { title, .. }, _) => title.clone(),
            (Self::Code(code), By::Asset) => code
                .parse()
                .map_or_else(|_| code.clone(), |kind: AssetKind| kind.label().to_owned()),
            (Self::Code(code), By::Placement) => capital(&code.parse().map_or_else(
                |_| code.clone(),
                |at| domain::plain_en::placement(at).to_string(),
            )),
            (Self::Unsaid, By::Track) => "No track of its own".into(),
            (Self::Unsaid, _) => "Not said".into(),
            (Self::Merged, _) => "Others, of few licensees each".into(),
            (key, _) => key.word(),
        }
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

const NAME: &str = "select name from payees where id = $1";
