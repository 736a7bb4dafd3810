//! Uses summed up, with a chart where time goes by.

use super::shell::Shell;
use super::uncovered::UncoveredSection;

/// One line of the table.
#[derive(Debug, Clone)]
pub struct BreakdownRow {
    /// Its group, for people.
    pub label: String,
    /// Where more of it stands; empty for nowhere.
    pub href: String,
    /// Uses.
    pub uses: String,
    /// Seconds of music.
    pub seconds: String,
    /// Seconds billed.
    pub billed: String,
    /// Money, to the micro-unit.
    pub money: String,
    /// How much of the largest line of its currency it is, 0 to 100.
    pub part: u64,
}

/// One bar of the chart.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Where it begins, in units of the chart's view box.
    pub x: usize,
    /// Its top.
    pub top: u64,
    /// Its height.
    pub height: u64,
    /// What it says when pointed at.
    pub title: String,
}

/// A chart of what time brought.
#[derive(Debug, Clone)]
pub struct Chart {
    /// What it shows, in a sentence.
    pub label: String,
    /// Its width, in units of its view box.
    pub width: usize,
    /// Its bars.
    pub bars: Vec<Bar>,
    /// The first bar's name, and the last one's.
    pub ends: (String, String),
}

/// A link of several; whether it is the one at hand.
#[derive(Debug, Clone)]
pub struct Tab {
    /// What it is called.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is this page.
    pub here: bool,
}

/// Clip time that a buyer has left.
#[derive(Debug, Clone)]
pub struct LeftRow {
    /// The licence's code.
    pub code: String,
    /// Its page.
    pub href: String,
    /// How much is left, in words.
    pub left: String,
    /// The same of a hundred.
    pub part: i64,
    /// Until when.
    pub until: String,
}

/// `GET /report/uses`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "breakdown.html", whitespace = "minimize")]
pub struct BreakdownPage {
    /// The frame.
    pub shell: Shell,
    /// Its heading.
    pub title: String,
    /// What its figures are.
    pub about: String,
    /// As of when.
    pub as_of: String,
    /// By what else.
    pub tabs: Vec<Tab>,
    /// What the table's first column is called.
    pub group: String,
    /// What the money is.
    pub money: String,
    /// The period at hand; empty for all time.
    pub period: String,
    /// What the form sends beside the period.
    pub hidden: Vec<(String, String)>,
    /// Whether groups may have been merged.
    pub merges: bool,
    /// The chart, where there is one.
    pub chart: Option<Chart>,
    /// The table's lines.
    pub rows: Vec<BreakdownRow>,
    /// Sums, one for each currency.
    pub totals: Vec<BreakdownRow>,
    /// The same as files.
    pub files: Vec<Tab>,
    /// Clip time left, on a buyer's page.
    pub left: Option<Vec<LeftRow>>,
    /// Uses that aren't covered, on a buyer's page and the operator's.
    pub uncovered: Option<UncoveredSection>,
}
