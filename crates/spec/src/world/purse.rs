//! Clip time after it was bought, wallets, and exchange, in the words of scenarios.

use app::access::{Person, Principal, Role, person};
use app::bundles::show::Told;
use app::bundles::{Asker, expire, gift, refund, show, take};
use app::exchanges::exchange::{self, Made, Quoted, Wish};
use app::exchanges::rate;
use app::licensing::buy::{self, Bought, Purchase};
use app::licensing::{Claim, Licence};
use app::payments::wallet_rest;
use app::wallets::load::{self, Loaded};
use app::wallets::{grant, show as wallet_show};
use app::{App, Currency, Money, Rates, Settings};
use domain::{ApiKeyId, BundleId, GiftId, PayeeId, Timestamp, WalletGrantId, WalletId};

use super::{Answer, Card, World, answer};

/// Somebody who has signed in.
#[derive(Clone)]
pub struct Member {
    pub(super) world: World,
    /// Who they are.
    pub person: Person,
}

/// US dollars.
#[must_use]
pub fn dollars(units: i64) -> Money {
    Money::new(units * 1_000_000, Currency::USD)
}

impl World {
    /// A buyer of this name who has signed in.
    ///
    /// # Panics
    /// On a fault.
    pub async fn member(&self, name: &str) -> Member {
        let made = person::person(self.app(), &mut self.call(), Role::Buyer, name).await;
        Member {
            world: self.clone(),
            person: made.unwrap_or_else(|fault| panic!("{}", fault.chain())),
        }
    }

    /// The same store under other rates.
    ///
    /// # Panics
    /// When there is no memory for an empty index.
    #[must_use]
    pub fn under_rates(&self, rates: Rates) -> App {
        let app = self.app();
        let settings = Settings {
            rates,
            ..app.settings.clone()
        };
        let keys = (*app.issuer.keys()).clone();
        let issuer = app::Issuer::of(keys, [9; 32]).with_log_key(super::log_key());
        let (db, blobs) = (app.db.clone(), app.blobs.clone());
        App::new(
            db,
            blobs,
            app.mail.clone(),
            issuer,
            settings,
            app.edge.clone(),
        )
        .expect("there is memory for an empty index")
    }

    /// Buys a plan as a guest of a store under other rates.
    ///
    /// # Panics
    /// When it can't be had.
    pub async fn buys_plan_under(&self, rates: Rates, plan: &str) -> Licence {
        let app = self.under_rates(rates);
        let ask = app::licensing::quote::Ask::Bundle { plan: plan.into() };
        let quote = app::licensing::quote::quote(&app, &mut self.call(), &ask).await;
        let quote = answer(quote).expect("a plan is on sale");
        let order = self.buyer("Mia").order(&quote, &quote.options[0]);
        let (call, who) = (&mut self.call(), Principal::Guest);
        let bought = buy::buy(&app, call, &who, "under-rates", &order).await;
        answer(bought).expect("a good order is carried out").licence
    }

    /// Runs what is due to expire; how many bundles did.
    ///
    /// # Panics
    /// On a fault.
    pub async fn bundles_expire(&self) -> usize {
        let done = expire::due(self.app(), &mut self.call()).await;
        done.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// Asks for the rest of a licence's bundle, with the grant of its link.
    ///
    /// # Errors
    /// The refusal.
    pub async fn refunds_rest(&self, licence: &Licence, key: &str) -> Answer<refund::Refunded> {
        let (call, asker) = (&mut self.call(), by_link(licence));
        answer(refund::refund(self.app(), call, asker, key, bundle_of(licence)).await)
    }

    /// What a refund would pay.
    ///
    /// # Errors
    /// The refusal.
    pub async fn looks_at_rest(&self, licence: &Licence) -> Answer<Money> {
        let (call, asker) = (self.call(), by_link(licence));
        answer(refund::look(self.app(), &call, asker, bundle_of(licence)).await)
    }

    /// Gives a part of a licence's bundle away, in seconds.
    ///
    /// # Errors
    /// The refusal.
    pub async fn gives(&self, licence: &Licence, key: &str, seconds: i64) -> Answer<gift::Gift> {
        let (call, asker, id) = (&mut self.call(), by_link(licence), bundle_of(licence));
        answer(gift::give(self.app(), call, asker, key, id, seconds * 1_000).await)
    }

    /// Takes a gift back.
    ///
    /// # Errors
    /// The refusal.
    pub async fn withdraws_gift(&self, licence: &Licence, gift: GiftId) -> Answer<()> {
        let (call, asker, id) = (&mut self.call(), by_link(licence), bundle_of(licence));
        answer(gift::withdraw(self.app(), call, asker, (id, gift)).await)
    }

    /// Takes a gift by its link.
    ///
    /// # Errors
    /// The refusal.
    pub async fn takes_gift(&self, token: &str, name: &str) -> Answer<Licence> {
        let (call, who) = (&mut self.call(), Principal::Guest);
        answer(take::take(self.app(), call, &who, token, name).await)
    }

    /// A licence's bundle with all that became of it.
    ///
    /// # Panics
    /// When it isn't there.
    pub async fn bundle(&self, licence: &Licence) -> Told {
        let told = show::bundle(self.app(), by_link(licence), bundle_of(licence)).await;
        answer(told).expect("a holder sees their bundle")
    }

    /// States a rate of exchange.
    ///
    /// # Errors
    /// The refusal.
    pub async fn states_rate(&self, from: &str, to: &str, rate: &str) -> Answer<rate::Stated> {
        answer(rate::set(self.app(), &self.call(), (from, to), rate).await)
    }

    /// Ends the exchange of a pair.
    ///
    /// # Errors
    /// The refusal.
    pub async fn ends_rate(&self, from: &str, to: &str) -> Answer<rate::Stated> {
        answer(rate::end(self.app(), &self.call(), (from, to)).await)
    }

    /// Asks what an exchange would bring.
    ///
    /// # Errors
    /// The refusal.
    pub async fn asks_to_exchange(&self, payee: PayeeId, micros: i64) -> Answer<Quoted> {
        answer(exchange::quote(self.app(), into_euros(payee, micros)).await)
    }

    /// Exchanges dollars of a payee into euros at a version of the rate.
    ///
    /// # Errors
    /// The refusal.
    pub async fn exchanges(
        &self,
        payee: PayeeId,
        key: &str,
        micros: i64,
        version: i64,
    ) -> Answer<Made> {
        let (call, wish) = (&mut self.call(), into_euros(payee, micros));
        answer(exchange::exchange(self.app(), call, ("payee", key), wish, version).await)
    }
}

fn into_euros(payee: PayeeId, micros: i64) -> Wish {
    Wish {
        payee,
        sold: Money::new(micros, Currency::USD),
        to: Currency::EUR,
    }
}

fn by_link(licence: &Licence) -> Asker<'_> {
    Asker {
        who: &Principal::Guest,
        grant: Some(&licence.grant),
    }
}

fn bundle_of(licence: &Licence) -> BundleId {
    licence
        .bundle
        .expect("a licence of clip time has a bundle")
        .id
}

impl Member {
    /// Who they are to the use cases.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal::Person(self.person.clone())
    }

    /// Loads their wallet.
    ///
    /// # Errors
    /// The refusal.
    pub async fn loads(&self, key: &str, money: Money) -> Answer<Loaded> {
        self.loads_by(key, money, Card::Good).await
    }

    /// Loads their wallet by a card.
    ///
    /// # Errors
    /// The refusal.
    pub async fn loads_by(&self, key: &str, money: Money, card: Card) -> Answer<Loaded> {
        let (app, call) = (self.world.app(), &mut self.world.call());
        answer(load::load(app, call, &self.person, key, money, card.number()).await)
    }

    /// What their wallets hold together, in micro-units.
    ///
    /// # Panics
    /// On a fault.
    pub async fn holds(&self) -> i64 {
        let (call, who) = (self.world.call(), self.principal());
        let found = wallet_show::spendable(self.world.app(), &call, &who).await;
        let found = found.unwrap_or_else(|fault| panic!("{}", fault.chain()));
        found.iter().map(|one| one.spendable.micros()).sum()
    }

    /// Has a wallet's rest paid back.
    ///
    /// # Errors
    /// The refusal.
    pub async fn empties(&self, key: &str, wallet: WalletId) -> Answer<wallet_rest::WalletRefund> {
        let (app, call) = (self.world.app(), &mut self.world.call());
        answer(wallet_rest::refund(app, call, &self.person, key, wallet).await)
    }

    /// Lets a program spend from a wallet until a moment.
    ///
    /// # Errors
    /// The refusal.
    pub async fn lets_spend(
        &self,
        wallet: WalletId,
        key: ApiKeyId,
        cap: Money,
        until: Timestamp,
    ) -> Answer<WalletGrantId> {
        let (app, call, cap) = (self.world.app(), &mut self.world.call(), cap.micros());
        answer(grant::grant(app, call, &self.person, (wallet, key), cap, until).await)
    }

    /// Sends an order.
    ///
    /// # Errors
    /// The refusal.
    pub async fn sends(&self, key: &str, order: &Purchase) -> Answer<Bought> {
        self.world.sends_as(&self.principal(), key, order).await
    }

    /// Buys a plan by card.
    ///
    /// # Panics
    /// When it can't be had.
    pub async fn buys_plan(&self, plan: &str) -> Licence {
        let order = self.world.order_of_plan(plan).await;
        let key = format!("{plan}-{}", self.world.licences().await);
        self.sends(&key, &order)
            .await
            .expect("a good order is carried out")
            .licence
    }
}

impl World {
    /// Sends an order as somebody.
    ///
    /// # Errors
    /// The refusal.
    pub async fn sends_as(&self, who: &Principal, key: &str, order: &Purchase) -> Answer<Bought> {
        answer(buy::buy(self.app(), &mut self.call(), who, key, order).await)
    }

    /// What is sent to buy a plan of clip time.
    ///
    /// # Panics
    /// When it isn't on sale.
    pub async fn order_of_plan(&self, plan: &str) -> Purchase {
        let mia = self.buyer("Mia");
        let quote = mia
            .asks_for_clip_time(plan)
            .await
            .expect("a plan is on sale");
        mia.order(&quote, &quote.options[0])
    }
}

/// What names a licence and shows its grant.
#[must_use]
pub fn claim_of(licence: &Licence) -> Claim {
    Claim {
        licence: licence.code.to_string(),
        grant: licence.grant.clone(),
    }
}

/// Runs `clients` at once, each on a task of its own, and says how many came through.
///
/// # Panics
/// When one of them does.
pub async fn race<F>(clients: usize, mut client: impl FnMut(usize) -> F) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    let mut running = tokio::task::JoinSet::new();
    for n in 0..clients {
        running.spawn(client(n));
    }
    let outcomes = running.join_all().await;
    outcomes.into_iter().filter(|through| *through).count()
}

impl World {
    /// Changes rows past the use cases: what somebody with the database's password could do.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn runs(&self, sql: &str) {
        let tx = self.app().db.write().await;
        let mut tx = tx.expect("a world's database can be written");
        tx.run(sql, &[]).await.expect("a scenario's statement runs");
        tx.commit().await.expect("a scenario's statement is kept");
    }
}
