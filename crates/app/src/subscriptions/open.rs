//! Signing up: what a purchase of a plan writes beside its licence. Before: the payment is kept.
//! After, in the same transaction: the subscription runs, and its first cycle is funded.

use domain::{
    Country, Cycle, CycleId, LicenceId, PaymentId, SaleSplit, Subscription, SubscriptionId,
};
use ledger::Money;
use store::db::Tx;

use super::fund::{self, Payment};
use super::plans;
use crate::accounts::sandbox;
use crate::{Call, Fault};

/// A sign-up about to be written.
pub(crate) struct Opening<'a> {
    /// The licence that was bought.
    pub(crate) licence: LicenceId,
    /// The plan's code.
    pub(crate) plan: &'a str,
    /// The price before tax that was added.
    pub(crate) price: Money,
    /// How it was divided.
    pub(crate) split: SaleSplit,
    /// The country of the table whose tax is in it.
    pub(crate) taxed_in: Option<Country>,
    /// The country that the subscriber named: later charges are taxed by it.
    pub(crate) country: Option<Country>,
    /// The card it was paid with.
    pub(crate) card: &'a str,
    /// The first cycle.
    pub(crate) cycle: CycleId,
    /// The payment.
    pub(crate) payment: PaymentId,
}

/// Writes it.
pub(crate) async fn open(call: &mut Call, tx: &mut Tx, opening: &Opening<'_>) -> Result<(), Fault> {
    let plan = plans::read(tx, opening.plan).await?;
    let plan = plan.ok_or_else(|| Fault::because("signing up", "the plan vanished"))?;
    let id = SubscriptionId::from_bytes(call.id());
    let cycle = Cycle::nth(call.now, 0);
    let state = serde_json::to_string(&Subscription::sign_up(call.now))
        .map_err(Fault::while_("writing a subscription's state"))?;
    let values = [
        id.bytes().into(),
        opening.licence.bytes().into(),
        opening.plan.into(),
        opening.price.currency().code().into(),
        state.into(),
        sandbox::NAME.into(),
        sandbox::keep(opening.card).into(),
        cycle.end.0.into(),
        call.now.0.into(),
        opening.country.map(|country| country.to_string()).into(),
    ];
    tx.run(INSERT, &values).await?;
    tx.run(INSERT_RUN, &[id.bytes().into(), call.now.0.into()])
        .await?;
    let source = opening.licence.to_string();
    let payment = Payment {
        id: opening.payment,
        kind: fund::SIGN_UP,
        source: &source,
        split: &opening.split,
        country: opening.taxed_in,
    };
    let place = (id, opening.cycle, cycle);
    fund::begin(call, tx, place, (&plan, opening.price), &payment).await
}

const INSERT: &str = "
    insert into subscriptions (id, licence_id, plan, currency, state, provider, card_token,
                               due_ms, owed_ms, tries, created_ms, tax_country)
    values ($1, $2, $3, $4, $5, $6, $7, $8, null, 0, $9, $10)";

const INSERT_RUN: &str = "
    insert into subscription_runs (subscription_id, anchor_ms, until_ms) values ($1, $2, null)";
