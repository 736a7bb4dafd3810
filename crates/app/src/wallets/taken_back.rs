//! A load that its provider takes back (a refund, a dispute), or gives again (a dispute won),
//! within the journal that follows the payment's facts.

use domain::wallet::taken_back;
use domain::{Account, WalletLoadId};
use store::db::Tx;

use super::{Wallet, balance, locked, read};
use crate::Fault;
use crate::accounts::booking::Booking;

/// Takes `micros` of a load back; negative gives them again. What is taken leaves the wallet; what
/// that no longer holds is borne by the platform, and repaid first should it come back.
pub(crate) async fn take_back(
    booking: &mut Booking,
    tx: &mut Tx,
    load: WalletLoadId,
    micros: i64,
) -> Result<(), Fault> {
    let wallet = of_load(tx, load).await?;
    let borne = tx
        .one(LOAD, &[load.bytes().into()])
        .await?
        .int("borne_micros")?;
    let held = balance(tx, &wallet).await?.micros();
    let moves = taken_back(micros, held, borne);
    booking.post(&Account::Wallet(wallet.id), -moves.wallet);
    booking.post(&Account::Commission, -moves.platform);
    let values = [load.bytes().into(), micros.into(), moves.platform.into()];
    tx.run(TAKE, &values).await?;
    Ok(())
}

/// The wallet of a load, locked until the transaction ends.
pub(crate) async fn of_load(tx: &mut Tx, load: WalletLoadId) -> Result<Wallet, Fault> {
    let wallet = find(tx, load).await?.id;
    let wallet = locked(tx, wallet).await?;
    wallet.ok_or_else(|| Fault::because("finding a load's wallet", "it vanished"))
}

/// The same, to look at.
pub(crate) async fn find(tx: &mut Tx, load: WalletLoadId) -> Result<Wallet, Fault> {
    read(&tx.one(WALLET, &[load.bytes().into()]).await?)
}

const WALLET: &str = "
    select w.id, w.owner_id, w.currency
      from wallet_loads l join wallets w on w.id = l.wallet_id where l.id = $1";

const LOAD: &str = "select borne_micros from wallet_loads where id = $1";

const TAKE: &str = "
    update wallet_loads set taken_micros = taken_micros + $2, borne_micros = borne_micros + $3
     where id = $1";
