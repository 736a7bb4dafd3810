//! The envelope of every signed text: compact JWS (RFC 7515) with Ed25519 (RFC 8037).
//!
//! Strict on purpose, so that one statement has one text: unpadded base64url without stray
//! trailing bits, header and payload in canonical JSON, a header of exactly `alg`, `kid` and
//! `typ`, and `verify_strict` signatures. The module knows nothing of claims.

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::Signature;
use serde::Deserialize;

use crate::canonical;
use crate::key::{IssuerKey, Jwk, Jwks};

/// Why a signed text is not accepted; the callers translate it into their own errors.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum JwsError {
    Shape,
    Encoding(&'static str),
    Header,
    Type,
    UnknownKey(String),
    Signature,
}

/// Every member must be known: with `crit` or anything else unread, a header would promise
/// something that nobody checks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    #[serde(borrow)]
    alg: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    kid: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    typ: std::borrow::Cow<'a, str>,
}

/// Room for the header that [`sign`] writes, with the longest type this crate has.
const USUAL_HEADER_BYTES: usize = 128;

pub(crate) fn sign(typ: &str, payload: &str, key: &IssuerKey) -> String {
    // The members are in canonical order; typ and the base64url kid need no escapes.
    let header = format!(r#"{{"alg":"EdDSA","kid":"{}","typ":"{typ}"}}"#, key.kid());
    let mut text = BASE64URL_NOPAD.encode(header.as_bytes());
    text.push('.');
    BASE64URL_NOPAD.encode_append(payload.as_bytes(), &mut text);
    let signature = key.sign(text.as_bytes());
    text.push('.');
    BASE64URL_NOPAD.encode_append(&signature, &mut text);
    text
}

/// Checks everything about the signed text except what it says and that its payload is canonical
/// JSON, which whoever reads it does on the way. Returns the payload and the key that signed it.
pub(crate) fn verify<'k>(
    typ: &str,
    text: &str,
    keys: &'k Jwks,
) -> Result<(String, &'k Jwk), JwsError> {
    let (signed, signature) = text.rsplit_once('.').ok_or(JwsError::Shape)?;
    let (header, payload) = signed.split_once('.').ok_or(JwsError::Shape)?;
    let key = signer(typ, header, keys)?;
    check_signature(key, signed, signature)?;
    Ok((decode_text(payload, "payload")?, key))
}

/// The trusted key that a header names, once everything else in the header is understood.
fn signer<'k>(typ: &str, header: &str, keys: &'k Jwks) -> Result<&'k Jwk, JwsError> {
    if let Some(key) = usual_signer(typ, header, keys) {
        return Ok(key);
    }
    let header = decode_text(header, "header")?;
    canonical::check(&header).map_err(|_| JwsError::Header)?;
    let header: Header<'_> = serde_json::from_str(&header).map_err(|_| JwsError::Header)?;
    // RFC 9864 names the algorithm Ed25519; RFC 8037 called it EdDSA.
    if !matches!(&*header.alg, "EdDSA" | "Ed25519") {
        return Err(JwsError::Header);
    }
    if header.typ != typ {
        return Err(JwsError::Type);
    }
    keys.find(&header.kid)
        .ok_or_else(|| JwsError::UnknownKey(header.kid.to_string()))
}

/// [`signer`] for a header exactly as [`sign`] writes it, which needs no reading: it is the one
/// text that says just this of a trusted key.
fn usual_signer<'k>(typ: &str, header: &str, keys: &'k Jwks) -> Option<&'k Jwk> {
    let mut room = [0; USUAL_HEADER_BYTES];
    let length = BASE64URL_NOPAD.decode_len(header.len()).ok()?;
    let bytes = room.get_mut(..length)?;
    BASE64URL_NOPAD.decode_mut(header.as_bytes(), bytes).ok()?;
    let rest = bytes.strip_prefix(br#"{"alg":"EdDSA","kid":""#)?;
    let rest = rest.strip_suffix(b"\"}")?.strip_suffix(typ.as_bytes())?;
    let kid = rest.strip_suffix(br#"","typ":""#)?;
    keys.keys
        .iter()
        .find(|key| key.thumbprint().as_bytes() == kid)
}

fn check_signature(key: &Jwk, signed: &str, signature: &str) -> Result<(), JwsError> {
    let damaged = JwsError::Encoding("signature");
    let Ok(length) = BASE64URL_NOPAD.decode_len(signature.len()) else {
        return Err(damaged);
    };
    let mut bytes = [0; 64];
    let slot = bytes.get_mut(..length).ok_or(JwsError::Signature)?;
    BASE64URL_NOPAD
        .decode_mut(signature.as_bytes(), slot)
        .map_err(|_| damaged)?;
    let signature = Signature::from_slice(slot).map_err(|_| JwsError::Signature)?;
    key.verifying_key()
        .verify_strict(signed.as_bytes(), &signature)
        .map_err(|_| JwsError::Signature)
}

fn decode_text(part: &str, name: &'static str) -> Result<String, JwsError> {
    let bytes = BASE64URL_NOPAD
        .decode(part.as_bytes())
        .map_err(|_| JwsError::Encoding(name))?;
    String::from_utf8(bytes).map_err(|_| JwsError::Encoding(name))
}

/// The payload of a text whose signature nobody checked, nor whether it is canonical.
pub(crate) fn payload(text: &str) -> Result<String, JwsError> {
    let mut parts = text.split('.');
    let (Some(_), Some(payload), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(JwsError::Shape);
    };
    decode_text(payload, "payload")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037 appendix A.
    const PRIVATE: &str = r#"{"kty":"OKP","crv":"Ed25519",
        "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    const SIGNED: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    const SIGNATURE: &str =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

    #[test]
    fn the_signature_of_rfc_8037_is_made_and_accepted() {
        let key = IssuerKey::from_private_jwk(PRIVATE).unwrap();
        assert_eq!(
            BASE64URL_NOPAD.encode(&key.sign(SIGNED.as_bytes())),
            SIGNATURE
        );
        assert_eq!(check_signature(key.public(), SIGNED, SIGNATURE), Ok(()));
        assert_eq!(
            check_signature(key.public(), &SIGNED[1..], SIGNATURE),
            Err(JwsError::Signature)
        );
    }

    fn with_header(header: &str) -> Result<(String, &'static str), JwsError> {
        let key = IssuerKey::from_seed(&[1; 32]);
        let header = header.replace("KID", key.kid());
        let signed = format!(
            "{}.{}",
            BASE64URL_NOPAD.encode(header.as_bytes()),
            BASE64URL_NOPAD.encode(b"{}")
        );
        let text = format!(
            "{signed}.{}",
            BASE64URL_NOPAD.encode(&key.sign(signed.as_bytes()))
        );
        let keys = Jwks {
            issuer: None,
            keys: vec![key.public().clone()],
        };
        verify("a+jwt", &text, &keys).map(|(payload, _)| (payload, "ok"))
    }

    #[test]
    fn both_names_of_the_algorithm_are_read() {
        for alg in ["EdDSA", "Ed25519"] {
            let header = format!(r#"{{"alg":"{alg}","kid":"KID","typ":"a+jwt"}}"#);
            assert!(with_header(&header).is_ok(), "{alg}");
        }
    }

    #[test]
    fn a_header_that_is_not_understood_is_refused_though_it_is_signed() {
        for (header, error) in [
            (
                r#"{"alg":"none","kid":"KID","typ":"a+jwt"}"#,
                JwsError::Header,
            ),
            (
                r#"{"alg":"HS256","kid":"KID","typ":"a+jwt"}"#,
                JwsError::Header,
            ),
            (r#"{"alg":"EdDSA","kid":"KID"}"#, JwsError::Header),
            (
                r#"{"alg":"EdDSA","crit":["exp"],"kid":"KID","typ":"a+jwt"}"#,
                JwsError::Header,
            ),
            (
                r#"{"alg":"EdDSA","alg":"EdDSA","kid":"KID","typ":"a+jwt"}"#,
                JwsError::Header,
            ),
            (
                r#"{"alg":"EdDSA", "kid":"KID","typ":"a+jwt"}"#,
                JwsError::Header,
            ),
            (
                r#"{"alg":"EdDSA","kid":"KID","typ":"b+jwt"}"#,
                JwsError::Type,
            ),
        ] {
            assert_eq!(with_header(header), Err(error), "{header}");
        }
    }
}
