//! Breakdowns of uses, as somebody gets them.

use app::access::Principal;
use app::reports::{self, Breakdown, Wanted};
use domain::PayeeId;

use super::{Answer, Money, World, answer};

impl World {
    /// Asks for a breakdown.
    ///
    /// # Errors
    /// The refusal.
    pub async fn breaks_down(&self, who: &Principal, wanted: Wanted) -> Answer<Breakdown> {
        answer(reports::breakdown(self.app(), &self.call(), who, wanted).await)
    }

    /// What was posted to a payee for uses, in micro-units: the ledger's lines.
    ///
    /// # Panics
    /// On a fault.
    pub async fn posted_for_uses(&self, payee: PayeeId) -> Money {
        let mut tx = self.app().read().await.expect("the store can be read");
        let row = tx.one(POSTED, &[payee.bytes().into()]).await;
        let sum = row.and_then(|row| row.int("micros"));
        sum.expect("lines can be read")
    }
}

const POSTED: &str = "
    select cast(coalesce(sum(micros), 0) as bigint) as micros
      from payee_lines where payee_id = $1 and kind = 'use'";
