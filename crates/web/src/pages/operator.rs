//! The operator's overview.

use std::sync::Arc;

use app::App;
use app::accounts::audit::{self, Check};
use app::metering::overview;
use app::subscriptions::show as subscriptions;
use axum::extract::State;
use axum::response::Response;

use super::frame::Frame;
use super::standing::capital;
use super::view::{AccountRow, AuditCheck, OperatorPage, Tally};
use crate::principal::{Caller, sign_in_required};
use crate::problem::Problem;
use crate::words;

/// `GET /operator`.
pub(crate) async fn show(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Problem> {
    needs_operator(&frame.caller)?;
    let overview = overview::overview(&app).await?;
    let pool = subscriptions::figures(&app).await?;
    let checks = audit::audit(&app).await?;
    let tally = |label: &str, n| Tally {
        label: label.into(),
        value: words::count(n),
    };
    let account = |(account, note, balance)| AccountRow {
        account,
        note,
        balance: words::exact(balance),
    };
    super::html(&OperatorPage {
        shell: frame.unlisted("The store"),
        as_of: words::moment(app.call().now),
        tallies: vec![
            tally("Tracks on sale", overview.tracks),
            tally("Licences", overview.licences),
            tally("Uses", overview.uses),
            tally("Subscriptions", pool.running),
            tally("Renewals owed", pool.past_due),
            tally("Cycles to close", pool.open_cycles),
        ],
        accounts: overview.accounts.into_iter().map(account).collect(),
        audit: checks.iter().map(check).collect(),
    })
}

/// Refuses everybody but the operator.
pub(super) fn needs_operator(caller: &Caller) -> Result<(), Problem> {
    if caller.is_operator() {
        return Ok(());
    }
    if caller.person().is_none() {
        return Err(sign_in_required());
    }
    Err(Problem::new(
        "scope_required",
        "this page is the operator's: sign in with their link",
    ))
}

fn check(check: &Check) -> AuditCheck {
    let detail = match check.breaches.first() {
        None => {
            let looked_at = words::many(size(check.looked_at), "row", "rows");
            match &check.unchecked {
                Some(unchecked) => format!("{looked_at} looked at, {unchecked}"),
                None => format!("{looked_at} looked at"),
            }
        }
        Some(first) => {
            let more = check.breaches.len() - 1;
            let others = if more > 0 {
                format!(", and {more} more")
            } else {
                String::new()
            };
            format!("{}: {}{others}", first.subject, first.detail)
        }
    };
    AuditCheck {
        label: capital(&check.invariant.replace('_', " ")),
        holds: check.breaches.is_empty(),
        detail,
    }
}

fn size(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
