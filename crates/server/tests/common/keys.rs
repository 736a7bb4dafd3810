//! An issuer, a licence, and files that carry it or don't.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

use super::Place;
use licence_key::media::{self, Marks};
use licence_key::{
    Asset, Bits, Claims, Code, IssuerKey, Jwks, STATUS_INVALID, STATUS_SUSPENDED, Status,
    StatusList, StatusToken,
};

pub(crate) const ISSUER: &str = "https://music.example";
pub(crate) const LIST: &str = "https://music.example/v1/status-lists/1";

pub(crate) fn key(seed: u8) -> IssuerKey {
    IssuerKey::from_seed(&[seed; 32])
}

pub(crate) fn code() -> Code {
    Code::from_random(|| [7; 9])
}

pub(crate) fn claims(essence: &str, exp: Option<i64>) -> Claims {
    let mut claims = Claims {
        iss: ISSUER.into(),
        jti: "lic_1".into(),
        code: code(),
        sub: "sub_1".into(),
        iat: 1_700_000_000,
        exp,
        assets: vec![Asset {
            id: "ast_1".into(),
            kind: "full_mix".into(),
            title: "Dawn".into(),
            artist: "Ada".into(),
            file: "Ada - Dawn.wav".into(),
            sha256: essence.into(),
        }],
        envelope: serde_json::Value::Null,
        envelope_sha256: String::new(),
        terms: "t".into(),
        status: Some(Status::list(LIST, 0)),
    };
    claims.freeze(serde_json::json!({ "version": 1 })).unwrap();
    claims
}

pub(crate) fn wav() -> Vec<u8> {
    let mut bytes = b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    bytes.extend(44_100_u32.to_le_bytes());
    bytes.extend(88_200_u32.to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data\x08\0\0\0\x01\0\x02\0\x03\0\x04\0");
    bytes
}

pub(crate) fn essence() -> String {
    media::essence_sha256(&mut std::io::Cursor::new(wav())).unwrap()
}

pub(crate) fn marked(token: &str) -> Vec<u8> {
    let marks = Marks {
        code: code(),
        page_url: format!("{ISSUER}/l/x"),
        token: token.into(),
        title: None,
        artist: None,
        copyright: None,
    };
    media::embed_bytes(&wav(), &marks).unwrap()
}

pub(crate) fn status(value: u8) -> String {
    let mut list = StatusList::new(Bits::Two, 1).unwrap();
    list.set(0, value).unwrap();
    let token = StatusToken {
        uri: LIST.into(),
        iat: 1_700_000_000,
        exp: None,
        ttl: None,
        list,
    };
    token.sign(&key(1)).unwrap()
}

pub(crate) fn jwks(seed: u8) -> String {
    Jwks::new(ISSUER, vec![key(seed).public().clone()]).to_json()
}

/// Everything the table needs, in one folder.
pub(crate) fn place() -> Place {
    let place = Place::new();
    let good = licence_key::sign(&claims(&essence(), None), &key(1)).unwrap();
    let old = licence_key::sign(&claims(&essence(), Some(1_700_000_001)), &key(1)).unwrap();
    let other = licence_key::sign(&claims("00", None), &key(1)).unwrap();
    let middle = good.len() / 2;
    let swapped = if good.as_bytes()[middle] == b'A' {
        "B"
    } else {
        "A"
    };
    let forged = format!("{}{swapped}{}", &good[..middle], &good[middle + 1..]);
    place.write("good.wav", marked(&good));
    place.write("old.wav", marked(&old));
    place.write("other.wav", marked(&other));
    place.write("forged.wav", marked(&forged));
    place.write("plain.wav", wav());
    place.write("beside.wav", wav());
    place.write("beside.wav.licence.jwt", format!("{good}\n"));
    place.write("named [7K3M9-QXD4T-0RWPD].wav", wav());
    place.write("mine.json", jwks(1));
    place.write("theirs.json", jwks(2));
    place.write("revoked.jwt", status(STATUS_INVALID));
    place.write("suspended.jwt", status(STATUS_SUSPENDED));
    place.write("token.jwt", good);
    place
}

/// The least that is an MP4: a file type, an empty movie, some media.
pub(crate) fn mp4() -> Vec<u8> {
    let make = |kind: &[u8; 4], payload: &[u8]| {
        let length = u32::try_from(8 + payload.len()).unwrap();
        [&length.to_be_bytes()[..], kind, payload].concat()
    };
    let mvhd = make(b"mvhd", &[0; 100]);
    [
        make(b"ftyp", b"isom\0\0\0\0isom"),
        make(b"moov", &mvhd),
        make(b"mdat", b"media"),
    ]
    .concat()
}
