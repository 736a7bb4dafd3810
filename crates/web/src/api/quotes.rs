//! Quotes: what covers an intended use, and for how much.

use std::sync::Arc;

use app::App;
use app::licensing::QuotedOption;
use app::licensing::quote::{self, Ask, Quote as Given};
use axum::Json;
use axum::extract::State;
use domain::covers::Shortfall;
use domain::envelope::{
    Alteration, Audience, ChannelOwner, ForbiddenUse, Placement, Purpose, Territory, Videos,
};
use domain::quote::NotCovering as Lacking;
use domain::{AssetKind, Envelope, IntendedUse, Plain, Set, Timestamp, plain};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::money::{Line, Money};
use crate::problem::{Problem, ProblemBody};

/// What is asked: a track with an intended use, or a plan of clip time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuoteRequest {
    /// The track's id or slug.
    track: Option<String>,
    /// What for. Every member has a default: one monetised short of 15 seconds on YouTube
    /// Shorts, worldwide.
    #[serde(rename = "use")]
    #[schema(rename = "use")]
    intended: Option<Use>,
    /// The asset that is wanted, such as `cut_15`; whichever serves where not given.
    #[schema(value_type = Option<String>)]
    asset: Option<AssetKind>,
    /// Instead of a track: `bundle_10`, `bundle_25` or `bundle_100`.
    bundle: Option<String>,
}

/// An intended use.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Use {
    /// Where it will be published, such as `tiktok` or `youtube_shorts`.
    #[schema(value_type = Option<Vec<String>>)]
    placements: Option<Set<Placement>>,
    /// `personal`, `monetised_creator`, `client_work`, `brand_organic` or `paid_ad`.
    #[schema(value_type = Option<String>)]
    purpose: Option<Purpose>,
    /// Milliseconds of music in one video.
    clip_ms: Option<u32>,
    /// How many videos: a number, or `"unlimited"`.
    #[schema(value_type = Option<VideosWanted>)]
    videos: Option<HowMany>,
    /// Whose channels: `"licensee"`, or `{"client": "their name"}`.
    #[schema(value_type = Option<Object>)]
    owner: Option<ChannelOwner>,
    /// Followers of the largest channel: `up_to_10k`, `up_to_100k`, `up_to_1m` or `any`.
    #[schema(value_type = Option<String>)]
    channel_audience: Option<Audience>,
    /// `"worldwide"`, `{"only": ["DE"]}` or `{"except": ["DE"]}` (ISO 3166-1).
    #[schema(value_type = Option<Object>)]
    territory: Option<Territory>,
    /// When it will be published, RFC 3339; now where not given.
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<Timestamp>,
    /// `pitch_tempo`, `remix`.
    #[schema(value_type = Option<Vec<String>>)]
    alterations: Option<Set<Alteration>>,
    /// Whether the composer will be named.
    credits: Option<bool>,
    /// Uses that licences forbid by name and that are wanted all the same.
    #[schema(value_type = Option<Vec<String>>)]
    wants_forbidden: Option<Set<ForbiddenUse>>,
    /// Until when nobody else may buy the track, RFC 3339.
    #[schema(value_type = Option<String>, format = DateTime)]
    exclusive_until: Option<Timestamp>,
}

/// How many videos, as people write it or as envelopes have it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum HowMany {
    Number(u32),
    Said(Videos),
}

/// A number of videos, or `"unlimited"`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "only its schema is used: it describes what `HowMany` reads"
)]
pub(crate) enum VideosWanted {
    /// At most this many.
    Number(u32),
    /// `unlimited`.
    Word(String),
}

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
    /// `creator`, `business`, or `bundle` for clip time.
    tier: String,
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
    (status = 404, description = "There is no such track", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Body(request): Body<QuoteRequest>,
) -> Result<Json<Quote>, Problem> {
    let ask = request.ask()?;
    let given = quote::quote(&app, &mut app.call(), &ask).await?;
    Ok(Json(Quote::of(given)?))
}

impl QuoteRequest {
    fn ask(self) -> Result<Ask, Problem> {
        match (self.track, self.bundle) {
            (Some(track), None) => {
                let mut wanted = self.intended.unwrap_or_default().into_intended();
                wanted.asset = self.asset;
                Ok(Ask::Track {
                    track,
                    wanted: Box::new(wanted),
                })
            }
            (None, Some(plan)) if self.intended.is_none() && self.asset.is_none() => {
                Ok(Ask::Bundle { plan })
            }
            (None, None) => {
                let detail = "name a `track`, or a `bundle` of clip time";
                Err(Problem::new("bad_value", detail).at("track"))
            }
            (_, Some(_)) => {
                let detail = "a `bundle` holds for any track and use: ask for it alone";
                Err(Problem::new("bad_value", detail).at("bundle"))
            }
        }
    }
}

impl Use {
    /// The use, with what wasn't said as it usually is.
    pub(crate) fn into_intended(self) -> IntendedUse {
        let usual = IntendedUse::default();
        let videos = self.videos.map(|videos| match videos {
            HowMany::Number(count) => Videos::Count(count),
            HowMany::Said(videos) => videos,
        });
        IntendedUse {
            asset: None,
            placements: self.placements.unwrap_or(usual.placements),
            purpose: self.purpose.unwrap_or(usual.purpose),
            clip_ms: self.clip_ms.unwrap_or(usual.clip_ms),
            videos: videos.unwrap_or(usual.videos),
            owner: self.owner.unwrap_or(usual.owner),
            channel_audience: self.channel_audience,
            territory: self.territory.unwrap_or(usual.territory),
            published_at: self.published_at,
            alterations: self.alterations.unwrap_or(usual.alterations),
            credits: self.credits.unwrap_or(usual.credits),
            wants_forbidden: self.wants_forbidden.unwrap_or(usual.wants_forbidden),
            exclusive_until: self.exclusive_until,
        }
    }
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
            bundle_ms: option.bundle_ms,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::body;

    fn wanted(json: &str) -> IntendedUse {
        let request: QuoteRequest = body::read(json.as_bytes()).unwrap();
        match request.ask().unwrap() {
            Ask::Track { wanted, .. } => *wanted,
            Ask::Bundle { .. } => panic!("a bundle"),
        }
    }

    #[test]
    fn a_use_that_says_nothing_is_the_usual_one() {
        assert_eq!(wanted(r#"{"track":"x"}"#), IntendedUse::default());
        assert_eq!(wanted(r#"{"track":"x","use":{}}"#), IntendedUse::default());
    }

    #[test]
    fn what_is_said_is_taken_and_the_rest_stays_usual() {
        let json = r#"{"track":"x","asset":"cut_30","use":{"placements":["tiktok"],"videos":3,
            "territory":{"only":["DE"]},"clip_ms":20000}}"#;
        let asked = wanted(json);
        assert_eq!(asked.asset, Some(AssetKind::Cut30));
        assert_eq!(asked.placements, Set::from([Placement::Tiktok]));
        assert_eq!(asked.videos, Videos::Count(3));
        assert_eq!(
            (asked.clip_ms, asked.purpose),
            (20_000, IntendedUse::default().purpose)
        );
        let unlimited = wanted(r#"{"track":"x","use":{"videos":"unlimited"}}"#);
        assert_eq!(unlimited.videos, Videos::Unlimited);
        let counted = wanted(r#"{"track":"x","use":{"videos":{"count":2}}}"#);
        assert_eq!(counted.videos, Videos::Count(2));
    }

    #[test]
    fn a_wrong_field_is_named() {
        for (json, field) in [
            (r#"{"track":"x","use":{"purpose":"fun"}}"#, "use.purpose"),
            (r#"{"track":"x","use":{"colour":"red"}}"#, "use.colour"),
            (
                r#"{"track":"x","use":{"territory":{"only":["Germany"]}}}"#,
                "use.territory.only[0]",
            ),
            (r#"{"tracks":"x"}"#, "tracks"),
        ] {
            let problem = body::read::<QuoteRequest>(json.as_bytes()).unwrap_err();
            assert_eq!(problem.field.as_deref(), Some(field), "{json}");
        }
        for (json, field) in [("{}", "track"), (r#"{"track":"x","bundle":"y"}"#, "bundle")] {
            let request: QuoteRequest = body::read(json.as_bytes()).unwrap();
            assert_eq!(request.ask().unwrap_err().field.as_deref(), Some(field));
        }
    }
}
