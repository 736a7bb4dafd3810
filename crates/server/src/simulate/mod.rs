//! `clearcue simulate`: a described store, played day by day through the real rules and the real
//! ledger, in a folder that is gone afterwards. So a price, a guarantee or a pool rule can be tried
//! before it goes live.

mod act;
mod figures;
mod play;
mod pledge;
pub mod scenario;
mod set;
mod stage;
mod tax;
mod tell;

use app::accounts::audit::{Check, audit};
use app::{Money, Timestamp};

use crate::exit::Failure;
use crate::progress::Progress;

pub use figures::{Moment, Percent, Seconds};
pub use play::{Happened, Moved, Outcome};
use scenario::{Scenario, Wrong};
pub(crate) use tell::{document, tell};

/// A scenario, played to its end.
#[derive(Debug, Clone)]
pub struct Played {
    /// The scenario's name.
    pub name: String,
    /// When it ended.
    pub ended: Timestamp,
    /// Each step's outcome.
    pub steps: Vec<Happened>,
    /// Every balance at the end: the account, whose it is, and the money.
    pub balances: Vec<(String, String, Money)>,
    /// Every invariant of the store.
    pub audit: Vec<Check>,
}

/// Reads a scenario.
///
/// # Errors
/// A misuse that names the place and what to write there.
pub fn read(text: &str) -> Result<Scenario, Failure> {
    let fix = "see `clearcue simulate --schema`";
    let scenario: Scenario = serde_json::from_str(text)
        .map_err(|e| Failure::misuse(format!("no scenario: {e}"), fix))?;
    set::look_over(&scenario)?;
    Ok(scenario)
}

/// Plays a scenario.
///
/// # Errors
/// [`Failure`] when the store can't be made, or a fault of ours; a step that the rules refuse is
/// an outcome.
pub async fn play(scenario: &Scenario, progress: &Progress) -> Result<Played, Failure> {
    let mut stage = stage::set(scenario, || progress.advance(1)).await?;
    let mut books = play::books(&stage).await?;
    let mut steps = Vec::with_capacity(scenario.steps.len());
    for (nth, step) in scenario.steps.iter().enumerate() {
        let (happened, after) = play::step(&mut stage, nth, step, &books).await?;
        steps.push(happened);
        books = after;
        progress.advance(1);
    }
    let balances = books.into_iter();
    Ok(Played {
        name: scenario.name.clone(),
        ended: stage.app.call().now,
        balances: balances
            .map(|((account, _), (whose, money))| (account, whose, money))
            .collect(),
        audit: audit(&stage.app).await?,
        steps,
    })
}

impl Played {
    /// Do all invariants hold, and was everything as the scenario expects?
    #[must_use]
    pub fn holds(&self) -> bool {
        let missed = self.steps.iter().any(|step| step.missed.is_some());
        !missed && self.audit.iter().all(|check| check.breaches.is_empty())
    }
}

impl From<Wrong> for Failure {
    fn from(wrong: Wrong) -> Self {
        Self::misuse(
            wrong,
            "correct the scenario; see `clearcue simulate --schema`",
        )
    }
}
