//! A payee's money on its way, and the operator's desk that sends it.

use super::form::Choice;
use super::shell::Shell;

/// How a payee stands in one currency.
#[derive(Debug, Clone)]
pub struct PurseShown {
    /// ISO 4217.
    pub currency: String,
    /// Earned, but held.
    pub pending: String,
    /// May be paid.
    pub available: String,
    /// On its way.
    pub in_transit: String,
    /// Paid.
    pub paid: String,
    /// Why nothing is paid now, or that it will be, in a sentence.
    pub why: String,
    /// When something is expected, where it can be said.
    pub expected: Option<String>,
    /// When how much becomes available next.
    pub next: Option<String>,
    /// What a payout now would cost and bring.
    pub preview: Option<String>,
    /// The key of the form that asks for it; none where nothing can be paid.
    pub key: Option<String>,
}

/// A payout in a list.
#[derive(Debug, Clone)]
pub struct PayoutRow {
    /// Its id.
    pub id: String,
    /// Whose, for the operator.
    pub payee: String,
    /// What arrives.
    pub amount: String,
    /// The fee beside it, where there is one.
    pub fee: Option<String>,
    /// By which rail.
    pub rail: String,
    /// How far it is, in words.
    pub state: String,
    /// Who proposed and released it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When it changed last.
    pub at: String,
    /// Whether it may be withdrawn.
    pub can_withdraw: bool,
    /// Whether it waits for a release.
    pub can_release: bool,
}

/// What a way of being paid costs.
#[derive(Debug, Clone)]
pub struct CostRow {
    /// The way.
    pub rail: String,
    /// The least that is paid.
    pub minimum: String,
    /// What arrives of a small amount.
    pub small: String,
    /// What arrives of a large one.
    pub large: String,
}

/// `GET /payouts`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "payouts.html", whitespace = "minimize")]
pub struct PayoutsPage {
    /// The frame.
    pub shell: Shell,
    /// The payee's id.
    pub payee: String,
    /// Their name.
    pub name: String,
    /// What has just been done.
    pub done: Option<String>,
    /// Why it wasn't.
    pub problem: Option<String>,
    /// One for each currency.
    pub purses: Vec<PurseShown>,
    /// The newest first.
    pub payouts: Vec<PayoutRow>,
    /// Where they are paid, masked.
    pub destination: Option<String>,
    /// Until when that is held.
    pub held: Option<String>,
    /// The masked address that a link is sent to before it can be changed; none where no link is
    /// needed.
    pub confirm: Option<String>,
    /// The rails that are open.
    pub rails: Vec<Choice>,
    /// What they cost.
    pub costs: Vec<CostRow>,
    /// The small amount of the costs' heading.
    pub small: String,
    /// The large one.
    pub large: String,
    /// Days held.
    pub hold_days: String,
    /// The threshold as it is typed.
    pub threshold: String,
    /// The currency of the threshold.
    pub currency: String,
    /// How often.
    pub schedules: Vec<Choice>,
}

/// What waits to be written into a file.
#[derive(Debug, Clone)]
pub struct ReadyRow {
    /// The rail's word.
    pub rail: String,
    /// Its name.
    pub label: String,
    /// ISO 4217.
    pub currency: String,
    /// How many, and how much.
    pub what: String,
}

/// A file that was made.
#[derive(Debug, Clone)]
pub struct FileRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many payouts and how much.
    pub what: String,
    /// Who made it, and when.
    pub by: String,
}

/// A letter that waits.
#[derive(Debug, Clone)]
pub struct LetterRow {
    /// To whom.
    pub to: String,
    /// What about.
    pub subject: String,
    /// When it was written.
    pub at: String,
    /// Whether it waits or was given up.
    pub state: String,
    /// What went wrong last; empty where nothing did.
    pub trouble: String,
}

/// `GET /operator/payouts`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "payout_desk.html", whitespace = "minimize")]
pub struct PayoutDeskPage {
    /// The frame.
    pub shell: Shell,
    /// What has just been done, line by line.
    pub done: Vec<String>,
    /// Why it wasn't.
    pub problem: Option<String>,
    /// The key of the next request.
    pub key: String,
    /// What the operator has to set before money can leave.
    pub to_set: Vec<String>,
    /// Those that aren't over first.
    pub payouts: Vec<PayoutRow>,
    /// What can be sent.
    pub ready: Vec<ReadyRow>,
    /// What was sent.
    pub files: Vec<FileRow>,
    /// What nobody was told yet.
    pub letters: Vec<LetterRow>,
    /// Whether any of them isn't tried any more.
    pub given_up: bool,
}
