//! Offers: the templates that count somewhere, and changing them.

use std::sync::Arc;

use app::App;
use app::access::Principal;
use app::offers::change::{self, Change, Changed as Made, Wish};
use app::offers::list::{self, Listed};
use app::offers::plans::{self, Plan as Planned};
use app::offers::{Effective, Hand};
use axum::Json;
use axum::extract::{RawQuery, State};
use domain::{AssetKind, Template, Tier, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::money::Money;
use super::params;
use crate::principal::{Caller, sign_in_required};
use crate::problem::{Problem, ProblemBody};

/// The templates that count somewhere, and the store's plans.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Offers {
    /// Whose they are: `store`, `artist` or `track`.
    reach: String,
    /// The artist's name or the track's title; empty for the store.
    name: String,
    /// Whether whoever asks may change them.
    may_change: bool,
    /// One for each tier, the shipped ones first.
    templates: Vec<TemplateGiven>,
    /// Clip time, and the pool.
    plans: Vec<Plan>,
}

/// A template with where it comes from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateGiven {
    /// Whose it is: `shipped`, `store`, `artist` or `track`; the nearest one counts.
    from: String,
    /// Its version there; 0 for a shipped one.
    version: i64,
    /// Who made that version; told to those who may change it.
    changed_by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    changed_at: Option<Timestamp>,
    /// The template, as `docs/offers.md` describes it.
    #[schema(value_type = Object)]
    template: Template,
}

/// A plan of the store.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Plan {
    /// Its code.
    code: String,
    /// What it is.
    about: String,
    /// Its price.
    price: Money,
    /// What a second of clip time costs, or what the pool guarantees for a use.
    rate: Money,
    /// Whether it can be bought.
    on_sale: bool,
}

/// A change of offers. One of `put`, `sell`, `undo` and `take_back` says which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OffersRequest {
    /// `store`, or `artist:` or `track:` with an id or slug.
    #[serde(rename = "for")]
    #[schema(rename = "for", example = "artist:ada-byron")]
    whose: String,
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
    /// The template that is to count.
    #[schema(value_type = Option<Object>)]
    put: Option<Box<Template>>,
    /// What is to be sold, or no longer.
    sell: Option<Sell>,
    /// The tier whose last change is undone.
    #[schema(value_type = Option<String>)]
    undo: Option<Tier>,
    /// The tier that is to have no template of its own here any more.
    #[schema(value_type = Option<String>)]
    take_back: Option<Tier>,
}

/// Selling a tier, or one asset of it, or no longer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sell {
    /// The tier.
    #[schema(value_type = String)]
    tier: Tier,
    /// One asset of it; all where not given.
    #[schema(value_type = Option<String>)]
    asset: Option<AssetKind>,
    /// Whether it is to be sold.
    on_sale: bool,
}

/// What was changed, or would be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OffersChanged {
    /// The tier.
    #[schema(value_type = String)]
    tier: Tier,
    /// The new version's number.
    version: i64,
    /// Whether it was made: a dry run isn't.
    kept: bool,
    /// Every offer that changes.
    offers: Vec<OfferChanged>,
}

/// An offer that changes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferChanged {
    /// The track's slug.
    track: String,
    /// The asset.
    #[schema(value_type = String)]
    asset: AssetKind,
    /// Its price before; null where it wasn't on sale.
    before: Option<Money>,
    /// Its price after; null where it isn't on sale.
    after: Option<Money>,
    /// Whether its terms or percentages change too.
    terms_change: bool,
}

/// Shows the templates that count for the store, an artist or a track.
#[utoipa::path(get, path = "/v1/offers", operation_id = "list_offers", tag = "Offers", params(
    ("for" = Option<String>, Query, description = "`store`, `artist:NAME` or `track:NAME`; the store where not given"),
), responses(
    (status = 200, description = "The templates", body = Offers),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such artist or track", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "That is no place", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = []), ("session" = [])))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Json<Offers>, Problem> {
    if matches!(caller.0, Principal::Guest) {
        return Err(sign_in_required());
    }
    let mut of = "store".to_owned();
    for (name, value) in params::pairs(query.as_deref()) {
        match name.as_str() {
            "for" => of = value,
            other => return Err(params::unknown(other)),
        }
    }
    let listed = list::list(&app, Hand::Asker(&caller.0), &of).await?;
    Ok(Json(Offers::of(listed, plans::plans(&app).await?)))
}

/// Changes a template and with it every offer it makes, or says what would change. Quotes that
/// were given keep their prices.
#[utoipa::path(post, path = "/v1/offers", operation_id = "change_offers", tag = "Offers", request_body = OffersRequest, responses(
    (status = 200, description = "What changed", body = OffersChanged),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "They are somebody else's offers", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such artist, track or tier", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "There is nothing to undo, or somebody was first", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = ["offers:write"]), ("session" = [])))]
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    body: Result<Body<OffersRequest>, Problem>,
) -> Result<Json<OffersChanged>, Problem> {
    if matches!(caller.0, Principal::Guest) {
        return Err(sign_in_required());
    }
    let Body(request) = body?;
    let (whose, dry_run) = (request.whose.clone(), request.dry_run);
    let wish = request.wish()?;
    let hand = Hand::Asker(&caller.0);
    let made = change::change(&app, &mut app.call(), hand, &whose, &wish, dry_run).await?;
    Ok(Json(OffersChanged::from(made)))
}

impl OffersRequest {
    fn wish(self) -> Result<Wish, Problem> {
        match (self.put, self.sell, self.undo, self.take_back) {
            (Some(template), None, None, None) => Ok(Wish::Put(template)),
            (None, Some(sell), None, None) => Ok(Wish::Sell {
                tier: sell.tier,
                asset: sell.asset,
                on_sale: sell.on_sale,
            }),
            (None, None, Some(tier), None) => Ok(Wish::Undo { tier }),
            (None, None, None, Some(tier)) => Ok(Wish::TakeBack { tier }),
            _ => {
                let detail = "say one of `put`, `sell`, `undo` and `take_back`";
                Err(Problem::new("bad_value", detail).at("put"))
            }
        }
    }
}

impl Offers {
    fn of(listed: Listed, plans: Vec<Planned>) -> Self {
        let may_change = listed.may_change;
        let template = |one: Effective| {
            let (by, at) = one.changed.unzip();
            TemplateGiven {
                from: one.from.to_owned(),
                version: one.version,
                changed_by: by.filter(|_| may_change),
                changed_at: at,
                template: one.template,
            }
        };
        Self {
            reach: listed.reach.word().to_owned(),
            name: listed.name,
            may_change,
            templates: listed.templates.into_iter().map(template).collect(),
            plans: plans.into_iter().map(Plan::from).collect(),
        }
    }
}

impl From<Planned> for Plan {
    fn from(plan: Planned) -> Self {
        Self {
            code: plan.code.to_owned(),
            about: plan.about,
            price: plan.price.into(),
            rate: plan.rate.into(),
            on_sale: plan.on_sale,
        }
    }
}

impl From<Made> for OffersChanged {
    fn from(made: Made) -> Self {
        let offer = |one: Change| OfferChanged {
            track: one.track,
            asset: one.asset,
            before: one.before.map(Money::from),
            after: one.after.map(Money::from),
            terms_change: one.terms,
        };
        Self {
            tier: made.tier,
            version: made.version,
            kept: made.kept,
            offers: made.offers.into_iter().map(offer).collect(),
        }
    }
}
