//! The answer to "is this licence good?", for people and for programs.

use app::{Envelope, EnvelopeError, Plain, Timestamp};
use licence_key::{Claims, Standing};
use serde_json::{Value, json};

use super::Carrier;

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
    /// Where the key was.
    pub carrier: Carrier,
    /// Why it is not valid, where there is more to say.
    pub reason: Option<String>,
    /// Whether nothing at hand could say if the licence has been revoked since.
    pub status_open: bool,
    /// What else is worth knowing, and changes nothing.
    pub note: Option<String>,
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

impl Answer {
    /// Adds to what else is worth knowing.
    pub(super) fn add_note(&mut self, note: &str) {
        self.note = Some(match self.note.take() {
            Some(known) => format!("{known}; {note}"),
            None => note.to_owned(),
        });
    }

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
        let more = self.reason.iter().chain(&self.note);
        lines.extend(more.map(|line| format!("  {line}")));
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
        fact("key from", self.carrier.words());
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
            "note": self.note,
            "key_from": self.carrier.word(),
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

/// The answer for all that a subject carries: valid only where each of its licences is, else the
/// worst there is.
#[must_use]
pub fn overall(answers: &[Answer]) -> Standing {
    let severity = |standing: &Standing| match standing {
        Standing::Valid => 0,
        Standing::None => 1,
        Standing::UnknownIssuer => 2,
        Standing::Expired => 3,
        Standing::Suspended => 4,
        Standing::Revoked => 5,
        Standing::Altered => 6,
    };
    let worst = answers
        .iter()
        .map(|answer| answer.standing)
        .max_by_key(severity);
    worst.unwrap_or(Standing::None)
}

/// The exit code that tells a script what stands: 0 is valid, and the codes from 10 on are
/// answers, where 1 and 2 say that there is none.
#[must_use]
pub fn exit_code(standing: Standing) -> u8 {
    match standing {
        Standing::Valid => 0,
        Standing::Expired => 10,
        Standing::Revoked => 11,
        Standing::Suspended => 12,
        Standing::UnknownIssuer => 13,
        Standing::Altered => 14,
        Standing::None => 15,
    }
}
