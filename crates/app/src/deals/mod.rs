//! What decides the money of a sale beside the offer's price: taxes by country, prices in other
//! currencies, promotion codes and curators. Each is the operator's; what counted when a quote was
//! given is frozen in it.

pub mod curators;
pub mod currencies;
pub mod promos;
pub mod rates;
pub mod taxes;
mod terms;

use domain::promo::PromoRefusal;
use ledger::Currency;
use store::db::Tx;
use thiserror::Error;

use crate::access::{Principal, Role};
use crate::offers::Hand;
use crate::{Fault, Refusal, Stop};

pub(crate) use terms::Terms;
pub use terms::{Circumstances, Frozen, Via};

/// Why a quote isn't given in these circumstances. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TermsRefusal {
    /// Nothing is sold in it.
    #[error("nothing is sold in {0} here: leave the currency out, or choose one of {1}")]
    UnknownCurrency(Currency, String),
    /// An upgrade is paid in what its licence was paid in.
    #[error("this licence was paid in {0}, and so is its upgrade: leave the currency out")]
    OtherCurrency(Currency),
    /// No such curator.
    #[error("there is no curator `{0}`: leave `via` out")]
    UnknownCurator(String),
    /// No such code.
    #[error("there is no promotion code `{0}`: check its spelling, or leave it out")]
    UnknownPromo(String),
    /// The operator closed it.
    #[error("the promotion code `{0}` isn't accepted any more")]
    PromoClosed(String),
    /// It is over, not begun, used up, or of another currency.
    #[error("{0}")]
    Promo(PromoRefusal),
    /// It is for something else.
    #[error("the promotion code `{0}` isn't for what you ask about")]
    PromoElsewhere(String),
    /// It would leave less than tax and the payment fee.
    #[error("with the promotion code `{0}` too little would be left to charge: leave it out")]
    PromoLeavesTooLittle(String),
}

impl Refusal for TermsRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownCurrency(..) => "unknown_currency",
            Self::OtherCurrency(_) => "other_currency",
            Self::UnknownCurator(_) => "unknown_curator",
            Self::UnknownPromo(_) => "unknown_promo",
            Self::PromoClosed(_) => "promo_over",
            Self::Promo(PromoRefusal::NotYet(_)) => "promo_not_yet",
            Self::Promo(PromoRefusal::Ended(_)) => "promo_over",
            Self::Promo(PromoRefusal::UsedUp(_)) => "promo_used_up",
            Self::Promo(_) | Self::PromoElsewhere(_) | Self::PromoLeavesTooLittle(_) => {
                "promo_not_applicable"
            }
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::UnknownCurrency(..) | Self::OtherCurrency(_) => "currency",
            Self::UnknownCurator(_) => "via",
            _ => "promo",
        };
        Some(field.into())
    }
}

/// Why the operator's change isn't made. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DealRefusal {
    /// It is for whoever runs the store.
    #[error("only the operator may do this: sign in with their link, or use the command line")]
    NotAllowed,
    /// A value that can't be one.
    #[error("{1}")]
    Bad(&'static str, String),
    /// The name is taken, also by one that was closed.
    #[error("`{0}` is taken: choose another word")]
    Taken(String),
    /// Nothing of this name.
    #[error("there is no `{0}` here, or it was closed before")]
    Unknown(String),
}

impl Refusal for DealRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed => "scope_required",
            Self::Bad(..) => "bad_value",
            Self::Taken(_) => "name_taken",
            Self::Unknown(_) => "unknown_name",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::NotAllowed => None,
            Self::Bad(field, _) => Some((*field).into()),
            Self::Taken(_) | Self::Unknown(_) => Some("name".into()),
        }
    }
}

fn bad<T>(field: &'static str, why: impl Into<String>) -> Result<T, Stop<DealRefusal>> {
    Err(Stop::Refused(DealRefusal::Bad(field, why.into())))
}

/// Lets only the operator through.
fn operator(hand: Hand<'_>) -> Result<(), Stop<DealRefusal>> {
    let is = |who: &Principal| matches!(who, Principal::Person(p) if p.role == Role::Operator);
    match hand {
        Hand::Asker(who) if !is(who) => Err(Stop::Refused(DealRefusal::NotAllowed)),
        _ => Ok(()),
    }
}

/// A word that stands in addresses and is typed by people: 2 to 32 letters, digits and hyphens.
fn is_word(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (2..=32).contains(&text.len()) && text.bytes().all(plain)
}

/// The next line of a table that is numbered by a counter.
async fn next_line(tx: &mut Tx, table: &str) -> Result<i64, Fault> {
    Ok(tx.one(NEXT, &[table.into()]).await?.int("next_no")?)
}

const NEXT: &str = "update counters set next_no = next_no + 1 where name = $1 returning next_no";
