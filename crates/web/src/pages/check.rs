//! Checking a finished video by the keys in it.

use std::sync::Arc;

use app::licensing::check::{self, CheckRefusal, Checked, KeyAnswer, Question};
use app::{App, Stop};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::check::{Answer, FinishedUse, KeyState};
use domain::envelope::{Placement, Purpose, Territory};
use domain::{Channel, Timestamp, plain_en};

use super::channels::audiences;
use super::frame::Frame;
use super::problem::sentence;
use super::standing::capital;
use super::view::{CheckAnswer, CheckPage, CheckedKey, Choice, Field};
use crate::api::params;
use crate::limit::Counted;
use crate::problem::Problem;
use crate::state::Web;

/// What was typed.
struct Typed {
    keys: String,
    channel: String,
    placement: String,
    purpose: String,
    audience: String,
    published: String,
}

/// What is wrong with it: the field, and why.
struct Wrong(&'static str, String);

/// `GET /check?keys=&channel=&placement=&purpose=`.
pub(crate) async fn show(
    State(web): State<Web>,
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    counted: Counted,
    frame: Frame,
) -> Result<Response, Problem> {
    let typed = Typed::read(query.as_deref());
    let now = app.call().now;
    let (mut answer, mut wrong) = (None, None);
    if !typed.keys.trim().is_empty() {
        match typed.question(now) {
            Err(why) => wrong = Some(why),
            Ok(question) => {
                counted.also(&web, question.look_ups().saturating_sub(1))?;
                match check::check(&app, now, &question).await {
                    Ok(checked) => answer = Some(told(&checked, &question)),
                    Err(Stop::Refused(refusal)) => wrong = Some(Wrong::of(&refusal)),
                    Err(Stop::Fault(fault)) => return Err(fault.into()),
                }
            }
        }
    }
    super::html(&typed.page(frame, answer, wrong.as_ref()))
}

impl Typed {
    fn read(query: Option<&str>) -> Self {
        let value = |name| params::value(query, name).unwrap_or_default();
        Self {
            keys: value("keys"),
            channel: value("channel"),
            placement: value("placement"),
            purpose: value("purpose"),
            audience: value("audience"),
            published: value("published"),
        }
    }

    fn question(&self, now: Timestamp) -> Result<Question, Wrong> {
        let channel = match self.channel.trim() {
            "" => None,
            text => Some(Channel::parse(text, None).map_err(|e| Wrong("channel", e.to_string()))?),
        };
        let keys = self.keys.split(['\n', ',', ';']).map(str::trim);
        let keys = keys.filter(|key| !key.is_empty()).map(str::to_owned);
        Ok(Question {
            keys: keys.collect(),
            wanted: FinishedUse {
                placements: self.placement.parse().ok().into_iter().collect(),
                channel,
                purpose: self.purpose.parse().unwrap_or(Purpose::MonetisedCreator),
                published_at: self.published_at(now)?,
                territory: Territory::Worldwide,
                audience: self.audience.parse().ok(),
                clip_ms: None,
            },
        })
    }

    /// The end of the day that was typed, or now where that day isn't over: what was listed
    /// on that day counts.
    fn published_at(&self, now: Timestamp) -> Result<Timestamp, Wrong> {
        let day = self.published.trim();
        if day.is_empty() {
            return Ok(now);
        }
        let end: Result<Timestamp, _> = format!("{day}T23:59:59.999Z").parse();
        let wrong = "write the day as 2026-01-31";
        end.map(|end| if end.day() == now.day() { now } else { end })
            .map_err(|_| Wrong("published", wrong.to_owned()))
    }

    fn page(self, frame: Frame, answer: Option<CheckAnswer>, wrong: Option<&Wrong>) -> CheckPage {
        let error = |name: &str| {
            let why = wrong.filter(|Wrong(field, _)| *field == name);
            why.map(|Wrong(_, words)| sentence(words))
        };
        let choice = |value: &str, label: String, chosen: &str| Choice {
            value: value.to_owned(),
            label,
            chosen: value == chosen,
        };
        let unsaid = choice("", "Where the channel is".into(), &self.placement);
        let places = Placement::ALL
            .map(|p| choice(p.code(), capital(plain_en::placement(p)), &self.placement));
        let usual = Purpose::MonetisedCreator.code();
        let purpose = if self.purpose.is_empty() {
            usual
        } else {
            &self.purpose
        };
        let purposes =
            Purpose::ALL.map(|p| choice(p.code(), capital(plain_en::purpose(p)), purpose));
        let description =
            "Check the licence keys of a finished video: are they valid, and do they cover it?";
        CheckPage {
            shell: frame.shell("Check a video", description),
            placements: std::iter::once(unsaid).chain(places).collect(),
            purposes: purposes.into(),
            audiences: audiences(&self.audience, "As the licensee said"),
            keys: Field {
                error: error("keys"),
                value: self.keys,
            },
            channel: Field {
                error: error("channel"),
                value: self.channel,
            },
            published: Field {
                error: error("published"),
                value: self.published,
            },
            answer,
        }
    }
}

impl Wrong {
    fn of(refusal: &CheckRefusal) -> Self {
        let field = match refusal {
            CheckRefusal::TooManyKeys(_) | CheckRefusal::NotAKey { .. } => "keys",
            CheckRefusal::WrongPlacement(_) => "channel",
        };
        Self(field, refusal.to_string())
    }
}

fn told(checked: &Checked, question: &Question) -> CheckAnswer {
    CheckAnswer {
        class: class(checked.answer),
        word: capital(checked.answer.label()),
        sentence: meaning(checked.answer, question.wanted.channel.as_ref()),
        keys: checked.keys.iter().map(key).collect(),
        notes: checked.notes.iter().map(|note| sentence(note)).collect(),
    }
}

fn class(answer: Answer) -> &'static str {
    match answer {
        Answer::Cleared => "good",
        Answer::Unknown => "warn",
        Answer::NotCovered | Answer::NotValid | Answer::NoKey => "bad",
    }
}

fn meaning(answer: Answer, channel: Option<&Channel>) -> String {
    match (answer, channel) {
        (Answer::Cleared, Some(channel)) => {
            format!("These keys are valid and cover this use on {channel}.")
        }
        (Answer::Cleared, None) => "These keys are valid and cover this use.".into(),
        (Answer::NotCovered, _) => {
            "A key is valid and doesn't cover this; below stands what would.".into()
        }
        (Answer::NotValid, _) => "A key isn't valid, so it covers nothing now.".into(),
        (Answer::Unknown, _) => "It can't be said yet; below stands what is missing.".into(),
        (Answer::NoKey, _) => "There is no key here.".into(),
    }
}

fn key(key: &KeyAnswer) -> CheckedKey {
    let code = key.code.map(|code| code.to_string());
    let here = !matches!(
        key.state,
        KeyState::UnknownCode | KeyState::UnknownIssuer | KeyState::Altered
    );
    CheckedKey {
        class: class(key.verdict.answer),
        word: capital(key.verdict.answer.label()),
        href: code
            .as_ref()
            .filter(|_| here)
            .map(|code| format!("/l/{code}")),
        code: code.unwrap_or_else(|| "a damaged key".into()),
        music: key.music.clone(),
        reasons: key
            .verdict
            .reasons
            .iter()
            .map(|reason| (sentence(&reason.sentence), reason.needed.clone()))
            .collect(),
    }
}
