//! What is asked and answered about payouts, as JSON.

use app::payouts::PayoutSeen;
use app::payouts::propose::Run;
use app::payouts::results::LineRead;
use app::payouts::send::{Batch, Sent};
use data_encoding::HEXLOWER;
use domain::Timestamp;
use domain::payout::destination::Rail;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::money::Money;

/// Payouts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Payouts {
    /// At most 200.
    pub(super) payouts: Vec<PayoutGiven>,
}

/// A payout.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payout)]
pub(crate) struct PayoutGiven {
    /// Its id: the reference in every file.
    pub(super) id: String,
    /// The payee's id.
    pub(super) payee: String,
    /// Their name.
    pub(super) payee_name: String,
    /// What arrives.
    pub(super) amount: Money,
    /// What the payee bears of the rail's fee, beside it.
    pub(super) fee: Money,
    /// `sepa`, `paypal`, `wise` or `manual`.
    pub(super) rail: &'static str,
    /// `awaiting_release`, `ready`, `sent`, `unknown`, `paid`, `failed` or `withdrawn`.
    pub(super) state: &'static str,
    /// Why, as the provider says it.
    pub(super) reason: Option<String>,
    /// Who proposed it.
    pub(super) proposed_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub(super) proposed_at: Timestamp,
    /// Who released it.
    pub(super) released_by: Option<String>,
    /// The file it left by.
    pub(super) batch: Option<String>,
    /// Since when it stands like this.
    #[schema(value_type = String, format = DateTime)]
    pub(super) changed_at: Timestamp,
}

/// A payout with everything that happened to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PayoutHistory {
    /// The payout.
    pub(super) payout: PayoutGiven,
    /// The oldest first.
    pub(super) history: Vec<PayoutEvent>,
}

/// One step of a payout.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PayoutEvent {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub(super) at: Timestamp,
    /// Who.
    pub(super) who: String,
    /// How it stands since.
    pub(super) state: String,
    /// Why.
    pub(super) reason: String,
}

/// What a run did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunGiven {
    /// What it proposed.
    pub(super) proposed: Vec<PayoutGiven>,
    /// Whose pay day had come, and why they aren't paid.
    pub(super) not_yet: Vec<NotYetGiven>,
}

/// Somebody who isn't paid.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NotYetGiven {
    /// The payee's id.
    pub(super) payee: String,
    /// ISO 4217.
    pub(super) currency: String,
    /// A stable word.
    pub(super) reason: &'static str,
    /// The same for people.
    pub(super) reason_text: String,
}

/// Why a payout is withdrawn.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawRequest {
    /// Up to 300 characters; the payee reads it.
    #[serde(default)]
    pub(super) reason: String,
}

/// Which payouts go into a file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchRequest {
    /// `sepa`, `paypal`, `wise` or `manual`.
    #[schema(value_type = String)]
    pub(super) rail: Rail,
    /// ISO 4217; the store's currency where not given.
    pub(super) currency: Option<String>,
}

/// A file that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchGiven {
    /// Its id.
    pub(super) id: String,
    /// Its rail.
    pub(super) rail: &'static str,
    /// How many payouts are in it.
    pub(super) lines: i64,
    /// What they sum to.
    pub(super) total: Money,
    /// The file's name.
    pub(super) file_name: String,
    /// Where its bytes are.
    pub(super) url: String,
    /// Their SHA-256 in hex.
    pub(super) sha256: String,
    /// What stays ready, and why.
    pub(super) left_out: Vec<LeftOut>,
}

/// A payout that isn't in the file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeftOut {
    /// Its id.
    pub(super) payout: String,
    /// Why.
    pub(super) reason: String,
}

/// What became of a file of results.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResultsGiven {
    /// A result for each line that says something.
    pub(super) lines: Vec<ResultLine>,
}

/// What a line did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResultLine {
    /// Its number in the file.
    pub(super) line: usize,
    /// The payout, where the line names one.
    pub(super) payout: Option<String>,
    /// `paid`, `returned`, `unknown`, `unchanged` or `refused`.
    pub(super) outcome: &'static str,
    /// Why it is refused.
    pub(super) reason: Option<String>,
}

impl From<Vec<PayoutSeen>> for Payouts {
    fn from(all: Vec<PayoutSeen>) -> Self {
        Self {
            payouts: all.into_iter().map(PayoutGiven::from).collect(),
        }
    }
}

impl From<PayoutSeen> for PayoutGiven {
    fn from(one: PayoutSeen) -> Self {
        Self {
            id: one.id.to_string(),
            payee: one.payee.to_string(),
            payee_name: one.payee_name,
            amount: one.amount.into(),
            fee: one.fee.into(),
            rail: one.rail.code(),
            state: one.state.word(),
            reason: one.reason,
            proposed_by: one.proposed_by,
            proposed_at: one.proposed_at,
            released_by: one.released_by,
            batch: one.batch.map(|id| id.to_string()),
            changed_at: one.changed_at,
        }
    }
}

impl From<Run> for RunGiven {
    fn from(run: Run) -> Self {
        let not_yet = run.not_yet.into_iter();
        Self {
            proposed: run.proposed.into_iter().map(PayoutGiven::from).collect(),
            not_yet: not_yet
                .map(|(payee, currency, why)| NotYetGiven {
                    payee: payee.to_string(),
                    currency: currency.code().to_owned(),
                    reason: why.code(),
                    reason_text: why.to_string(),
                })
                .collect(),
        }
    }
}

impl From<Sent> for BatchGiven {
    fn from(sent: Sent) -> Self {
        let Batch {
            id,
            rail,
            lines,
            total,
            file_name,
            sha256,
            ..
        } = sent.batch;
        let left_out = sent.left_out.into_iter().map(|(payout, reason)| LeftOut {
            payout: payout.to_string(),
            reason,
        });
        Self {
            id: id.to_string(),
            rail: rail.code(),
            lines,
            total: total.into(),
            file_name,
            url: format!("/v1/payout-batches/{id}"),
            sha256: HEXLOWER.encode(&sha256),
            left_out: left_out.collect(),
        }
    }
}

impl From<LineRead> for ResultLine {
    fn from(line: LineRead) -> Self {
        let (outcome, reason) = match line.outcome {
            Ok(done) => (done.word(), None),
            Err(wrong) => ("refused", Some(wrong.to_string())),
        };
        Self {
            line: line.line,
            payout: line.payout.map(|id| id.to_string()),
            outcome,
            reason,
        }
    }
}
