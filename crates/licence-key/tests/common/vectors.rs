//! What stands in `tests/vectors.json`: made by the code, so that a test can hold the file
//! against it, and written by `cargo run -p licence-key --example vectors`.

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey};
use licence_key::{
    Bits, Claims, Code, CodeError, IssuerKey, STATUS_INVALID, STATUS_SUSPENDED, StatusCheck,
    StatusList, StatusToken, canonical, judge, sign,
};
use serde_json::{Value, json};

use super::{ISSUER, LIST, NOW, claims, code, full, key, keys};

/// Everything, in the order of the file.
pub(crate) fn made() -> Value {
    json!({
        "about": "Test vectors of the licence key; docs/licence-key.md says what each part means. The private keys are for tests only. Times are seconds since 1970.",
        "codes": codes(),
        "canonical": canonical_json(),
        "rfc8037": rfc8037(),
        "key": {
            "private": serde_json::from_str::<Value>(&key().to_private_jwk()).unwrap(),
            "pkcs8": data_encoding::HEXLOWER.encode(&key().to_pkcs8()),
        },
        "jwks": serde_json::to_value(keys()).unwrap(),
        "now": NOW,
        "envelope": { "json": full().envelope, "sha256": full().envelope_sha256 },
        "tokens": tokens(),
        "status_lists": { "packed": packed(), "signed": signed(), "judged": judged() },
    })
}

fn codes() -> Value {
    let shown = code().to_string();
    let read = [
        shown.clone(),
        shown.to_lowercase(),
        shown.replace('-', ""),
        shown.replace('-', " "),
        shown.replace('0', "O"),
        "00000-00000-00000".to_owned(),
        "ooooo-iiiii-lllll".to_owned(),
    ];
    let read = read.iter().filter_map(|text| {
        let code: Code = text.parse().ok()?;
        Some(json!({ "text": text, "code": code.to_string(), "value": code.value().to_string() }))
    });
    let refused = [
        "",
        "7K3M9",
        "7K3M9-QXD4T-0RWPD0",
        "7K3M9-QXD4T-0RWPU",
        "7K3M9-QXD4T-0RWP*",
        "7K3M9-QXD4T-0RWPE",
        "K73M9-QXD4T-0RWPD",
        "７K3M9-QXD4T-0RWPD",
        "💿",
    ];
    let refused = refused.map(|text| {
        let error = match text.parse::<Code>() {
            Ok(code) => panic!("{text} is {code}"),
            Err(CodeError::Length { .. }) => "length",
            Err(CodeError::Symbol { .. }) => "symbol",
            Err(CodeError::Check) => "check",
        };
        json!({ "text": text, "error": error })
    });
    json!({ "read": read.collect::<Vec<_>>(), "refused": refused })
}

fn canonical_json() -> Value {
    let values = [
        json!({}),
        json!({"b": [1, -0.0, 1e21, 0.000_001, 1e-7], "a": null}),
        json!({"\u{20ac}": "\u{8}\u{c}\n\r\t\"\\/\u{7f}\u{1f}", "\u{1f600}": 1, "\u{fb33}": 2, "1": true}),
        full().envelope,
    ];
    let written = values.map(|value| {
        let text = canonical::to_string(&value).unwrap();
        json!({ "sha256": canonical::sha256_hex(text.as_bytes()), "text": text })
    });
    let refused = [
        "",
        "{ }",
        "{\"b\":1,\"a\":2}",
        "{\"a\":1,\"a\":1}",
        "[1.0]",
        "[1e3]",
        "[-0]",
        "[01]",
        "\"\\u000a\"",
        "\"\\/\"",
        "\"\\u001F\"",
        "9007199254740993",
        "[1]\n",
        "nul",
        "\"\u{1}\"",
    ];
    for text in refused {
        assert!(canonical::check(text).is_err(), "{text}");
    }
    json!({ "written": written, "refused": refused })
}

/// RFC 8037 appendix A: .1 the key, .3 its thumbprint, .4 a signature.
fn rfc8037() -> Value {
    let private = json!({
        "kty": "OKP", "crv": "Ed25519",
        "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    });
    let key = IssuerKey::from_private_jwk(&private.to_string()).unwrap();
    let d = BASE64URL_NOPAD.decode(b"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
    let seed: [u8; 32] = d.unwrap().try_into().unwrap();
    let message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature = SigningKey::from_bytes(&seed).sign(message.as_bytes());
    json!({
        "private": private,
        "thumbprint": key.kid(),
        "signed": message,
        "signature": BASE64URL_NOPAD.encode(&signature.to_bytes()),
    })
}

/// A text signed by our key whatever it says.
pub(crate) fn signed_raw(header: &str, payload: &str) -> String {
    let header = header.replace("KID", key().kid());
    let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    let message = format!("{}.{}", encode(&header), encode(payload));
    let signature = SigningKey::from_bytes(&[7; 32]).sign(message.as_bytes());
    format!(
        "{message}.{}",
        BASE64URL_NOPAD.encode(&signature.to_bytes())
    )
}

/// The header every good token has.
pub(crate) const HEADER: &str = r#"{"alg":"EdDSA","kid":"KID","typ":"licence+jwt"}"#;

/// The payload of a good token, changed.
pub(crate) fn payload(change: impl FnOnce(&mut Value)) -> String {
    let token = sign(&claims(), &key()).unwrap();
    let text = BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes());
    let mut value: Value = serde_json::from_slice(&text.unwrap()).unwrap();
    change(&mut value);
    canonical::to_string(&value).unwrap()
}

/// Tokens that are refused, each with what is wrong with it.
pub(crate) fn refused() -> Vec<(&'static str, String)> {
    let good = sign(&claims(), &key()).unwrap();
    let stranger = sign(&claims(), &IssuerKey::from_seed(&[8; 32])).unwrap();
    let part = |token: &str, n: usize| token.split('.').nth(n).unwrap().to_owned();
    let other_issuer = Claims {
        iss: "https://other.example".into(),
        ..claims()
    };
    let plain = payload(|_| {});
    let header = |text: &str| signed_raw(text, &plain);
    let claim =
        |name: &'static str, value: Value| signed_raw(HEADER, &payload(|p| p[name] = value));
    let swapped = [part(&good, 1), part(&good, 0), part(&good, 2)].join(".");
    vec![
        ("empty", String::new()),
        ("two parts", good.rsplit_once('.').unwrap().0.to_owned()),
        ("four parts", format!("{good}.AAAA")),
        ("parts swapped", swapped),
        ("padding", format!("{good}=")),
        ("stray bits in the signature", stray_bits(&good)),
        ("unknown key", stranger.clone()),
        (
            "our key id over a stranger's signature",
            format!(
                "{}.{}.{}",
                part(&good, 0),
                part(&good, 1),
                part(&stranger, 2)
            ),
        ),
        (
            "our key, another issuer",
            sign(&other_issuer, &key()).unwrap(),
        ),
        (
            "no algorithm",
            header(r#"{"alg":"none","kid":"KID","typ":"licence+jwt"}"#),
        ),
        (
            "no algorithm and no signature",
            format!(
                "{}.",
                header(r#"{"alg":"none","kid":"KID","typ":"licence+jwt"}"#)
                    .rsplit_once('.')
                    .unwrap()
                    .0
            ),
        ),
        (
            "a shared secret's algorithm",
            header(r#"{"alg":"HS256","kid":"KID","typ":"licence+jwt"}"#),
        ),
        (
            "another type",
            header(r#"{"alg":"EdDSA","kid":"KID","typ":"JWT"}"#),
        ),
        (
            "an unread header member",
            header(r#"{"alg":"EdDSA","crit":["b64"],"kid":"KID","typ":"licence+jwt"}"#),
        ),
        (
            "a header member twice",
            header(r#"{"alg":"EdDSA","kid":"KID","kid":"KID","typ":"licence+jwt"}"#),
        ),
        (
            "a key in the header",
            header(r#"{"alg":"EdDSA","jwk":{},"kid":"KID","typ":"licence+jwt"}"#),
        ),
        (
            "a header with a space",
            header(r#"{"alg":"EdDSA", "kid":"KID","typ":"licence+jwt"}"#),
        ),
        (
            "a claim twice",
            signed_raw(
                HEADER,
                &plain.replacen("\"ver\":1", "\"ver\":1,\"ver\":1", 1),
            ),
        ),
        (
            "claims out of order",
            signed_raw(HEADER, &plain.replacen('{', "{\"z\":1,", 1)),
        ),
        (
            "a space among the claims",
            signed_raw(HEADER, &plain.replacen(':', ": ", 1)),
        ),
        (
            "a needless escape",
            signed_raw(HEADER, &plain.replacen("Night", "N\\u0069ght", 1)),
        ),
        (
            "nested without end",
            signed_raw(
                HEADER,
                &payload(|p| p["z"] = json!(0)).replacen(
                    "\"z\":0",
                    &format!("\"z\":{}{}", "[".repeat(10_000), "]".repeat(10_000)),
                    1,
                ),
            ),
        ),
        ("claims that are no object", signed_raw(HEADER, "[]")),
        ("claims of a later version", claim("ver", json!(2))),
        (
            "a claim is missing",
            signed_raw(
                HEADER,
                &payload(|p| {
                    p.as_object_mut().unwrap().remove("sub");
                }),
            ),
        ),
        ("a time as text", claim("iat", json!("1790000000"))),
        ("a time with a fraction", claim("exp", json!(1.5))),
        (
            "a code with a wrong check symbol",
            claim("code", json!("7K3M9-QXD4T-0RWPE")),
        ),
        (
            "an asset without a hash",
            signed_raw(
                HEADER,
                &payload(|p| {
                    p["assets"][0].as_object_mut().unwrap().remove("sha256");
                }),
            ),
        ),
        (
            "a negative status index",
            signed_raw(
                HEADER,
                &payload(|p| p["status"]["status_list"]["idx"] = json!(-1)),
            ),
        ),
        (
            "an envelope that is not the hashed one",
            signed_raw(HEADER, &payload(|p| p["envelope"]["videos"] = json!(1000))),
        ),
        ("a status list", listed(0).sign(&key()).unwrap()),
    ]
}

/// The last symbol of 64 bytes has four bits that must be 0.
fn stray_bits(good: &str) -> String {
    const SYMBOLS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = good.split_at(good.len() - 1);
    let at = SYMBOLS
        .iter()
        .position(|&s| s == last.as_bytes()[0])
        .unwrap();
    format!("{rest}{}", char::from(SYMBOLS[at + 1]))
}

fn tokens() -> Vec<Value> {
    let hostile = {
        let mut claims = claims();
        claims.assets[0].title = "\u{202e}drawkcab\u{200b}\u{0}\u{1f3b5}\u{feff}".into();
        claims
    };
    let ended = Claims {
        exp: Some(NOW),
        ..claims()
    };
    let good = [
        ("small", claims()),
        ("usual", full()),
        ("hostile Unicode in a title", hostile),
        ("ended", ended),
    ];
    let good = good.map(|(name, claims)| (name, sign(&claims, &key()).unwrap()));
    let extra = (
        "a claim of a later version",
        signed_raw(HEADER, &payload(|p| p["zz"] = json!({"new": true}))),
    );
    let named = (
        "the algorithm's other name",
        signed_raw(
            r#"{"alg":"Ed25519","kid":"KID","typ":"licence+jwt"}"#,
            &payload(|_| {}),
        ),
    );
    let all = good.into_iter().chain([extra, named]).chain(refused());
    all.map(|(name, token)| {
        let judged = judge(&token, &keys(), None, NOW);
        json!({ "name": name, "token": token, "standing": judged.standing.word() })
    })
    .collect()
}

/// A list of ours in which entry 42, the tests' licence, has this value.
pub(crate) fn listed(value: u8) -> StatusToken {
    let mut list = StatusList::new(Bits::Two, 100).unwrap();
    list.set(42, value).unwrap();
    StatusToken {
        uri: LIST.to_owned(),
        iat: NOW - 10,
        exp: Some(NOW + 1000),
        ttl: Some(60),
        list,
    }
}

/// The first is the Token Status List specification's own.
fn packed() -> Vec<Value> {
    let vectors: [(Bits, &[u8]); 4] = [
        (Bits::One, &[1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]),
        (Bits::Two, &[1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]),
        (Bits::Four, &[1, 2, 3, 0, 15, 9]),
        (Bits::Eight, &[0, 255, 3]),
    ];
    vectors
        .map(|(bits, entries)| {
            let mut list = StatusList::new(bits, entries.len() as u64).unwrap();
            for (index, &entry) in (0..).zip(entries) {
                list.set(index, entry).unwrap();
            }
            json!({ "bits": bits.count(), "entries": entries, "lst": list.encode() })
        })
        .to_vec()
}

fn signed() -> Vec<Value> {
    let good = listed(0).sign(&key()).unwrap();
    let stranger = listed(0).sign(&IssuerKey::from_seed(&[8; 32])).unwrap();
    let (head, tail) = good.split_at(good.len() - 10);
    let altered = format!(
        "{head}{}{}",
        if tail.starts_with('A') { 'B' } else { 'A' },
        &tail[1..]
    );
    let cases = [
        ("good", good),
        ("a stranger's", stranger),
        ("altered", altered),
        ("a licence", sign(&claims(), &key()).unwrap()),
    ];
    cases
        .map(|(name, token)| {
            let good = StatusToken::verify(&token, &keys()).is_ok();
            json!({ "name": name, "token": token, "good": good })
        })
        .to_vec()
}

fn judged() -> Vec<Value> {
    let licence = sign(&claims(), &key()).unwrap();
    let elsewhere = StatusToken {
        uri: format!("{ISSUER}/status/2"),
        ..listed(STATUS_INVALID)
    };
    let short = StatusToken {
        list: StatusList::new(Bits::Two, 4).unwrap(),
        ..listed(0)
    };
    let cases = [
        ("valid", listed(0), NOW),
        ("revoked", listed(STATUS_INVALID), NOW),
        ("suspended", listed(STATUS_SUSPENDED), NOW),
        ("a value of a later version", listed(3), NOW),
        ("past its ttl", listed(STATUS_INVALID), NOW + 50),
        ("past its exp", listed(0), NOW + 1000),
        ("another list", elsewhere, NOW),
        ("too short a list", short, NOW),
    ];
    cases
        .map(|(name, list, now)| {
            let judged = judge(&licence, &keys(), Some(&list), now);
            let check = match judged.status {
                StatusCheck::NotNeeded => "not needed",
                StatusCheck::Missing => "missing",
                StatusCheck::Foreign => "foreign",
                StatusCheck::Fresh => "fresh",
                StatusCheck::Stale { .. } => "stale",
            };
            json!({
                "name": name, "licence": licence, "list": list.sign(&key()).unwrap(), "now": now,
                "standing": judged.standing.word(), "check": check,
            })
        })
        .to_vec()
}

/// The file's text.
pub(crate) fn text() -> String {
    serde_json::to_string_pretty(&made()).unwrap() + "\n"
}
