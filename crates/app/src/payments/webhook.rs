//! Messages that a provider sends by itself, signed by the Standard Webhooks scheme.
//!
//! Before: the operator has set the secret that is shared with the provider. After: a message
//! whose signature and time are right is read; any other is refused unread, and says nothing of
//! what this store knows.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use ledger::Currency;
use serde::Deserialize;
use sha2::Sha256;
use thiserror::Error;

use super::learn::Heard;
use super::{Dispute, Facts};
use crate::accounts::sandbox::NAME;
use crate::{App, Refusal, Timestamp};

/// How old or how early a message may be, in seconds: later it could be somebody's copy.
pub const WINDOW_S: i64 = 300;
/// The most signatures of one message: a provider sends two while it changes its secret.
const SIGNATURES_MAX: usize = 10;

/// A message as it came in.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`: seconds since 1970.
    pub timestamp: &'a str,
    /// `webhook-signature`: `v1,` and Base64, several separated by blanks.
    pub signature: &'a str,
    /// The body, byte by byte as it came.
    pub body: &'a [u8],
}

/// Why a message isn't read. In order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WebhookRefusal {
    /// No secret is set.
    #[error("no messages are taken here: set sandbox_webhook_secret first")]
    Closed,
    /// The signature is missing or wrong.
    #[error("this message isn't signed by the provider: check the secret on both sides")]
    NotSigned,
    /// It is too old, or from the future.
    #[error("this message was signed more than {WINDOW_S} seconds from now: send it again")]
    OutOfTime,
    /// Its body isn't one.
    #[error("the body is no message about a payment")]
    BadBody,
}

impl Refusal for WebhookRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Closed => "webhook_closed",
            Self::NotSigned => "bad_signature",
            Self::OutOfTime => "stale_message",
            Self::BadBody => "bad_value",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Closed | Self::BadBody => None,
            Self::NotSigned => Some("webhook-signature".into()),
            Self::OutOfTime => Some("webhook-timestamp".into()),
        }
    }
}

/// The sandbox's message about a payment. What it doesn't tell is left out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    payment: String,
    currency: String,
    #[serde(default)]
    captured: i64,
    #[serde(default)]
    refunded: i64,
    #[serde(default)]
    fee_returned: i64,
    #[serde(default)]
    disputes: std::collections::BTreeMap<String, Dispute>,
}

/// Reads a message of the sandbox.
///
/// # Errors
/// [`WebhookRefusal`].
pub fn read(app: &App, now: Timestamp, message: &Message<'_>) -> Result<Heard, WebhookRefusal> {
    let secret = secret(&app.settings.sandbox_webhook_secret).ok_or(WebhookRefusal::Closed)?;
    if !is_signed(&secret, message) {
        return Err(WebhookRefusal::NotSigned);
    }
    let sent: Result<i64, _> = message.timestamp.parse();
    let age = sent.map(|sent| now.0.div_euclid(1000).saturating_sub(sent));
    if !age.is_ok_and(|age| (-WINDOW_S..=WINDOW_S).contains(&age)) {
        return Err(WebhookRefusal::OutOfTime);
    }
    let body: Body = serde_json::from_slice(message.body).map_err(|_| WebhookRefusal::BadBody)?;
    let currency = Currency::from_code(&body.currency).map_err(|_| WebhookRefusal::BadBody)?;
    Ok(Heard {
        provider: NAME.to_owned(),
        event: message.id.to_owned(),
        reference: body.payment,
        currency,
        facts: Facts {
            captured: body.captured,
            refunded: body.refunded,
            fee_returned: body.fee_returned,
            disputes: body.disputes,
        },
    })
}

/// The bytes of a secret as providers write them: `whsec_` and Base64.
#[must_use]
pub fn secret(text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64
        .decode(text.strip_prefix("whsec_")?.as_bytes())
        .ok()?;
    (bytes.len() >= 16).then_some(bytes)
}

/// The signature of a message: what a provider sends as `webhook-signature`.
#[must_use]
pub fn sign(secret: &[u8], id: &str, timestamp: &str, body: &[u8]) -> String {
    let signature = mac(secret, id, timestamp, body).finalize().into_bytes();
    format!("v1,{}", BASE64.encode(&signature))
}

fn is_signed(secret: &[u8], message: &Message<'_>) -> bool {
    let mut signatures = message.signature.split(' ').take(SIGNATURES_MAX);
    signatures.any(|one| {
        let given = one.strip_prefix("v1,").unwrap_or_default();
        let given = BASE64.decode(given.as_bytes()).unwrap_or_default();
        let mac = mac(secret, message.id, message.timestamp, message.body);
        mac.verify_slice(&given).is_ok()
    })
}

fn mac(secret: &[u8], id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac
}
