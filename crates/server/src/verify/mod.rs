//! Verifying offline: is this licence good, who issued it, what does it allow, and is the file
//! the one that was delivered? `clearcue verify` and the demo's walk give the same answers
//! because they ask here.

mod subject;
mod trust;

pub use subject::{Carrier, Media, Subject, of_file, sidecar, subject};
pub use trust::Trust;

use app::licensing::{self, show};
use app::{App, Envelope, EnvelopeError, Plain, Stop, Timestamp};
use licence_key::{Claims, Code, Jwks, Standing, StatusCheck, TokenError, judge};
use serde_json::{Value, json};

use crate::exit::Failure;

/// What was found out about one licence.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Whether it is good, now.
    pub standing: Standing,
    /// What the token states; none where it can't be believed.
    pub claims: Option<Claims>,
    /// The thumbprint of the key that signed it.
    pub kid: Option<String>,
    /// Where the key that was believed came from.
    pub trusted_by: Option<String>,
    /// What was known of revocation, and from where.
    pub status: String,
    /// Whether the file's sound is the one that was delivered; none where there is no file.
    pub file: Option<FileMatch>,
    /// Why it is not valid, where there is more to say.
    pub reason: Option<String>,
}

/// Whether a file is what its licence was delivered with. It says nothing of the licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileMatch {
    /// Its sound is, bit for bit, one of the delivered files'.
    Original,
    /// It was converted or edited, or is a video with the music in it.
    Changed,
}

impl FileMatch {
    /// The word for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Changed => "changed",
        }
    }
}

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
        Subject::Token(token) => Ok(vec![by_token(token, trust, store, now).await?]),
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
    for token in &media.tokens {
        let mut answer = by_token(token, trust, store, now).await?;
        answer.file = answer.claims.as_ref().map(|claims| compare(claims, media));
        answers.push(answer);
    }
    if !answers.is_empty() {
        return Ok(answers);
    }
    match (media.codes.first(), store) {
        (None, _) => Ok(vec![nothing(
            "there is no licence key in this file or beside it",
        )]),
        (Some(code), None) => Ok(vec![nothing(&format!(
            "there is only the code {code} in this file, and a code can only be looked up in its \
             store: use the .licence.jwt that came with the music"
        ))]),
        (Some(_), Some(_)) => {
            for code in &media.codes {
                let mut answer = by_code(*code, trust, store, now).await?;
                answer.file = answer.claims.as_ref().map(|claims| compare(claims, media));
                answers.push(answer);
            }
            Ok(answers)
        }
    }
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
        reason: Some(reason.to_owned()),
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
        Ok(licence) => by_token(&licence.token, trust, store, now).await,
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
    let mut judgements = issuers
        .iter()
        .map(|(place, keys)| (place, judge(token, keys, trust.status(), seconds)));
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
        reason: judgement.error.map(|error| error.to_string()),
    }
}

impl Answer {
    /// What it allows, where it can be believed. Of an envelope that a later version wrote it is
    /// said that it can't be told here, never a part of what it allows.
    #[must_use]
    pub fn plain(&self) -> Option<Result<Plain, EnvelopeError>> {
        let claims = self.claims.as_ref()?;
        let envelope = Envelope::from_value(&claims.envelope);
        Some(envelope.map(|envelope| app::plain(&envelope)))
    }

    /// For people, a line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.standing.word().to_uppercase()];
        lines.extend(self.reason.iter().map(|reason| format!("  {reason}")));
        let Some(claims) = &self.claims else {
            return lines;
        };
        let mut fact = |name: &str, value: &str| lines.push(format!("  {name:<10} {value}"));
        fact("code", &claims.code.to_string());
        fact("issued by", &claims.iss);
        fact(
            "issued on",
            &Timestamp(claims.iat.saturating_mul(1000)).day(),
        );
        for asset in claims.assets.iter().take(1) {
            fact(
                "music",
                &format!("{} - {} ({})", asset.artist, asset.title, asset.kind),
            );
        }
        fact("status by", &self.status);
        fact("trusted by", self.trusted_by.as_deref().unwrap_or("nobody"));
        match self.file {
            Some(FileMatch::Original) => fact("file", "original: its sound is as delivered"),
            Some(FileMatch::Changed) => fact(
                "file",
                "changed: its sound is not the delivered one (a finished video, converted or edited)",
            ),
            None => {}
        }
        match self.plain() {
            None => {}
            Some(Err(error)) => lines.push(format!("  allows     can't be told: {error}")),
            Some(Ok(plain)) => {
                let headed = [
                    ("you may     ", plain.may),
                    ("you may not ", plain.may_not),
                    ("you must    ", plain.must),
                ];
                for (heading, sentences) in headed {
                    let sentences = sentences.iter();
                    lines.extend(sentences.map(|line| format!("  {heading} {line}")));
                }
            }
        }
        lines
    }

    /// For programs.
    #[must_use]
    pub fn document(&self) -> Value {
        let claims = self.claims.as_ref();
        let plain = self.plain();
        json!({
            "standing": self.standing.word(),
            "valid": self.standing == Standing::Valid,
            "reason": self.reason,
            "code": claims.map(|claims| claims.code.to_string()),
            "licence": claims.map(|claims| &claims.jti),
            "issuer": claims.map(|claims| &claims.iss),
            "kid": self.kid,
            "trusted_by": self.trusted_by,
            "issued_at": claims.map(|claims| Timestamp(claims.iat.saturating_mul(1000)).to_string()),
            "status_source": self.status,
            "file": self.file.map(FileMatch::word),
            "assets": claims.map(|claims| &claims.assets),
            "plain": plain.as_ref().and_then(|plain| plain.as_ref().ok()),
            "plain_error": plain.as_ref().and_then(|plain| plain.as_ref().err()).map(ToString::to_string),
        })
    }
}

/// The answer for all that a subject carries: valid only where each of its licences is.
#[must_use]
pub fn overall(answers: &[Answer]) -> Standing {
    let bad = answers
        .iter()
        .map(|answer| answer.standing)
        .find(|s| *s != Standing::Valid);
    bad.unwrap_or(if answers.is_empty() {
        Standing::None
    } else {
        Standing::Valid
    })
}
