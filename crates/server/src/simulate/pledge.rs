//! Money that moves before anything is bought: a wallet is loaded, a payee is paid in advance.

use app::access::Principal;
use app::advances::grant::{Grant, grant};
use app::wallets::load::load;
use app::{WalletId, wallets};

use super::figures::amount;
use super::play::{CARD, Outcome, outcome};
use super::scenario::Step;
use super::stage::Stage;
use crate::exit::Failure;

/// Loads somebody's wallet by card.
pub(super) async fn loaded(
    stage: &Stage,
    (key, place): (&str, &str),
    step: &Step,
) -> Result<Outcome, Failure> {
    let text = step.amount.as_deref().unwrap_or_default();
    let money = amount(place, text, stage.app.settings.currency)?;
    let buyer = stage.buyer(step.who.as_deref().unwrap_or_default()).await?;
    let Principal::Person(person) = &buyer else {
        return Err(Failure::failed("a buyer is a person", "report it"));
    };
    let mut call = stage.app.call();
    let done = load(&stage.app, &mut call, person, key, money, CARD).await;
    outcome(done, |done| {
        format!("the wallet holds {}", done.balance.price_display())
    })
}

/// The wallet of a buyer, once it was loaded.
pub(super) async fn wallet(stage: &Stage, buyer: &Principal) -> Result<Option<WalletId>, Failure> {
    let call = stage.app.call();
    let spendable = wallets::show::spendable(&stage.app, &call, buyer).await?;
    Ok(spendable.first().map(|one| one.wallet))
}

/// Pays a payee in advance.
pub(super) async fn advanced(
    stage: &Stage,
    (key, place): (&str, &str),
    step: &Step,
) -> Result<Outcome, Failure> {
    let text = step.amount.as_deref().unwrap_or_default();
    let wanted = Grant {
        payee: step.payee.clone().unwrap_or_default(),
        money: amount(place, text, stage.app.settings.currency)?,
        reference: key.to_owned(),
        by: "the scenario".to_owned(),
    };
    let mut call = stage.app.call();
    let done = grant(&stage.app, &mut call, &wanted).await;
    outcome(done, |_| {
        "paid; what they earn pays it back first".to_owned()
    })
}
