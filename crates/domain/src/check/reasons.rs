//! What stands in the way of a video, each with a stable code and a sentence.

use serde::{Deserialize, Serialize};

use super::KeyState;
use crate::covers::Shortfall;

/// One thing that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable, for programs: a shortfall's code, a key's state, or one of this module.
    pub code: String,
    /// What is wrong, for people.
    pub sentence: String,
    /// What would have to be so instead, where there is something to do.
    pub needed: Option<String>,
}

pub(super) fn reason(code: &str, sentence: impl Into<String>, needed: Option<&str>) -> Reason {
    Reason {
        code: code.to_owned(),
        sentence: sentence.into(),
        needed: needed.map(str::to_owned),
    }
}

pub(super) fn state_reason(state: KeyState) -> Reason {
    let (sentence, needed) = match state {
        KeyState::Valid => ("the licence is valid", None),
        KeyState::Suspended => (
            "the licence is suspended",
            Some("ask the store that sold it"),
        ),
        KeyState::Revoked => ("the licence was revoked", Some("another licence")),
        KeyState::Expired => ("the licence has expired", Some("another licence")),
        KeyState::UnknownIssuer => (
            "the key is signed by a store that isn't trusted here",
            Some("that store's public keys"),
        ),
        KeyState::Altered => (
            "the key isn't what its store signed",
            Some("the key as it was delivered"),
        ),
        KeyState::UnknownCode => (
            "no licence of this store has this code",
            Some("the store that sold it"),
        ),
        KeyState::CodeAlone => (
            "there is only a code, and it can only be looked up in its store",
            Some("the store, or the key file that came with the music"),
        ),
    };
    reason(state.code(), sentence, needed)
}

pub(super) fn of_shortfall(shortfall: &Shortfall) -> Reason {
    let code = serde_json::to_value(shortfall.code).ok();
    let code = code.as_ref().and_then(|code| code.as_str());
    Reason {
        code: code.unwrap_or_default().to_owned(),
        sentence: shortfall.sentence(),
        needed: Some(shortfall.needed()),
    }
}
