//! What a provider has captured, kept with what it paid for.

use domain::{CycleId, LicenceId, PaymentId, WalletLoadId};
use ledger::Money;
use store::db::{Row, Tx};

use crate::{Call, Fault};

/// What a payment paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A licence; clip time is one.
    Licence(LicenceId),
    /// A load of a wallet.
    WalletLoad(WalletLoadId),
    /// A cycle of a subscription, the first one as well as those that follow and what an upgrade
    /// adds to one.
    Subscription(CycleId),
}

impl Subject {
    /// The subject of a payment's row.
    pub(crate) fn read(row: &Row) -> Result<Self, Fault> {
        match row.text("subject")?.as_str() {
            "licence" => Ok(Subject::Licence(LicenceId::from_bytes(
                row.id("subject_id")?,
            ))),
            "wallet_load" => Ok(Subject::WalletLoad(WalletLoadId::from_bytes(
                row.id("subject_id")?,
            ))),
            "subscription" => Ok(Subject::Subscription(CycleId::from_bytes(
                row.id("subject_id")?,
            ))),
            other => Err(Fault::because(
                "reading a payment",
                format!("no refund of a `{other}` is known"),
            )),
        }
    }

    fn parts(&self) -> (&'static str, &[u8; 16]) {
        match self {
            Subject::Licence(id) => ("licence", id.bytes()),
            Subject::WalletLoad(id) => ("wallet_load", id.bytes()),
            Subject::Subscription(id) => ("subscription", id.bytes()),
        }
    }
}

/// Keeps a captured payment. `reference` is the provider's, unique there.
pub(crate) async fn record(
    tx: &mut Tx,
    call: &mut Call,
    (provider, reference): (&str, &str),
    money: Money,
    subject: Subject,
) -> Result<PaymentId, Fault> {
    let id = PaymentId::from_bytes(call.id());
    let (what, which) = subject.parts();
    let values = [
        id.bytes().into(),
        provider.into(),
        reference.into(),
        money.micros().into(),
        money.currency().code().into(),
        call.now.0.into(),
        what.into(),
        which.into(),
    ];
    tx.run(INSERT, &values).await?;
    Ok(id)
}

const INSERT: &str = "
    insert into payments (id, provider, reference, amount_micros, currency, captured_ms,
                          subject, subject_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
