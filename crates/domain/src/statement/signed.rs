//! The signature of a statement: the issuer's word for its last hash, which stands for the whole.

use licence_key::statement::{Seal, SealError, sign, verify};
use licence_key::{IssuerKey, Jwk, Jwks};

use super::Statement;

impl Statement {
    /// The same with the issuer's signature. It must be sealed before: what is signed is its hash.
    ///
    /// # Errors
    /// [`SealError::Unsignable`].
    pub fn signed(mut self, key: &IssuerKey) -> Result<Statement, SealError> {
        self.signature = Some(sign(&self.seal(), key)?);
        Ok(self)
    }

    /// Which of these keys signed it; nothing where it has no signature. That its figures are
    /// those of its hash is for [`check`](super::check) to say.
    ///
    /// # Errors
    /// [`SealError`] where there is a signature that can't be believed.
    pub fn signed_by<'k>(&self, keys: &'k Jwks) -> Result<Option<&'k Jwk>, SealError> {
        let signature = self.signature.as_deref();
        signature
            .map(|signature| verify(&self.seal(), signature, keys))
            .transpose()
    }

    fn seal(&self) -> Seal<'_> {
        Seal {
            iss: &self.store,
            sub: &self.payee.id,
            period: &self.period.name,
            currency: &self.currency,
            sha256: &self.hash,
        }
    }
}
