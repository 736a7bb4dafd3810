//! Who signs licences here, and the secrets that belong to the store.
//!
//! Keys may be changed while the store runs: the next one is published before it signs, and the
//! ones before stay published for ever, so that what they signed still verifies.

use std::sync::{Arc, PoisonError, RwLock};

use domain::{GiftId, LicenceId, PayeeId, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use licence_key::{IssuerKey, Jwks};
use sha2::Sha256;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

/// A signing key and the moment from which it signs.
#[derive(Debug, Clone)]
pub struct Signer {
    /// From when on new licences are signed with it, until the next one takes over.
    pub from: Timestamp,
    /// The key.
    pub key: Arc<IssuerKey>,
}

/// The store's keys at one time. There may be no signer: then nothing is sold, and what was sold
/// still verifies by the public ones.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// Those that sign, each from its moment on.
    pub signers: Vec<Signer>,
    /// Every public key a licence of this store may be signed with.
    pub jwks: Jwks,
}

impl Keys {
    /// Who signs at this moment: of those whose time has come, the one whose time came last.
    #[must_use]
    pub fn signer(&self, now: Timestamp) -> Option<&Arc<IssuerKey>> {
        let come = self.signers.iter().filter(|signer| signer.from <= now);
        come.max_by_key(|signer| signer.from).map(|s| &s.key)
    }
}

/// The store's keys as they are now, and its own secret.
pub struct Issuer {
    keys: RwLock<Arc<Keys>>,
    secret: [u8; 32],
    log: Option<tlog::SigningKey>,
}

impl Issuer {
    /// From one signing key for all times, the published keys and the store's own secret.
    #[must_use]
    pub fn new(key: Option<IssuerKey>, jwks: Jwks, secret: [u8; 32]) -> Self {
        let signers = key.map(|key| Signer {
            from: Timestamp(i64::MIN),
            key: Arc::new(key),
        });
        let signers = signers.into_iter().collect();
        Self::of(Keys { signers, jwks }, secret)
    }

    /// From keys that follow one another and the store's own secret.
    #[must_use]
    pub fn of(keys: Keys, secret: [u8; 32]) -> Self {
        Self {
            keys: RwLock::new(Arc::new(keys)),
            secret,
            log: None,
        }
    }

    /// The same, with the key that signs the transparency log's heads. Without it what is sold and
    /// counted goes into the log all the same, and is signed once the key is there.
    #[must_use]
    pub fn with_log_key(mut self, key: tlog::SigningKey) -> Self {
        self.log = Some(key);
        self
    }

    /// The key that signs the transparency log's heads. Its own: it never signs a licence.
    #[must_use]
    pub fn log_key(&self) -> Option<&tlog::SigningKey> {
        self.log.as_ref()
    }

    /// What the salts in the log are made of. Whoever has it can guess what a leaf is over.
    #[must_use]
    pub fn log_secret(&self) -> [u8; 32] {
        self.derive_of(b"log salts", &[0; 16])
    }

    /// Under which name a payee's statements stand in the public log.
    #[must_use]
    pub fn log_pseudonym(&self, payee: PayeeId) -> [u8; 16] {
        let code = self.derive_of(b"log payee", payee.bytes());
        *code
            .first_chunk()
            .expect("a code is longer than a pseudonym")
    }

    /// Puts other keys in place of those so far; what is being signed is finished with the old.
    pub fn replace(&self, keys: Keys) {
        // A panic elsewhere can't leave the pointer half written.
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    /// All keys as they are now.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        self.keys
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The key that signs at this moment; without one nothing is sold.
    #[must_use]
    pub fn signer(&self, now: Timestamp) -> Option<Arc<IssuerKey>> {
        self.keys().signer(now).cloned()
    }

    /// The public keys, as published.
    #[must_use]
    pub fn jwks(&self) -> Jwks {
        self.keys().jwks.clone()
    }

    /// The word that opens a licence's private page and files for its holder. The licence's
    /// code is public and opens nothing.
    #[must_use]
    pub fn grant(&self, licence: LicenceId) -> String {
        BASE64URL_NOPAD.encode(self.derive(b"grant", licence).get(..16).unwrap_or_default())
    }

    /// Whether a word is the licence's grant, compared without telling how much of it is right.
    #[must_use]
    pub fn grants(&self, licence: LicenceId, word: &str) -> bool {
        let given = word.as_bytes();
        let right = self.grant(licence);
        given.len() == right.len()
            && given
                .iter()
                .zip(right.as_bytes())
                .fold(0, |diff, (a, b)| diff | (a ^ b))
                == 0
    }

    /// The licensee's pseudonym in a token: it differs with every licence, so that two licences
    /// of one person can't be linked by it.
    #[must_use]
    pub fn pseudonym(&self, licence: LicenceId) -> String {
        let bytes = self.derive(b"subject", licence);
        format!(
            "sub_{}",
            HEXLOWER.encode(bytes.get(..12).unwrap_or_default())
        )
    }

    /// The secret of a gift's link. It can be shown to the giver again; only its hash is kept.
    #[must_use]
    pub fn gift(&self, gift: GiftId) -> String {
        BASE64URL_NOPAD.encode(&self.derive_of(b"gift", gift.bytes()))
    }

    fn derive(&self, purpose: &[u8], licence: LicenceId) -> [u8; 32] {
        self.derive_of(purpose, licence.bytes())
    }

    fn derive_of(&self, purpose: &[u8], id: &[u8; 16]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes a key of any length");
        mac.update(purpose);
        mac.update(id);
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't be set up must fail")]
mod tests {
    use super::*;

    #[test]
    fn a_grant_opens_its_own_licence_only() {
        let issuer = Issuer::new(None, Jwks::new("x", Vec::new()), [1; 32]);
        let (a, b) = (
            LicenceId::from_bytes([1; 16]),
            LicenceId::from_bytes([2; 16]),
        );
        assert!(issuer.grants(a, &issuer.grant(a)));
        assert!(!issuer.grants(b, &issuer.grant(a)));
        assert!(!issuer.grants(a, ""));
        let other = Issuer::new(None, Jwks::new("x", Vec::new()), [2; 32]);
        assert_ne!(issuer.grant(a), other.grant(a));
        assert_ne!(issuer.pseudonym(a), issuer.grant(a));
    }

    #[test]
    fn the_key_whose_time_came_last_signs_and_one_to_come_does_not() {
        let signer = |from, seed| Signer {
            from: Timestamp(from),
            key: Arc::new(IssuerKey::from_seed(&[seed; 32])),
        };
        let keys = Keys {
            signers: vec![signer(200, 2), signer(100, 1), signer(300, 3)],
            jwks: Jwks::default(),
        };
        let seed = |now| keys.signer(Timestamp(now)).map(|key| key.kid().to_owned());
        let kid = |n| Some(IssuerKey::from_seed(&[n; 32]).kid().to_owned());
        assert_eq!(seed(99), None);
        assert_eq!((seed(100), seed(199)), (kid(1), kid(1)));
        assert_eq!((seed(200), seed(299)), (kid(2), kid(2)));
        assert_eq!(seed(300), kid(3));
    }

    #[test]
    fn keys_are_replaced_for_whoever_asks_next() {
        let issuer = Issuer::new(
            Some(IssuerKey::from_seed(&[1; 32])),
            Jwks::default(),
            [1; 32],
        );
        let held = issuer.signer(Timestamp(0)).unwrap();
        issuer.replace(Keys::default());
        assert!(issuer.signer(Timestamp(0)).is_none());
        assert_eq!(held.kid(), IssuerKey::from_seed(&[1; 32]).kid());
    }
}
