//! What happens to a payment after it was captured: the operator refunds, the bank disputes,
//! messages come in any order, and the reserve grows old.

use app::access::Principal;
use app::billing::credit_note::{CreditNote, credit_notes};
use app::licensing::Licence;
use app::payments::dispute::{self, Act};
use app::payments::learn::{self, Heard, Learned};
use app::payments::list::{self, Payment};
use app::payments::refund::{self, Refunded, Wanted};
use app::payments::{Facts, reconcile, release};
use domain::{PaymentId, Rates, WalletLoadId};
use ledger::Currency;
use store::db::{Tx, Value};

use super::{Answer, Postings, World, answer};

impl World {
    /// The payment of a licence.
    ///
    /// # Panics
    /// When there is none.
    pub async fn payment_of(&self, licence: &Licence) -> PaymentId {
        let sql = "select payment_id from licences where id = $1";
        let rows = self.rows(sql, &[licence.id.bytes().into()]).await;
        let id = rows.first().and_then(|row| row.id("payment_id").ok());
        PaymentId::from_bytes(id.expect("a licence was paid for"))
    }

    /// How a licence's payment stands.
    ///
    /// # Panics
    /// When there is none.
    pub async fn paid_for(&self, licence: &Licence) -> Payment {
        let id = self.payment_of(licence).await;
        let found = answer(list::payment(self.app(), id).await);
        found.expect("the payment is there").payment
    }

    /// A message about a licence's payment, as the sandbox would send it.
    #[must_use]
    pub fn message(&self, licence: &Licence, event: &str, facts: &Facts) -> Heard {
        Heard {
            provider: "sandbox".into(),
            event: event.to_owned(),
            reference: licence.id.to_string(),
            currency: Currency::USD,
            facts: facts.clone(),
        }
    }

    /// Takes a message in.
    ///
    /// # Errors
    /// The refusal.
    pub async fn hears(&self, heard: &Heard) -> Answer<Learned> {
        answer(learn::learn(self.app(), &mut self.call(), heard).await)
    }

    /// The operator gives a licence's payment back: an amount in micro-units, or all that is left.
    ///
    /// # Errors
    /// The refusal.
    pub async fn refunds(
        &self,
        licence: &Licence,
        key: &str,
        micros: Option<i64>,
    ) -> Answer<Refunded> {
        let wanted = Wanted {
            payment: self.payment_of(licence).await,
            amount: micros.map(|micros| (micros, "USD".to_owned())),
            reason: "it was bought by mistake".into(),
        };
        self.refunds_as_said(key, &wanted).await
    }

    /// The same, word for word.
    ///
    /// # Errors
    /// The refusal.
    pub async fn refunds_as_said(&self, key: &str, wanted: &Wanted) -> Answer<Refunded> {
        let (app, mut call) = (self.app(), self.call());
        answer(refund::refund(app, &mut call, &Principal::Guest, key, wanted).await)
    }

    /// A dispute is raised or decided at the sandbox.
    ///
    /// # Errors
    /// The refusal.
    pub async fn disputes(&self, licence: &Licence, act: Act) -> Answer<()> {
        let id = self.payment_of(licence).await;
        answer(dispute::dispute(self.app(), &mut self.call(), id, act).await)
    }

    /// The payment of a wallet's load.
    ///
    /// # Panics
    /// When there is none.
    pub async fn payment_of_load(&self, load: WalletLoadId) -> PaymentId {
        let sql = "select payment_id from wallet_loads where id = $1";
        let rows = self.rows(sql, &[load.bytes().into()]).await;
        let id = rows.first().and_then(|row| row.id("payment_id").ok());
        PaymentId::from_bytes(id.expect("a load was paid for"))
    }

    /// A message about a load's payment, as the sandbox would send it.
    #[must_use]
    pub fn message_of_load(&self, load: WalletLoadId, event: &str, facts: &Facts) -> Heard {
        Heard {
            provider: "sandbox".into(),
            event: event.to_owned(),
            reference: load.to_string(),
            currency: Currency::USD,
            facts: facts.clone(),
        }
    }

    /// The operator gives a load back: an amount in micro-units, or all that can be.
    ///
    /// # Errors
    /// The refusal.
    pub async fn refunds_load(
        &self,
        load: WalletLoadId,
        key: &str,
        micros: Option<i64>,
    ) -> Answer<Refunded> {
        let wanted = Wanted {
            payment: self.payment_of_load(load).await,
            amount: micros.map(|micros| (micros, "USD".to_owned())),
            reason: "it was loaded by mistake".into(),
        };
        self.refunds_as_said(key, &wanted).await
    }

    /// A dispute of a load is raised or decided at the sandbox.
    ///
    /// # Errors
    /// The refusal.
    pub async fn disputes_load(&self, load: WalletLoadId, act: Act) -> Answer<()> {
        let id = self.payment_of_load(load).await;
        answer(dispute::dispute(self.app(), &mut self.call(), id, act).await)
    }

    /// The payments as the operator's list shows them, the latest first.
    ///
    /// # Panics
    /// On a fault.
    pub async fn payments_listed(&self) -> Vec<Payment> {
        let found = list::payments(self.app(), 0, list::PAGE_MAX).await;
        found.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// Releases the reserves that are due; how many there were.
    ///
    /// # Panics
    /// On a fault.
    pub async fn releases_reserves(&self) -> usize {
        let released = release::due(self.app(), &mut self.call()).await;
        released.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// Asks the provider for what no message told; how many payments had something new.
    ///
    /// # Panics
    /// On a fault.
    pub async fn reconciles(&self) -> usize {
        let new = reconcile::due(self.app(), &mut self.call()).await;
        new.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// The credit notes of a licence.
    ///
    /// # Panics
    /// On a fault.
    pub async fn credit_notes_of(&self, licence: &Licence) -> Vec<CreditNote> {
        let notes = credit_notes(self.app(), licence.id).await;
        notes.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// What a licence's payment has moved in all, its sale and whatever followed: by account in
    /// words, zeros left out.
    pub async fn moved_for(&self, licence: &Licence) -> Postings {
        let values = [
            licence.id.to_string().into(),
            self.payment_of(licence).await.bytes().into(),
        ];
        self.in_words(&self.rows(MOVED, &values).await).await
    }

    /// Does at the sandbox what nobody here is told of: the answer was lost.
    pub async fn sandbox_refunds_unheard(&self, licence: &Licence, key: &str, micros: i64) {
        let values: [Value; 3] = [key.into(), licence.id.to_string().into(), micros.into()];
        self.must(UNHEARD, &values).await;
    }

    /// Writes a refund down that nobody carried out: the process died.
    pub async fn asks_and_dies(&self, licence: &Licence, micros: i64) {
        let values: [Value; 4] = [
            (&[7; 16]).into(),
            self.payment_of(licence).await.bytes().into(),
            micros.into(),
            self.now().0.into(),
        ];
        self.must(DIED, &values).await;
    }

    /// A refund that is written and not kept yet: whoever holds this commits it.
    ///
    /// # Panics
    /// When it can't be written.
    pub async fn refund_under_way(&self, licence: &Licence, micros: i64) -> Tx {
        let payment = self.payment_of(licence).await;
        let mut tx = self
            .app()
            .db
            .write()
            .await
            .expect("the store can be written");
        let lock = format!("{LOCK}{}", tx.for_update());
        let locked = tx.all(&lock, &[payment.bytes().into()]).await;
        locked.expect("a payment can be locked");
        let facts = Facts {
            captured: licence.price.micros(),
            refunded: micros,
            ..Facts::default()
        };
        let facts = serde_json::to_string(&facts).expect("facts are JSON");
        let values = [payment.bytes().into(), facts.into(), self.now().0.into()];
        let kept = tx.run(KEEP, &values).await;
        kept.expect("a payment's facts can be written");
        tx
    }

    /// Unwrites what a refund under way has kept, which moved no money: the real one may follow.
    pub async fn forgets_the_refund(&self, licence: &Licence) {
        let values = [self.payment_of(licence).await.bytes().into()];
        self.must("delete from payment_facts where payment_id = $1", &values)
            .await;
    }

    /// The same store, opened by a process that was given other rates.
    ///
    /// # Panics
    /// When it can't be opened.
    pub async fn reopened_at(&self, rates: Rates) -> Self {
        self.reopened_as(|settings| settings.rates = rates).await
    }
}

const MOVED: &str = "
    select s.account, cast(sum(s.amount_micros) as bigint) as amount_micros
      from (select p.account, p.amount_micros
              from journals j join postings p on p.journal_id = j.id
             where j.kind in ('sale', 'bundle_sale') and j.source = $1
             union all
            select p.account, p.amount_micros
              from payment_journals f join postings p on p.journal_id = f.journal_id
             where f.payment_id = $2) s
     group by s.account having sum(s.amount_micros) <> 0";

const UNHEARD: &str = "
    insert into sandbox_refunds (refund_key, reference, micros) values ($1, $2, $3)";

const DIED: &str = "
    insert into refund_requests (id, payment_id, micros, reason, asked_ms)
    values ($1, $2, $3, 'it was bought by mistake', $4)";

const LOCK: &str = "select id from payments where id = $1";

const KEEP: &str = "insert into payment_facts (payment_id, facts, changed_ms) values ($1, $2, $3)";
