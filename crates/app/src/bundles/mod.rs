//! Clip time after it was bought: what it was drawn for, its rest paid back, given away, or shared
//! out when it expires.

pub mod expire;
pub mod gift;
pub mod refund;
mod rest;
pub mod show;
pub mod take;

use domain::BundleId;
use thiserror::Error;

use crate::access::{Principal, Role};
use crate::accounts::clip_time::Held;
use crate::{App, Refusal};

/// How a bundle's licence stands, to whoever can do nothing with it since a part of its price is
/// given back.
const PARTLY_BACK: &str = "partly given back";

/// Whoever asks about a bundle.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// Who they are.
    pub who: &'a Principal,
    /// The word that opens the private page of the bundle's licence, where they sent one.
    pub grant: Option<&'a str>,
}

/// Why somebody is told nothing about a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BundleRefusal {
    /// There is none of this id.
    #[error("there is no bundle `{0}` here")]
    Unknown(BundleId),
    /// It is another's.
    #[error("this bundle is its buyer's: sign in as them, or use the link of its licence")]
    NotYours,
}

impl Refusal for BundleRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_bundle",
            Self::NotYours => "not_your_bundle",
        }
    }

    fn field(&self) -> Option<String> {
        Some("bundle".into())
    }
}

/// The buyer may, and the operator. Who bought as a guest, or was given it, shows the word from
/// the licence's link.
fn may(app: &App, asker: Asker<'_>, held: &Held) -> Result<(), BundleRefusal> {
    let own = match asker.who {
        Principal::Person(person) if person.role == Role::Operator => true,
        Principal::Person(person) => held.buyer.as_deref() == Some(person.id.bytes().as_slice()),
        Principal::Program(key) => held.buyer.as_deref() == Some(key.id.bytes().as_slice()),
        Principal::Guest => false,
    };
    let shown = (asker.grant).is_some_and(|word| app.issuer.grants(held.licence, word));
    if own || shown {
        Ok(())
    } else {
        Err(BundleRefusal::NotYours)
    }
}
