//! Quotes: what covers an intended use, and for how much.

use std::sync::Arc;

use app::App;
use app::licensing::quote::{self, Quote as Given};
use app::licensing::{Lacking, QuotedOption};
use axum::Json;
use axum::extract::State;
use domain::covers::Shortfall;
use domain::{AssetKind, Envelope, Plain, Timestamp, plain};
use serde::Serialize;
use utoipa::ToSchema;

use super::asks::QuoteRequest;
use super::body::Body;
use super::money::{Line, Money};
use crate::problem::{Problem, ProblemBody};

/// A quote. Its prices stand until it expires.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Quote {
    /// Its id.
    id: String,
    /// Until when the prices stand.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// The track's id; null for clip time.
    track: Option<String>,
    /// What can be bought, the cheapest first.
    options: Vec<OptionGiven>,
    /// Offers that don't cover the use, those that lack least first.
    not_covering: Vec<NotCovering>,
}

/// One thing that can be bought.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OptionGiven {
    /// What to name when buying.
    offer: String,
    /// What is delivered.
    #[schema(value_type = String, example = "cut_15")]
    asset: AssetKind,
    /// The tier's word, such as `creator`, `business` or `ad`; `bundle` for clip time.
    tier: String,
    /// Which stem, where the asset is a single one.
    stem: Option<String>,
    /// For people.
    #[schema(example = "15-second cut, Creator tier")]
    label: String,
    /// What the buyer pays.
    price: Money,
    /// How the price comes about; the lines sum to it.
    lines: Vec<Line>,
    /// Tax within the price, where it isn't a line of its own.
    tax_included: Option<Line>,
    /// What the licence will allow, axis by axis: it is frozen and signed at the sale.
    #[schema(value_type = Object)]
    envelope: Envelope,
    /// The same in plain words.
    plain: PlainTerms,
    /// The clip time of a bundle, in milliseconds.
    bundle_ms: Option<i64>,
    /// Of that, what the use that was asked about would draw, in milliseconds.
    draws_ms: Option<i64>,
    /// The licence that this upgrades, by its id.
    upgrade_of: Option<String>,
    /// The country whose tax is in the price, where it is one's of the store's table.
    tax_country: Option<String>,
    /// The promotion code that reduced the price.
    promo: Option<String>,
    /// The curator who will be credited.
    via: Option<String>,
}

/// Terms in plain words: each sentence reads on from "You may", "You may not", "You must".
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlainTerms {
    /// After "You may".
    may: Vec<String>,
    /// After "You may not".
    may_not: Vec<String>,
    /// After "You must".
    must: Vec<String>,
}

/// An offer that doesn't cover the use.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NotCovering {
    /// The offer.
    offer: String,
    /// Its asset.
    #[schema(value_type = String)]
    asset: AssetKind,
    /// Its tier.
    tier: String,
    /// Its price before tax.
    list_price: Money,
    /// Every reason.
    #[schema(value_type = Vec<ShortfallGiven>)]
    shortfalls: Vec<Shortfall>,
}

/// One reason why an offer doesn't cover the use.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShortfallGiven {
    /// The stable word for it.
    #[schema(example = "placement_not_included")]
    code: String,
    /// The axis of the envelope that is too narrow.
    axis: String,
    /// For people.
    sentence: String,
    /// What the axis would have to allow.
    needed: String,
}

/// Says what covers a use, and for how much. Asking costs nothing and needs no account.
#[utoipa::path(post, path = "/v1/quotes", operation_id = "quote_use", tag = "Licensing", request_body = QuoteRequest, responses(
    (status = 200, description = "The quote", body = Quote),
    (status = 403, description = "The grant isn't the licence's, or the licence isn't in force", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The track's rights aren't attested, it is licensed exclusively, or there is no upgrade", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such track or licence", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Body(request): Body<QuoteRequest>,
) -> Result<Json<Quote>, Problem> {
    let asked = request.circumstances()?;
    let ask = request.ask()?;
    let given = quote::quote_in(&app, &mut app.call(), &ask, &asked).await?;
    Ok(Json(Quote::of(given)?))
}

impl Quote {
    fn of(given: Given) -> Result<Self, Problem> {
        let options = given.options.into_iter().map(OptionGiven::of);
        Ok(Self {
            id: given.id.to_string(),
            expires_at: given.expires_at,
            track: given.track.map(|id| id.to_string()),
            options: options.collect::<Result<_, _>>()?,
            not_covering: given
                .not_covering
                .into_iter()
                .map(NotCovering::from)
                .collect(),
        })
    }
}

impl OptionGiven {
    fn of(option: QuotedOption) -> Result<Self, Problem> {
        let price = option.total()?;
        let deal = option.deal;
        let (country, promo, via) = match deal {
            None => (None, None, None),
            Some(deal) => (deal.country, deal.promo, deal.via),
        };
        let currency = price.currency();
        Ok(Self {
            plain: plain(&option.envelope).into(),
            price: price.into(),
            lines: option
                .lines
                .iter()
                .map(|line| Line::of(line, currency))
                .collect(),
            tax_included: option
                .tax_included
                .as_ref()
                .map(|line| Line::of(line, currency)),
            offer: option.offer,
            asset: option.asset,
            tier: option.tier,
            label: option.label,
            envelope: option.envelope,
            stem: option.stem,
            bundle_ms: option.bundle_ms,
            draws_ms: option.draws_ms,
            upgrade_of: option.upgrade_of.map(|(old, _)| old.to_string()),
            tax_country: country.map(|country| country.to_string()),
            promo: promo.map(|(code, _)| code),
            via: via.map(|via| via.slug),
        })
    }
}

impl From<Plain> for PlainTerms {
    fn from(plain: Plain) -> Self {
        Self {
            may: plain.may,
            may_not: plain.may_not,
            must: plain.must,
        }
    }
}

impl From<Lacking> for NotCovering {
    fn from(offer: Lacking) -> Self {
        Self {
            offer: offer.offer.to_string(),
            asset: offer.asset,
            tier: offer.tier.code().to_owned(),
            list_price: offer.list_price.into(),
            shortfalls: offer.shortfalls,
        }
    }
}
