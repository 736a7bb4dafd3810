//! What should I buy? The cheapest mix for a month, from what is said or from the last uses.

use std::sync::Arc;

use app::App;
use app::licensing::suggest::{self, Ask, Suggested};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::envelope::{Placement, Purpose, Videos};
use domain::suggest::{Habit, Mix, Part, asset_of};
use domain::{BundlePlan, IntendedUse, plain_en};
use ledger::{Currency, Money};

use super::filled::Filled;
use super::frame::Frame;
use super::standing::capital;
use super::view::{Choice, HabitForm, Hidden, MixShown, Submit, SuggestPage};
use crate::api::asks::circumstances;
use crate::api::params;
use crate::api::suggestions::whose;
use crate::principal::Caller;
use crate::problem::Problem;
use crate::words;

/// How many kinds of video the form asks for.
const KINDS: usize = 3;
/// The lengths it offers, in seconds; a whole track is reckoned as three minutes.
const LENGTHS_S: [u32; 4] = [15, 30, 60, 180];

/// What decides the prices beside the kinds of video.
const CARRIED: [&str; 2] = ["country", "currency"];
/// The fields of refusals under the names that the page has for them.
const SHOWN: [(&str, &str); 2] = [("buyer_country", "country"), ("currency", "currency")];

/// The answers for one kind of video.
#[derive(Debug, Clone, Copy)]
struct Answers {
    videos: Option<u32>,
    placement: Placement,
    purpose: Purpose,
    seconds: u32,
    one_track: bool,
}

/// `GET /suggest`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    caller: Caller,
    frame: Frame,
) -> Result<Response, Problem> {
    let query = query.as_deref();
    let kinds: Vec<Answers> = (1..=KINDS)
        .map(|number| Answers::read(query, number))
        .collect();
    let from_uses = params::value(query, "from").as_deref() == Some("last_uses");
    let asked = from_uses || query.is_some_and(|query| query.contains("videos1="));
    let mut filled = Filled::from(params::pairs(query));
    let ask = if from_uses {
        Some(Ask::LastUses(whose(&caller)?))
    } else {
        asked.then(|| Ask::Habits(kinds.iter().filter_map(Answers::habit).collect()))
    };
    let suggested = match ask {
        None => None,
        Some(ask) => match suggested(&app, &ask, &filled).await {
            Ok(suggested) => Some(suggested),
            Err(problem) => {
                filled = filled.refuse(problem, &SHOWN)?;
                None
            }
        },
    };
    let carried = carried(&filled);
    let description = "The cheapest mix of licences and clip time for what you make.";
    let person = caller.person().is_some();
    super::html(&SuggestPage {
        shell: frame.shell("What should I buy?", description),
        habits: forms(&kinds, asked),
        country: filled.field("country", ""),
        currency: filled.field("currency", app.settings.currency.code()),
        last_uses_href: person.then(|| last_uses_href(&carried)),
        made_from: suggested.as_ref().and_then(made_from),
        asked,
        error: filled.alert().map(|alert| alert.words),
        mixes: suggested
            .iter()
            .flat_map(|one| mixes(one, &carried))
            .collect(),
        unserved: suggested.iter().flat_map(unserved).collect(),
    })
}

async fn suggested(app: &App, ask: &Ask, filled: &Filled) -> Result<Suggested, Problem> {
    let said = |name| Some(filled.value(name));
    let asked = circumstances([said("country"), said("currency")], [None, None])?;
    Ok(suggest::suggest_in(app, &app.call(), ask, &asked).await?)
}

/// The country and the currency that were said, for what the answer leads to.
fn carried(filled: &Filled) -> Vec<Hidden> {
    let said = |name: &str| {
        filled.optional(name).map(|value| Hidden {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    };
    CARRIED.iter().filter_map(|name| said(name)).collect()
}

fn last_uses_href(carried: &[Hidden]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("from", "last_uses");
    for one in carried {
        query.append_pair(&one.name, &one.value);
    }
    format!("/suggest?{}", query.finish())
}

impl Answers {
    /// Reads them from an address; what is missing or unknown is the usual.
    fn read(query: Option<&str>, number: usize) -> Self {
        let value =
            |name: &str| params::value(query, &format!("{name}{number}")).unwrap_or_default();
        let usual = IntendedUse::default();
        let placement = usual.placements.first().unwrap_or(Placement::YoutubeShorts);
        Self {
            // A number that can't be read is 0, which is refused with a sentence.
            videos: match value("videos").trim() {
                "" => None,
                text => Some(text.parse().unwrap_or(0)),
            },
            placement: value("placement").parse().unwrap_or(placement),
            purpose: value("purpose").parse().unwrap_or(usual.purpose),
            seconds: value("length")
                .parse()
                .ok()
                .filter(|s| LENGTHS_S.contains(s))
                .unwrap_or(15),
            one_track: value("tracks") == "one",
        }
    }

    fn habit(&self) -> Option<Habit> {
        let videos = self.videos?;
        Some(Habit {
            each: IntendedUse {
                placements: [self.placement].into(),
                purpose: self.purpose,
                clip_ms: self.seconds * 1_000,
                videos: Videos::Count(1),
                asset: Some(asset_of(self.seconds * 1_000)),
                ..IntendedUse::default()
            },
            videos,
            tracks: if self.one_track { 1 } else { videos },
            licences: Vec::new(),
        })
    }
}

fn forms(kinds: &[Answers], asked: bool) -> Vec<HabitForm> {
    let choice = |value: &str, label: String, chosen| Choice {
        value: value.into(),
        label,
        chosen,
    };
    let form = |(number, kind): (usize, &Answers)| HabitForm {
        number,
        videos: match kind.videos {
            Some(videos) => videos.to_string(),
            None if number == 1 && !asked => "12".into(),
            None => String::new(),
        },
        placements: Placement::ALL
            .iter()
            .map(|p| {
                choice(
                    p.code(),
                    capital(plain_en::placement(*p)),
                    *p == kind.placement,
                )
            })
            .collect(),
        purposes: Purpose::ALL
            .iter()
            .map(|p| choice(p.code(), capital(plain_en::purpose(*p)), *p == kind.purpose))
            .collect(),
        lengths: LENGTHS_S
            .iter()
            .map(|s| choice(&s.to_string(), length(*s), *s == kind.seconds))
            .collect(),
        tracks: vec![
            choice("each", "Each on its own".into(), !kind.one_track),
            choice("one", "All on one track".into(), kind.one_track),
        ],
    };
    (1..).zip(kinds).map(form).collect()
}

fn length(seconds: u32) -> String {
    match seconds {
        180 => "Up to 3 minutes".into(),
        60 => "Up to 1 minute".into(),
        seconds => format!("Up to {seconds} seconds"),
    }
}

fn made_from(suggested: &Suggested) -> Option<String> {
    let uses = i64::try_from(suggested.uses?).ok()?;
    let videos: i64 = suggested
        .habits
        .iter()
        .map(|habit| i64::from(habit.videos))
        .sum();
    let (uses, videos) = (
        words::many(uses, "use", "uses"),
        words::many(videos, "video", "videos"),
    );
    Some(format!(
        "From {uses} in {videos} of the last thirty days, taken as the next thirty."
    ))
}

fn mixes<'a>(
    suggested: &'a Suggested,
    carried: &'a [Hidden],
) -> impl Iterator<Item = MixShown> + 'a {
    let currency = suggested.currency;
    suggested.suggestion.mixes.iter().map(move |mix| MixShown {
        name: name(mix),
        price: words::price(Money::new(mix.total_micros, currency)),
        each: format!("about {} a video", each(mix, currency)),
        reasons: mix.reasons.clone(),
        buys: (mix.parts.iter())
            .flat_map(|part| buys(part, carried))
            .collect(),
        choose: mix
            .parts
            .iter()
            .any(|part| matches!(part, Part::Licences { .. })),
    })
}

/// To the nearest minor unit, or exactly where that would be nothing.
fn each(mix: &Mix, currency: Currency) -> String {
    let each = Money::new(mix.per_video_micros, currency);
    let rounded = each.half_up_to_minor().unwrap_or(each);
    words::price(if rounded.is_zero() { each } else { rounded })
}

fn name(mix: &Mix) -> String {
    let mut names: Vec<&str> = Vec::new();
    for part in &mix.parts {
        let name = match part {
            Part::Licences { .. } => "licences",
            Part::ClipTime { .. } => "clip time",
            Part::Pool { .. } => "the pool",
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    capital(&names.join(" and "))
}

fn buys(part: &Part, carried: &[Hidden]) -> Vec<Submit> {
    let Part::ClipTime { plans, .. } = part else {
        return Vec::new();
    };
    let known = plans
        .iter()
        .filter_map(|(code, count)| Some((BundlePlan::by_code(code)?, count)));
    known
        .map(|(plan, count)| Submit {
            action: "/checkout".into(),
            hidden: std::iter::once(Hidden {
                name: "bundle".into(),
                value: plan.code.into(),
            })
            .chain(carried.iter().cloned())
            .collect(),
            label: match count {
                1 => format!(
                    "Buy {} of clip time",
                    words::span(plan.total_ms).to_lowercase()
                ),
                many => format!(
                    "Buy {} of clip time, {many} times",
                    words::span(plan.total_ms).to_lowercase()
                ),
            },
        })
        .collect()
}

/// What can't be used, and why.
fn unserved(suggested: &Suggested) -> impl Iterator<Item = (String, Vec<String>)> + '_ {
    suggested.suggestion.unserved.iter().map(|one| {
        let kind = &suggested.habits[one.habit].each;
        let heading = format!("{} for {}", one.means, plain_en::purpose(kind.purpose));
        let reasons = one.shortfalls.iter().map(domain::Shortfall::sentence);
        (heading, reasons.collect())
    })
}
