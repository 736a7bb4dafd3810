//! A subscription's row: locked, changed, kept; and the runs that its states leave behind.

use domain::subscription::Run;
use domain::{Country, LicenceId, Subscription, SubscriptionId, Timestamp};
use ledger::Currency;
use store::db::{Row, Tx};

use crate::Fault;

/// A subscription as it is kept.
pub(super) struct Kept {
    pub(super) id: SubscriptionId,
    pub(super) licence: LicenceId,
    pub(super) plan: String,
    pub(super) currency: Currency,
    pub(super) state: Subscription,
    pub(super) card_token: String,
    /// Where its subscriber is taxed, as they said it.
    pub(super) country: Option<Country>,
    /// When its next step is due.
    pub(super) due: Option<Timestamp>,
    /// Since when a renewal is owed, and how often it was tried.
    pub(super) owed: Option<Timestamp>,
    pub(super) tries: i64,
}

/// The subscription of an id, locked until the transaction ends.
pub(super) async fn locked(tx: &mut Tx, id: SubscriptionId) -> Result<Kept, Fault> {
    let sql = format!("{KEPT} where id = $1{}", tx.for_update());
    of(&tx.one(&sql, &[id.bytes().into()]).await?)
}

/// The subscription of a licence, locked until the transaction ends; `None` where it is none.
pub(super) async fn of_licence(tx: &mut Tx, licence: LicenceId) -> Result<Option<Kept>, Fault> {
    let sql = format!("{KEPT} where licence_id = $1{}", tx.for_update());
    let row = tx.optional(&sql, &[licence.bytes().into()]).await?;
    row.as_ref().map(of).transpose()
}

/// The same, only read.
pub(super) async fn look(tx: &mut Tx, licence: LicenceId) -> Result<Option<Kept>, Fault> {
    let sql = format!("{KEPT} where licence_id = $1");
    let row = tx.optional(&sql, &[licence.bytes().into()]).await?;
    row.as_ref().map(of).transpose()
}

fn of(row: &Row) -> Result<Kept, Fault> {
    Ok(Kept {
        id: SubscriptionId::from_bytes(row.id("id")?),
        licence: LicenceId::from_bytes(row.id("licence_id")?),
        plan: row.text("plan")?,
        currency: Currency::from_code(&row.text("currency")?)
            .map_err(Fault::while_("reading a subscription's currency"))?,
        state: serde_json::from_str(&row.text("state")?)
            .map_err(Fault::while_("reading a subscription's state"))?,
        card_token: row.text("card_token")?,
        country: (row.opt_text("tax_country")?.map(|code| code.parse()))
            .transpose()
            .map_err(Fault::while_("reading a subscriber's country"))?,
        due: row.opt_int("due_ms")?.map(Timestamp),
        owed: row.opt_int("owed_ms")?.map(Timestamp),
        tries: row.int("tries")?,
    })
}

impl Kept {
    /// Keeps what was changed of it.
    pub(super) async fn save(&self, tx: &mut Tx) -> Result<(), Fault> {
        let state = serde_json::to_string(&self.state)
            .map_err(Fault::while_("writing a subscription's state"))?;
        let values = [
            self.id.bytes().into(),
            self.plan.as_str().into(),
            state.into(),
            self.card_token.as_str().into(),
            self.due.map(|at| at.0).into(),
            self.owed.map(|at| at.0).into(),
            self.tries.into(),
            self.country.map(|country| country.to_string()).into(),
        ];
        tx.run(SAVE, &values).await?;
        Ok(())
    }

    /// Keeps until when its last run goes: open where `None`.
    pub(super) async fn run_until(
        &self,
        tx: &mut Tx,
        until: Option<Timestamp>,
    ) -> Result<(), Fault> {
        let values = [self.id.bytes().into(), until.map(|at| at.0).into()];
        tx.run(RUN_UNTIL, &values).await?;
        Ok(())
    }

    /// Begins a run.
    pub(super) async fn run_from(&self, tx: &mut Tx, anchor: Timestamp) -> Result<(), Fault> {
        let values = [self.id.bytes().into(), anchor.0.into()];
        tx.run(RUN_FROM, &values).await?;
        Ok(())
    }
}

/// The stretches of time in which a subscription ran, the earliest first.
pub(super) async fn runs(tx: &mut Tx, id: SubscriptionId) -> Result<Vec<Run>, Fault> {
    let rows = tx.all(RUNS, &[id.bytes().into()]).await?;
    let run = |row: &Row| -> Result<Run, Fault> {
        Ok(Run {
            anchor: Timestamp(row.int("anchor_ms")?),
            until: row.opt_int("until_ms")?.map(Timestamp),
        })
    };
    rows.iter().map(run).collect()
}

const KEPT: &str = "
    select id, licence_id, plan, currency, state, card_token, due_ms, owed_ms, tries, tax_country
      from subscriptions";

const SAVE: &str = "
    update subscriptions
       set plan = $2, state = $3, card_token = $4, due_ms = $5, owed_ms = $6, tries = $7,
           tax_country = $8
     where id = $1";

const RUN_UNTIL: &str = "
    update subscription_runs set until_ms = $2
     where subscription_id = $1
       and anchor_ms = (select max(anchor_ms) from subscription_runs where subscription_id = $1)";

const RUN_FROM: &str = "
    insert into subscription_runs (subscription_id, anchor_ms, until_ms) values ($1, $2, null)";

const RUNS: &str = "
    select anchor_ms, until_ms from subscription_runs
     where subscription_id = $1 order by anchor_ms";
