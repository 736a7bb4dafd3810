//! What a quote can be asked about, read from JSON.

use app::deals::Circumstances;
use app::licensing::Claim;
use app::licensing::quote::Ask;
use domain::country::CountryError;
use domain::envelope::{
    Alteration, Audience, ChannelOwner, ForbiddenUse, Placement, Purpose, Territory, Videos,
};
use domain::{AssetKind, Country, IntendedUse, Set, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

/// What is asked: a track with an intended use, an upgrade, or a plan of clip time.
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
    /// Which stem, where a single one is wanted.
    stem: Option<String>,
    /// Instead of a track: a licence to upgrade by paying the difference.
    upgrade_of: Option<Upgraded>,
    /// Instead of a track: `bundle_10`, `bundle_25` or `bundle_100`.
    bundle: Option<String>,
    /// Instead of a track: a subscription to the pool, such as `pool_5`.
    pool: Option<String>,
    /// Where the buyer is taxed (ISO 3166-1); the store's own tax where not given.
    #[schema(example = "DE")]
    buyer_country: Option<String>,
    /// What to pay in (ISO 4217); the store's own currency where not given.
    #[schema(example = "EUR")]
    currency: Option<String>,
    /// A promotion code.
    promo: Option<String>,
    /// The curator whose link the buyer came by.
    via: Option<String>,
}

/// A licence to upgrade, named by its holder.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Upgraded {
    /// Its id or code.
    licence: String,
    /// The word from its `private_url`.
    grant: String,
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

impl QuoteRequest {
    /// What it says beside what is wanted.
    pub(crate) fn circumstances(&self) -> Result<Circumstances, Problem> {
        circumstances(
            [self.buyer_country.as_deref(), self.currency.as_deref()],
            [self.promo.as_deref(), self.via.as_deref()],
        )
    }

    /// What it asks, where it asks one thing.
    pub(crate) fn ask(self) -> Result<Ask, Problem> {
        let bad = |field: &str, detail: &str| Problem::new("bad_value", detail).at(field);
        if let Some(plan) = self.pool {
            let alone = self.track.is_none() && self.upgrade_of.is_none() && self.bundle.is_none();
            let nothing_else = self.intended.is_none() && self.asset.is_none();
            return match alone && nothing_else && self.stem.is_none() {
                true => Ok(Ask::Pool { plan }),
                false => Err(bad(
                    "pool",
                    "a subscription isn't of one track: ask for it alone",
                )),
            };
        }
        let plain = self.asset.is_none() && self.stem.is_none();
        match (self.track, self.upgrade_of, self.bundle) {
            (Some(track), None, None) => {
                let mut wanted = self.intended.unwrap_or_default().into_intended();
                wanted.asset = self.asset;
                Ok(Ask::Track {
                    track,
                    wanted: Box::new(wanted),
                    stem: self.stem,
                })
            }
            (None, Some(of), None) if self.stem.is_none() => {
                let wanted = self.intended.map(Use::into_intended);
                let wanted = match (wanted, self.asset) {
                    (None, None) => None,
                    (wanted, asset) => Some(Box::new(IntendedUse {
                        asset,
                        ..wanted.unwrap_or_default()
                    })),
                };
                Ok(Ask::Upgrade {
                    of: Claim {
                        licence: of.licence,
                        grant: of.grant,
                    },
                    wanted,
                })
            }
            (None, None, Some(plan)) if self.intended.is_none() && plain => {
                Ok(Ask::Bundle { plan })
            }
            (None, None, None) => Err(bad(
                "track",
                "name a `track`, a licence in `upgrade_of`, a `bundle` of clip time or a `pool`",
            )),
            (_, Some(_), _) => Err(bad(
                "upgrade_of",
                "an upgrade is of the licence's own track and stem: leave the others out",
            )),
            (_, _, Some(_)) => Err(bad(
                "bundle",
                "a `bundle` holds for any track and use: ask for it alone",
            )),
        }
    }
}

/// What a buyer says beside what they want: country and currency, code and curator. What is empty
/// wasn't said.
pub(crate) fn circumstances(
    [country, currency]: [Option<&str>; 2],
    [promo, via]: [Option<&str>; 2],
) -> Result<Circumstances, Problem> {
    let bad = |field: &str, detail: String| Problem::new("bad_value", detail).at(field);
    let currency = said(currency).map(|code| app::Currency::from_code(&code.to_uppercase()));
    Ok(Circumstances {
        country: buyer_country(country)?,
        currency: (currency.transpose()).map_err(|error| bad("currency", error.to_string()))?,
        promo: said(promo),
        via: said(via),
    })
}

/// What was said; nothing where it is empty.
fn said(text: Option<&str>) -> Option<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.map(str::to_owned)
}

/// Where a buyer is taxed, by the two letters they gave; none where they gave none.
pub(crate) fn buyer_country(text: Option<&str>) -> Result<Option<Country>, Problem> {
    let country = said(text).map(|code| code.to_uppercase().parse());
    country.transpose().map_err(|error: CountryError| {
        Problem::new("bad_value", error.to_string()).at("buyer_country")
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::body;

    fn wanted(json: &str) -> IntendedUse {
        let request: QuoteRequest = body::read(json.as_bytes()).unwrap();
        match request.ask().unwrap() {
            Ask::Track { wanted, .. } => *wanted,
            other => panic!("{other:?}"),
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
                "use.territory.only.0",
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
