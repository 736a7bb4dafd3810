//! Statements' signatures: made, verified, and refused for anything else.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod common;

use common::{ISSUER, claims, key, keys};
use licence_key::statement::{MAX_SIGNATURE_BYTES, Seal, SealError, sign, verify};
use licence_key::{
    Bits, IssuerKey, Jwks, StatusError, StatusList, StatusToken, TokenError, sign as sign_licence,
    verify as verify_licence,
};

const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn seal() -> Seal<'static> {
    Seal {
        iss: ISSUER,
        sub: "pay_01h5n0et5q6mt3v7ms1234abcd",
        period: "2026-10",
        currency: "USD",
        sha256: HASH,
    }
}

#[test]
fn what_was_signed_is_verified_and_signing_is_deterministic() {
    let signature = sign(&seal(), &key()).unwrap();
    assert_eq!(signature, sign(&seal(), &key()).unwrap());
    assert!(signature.is_ascii() && signature.len() < 600);
    let keys = keys();
    assert_eq!(
        verify(&seal(), &signature, &keys).unwrap().thumbprint(),
        key().kid()
    );
}

#[test]
fn any_flipped_bit_is_refused() {
    let good = sign(&seal(), &key()).unwrap();
    let keys = keys();
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            if let Ok(text) = String::from_utf8(bytes) {
                assert!(
                    verify(&seal(), &text, &keys).is_err(),
                    "byte {at} bit {bit}"
                );
            }
        }
    }
}

#[test]
fn a_signature_holds_for_its_own_statement_only() {
    let signature = sign(&seal(), &key()).unwrap();
    let keys = Jwks {
        issuer: None,
        ..keys()
    };
    let others = [
        Seal {
            iss: "https://other.example",
            ..seal()
        },
        Seal {
            sub: "pay_2",
            ..seal()
        },
        Seal {
            period: "2026-11",
            ..seal()
        },
        Seal {
            currency: "EUR",
            ..seal()
        },
        Seal {
            sha256: "00",
            ..seal()
        },
        // What stands between two members can't be moved from the one to the other.
        Seal {
            period: "2026-10\",\"sub\":\"x",
            ..seal()
        },
    ];
    for other in others {
        assert_eq!(
            verify(&other, &signature, &keys),
            Err(SealError::Other),
            "{other:?}"
        );
    }
}

#[test]
fn another_key_and_a_key_of_another_issuer_are_refused() {
    let stranger = IssuerKey::from_seed(&[8; 32]);
    let signature = sign(&seal(), &stranger).unwrap();
    let refused = verify(&seal(), &signature, &keys()).unwrap_err();
    let kid = stranger.kid().to_owned();
    assert_eq!(refused, SealError::UnknownKey { kid });
    let elsewhere = Jwks::new("https://other.example", vec![key().public().clone()]);
    let signature = sign(&seal(), &key()).unwrap();
    let refused = verify(&seal(), &signature, &elsewhere).unwrap_err();
    assert_eq!(
        refused,
        SealError::Issuer {
            issuer: ISSUER.into()
        }
    );
}

#[test]
fn no_signed_text_passes_for_another_kind() {
    let keys = keys();
    let licence = sign_licence(&claims(), &key()).unwrap();
    assert_eq!(verify(&seal(), &licence, &keys), Err(SealError::Type));
    let statement = sign(&seal(), &key()).unwrap();
    assert_eq!(verify_licence(&statement, &keys), Err(TokenError::Type));
    let list = StatusToken {
        uri: common::LIST.into(),
        iat: common::NOW,
        exp: None,
        ttl: None,
        list: StatusList::new(Bits::Two, 4).unwrap(),
    };
    let list = list.sign(&key()).unwrap();
    assert_eq!(verify(&seal(), &list, &keys), Err(SealError::Type));
    assert_eq!(
        StatusToken::verify(&statement, &keys).unwrap_err(),
        StatusError::Altered
    );
}

#[test]
fn what_is_no_signature_is_refused_whatever_its_size() {
    let huge = "A".repeat(MAX_SIGNATURE_BYTES + 1);
    for text in ["", ".", "..", "a.b", "a.b.c.d", huge.as_str()] {
        assert!(verify(&seal(), text, &keys()).is_err(), "{text}");
    }
    let long = "x".repeat(MAX_SIGNATURE_BYTES);
    let long = Seal {
        sub: &long,
        ..seal()
    };
    assert!(matches!(sign(&long, &key()), Err(SealError::Unsignable(_))));
}
