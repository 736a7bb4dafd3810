//! Uses that aren't covered, in the words of scenarios.

use app::access::Principal;
use app::licensing::quote::Ask;
use app::licensing::{Claim, Licence, Offered, quote};
use app::metering::kept::{State, Uncovered};
use app::metering::offered::Told;
use app::metering::uncovered::{self, Asked, Page};
use domain::{AssetKind, Tier, UncoveredId};

use super::{Answer, Member, Track, World, answer, monetised_short};

impl World {
    /// The first hundred of them in a state, whosever they are, the latest first.
    ///
    /// # Panics
    /// On a fault.
    pub async fn uncovered(&self, state: State) -> Vec<(Uncovered, Told)> {
        let asked = Asked {
            state,
            before: None,
            limit: 100,
        };
        let page = uncovered::all(self.app(), &asked).await;
        page.unwrap_or_else(|fault| panic!("{}", fault.chain()))
            .uses
    }

    /// A page of those that wait and that somebody may see.
    ///
    /// # Panics
    /// On a fault.
    pub async fn uncovered_of(
        &self,
        who: &Principal,
        before: Option<UncoveredId>,
        limit: usize,
    ) -> Page {
        let asked = Asked {
            state: State::Open,
            before,
            limit,
        };
        let page = uncovered::list(self.app(), who, &asked).await;
        page.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// Dismisses one of them, or undoes that.
    ///
    /// # Errors
    /// The refusal.
    pub async fn dismisses(
        &self,
        who: &Principal,
        id: UncoveredId,
        dismissed: bool,
    ) -> Answer<Uncovered> {
        answer(uncovered::set(self.app(), who, &self.call(), id, dismissed).await)
    }
}

impl Member {
    /// Asks for a short's price and buys an asset in a tier.
    ///
    /// # Panics
    /// When it can't be had.
    pub async fn buys(&self, track: &Track, asset: AssetKind, tier: Tier) -> Licence {
        let buyer = self.world.buyer("Mia");
        let quote = buyer.quotes(track, monetised_short()).await;
        let mut options = quote.options.iter();
        let option = options.find(|o| o.asset == asset && o.tier == tier.code());
        let option = option.expect("the asset is on sale in the tier");
        let order = buyer.order(&quote, option);
        let bought = self.sends(&format!("bought-{}", quote.id), &order).await;
        bought.expect("a good order is carried out").licence
    }

    /// Buys what is offered for a use, as the offer says: from a quote of its own. What is topped up
    /// is named with the word from its private link.
    ///
    /// # Panics
    /// When the quote doesn't have it at the price that was told, or it can't be bought.
    pub async fn buys_offered(&self, offered: &Offered, held: &Licence) -> Licence {
        let world = &self.world;
        let ask = match &offered.tops_up {
            Some(_) => Ask::Bundle {
                plan: offered.option.offer.clone(),
            },
            None => Ask::Track {
                track: offered.track.to_string(),
                wanted: Box::new(offered.wanted.clone()),
                stem: None,
            },
        };
        let quote = answer(quote::quote(world.app(), &mut world.call(), &ask).await);
        let quote = quote.expect("what is offered can be quoted");
        let mut options = quote.options.iter();
        let option = options.find(|option| option.offer == offered.option.offer);
        let option = option.expect("the quote has what was offered");
        assert_eq!(option.total_micros, offered.option.total_micros);
        let mut order = world.buyer("Mia").order(&quote, option);
        if offered.tops_up.as_ref().is_some_and(|of| of.named) {
            order.top_up = Some(Claim {
                licence: held.code.to_string(),
                grant: held.grant.clone(),
            });
        }
        let bought = self.sends(&format!("offered-{}", quote.id), &order).await;
        bought.expect("a good order is carried out").licence
    }
}
