//! What is offered for a use that isn't covered.

use app::App;
use app::licensing::Offered;
use app::metering::offered::Told;
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
        let Told::Offer(offered) = told else {
            return Ok(None);
        };
        let Offered {
            option, tops_up, ..
        } = offered.as_ref();
        let code = tops_up.as_ref().map(|of| of.code.to_string());
        let page_url = match &code {
            Some(code) => app.settings.licence_page(code),
            None => page_of(&offered.track.to_string(), &offered.wanted),
        };
        Ok(Some(Self {
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
        }))
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
