//! Whoever asks for a price, buys, and downloads.

use std::io::{Cursor, Read};
use std::sync::atomic::{AtomicU32, Ordering};

use app::access::Principal;
use app::licensing::buy::{self, Bought, Purchase};
use app::licensing::claim;
use app::licensing::deliver::{self, Delivery};
use app::licensing::quote::{self, Ask, Quote};
use app::licensing::{Claim, Licence, QuotedOption};
use domain::{AssetKind, IntendedUse, QuoteId, Tier};

use zip::ZipArchive;

use super::{Answer, Track, World, answer};

/// A card as the sandbox knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Card {
    /// Pays.
    Good,
    /// Is a card and is declined.
    Declined,
    /// Is none.
    NoCard,
}

impl Card {
    /// Its number.
    #[must_use]
    pub const fn number(self) -> &'static str {
        match self {
            Self::Good => "4242 4242 4242 4242",
            Self::Declined => "4000 0000 0000 0002",
            Self::NoCard => "4242 4242 4242 4241",
        }
    }
}

/// A claim bundle, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The zip itself.
    pub bytes: Vec<u8>,
    /// Its files by name, in their order.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Bundle {
    /// Opens a zip.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn open(bytes: Vec<u8>) -> Self {
        let mut zip = ZipArchive::new(Cursor::new(&bytes)).expect("a bundle is a zip");
        let files = (0..zip.len()).map(|at| {
            let mut file = zip.by_index(at).expect("what a zip lists is in it");
            let mut content = Vec::new();
            file.read_to_end(&mut content)
                .expect("a file's checksum is right");
            let name = file
                .name()
                .expect("a name in a bundle is text")
                .into_owned();
            (name, content)
        });
        let files = files.collect();
        Self { bytes, files }
    }

    /// A file by its name.
    ///
    /// # Panics
    /// When it isn't there.
    #[must_use]
    pub fn file(&self, name: &str) -> &[u8] {
        let found = self.files.iter().find(|(found, _)| found == name);
        &found
            .unwrap_or_else(|| panic!("the bundle has no {name}"))
            .1
    }

    /// A file as text.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(self.file(name)).into_owned()
    }
}

/// Somebody who buys as a guest.
#[derive(Clone)]
pub struct Buyer {
    world: World,
    name: String,
}

/// The use most buyers have in mind: one monetised short of 15 seconds.
#[must_use]
pub fn monetised_short() -> IntendedUse {
    IntendedUse::default()
}

impl World {
    /// A guest of this name.
    #[must_use]
    pub fn buyer(&self, name: &str) -> Buyer {
        Buyer {
            world: self.clone(),
            name: name.to_owned(),
        }
    }
}

impl Buyer {
    /// The world this buyer is in.
    pub(super) fn world(&self) -> &World {
        &self.world
    }

    /// Asks what would cover a use of a track named by id or slug.
    ///
    /// # Errors
    /// The refusal.
    pub async fn asks(&self, track: &str, wanted: IntendedUse) -> Answer<Quote> {
        self.asks_for_stem(track, wanted, None).await
    }

    /// The same of one stem.
    ///
    /// # Errors
    /// The refusal.
    pub async fn asks_for_stem(
        &self,
        track: &str,
        wanted: IntendedUse,
        stem: Option<&str>,
    ) -> Answer<Quote> {
        let ask = Ask::Track {
            track: track.to_owned(),
            wanted: Box::new(wanted),
            stem: stem.map(str::to_owned),
        };
        answer(quote::quote(self.world.app(), &mut self.world.call(), &ask).await)
    }

    /// Asks what would cover a use of a track on sale.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn quotes(&self, track: &Track, wanted: IntendedUse) -> Quote {
        self.asks(&track.id.to_string(), wanted)
            .await
            .expect("a track on sale is quoted")
    }

    /// Asks what a licence can be upgraded to.
    ///
    /// # Errors
    /// The refusal.
    pub async fn asks_for_upgrade(&self, licence: &Licence, grant: &str) -> Answer<Quote> {
        let ask = Ask::Upgrade {
            of: Claim {
                licence: licence.id.to_string(),
                grant: grant.to_owned(),
            },
            wanted: None,
        };
        answer(quote::quote(self.world.app(), &mut self.world.call(), &ask).await)
    }

    /// Upgrades a licence to an asset in a tier, for the difference.
    ///
    /// # Panics
    /// When it can't be had.
    pub async fn upgrades(&self, licence: &Licence, asset: AssetKind, tier: Tier) -> Licence {
        let quote = self.asks_for_upgrade(licence, &licence.grant).await;
        let quote = quote.expect("the licence can be upgraded");
        let wanted = |o: &&QuotedOption| o.asset == asset && o.tier == tier.code();
        let option = quote.options.iter().find(wanted);
        let option = option.unwrap_or_else(|| panic!("{asset:?} {tier:?} is no upgrade"));
        self.has_bought(&self.order(&quote, option)).await
    }

    /// Takes a track under clip time.
    ///
    /// # Errors
    /// The refusal.
    pub async fn takes(&self, licence: &Licence, track: &Track) -> Answer<Delivery> {
        let (app, call) = (self.world.app(), self.world.call());
        answer(deliver::deliver_any(app, &call, licence.id, &track.id.to_string()).await)
    }

    /// Asks for a plan of clip time.
    ///
    /// # Errors
    /// The refusal.
    pub async fn asks_for_clip_time(&self, plan: &str) -> Answer<Quote> {
        let ask = Ask::Bundle {
            plan: plan.to_owned(),
        };
        answer(quote::quote(self.world.app(), &mut self.world.call(), &ask).await)
    }

    /// What this buyer sends to buy an option, paying with a good card.
    #[must_use]
    pub fn order(&self, quote: &Quote, option: &QuotedOption) -> Purchase {
        self.order_of(quote.id, &option.offer)
    }

    /// The same by the names of quote and option, whether they exist or not.
    #[must_use]
    pub fn order_of(&self, quote: QuoteId, offer: &str) -> Purchase {
        Purchase {
            quote,
            offer: offer.to_owned(),
            licensee: self.name.clone(),
            email: Some("mia@example.com".into()),
            card: Card::Good.number().to_owned(),
            wallet: None,
            top_up: None,
        }
    }

    /// Sends an order under an idempotency key.
    ///
    /// # Errors
    /// The refusal.
    pub async fn sends(&self, key: &str, order: &Purchase) -> Answer<Bought> {
        let mut call = self.world.call();
        answer(buy::buy(self.world.app(), &mut call, &Principal::Guest, key, order).await)
    }

    /// Asks for a short's price and buys an asset in a tier.
    ///
    /// # Panics
    /// When it can't be had.
    pub async fn buys(&self, track: &Track, asset: AssetKind, tier: Tier) -> Licence {
        let quote = self.quotes(track, monetised_short()).await;
        let wanted = |o: &&QuotedOption| o.asset == asset && o.tier == tier.code();
        let option = quote.options.iter().find(wanted);
        let option = option.unwrap_or_else(|| panic!("{asset:?} {tier:?} isn't on sale"));
        self.has_bought(&self.order(&quote, option)).await
    }

    /// Buys ten dollars' worth of clip time: ten minutes.
    pub async fn buys_clip_time(&self) -> Licence {
        self.buys_plan("bundle_10").await
    }

    /// Buys a plan of clip time.
    ///
    /// # Panics
    /// When it can't be had.
    pub async fn buys_plan(&self, plan: &str) -> Licence {
        let quote = self
            .asks_for_clip_time(plan)
            .await
            .expect("the plan is on sale");
        let option = quote
            .options
            .first()
            .expect("a plan is quoted as one option");
        self.has_bought(&self.order(&quote, option)).await
    }

    async fn has_bought(&self, order: &Purchase) -> Licence {
        self.sends(&fresh_key(), order)
            .await
            .expect("a good order is carried out")
            .licence
    }

    /// Downloads the claim bundle of a licence: its files by name, in their order.
    ///
    /// # Errors
    /// The refusal.
    ///
    /// # Panics
    /// When the bundle is no zip.
    pub async fn claims(&self, licence: &Licence) -> Answer<Bundle> {
        let call = self.world.call();
        let claim = answer(claim::claim(self.world.app(), &call, licence.id).await)?;
        let mut bytes = Vec::new();
        let mut file = claim.file;
        file.read_to_end(&mut bytes).expect("a bundle can be read");
        assert_eq!(bytes.len() as u64, claim.length);
        Ok(Bundle::open(bytes))
    }

    /// Downloads a file of a licence by its place.
    ///
    /// # Errors
    /// The refusal.
    pub async fn downloads(&self, licence: &Licence, place: i64) -> Answer<Delivery> {
        answer(deliver::deliver(self.world.app(), licence.id, place).await)
    }
}

fn fresh_key() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    format!("order-{}", MADE.fetch_add(1, Ordering::Relaxed))
}
