//! Keys: the issuer's signing key and the public keys that checkers pin.
//!
//! Format: JSON Web Keys of type OKP with curve Ed25519 (RFC 7517, RFC 8037). The key id is
//! always the RFC 7638 thumbprint of the public key, so a key id can neither be chosen nor
//! collide. The module knows nothing of where keys are stored or how they came to be trusted.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Why a key text could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is not JSON, or not of the shape of a key (set).
    #[error("this is not a JSON Web Key: {0}")]
    Json(String),
    /// Another key type than OKP/Ed25519.
    #[error("only Ed25519 keys (kty OKP, crv Ed25519) sign licences; this is another kind of key")]
    Kind,
    /// A member is missing, badly encoded or of the wrong length.
    #[error("the key's member {0:?} must be 32 bytes in unpadded base64url")]
    Member(&'static str),
    /// The 32 bytes are no usable point of the curve.
    #[error("the public key is not a valid Ed25519 point")]
    Point,
    /// Not the PKCS#8 form of an Ed25519 key.
    #[error("this is not an Ed25519 private key in PKCS#8 form (RFC 8410)")]
    Pkcs8,
    /// Private and public half do not belong together.
    #[error("the key file is damaged: its public half does not belong to its private half")]
    Mismatch,
}

/// What stands before the 32 bytes of the seed in the PKCS#8 form of an Ed25519 key: a sequence
/// of version 0, the algorithm 1.3.101.112, and an octet string in an octet string.
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// A public Ed25519 key with its thumbprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwk {
    key: VerifyingKey,
    kid: String,
}

impl Jwk {
    /// The key of these 32 bytes.
    ///
    /// # Errors
    /// [`KeyError::Point`] where they are no point of the curve, or one of its small-order
    /// points, under which anything verifies.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Point)?;
        if key.is_weak() {
            return Err(KeyError::Point);
        }
        Ok(Self::of(key))
    }

    /// The key id: the RFC 7638 SHA-256 thumbprint in base64url, 43 characters.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.kid
    }

    /// The 32 bytes of the public key.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    pub(crate) fn verifying_key(&self) -> &VerifyingKey {
        &self.key
    }

    fn of(key: VerifyingKey) -> Self {
        let x = BASE64URL_NOPAD.encode(key.as_bytes());
        // RFC 7638: the required members only, in lexicographic order, without spaces.
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        Self {
            key,
            kid: BASE64URL_NOPAD.encode(&Sha256::digest(members.as_bytes())),
        }
    }

    fn from_wire(wire: &WireJwk) -> Result<Self, KeyError> {
        if wire.kty != "OKP" || wire.crv.as_deref() != Some("Ed25519") {
            return Err(KeyError::Kind);
        }
        Self::from_bytes(&thirty_two("x", wire.x.as_deref())?)
    }
}

/// The members of a key that are read; all others are ignored, as RFC 7517 §4 demands.
#[derive(Deserialize)]
struct WireJwk {
    kty: String,
    crv: Option<String>,
    x: Option<String>,
    d: Option<String>,
}

fn thirty_two(member: &'static str, text: Option<&str>) -> Result<[u8; 32], KeyError> {
    text.and_then(|text| BASE64URL_NOPAD.decode(text.as_bytes()).ok())
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(KeyError::Member(member))
}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "x": BASE64URL_NOPAD.encode(self.key.as_bytes()),
            "kid": self.kid,
            "use": "sig",
            "alg": "EdDSA",
        })
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Jwk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_wire(&WireJwk::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A set of public keys (RFC 7517 §5) that a checker trusts for one issuer.
///
/// During a key rotation it holds the old and the new key. Reading skips keys of other types
/// and members it does not know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Jwks {
    /// The only `iss` these keys may speak for; `None` leaves the issuer unchecked. Written as
    /// the additional member `issuer`, which other readers ignore.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The usable keys.
    pub keys: Vec<Jwk>,
}

impl Jwks {
    /// The keys of one issuer.
    #[must_use]
    pub fn new(issuer: impl Into<String>, keys: Vec<Jwk>) -> Self {
        Self {
            issuer: Some(issuer.into()),
            keys,
        }
    }

    /// Reads a key set, or a single key, from JSON text.
    ///
    /// # Errors
    /// [`KeyError::Json`] where the text is not a key set. A set without any usable key is no
    /// error: nothing verifies against it.
    pub fn from_json(text: &str) -> Result<Self, KeyError> {
        let value: Value = serde_json::from_str(text).map_err(|e| KeyError::Json(e.to_string()))?;
        if value.get("keys").is_none() {
            let wire: WireJwk =
                serde_json::from_value(value).map_err(|e| KeyError::Json(e.to_string()))?;
            return Ok(Self {
                issuer: None,
                keys: vec![Jwk::from_wire(&wire)?],
            });
        }
        serde_json::from_value(value).map_err(|e| KeyError::Json(e.to_string()))
    }

    /// The set as JSON text, ready to be published.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings and string maps always serialise")
    }

    /// The key with this id.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&Jwk> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    pub(crate) fn speaks_for(&self, issuer: &str) -> bool {
        self.issuer.as_deref().is_none_or(|own| own == issuer)
    }
}

impl<'de> Deserialize<'de> for Jwks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            issuer: Option<String>,
            keys: Vec<Value>,
        }
        let wire = Wire::deserialize(deserializer)?;
        // RFC 7517 §5: keys of unknown types or with bad members are skipped, not fatal.
        let keys = wire
            .keys
            .into_iter()
            .filter_map(|key| serde_json::from_value(key).ok());
        Ok(Self {
            issuer: wire.issuer,
            keys: keys.collect(),
        })
    }
}

/// The issuer's signing key. `Debug` shows the key id only; the memory is wiped on drop.
#[derive(Clone)]
pub struct IssuerKey {
    signing: SigningKey,
    public: Jwk,
}

impl IssuerKey {
    /// The key of a 32-byte seed, which must come from a good random source.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let signing = SigningKey::from_bytes(seed);
        let public = Jwk::of(signing.verifying_key());
        Self { signing, public }
    }

    /// Reads the private JWK written by [`IssuerKey::to_private_jwk`].
    ///
    /// # Errors
    /// [`KeyError`] where the text is no Ed25519 JWK, has no private half, or its halves do
    /// not belong together.
    pub fn from_private_jwk(text: &str) -> Result<Self, KeyError> {
        let wire: WireJwk =
            serde_json::from_str(text).map_err(|e| KeyError::Json(e.to_string()))?;
        let public = Jwk::from_wire(&wire)?;
        let key = Self::from_seed(&thirty_two("d", wire.d.as_deref())?);
        if key.public != public {
            return Err(KeyError::Mismatch);
        }
        Ok(key)
    }

    /// The private JWK (RFC 8037 §2) as one line of JSON. This is the secret itself.
    #[must_use]
    pub fn to_private_jwk(&self) -> String {
        let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        format!(
            r#"{{"crv":"Ed25519","d":"{}","kid":"{}","kty":"OKP","x":"{}"}}"#,
            encode(self.signing.as_bytes()),
            self.public.kid,
            encode(&self.public.to_bytes()),
        )
    }

    /// Reads the private key written by [`IssuerKey::to_pkcs8`].
    ///
    /// # Errors
    /// [`KeyError::Pkcs8`] where the bytes are anything else, such as another kind of key.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let seed = der.strip_prefix(&PKCS8_PREFIX);
        let seed: &[u8; 32] = seed
            .and_then(|seed| seed.try_into().ok())
            .ok_or(KeyError::Pkcs8)?;
        Ok(Self::from_seed(seed))
    }

    /// The private key as PKCS#8 DER (RFC 8410 §7, version 1), 48 bytes, which other tools read.
    /// This is the secret itself: whoever asks for it wipes it.
    #[must_use]
    pub fn to_pkcs8(&self) -> [u8; 48] {
        let mut der = [0; 48];
        let (prefix, seed) = der.split_at_mut(PKCS8_PREFIX.len());
        prefix.copy_from_slice(&PKCS8_PREFIX);
        seed.copy_from_slice(self.signing.as_bytes());
        der
    }

    /// The key id: the thumbprint of the public half.
    #[must_use]
    pub fn kid(&self) -> &str {
        self.public.thumbprint()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &Jwk {
        &self.public
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }
}

impl fmt::Debug for IssuerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuerKey")
            .field("kid", &self.public.kid)
            .finish_non_exhaustive()
    }
}
