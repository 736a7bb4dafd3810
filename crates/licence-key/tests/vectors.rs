//! The test vectors of `vectors.json`, read as another implementation would read them, and held
//! against what the code makes.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod common;

use common::vectors;
use licence_key::{
    Bits, Code, CodeError, IssuerKey, Jwks, StatusCheck, StatusList, StatusToken, canonical, judge,
};
use serde_json::Value;

fn file() -> Value {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn jwks() -> Jwks {
    Jwks::from_json(&file()["jwks"].to_string()).unwrap()
}

#[test]
fn the_file_is_what_the_code_makes() {
    assert!(
        include_str!("vectors.json") == vectors::text(),
        "write it anew: cargo run -p licence-key --example vectors"
    );
}

#[test]
fn codes_are_read_and_refused_as_listed() {
    let file = file();
    for vector in list(&file["codes"]["read"]) {
        let code: Code = text(&vector["text"]).parse().unwrap();
        assert_eq!(code.to_string(), text(&vector["code"]));
        assert_eq!(code.value().to_string(), text(&vector["value"]));
    }
    for vector in list(&file["codes"]["refused"]) {
        let error = match text(&vector["text"]).parse::<Code>() {
            Ok(_) => "none",
            Err(CodeError::Length { .. }) => "length",
            Err(CodeError::Symbol { .. }) => "symbol",
            Err(CodeError::Check) => "check",
        };
        assert_eq!(error, text(&vector["error"]), "{vector}");
    }
}

#[test]
fn canonical_json_is_told_from_any_other() {
    let file = file();
    for vector in list(&file["canonical"]["written"]) {
        let json = text(&vector["text"]);
        assert_eq!(canonical::check(json), Ok(()));
        let value: Value = serde_json::from_str(json).unwrap();
        assert_eq!(canonical::to_string(&value).as_deref(), Ok(json));
        assert_eq!(
            canonical::sha256_hex(json.as_bytes()),
            text(&vector["sha256"])
        );
    }
    for vector in list(&file["canonical"]["refused"]) {
        assert!(canonical::check(text(vector)).is_err(), "{vector}");
    }
    let envelope = &file["envelope"];
    let hash = canonical::envelope_hash(&envelope["json"]).unwrap();
    assert_eq!(hash, text(&envelope["sha256"]));
}

#[test]
fn keys_are_those_of_rfc_8037_and_of_the_file() {
    let file = file();
    let rfc = &file["rfc8037"];
    // The text of the RFC itself, appendices A.3 and A.4.
    assert_eq!(
        text(&rfc["thumbprint"]),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
    assert_eq!(
        text(&rfc["signature"]),
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    );
    let key = IssuerKey::from_private_jwk(&file["key"]["private"].to_string()).unwrap();
    assert_eq!(jwks().keys, [key.public().clone()]);
    let der = data_encoding::HEXLOWER
        .decode(text(&file["key"]["pkcs8"]).as_bytes())
        .unwrap();
    assert_eq!(IssuerKey::from_pkcs8(&der).unwrap().kid(), key.kid());
    assert!(IssuerKey::from_pkcs8(&der[1..]).is_err());
    assert!(IssuerKey::from_pkcs8(&[&der[..], &[0]].concat()).is_err());
}

#[test]
fn tokens_stand_as_listed() {
    let (file, keys) = (file(), jwks());
    let now = file["now"].as_i64().unwrap();
    let mut words = std::collections::BTreeSet::new();
    for vector in list(&file["tokens"]) {
        let judged = judge(text(&vector["token"]), &keys, None, now);
        assert_eq!(
            judged.standing.word(),
            text(&vector["standing"]),
            "{}",
            vector["name"]
        );
        assert_eq!(judged.error.is_some(), judged.licence.is_none());
        words.insert(judged.standing.word());
    }
    assert_eq!(words.len(), 5, "{words:?}");
}

#[test]
fn what_is_refused_is_refused_and_nothing_else() {
    let keys = jwks();
    for (name, token) in vectors::refused() {
        assert!(licence_key::verify(&token, &keys).is_err(), "{name}");
    }
    let untouched = vectors::signed_raw(vectors::HEADER, &vectors::payload(|_| {}));
    assert!(licence_key::verify(&untouched, &keys).is_ok());
}

#[test]
fn status_lists_are_unpacked_verified_and_believed_as_listed() {
    let (file, keys) = (file(), jwks());
    let lists = &file["status_lists"];
    // The text of the Token Status List specification itself.
    assert_eq!(text(&lists["packed"][0]["lst"]), "eNrbuRgAAhcBXQ");
    for vector in list(&lists["packed"]) {
        let bits = Bits::try_from(u8::try_from(vector["bits"].as_u64().unwrap()).unwrap());
        let read = StatusList::decode(bits.unwrap(), text(&vector["lst"])).unwrap();
        for (index, entry) in (0..).zip(list(&vector["entries"])) {
            assert_eq!(read.get(index).map(u64::from), entry.as_u64(), "{vector}");
        }
    }
    for vector in list(&lists["signed"]) {
        let good = StatusToken::verify(text(&vector["token"]), &keys).is_ok();
        assert_eq!(Some(good), vector["good"].as_bool(), "{}", vector["name"]);
    }
    for vector in list(&lists["judged"]) {
        let status = StatusToken::verify(text(&vector["list"]), &keys).unwrap();
        let now = vector["now"].as_i64().unwrap();
        let judged = judge(text(&vector["licence"]), &keys, Some(&status), now);
        let check = match judged.status {
            StatusCheck::NotNeeded => "not needed",
            StatusCheck::Missing => "missing",
            StatusCheck::Foreign => "foreign",
            StatusCheck::Fresh => "fresh",
            StatusCheck::Stale { .. } => "stale",
        };
        let got = (judged.standing.word(), check);
        assert_eq!(
            got,
            (text(&vector["standing"]), text(&vector["check"])),
            "{}",
            vector["name"]
        );
    }
}
