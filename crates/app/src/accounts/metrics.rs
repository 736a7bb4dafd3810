//! What a monitor asks: the invariants as the last audit found them, the balances by kind of
//! account, and how much there is of what. The audit is run by the periodic upkeep ([`due`]) or on
//! demand ([`fresh`]), never by being asked.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use domain::Timestamp;

use super::audit::audit;
use crate::{App, Call, Fault};

/// How old an audit gets at the least before [`due`] runs the next one, in milliseconds: an hour.
const EVERY_MS: i64 = 60 * 60 * 1000;
/// How old at the most: a day, however long the last one seemed to take.
const REST_MAX_MS: i64 = domain::time::DAY_MS;
/// The part of the time that audits take at most: what they look at grows with the store.
const PART: i64 = 100;

/// One invariant as the last audit found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub invariant: &'static str,
    /// How many things were looked at.
    pub looked_at: usize,
    /// How many of them break it.
    pub breaches: usize,
}

/// The last audit of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastAudit {
    /// When it ran.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// What it found.
    pub found: Vec<Found>,
}

/// Where the last audit is kept.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Option<LastAudit>>);

/// What a monitor is told.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// The last audit, where one ran since the process began.
    pub audit: Option<LastAudit>,
    /// Sums of balances in micro-units, by kind of account and currency.
    pub balances: BTreeMap<(String, String), i128>,
    /// How many there are, by what is counted.
    pub counts: Vec<(&'static str, i64)>,
}

/// Runs the audit where none ran within the last hour, nor within a hundred times of what the last one
/// took (a day at the most). For the periodic upkeep.
///
/// # Errors
/// [`Fault`] of the database or the blob folder.
pub async fn due(app: &App, call: &Call) -> Result<(), Fault> {
    let rest = |last: &LastAudit| {
        last.took_ms
            .saturating_mul(PART)
            .clamp(EVERY_MS, REST_MAX_MS)
    };
    let last = app.audits.last();
    if last.is_some_and(|last| call.now.since(last.at) < rest(&last)) {
        return Ok(());
    }
    fresh(app, call).await
}

/// Runs the audit now.
///
/// # Errors
/// As [`due`].
pub async fn fresh(app: &App, call: &Call) -> Result<(), Fault> {
    let checks = audit(app).await?;
    let found = checks.iter().map(|check| Found {
        invariant: check.invariant,
        looked_at: check.looked_at,
        breaches: check.breaches.len(),
    });
    app.audits.keep(LastAudit {
        at: call.now,
        took_ms: app.edge.now().since(call.now).max(0),
        found: found.collect(),
    });
    Ok(())
}

/// What there is to tell.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn metrics(app: &App) -> Result<Metrics, Fault> {
    let mut tx = app.read().await?;
    let mut balances = BTreeMap::new();
    for row in tx.all(BALANCES, &[]).await? {
        let account = row.text("account")?;
        let kind = account.split(':').next().unwrap_or_default().to_owned();
        let sum: &mut i128 = balances.entry((kind, row.text("currency")?)).or_default();
        *sum += i128::from(row.int("amount_micros")?);
    }
    let row = tx.one(COUNTS, &[]).await?;
    let mut counts = Vec::new();
    for what in COUNTED {
        counts.push((what, row.int(what)?));
    }
    Ok(Metrics {
        audit: app.audits.last(),
        balances,
        counts,
    })
}

impl Kept {
    // A panic elsewhere can't leave what is kept half written.
    fn last(&self) -> Option<LastAudit> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }

    fn keep(&self, audit: LastAudit) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(audit);
    }
}

const COUNTED: [&str; 8] = [
    "tracks",
    "licences",
    "uses",
    "journals",
    "postings",
    "payees",
    "letters_waiting",
    "letters_given_up",
];

const BALANCES: &str = "select account, currency, amount_micros from balances";

const COUNTS: &str = "
    select (select count(*) from tracks) as tracks,
           (select count(*) from licences) as licences,
           (select cast(coalesce(sum(uses), 0) as bigint) from uses) as uses,
           (select count(*) from journals) as journals,
           (select count(*) from postings) as postings,
           (select count(*) from payees) as payees,
           (select count(*) from mails
             where sent_ms is null and given_up_ms is null) as letters_waiting,
           (select count(*) from mails
             where sent_ms is null and given_up_ms is not null) as letters_given_up";
