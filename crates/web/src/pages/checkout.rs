//! Paying.

use std::sync::Arc;

use app::App;
use app::catalogue::{Track, show};
use app::licensing::buy::{self, BuyRefusal, Purchase};
use app::licensing::quote::{self, Ask};
use app::licensing::quoted::{self, Quoted};
use app::licensing::{Claim, QuotedOption};
use app::wallets::show as show_wallet;
use app::{Refusal, Stop};
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{QuoteId, WalletId};
use serde::Deserialize;

use super::frame::Frame;
use super::problem::sentence;
use super::quote::hidden;
use super::standing::{item, price_lines, terms};
use super::use_form::Answers;
use super::view::{Again, CheckoutPage, Choice, Field, Hidden, Submit};
use crate::api::asks::circumstances;
use crate::api::licences::private_path;
use crate::api::params;
use crate::problem::Problem;
use crate::state::Web;
use crate::words;

/// What the checkout is of: an option of a quote, or something still to be quoted: a plan of
/// clip time, an option of a track that was looked at, or of an upgrade.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Chosen {
    quote: String,
    offer: String,
    bundle: String,
    pool: String,
    track: String,
    #[serde(rename = "use")]
    answers: String,
    licence: String,
    grant: String,
    top_up: String,
    top_up_grant: String,
    country: String,
    currency: String,
    promo: String,
    via: String,
}

/// The checkout's form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filled {
    quote: String,
    offer: String,
    idempotency_key: String,
    licensee: String,
    email: String,
    card_number: String,
    card_expiry: String,
    card_cvc: String,
    wallet: String,
    top_up: String,
    top_up_grant: String,
}

impl Filled {
    fn wallet(&self) -> Result<Option<WalletId>, Problem> {
        let named = Some(self.wallet.as_str()).filter(|id| !id.is_empty());
        named.map(|id| params::id("wallet", Some(id))).transpose()
    }

    fn top_up(&self) -> Option<Claim> {
        (!self.top_up.is_empty()).then(|| Claim {
            licence: self.top_up.clone(),
            grant: self.top_up_grant.clone(),
        })
    }
}

impl Chosen {
    /// What is still to be quoted, and which of its options was chosen.
    async fn ask(&self, app: &App) -> Result<Option<(Ask, String)>, Problem> {
        if !self.bundle.is_empty() {
            let plan = self.bundle.clone();
            return Ok(Some((Ask::Bundle { plan }, self.bundle.clone())));
        }
        if !self.pool.is_empty() {
            let plan = self.pool.clone();
            return Ok(Some((Ask::Pool { plan }, self.pool.clone())));
        }
        if !self.licence.is_empty() {
            let of = Claim {
                licence: self.licence.clone(),
                grant: self.grant.clone(),
            };
            let ask = Ask::Upgrade { of, wanted: None };
            return Ok(Some((ask, self.offer.clone())));
        }
        if self.track.is_empty() {
            return Ok(None);
        }
        let track = show::track(app, &self.track).await?;
        let answers = Answers::read(Some(&self.answers));
        let ask = Ask::Track {
            track: track.id.to_string(),
            wanted: Box::new(answers.intended(&track)),
            stem: answers.stem(),
        };
        Ok(Some((ask, self.offer.clone())))
    }
}

/// `POST /checkout`: leads to the checkout's own address, which can be reloaded.
pub(crate) async fn start(
    State(app): State<Arc<App>>,
    Form(chosen): Form<Chosen>,
) -> Result<Redirect, Problem> {
    let wanted = chosen.ask(&app).await?;
    let Chosen {
        country,
        currency,
        promo,
        via,
        ..
    } = &chosen;
    let (quote, offer) = match wanted {
        None => (chosen.quote, chosen.offer),
        Some((ask, offer)) => {
            let asked = circumstances(
                [Some(country.as_str()), Some(currency.as_str())],
                [Some(promo.as_str()), Some(via.as_str())],
            )?;
            let given = quote::quote_in(&app, &mut app.call(), &ask, &asked).await?;
            (given.id.to_string(), offer)
        }
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("quote", &quote)
        .append_pair("offer", &offer);
    if !chosen.top_up.is_empty() {
        query
            .append_pair("top_up", &chosen.top_up)
            .append_pair("top_up_grant", &chosen.top_up_grant);
    }
    Ok(Redirect::to(&format!("/checkout?{}", query.finish())))
}

/// `GET /checkout?quote=&offer=`.
pub(crate) async fn show(
    State(web): State<Web>,
    Query(chosen): Query<Chosen>,
    frame: Frame,
) -> Result<Response, Problem> {
    let key: [u8; 16] = web.app.call().random();
    let mut filled = Filled {
        quote: chosen.quote,
        offer: chosen.offer,
        idempotency_key: data_encoding::BASE64URL_NOPAD.encode(&key),
        top_up: chosen.top_up,
        top_up_grant: chosen.top_up_grant,
        ..Filled::default()
    };
    if web.options.sandbox {
        filled.card_number = "4242 4242 4242 4242".into();
        filled.card_expiry = "12/34".into();
        filled.card_cvc = "123".into();
    }
    let sale = Sale::read(&web.app, &filled).await?;
    let expired = sale.quoted.expires_at <= web.app.call().now;
    let refusal = expired.then_some(BuyRefusal::QuoteExpired);
    sale.page(&web, frame, filled, refusal.as_ref()).await
}

/// `POST /checkout/pay`.
pub(crate) async fn pay(
    State(web): State<Web>,
    frame: Frame,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let sale = Sale::read(&web.app, &filled).await?;
    let email = Some(filled.email.trim().to_owned()).filter(|email| !email.is_empty());
    let purchase = Purchase {
        quote: sale.quoted.id,
        offer: filled.offer.clone(),
        licensee: filled.licensee.trim().to_owned(),
        email,
        card: filled.card_number.clone(),
        wallet: filled.wallet()?,
        top_up: filled.top_up(),
    };
    let (who, key) = (&frame.caller.0, filled.idempotency_key.as_str());
    match buy::buy(&web.app, &mut web.app.call(), who, key, &purchase).await {
        Ok(bought) => {
            let page = format!("{}&new=1", private_path(&bought.licence));
            Ok(Redirect::to(&page).into_response())
        }
        Err(Stop::Refused(refusal)) => {
            let mut page = sale.page(&web, frame, filled, Some(&refusal)).await?;
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
        Err(Stop::Fault(fault)) => Err(fault.into()),
    }
}

/// What is being bought.
struct Sale {
    quoted: Quoted,
    option: QuotedOption,
    track: Option<Track>,
}

impl Sale {
    async fn read(app: &App, filled: &Filled) -> Result<Self, Problem> {
        let id: QuoteId = filled.quote.parse().map_err(|_| {
            Problem::new("unknown_quote", "there is no such quote: ask for a new one").at("quote")
        })?;
        let quoted = quoted::quoted(app, id).await?;
        let option = quoted
            .options
            .iter()
            .find(|option| option.offer == filled.offer)
            .cloned();
        let option = option.ok_or_else(|| {
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

    async fn page(
        &self,
        web: &Web,
        frame: Frame,
        filled: Filled,
        refusal: Option<&BuyRefusal>,
    ) -> Result<Response, Problem> {
        let total = self.option.total()?;
        let wallets = show_wallet::spendable(&web.app, &web.app.call(), &frame.caller.0).await?;
        let pays = wallets.iter().find(|one| {
            let (held, price) = (one.spendable, total);
            held.currency() == price.currency() && held.micros() >= price.micros()
        });
        let wallet = pays.map(|one| Choice {
            value: one.wallet.to_string(),
            label: format!(
                "Pay from your wallet, which holds {}",
                words::price(one.spendable)
            ),
            chosen: filled.wallet == one.wallet.to_string(),
        });
        let top_up = [
            ("top_up", &filled.top_up),
            ("top_up_grant", &filled.top_up_grant),
        ];
        let top_up = top_up.map(|(name, value)| Hidden {
            name: name.into(),
            value: value.clone(),
        });
        let wanted = self.quoted.wanted.as_ref().map(Answers::of);
        let field = refusal.and_then(Refusal::field).unwrap_or_default();
        let reason = refusal.map(|refusal| sentence(&refusal.to_string()));
        let about = |name: &str| reason.clone().filter(|_| field == name);
        let of_a_field = matches!(field.as_str(), "licensee" | "email" | "card");
        let stale = matches!(field.as_str(), "quote" | "offer");
        let back = self.back(wanted.clone());
        let remedy = stale.then(|| ("See fresh prices".to_owned(), back.clone()));
        super::html(&CheckoutPage {
            shell: frame.unlisted("Checkout"),
            item: item(&self.option.label),
            subject: match &self.track {
                Some(track) => format!("{} — {}", track.title, track.artist.name),
                None if self.option.is_pool() => {
                    "For the tracks in rotation; it renews itself every month until you cancel"
                        .into()
                }
                None => "For any track of this store".into(),
            },
            stated_use: wanted
                .as_ref()
                .map(|answers| format!("You want {}", answers.words())),
            back_href: back,
            lines: price_lines(&self.option.lines, self.option.tax_included.as_ref(), total),
            terms: self.track.as_ref().map(|_| terms(&self.option.envelope)),
            again: self.again(wanted.as_ref()),
            free: total.is_zero(),
            problem: if of_a_field { None } else { reason.clone() },
            remedy,
            licensee: Field {
                value: filled.licensee,
                error: about("licensee"),
            },
            email: Field {
                value: filled.email,
                error: about("email"),
            },
            card_number: Field {
                value: filled.card_number,
                error: about("card"),
            },
            card_expiry: Field {
                value: filled.card_expiry,
                error: None,
            },
            card_cvc: Field {
                value: filled.card_cvc,
                error: None,
            },
            sandbox: web.options.sandbox,
            wallet,
            submit: Submit {
                action: "/checkout/pay".into(),
                hidden: self
                    .hidden(filled.idempotency_key)
                    .into_iter()
                    .chain(top_up.into_iter().filter(|field| !field.value.is_empty()))
                    .collect(),
                label: if total.is_zero() {
                    "Get it for nothing".into()
                } else {
                    format!("Pay {}", words::price(total))
                },
            },
        })
    }

    /// What asks for the price again, in other circumstances; none for an upgrade, which is asked
    /// for by who holds the licence.
    fn again(&self, wanted: Option<&Answers>) -> Option<Again> {
        if self.option.upgrade_of.is_some() {
            return None;
        }
        let field = |name: &str, value: String| Hidden {
            name: name.into(),
            value,
        };
        let deal = self.option.deal.as_ref();
        let mut hidden = match &self.track {
            Some(track) => vec![
                field("track", track.slug.clone()),
                field("use", wanted.map(Answers::query).unwrap_or_default()),
                field("offer", self.option.offer.clone()),
            ],
            None => vec![field("bundle", self.option.offer.clone())],
        };
        if let Some(via) = deal.and_then(|deal| deal.via.as_ref()) {
            hidden.push(field("via", via.slug.clone()));
        }
        let plain = |value: Option<String>| Field {
            value: value.unwrap_or_default(),
            error: None,
        };
        let promo = deal.and_then(|deal| deal.promo.as_ref());
        Some(Again {
            hidden,
            takes_codes: self.track.is_some(),
            country: plain(
                deal.and_then(|deal| deal.country)
                    .map(|one| one.to_string()),
            ),
            currency: plain(Some(self.option.currency.clone())),
            promo: plain(promo.map(|(code, _)| code.clone())),
        })
    }

    fn hidden(&self, idempotency_key: String) -> Vec<Hidden> {
        let mut fields = hidden(self.quoted.id, &self.option.offer);
        fields.push(Hidden {
            name: "idempotency_key".into(),
            value: idempotency_key,
        });
        fields
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
