//! What several tests share: an issuer, claims of a usual size, and marks.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod vectors;

use licence_key::{Asset, Claims, Code, IssuerKey, Jwks, Status};
use serde_json::json;

pub(crate) const ISSUER: &str = "https://store.example";
pub(crate) const LIST: &str = "https://store.example/status/1";
pub(crate) const NOW: i64 = 1_800_000_000;

pub(crate) fn key() -> IssuerKey {
    IssuerKey::from_seed(&[7; 32])
}

pub(crate) fn keys() -> Jwks {
    Jwks::new(ISSUER, vec![key().public().clone()])
}

pub(crate) fn code() -> Code {
    "7K3M9-QXD4T-0RWPD".parse().unwrap()
}

pub(crate) fn claims() -> Claims {
    let mut claims = Claims {
        iss: ISSUER.to_owned(),
        jti: "lic_01h5n0et5q6mt3v7ms1234abcd".to_owned(),
        code: code(),
        sub: "p_7f3a9c".to_owned(),
        iat: 1_790_000_000,
        exp: None,
        assets: vec![Asset {
            id: "ast_01h5n0et5q6mt3v7ms1234abcd".to_owned(),
            kind: "cut_15".to_owned(),
            title: "Night Drive".to_owned(),
            artist: "Zoë Ångström".to_owned(),
            file: "night-drive-15.wav".to_owned(),
            sha256: "a3".repeat(32),
        }],
        envelope: serde_json::Value::Null,
        envelope_sha256: String::new(),
        terms: "2026-1".to_owned(),
        status: Some(Status::list(LIST, 42)),
    };
    claims
        .freeze(json!({
            "version": 1,
            "placements": ["youtube", "tiktok"],
            "purpose": "monetised_creator",
            "videos": 1,
            "territory": "Worldwide",
            "credit": null,
        }))
        .unwrap();
    claims
}

/// Claims as a store issues them, with a whole envelope: a token of about 1.8 kB.
pub(crate) fn full() -> Claims {
    let mut claims = claims();
    claims.jti = "lic_019a8c3e-52f4-7c1b-9d50-6f2c1b7a9e31".to_owned();
    claims.sub = "sub_7f3a9c0d5e1b48a2967c3d10".to_owned();
    claims.assets[0].id = "ast_019a8c3e-1d0b-7a44-8c2e-0b6f5d3c9a12".to_owned();
    claims.assets[0].file =
        "Zoë Ångström - Night Drive (cut 15s) [7K3M9-QXD4T-0RWPD].wav".to_owned();
    claims
        .freeze(json!({
            "version": 1,
            "asset": {"kind": "cut", "length_ms": 15_000},
            "alterations": {"pitch_tempo": false, "remix": false},
            "audience": 100_000,
            "channels": {"of": "licensee", "listed": ["youtube:@zoe", "tiktok:@zoe.films"]},
            "clip_ms": 15_000,
            "credit": {"text": "\"Night Drive\" by Zoë Ångström, licensed from The Store"},
            "exclusive_until": null,
            "forbidden": ["standalone", "content_id", "ai_training"],
            "placements": ["youtube", "youtube_shorts", "tiktok", "instagram", "facebook"],
            "publish_window": {"from": "2026-11-25", "until": "2027-11-25"},
            "purpose": "monetised_creator",
            "territory": "Worldwide",
            "videos": 1,
        }))
        .unwrap();
    claims
}
