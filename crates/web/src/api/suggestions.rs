//! Suggestions: the cheapest mix for the next month.

use std::sync::Arc;

use app::App;
use app::access::{Principal, Scope};
use app::licensing::suggest::{self, Ask, Suggested, Whose};
use axum::Json;
use axum::extract::State;
use domain::covers::Shortfall;
use domain::suggest::{Habit, Mix, Part, Unserved, asset_of};
use domain::{AssetKind, IntendedUse};
use ledger::Currency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asks::{Use, circumstances};
use super::body::Body;
use super::licences::opened_by;
use super::money::Money;
use super::quotes::ShortfallGiven;
use crate::principal::{Caller, sign_in_required};
use crate::problem::{Problem, ProblemBody};

/// What a suggestion is made from: habits, or the uses of the last thirty days.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuggestionRequest {
    /// Kinds of video, 1 to 6.
    habits: Option<Vec<HabitAsked>>,
    /// Instead: a licence whose uses are looked at; send its `grant` with it.
    licence: Option<String>,
    /// The word from the licence's `private_url`.
    grant: Option<String>,
    /// Instead: `true` looks at the uses of whoever asks: of a signed-in buyer's licences, or
    /// those that a program reported.
    last_uses: Option<bool>,
    /// Where the buyer is taxed, ISO 3166-1: prices are as a quote for it has them.
    buyer_country: Option<String>,
    /// What is paid in, ISO 4217; the store's own where not given.
    currency: Option<String>,
}

/// A kind of video that is made regularly.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HabitAsked {
    /// How many videos a month, 1 to 300.
    videos: u32,
    /// On how many different tracks; each video on its own where not given.
    tracks: Option<u32>,
    /// What one video does with the music, as in a quote; `videos` there isn't looked at.
    #[serde(rename = "use")]
    #[schema(rename = "use")]
    intended: Option<Use>,
    /// The asset that is wanted, such as `full_mix`; a cut or edit of the clip's length where not
    /// given.
    #[schema(value_type = Option<String>)]
    asset: Option<AssetKind>,
}

/// A suggestion.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestionGiven {
    /// What it was made from.
    habits: Vec<HabitGiven>,
    /// How many uses that was read from; null where the habits were stated.
    uses: Option<usize>,
    /// Mixes that cover every video, the cheapest first.
    mixes: Vec<MixGiven>,
    /// Habits that nothing on sale covers, by their place.
    uncovered: Vec<usize>,
    /// What couldn't be used, and why.
    unserved: Vec<UnservedGiven>,
}

/// A habit as it was understood.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HabitGiven {
    /// Videos a month.
    videos: u32,
    /// Different tracks.
    tracks: u32,
    /// What one video does.
    #[serde(rename = "use")]
    #[schema(rename = "use", value_type = Object)]
    intended: IntendedUse,
}

/// A way to cover every video of the month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MixGiven {
    /// What is paid this month.
    total: Money,
    /// The same a video, rounded down to a micro-unit.
    per_video: Money,
    /// What is bought.
    parts: Vec<PartGiven>,
    /// Why this much, for people.
    reasons: Vec<String>,
}

/// What is bought, and what for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum PartGiven {
    /// Licences for single tracks.
    Licences {
        /// Which: `15-second cut, Creator tier`.
        name: String,
        /// How many.
        count: u32,
        /// The habit they serve, by its place.
        habit: usize,
        /// What they cost together, at what most tracks cost.
        cost: Money,
    },
    /// Clip time.
    ClipTime {
        /// What is bought; nothing where the clip time that is held is enough.
        plans: Vec<PlanGiven>,
        /// What that costs.
        cost: Money,
        /// Videos of each habit that it serves.
        videos: Vec<u32>,
        /// What they draw, in milliseconds.
        drawn_ms: i64,
        /// What is left for later months, in milliseconds.
        left_ms: i64,
    },
    /// A month of the pool.
    Pool {
        /// What it costs.
        cost: Money,
        /// Videos of each habit that it serves.
        videos: Vec<u32>,
        /// Uses that are left.
        left_uses: u32,
    },
}

/// So many of one plan of clip time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanGiven {
    /// Its code: quote it by `{"bundle": …}`.
    bundle: String,
    /// How many.
    count: u32,
}

/// A means that can't serve a habit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnservedGiven {
    /// The habit, by its place.
    habit: usize,
    /// What can't serve it.
    means: String,
    /// Every reason.
    #[schema(value_type = Vec<ShortfallGiven>)]
    shortfalls: Vec<Shortfall>,
}

/// Suggests the cheapest mix of licences and clip time for the next month, with the reasons.
/// Asking costs nothing; nothing is kept. Declared habits need no account.
#[utoipa::path(post, path = "/v1/suggestions", operation_id = "suggest_mix", tag = "Licensing", request_body = SuggestionRequest, responses(
    (status = 200, description = "The mixes, the cheapest first", body = SuggestionGiven),
    (status = 401, description = "Whose last uses, isn't known: sign in, send a key or a grant", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant or the key doesn't open this", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "No use was counted lately", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
), security((), ("api_key" = []), ("session" = [])))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(request): Body<SuggestionRequest>,
) -> Result<Json<SuggestionGiven>, Problem> {
    let said = [
        request.buyer_country.as_deref(),
        request.currency.as_deref(),
    ];
    let asked = circumstances(said, [None, None])?;
    let ask = request.ask(&app, &caller)?;
    let suggested = suggest::suggest_in(&app, &app.call(), &ask, &asked).await?;
    Ok(Json(SuggestionGiven::of(suggested)))
}

impl SuggestionRequest {
    fn ask(self, app: &App, caller: &Caller) -> Result<Ask, Problem> {
        match (self.habits, self.licence, self.last_uses) {
            (Some(habits), None, None) => Ok(Ask::Habits(
                habits.into_iter().map(HabitAsked::habit).collect(),
            )),
            (None, Some(licence), None) => {
                let id = opened_by(app, caller, &licence, self.grant.as_deref())?;
                Ok(Ask::LastUses(Whose::Licence(id)))
            }
            (None, None, Some(true)) => whose(caller).map(Ask::LastUses),
            _ => {
                let detail = "send one of `habits`, `licence` (with `grant`) and `last_uses: true`";
                Err(Problem::new("bad_value", detail).at("habits"))
            }
        }
    }
}

/// Whose uses are meant by "mine".
pub(crate) fn whose(caller: &Caller) -> Result<Whose, Problem> {
    match &caller.0 {
        Principal::Guest => Err(sign_in_required()),
        Principal::Person(person) => Ok(Whose::Person(person.id)),
        Principal::Program(_) => {
            caller.needs(Scope::ReportUses)?;
            Ok(Whose::Reporter(caller.0.name()))
        }
    }
}

impl HabitAsked {
    fn habit(self) -> Habit {
        let each = self.intended.unwrap_or_default().into_intended();
        Habit {
            each: IntendedUse {
                asset: self.asset.or(Some(asset_of(each.clip_ms))),
                ..each
            },
            videos: self.videos,
            tracks: self.tracks.unwrap_or(self.videos),
            licences: Vec::new(),
        }
    }
}

impl SuggestionGiven {
    fn of(suggested: Suggested) -> Self {
        let Suggested {
            habits,
            uses,
            suggestion,
            currency,
        } = suggested;
        let mixes = suggestion.mixes.into_iter();
        Self {
            uses,
            mixes: mixes
                .map(|mix| MixGiven::of(mix, &habits, currency))
                .collect(),
            uncovered: suggestion.uncovered,
            unserved: suggestion.unserved.into_iter().map(Into::into).collect(),
            habits: habits.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Habit> for HabitGiven {
    fn from(habit: Habit) -> Self {
        Self {
            videos: habit.videos,
            tracks: habit.tracks,
            intended: habit.each,
        }
    }
}

impl From<Unserved> for UnservedGiven {
    fn from(unserved: Unserved) -> Self {
        Self {
            habit: unserved.habit,
            means: unserved.means,
            shortfalls: unserved.shortfalls,
        }
    }
}

impl MixGiven {
    fn of(mix: Mix, habits: &[Habit], currency: Currency) -> Self {
        let money = |micros: i64| Money::from(ledger::Money::new(micros, currency));
        let part = |part: Part| match part {
            Part::Licences {
                habit,
                choice,
                count,
                cost_micros,
            } => PartGiven::Licences {
                name: habits[habit].licences[choice].name.clone(),
                count,
                habit,
                cost: money(cost_micros),
            },
            Part::ClipTime {
                plans,
                cost_micros,
                videos,
                drawn_ms,
                left_ms,
            } => PartGiven::ClipTime {
                plans: plans
                    .into_iter()
                    .map(|(bundle, count)| PlanGiven { bundle, count })
                    .collect(),
                cost: money(cost_micros),
                videos,
                drawn_ms,
                left_ms,
            },
            Part::Pool {
                cost_micros,
                videos,
                left_uses,
            } => PartGiven::Pool {
                cost: money(cost_micros),
                videos,
                left_uses,
            },
        };
        Self {
            total: money(mix.total_micros),
            per_video: money(mix.per_video_micros),
            parts: mix.parts.into_iter().map(part).collect(),
            reasons: mix.reasons,
        }
    }
}
