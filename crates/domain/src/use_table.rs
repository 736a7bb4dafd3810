//! Uses as a table: which column says what, and a row as the JSON of an event.
//!
//! Our own layout names its columns as an event's fields are named; a platform's columns are
//! mapped to them. A row becomes the same JSON that a program would have sent, so that it is read
//! and judged as every event is. Only what tables write otherwise is put right here: lengths in
//! seconds, times with a blank in the middle, words in capitals.

use serde_json::{Map, Value};
use thiserror::Error;

use crate::csv::unguarded;
use crate::report::{FieldCode, FieldError};
use crate::use_cells::value;

/// The columns that there are, in the order in which they are written.
pub const FIELDS: [&str; 15] = [
    "id",
    "licence_code",
    "channel",
    "track",
    "placement",
    "purpose",
    "clip_ms",
    "clip_seconds",
    "published_at",
    "territory",
    "video",
    "url",
    "views",
    "followers",
    "source",
];
/// Those that name a use: rows without an id that agree in them are one use, told again.
const NAMING: [&str; 9] = [
    "licence_code",
    "track",
    "placement",
    "purpose",
    "clip_ms",
    "published_at",
    "territory",
    "video",
    "url",
];
/// Those that every use needs, beside its length and what says its licence.
const NEEDED: [&str; 3] = ["placement", "purpose", "published_at"];
/// What says under which licence it falls.
const LICENCE: &str = "licence_code (or channel and track)";
/// The most columns of a table.
pub const COLUMNS_MAX: usize = 256;

/// What is said about a table beside its header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    /// What lies between cells; found from the header where it isn't said.
    pub delimiter: Option<u8>,
    /// Columns that are called otherwise: the column's name, and the field.
    pub columns: Vec<(String, String)>,
    /// Fields that the table doesn't say and that are the same in every row: field and value.
    pub always: Vec<(String, String)>,
    /// Are times without a zone in UTC? They are refused otherwise.
    pub utc: bool,
}

/// Why a header can't be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HeaderError {
    /// There is no first row.
    #[error("the file has no header: its first row names the columns")]
    Empty,
    /// The first row can't be read.
    #[error("the header can't be read: {0}")]
    Unreadable(&'static str),
    /// Nothing says what a use needs.
    #[error(
        "these columns are missing: {}; give them, or say which columns hold them (COLUMN=FIELD), or what holds for every row (FIELD=VALUE)",
        .0.join(", ")
    )]
    Missing(Vec<&'static str>),
    /// A field that is said twice.
    #[error("{0} is said twice: by one column or one value only")]
    Twice(String),
    /// A mapping names what is no field.
    #[error("there is no field `{0}`: the fields are {fields}", fields = FIELDS.join(", "))]
    NoField(String),
    /// A mapping names a column that isn't there.
    #[error("the file has no column `{0}`")]
    NoColumn(String),
    /// There are too many columns.
    #[error("a table has at most {COLUMNS_MAX} columns")]
    TooMany,
}

/// Which column says what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The field of each column, where it has one.
    columns: Vec<Option<&'static str>>,
    always: Vec<(&'static str, String)>,
    utc: bool,
    /// Columns that say nothing about a use.
    pub passed_over: Vec<String>,
}

/// A row as an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableEvent {
    /// The event's fields as JSON; without an id where the table gives none.
    pub event: Map<String, Value>,
    /// What names the use: one text for rows that tell the same.
    pub naming: String,
}

/// What lies between the cells of a header: whichever of comma, semicolon and tab is in it most.
#[must_use]
pub fn delimiter(header: &[u8]) -> u8 {
    let line = header.split(|byte| matches!(byte, b'\n' | b'\r')).next();
    let line = line.unwrap_or_default();
    let count = |wanted: u8| line.iter().filter(|byte| **byte == wanted).count();
    let mut best = b',';
    for other in [b';', b'\t'] {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}

impl Layout {
    /// Reads a header.
    ///
    /// # Errors
    /// [`HeaderError`]: nothing of the table can be used.
    pub fn read(header: &[String], wording: &Wording) -> Result<Layout, HeaderError> {
        if header.len() > COLUMNS_MAX {
            return Err(HeaderError::TooMany);
        }
        let names: Vec<&str> = header.iter().map(|name| unguarded(name.trim())).collect();
        let mut columns: Vec<Option<&'static str>> = vec![None; names.len()];
        for (column, said) in &wording.columns {
            let wanted = column.trim();
            let found = names.iter().position(|name| *name == wanted);
            let found = found.ok_or_else(|| HeaderError::NoColumn(column.clone()))?;
            columns[found] = Some(field(said)?);
        }
        for (column, name) in columns.iter_mut().zip(&names) {
            let plain = name.to_ascii_lowercase();
            // A column of our own name that is mapped elsewhere, or whose field another one holds, is
            // passed over by whoever mapped it.
            let mapped = |one: &str| wording.columns.iter().any(|(_, to)| to.trim() == one);
            *column = column.or_else(|| field(&plain).ok().filter(|own| !mapped(own)));
        }
        let mut always = Vec::new();
        for (said, value) in &wording.always {
            always.push((field(said)?, value.clone()));
        }
        let layout = Layout {
            passed_over: names
                .iter()
                .zip(&columns)
                .filter(|(_, field)| field.is_none())
                .map(|(name, _)| (*name).to_owned())
                .collect(),
            columns,
            always,
            utc: wording.utc,
        };
        layout.whole()?;
        Ok(layout)
    }

    /// Is everything said that a use needs, and once?
    fn whole(&self) -> Result<(), HeaderError> {
        let said: Vec<&str> = self.said().collect();
        for (place, field) in said.iter().enumerate() {
            if said[..place].contains(field) {
                return Err(HeaderError::Twice((*field).to_owned()));
            }
        }
        let (ms, seconds) = (said.contains(&"clip_ms"), said.contains(&"clip_seconds"));
        if ms && seconds {
            return Err(HeaderError::Twice("the clip's length".to_owned()));
        }
        let needed = NEEDED.into_iter().filter(|field| !said.contains(field));
        let mut missing: Vec<&'static str> = needed.collect();
        let by_channel = said.contains(&"channel") && said.contains(&"track");
        if !said.contains(&"licence_code") && !by_channel {
            missing.insert(0, LICENCE);
        }
        if !ms && !seconds {
            missing.push("clip_ms (or clip_seconds)");
        }
        if missing.is_empty() {
            return Ok(());
        }
        Err(HeaderError::Missing(missing))
    }

    fn said(&self) -> impl Iterator<Item = &'static str> + '_ {
        let columns = self.columns.iter().flatten().copied();
        columns.chain(self.always.iter().map(|(field, _)| *field))
    }

    /// A row as an event.
    ///
    /// # Errors
    /// Everything that is wrong with how the row is written. What it means is judged later.
    pub fn event(&self, cells: &[String]) -> Result<TableEvent, Vec<FieldError>> {
        let least = self.columns.len();
        let more = cells.get(least..).unwrap_or_default();
        if cells.len() < least || more.iter().any(|cell| !cell.trim().is_empty()) {
            let sentence = format!(
                "the row has {} cells, the header {least}: is a delimiter within a cell not in quotes?",
                cells.len()
            );
            return Err(vec![malformed("row", sentence)]);
        }
        let columns = self.columns.iter().zip(cells);
        let columns = columns.filter_map(|(field, cell)| Some(((*field)?, cell.as_str())));
        let always = self
            .always
            .iter()
            .map(|(field, value)| (*field, value.as_str()));
        let (mut event, mut errors) = (Map::new(), Vec::new());
        for (field, cell) in columns.chain(always) {
            let cell = unguarded(cell.trim());
            if cell.is_empty() {
                continue;
            }
            match value(field, cell, self.utc) {
                Ok((name, value)) => {
                    event.insert(name.to_owned(), value);
                }
                Err(sentence) => errors.push(malformed(field, sentence)),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        // Tables name the channel beside the code, in many ways: the code says what there is to say.
        if event.contains_key("licence_code") {
            event.remove("channel");
        }
        let naming = naming(&event);
        Ok(TableEvent { event, naming })
    }
}

/// One of our fields.
fn field(name: &str) -> Result<&'static str, HeaderError> {
    let found = FIELDS.into_iter().find(|field| *field == name.trim());
    found.ok_or_else(|| HeaderError::NoField(name.to_owned()))
}

fn malformed(field: &str, sentence: String) -> FieldError {
    FieldError {
        field: field.to_owned(),
        code: FieldCode::Malformed,
        sentence,
    }
}

/// What names a use, as JSON of the values in one order: none can be taken for another.
fn naming(event: &Map<String, Value>) -> String {
    let values = NAMING.iter().map(|field| event.get(*field).cloned());
    let mut values: Vec<Value> = values.map(Option::unwrap_or_default).collect();
    // Only where there is one: ids of tables that were imported before channels could be named stay.
    values.extend(event.get("channel").cloned());
    Value::Array(values).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    fn pair(one: &str, other: &str) -> (String, String) {
        (one.to_owned(), other.to_owned())
    }

    const OWN: [&str; 5] = [
        "licence_code",
        "placement",
        "purpose",
        "clip_ms",
        "published_at",
    ];

    #[test]
    fn a_platforms_columns_are_mapped_and_what_it_doesnt_say_is_set() {
        let wording = Wording {
            columns: vec![
                pair("Music code", "licence_code"),
                pair("Length", "clip_seconds"),
                pair("Posted", "published_at"),
            ],
            always: vec![pair("placement", "tiktok"), pair("purpose", "personal")],
            ..Wording::default()
        };
        let header = strings(&["Posted", "Music code", "Length", "Colour", "Territory"]);
        let layout = Layout::read(&header, &wording).unwrap();
        assert_eq!(layout.passed_over, ["Colour"]);
        let row = strings(&["2026-01-31 12:00:00 +0100", "7K3", "12,5", "red", "de"]);
        let event = layout.event(&row).unwrap().event;
        let wanted = serde_json::json!({
            "published_at": "2026-01-31T11:00:00.000Z", "licence_code": "7K3", "clip_ms": 12_500,
            "territory": "DE", "placement": "tiktok", "purpose": "personal",
        });
        assert_eq!(Value::Object(event), wanted);
    }

    #[test]
    fn a_header_says_everything_once_or_what_is_missing() {
        let read = |header: &[&str], wording: &Wording| {
            Layout::read(&strings(header), wording).unwrap_err()
        };
        let none = Wording::default();
        let missing = [LICENCE, "purpose", "clip_ms (or clip_seconds)"];
        assert_eq!(
            read(&["placement", "published_at"], &none),
            HeaderError::Missing(missing.to_vec())
        );
        // A channel names no licence without the track.
        let by_channel = ["channel", "placement", "purpose", "clip_ms", "published_at"];
        assert_eq!(
            read(&by_channel, &none),
            HeaderError::Missing(vec![LICENCE])
        );
        let whole = strings(&[&by_channel[..], &["track"]].concat());
        assert!(Layout::read(&whole, &none).is_ok());
        let twice = |header: &[&str]| matches!(read(header, &none), HeaderError::Twice(_));
        assert!(twice(&[&OWN[..], &["Purpose"]].concat()));
        assert!(twice(&[&OWN[..], &["clip_seconds"]].concat()));
        let map = |column: &str, field: &str| Wording {
            columns: vec![pair(column, field)],
            ..Wording::default()
        };
        assert_eq!(
            read(&OWN, &map("x", "video")),
            HeaderError::NoColumn("x".into())
        );
        assert_eq!(
            read(&OWN, &map("purpose", "x")),
            HeaderError::NoField("x".into())
        );
        assert_eq!(read(&["a"; 257], &none), HeaderError::TooMany);
    }

    #[test]
    fn every_fault_of_a_row_is_told_and_a_row_of_another_width_is_none() {
        let layout = Layout::read(&strings(&OWN), &Wording::default()).unwrap();
        let row = strings(&["7K3", "TikTok", "personal", "long", "soon"]);
        let faults = layout.event(&row).unwrap_err();
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["clip_ms", "published_at"]);
        assert_eq!(layout.event(&row[..4]).unwrap_err()[0].field, "row");
        let good = ["'=7K3", "Ad", "a-b", "1", "2026-01-31T12:00:00Z", ""];
        let event = layout.event(&strings(&good)).unwrap().event;
        assert_eq!(event["licence_code"], "=7K3");
        assert_eq!(event["purpose"], "a_b");
    }

    #[test]
    fn what_names_a_use_leaves_out_what_grows() {
        let header = [&OWN[..], &["views", "source", "video"]].concat();
        let layout = Layout::read(&strings(&header), &Wording::default()).unwrap();
        let named = |views: &str, video: &str| {
            let row = [
                "7K3",
                "tiktok",
                "personal",
                "1",
                "2026-01-31T12:00:00Z",
                views,
                "x",
                video,
            ];
            layout.event(&strings(&row)).unwrap().naming
        };
        assert_eq!(named("1", "a"), named("2", "a"));
        assert_ne!(named("1", "a"), named("1", "b"));
        assert_ne!(named("1", ""), named("1", "null"));
        assert_eq!(
            named("1", "a"),
            r#"["7K3",null,"tiktok","personal",1,"2026-01-31T12:00:00.000Z",null,"a",null]"#,
            "made of this are the ids of all tables that were ever imported"
        );
    }

    #[test]
    fn the_delimiter_is_what_the_header_has_most_of() {
        assert_eq!(delimiter(b"a;b;c\n1,2,3,4,5"), b';');
        assert_eq!(delimiter(b"a\tb\tc,d"), b'\t');
        assert_eq!(delimiter(b"a,b"), b',');
        assert_eq!(delimiter(b""), b',');
    }
}
