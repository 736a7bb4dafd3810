//! Payees being paid, and the operator who pays them.

use app::mails::{self, Letter};
use app::payouts::balance::{self, Standing};
use app::payouts::destination;
use app::payouts::propose::{self, Run};
use app::payouts::release;
use app::payouts::results::{self, LineRead};
use app::payouts::send::{self, Sent};
use app::payouts::waiting::{self, Waiting};
use app::payouts::{Destination, Hand, PayoutSeen, list, rules, terms};
use domain::payout::destination::{Account, Rail};
use domain::payout::rules::Rules;
use domain::payout::terms::Schedule;
use domain::{PayeeId, PayoutId};
use ledger::{Currency, Money};
use store::db::Value;

use super::{Answer, World, answer};

/// A SEPA account that could be paid.
#[must_use]
pub fn bank_account(name: &str) -> Account {
    Account {
        name: name.into(),
        iban: "DE89370400440532013000".into(),
        bic: None,
        town: "Köln".into(),
        country: "DE".into(),
    }
}

impl World {
    /// A payee who is registered here, without a track.
    pub async fn payee(&self, name: &str) -> PayeeId {
        let id = PayeeId::from_bytes(self.call().id());
        let values = [id.bytes().into(), name.into(), self.now().0.into()];
        self.does(
            "insert into payees (id, name, created_ms, registered_ms) values ($1, $2, $3, $3)",
            &values,
        )
        .await;
        id
    }

    /// How many payees there are.
    pub async fn payees(&self) -> i64 {
        self.count("select count(*) as n from payees").await
    }

    /// Books an amount as a payee's earning (negative: taken back) out of the commission, as the
    /// rules of sales and refunds would.
    pub async fn earns(&self, payee: PayeeId, micros: i64, currency: Currency) {
        let (journal, source) = (self.call().id(), self.call().id());
        let now = self.now().0;
        let word = data_encoding::HEXLOWER.encode(&source);
        let values = [(&journal).into(), word.into(), now.into()];
        self.does(JOURNAL, &values).await;
        let accounts = [
            (1, "commission".to_owned(), -micros),
            (2, format!("payee:{payee}"), micros),
        ];
        for (line, account, micros) in accounts {
            let values: [Value; 5] = [
                (&journal).into(),
                Value::from(i64::from(line)),
                account.as_str().into(),
                currency.code().into(),
                micros.into(),
            ];
            self.does(POSTING, &values).await;
            self.does(BALANCE, &values[2..]).await;
        }
        let values = [
            payee.bytes().into(),
            (&source).into(),
            now.into(),
            currency.code().into(),
            micros.into(),
            (&[0_u8; 16]).into(),
        ];
        self.does(LINE, &values).await;
        let values = [payee.bytes().into(), currency.code().into(), micros.into()];
        self.does(SUM, &values).await;
    }

    /// Sets the operator's rules.
    ///
    /// # Errors
    /// The refusal.
    pub async fn sets_payout_rules(&self, change: impl FnOnce(&mut Rules)) -> Answer<Rules> {
        let mut wanted = Rules::default();
        change(&mut wanted);
        answer(rules::set(self.app(), &self.call(), Hand::Console, wanted).await)
    }

    /// Sets where a payee is paid, at the console.
    ///
    /// # Errors
    /// The refusal.
    pub async fn pays_to(
        &self,
        payee: PayeeId,
        to: Destination,
        notify: &str,
    ) -> Answer<destination::Set> {
        let (app, mut call) = (self.app(), self.call());
        answer(destination::set(app, &mut call, Hand::Console, payee, to, notify).await)
    }

    /// Sets a payee's terms in dollars.
    ///
    /// # Errors
    /// The refusal.
    pub async fn pays_on(
        &self,
        payee: PayeeId,
        (days, threshold, schedule): (u32, i64, Schedule),
    ) -> Answer<terms::Terms> {
        let threshold = Money::new(threshold, Currency::USD);
        let wanted = (days, threshold, schedule);
        answer(terms::set(self.app(), &self.call(), Hand::Console, payee, wanted).await)
    }

    /// How a payee stands in dollars, or in what they have first.
    ///
    /// # Panics
    /// When there is no such payee.
    pub async fn stands(&self, payee: PayeeId, currency: Currency) -> Standing {
        let read = balance::standings(self.app(), &self.call(), Hand::Console, payee).await;
        let all = answer(read).expect("a payee stands somewhere");
        let found = all.into_iter().find(|one| one.currency == currency);
        found.expect("the payee has something in this currency")
    }

    /// Runs payouts at the console.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn runs_payouts(&self) -> Run {
        let run = propose::due(self.app(), &mut self.call(), Hand::Console, None).await;
        answer(run).expect("the console may run payouts")
    }

    /// Does what is due, as a store that is open does every minute; how much of one kind it was.
    ///
    /// # Panics
    /// On a fault, and when nothing of that kind is ever done.
    pub async fn upkeep_does(&self, what: &str) -> usize {
        let done = app::upkeep::run(self.app()).await;
        let done = done.unwrap_or_else(|fault| panic!("{}", fault.chain()));
        let found = done.iter().find(|(name, _)| *name == what);
        found.expect("upkeep does work of this kind").1
    }

    /// Everybody's payouts, with what those wait for that weren't sent.
    ///
    /// # Panics
    /// On a fault.
    pub async fn payouts_wait(&self) -> Vec<(PayoutSeen, Option<Waiting>)> {
        let all = answer(list::all(self.app(), Hand::Console).await).expect("the console may");
        let waits = waiting::of(self.app(), &self.call(), &all).await;
        let waits = waits.unwrap_or_else(|fault| panic!("{}", fault.chain()));
        let of = |seen: PayoutSeen| (seen.clone(), waits.get(&seen.id).cloned());
        all.into_iter().map(of).collect()
    }

    /// What the operator has to set before money can leave.
    ///
    /// # Panics
    /// On a fault.
    pub async fn operator_has_to_set(&self) -> Vec<Waiting> {
        answer(waiting::to_set(self.app(), Hand::Console).await).expect("the console may")
    }

    /// Asks for a payout.
    ///
    /// # Errors
    /// The refusal.
    pub async fn asks_to_be_paid(&self, payee: PayeeId, currency: Currency) -> Answer<PayoutSeen> {
        let (app, mut call) = (self.app(), self.call());
        answer(propose::request(app, &mut call, Hand::Console, (payee, currency), None).await)
    }

    /// Releases a payout in the name of an operator.
    ///
    /// # Errors
    /// The refusal.
    pub async fn releases(&self, id: PayoutId, operator: &str) -> Answer<PayoutSeen> {
        answer(release::release_as(self.app(), &mut self.call(), id, operator).await)
    }

    /// Withdraws a payout.
    ///
    /// # Errors
    /// The refusal.
    pub async fn withdraws(&self, id: PayoutId) -> Answer<PayoutSeen> {
        let (app, mut call) = (self.app(), self.call());
        answer(release::withdraw(app, &mut call, Hand::Console, id, "on second thoughts").await)
    }

    /// Makes a file of what is ready.
    ///
    /// # Errors
    /// The refusal.
    pub async fn sends_payouts(&self, rail: Rail, currency: Currency) -> Answer<Sent> {
        let (app, mut call) = (self.app(), self.call());
        answer(send::send(app, &mut call, Hand::Console, (rail, currency), None).await)
    }

    /// A file's bytes as text.
    ///
    /// # Panics
    /// When there is no such file.
    pub async fn payout_file(&self, sent: &Sent) -> String {
        let read = send::content(self.app(), Hand::Console, sent.batch.id).await;
        let (_, bytes) = answer(read).expect("a file that was made stays");
        String::from_utf8(bytes).expect("a file of payouts is text")
    }

    /// Reads a file of results.
    ///
    /// # Errors
    /// The refusal.
    pub async fn reads_results(&self, text: &str) -> Answer<Vec<LineRead>> {
        let (app, mut call) = (self.app(), self.call());
        answer(results::import(app, &mut call, Hand::Console, None, text).await)
    }

    /// A payout with its history.
    ///
    /// # Panics
    /// When there is none.
    pub async fn payout(&self, id: PayoutId) -> (PayoutSeen, Vec<list::Past>) {
        answer(list::show(self.app(), Hand::Console, id).await).expect("there is such a payout")
    }

    /// The letters that weren't sent.
    ///
    /// # Panics
    /// On a fault.
    pub async fn letters(&self) -> Vec<Letter> {
        let unsent = mails::unsent(self.app()).await;
        unsent.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// Changes rows as somebody with the database's password could.
    ///
    /// # Panics
    /// When nothing was there to be changed.
    pub async fn does(&self, sql: &str, values: &[Value]) {
        let done = async {
            let mut tx = self.app().db.write().await?;
            let rows = tx.run(sql, values).await?;
            tx.commit().await?;
            Ok::<_, store::db::DbError>(rows)
        };
        match done.await {
            Ok(rows) => assert!(rows > 0, "`{sql}` found nothing to change"),
            Err(error) => panic!("`{sql}`: {error:?}"),
        }
    }
}

const JOURNAL: &str = "
    insert into journals (id, kind, source, at_ms, memo)
    values ($1, 'curator', $2, $3, 'an earning of a scenario')";

const POSTING: &str = "
    insert into postings (journal_id, line, account, currency, amount_micros)
    values ($1, $2, $3, $4, $5)";

const BALANCE: &str = "
    insert into balances (account, currency, amount_micros) values ($1, $2, $3)
    on conflict (account, currency)
    do update set amount_micros = balances.amount_micros + excluded.amount_micros";

const SUM: &str = "
    insert into payee_sums (payee_id, currency, kind, sheet_id, micros)
    select $1, $2, 'curator', sheet_id, $3 from payee_lines where kind = 'curator' limit 1
    on conflict (payee_id, currency, kind, sheet_id)
    do update set micros = payee_sums.micros + excluded.micros";

const LINE: &str = "
    insert into payee_lines (payee_id, purse, kind, source_id, sheet_id, licence_id, at_ms,
                             currency, event_micros, shared_after_micros, micros)
    values ($1, 'payee', 'curator', $2, $6, null, $3, $4, $5, null, $5)";
