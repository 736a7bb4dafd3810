//! Ids: sixteen time-ordered bytes inside, a prefixed word outside.
//!
//! One type per noun. The word is the noun's prefix, `_`, and the bytes as 26 lower-case
//! Crockford base32 symbols (big-endian, two zero bits in front), so words sort as bytes do.
//! Reading is strict: each id has exactly one spelling.

use thiserror::Error;

use crate::time::Timestamp;

const SYMBOLS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DIGITS: usize = 26;

/// A text isn't an id of the kind asked for.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum IdError {
    /// The prefix is missing or another noun's.
    #[error("an id of this kind starts with {expected}_")]
    Prefix {
        /// The prefix that was expected, without its underscore.
        expected: &'static str,
    },
    /// The part after the prefix isn't 26 symbols of lower-case Crockford base32.
    #[error("an id has 26 digits and lower-case letters, without i, l, o and u, after its prefix")]
    Form,
}

/// A version 7 UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 of the 80
/// given random bits around the version and variant. A time before 1970 counts as 1970.
#[must_use]
pub fn uuid7(at: Timestamp, random: [u8; 10]) -> [u8; 16] {
    let millis = u64::try_from(at.millis()).unwrap_or(0).to_be_bytes();
    let mut bytes = [0_u8; 16];
    bytes[..6].copy_from_slice(&millis[2..]);
    bytes[6..].copy_from_slice(&random);
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    bytes
}

/// Reads the millisecond back out of a version 7 UUID.
#[must_use]
pub fn uuid7_time(bytes: &[u8; 16]) -> Timestamp {
    let millis = bytes[..6]
        .iter()
        .fold(0_i64, |sum, byte| (sum << 8) | i64::from(*byte));
    Timestamp(millis)
}

fn encode(prefix: &str, bytes: &[u8; 16]) -> String {
    let value = u128::from_be_bytes(*bytes);
    let mut text = String::with_capacity(prefix.len() + 1 + DIGITS);
    text.push_str(prefix);
    text.push('_');
    for place in (0..DIGITS).rev() {
        let [.., low] = (value >> (5 * place)).to_be_bytes();
        text.push(char::from(SYMBOLS[usize::from(low & 31)]));
    }
    text
}

fn decode(prefix: &'static str, text: &str) -> Result<[u8; 16], IdError> {
    let digits = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or(IdError::Prefix { expected: prefix })?;
    // 26 symbols are 130 bits: a first symbol above 7 would not fit into 128.
    if digits.len() != DIGITS || digits.as_bytes()[0] > b'7' {
        return Err(IdError::Form);
    }
    let mut value = 0_u128;
    for symbol in digits.bytes() {
        let place = SYMBOLS
            .iter()
            .position(|s| *s == symbol)
            .ok_or(IdError::Form)?;
        value = (value << 5) | u128::try_from(place).map_err(|_| IdError::Form)?;
    }
    Ok(value.to_be_bytes())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; 16]);

        impl $name {
            /// The prefix of this kind of id, without its underscore.
            pub const PREFIX: &'static str = $prefix;

            /// The id of these bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> $name {
                $name(bytes)
            }

            /// The bytes, as the database holds them.
            #[must_use]
            pub const fn bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&encode($prefix, &self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&encode($prefix, &self.0))
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<$name, IdError> {
                decode($prefix, text).map($name)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<$name, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    )+};
}

ids! {
    /// A track: one piece of music with its assets.
    TrackId = "trk";
    /// An artist as the storefront names them.
    ArtistId = "art";
    /// A payee: someone who is paid a part.
    PayeeId = "pay";
    /// An asset: one deliverable of a track.
    AssetId = "ast";
    /// An offer: one asset in one tier at one price.
    OfferId = "off";
    /// A quote given to a buyer.
    QuoteId = "quo";
    /// A licence sold.
    LicenceId = "lic";
    /// A bundle of clip time.
    BundleId = "bun";
    /// A channel on a licence's safelist.
    ChannelId = "chn";
    /// One version of a split sheet.
    SplitSheetId = "spl";
    /// A proposed version of a split sheet.
    ProposalId = "prp";
    /// An advance paid to a payee.
    AdvanceId = "adv";
    /// A journal of the ledger.
    JournalId = "jrn";
    /// A payment at a provider.
    PaymentId = "pmt";
    /// A person with an account: buyer, composer, operator.
    PersonId = "per";
    /// A key for the API.
    ApiKeyId = "key";
    /// A signed-in session.
    SessionId = "ses";
    /// A subscription to a plan.
    SubscriptionId = "sub";
    /// One cycle of a subscription.
    CycleId = "cyc";
    /// A batch of cycles that were closed together; also a sharing of idle money.
    CloseId = "cls";
    /// A payout to a payee; also the provider's key for it.
    PayoutId = "out";
    /// A file of payouts for one rail and currency.
    PayoutBatchId = "pob";
    /// A buyer's wallet.
    WalletId = "wal";
    /// A load of a wallet.
    WalletLoadId = "lod";
    /// What a program may spend of a wallet.
    WalletGrantId = "wgr";
    /// What was paid back of a wallet.
    WalletRefundId = "wrf";
    /// A gift of clip time.
    GiftId = "gft";
    /// A refund of what was left of a bundle.
    RestRefundId = "brf";
    /// An exchange of a payee's money.
    ExchangeId = "exc";
    /// A use that no licence covers.
    UncoveredId = "unc";
}
