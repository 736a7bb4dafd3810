//! A composer's live report.

use super::forecast::Outlook;
use super::shell::Shell;

/// An amount to the micro-unit, in three parts so that the parts a bank knows read larger.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Sign, symbol and whole units with the decimal point, for instance `$1,234.`
    pub whole: String,
    /// The minor unit's digits, for instance `56`; empty for a currency without any.
    pub minor: String,
    /// The digits below it, for instance `7890`.
    pub micro: String,
}

/// One bar of the chart of today's hours.
#[derive(Debug, Clone)]
pub struct HourBar {
    /// The hour, 0 to 23.
    pub hour: u32,
    /// Uses in it.
    pub uses: u64,
}

/// One track's sum.
#[derive(Debug, Clone)]
pub struct TrackRow {
    /// Its title.
    pub title: String,
    /// Its page.
    pub href: String,
    /// Uses so far.
    pub uses: u64,
    /// Seconds billed so far.
    pub seconds: u64,
    /// Earned, to the micro-unit.
    pub earned: String,
    /// The same in micro-units, for the script.
    pub earned_micros: i64,
}

/// One use in the list.
#[derive(Debug, Clone)]
pub struct UseRow {
    /// The use's id: a use that arrives twice is shown once.
    pub id: String,
    /// When, in RFC 3339 for machines.
    pub at: String,
    /// When, for people, for instance `15:48:03`.
    pub at_words: String,
    /// Which track.
    pub track: String,
    /// Where it was seen, for instance `TikTok`.
    pub placement: String,
    /// Where in the world, for instance `DE`.
    pub territory: String,
    /// Length used and billed, for instance `12.4 s → 13 s`.
    pub clip: String,
    /// Earned, to the micro-unit, for instance `+$0.043333`.
    pub earned: String,
}

/// `GET /report`.
///
/// The element `#live` names the event stream in `data-stream`; each event's JSON holds
/// `id, at, track_title, placement, territory, clip_ms, billed_ms, earned_micros, currency,
/// balance_micros`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "report.html", whitespace = "minimize")]
pub struct ReportPage {
    /// The frame.
    pub shell: Shell,
    /// Whose report it is.
    pub payee: String,
    /// As of when, for people, for instance `22 Nov 2026, 15:48:03 UTC`.
    pub as_of: String,
    /// What is owed to the payee now.
    pub balance: Figure,
    /// What they have in other currencies, each with its code.
    pub other_balances: Vec<String>,
    /// The currency's symbol as it stands before an amount, for instance `$`.
    pub symbol: String,
    /// Digits of the minor unit: 2 for USD, 0 for JPY.
    pub minor_digits: u32,
    /// Uses today (UTC).
    pub uses_today: u64,
    /// Uses so far.
    pub uses_total: u64,
    /// Seconds billed so far.
    pub seconds_total: u64,
    /// Today's hours, 24 of them.
    pub hours: Vec<HourBar>,
    /// The sum by track, the best first.
    pub tracks: Vec<TrackRow>,
    /// What the next months should bring, by currency.
    pub outlooks: Vec<Outlook>,
    /// How that is reckoned, in a sentence.
    pub formula: &'static str,
    /// The latest uses, the newest first.
    pub uses: Vec<UseRow>,
    /// The address of the event stream, for instance `/v1/reports/uses/stream`.
    pub stream_url: String,
}

impl ReportPage {
    /// The chart's height in units of its view box.
    const CHART: u64 = 64;

    /// How high a bar stands, in units of the chart's view box: 1 to 64, and 0 for no use.
    #[must_use]
    pub fn bar_height(&self, bar: &HourBar) -> u64 {
        let most = self.hours.iter().map(|hour| hour.uses).max().unwrap_or(0);
        if bar.uses == 0 || most == 0 {
            return 0;
        }
        (bar.uses.saturating_mul(Self::CHART) / most).clamp(1, Self::CHART)
    }

    /// The row its bar starts in.
    #[must_use]
    pub fn bar_top(&self, bar: &HourBar) -> u64 {
        Self::CHART - self.bar_height(bar)
    }
}
