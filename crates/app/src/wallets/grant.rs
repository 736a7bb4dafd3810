//! Letting a program spend from one's wallet, up to a cap and until a day; and ending that.
//!
//! Before: the wallet is the asker's own. After: the program may spend that much, and an earlier
//! permission of the same program has ended.

use domain::{ApiKeyId, Timestamp, WalletGrantId, WalletId};
use ledger::Money;
use thiserror::Error;

use super::locked;
use crate::access::Person;
use crate::{App, Call, Refusal, Stop};

/// The longest that a permission lasts: 400 days, in ms.
const LASTS_MAX_MS: i64 = 400 * domain::time::DAY_MS;

/// Why nothing is permitted or ended. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GrantRefusal {
    /// Not the asker's wallet.
    #[error("there is no such wallet of yours")]
    UnknownWallet,
    /// No such key.
    #[error("there is no API key of this id that stands: ask the program's maker for it (key_…)")]
    UnknownKey,
    /// No cap.
    #[error("say how much it may spend in all: more than nothing")]
    BadCap,
    /// No end in time.
    #[error("say until when: a moment within the next 400 days")]
    BadExpiry,
    /// No such permission.
    #[error("there is no such permission of your wallet")]
    Unknown,
}

impl Refusal for GrantRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownWallet => "unknown_wallet",
            Self::UnknownKey => "unknown_key",
            Self::BadCap => "bad_amount",
            Self::BadExpiry => "bad_expiry",
            Self::Unknown => "unknown_permission",
        }
    }

    fn field(&self) -> Option<String> {
        Some(
            match self {
                Self::UnknownWallet => "wallet",
                Self::UnknownKey => "key",
                Self::BadCap => "cap_micros",
                Self::BadExpiry => "expires_at",
                Self::Unknown => "permission",
            }
            .into(),
        )
    }
}

/// Lets a program spend up to `cap` of a wallet until a moment.
///
/// # Errors
/// [`GrantRefusal`].
pub async fn grant(
    app: &App,
    call: &mut Call,
    who: &Person,
    (wallet, key): (WalletId, ApiKeyId),
    cap_micros: i64,
    until: Timestamp,
) -> Result<WalletGrantId, Stop<GrantRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    let mut tx = app.write().await?;
    let held = locked(&mut tx, wallet).await?;
    let Some(held) = held.filter(|held| held.owner == who.id) else {
        return refused(GrantRefusal::UnknownWallet);
    };
    if tx.optional(KEY, &[key.bytes().into()]).await?.is_none() {
        return refused(GrantRefusal::UnknownKey);
    }
    if cap_micros <= 0
        || Money::new(cap_micros, held.currency)
            .floor_to_minor()
            .is_err()
    {
        return refused(GrantRefusal::BadCap);
    }
    if until <= call.now || until.since(call.now) > LASTS_MAX_MS {
        return refused(GrantRefusal::BadExpiry);
    }
    let values = [wallet.bytes().into(), key.bytes().into(), call.now.0.into()];
    tx.run(END_EARLIER, &values).await?;
    let id = WalletGrantId::from_bytes(call.id());
    let values = [
        id.bytes().into(),
        wallet.bytes().into(),
        key.bytes().into(),
        cap_micros.into(),
        call.now.0.into(),
        until.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    tx.commit().await?;
    Ok(id)
}

/// Ends a permission; ending it again changes nothing.
///
/// # Errors
/// [`GrantRefusal::Unknown`].
pub async fn end(
    app: &App,
    call: &Call,
    who: &Person,
    id: WalletGrantId,
) -> Result<(), Stop<GrantRefusal>> {
    let mut tx = app.write().await?;
    let values = [id.bytes().into(), who.id.bytes().into(), call.now.0.into()];
    if tx.run(END, &values).await? == 0 {
        return Err(Stop::Refused(GrantRefusal::Unknown));
    }
    Ok(tx.commit().await?)
}

const KEY: &str = "select id from api_keys where id = $1 and revoked_ms is null";

const END_EARLIER: &str = "
    update wallet_grants set withdrawn_ms = $3
     where wallet_id = $1 and api_key_id = $2 and withdrawn_ms is null";

const INSERT: &str = "
    insert into wallet_grants (id, wallet_id, api_key_id, cap_micros, created_ms, expires_ms)
    values ($1, $2, $3, $4, $5, $6)";

const END: &str = "
    update wallet_grants set withdrawn_ms = coalesce(withdrawn_ms, $3)
     where id = $1 and wallet_id in (select w.id from wallets w where w.owner_id = $2)";
