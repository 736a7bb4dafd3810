//! What is being bought, as the checkout shows it.

use app::App;
use app::catalogue::{Track, show};
use app::licensing::QuotedOption;
use app::licensing::quoted::{self, Quoted};
use app::wallets::show as show_wallet;
use axum::response::Response;
use domain::{QuoteId, Timestamp};
use ledger::Money;

use super::filled::Filled;
use super::frame::Frame;
use super::standing::{item, price_lines, terms};
use super::use_form::Answers;
use super::view::{Again, CheckoutPage, Choice, Hidden, Submit};
use crate::problem::Problem;
use crate::state::Web;
use crate::words;

/// An option of a quote, with its track.
pub(super) struct Sale {
    quoted: Quoted,
    option: QuotedOption,
    track: Option<Track>,
}

/// What the sandbox fills in: a card that pays.
const TEST_CARD: [(&str, &str); 3] = [
    ("card_number", "4242 4242 4242 4242"),
    ("card_expiry", "12/34"),
    ("card_cvc", "123"),
];

impl Sale {
    /// The option `offer` of a quote.
    pub(super) async fn read(app: &App, quote: &str, offer: &str) -> Result<Self, Problem> {
        let id: QuoteId = quote.parse().map_err(|_| {
            Problem::new("unknown_quote", "there is no such quote: ask for a new one").at("quote")
        })?;
        let quoted = quoted::quoted(app, id).await?;
        let option = quoted.options.iter().find(|option| option.offer == offer);
        let option = option.cloned().ok_or_else(|| {
            Problem::new("unknown_option", "the quote has no such option").at("offer")
        })?;
        let track = match quoted.track {
            // Clip time that was quoted beside a track's offers is for any track.
            Some(id) if option.bundle_ms.is_none() && !option.is_pool() => {
                Some(show::track(app, &id.to_string()).await?)
            }
            _ => None,
        };
        Ok(Self {
            quoted,
            option,
            track,
        })
    }

    /// The quote.
    pub(super) fn quote(&self) -> QuoteId {
        self.quoted.id
    }

    /// Until when it is held.
    pub(super) fn expires_at(&self) -> Timestamp {
        self.quoted.expires_at
    }

    /// The checkout's page, with what was typed and why it was refused.
    pub(super) async fn page(
        &self,
        web: &Web,
        frame: Frame,
        filled: &Filled,
    ) -> Result<Response, Problem> {
        let total = self.option.total()?;
        let wallet = self.wallet(web, &frame, filled, total).await?;
        let wanted = self.wanted();
        let back = self.back(wanted.clone());
        let stale = filled.is_about(&["quote", "offer"]);
        let field = |name: &str| {
            let test = TEST_CARD.iter().find(|(field, _)| *field == name);
            let test = test.filter(|_| web.options.sandbox);
            filled.field(name, test.map_or("", |(_, value)| *value))
        };
        super::html(&CheckoutPage {
            shell: frame.unlisted("Checkout"),
            item: item(&self.option.label),
            subject: self.subject(),
            stated_use: wanted
                .as_ref()
                .map(|answers| format!("You want {}", answers.words())),
            lines: price_lines(&self.option.lines, self.option.tax_included.as_ref(), total),
            terms: self.track.as_ref().map(|_| terms(&self.option.envelope)),
            again: self.again(wanted.as_ref(), filled),
            free: total.is_zero(),
            problem: filled.alert(),
            remedy: stale.then(|| ("See fresh prices".to_owned(), back.clone())),
            back_href: back,
            licensee: field("licensee"),
            email: field("email"),
            card_number: field("card_number"),
            card_expiry: field("card_expiry"),
            card_cvc: field("card_cvc"),
            sandbox: web.options.sandbox,
            wallet,
            submit: self.submit(web, filled, total),
        })
    }

    /// The use that was stated, with the curator whose link led here.
    fn wanted(&self) -> Option<Answers> {
        let deal = self.option.deal.as_ref();
        let via = deal.and_then(|deal| deal.via.as_ref());
        let wanted = self.quoted.wanted.as_ref().map(Answers::of);
        wanted.map(|answers| answers.by(via.map(|via| via.slug.clone())))
    }

    fn subject(&self) -> String {
        match &self.track {
            Some(track) => format!("{} — {}", track.title, track.artist.name),
            None if self.option.is_pool() => {
                "For the tracks in rotation; it renews itself every month until you cancel".into()
            }
            None => "For any track of this store".into(),
        }
    }

    /// The buyer's wallet, where it could pay all of it.
    async fn wallet(
        &self,
        web: &Web,
        frame: &Frame,
        filled: &Filled,
        total: Money,
    ) -> Result<Option<Choice>, Problem> {
        let wallets = show_wallet::spendable(&web.app, &web.app.call(), &frame.caller.0).await?;
        let pays = wallets.iter().find(|one| {
            let (held, price) = (one.spendable, total);
            held.currency() == price.currency() && held.micros() >= price.micros()
        });
        Ok(pays.map(|one| {
            let value = one.wallet.to_string();
            Choice {
                label: format!(
                    "Pay from your wallet, which holds {}",
                    words::price(one.spendable)
                ),
                chosen: filled.value("wallet") == value,
                value,
            }
        }))
    }

    fn submit(&self, web: &Web, filled: &Filled, total: Money) -> Submit {
        // A payment that was refused keeps its key: sent again, it is still one payment.
        let key = filled.optional("idempotency_key").map(str::to_owned);
        let key = key.unwrap_or_else(|| {
            data_encoding::BASE64URL_NOPAD.encode(&web.app.call().random::<16>())
        });
        let mut fields = vec![
            hidden("quote", self.quoted.id.to_string()),
            hidden("offer", self.option.offer.clone()),
            hidden("idempotency_key", key),
        ];
        let carried = ["top_up", "top_up_grant"].into_iter();
        fields.extend(carried.filter_map(|name| {
            filled
                .optional(name)
                .map(|value| hidden(name, value.to_owned()))
        }));
        Submit {
            action: "/checkout/pay".into(),
            hidden: fields,
            label: if total.is_zero() {
                "Get it for nothing".into()
            } else {
                format!("Pay {}", words::price(total))
            },
        }
    }

    /// What asks for the price again, in other circumstances; none for an upgrade, which is asked
    /// for by who holds the licence.
    fn again(&self, wanted: Option<&Answers>, filled: &Filled) -> Option<Again> {
        if self.option.upgrade_of.is_some() {
            return None;
        }
        let deal = self.option.deal.as_ref();
        let mut fields = match &self.track {
            Some(track) => vec![
                hidden("track", track.slug.clone()),
                hidden("use", wanted.map(Answers::query).unwrap_or_default()),
            ],
            None if self.option.is_pool() => vec![hidden("pool", self.option.offer.clone())],
            None => vec![hidden("bundle", self.option.offer.clone())],
        };
        fields.push(hidden("offer", self.option.offer.clone()));
        fields.push(hidden("shown", self.quoted.id.to_string()));
        if let Some(via) = deal.and_then(|deal| deal.via.as_ref()) {
            fields.push(hidden("via", via.slug.clone()));
        }
        let country = deal.and_then(|deal| deal.said.or(deal.country));
        let country = country.map(|one| one.to_string()).unwrap_or_default();
        let promo = deal.and_then(|deal| deal.promo.as_ref());
        Some(Again {
            hidden: fields,
            takes_codes: self.track.is_some(),
            country: filled.field("country", &country),
            currency: filled.field("currency", &self.option.currency),
            promo: filled.field("promo", promo.map_or("", |(code, _)| code)),
        })
    }

    fn back(&self, wanted: Option<Answers>) -> String {
        match &self.track {
            Some(track) => {
                let query = wanted.unwrap_or_default().query();
                format!("/tracks/{}/license?{query}", track.slug)
            }
            None if self.option.is_pool() => "/subscribe".into(),
            None => "/bundles".into(),
        }
    }
}

fn hidden(name: &str, value: String) -> Hidden {
    Hidden {
        name: name.into(),
        value,
    }
}
