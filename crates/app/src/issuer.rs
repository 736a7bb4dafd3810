//! Who signs licences here, and the secrets that belong to the store.

use domain::LicenceId;
use hmac::{Hmac, KeyInit, Mac};
use licence_key::{IssuerKey, Jwks};
use sha2::Sha256;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

/// The store's keys. The signing key may be absent: then nothing is sold, and what was sold
/// still verifies by the public ones.
pub struct Issuer {
    /// The key new licences are signed with.
    pub key: Option<IssuerKey>,
    /// Every public key a licence of this store may be signed with.
    pub jwks: Jwks,
    secret: [u8; 32],
}

impl Issuer {
    /// From the signing key, the published keys and the store's own secret.
    #[must_use]
    pub fn new(key: Option<IssuerKey>, jwks: Jwks, secret: [u8; 32]) -> Self {
        Self { key, jwks, secret }
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

    fn derive(&self, purpose: &[u8], licence: LicenceId) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes a key of any length");
        mac.update(purpose);
        mac.update(licence.bytes());
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
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
}
