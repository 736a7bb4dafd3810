//! A composer's live report.

use std::sync::Arc;

use app::App;
use app::access::{Principal, Role};
use app::metering::earnings::{self, Earnings, TrackEarnings};
use app::metering::{UseSeen, live};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::Timestamp;
use ledger::{Currency, Money};

use super::frame::Frame;
use super::outlook::outlook;
use super::view::{Figure, HourBar, Outlook, ReportPage, TrackRow, UseRow};
use crate::api::forecasts::FORMULA;
use crate::api::reports::{self, USES};
use crate::problem::Problem;
use crate::words;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// `GET /report`. The operator names whose: `?payee=`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let Some(payee) = reports::whose(&frame.caller, query.as_deref())? else {
        return Ok(Redirect::to("/operator").into_response());
    };
    let earnings = earnings::earnings(&app, &app.call(), payee).await?;
    let uses = live::latest(&app, payee, None, USES).await?;
    // What comes between this page and its stream is sent by the stream: it begins after the
    // newest use the page shows.
    let newest = uses
        .first()
        .map_or_else(|| "0".repeat(32), |seen| seen.id.clone());
    let own = matches!(&frame.caller.0, Principal::Person(p) if p.role == Role::Composer);
    let whose = if own {
        String::new()
    } else {
        format!("payee={payee}&")
    };
    let stream_url = format!("/v1/reports/uses/stream?{whose}after={newest}");
    let forecast = app::reports::forecast(&app, &app.call(), payee).await?;
    let outlooks = outlook(forecast);
    super::html(&page(frame, earnings, &uses, (stream_url, outlooks)))
}

fn page(
    frame: Frame,
    earnings: Earnings,
    uses: &[UseSeen],
    (stream_url, outlooks): (String, Vec<Outlook>),
) -> ReportPage {
    let currency = earnings.balance.currency();
    let number = |n: i64| u64::try_from(n).unwrap_or(0);
    ReportPage {
        shell: frame.unlisted("Live report"),
        as_of: format!(
            "{}, {} UTC",
            words::date(earnings.as_of),
            words::time(earnings.as_of)
        ),
        other_balances: (earnings.balances.iter())
            .filter(|money| money.currency() != currency && !money.is_zero())
            .map(|money| words::exact(*money))
            .collect(),
        balance: figure(earnings.balance),
        symbol: words::symbol(currency),
        minor_digits: u32::from(currency.exponent()),
        uses_today: number(earnings.uses_today),
        uses_total: number(earnings.uses_total),
        seconds_total: number(earnings.billed_ms_total / 1000),
        hours: today(&earnings),
        payee: earnings.name,
        tracks: earnings.tracks.iter().map(track).collect(),
        outlooks,
        formula: FORMULA,
        uses: uses.iter().map(|seen| use_row(seen, currency)).collect(),
        stream_url,
    }
}

/// An amount in three parts, so that what a bank knows reads larger.
fn figure(money: Money) -> Figure {
    let text = words::exact(money);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let minor = usize::from(money.currency().exponent()).min(fraction.len());
    let (minor, micro) = fraction.split_at(minor);
    Figure {
        whole: format!("{whole}."),
        minor: minor.into(),
        micro: micro.into(),
    }
}

/// Today's hours (UTC) out of the last 24.
fn today(earnings: &Earnings) -> Vec<HourBar> {
    let midnight = earnings.as_of.0 - earnings.as_of.0.rem_euclid(24 * HOUR_MS);
    (0..24_u32)
        .map(|hour| {
            let start = Timestamp(midnight + i64::from(hour) * HOUR_MS);
            let found = earnings.hours.iter().find(|(at, _)| *at == start);
            let uses = found.map_or(0, |(_, uses)| u64::try_from(*uses).unwrap_or(0));
            HourBar { hour, uses }
        })
        .collect()
}

fn track(track: &TrackEarnings) -> TrackRow {
    TrackRow {
        title: track.title.clone(),
        href: format!("/tracks/{}", track.slug),
        uses: u64::try_from(track.uses).unwrap_or(0),
        seconds: u64::try_from(track.billed_ms / 1000).unwrap_or(0),
        earned: words::exact(track.earned),
        earned_micros: track.earned.micros(),
    }
}

fn use_row(seen: &UseSeen, usual: Currency) -> UseRow {
    let currency = Currency::from_code(&seen.currency).unwrap_or(usual);
    let at: Timestamp = seen.at.parse().unwrap_or_default();
    UseRow {
        id: seen.id.clone(),
        at: seen.at.clone(),
        at_words: words::time(at),
        track: seen.track_title.clone(),
        placement: seen.placement_words.clone(),
        territory: seen.territory.clone().unwrap_or_default(),
        clip: clip(seen.clip_ms, seen.billed_ms),
        earned: format!(
            "+{}",
            words::exact(Money::new(seen.earned_micros, currency))
        ),
    }
}

/// Length used and billed, `12.4 s → 13 s`.
fn clip(clip_ms: i64, billed_ms: i64) -> String {
    let tenths = (clip_ms.max(0) + 50) / 100;
    format!("{}.{} s → {} s", tenths / 10, tenths % 10, billed_ms / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_cut_where_the_banks_digits_end() {
        let usd = figure(Money::new(1_234_567_890, Currency::USD));
        assert_eq!(
            (usd.whole.as_str(), usd.minor.as_str(), usd.micro.as_str()),
            ("$1,234.", "56", "7890")
        );
        let yen = figure(Money::new(600_500_000, Currency::JPY));
        assert_eq!(
            (yen.whole.as_str(), yen.minor.as_str(), yen.micro.as_str()),
            ("¥600.", "", "500000")
        );
    }

    #[test]
    fn a_clip_is_said_as_the_scripts_say_it() {
        assert_eq!(clip(12_400, 13_000), "12.4 s → 13 s");
    }
}
