//! The standing of a licence, and the status list behind it.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod common;

use common::{ISSUER, LIST, NOW, claims, key, keys};
use licence_key::{
    Bits, Claims, IssuerKey, Jwks, Standing, StatusCheck, StatusError, StatusList, StatusToken,
    judge, sign,
};

fn listed(value: u8) -> StatusToken {
    let mut list = StatusList::new(Bits::Two, 100).unwrap();
    list.set(42, value).unwrap();
    StatusToken {
        uri: LIST.to_owned(),
        iat: NOW - 10,
        exp: None,
        ttl: Some(60),
        list,
    }
}

fn judged(claims: &Claims, status: Option<&StatusToken>, now: i64) -> (Standing, StatusCheck) {
    let judgement = judge(&sign(claims, &key()).unwrap(), &keys(), status, now);
    (judgement.standing, judgement.status)
}

#[test]
fn each_standing_is_reached() {
    let forever = claims();
    let ended = Claims {
        exp: Some(NOW),
        ..claims()
    };
    assert_eq!(
        judged(&forever, Some(&listed(0)), NOW),
        (Standing::Valid, StatusCheck::Fresh)
    );
    assert_eq!(judged(&forever, Some(&listed(1)), NOW).0, Standing::Revoked);
    assert_eq!(
        judged(&forever, Some(&listed(2)), NOW).0,
        Standing::Suspended
    );
    assert_eq!(
        judged(&forever, Some(&listed(3)), NOW).0,
        Standing::Suspended
    );
    assert_eq!(judged(&ended, None, NOW - 1).0, Standing::Valid);
    assert_eq!(judged(&ended, None, NOW).0, Standing::Expired);
    assert_eq!(judged(&ended, Some(&listed(1)), NOW).0, Standing::Revoked);
    let good = sign(&forever, &key()).unwrap();
    assert_eq!(judge("", &keys(), None, NOW).standing, Standing::None);
    assert_eq!(
        judge(&good[1..], &keys(), None, NOW).standing,
        Standing::Altered
    );
    let stranger = Jwks::new(
        ISSUER,
        vec![IssuerKey::from_seed(&[8; 32]).public().clone()],
    );
    assert_eq!(
        judge(&good, &stranger, None, NOW).standing,
        Standing::UnknownIssuer
    );
}

#[test]
fn how_much_is_known_of_revocation_is_said() {
    let unlisted = Claims {
        status: None,
        ..claims()
    };
    assert_eq!(judged(&unlisted, None, NOW).1, StatusCheck::NotNeeded);
    assert_eq!(judged(&claims(), None, NOW).1, StatusCheck::Missing);
    let other = StatusToken {
        uri: "https://other.example/s".to_owned(),
        ..listed(1)
    };
    assert_eq!(
        judged(&claims(), Some(&other), NOW),
        (Standing::Valid, StatusCheck::Foreign)
    );
    let short = StatusToken {
        list: StatusList::new(Bits::Two, 4).unwrap(),
        ..listed(0)
    };
    assert_eq!(judged(&claims(), Some(&short), NOW).1, StatusCheck::Foreign);
    let stale = (Standing::Revoked, StatusCheck::Stale { as_of: NOW - 10 });
    assert_eq!(judged(&claims(), Some(&listed(1)), NOW + 50), stale);
    let ended = StatusToken {
        exp: Some(NOW),
        ttl: None,
        ..listed(1)
    };
    assert_eq!(judged(&claims(), Some(&ended), NOW), stale);
}

#[test]
fn the_words_are_those_of_the_command_line() {
    let words: Vec<_> = [
        Standing::Valid,
        Standing::Expired,
        Standing::Revoked,
        Standing::UnknownIssuer,
        Standing::Altered,
        Standing::None,
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    assert_eq!(
        words,
        [
            "valid",
            "expired",
            "revoked",
            "unknown issuer",
            "altered",
            "none"
        ]
    );
}

#[test]
fn the_specifications_vector_is_packed_and_unpacked() {
    let bits = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1];
    let mut list = StatusList::new(Bits::One, 16).unwrap();
    for (index, &bit) in (0..).zip(&bits) {
        list.set(index, bit).unwrap();
    }
    assert_eq!(list.encode(), "eNrbuRgAAhcBXQ");
    assert_eq!(StatusList::decode(Bits::One, "eNrbuRgAAhcBXQ"), Ok(list));
}

#[test]
fn entries_of_every_width_keep_to_themselves() {
    for bits in [Bits::One, Bits::Two, Bits::Four, Bits::Eight] {
        let top = u8::MAX >> (8 - bits.count());
        let mut list = StatusList::new(bits, 20).unwrap();
        list.set(7, top).unwrap();
        let values: Vec<_> = (0..20).filter_map(|index| list.get(index)).collect();
        assert_eq!(
            values.iter().filter(|&&value| value == 0).count(),
            19,
            "{bits:?}"
        );
        assert_eq!(list.get(7), Some(top));
        assert_eq!(StatusList::decode(bits, &list.encode()), Ok(list.clone()));
        assert_eq!(list.set(1_000, 0), Err(StatusError::Index(1_000)));
        assert_eq!(list.get(u64::MAX), None);
        if bits != Bits::Eight {
            assert_eq!(list.set(0, top + 1), Err(StatusError::Value(top + 1)));
        }
    }
}

#[test]
fn a_list_that_unpacks_without_end_is_refused() {
    let bomb = StatusList::new(Bits::Eight, 16 * 1024 * 1024)
        .unwrap()
        .encode();
    assert!(StatusList::decode(Bits::Eight, &bomb).is_ok());
    assert_eq!(
        StatusList::new(Bits::Eight, 16 * 1024 * 1024 + 1),
        Err(StatusError::TooLarge)
    );
    assert_eq!(
        StatusList::decode(Bits::One, "eNrbuRgAAhcBXA"),
        Err(StatusError::Packing)
    );
    assert_eq!(
        StatusList::decode(Bits::One, "!"),
        Err(StatusError::Packing)
    );
}

#[test]
fn a_signed_list_is_verified_and_a_forged_one_refused() {
    let good = listed(1).sign(&key()).unwrap();
    assert_eq!(StatusToken::verify(&good, &keys()), Ok(listed(1)));
    for at in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[at] ^= 1;
        if let Ok(text) = String::from_utf8(bytes) {
            assert!(StatusToken::verify(&text, &keys()).is_err(), "byte {at}");
        }
    }
    let stranger = listed(0).sign(&IssuerKey::from_seed(&[8; 32])).unwrap();
    assert!(matches!(
        StatusToken::verify(&stranger, &keys()),
        Err(StatusError::UnknownKey { .. })
    ));
    let licence = sign(&claims(), &key()).unwrap();
    assert_eq!(
        StatusToken::verify(&licence, &keys()),
        Err(StatusError::Altered)
    );
    assert_eq!(judge(&good, &keys(), None, NOW).standing, Standing::Altered);
}
