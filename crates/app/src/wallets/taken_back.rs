//! A load that its provider takes back (a refund, a dispute), or gives again (a dispute won),
//! within the journal that follows the payment's facts.

use domain::wallet::taken_back;
use domain::{Account, WalletId, WalletLoadId};
use store::db::Tx;

use super::{balance, locked};
use crate::accounts::booking::Booking;
use crate::{Call, Fault};

/// Brings a load from `before` to `after` micro-units of what was loaded. What is taken leaves the
/// wallet; what that no longer holds is borne by the platform, and repaid first should it come back.
#[allow(
    dead_code,
    reason = "refunds and disputes of payments call it; they are built beside this"
)]
pub(crate) async fn take_back(
    booking: &mut Booking,
    tx: &mut Tx,
    _call: &mut Call,
    load: WalletLoadId,
    (before, after): (i64, i64),
) -> Result<(), Fault> {
    let row = tx.one(WALLET, &[load.bytes().into()]).await?;
    let id = WalletId::from_bytes(row.id("wallet_id")?);
    let wallet = locked(tx, id).await?;
    let wallet = wallet.ok_or_else(|| Fault::because("taking a load back", "no wallet"))?;
    let borne = tx
        .one(LOAD, &[load.bytes().into()])
        .await?
        .int("borne_micros")?;
    let held = balance(tx, &wallet).await?.micros();
    let moves = taken_back(before - after, held, borne);
    booking.post(&Account::Wallet(id), -moves.wallet);
    booking.post(&Account::Commission, -moves.platform);
    let values = [
        load.bytes().into(),
        (before - after).into(),
        moves.platform.into(),
    ];
    tx.run(TAKE, &values).await?;
    Ok(())
}

const WALLET: &str = "select wallet_id from wallet_loads where id = $1";

const LOAD: &str = "select borne_micros from wallet_loads where id = $1";

const TAKE: &str = "
    update wallet_loads set taken_micros = taken_micros + $2, borne_micros = borne_micros + $3
     where id = $1";
