//! Where a payee's money goes: by SEPA, `PayPal`, Wise, or by hand (money.md §8).

use ledger::Currency;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::latin::is_latin;
use crate::account::ProviderName;
use crate::codes::codes;
use crate::country::Country;
use crate::line::Line;

/// A way by which payouts leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rail {
    /// A credit transfer in euro.
    Sepa,
    /// `PayPal`, to an e-mail address.
    Paypal,
    /// Wise, to an e-mail address or a saved recipient.
    Wise,
    /// By hand, from a list.
    Manual,
}

codes! {
    "rail" Rail {
        Sepa = "sepa",
        Paypal = "paypal",
        Wise = "wise",
        Manual = "manual",
    }
}

impl Rail {
    /// Every rail.
    pub const ALL: [Rail; 4] = [Rail::Sepa, Rail::Paypal, Rail::Wise, Rail::Manual];

    /// Its name in accounts.
    ///
    /// # Panics
    /// Never: every word of a rail is a provider's name.
    #[must_use]
    pub fn provider(self) -> ProviderName {
        ProviderName::new(self.code()).expect("a rail's word is a provider's name")
    }

    /// Its name for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Rail::Sepa => "SEPA transfer",
            Rail::Paypal => "PayPal",
            Rail::Wise => "Wise",
            Rail::Manual => "by hand",
        }
    }

    /// Whether it pays in a currency.
    #[must_use]
    pub fn pays(self, currency: Currency) -> bool {
        self != Rail::Sepa || currency == Currency::EUR
    }

    /// The most lines that one file of it may have.
    #[must_use]
    pub const fn rows_max(self) -> usize {
        match self {
            Rail::Wise => 1_000,
            Rail::Sepa | Rail::Paypal | Rail::Manual => 5_000,
        }
    }
}

/// Where a payee is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rail", rename_all = "snake_case", deny_unknown_fields)]
pub enum Destination {
    /// A bank account in the euro area.
    Sepa(Account),
    /// A `PayPal` account.
    Paypal {
        /// Its e-mail address.
        email: String,
    },
    /// A recipient at Wise.
    Wise {
        /// Their name.
        name: String,
        /// Their e-mail address: Wise asks them for their account.
        email: String,
        /// The number of a recipient that is saved at Wise, where there is one.
        #[serde(default)]
        recipient: Option<String>,
    },
    /// Somebody pays by hand.
    Manual {
        /// How.
        note: String,
    },
}

/// A bank account with its owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The owner's name, up to 70 characters.
    pub name: String,
    /// The account's number.
    pub iban: String,
    /// The bank's code; found from the number where it is left out.
    #[serde(default)]
    pub bic: Option<String>,
    /// The owner's town.
    pub town: String,
    /// The owner's country, two letters.
    pub country: String,
}

/// A destination that can't be one.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DestinationError {
    /// No name, or one that no bank can read.
    #[error("write the account owner's name in Latin letters, up to 70 of them")]
    Name,
    /// No account number.
    #[error("this is no IBAN: check its letters and digits")]
    Iban,
    /// No bank code.
    #[error("this is no BIC: it has 8 or 11 letters and digits; you may leave it out")]
    Bic,
    /// No town.
    #[error("write the owner's town in Latin letters, up to 35 of them")]
    Town,
    /// No country.
    #[error("write the owner's country as two letters, such as DE")]
    Country,
    /// No address.
    #[error("this is no e-mail address that can be paid")]
    Email,
    /// No number.
    #[error("a recipient's number at Wise has digits and letters alone, up to 40")]
    Recipient,
    /// No note.
    #[error("say how the payment is made, on one line of up to 200 characters")]
    Note,
}

impl DestinationError {
    /// The field at fault.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Iban => "iban",
            Self::Bic => "bic",
            Self::Town => "town",
            Self::Country => "country",
            Self::Email => "email",
            Self::Recipient => "recipient",
            Self::Note => "note",
        }
    }
}

impl Destination {
    /// Its rail.
    #[must_use]
    pub const fn rail(&self) -> Rail {
        match self {
            Self::Sepa(_) => Rail::Sepa,
            Self::Paypal { .. } => Rail::Paypal,
            Self::Wise { .. } => Rail::Wise,
            Self::Manual { .. } => Rail::Manual,
        }
    }

    /// The destination in its one spelling: blanks taken out of numbers, letters in capitals.
    ///
    /// # Errors
    /// The first field that can't be right.
    pub fn checked(self) -> Result<Destination, DestinationError> {
        Ok(match self {
            Self::Sepa(account) => Self::Sepa(account.checked()?),
            Self::Paypal { email } => Self::Paypal {
                email: address(&email)?,
            },
            Self::Wise {
                name,
                email,
                recipient,
            } => Self::Wise {
                name: owner(&name)?,
                email: address(&email)?,
                recipient: recipient.as_deref().map(number).transpose()?.flatten(),
            },
            Self::Manual { note } => {
                let note = note.trim().to_owned();
                if !is_line(&note, 200) {
                    return Err(DestinationError::Note);
                }
                Self::Manual { note }
            }
        })
    }

    /// What may be shown of it: enough to know it again.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Sepa(account) => {
                let (head, tail) = (first(&account.iban, 4), last(&account.iban, 3));
                format!("{head} … {tail}, {}", account.name)
            }
            Self::Paypal { email } => mask_address(email),
            Self::Wise { name, email, .. } => format!("{}, {name}", mask_address(email)),
            Self::Manual { note } => format!("{} …", first(note, 12)),
        }
    }
}

impl Account {
    /// The account in its one spelling.
    ///
    /// # Errors
    /// The first field that can't be right.
    pub fn checked(self) -> Result<Account, DestinationError> {
        let name = owner(&self.name)?;
        let iban = squeezed(&self.iban);
        if !is_iban(&iban) {
            return Err(DestinationError::Iban);
        }
        let bic = self.bic.map(|bic| squeezed(&bic));
        let bic = bic.filter(|bic| !bic.is_empty());
        if bic.as_deref().is_some_and(|bic| !is_bic(bic)) {
            return Err(DestinationError::Bic);
        }
        let town = self.town.trim().to_owned();
        if !is_line(&town, 35) || !is_latin(&town) {
            return Err(DestinationError::Town);
        }
        let country = self.country.trim().to_uppercase();
        if country.parse::<Country>().is_err() {
            return Err(DestinationError::Country);
        }
        Ok(Account {
            name,
            iban,
            bic,
            town,
            country,
        })
    }
}

/// The address in its one spelling, when it is one that letters and payments may go to.
///
/// # Errors
/// [`DestinationError::Email`].
pub fn address(text: &str) -> Result<String, DestinationError> {
    let text = text.trim();
    let good = is_line(text, 254)
        && text.is_ascii()
        && !text.contains([' ', ',', ';', '"', '<', '>'])
        // A spreadsheet would take such an address for a formula, and the guard would change it.
        && !text.starts_with(['=', '+', '-', '@', '\''])
        && text.split_once('@').is_some_and(|(user, host)| {
            let dots = host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
            !user.is_empty() && dots && !host.contains('@')
        });
    good.then(|| text.to_owned()).ok_or(DestinationError::Email)
}

/// An e-mail address, all but hidden.
#[must_use]
pub fn mask_address(email: &str) -> String {
    match email.split_once('@') {
        Some((user, host)) => format!("{}…@{host}", first(user, 1)),
        None => "…".to_owned(),
    }
}

/// Whether a text is an IBAN: its form, and the check of its digits (ISO 13616, modulo 97).
#[must_use]
pub fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    let good = (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if !good {
        return false;
    }
    let turned = bytes[4..].iter().chain(&bytes[..4]);
    let rest = turned.fold(0_u32, |rest, byte| {
        if byte.is_ascii_digit() {
            (rest * 10 + u32::from(byte - b'0')) % 97
        } else {
            (rest * 100 + u32::from(byte - b'A') + 10) % 97
        }
    });
    rest == 1
}

fn is_bic(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.len(), 8 | 11)
        && bytes[..6].iter().all(u8::is_ascii_uppercase)
        && bytes
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn owner(name: &str) -> Result<String, DestinationError> {
    let name = name.trim();
    let good = is_line(name, 70) && is_latin(name);
    good.then(|| name.to_owned()).ok_or(DestinationError::Name)
}

fn number(text: &str) -> Result<Option<String>, DestinationError> {
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Ok(None);
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let good = text.len() <= 40 && text.bytes().all(plain) && !text.starts_with('-');
    good.then_some(Some(text))
        .ok_or(DestinationError::Recipient)
}

fn is_line(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count()) && text.parse::<Line>().is_ok()
}

fn squeezed(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
    kept.flat_map(char::to_uppercase).collect()
}

fn first(text: &str, count: usize) -> String {
    text.chars().take(count).collect()
}

fn last(text: &str, count: usize) -> String {
    let skipped = text.chars().count().saturating_sub(count);
    text.chars().skip(skipped).collect()
}
