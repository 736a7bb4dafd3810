//! Paying from a wallet, within the transaction of what is bought.
//!
//! Before: the wallet is the payer's own, or its owner lets them spend this much. After: the
//! wallet's row is locked, the spending is noted, and the caller posts it: the wallet holds enough.

use domain::{LicenceId, WalletId};
use ledger::{Currency, Money};
use store::db::{Row, Tx};
use thiserror::Error;

use super::{Wallet, balance, locked};
use crate::access::Principal;
use crate::{Call, Fault, Refusal, Stop};

/// Why a wallet doesn't pay. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SpendRefusal {
    /// None of this id that the payer may spend from.
    #[error("there is no such wallet of yours: name your own, or ask its owner to let you spend")]
    Unknown,
    /// What goes on by itself needs a card.
    #[error("a subscription renews by card: pay it by card")]
    CardNeeded,
    /// The price is in another currency.
    #[error("this wallet holds {0}: pay by card, or from a wallet of the price's currency")]
    OtherCurrency(Currency),
    /// What its owner allowed is used up.
    #[error("its owner lets you spend {} more: ask for a higher cap", .0.price_display())]
    OverCap(Money),
    /// It doesn't hold enough.
    #[error("the wallet lacks {}: load it first, or pay by card", .0.price_display())]
    Short(Money),
}

impl Refusal for SpendRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_wallet",
            Self::CardNeeded => "card_required",
            Self::OtherCurrency(_) => "other_currency",
            Self::OverCap(_) => "wallet_over_cap",
            Self::Short(_) => "wallet_short",
        }
    }

    fn field(&self) -> Option<String> {
        Some("payment".into())
    }
}

/// Notes that a licence is paid from a wallet.
pub(crate) async fn pay(
    tx: &mut Tx,
    call: &Call,
    who: &Principal,
    (id, licence): (WalletId, LicenceId),
    price: Money,
) -> Result<(), Stop<SpendRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    let Some(wallet) = locked(tx, id).await? else {
        return refused(SpendRefusal::Unknown);
    };
    let grant = match who {
        Principal::Person(person) if person.id == wallet.owner => None,
        Principal::Program(key) => {
            let values = [id.bytes().into(), key.id.bytes().into(), call.now.0.into()];
            let Some(row) = tx.optional(GRANT, &values).await? else {
                return refused(SpendRefusal::Unknown);
            };
            Some(row)
        }
        Principal::Person(_) | Principal::Guest => return refused(SpendRefusal::Unknown),
    };
    if price.currency() != wallet.currency {
        return refused(SpendRefusal::OtherCurrency(wallet.currency));
    }
    if let Some(row) = &grant {
        let left = row.int("cap_micros")? - row.int("spent_micros")?;
        if left < price.micros() {
            return refused(SpendRefusal::OverCap(Money::new(left, price.currency())));
        }
    }
    let held = balance(tx, &wallet).await?.micros();
    if held < price.micros() {
        let missing = Money::new(price.micros() - held.max(0), price.currency());
        return refused(SpendRefusal::Short(missing));
    }
    note(tx, call, &wallet, grant.as_ref(), licence, price).await?;
    Ok(())
}

async fn note(
    tx: &mut Tx,
    call: &Call,
    wallet: &Wallet,
    grant: Option<&Row>,
    licence: LicenceId,
    price: Money,
) -> Result<(), Fault> {
    let grant = grant.map(|row| row.bytes("id")).transpose()?;
    if let Some(id) = &grant {
        let values = [id.clone().into(), price.micros().into()];
        tx.run(SPEND_GRANT, &values).await?;
    }
    let values = [
        licence.bytes().into(),
        wallet.id.bytes().into(),
        grant.into(),
        price.micros().into(),
        call.now.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    Ok(())
}

const GRANT: &str = "
    select id, cap_micros, spent_micros from wallet_grants
     where wallet_id = $1 and api_key_id = $2 and expires_ms > $3 and withdrawn_ms is null
     order by created_ms desc, id desc limit 1";

const SPEND_GRANT: &str = "update wallet_grants set spent_micros = spent_micros + $2 where id = $1";

const INSERT: &str = "
    insert into wallet_spends (source_id, wallet_id, grant_id, micros, at_ms)
    values ($1, $2, $3, $4, $5)";
