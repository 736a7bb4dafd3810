//! Whoever subscribes to the pool, and whoever runs it.

use app::access::Principal;
use app::deals::{Circumstances, taxes};
use app::licensing::Licence;
use app::licensing::quote::{self, Ask, Quote};
use app::offers::Hand;
use app::payments::dispute::{self, Act};
use app::payments::refund::Refunded;
use app::rotation::change as calendar;
use app::subscriptions::change::{self, Wish};
use app::subscriptions::plans::{self, PoolPlan, Wanted};
use app::subscriptions::{Shown, close, idle, renew, reserves, show};
use domain::pool::IdleRule;
use domain::{PaymentId, Tax, Timestamp};

use super::{Answer, Buyer, Member, Money, Track, World, answer};

/// What somebody says who is taxed in a country.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn from(country: &str) -> Circumstances {
    Circumstances {
        country: Some(country.parse().expect("a country")),
        ..Circumstances::default()
    }
}

/// A card that pays once and declines ever after.
pub const ONCE: &str = "4000 0000 0000 0341";

impl Buyer {
    /// Asks for a plan of the pool.
    ///
    /// # Errors
    /// The refusal.
    pub async fn asks_for_pool(&self, plan: &str) -> Answer<Quote> {
        self.asks_for_pool_in(plan, &Circumstances::default()).await
    }

    /// The same in circumstances.
    ///
    /// # Errors
    /// The refusal.
    pub async fn asks_for_pool_in(&self, plan: &str, asked: &Circumstances) -> Answer<Quote> {
        let ask = Ask::Pool {
            plan: plan.to_owned(),
        };
        let world = self.world();
        answer(quote::quote_in(world.app(), &mut world.call(), &ask, asked).await)
    }

    /// Subscribes to the shipped plan.
    pub async fn subscribes(&self) -> Licence {
        self.subscribes_to("pool_5", super::Card::Good.number())
            .await
    }

    /// Subscribes to a plan, as somebody who is taxed in a country.
    ///
    /// # Panics
    /// When it can't be had.
    pub async fn subscribes_from(&self, country: &str, plan: &str) -> Licence {
        let quote = self.asks_for_pool_in(plan, &from(country)).await;
        let quote = quote.expect("the plan is on sale there");
        let order = self.order(&quote, &quote.options[0]);
        let bought = self.sends(&format!("subscribe-{}", quote.id), &order).await;
        bought.expect("a good order is carried out").licence
    }

    /// Subscribes to a plan with a card.
    ///
    /// # Panics
    /// When it can't be had.
    pub async fn subscribes_to(&self, plan: &str, card: &str) -> Licence {
        let quote = self.asks_for_pool(plan).await.expect("the plan is on sale");
        let mut order = self.order(&quote, &quote.options[0]);
        card.clone_into(&mut order.card);
        let key = format!("subscribe-{}", quote.id);
        let bought = self.sends(&key, &order).await;
        bought.expect("a good order is carried out").licence
    }
}

impl Member {
    /// Subscribes to a plan.
    ///
    /// # Panics
    /// When it can't be had.
    pub async fn subscribes_to(&self, plan: &str) -> Licence {
        let buyer = self.world.buyer("Mia");
        let quote = buyer
            .asks_for_pool(plan)
            .await
            .expect("the plan is on sale");
        let order = buyer.order(&quote, &quote.options[0]);
        let key = format!("subscribe-{}", quote.id);
        let bought = self.sends(&key, &order).await;
        bought.expect("a good order is carried out").licence
    }
}

impl World {
    /// What is changed of a subscription, under a key.
    ///
    /// # Errors
    /// The refusal.
    pub async fn subscriber_asks(&self, key: &str, licence: &Licence, wish: Wish) -> Answer<Shown> {
        let asked = (licence.id, &wish);
        let (app, mut call) = (self.app(), self.call());
        answer(change::change(app, &mut call, &Principal::Guest, key, asked).await)
    }

    /// A subscription as its holder sees it.
    ///
    /// # Panics
    /// When it is none.
    pub async fn subscription(&self, licence: &Licence) -> Shown {
        let shown = show::of_licence(self.app(), self.now(), licence.id).await;
        let shown = shown.unwrap_or_else(|fault| panic!("{}", fault.chain()));
        shown.expect("the licence is a subscription")
    }

    /// The payments of a subscription, the earliest first: its sign-up's, then its renewals'.
    ///
    /// # Panics
    /// On a fault.
    pub async fn payments_of(&self, licence: &Licence) -> Vec<PaymentId> {
        let rows = self.rows(PAYMENTS, &[licence.id.bytes().into()]).await;
        let id = |row: &store::db::Row| PaymentId::from_bytes(row.id("payment_id").expect("an id"));
        rows.iter().map(id).collect()
    }

    /// What a subscription's sign-up has moved in all, whatever followed included: by account in
    /// words, with pool and reserve as they are.
    pub async fn sums_of(&self, licence: &Licence) -> super::Postings {
        let values = [self.payment_of(licence).await.bytes().into()];
        self.in_words(&self.rows(SUMS, &values).await).await
    }

    /// The operator gives a payment back: an amount in micro-units, or all that is left.
    ///
    /// # Errors
    /// The refusal.
    pub async fn refunds_payment(
        &self,
        payment: PaymentId,
        key: &str,
        micros: Option<i64>,
    ) -> Answer<Refunded> {
        let wanted = app::payments::refund::Wanted {
            payment,
            amount: micros.map(|micros| (micros, "USD".to_owned())),
            reason: "it was not used".into(),
        };
        self.refunds_as_said(key, &wanted).await
    }

    /// A payment is disputed, or that is decided, at the sandbox.
    ///
    /// # Errors
    /// The refusal.
    pub async fn disputes_payment(&self, payment: PaymentId, act: Act) -> Answer<()> {
        answer(dispute::dispute(self.app(), &mut self.call(), payment, act).await)
    }

    /// Makes or changes a plan, with the guarantee of the shipped one.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn plan(&self, code: &str, cents: i64, cap: Option<u32>, idle: IdleRule) -> PoolPlan {
        let wanted = Wanted {
            code: code.into(),
            label: "A plan".into(),
            price_minor: cents,
            guarantee_micros: 50_000,
            track_cap: cap,
            idle,
            on_sale: true,
        };
        self.sets_plan(&wanted).await.expect("a plan that holds")
    }

    /// The same as it is asked.
    ///
    /// # Errors
    /// The refusal.
    pub async fn sets_plan(&self, wanted: &Wanted) -> Answer<PoolPlan> {
        answer(plans::set(self.app(), &self.call(), wanted).await)
    }

    /// The operator sets a country's tax from now on; `None` takes the country out of the table.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn taxes(&self, country: &str, tax: Option<Tax>) {
        let country = country.parse().expect("a country");
        let (app, call) = (self.app(), self.call());
        let set = taxes::set(app, &call, Hand::Console, country, tax, None).await;
        answer(set).expect("the operator may");
    }

    /// Puts tracks into rotation from the beginning of the world on, without an end.
    ///
    /// # Panics
    /// When one can't be.
    pub async fn rotates(&self, tracks: &[&Track]) {
        for track in tracks {
            let put = self.rotates_for(track, super::BEGINNING, None).await;
            put.expect("a track comes into rotation");
        }
    }

    /// Puts a track into rotation for a time.
    ///
    /// # Errors
    /// The refusal.
    pub async fn rotates_for(
        &self,
        track: &Track,
        from: Timestamp,
        until: Option<Timestamp>,
    ) -> Answer<usize> {
        let wanted = [calendar::Wanted {
            track: track.id.to_string(),
            from,
            until,
        }];
        answer(calendar::add(self.app(), &mut self.call(), &wanted).await)
    }

    /// Renews what is due.
    ///
    /// # Panics
    /// On a fault.
    pub async fn renews(&self) -> renew::Renewed {
        let done = renew::due(self.app()).await;
        done.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// Closes what is due; how many cycles.
    ///
    /// # Panics
    /// On a fault.
    pub async fn closes(&self) -> close::Closed {
        let done = close::due(self.app()).await;
        done.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// Shares idle money that is due: the amounts, a month each.
    ///
    /// # Panics
    /// On a fault.
    pub async fn shares_idle(&self) -> Vec<Money> {
        let done = idle::due(self.app()).await;
        let done = done.unwrap_or_else(|fault| panic!("{}", fault.chain()));
        done.iter().map(|one| one.micros).collect()
    }

    /// Releases reserves that are due.
    ///
    /// # Panics
    /// On a fault.
    pub async fn releases_pool_reserves(&self) -> usize {
        let done = reserves::due(self.app()).await;
        done.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// Lets time pass until an instant.
    ///
    /// # Panics
    /// When it is no time, or over.
    pub fn it_is(&self, at: &str) {
        let at: Timestamp = at.parse().expect("an instant");
        let ms = at.since(self.now());
        assert!(ms >= 0, "{at} is over");
        self.app().edge.pass(ms);
    }
}

const PAYMENTS: &str = "
    select x.payment_id
      from subscriptions s
      join cycles c on c.subscription_id = s.id
      join cycle_payments x on x.cycle_id = c.id
      join payments p on p.id = x.payment_id
     where s.licence_id = $1
     order by p.captured_ms, p.id";

const SUMS: &str = "
    select s.account, cast(sum(s.amount_micros) as bigint) as amount_micros
      from (select p.account, p.amount_micros
              from cycle_payments x
              join journals j on j.kind = x.journal_kind and j.source = x.journal_source
              join postings p on p.journal_id = j.id
             where x.payment_id = $1
             union all
            select p.account, p.amount_micros
              from payment_journals f join postings p on p.journal_id = f.journal_id
             where f.payment_id = $1) s
     group by s.account having sum(s.amount_micros) <> 0";
