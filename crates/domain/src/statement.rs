//! A payee's statement of a period: what stood there before, every movement with where it came
//! from, what stands there after; and everything that somebody needs to recompute it alone.
//!
//! A statement is plain data with one form in JSON. Its lines are chained by hashes, so that a
//! digit that was changed anywhere is named by its line. Against whoever makes the whole file anew
//! stands the issuer's signature of the last hash.

mod check;
mod check_table;
mod period;
mod signed;
mod table;

use licence_key::canonical::sha256_hex;
use serde::{Deserialize, Serialize};

use crate::payee_line::LineKind;
use crate::time::Timestamp;

pub use check::{Checked, Wrong, check};
pub use check_table::{check_table, is_table};
pub use licence_key::statement::SealError;
pub use period::{Period, PeriodError};
pub use table::{csv, decimal};

/// What every statement calls its form.
pub const FORM: &str = "clearcue-statement-1";

/// The JSON Schema (2020-12) of a statement.
pub const SCHEMA: &str = include_str!("statement/schema.json");

/// A statement. Amounts are micro-units of its currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// [`FORM`].
    pub form: String,
    /// The address of the store.
    pub store: String,
    /// Whose it is.
    pub payee: Party,
    /// ISO 4217.
    pub currency: String,
    /// Of which time.
    pub period: Span,
    /// What stood there before.
    pub opening: Purses,
    /// What stands there after.
    pub closing: Purses,
    /// The sum of its lines by kind, in the kinds' order.
    pub totals: Vec<Total>,
    /// Every version of a split sheet that a line names.
    pub sheets: Vec<Sheet>,
    /// SHA-256 of all of the above.
    pub head_hash: String,
    /// The movements, oldest first.
    pub lines: Vec<Line>,
    /// The hash of the last line, or of the head where there is none: it stands for the whole.
    pub hash: String,
    /// The issuer's signature of that hash (`licence_key::statement`), where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// That this hash is in the store's transparency log: a `.tlog-proof`, where it is a month's
    /// that is over and logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
}

/// A payee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
}

/// The time that a statement is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// As it was asked for, such as `2026-10`.
    pub name: String,
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
    /// Whether it is over: only then is the statement the same whenever it is made.
    pub over: bool,
}

/// What is in a payee's two purses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purses {
    /// Their account.
    pub payee_micros: i64,
    /// What waits until they are registered.
    pub escrow_micros: i64,
}

/// A sum of lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Total {
    /// The kind of lines.
    pub kind: String,
    /// How many there are.
    pub lines: u64,
    /// Their sum.
    pub micros: i64,
}

/// A version of a split sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// Its id.
    pub id: String,
    /// The title of its track.
    pub track: String,
    /// Its version, from 1.
    pub version: u32,
    /// Its payees, in its order.
    pub shares: Vec<Share>,
}

/// A payee's part on a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The payee's id.
    pub payee: String,
    /// Parts per million.
    pub ppm: u32,
}

/// The use that a line comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseOf {
    /// How many uses were settled together; their figures are summed.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub uses: i64,
    /// Where the video is; `several` where they differ.
    pub placement: String,
    /// Its country, where one was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<String>,
    /// Music in it, in milliseconds.
    pub clip_ms: i64,
    /// Clip time billed for it, in milliseconds.
    pub billed_ms: i64,
}

fn one() -> i64 {
    1
}

fn is_one(uses: &i64) -> bool {
    *uses == 1
}

/// A movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its place, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Which purse: `payee` or `escrow`.
    pub purse: String,
    /// What moved it: a [`LineKind`]'s word, or one that this version doesn't know yet.
    pub kind: String,
    /// What it comes from: the id of the sale, use, close, refund or payout.
    pub source: String,
    /// The track's title, or the licence's where it is of no track alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<String>,
    /// The licence's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// The use, where it is one.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub used: Option<UseOf>,
    /// The sheet that shared it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The payee's parts per million on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_ppm: Option<u32>,
    /// What the sheet shared in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_micros: Option<i64>,
    /// What the sheet had shared before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_micros: Option<i64>,
    /// What it had shared after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_micros: Option<i64>,
    /// The payee's own part: what moved.
    pub micros: i64,
    /// What is in both purses after it.
    pub balance_micros: i64,
    /// SHA-256 of the line before's hash (the head's for the first) and this line.
    pub hash: String,
}

impl Purses {
    /// Both together, as wide as they may get.
    #[must_use]
    pub fn sum(self) -> i128 {
        i128::from(self.payee_micros) + i128::from(self.escrow_micros)
    }
}

impl Statement {
    /// The statement with its lines numbered, balances and totals filled in, and the chain of
    /// hashes made.
    ///
    /// # Errors
    /// What doesn't fit, when a balance or a sum overflows.
    pub fn sealed(mut self) -> Result<Statement, &'static str> {
        self.form = FORM.to_owned();
        let mut balance = self.opening.sum();
        for (number, line) in (1_u64..).zip(&mut self.lines) {
            balance += i128::from(line.micros);
            line.number = number;
            line.balance_micros = i64::try_from(balance).map_err(|_| "a balance")?;
        }
        self.totals = totals(&self.lines).ok_or("a sum of lines")?;
        self.head_hash = head_hash(&self);
        let mut last = self.head_hash.clone();
        for line in &mut self.lines {
            last = line_hash(&last, line);
            line.hash.clone_from(&last);
        }
        self.hash = last;
        self.signature = None;
        Ok(self)
    }

    /// As it is handed out: JSON that people can read too, the same bytes for the same statement.
    ///
    /// # Errors
    /// Never for this type: it is text and integers only.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

impl LineKind {
    /// What a line of this kind is, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            LineKind::Sale => "Licence sold",
            LineKind::Use => "Use counted",
            LineKind::Close => "Subscription cycle closed",
            LineKind::Idle => "Share of idle contributions",
            LineKind::Expiry => "Clip time left over",
            LineKind::Reserve => "Reserve released",
            LineKind::Refund => "Refund or dispute",
            LineKind::Settlement => "Split sheet settled",
            LineKind::Curator => "Curator's share",
            LineKind::Claim => "Claimed from escrow",
            LineKind::Advance => "Advance",
            LineKind::Recoupment => "Advance paid back",
            LineKind::Payout => "Payout",
            LineKind::PayoutReturned => "Payout returned",
            LineKind::PayoutFee => "Payout fee",
            LineKind::Exchange => "Exchange of currency",
        }
    }
}

/// What a line of this word is, for people: the word itself where it isn't known.
#[must_use]
pub fn kind_words(kind: &str) -> &str {
    match kind.parse::<LineKind>() {
        Ok(known) => known.words(),
        Err(_) => kind,
    }
}

/// The sums by kind, sorted by word; nothing where one overflows.
fn totals(lines: &[Line]) -> Option<Vec<Total>> {
    let mut sums = std::collections::BTreeMap::<&str, (u64, i64)>::new();
    for line in lines {
        let (count, sum) = sums.entry(&line.kind).or_default();
        *count += 1;
        *sum = sum.checked_add(line.micros)?;
    }
    let total = |(kind, (lines, micros)): (&str, _)| Total {
        kind: kind.to_owned(),
        lines,
        micros,
    };
    Some(sums.into_iter().map(total).collect())
}

/// The hash of a statement without its lines and hashes.
fn head_hash(statement: &Statement) -> String {
    let head = (
        (&statement.form, &statement.store, &statement.payee),
        (&statement.currency, &statement.period),
        (statement.opening, statement.closing),
        (&statement.totals, &statement.sheets),
    );
    hash_of("", &head)
}

/// The hash of a line behind another hash.
fn line_hash(before: &str, line: &Line) -> String {
    let bare = Line {
        hash: String::new(),
        ..line.clone()
    };
    hash_of(before, &bare)
}

fn hash_of(before: &str, what: &impl Serialize) -> String {
    // Text and integers always can be written; were they not, the hash would be no line's.
    let text = serde_json::to_string(what).unwrap_or_default();
    sha256_hex(format!("{before}{text}").as_bytes())
}
