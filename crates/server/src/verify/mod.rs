//! Verifying offline: is this licence good, who issued it, what does it allow, and is the file
//! the one that was delivered? `clearcue verify` and the demo's walk give the same answers
//! because they ask here.

mod answer;
mod subject;
mod trust;

pub use answer::{Answer, FileMatch, exit_code, overall};
pub use subject::{Carrier, Media, Subject, of_file, sidecar, subject};
pub use trust::Trust;

use app::licensing::{self, show};
use app::{App, Stop, Timestamp};
use licence_key::{Claims, Code, Jwks, Standing, StatusCheck, TokenError, judge};

use crate::exit::Failure;

/// Answers for everything the subject carries, at least once. With a store at hand, its database
/// is asked for the present status and for codes.
///
/// # Errors
/// [`Failure`] when a code is asked about and no store is at hand, or its database fails.
pub async fn verify(
    subject: &Subject,
    trust: &Trust,
    store: Option<&App>,
    now: Timestamp,
) -> Result<Vec<Answer>, Failure> {
    match subject {
        Subject::Code(code) => Ok(vec![by_code(*code, trust, store, now).await?]),
        Subject::Token(token) => {
            let mut answer = by_token(token, trust, store, now).await?;
            answer.carrier = Carrier::Itself;
            Ok(vec![answer])
        }
        Subject::Media(media) => of_media(media, trust, store, now).await,
    }
}

async fn of_media(
    media: &Media,
    trust: &Trust,
    store: Option<&App>,
    now: Timestamp,
) -> Result<Vec<Answer>, Failure> {
    let mut answers = Vec::new();
    for (token, carrier) in &media.tokens {
        let mut answer = by_token(token, trust, store, now).await?;
        answer.carrier = *carrier;
        answers.push((token.as_str(), answer));
    }
    let mut answers = without_damaged_copies(answers);
    let known: Vec<Code> = answers
        .iter()
        .filter_map(|answer| answer.claims.as_ref())
        .map(|claims| claims.code)
        .collect();
    let others = media.codes.iter().filter(|code| !known.contains(code));
    match (store, others.copied().collect::<Vec<_>>()) {
        (_, others) if others.is_empty() => {}
        // A key that can't be read says enough; the code is in the token's own words or lost.
        (None, others) if answers.is_empty() => answers.push(nothing(&only_codes(&others))),
        (None, others) => {
            if let Some(last) = answers.last_mut() {
                last.add_note(&format!("also named: {}", listed(&others)));
            }
        }
        (Some(_), others) => {
            let tokens_here = !answers.is_empty();
            for code in others {
                let answer = by_code(code, trust, store, now).await?;
                // Words of a text may look like a code: beside a key, only the store's count.
                if answer.claims.is_some() || !tokens_here {
                    answers.push(answer);
                }
            }
        }
    }
    if answers.is_empty() {
        answers.push(nothing("there is no licence key in this file or beside it"));
    }
    for answer in &mut answers {
        answer.file = answer.claims.as_ref().map(|claims| compare(claims, media));
    }
    if let (Some(trouble), Some(first)) = (&media.trouble, answers.first_mut()) {
        first.add_note(&format!("its own tags can't be read: {trouble}"));
    }
    Ok(answers)
}

/// Some tools cut long texts off. A copy of a key that can't be read is passed over where the
/// same key is there in a whole copy too; what proves something is the whole one.
fn without_damaged_copies(answers: Vec<(&str, Answer)>) -> Vec<Answer> {
    let whole: Vec<(String, Code)> = answers
        .iter()
        .filter_map(|(token, answer)| Some(((*token).to_owned(), answer.claims.as_ref()?.code)))
        .collect();
    let is_copy = |token: &str| {
        let code = licence_key::peek(token).ok().map(|claims| claims.code);
        whole
            .iter()
            .any(|(good, known)| good.starts_with(token) || code == Some(*known))
    };
    let mut passed_over = false;
    let mut kept = Vec::new();
    for (token, answer) in answers {
        if answer.standing == Standing::Altered && is_copy(token) {
            passed_over = true;
        } else {
            kept.push(answer);
        }
    }
    if let (true, Some(first)) = (passed_over, kept.first_mut()) {
        first.add_note("a damaged copy of this key is in the file too");
    }
    kept
}

fn only_codes(codes: &[Code]) -> String {
    format!(
        "there is only the code {} in this file, and a code can only be looked up in its store: \
         use the .licence.jwt that came with the music",
        listed(codes)
    )
}

fn listed(codes: &[Code]) -> String {
    let codes: Vec<String> = codes.iter().map(Code::to_string).collect();
    codes.join(", ")
}

fn compare(claims: &Claims, media: &Media) -> FileMatch {
    let essence = media.essence.as_ref();
    let delivered = |essence: &String| claims.assets.iter().any(|asset| asset.sha256 == *essence);
    if essence.is_some_and(delivered) {
        FileMatch::Original
    } else {
        FileMatch::Changed
    }
}

fn nothing(reason: &str) -> Answer {
    Answer {
        standing: Standing::None,
        claims: None,
        kid: None,
        trusted_by: None,
        status: "not looked at".into(),
        file: None,
        carrier: Carrier::Nowhere,
        reason: Some(reason.to_owned()),
        note: None,
        status_open: false,
    }
}

async fn by_code(
    code: Code,
    trust: &Trust,
    store: Option<&App>,
    now: Timestamp,
) -> Result<Answer, Failure> {
    let Some(app) = store else {
        return Err(Failure::failed(
            format!("the code {code} alone can only be looked up in its store"),
            "use the delivered file or its .licence.jwt, or name the store with --store",
        ));
    };
    match show::by_code(app, code).await {
        Ok(licence) => {
            let mut answer = by_token(&licence.token, trust, store, now).await?;
            answer.carrier = Carrier::Store;
            Ok(answer)
        }
        Err(Stop::Refused(refusal)) => Ok(nothing(&refusal.to_string())),
        Err(Stop::Fault(fault)) => Err(fault.into()),
    }
}

/// Judges a token by the first issuer whose key it names, and with a store by its present word.
async fn by_token(
    token: &str,
    trust: &Trust,
    store: Option<&App>,
    now: Timestamp,
) -> Result<Answer, Failure> {
    let mut answer = judged(token, trust, now);
    let Some(claims) = answer.claims.as_ref() else {
        return Ok(answer);
    };
    let Some(app) = store else { return Ok(answer) };
    match show::by_code(app, claims.code).await {
        Ok(licence) if licence.token.trim() == token.trim() => {
            answer.status = "the store's database".into();
            answer.status_open = false;
            match licence.standing {
                licensing::Standing::Valid => {}
                licensing::Standing::Suspended => answer.standing = Standing::Suspended,
                licensing::Standing::Revoked => answer.standing = Standing::Revoked,
            }
        }
        Ok(_) | Err(Stop::Refused(_)) => {}
        Err(Stop::Fault(fault)) => return Err(fault.into()),
    }
    Ok(answer)
}

pub(crate) fn judged(token: &str, trust: &Trust, now: Timestamp) -> Answer {
    let seconds = now.0.div_euclid(1000);
    let nobody = [("nobody".to_owned(), Jwks::default())];
    let issuers = if trust.issuers().is_empty() {
        &nobody[..]
    } else {
        trust.issuers()
    };
    let mut judgements = issuers.iter().map(|(place, keys)| {
        (
            place,
            judge(token, keys, trust.status(keys).as_ref(), seconds),
        )
    });
    let unknown = |error: &Option<TokenError>| matches!(error, Some(TokenError::UnknownKey { .. }));
    let mut last = None;
    let decided = judgements.find_map(|(place, judgement)| {
        if unknown(&judgement.error) {
            last = Some((place, judgement));
            return None;
        }
        Some((place, judgement))
    });
    let Some((place, judgement)) = decided.or(last) else {
        return nothing("nobody is trusted here");
    };
    let status = match judgement.status {
        _ if judgement.licence.is_none() => "not looked at".to_owned(),
        StatusCheck::NotNeeded => "the licence names no status list".to_owned(),
        StatusCheck::Missing => "no status list at hand: as issued".to_owned(),
        StatusCheck::Foreign => "the status list at hand is another one: as issued".to_owned(),
        StatusCheck::Fresh => "the status list at hand".to_owned(),
        StatusCheck::Stale { as_of } => {
            format!(
                "the status list of {}, which is old",
                Timestamp(as_of.saturating_mul(1000)).day()
            )
        }
    };
    Answer {
        standing: judgement.standing,
        trusted_by: judgement.licence.as_ref().map(|_| place.clone()),
        kid: judgement
            .licence
            .as_ref()
            .map(|licence| licence.kid.clone()),
        claims: judgement.licence.map(|licence| licence.claims),
        status,
        file: None,
        carrier: Carrier::Nowhere,
        note: None,
        reason: judgement.error.map(|error| why(&error, token)),
        status_open: matches!(
            judgement.status,
            StatusCheck::Foreign | StatusCheck::Missing
        ),
    }
}

/// Why a token is not believed. A key that isn't known may be a store's new one: whoever trusts
/// the store can fetch its keys anew, but never because the token says so.
fn why(error: &TokenError, token: &str) -> String {
    match (error, licence_key::peek(token)) {
        (TokenError::UnknownKey { .. }, Ok(claims)) => format!(
            "{error}; if that is {}, from where it claims to come, the store may have changed its \
             key since: fetch /.well-known/jwks.json from there anew",
            claims.iss.escape_debug()
        ),
        _ => error.to_string(),
    }
}
