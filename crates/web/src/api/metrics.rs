//! What monitors read, in Prometheus' text form (version 0.0.4).

use std::collections::BTreeMap;
use std::fmt::{Display, Write};
use std::sync::Arc;

use app::App;
use app::access::Scope;
use app::accounts::metrics::{self, Metrics};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::params;
use crate::principal::Caller;
use crate::problem::Problem;

/// `GET /metrics`, for the operator and for keys with report:read. The audit's figures are those
/// of its last run; `?fresh` runs it first.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    caller.needs(Scope::ReadReports)?;
    let mut fresh = false;
    for (name, _) in params::pairs(query.as_deref()) {
        match name.as_str() {
            "fresh" => fresh = true,
            _ => return Err(params::unknown(&name)),
        }
    }
    if fresh {
        metrics::fresh(&app, &app.call()).await?;
    }
    let mut response = text(&metrics::metrics(&app).await?).into_response();
    let headers = response.headers_mut();
    let mime = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, mime);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn text(metrics: &Metrics) -> String {
    let mut out = String::new();
    let audit = metrics.audit.as_ref();
    let ran = audit.map_or(0, |audit| audit.at.0);
    let at = format!("{}.{:03}", ran / 1000, ran % 1000);
    gauge(
        &mut out,
        "clearcue_audit_last_run_timestamp_seconds",
        "When the audit last ran in this process; 0 for never.",
        [(String::new(), at)],
    );
    let found = audit.map_or(&[][..], |audit| &audit.found);
    let of = |name: &str| format!("{{invariant=\"{name}\"}}");
    gauge(
        &mut out,
        "clearcue_invariant_breaches",
        "What breaks each named invariant; 0 is good.",
        found.iter().map(|f| (of(f.invariant), f.breaches)),
    );
    gauge(
        &mut out,
        "clearcue_invariant_looked_at",
        "How many things each invariant was held against.",
        found.iter().map(|f| (of(f.invariant), f.looked_at)),
    );
    gauge(
        &mut out,
        "clearcue_balance_micros",
        "Balances by kind of account, in millionths of the currency; credit is positive.",
        balances(&metrics.balances),
    );
    for (what, count) in &metrics.counts {
        let name = format!("clearcue_{what}");
        let about = format!("How many {} there are.", what.replace('_', " "));
        gauge(&mut out, &name, &about, [(String::new(), count)]);
    }
    out
}

fn balances(
    balances: &BTreeMap<(String, String), i128>,
) -> impl Iterator<Item = (String, i128)> + '_ {
    balances.iter().map(|((account, currency), micros)| {
        let labels = format!("{{account=\"{account}\",currency=\"{currency}\"}}");
        (labels, *micros)
    })
}

fn gauge<V: Display>(
    out: &mut String,
    name: &str,
    about: &str,
    values: impl IntoIterator<Item = (String, V)>,
) {
    // Writing to a string never fails.
    let _ = writeln!(out, "# HELP {name} {about}\n# TYPE {name} gauge");
    for (labels, value) in values {
        let _ = writeln!(out, "{name}{labels} {value}");
    }
}
