//! Importing a table of uses: each row is reported as an event of its own, a thousand a commit.
//!
//! Before: somebody who may report has a table whose header says everything that a use needs. After:
//! each row that counts is counted, once, however often its file is imported; each has its answer,
//! and those that lack cover are told what would cover them. A row without an id is given one that
//! is made of its reporter, of what names the use and of how often that came before in the file. So
//! an import that was broken off is simply done again, and of a file that has grown only what is new
//! counts. A bad row fails no other.
//!
//! A dry run gives the same answers by the same judging, and writes nothing.

use std::collections::{BTreeMap, HashMap};

use data_encoding::HEXLOWER;
use domain::csv_reader::{ROW_BYTES_MAX, Reader, Row};
use domain::report::{FieldCode, FieldError};
use domain::usage::UseRefusal;
use domain::use_table::{self, HeaderError, Layout};
use meter::event::{self, Event};
use serde_json::Value;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::batch::{Asked, Batch, Reported, Whose, owned};
use super::engine::Trial;
use super::offered::{Offers, Told};
use super::report::{Answer, BATCH_MAX, Receipt};
use super::to_cover::{Covering, ToCover};
use crate::access::{Principal, Scope};
use crate::licensing::retroactive::Case;
use crate::{App, Fault, Refusal, Stop};

// For callers that may not use `domain`.
pub use domain::use_table::Wording;

/// How many bytes are cut into rows at once.
const PIECE: usize = 64 << 10;
/// The longest name of a reporter.
const NAME_MAX: usize = 64;

/// A table that is being imported.
pub struct Import {
    reporter: String,
    whose: Whose,
    wording: Wording,
    /// Where nothing is to be written.
    trial: Option<Box<Trial>>,
    /// What came before the header's end.
    head: Vec<u8>,
    reader: Option<Reader>,
    layout: Option<Layout>,
    rows: Vec<Row>,
    /// How often each use was named that has no id.
    named: HashMap<[u8; 16], u32>,
    sums: Sums,
    offers: Offers,
    covering: Covering,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowAnswer {
    /// The number of the line it begins on, counted from 1.
    pub line: u64,
    /// Its event's id, its own or the one it was given, and the answer.
    pub receipt: Receipt,
    /// What would cover it, where it was refused for lack of cover.
    pub told: Option<Told>,
}

/// What became of a table, in sums.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    /// Rows, without the header.
    pub rows: u64,
    /// Rows that count now.
    pub accepted: u64,
    /// Rows that counted before.
    pub duplicate: u64,
    /// Rows with the id of another event.
    pub conflict: u64,
    /// Rows that don't count.
    pub refused: u64,
    /// Clip time billed for those accepted, in ms.
    pub billed_ms: i64,
    /// What those accepted earned, in micro-units by currency.
    pub earned_micros: BTreeMap<String, i64>,
    /// Columns that say nothing about a use.
    pub passed_over: Vec<String>,
}

/// Why a table isn't imported.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportRefusal {
    /// The reporter may not report.
    #[error("reporting uses needs an API key with the scope usage:write (`clearcue key create`)")]
    NotAllowed,
    /// The reporter's name can't be one.
    #[error("a reporter's name has 1 to {NAME_MAX} printable ASCII characters")]
    BadReporter,
    /// The header can't be used.
    #[error("{0}")]
    Header(#[from] HeaderError),
}

impl Refusal for ImportRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed => "scope_required",
            Self::BadReporter => "bad_name",
            Self::Header(_) => "bad_table_header",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::NotAllowed => None,
            Self::BadReporter => Some("reporter".into()),
            Self::Header(HeaderError::NoField(_) | HeaderError::NoColumn(_)) => Some("map".into()),
            Self::Header(_) => Some("header".into()),
        }
    }
}

impl Import {
    /// Begins to import what somebody sends.
    ///
    /// # Errors
    /// [`ImportRefusal::NotAllowed`].
    pub fn by(who: &Principal, wording: Wording, dry: bool) -> Result<Self, ImportRefusal> {
        if !who.may(Scope::ReportUses) {
            return Err(ImportRefusal::NotAllowed);
        }
        Ok(Self::new((who.name(), Whose::by(who)), wording, dry))
    }

    /// Begins to import what the operator has from a reporter of this name.
    ///
    /// # Errors
    /// [`ImportRefusal::BadReporter`].
    pub fn of(reporter: &str, wording: Wording, dry: bool) -> Result<Self, ImportRefusal> {
        let printable = reporter.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if reporter.trim().is_empty() || reporter.len() > NAME_MAX || !printable {
            return Err(ImportRefusal::BadReporter);
        }
        let named = (reporter.to_owned(), Whose::Anyones);
        Ok(Self::new(named, wording, dry))
    }

    fn new((reporter, whose): (String, Whose), wording: Wording, dry: bool) -> Self {
        Self {
            reporter,
            whose,
            wording,
            trial: dry.then(Box::default),
            head: Vec::new(),
            reader: None,
            layout: None,
            rows: Vec::new(),
            named: HashMap::new(),
            sums: Sums::default(),
            offers: Offers::default(),
            covering: Covering::default(),
        }
    }

    /// Reads on, and reports every thousand rows. The answers to those that were reported now.
    ///
    /// # Errors
    /// [`ImportRefusal::Header`]: then nothing was reported.
    pub async fn feed(
        &mut self,
        app: &App,
        bytes: &[u8],
    ) -> Result<Vec<RowAnswer>, Stop<ImportRefusal>> {
        let mut answers = Vec::new();
        for piece in bytes.chunks(PIECE) {
            self.cut(piece);
            self.header().map_err(Stop::Refused)?;
            while self.layout.is_some() && self.rows.len() >= BATCH_MAX {
                let rows = self.rows.drain(..BATCH_MAX).collect();
                answers.extend(self.report(app, rows).await?);
            }
        }
        Ok(answers)
    }

    /// Reports what is left. The answers to it; [`Import::sums`] are whole then.
    ///
    /// # Errors
    /// [`ImportRefusal::Header`]: then nothing was reported.
    pub async fn finish(&mut self, app: &App) -> Result<Vec<RowAnswer>, Stop<ImportRefusal>> {
        self.begin_rows();
        if let Some(reader) = &mut self.reader {
            reader.finish(&mut self.rows);
        }
        self.header().map_err(Stop::Refused)?;
        if self.layout.is_none() {
            return Err(Stop::Refused(HeaderError::Empty.into()));
        }
        let mut answers = Vec::new();
        while !self.rows.is_empty() {
            let some = self.rows.len().min(BATCH_MAX);
            let rows = self.rows.drain(..some).collect();
            answers.extend(self.report(app, rows).await?);
        }
        Ok(answers)
    }

    /// What became of the rows reported so far.
    #[must_use]
    pub fn sums(&self) -> &Sums {
        &self.sums
    }

    /// What would cover those of them that aren't covered, and what that costs now.
    #[must_use]
    pub fn to_cover(&self) -> ToCover {
        self.covering.all()
    }

    /// Cuts bytes into rows. The first line says what lies between cells, so it is awaited.
    fn cut(&mut self, bytes: &[u8]) {
        if let Some(reader) = &mut self.reader {
            reader.feed(bytes, &mut self.rows);
            return;
        }
        self.head.extend_from_slice(bytes);
        if self.head.contains(&b'\n') || self.head.len() > ROW_BYTES_MAX {
            self.begin_rows();
        }
    }

    fn begin_rows(&mut self) {
        if self.reader.is_some() {
            return;
        }
        let head = std::mem::take(&mut self.head);
        let said = self.wording.delimiter;
        let delimiter = said.unwrap_or_else(|| use_table::delimiter(&head));
        let mut reader = Reader::new(delimiter);
        reader.feed(&head, &mut self.rows);
        self.reader = Some(reader);
    }

    /// The first row is the header.
    fn header(&mut self) -> Result<(), ImportRefusal> {
        if self.layout.is_some() || self.rows.is_empty() {
            return Ok(());
        }
        let first = self.rows.remove(0);
        let cells = first
            .cells
            .map_err(|fault| HeaderError::Unreadable(fault.sentence()))?;
        let layout = Layout::read(&cells, &self.wording)?;
        self.sums.passed_over = layout.passed_over.clone();
        self.layout = Some(layout);
        Ok(())
    }

    async fn report(&mut self, app: &App, rows: Vec<Row>) -> Result<Vec<RowAnswer>, Fault> {
        let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
        let events = rows.into_iter().map(|row| self.event(row)).collect();
        let reporter = self.reporter.clone();
        let batch = Batch::of(events);
        let asked = Asked {
            reporter,
            // Whether it stands was asked when the import began.
            key: None,
            whose: self.whose,
            batch,
        };
        let reported = match &mut self.trial {
            Some(trial) => trial.judge(&app.engine, asked).await?,
            None => app.engine.take(asked).await?.ok_or_else(|| {
                Fault::because("importing uses", "their reporter's key was withdrawn")
            })?,
        };
        let mut told = self.offer(app, &reported).await?;
        let receipts = reported.into_receipts().into_iter().enumerate();
        let answers = lines.into_iter().zip(receipts);
        let answers: Vec<_> = answers
            .map(|(line, (at, receipt))| RowAnswer {
                line,
                receipt,
                told: told.remove(&at),
            })
            .collect();
        answers.iter().for_each(|answer| self.sums.add(answer));
        Ok(answers)
    }

    /// What is told of those that lack cover, by their places: after they were judged, beside the
    /// counting, as of a batch's.
    async fn offer(
        &mut self,
        app: &App,
        reported: &Reported,
    ) -> Result<HashMap<usize, Told>, Fault> {
        let mut told = HashMap::new();
        if reported.lacks.is_empty() {
            return Ok(told);
        }
        let (mut tx, call) = (app.db.read().await?, app.call());
        let (events, answers) = (reported.asked.events(), &reported.answers);
        for one in &reported.lacks {
            let (Some(Ok(event)), Some(Answer::Refused(reasons))) =
                (events.get(one.at), answers.get(one.at))
            else {
                continue;
            };
            let case = Case {
                licence: one.licence,
                track: one.track,
                report: &event.to_report(),
                reasons,
            };
            let offered = self.offers.about(app, &mut tx, &call, case).await?;
            self.covering.add(&offered, event.video_name());
            told.insert(one.at, offered);
        }
        Ok(told)
    }

    /// A row as an event, or why it is none.
    fn event(&mut self, row: Row) -> Result<Event<'static>, Receipt> {
        let refused = |errors: Vec<FieldError>| Receipt {
            id: String::new(),
            answer: Answer::Refused(errors.into_iter().map(UseRefusal::Field).collect()),
        };
        let cells = row.cells.map_err(|fault| {
            refused(vec![FieldError {
                field: "row".into(),
                code: FieldCode::Malformed,
                sentence: fault.sentence().into(),
            }])
        })?;
        let layout = self.layout.as_ref();
        let read = layout.map_or(Err(Vec::new()), |layout| layout.event(&cells));
        let mut read = read.map_err(refused)?;
        if !read.event.contains_key("id") {
            let id = self.id(&read.naming);
            read.event.insert("id".to_owned(), Value::String(id));
        }
        let text = Value::Object(read.event).to_string();
        owned(event::read_one(&text))
    }

    /// The id of a use that comes without one.
    fn id(&mut self, naming: &str) -> String {
        let mut hash = Sha256::new();
        for part in [self.reporter.as_bytes(), naming.as_bytes()] {
            hash.update(Sha256::digest(part));
        }
        let name: [u8; 32] = hash.finalize().into();
        let mut key = [0; 16];
        key.copy_from_slice(&name[..16]);
        let before = self.named.entry(key).or_default();
        let mut hash = Sha256::new();
        hash.update(name);
        hash.update(before.to_be_bytes());
        *before += 1;
        let id: [u8; 32] = hash.finalize().into();
        format!("csv-{}", HEXLOWER.encode(&id[..20]))
    }
}

impl Sums {
    fn add(&mut self, answer: &RowAnswer) {
        self.rows += 1;
        match &answer.receipt.answer {
            Answer::Accepted(counted) => {
                self.accepted += 1;
                self.billed_ms = self.billed_ms.saturating_add(counted.billed_ms);
                let earned = self.earned_micros.entry(counted.currency.code().to_owned());
                let earned = earned.or_default();
                *earned = earned.saturating_add(counted.earned_micros);
            }
            Answer::Duplicate(_) => self.duplicate += 1,
            Answer::Conflict => self.conflict += 1,
            Answer::Refused(_) => self.refused += 1,
        }
    }
}
