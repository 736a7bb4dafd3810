//! Checking a finished video: are these keys good, and do they cover this use on this channel?
//!
//! The video itself stays with whoever has it; what comes here are the keys that were read from
//! it. Nothing is written. The answer tells no name and no other channel than the one asked about.

pub use domain::check::{
    Answer, FinishedUse, KeyState, PoolFact, Reason, SafelistFact, Verdict, notes, overall,
};
pub use domain::envelope::{Audience, Placement, Purpose, Territory};
pub use domain::{Channel, Country, Platform};

use domain::check::{KeyFacts, WrongPlacement, check as decide};
use domain::{Envelope, Timestamp};
use licence_key::{Code, CodeError, Standing as Judged, judge};
use thiserror::Error;

use super::show::{self, LicenceRefusal};
use super::{Licence, Standing, channels};
use crate::subscriptions::cleared;
use crate::{App, Fault, Refusal, Stop};

/// The most keys of one question.
pub const KEYS_MAX: usize = 20;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The keys in the video: tokens, codes, or texts with a code in them.
    pub keys: Vec<String>,
    /// What was made of it.
    pub wanted: FinishedUse,
}

/// What was found out about a video.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The answer for all its keys.
    pub answer: Answer,
    /// The answer for each, in the order asked; the same licence twice is one.
    pub keys: Vec<KeyAnswer>,
    /// What was left out of the question and so wasn't looked at.
    pub notes: Vec<&'static str>,
}

/// What was found out about one key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyAnswer {
    /// Its code, where it can be read.
    pub code: Option<Code>,
    /// Whether it is good.
    pub state: KeyState,
    /// What it is for, `artist - title`; none where that can't be believed.
    pub music: Option<String>,
    /// What it allows.
    pub envelope: Option<Envelope>,
    /// The answer and what stands in the way.
    pub verdict: Verdict,
}

/// Why a question isn't answered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckRefusal {
    /// More keys than one video has.
    #[error("a question holds at most {KEYS_MAX} keys, this has {0}: ask in parts")]
    TooManyKeys(usize),
    /// A key is neither a token nor a code.
    #[error("{error}")]
    NotAKey {
        /// Its place, from 0.
        place: usize,
        /// What is wrong with it as a code.
        error: CodeError,
    },
    /// The channel can't have the placement.
    #[error(transparent)]
    WrongPlacement(WrongPlacement),
}

impl Question {
    /// How many keys are looked up to answer it: a text may hold several codes. More than
    /// [`KEYS_MAX`] never are.
    #[must_use]
    pub fn look_ups(&self) -> usize {
        let texts = self.keys.iter().take(KEYS_MAX);
        let keys = texts.map(|text| read(0, text).map_or(1, |keys| keys.len()));
        keys.sum::<usize>().min(KEYS_MAX)
    }
}

impl Refusal for CheckRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::TooManyKeys(_) => "too_many_keys",
            Self::NotAKey { .. } => "bad_code",
            Self::WrongPlacement(_) => "wrong_placement",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::TooManyKeys(_) => Some("keys".into()),
            Self::NotAKey { place, .. } => Some(format!("keys.{place}")),
            Self::WrongPlacement(_) => Some("use.placements".into()),
        }
    }
}

/// A key as it was given.
enum Given {
    Token(String),
    Code(Code),
}

/// Answers for every key of a video.
///
/// # Errors
/// [`CheckRefusal`].
pub async fn check(
    app: &App,
    now: Timestamp,
    question: &Question,
) -> Result<Checked, Stop<CheckRefusal>> {
    if question.keys.len() > KEYS_MAX {
        return Err(Stop::Refused(CheckRefusal::TooManyKeys(
            question.keys.len(),
        )));
    }
    let given = question.keys.iter().enumerate();
    let given: Vec<Vec<Given>> = given
        .map(|(place, text)| read(place, text))
        .collect::<Result<_, _>>()
        .map_err(Stop::Refused)?;
    let given: Vec<Given> = given.into_iter().flatten().collect();
    if given.len() > KEYS_MAX {
        let refusal = CheckRefusal::TooManyKeys(given.len());
        return Err(Stop::Refused(refusal));
    }
    let fits = question.wanted.fits();
    fits.map_err(|refusal| Stop::Refused(CheckRefusal::WrongPlacement(refusal)))?;
    let mut keys: Vec<KeyAnswer> = Vec::new();
    for one in given {
        let answer = match one {
            Given::Token(token) => by_token(app, now, &token, &question.wanted).await?,
            Given::Code(code) => by_code(app, now, code, &question.wanted).await?,
        };
        // Only what proves the same licence is the same: a forgery may carry anybody's code.
        let seen = |one: &KeyAnswer| {
            answer.code.is_some() && one.code == answer.code && one.state == answer.state
        };
        if !keys.iter().any(seen) {
            keys.push(answer);
        }
    }
    Ok(Checked {
        answer: overall(keys.iter().map(|key| key.verdict.answer)),
        notes: notes(
            keys.iter().map(|key| key.envelope.as_ref()),
            &question.wanted,
        ),
        keys,
    })
}

/// What the safelist of a licence says of a channel when a video was published. Only the licence
/// that this very token proves is looked at.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn safelist(
    app: &App,
    token: &str,
    code: Code,
    wanted: &FinishedUse,
) -> Result<SafelistFact, Fault> {
    match known(app, code).await? {
        Some(licence) if licence.token.trim() == token.trim() => {
            listed(app, &licence, wanted).await
        }
        _ => Ok(SafelistFact::NotAtHand),
    }
}

/// Every key of a text: each may stand for other music, so none is passed over.
fn read(place: usize, text: &str) -> Result<Vec<Given>, CheckRefusal> {
    let text = text.trim();
    if text.starts_with("eyJ") && text.matches('.').count() == 2 {
        return Ok(vec![Given::Token(text.to_owned())]);
    }
    let codes = Code::all_in(text);
    match text.parse() {
        Ok(code) => Ok(vec![Given::Code(code)]),
        Err(error) if codes.is_empty() => Err(CheckRefusal::NotAKey { place, error }),
        Err(_) => Ok(codes.into_iter().map(Given::Code).collect()),
    }
}

async fn by_token(
    app: &App,
    now: Timestamp,
    token: &str,
    wanted: &FinishedUse,
) -> Result<KeyAnswer, Fault> {
    let judged = judge(token, &app.issuer.jwks(), None, now.0.div_euclid(1000));
    let Some(claims) = judged.licence.map(|licence| licence.claims) else {
        let code = licence_key::peek(token).ok().map(|claims| claims.code);
        return Ok(answer(
            code,
            state(judged.standing),
            None,
            None,
            &SafelistFact::NotAtHand,
            wanted,
        ));
    };
    if let Some(licence) = known(app, claims.code).await?
        && licence.token.trim() == token.trim()
    {
        return of_licence(app, now, &licence, wanted).await;
    }
    // Signed by this store, and not in its database: it proves what was sold, and no more.
    let envelope = Envelope::from_value(&claims.envelope).ok();
    let music = claims.assets.first();
    let music = music.map(|asset| format!("{} - {}", asset.artist, asset.title));
    let fact = SafelistFact::NotAtHand;
    Ok(answer(
        Some(claims.code),
        state(judged.standing),
        music,
        envelope,
        &fact,
        wanted,
    ))
}

async fn by_code(
    app: &App,
    now: Timestamp,
    code: Code,
    wanted: &FinishedUse,
) -> Result<KeyAnswer, Fault> {
    match known(app, code).await? {
        Some(licence) => of_licence(app, now, &licence, wanted).await,
        None => {
            let fact = SafelistFact::NotAtHand;
            Ok(answer(
                Some(code),
                KeyState::UnknownCode,
                None,
                None,
                &fact,
                wanted,
            ))
        }
    }
}

async fn of_licence(
    app: &App,
    now: Timestamp,
    licence: &Licence,
    wanted: &FinishedUse,
) -> Result<KeyAnswer, Fault> {
    let state = match licence.standing {
        Standing::Valid => KeyState::Valid,
        Standing::Suspended => KeyState::Suspended,
        Standing::Revoked => KeyState::Revoked,
    };
    let fact = listed(app, licence, wanted).await?;
    let music = match licence.track {
        Some(_) => format!("{} - {}", licence.artist, licence.title),
        None => licence.title.clone(),
    };
    let pool = cleared::of_licence(app, now, licence.id, wanted).await?;
    let envelope = Some(licence.envelope.clone());
    Ok(answer_with(
        (Some(licence.code), Some(music)),
        (state, envelope),
        (&fact, pool),
        wanted,
    ))
}

async fn listed(app: &App, licence: &Licence, wanted: &FinishedUse) -> Result<SafelistFact, Fault> {
    let Some(channel) = &wanted.channel else {
        return Ok(SafelistFact::NotAtHand);
    };
    let at = wanted.published_at;
    Ok(SafelistFact::Read(
        channels::on_list(app, licence.id, channel, at).await?,
    ))
}

/// The answer for a key of which this is known; the reports of uses aren't at hand.
#[must_use]
pub fn answer(
    code: Option<Code>,
    state: KeyState,
    music: Option<String>,
    envelope: Option<Envelope>,
    safelist: &SafelistFact,
    wanted: &FinishedUse,
) -> KeyAnswer {
    let pool = PoolFact::of_envelope(envelope.as_ref());
    answer_with((code, music), (state, envelope), (safelist, pool), wanted)
}

fn answer_with(
    (code, music): (Option<Code>, Option<String>),
    (state, envelope): (KeyState, Option<Envelope>),
    (safelist, pool): (&SafelistFact, PoolFact),
    wanted: &FinishedUse,
) -> KeyAnswer {
    let facts = KeyFacts {
        state,
        envelope: envelope.as_ref(),
        safelist,
        pool,
    };
    KeyAnswer {
        code,
        state,
        music,
        verdict: decide(&facts, wanted),
        envelope,
    }
}

/// What a judgement of a token means for a check.
#[must_use]
pub fn state(standing: Judged) -> KeyState {
    match standing {
        Judged::Valid => KeyState::Valid,
        Judged::Expired => KeyState::Expired,
        Judged::Revoked => KeyState::Revoked,
        Judged::Suspended => KeyState::Suspended,
        Judged::UnknownIssuer => KeyState::UnknownIssuer,
        Judged::Altered | Judged::None => KeyState::Altered,
    }
}

async fn known(app: &App, code: Code) -> Result<Option<Licence>, Fault> {
    match show::by_code(app, code).await {
        Ok(licence) => Ok(Some(licence)),
        Err(Stop::Refused(LicenceRefusal::Unknown(_))) => Ok(None),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}
