//! The token: signed, verified, and refused after any change.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod common;

use common::{ISSUER, claims, key, keys};
use licence_key::{IssuerKey, Jwks, KeyError, TokenError, peek, sign, verify};
use serde_json::json;

fn token() -> String {
    sign(&claims(), &key()).unwrap()
}

#[test]
fn what_was_signed_is_verified() {
    let keys = keys();
    let verified = verify(&token(), &keys).unwrap();
    assert_eq!(verified.claims().unwrap(), claims());
    assert_eq!(verified.kid(), key().kid());
    assert_eq!(
        verify(&format!("  {}\r\n", token()), &keys).unwrap(),
        verified
    );
}

#[test]
fn signing_is_deterministic_and_the_token_stays_small() {
    assert_eq!(token(), token());
    assert!(token().len() <= 1200, "{} bytes", token().len());
    assert!(token().is_ascii());
}

#[test]
fn any_flipped_bit_is_refused() {
    let good = token();
    let keys = keys();
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            if let Ok(text) = String::from_utf8(bytes) {
                assert!(verify(&text, &keys).is_err(), "byte {at} bit {bit}");
            }
        }
    }
}

#[test]
fn any_symbol_replaced_by_any_other_is_refused() {
    const SYMBOLS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ";
    // As few claims as there can be, so that every symbol gets its turn.
    let mut few = claims();
    few.assets.clear();
    few.status = None;
    few.iss = "https://a.example".to_owned();
    few.freeze(json!({})).unwrap();
    let good = sign(&few, &key()).unwrap();
    let keys = Jwks {
        issuer: None,
        ..keys()
    };
    assert!(verify(&good, &keys).is_ok());
    for at in 0..good.len() {
        for symbol in SYMBOLS.chars().filter(|&s| !good[at..].starts_with(s)) {
            let text = format!("{}{symbol}{}", &good[..at], &good[at + 1..]);
            let same = text.trim() == good;
            assert!(same || verify(&text, &keys).is_err(), "{symbol} at {at}");
        }
    }
}

#[test]
fn what_is_checked_is_what_is_read() {
    let token = sign(&common::full(), &key()).unwrap();
    let keys = keys();
    let checked = verify(&token, &keys).unwrap();
    let claims = common::full();
    assert_eq!(checked.claims().unwrap(), claims);
    assert_eq!(checked.kid(), key().kid());
    assert_eq!(
        (checked.code(), checked.issued_at()),
        (claims.code, claims.iat)
    );
    assert_eq!(checked.ends_at(), claims.exp);
    assert_eq!(checked.envelope_sha256(), claims.envelope_sha256);
    assert_eq!(
        checked.envelope(),
        licence_key::canonical::to_string(&claims.envelope).unwrap()
    );
    assert_eq!(
        checked.status().unwrap(),
        claims.status.map(|status| status.status_list)
    );
}

#[test]
fn anything_cut_off_or_added_is_refused() {
    let good = token();
    for end in 0..good.len() {
        assert!(verify(&good[..end], &keys()).is_err(), "cut at {end}");
    }
    for more in ["A", "=", ".", "AA", ".AA", "\0"] {
        assert!(
            verify(&format!("{good}{more}"), &keys()).is_err(),
            "{more:?}"
        );
        assert!(
            verify(&format!("{more}{good}"), &keys()).is_err(),
            "{more:?}"
        );
    }
    assert!(verify(&good.replacen('.', "=.", 1), &keys()).is_err());
}

#[test]
fn each_refusal_has_its_reason() {
    let good = token();
    let stranger = IssuerKey::from_seed(&[8; 32]);
    let strangers = Jwks::new(ISSUER, vec![stranger.public().clone()]);
    assert_eq!(verify(" \n", &keys()), Err(TokenError::Empty));
    assert_eq!(verify("hello", &keys()), Err(TokenError::Shape));
    assert_eq!(
        verify(&"a".repeat(70_000), &keys()),
        Err(TokenError::TooLong)
    );
    assert_eq!(
        verify(&good, &strangers),
        Err(TokenError::UnknownKey {
            kid: key().kid().to_owned()
        })
    );
    assert_eq!(
        verify(&good, &Jwks::default()),
        Err(TokenError::UnknownKey {
            kid: key().kid().to_owned()
        })
    );
    let elsewhere = Jwks {
        issuer: Some("https://other.example".to_owned()),
        ..keys()
    };
    assert_eq!(
        verify(&good, &elsewhere),
        Err(TokenError::Issuer {
            issuer: ISSUER.to_owned()
        })
    );
    let anyone = Jwks {
        issuer: None,
        ..keys()
    };
    assert!(verify(&good, &anyone).is_ok());
}

#[test]
fn our_key_id_on_another_keys_signature_is_refused() {
    let good = token();
    let forged = sign(&claims(), &IssuerKey::from_seed(&[8; 32])).unwrap();
    let (header, _) = good.split_once('.').unwrap();
    let (_, rest) = forged.split_once('.').unwrap();
    assert_eq!(
        verify(&format!("{header}.{rest}"), &keys()),
        Err(TokenError::Signature)
    );
}

#[test]
fn an_envelope_that_is_not_the_hashed_one_is_never_signed() {
    let mut wrong = claims();
    wrong.envelope["videos"] = json!(1000);
    assert_eq!(sign(&wrong, &key()), Err(TokenError::Envelope));
}

#[test]
fn rotation_with_overlap_verifies_old_and_new() {
    let new = IssuerKey::from_seed(&[9; 32]);
    let both = Jwks::new(ISSUER, vec![key().public().clone(), new.public().clone()]);
    assert!(verify(&token(), &both).is_ok());
    assert_eq!(
        verify(&sign(&claims(), &new).unwrap(), &both)
            .unwrap()
            .kid(),
        new.kid()
    );
}

#[test]
fn peeking_reads_the_claims_without_trusting_them() {
    let forged = sign(&claims(), &IssuerKey::from_seed(&[8; 32])).unwrap();
    assert_eq!(peek(&forged).unwrap(), claims());
    assert!(peek("a.b").is_err());
}

#[test]
fn the_thumbprint_is_that_of_rfc_8037() {
    let text = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let keys = Jwks::from_json(text).unwrap();
    assert_eq!(
        keys.keys[0].thumbprint(),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
}

#[test]
fn a_key_set_skips_what_it_does_not_know() {
    let ours = serde_json::to_value(key().public()).unwrap();
    let text = json!({
        "keys": [
            {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
            {"kty": "OKP", "crv": "X25519", "x": "AAAA"},
            {"kty": "OKP", "crv": "Ed25519", "x": "too short"},
            17,
            ours,
        ],
        "something": true,
    });
    let read = Jwks::from_json(&text.to_string()).unwrap();
    assert_eq!(read.keys, [key().public().clone()]);
    assert_eq!(Jwks::from_json(&keys().to_json()).unwrap(), keys());
    assert!(matches!(Jwks::from_json("[]"), Err(KeyError::Json(_))));
}

#[test]
fn a_key_under_which_anything_verifies_is_refused() {
    let mut identity = [0; 32];
    identity[0] = 1;
    assert_eq!(
        licence_key::Jwk::from_bytes(&identity),
        Err(KeyError::Point)
    );
}

#[test]
fn the_key_file_is_read_back_and_damage_is_noticed() {
    let text = key().to_private_jwk();
    assert_eq!(
        IssuerKey::from_private_jwk(&text).unwrap().kid(),
        key().kid()
    );
    let other: serde_json::Value =
        serde_json::from_str(&IssuerKey::from_seed(&[8; 32]).to_private_jwk()).unwrap();
    let mut mixed: serde_json::Value = serde_json::from_str(&text).unwrap();
    mixed["d"] = other["d"].clone();
    assert_eq!(
        IssuerKey::from_private_jwk(&mixed.to_string()).err(),
        Some(KeyError::Mismatch)
    );
    mixed["d"] = json!("short");
    assert_eq!(
        IssuerKey::from_private_jwk(&mixed.to_string()).err(),
        Some(KeyError::Member("d"))
    );
    assert!(!format!("{:?}", key()).contains(&text[30..50]));
}
