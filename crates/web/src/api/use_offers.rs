//! What is offered for a use that isn't covered.

use app::App;
use app::licensing::Offered;
use app::metering::offered::Told;
use app::metering::to_cover::{Purchase, ToCover};
use domain::{AssetKind, IntendedUse};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::money::Money;
use crate::problem::Problem;

/// The cheapest that would cover a use. A price stands once it is quoted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferTold {
    /// What to name when buying, from a quote: an offer's id or a plan's code.
    offer: String,
    /// The tier's word; `bundle` for clip time.
    tier: String,
    /// What is delivered.
    #[schema(value_type = String, example = "cut_15")]
    asset: AssetKind,
    /// For people.
    label: String,
    /// What it costs now.
    price: Money,
    /// What it covers, and what to do.
    covers: String,
    /// The code of the licence whose clip time it tops up; null for a licence of its own.
    tops_up: Option<String>,
    /// Where it can be bought by hand: of a licence that is topped up its public page, absolute.
    page_url: String,
    /// Where to have it quoted, relative to the store.
    quote_url: &'static str,
    /// What to post there.
    #[schema(value_type = Object)]
    quote: Value,
}

impl OfferTold {
    /// The offer that is told, where one is.
    pub(super) fn of(app: &App, told: &Told) -> Result<Option<Self>, Problem> {
        match told {
            Told::Offer(offered) => Self::offered(app, offered).map(Some),
            Told::Nothing | Told::AskAgain | Told::NotKept => Ok(None),
        }
    }

    fn offered(app: &App, offered: &Offered) -> Result<Self, Problem> {
        let Offered {
            option, tops_up, ..
        } = offered;
        let code = tops_up.as_ref().map(|of| of.code.to_string());
        let page_url = match &code {
            Some(code) => app.settings.licence_page(code),
            None => page_of(&offered.track.to_string(), &offered.wanted),
        };
        Ok(Self {
            offer: option.offer.clone(),
            tier: option.tier.clone(),
            asset: option.asset,
            label: option.label.clone(),
            price: option.total()?.into(),
            covers: offered.sentence(),
            quote: match tops_up {
                Some(_) => json!({ "bundle": option.offer }),
                None => quote(&offered.track.to_string(), &offered.wanted),
            },
            tops_up: code,
            page_url,
            quote_url: "/v1/quotes",
        })
    }
}

/// What covering all rows of a table that lack cover would cost.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ToCoverTold {
    /// Rows that were refused for lack of cover.
    rows: u64,
    /// Of those, for how many nothing is offered: nothing on sale covers them, or there are more
    /// than fifty different ones.
    without_offer: u64,
    /// What all of `purchases` cost now, by currency: something wider may cost less.
    cost: Vec<Money>,
    /// What would be bought.
    purchases: Vec<PurchaseTold>,
}

/// Something that would be bought for several rows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PurchaseTold {
    /// What is offered, as for the first of its rows.
    #[serde(flatten)]
    offer: OfferTold,
    /// How many rows it covers.
    rows: u64,
    /// How often it would be bought.
    times: u64,
    /// What it costs as often.
    total: Money,
}

impl ToCoverTold {
    /// As it is told.
    pub(super) fn of(app: &App, all: &ToCover) -> Result<Self, Problem> {
        let purchase = |one: &Purchase| -> Result<PurchaseTold, Problem> {
            let currency = one.offered.option.total()?.currency();
            Ok(PurchaseTold {
                offer: OfferTold::offered(app, &one.offered)?,
                rows: one.uses,
                times: one.times,
                total: ledger::Money::new(one.total_micros(), currency).into(),
            })
        };
        let cost = all.cost()?;
        Ok(Self {
            rows: all.uses,
            without_offer: all.without_offer,
            cost: cost.into_iter().map(Money::from).collect(),
            purchases: all
                .purchases
                .iter()
                .map(purchase)
                .collect::<Result<_, _>>()?,
        })
    }
}

/// The page of a track, named by its id or slug, that asks about a use.
pub(crate) fn page_of(track: &str, wanted: &IntendedUse) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(wanted.placements.first().map(|at| ("placement", at.code())));
    query.append_pair("purpose", wanted.purpose.code());
    let length = match wanted.clip_ms {
        ..=15_000 => "15",
        15_001..=30_000 => "30",
        30_001..=60_000 => "60",
        _ => "full",
    };
    query.append_pair("length", length);
    format!("/tracks/{track}/license?{}", query.finish())
}

/// The question whose answer holds the offer.
fn quote(track: &str, wanted: &IntendedUse) -> Value {
    let mut intended = json!({
        "placements": wanted.placements, "purpose": wanted.purpose, "clip_ms": wanted.clip_ms,
        "videos": 1, "territory": wanted.territory, "published_at": wanted.published_at,
    });
    if let Some(audience) = wanted.channel_audience {
        intended["channel_audience"] = json!(audience);
    }
    json!({ "track": track, "asset": wanted.asset, "use": intended })
}
