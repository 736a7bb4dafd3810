//! Why nothing is bought.

use thiserror::Error;

use super::clear::Bar;
use super::{Standing, TopUpRefusal};
use crate::Refusal;
use crate::wallets::SpendRefusal;

/// Why nothing is sold. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BuyRefusal {
    /// The key is no key.
    #[error("send an Idempotency-Key of 1 to 128 printable characters, new for each purchase")]
    BadIdempotencyKey,
    /// The key was used for something else.
    #[error("this Idempotency-Key was used for another purchase: use a new one")]
    KeyReused,
    /// Nobody is named.
    #[error("say who the licence is for: a name of 1 to 120 characters")]
    NoLicensee,
    /// No address of that form.
    #[error("this is no e-mail address: correct it or leave it out")]
    BadEmail,
    /// No such quote.
    #[error("there is no such quote: ask for a new one")]
    UnknownQuote,
    /// The quote's time is over.
    #[error("the quote has expired: ask for a new one")]
    QuoteExpired,
    /// The quote has no such option.
    #[error("the quote has no option `{0}`")]
    UnknownOption(String),
    /// The offer was closed since.
    #[error("this offer has been closed: ask for a new quote")]
    OfferClosed,
    /// Nothing of the track is sold now.
    #[error("{0}")]
    Barred(Bar),
    /// The licence that this would upgrade was put on hold or withdrawn meanwhile.
    #[error("this licence is {}: only one in force can be upgraded", .0.word())]
    NotValid(Standing),
    /// The licence that this would upgrade was upgraded meanwhile.
    #[error("this licence was upgraded already: upgrade the one it became")]
    AlreadyUpgraded,
    /// Others used the promotion code up meanwhile.
    #[error(
        "the promotion code was used up meanwhile: nothing was charged; ask for a quote without it"
    )]
    PromoUsedUp,
    /// The store has no signing key.
    #[error("this store can't sell now, it has no signing key: what it sold before stays valid")]
    CannotSign,
    /// The wallet doesn't pay.
    #[error(transparent)]
    Wallet(SpendRefusal),
    /// It tops nothing up.
    #[error(transparent)]
    TopUp(TopUpRefusal),
    /// That is no card number.
    #[error("this is no card number: check its digits")]
    BadCard,
    /// The provider said no.
    #[error("the card was declined: nothing was charged; try another card")]
    Declined,
}

impl Refusal for BuyRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::BadIdempotencyKey => "idempotency_key_required",
            Self::KeyReused => "idempotency_key_reused",
            Self::NoLicensee => "licensee_required",
            Self::BadEmail => "bad_email",
            Self::UnknownQuote => "unknown_quote",
            Self::QuoteExpired => "quote_expired",
            Self::UnknownOption(_) => "unknown_option",
            Self::OfferClosed => "offer_closed",
            // Whoever holds a quote is told what became of its offer, not why.
            Self::Barred(Bar::Exclusive(_)) => "offer_closed",
            Self::Barred(bar) => bar.code(),
            Self::NotValid(_) => "licence_not_valid",
            Self::AlreadyUpgraded => "already_upgraded",
            Self::PromoUsedUp => "promo_used_up",
            Self::CannotSign => "no_signing_key",
            Self::Wallet(refusal) => refusal.code(),
            Self::TopUp(refusal) => refusal.code(),
            Self::BadCard => "bad_card",
            Self::Declined => "card_declined",
        }
    }

    fn field(&self) -> Option<String> {
        Some(
            match self {
                Self::BadIdempotencyKey | Self::KeyReused => "Idempotency-Key",
                Self::NoLicensee => "licensee",
                Self::BadEmail => "email",
                Self::UnknownQuote | Self::QuoteExpired => "quote",
                Self::UnknownOption(_)
                | Self::OfferClosed
                | Self::Barred(_)
                | Self::NotValid(_)
                | Self::PromoUsedUp
                | Self::AlreadyUpgraded => "offer",
                Self::CannotSign => return None,
                Self::Wallet(refusal) => return refusal.field(),
                Self::TopUp(refusal) => return refusal.field(),
                Self::BadCard | Self::Declined => "card",
            }
            .to_owned(),
        )
    }
}
