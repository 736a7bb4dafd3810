//! The evidence: what a licence states, as JSON for programs and lawyers' programs.

use licence_key::Claims;
use serde_json::{Value, json};

use super::super::Licence;
use crate::{App, Fault};

/// Everything that proves a licence, as JSON: the claims that are signed, the envelope with its
/// hash, the files with theirs, and the keys to check with. Holds nothing of the licensee but
/// the pseudonym in the claims.
///
/// # Errors
/// [`Fault`] when the stored token is none.
pub fn evidence(app: &App, licence: &Licence) -> Result<Value, Fault> {
    let claims = claims(&licence.token)?;
    let code = licence.code.to_string();
    let files: Vec<_> = licence
        .files
        .iter()
        .map(|file| json!({ "name": file.name, "kind": file.kind.code(), "sha256_essence": file.essence }))
        .collect();
    let keys: Vec<_> = app
        .issuer
        .jwks()
        .keys
        .iter()
        .map(|key| json!({ "kid": key.thumbprint() }))
        .collect();
    Ok(json!({
        "licence": licence.id.to_string(),
        "code": code,
        "issued_at": licence.issued_at,
        "issuer": claims.iss,
        "page_url": super::page(app, licence),
        "track": licence.track.map(|id| id.to_string()),
        "title": licence.title,
        "artist": licence.artist,
        "label": licence.label,
        "terms": claims.terms,
        "envelope": licence.envelope,
        "envelope_sha256": licence.envelope_sha256,
        "files": files,
        "claims": claims,
        "token": licence.token,
        "issuer_keys": keys,
    }))
}

/// The version of the terms that a token states.
pub(crate) fn terms(token: &str) -> String {
    claims(token).map(|claims| claims.terms).unwrap_or_default()
}

fn claims(token: &str) -> Result<Claims, Fault> {
    licence_key::peek(token).map_err(Fault::while_("reading a licence's token"))
}
