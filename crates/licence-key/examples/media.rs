//! Keys in media files from the command line, for trying the crate beside other people's tools:
//!
//! ```text
//! cargo run -p licence-key --example media -- embed IN OUT   a marked copy of a sound file
//! cargo run -p licence-key --example media -- stamp IN OUT   a marked copy of a video
//! cargo run -p licence-key --example media -- read FILE      what its tags say, one line each
//! cargo run -p licence-key --example media -- token          the token that is written
//! cargo run -p licence-key --example media -- keys           the key set that verifies it
//! ```
//!
//! The licence is made up and always the same one, signed by a key that everybody can read here.

use std::error::Error;
use std::fs::File;
use std::io::Write as _;

use licence_key::media::{self, Marks};
use licence_key::{Claims, Code, IssuerKey, Jwks, sign};

const ISSUER: &str = "https://store.example";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut out = std::io::stdout();
    match arguments[..] {
        ["embed", from, to] => {
            let mut to = File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .open(to)?;
            let essence = media::embed(&mut File::open(from)?, &mut to, &marks()?)?;
            writeln!(out, "essence {essence}")?;
        }
        ["stamp", from, to] => {
            media::stamp(&mut File::open(from)?, &mut File::create(to)?, &marks()?)?;
        }
        ["read", from] => {
            let found = media::read(&mut File::open(from)?)?;
            for code in &found.codes {
                writeln!(out, "code {code}")?;
            }
            for token in &found.tokens {
                writeln!(out, "token {token}")?;
            }
            let essence = media::essence_sha256(&mut File::open(from)?)?;
            writeln!(out, "essence {essence}")?;
        }
        ["token"] => writeln!(out, "{}", marks()?.token)?,
        ["keys"] => writeln!(
            out,
            "{}",
            Jwks::new(ISSUER, vec![key().public().clone()]).to_json()
        )?,
        _ => return Err("say embed IN OUT, stamp IN OUT, read FILE, token or keys".into()),
    }
    Ok(())
}

fn key() -> IssuerKey {
    IssuerKey::from_seed(&[7; 32])
}

fn marks() -> Result<Marks, Box<dyn Error>> {
    let code: Code = "7K3M9-QXD4T-0RWPD".parse()?;
    let mut claims = Claims {
        iss: ISSUER.into(),
        jti: "lic_example".into(),
        code,
        sub: "p_example".into(),
        iat: 1_790_000_000,
        exp: None,
        assets: Vec::new(),
        envelope: serde_json::Value::Null,
        envelope_sha256: String::new(),
        terms: "2026-1".into(),
        status: None,
    };
    claims.freeze(serde_json::json!({ "version": 1, "videos": 1 }))?;
    Ok(Marks {
        code,
        page_url: format!("{ISSUER}/l/{code}"),
        token: sign(&claims, &key())?,
        title: Some("Nachtfahrt – ночь 🌙".into()),
        artist: Some("Zoë & <Ångström>".into()),
        copyright: Some("© 2026 Zoë".into()),
    })
}
