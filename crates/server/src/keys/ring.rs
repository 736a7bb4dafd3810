//! The ring: which keys sign, since when, and which no longer do. It is `keys/ring.json`, written
//! whole or not at all, and the one place that decides; a store from before its first change of
//! keys has none, and signs with `issuer.jwk`. The module knows nothing of what keys look like.

use app::Timestamp;
use serde::{Deserialize, Serialize};

/// All signing keys a store has had since its first change of keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ring {
    pub(crate) keys: Vec<Entry>,
}

/// One key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Its thumbprint.
    pub(crate) kid: String,
    /// The file of its private half, beside the ring; none once it is retired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    /// From when on it signs (RFC 3339); none where it always has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// When it was retired (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retired: Option<String>,
}

/// What a key does at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Its time has not come.
    Next,
    /// It signs.
    Signing,
    /// Another signs in its place; what it signed verifies.
    Past,
    /// As past, and its private half is gone.
    Retired,
}

impl State {
    /// The word for people and programs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Signing => "signing",
            Self::Past => "past",
            Self::Retired => "retired",
        }
    }
}

/// Why the ring was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RingError {
    /// No key has a thumbprint that begins so.
    #[error("no signing key of this store begins with {0}: `clearcue signing-key list` shows them")]
    Unknown(String),
    /// More than one key has a thumbprint that begins so.
    #[error("more than one key begins with {0}: say more of it")]
    Ambiguous(String),
    /// The key signs or will.
    #[error(
        "{0} signs new licences or is about to: make another with `clearcue signing-key rotate` first"
    )]
    InUse(String),
    /// There is one to come already.
    #[error("{0} takes over at {1} already: wait for it")]
    Pending(String, String),
}

impl Entry {
    pub(crate) fn from(&self) -> Timestamp {
        let from = self.from.as_deref().map(str::parse);
        // A time that nobody can read never comes; the first key has always been there.
        match from {
            None => Timestamp(i64::MIN),
            Some(from) => from.unwrap_or(Timestamp(i64::MAX)),
        }
    }

    pub(crate) fn begins_text(&self) -> Option<&str> {
        self.from.as_deref()
    }
}

impl Ring {
    /// The ring of a store that has had one key only.
    pub(crate) fn first(kid: &str, file: &str) -> Self {
        Self {
            keys: vec![Entry {
                kid: kid.to_owned(),
                file: Some(file.to_owned()),
                from: None,
                retired: None,
            }],
        }
    }

    /// What a key does at this moment.
    pub(crate) fn state(&self, entry: &Entry, now: Timestamp) -> State {
        if entry.retired.is_some() {
            return State::Retired;
        }
        if entry.from() > now {
            return State::Next;
        }
        match self.signing(now) {
            Some(signing) if signing.kid == entry.kid => State::Signing,
            _ => State::Past,
        }
    }

    /// The key that signs at this moment.
    pub(crate) fn signing(&self, now: Timestamp) -> Option<&Entry> {
        let able = self.keys.iter().filter(|entry| entry.retired.is_none());
        able.filter(|entry| entry.from() <= now)
            .max_by_key(|entry| entry.from())
    }

    /// Those whose private halves are needed from this moment on.
    pub(crate) fn needed(&self, now: Timestamp) -> Vec<&Entry> {
        let needed =
            |entry: &&Entry| matches!(self.state(entry, now), State::Signing | State::Next);
        self.keys.iter().filter(needed).collect()
    }

    /// Adds a key that signs from `from` on.
    pub(crate) fn add(
        &mut self,
        kid: &str,
        file: &str,
        from: Timestamp,
        now: Timestamp,
    ) -> Result<(), RingError> {
        let next = self.keys.iter().find(|e| self.state(e, now) == State::Next);
        if let Some(next) = next {
            let from = next.from.clone().unwrap_or_default();
            return Err(RingError::Pending(next.kid.clone(), from));
        }
        self.keys.push(Entry {
            kid: kid.to_owned(),
            file: Some(file.to_owned()),
            from: Some(from.to_string()),
            retired: None,
        });
        Ok(())
    }

    /// Marks a key as never to sign again; answers its thumbprint and its file.
    pub(crate) fn retire(
        &mut self,
        begin: &str,
        now: Timestamp,
    ) -> Result<(String, Option<String>), RingError> {
        let mut matching = (0..self.keys.len()).filter(|&i| self.keys[i].kid.starts_with(begin));
        let (found, more) = (matching.next(), matching.next());
        let found = found.ok_or_else(|| RingError::Unknown(begin.to_owned()))?;
        if more.is_some() {
            return Err(RingError::Ambiguous(begin.to_owned()));
        }
        let entry = &self.keys[found];
        if matches!(self.state(entry, now), State::Signing | State::Next) {
            return Err(RingError::InUse(entry.kid.clone()));
        }
        let entry = &mut self.keys[found];
        let file = entry.file.take();
        entry.retired.get_or_insert_with(|| now.to_string());
        Ok((entry.kid.clone(), file))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't be set up must fail")]
mod tests {
    use super::*;

    fn states(ring: &Ring, now: i64) -> Vec<State> {
        let now = Timestamp(now);
        ring.keys.iter().map(|e| ring.state(e, now)).collect()
    }

    #[test]
    fn a_key_to_come_leaves_the_one_before_signing_until_its_time() {
        let mut ring = Ring::first("a", "issuer.jwk");
        ring.add("b", "b.jwk", Timestamp(2000), Timestamp(1000))
            .unwrap();
        assert_eq!(states(&ring, 1999), [State::Signing, State::Next]);
        assert_eq!(states(&ring, 2000), [State::Past, State::Signing]);
        let third = ring.add("c", "c.jwk", Timestamp(3000), Timestamp(1500));
        assert!(matches!(third, Err(RingError::Pending(..))));
        assert_eq!(ring.needed(Timestamp(1000)).len(), 2);
        assert_eq!(ring.needed(Timestamp(2000)).len(), 1);
    }

    #[test]
    fn only_a_key_that_no_longer_signs_is_retired() {
        let mut ring = Ring::first("aa", "issuer.jwk");
        let now = Timestamp(5000);
        assert_eq!(ring.retire("a", now), Err(RingError::InUse("aa".into())));
        ring.add("ab", "ab.jwk", now, now).unwrap();
        assert_eq!(ring.retire("a", now), Err(RingError::Ambiguous("a".into())));
        assert_eq!(ring.retire("x", now), Err(RingError::Unknown("x".into())));
        assert_eq!(ring.retire("ab", now), Err(RingError::InUse("ab".into())));
        let retired = ring.retire("aa", now).unwrap();
        assert_eq!(retired, ("aa".into(), Some("issuer.jwk".into())));
        assert_eq!(states(&ring, 5000), [State::Retired, State::Signing]);
    }

    #[test]
    fn a_ring_is_read_as_it_was_written() {
        let mut ring = Ring::first("a", "issuer.jwk");
        ring.add("b", "b.jwk", Timestamp(2000), Timestamp(1000))
            .unwrap();
        let text = serde_json::to_string(&ring).unwrap();
        assert_eq!(serde_json::from_str::<Ring>(&text).unwrap(), ring);
    }
}
