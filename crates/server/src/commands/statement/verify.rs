//! `clearcue statement verify`: recomputes a statement from its file and checks who signed it.
//! Needs no store and no network.

use std::fs;
use std::path::Path;

use app::statements::{Checked, SealError, Statement, check, check_table, decimal, is_table};
use licence_key::Jwks;
use serde_json::json;

use super::Context;
use crate::exit::Failure;
use crate::keys;
use crate::verify::Trust;

/// The largest file that is read as a statement, in bytes: 256 MiB.
const FILE_MAX: u64 = 256 * 1024 * 1024;

const FIX: &str = "name a statement's JSON (or CSV), as `clearcue statement export` writes it";
const ASK: &str = "ask the store for the same period again, and for an explanation if it stays so";

/// What came of looking at the signature.
enum Signed {
    /// A trusted key made it.
    By { kid: String, place: String },
    /// There is none.
    Absent,
    /// Nobody who is trusted here has the key that it names.
    Unchecked { kid: String },
}

pub(super) fn verify(context: &Context, file: &Path, issuer: Option<&Path>) -> Result<(), Failure> {
    let name = file.display();
    let text = read(file)?;
    if is_table(&text) {
        if issuer.is_some() {
            let what = format!("{name} is a table: it carries no signature");
            return Err(Failure::misuse(what, "name the JSON form of the statement"));
        }
        return table(context, &text);
    }
    let statement: Statement = serde_json::from_str(&text)
        .map_err(|e| Failure::misuse(format!("{name} is no statement: {e}"), FIX))?;
    let checked = check(&statement).map_err(|wrong| Failure::failed(wrong, ASK))?;
    let signed = signed(&statement, &trust(context, issuer)?)?;
    if let (Some(_), Some(what)) = (issuer, doubt(&signed, &statement)) {
        return Err(Failure::failed(
            what,
            "ask the store for a signed one, or for its jwks.json",
        ));
    }
    context.say.json(&document(&statement, &checked, &signed));
    context.say.text(format!(
        "{} for {}: {} lines, {} of them recomputed from split sheets, sum to {} {}",
        statement.period.name,
        statement.payee.name.escape_debug(),
        checked.lines,
        checked.recomputed,
        change(&checked),
        statement.currency,
    ));
    context.say.text("all of it is right");
    context
        .say
        .text(match (&signed, doubt(&signed, &statement)) {
            (Signed::By { kid, place }, _) => format!(
                "signed by {} with the key {kid} (trusted by {place})",
                statement.store.escape_debug()
            ),
            (_, doubt) => format!(
                "the signature was NOT checked: {}; name the issuer's keys with --issuer jwks.json",
                doubt.unwrap_or_default()
            ),
        });
    Ok(())
}

fn read(file: &Path) -> Result<String, Failure> {
    let name = file.display();
    let unread = |why: String| Failure::misuse(format!("{name} can't be read: {why}"), FIX);
    let size = fs::metadata(file).map_err(|e| unread(e.to_string()))?.len();
    if size > FILE_MAX {
        return Err(unread("it has more than 256 MiB".into()));
    }
    fs::read_to_string(file).map_err(|e| unread(e.to_string()))
}

/// A table carries the figures alone.
fn table(context: &Context, text: &str) -> Result<(), Failure> {
    let checked = check_table(text).map_err(|wrong| Failure::failed(wrong, ASK))?;
    context.say.json(&json!({
        "right": true,
        "form": "csv",
        "lines": checked.lines,
        "recomputed": checked.recomputed,
        "change": change(&checked),
        "signature": "absent",
    }));
    context.say.text(format!(
        "{} lines, {} of them recomputed from the payee's shares, sum to {}",
        checked.lines,
        checked.recomputed,
        change(&checked),
    ));
    context.say.text(
        "the figures are right among themselves; who made this file and whether a line was left \
         out can't be told from a table: verify the JSON form for that",
    );
    Ok(())
}

/// Whom to believe: the named issuer alone, else the store at hand and the pinned issuers.
fn trust(context: &Context, issuer: Option<&Path>) -> Result<Trust, Failure> {
    if let Some(path) = issuer {
        return Trust::of_file(path);
    }
    let trust = match &context.folder {
        None => Trust::default(),
        Some(folder) => {
            let place = format!("the store in {}", folder.display());
            Trust::default().and(place, keys::public(folder)?)
        }
    };
    Ok(trust.and_all(Trust::pinned()))
}

fn signed(statement: &Statement, trust: &Trust) -> Result<Signed, Failure> {
    let nobody = [("nobody".to_owned(), Jwks::default())];
    let mut refused = None;
    for (place, keys) in trust.issuers().iter().chain(&nobody) {
        match statement.signed_by(keys) {
            Ok(None) => return Ok(Signed::Absent),
            Ok(Some(key)) => {
                return Ok(Signed::By {
                    kid: key.thumbprint().to_owned(),
                    place: place.clone(),
                });
            }
            // A known key's word against the statement weighs more than a key nobody knows.
            Err(error) => match (&refused, error) {
                (Some(known), _) if !unknown(known) => {}
                (_, error) => refused = Some(error),
            },
        }
    }
    match refused {
        Some(SealError::UnknownKey { kid }) => Ok(Signed::Unchecked { kid }),
        Some(error) => Err(Failure::failed(error, ASK)),
        None => Ok(Signed::Absent),
    }
}

fn unknown(error: &SealError) -> bool {
    matches!(error, SealError::UnknownKey { .. })
}

/// Why it isn't known who made the statement.
fn doubt(signed: &Signed, statement: &Statement) -> Option<String> {
    match signed {
        Signed::By { .. } => None,
        Signed::Absent => Some("the file isn't signed".into()),
        Signed::Unchecked { kid } => Some(format!(
            "its key {} isn't trusted here, though it says it is of {}",
            kid.escape_debug(),
            statement.store.escape_debug()
        )),
    }
}

fn document(statement: &Statement, checked: &Checked, signed: &Signed) -> serde_json::Value {
    let (word, kid, place) = match signed {
        Signed::By { kid, place } => ("good", Some(kid), Some(place)),
        Signed::Absent => ("absent", None, None),
        Signed::Unchecked { kid } => ("unchecked", Some(kid), None),
    };
    json!({
        "right": true,
        "form": "json",
        "payee": statement.payee.id,
        "period": statement.period.name,
        "lines": checked.lines,
        "recomputed": checked.recomputed,
        "change": change(checked),
        "hash": statement.hash,
        "signature": word,
        "kid": kid,
        "trusted_by": place,
        "issuer": statement.store,
    })
}

fn change(checked: &Checked) -> String {
    i64::try_from(checked.change).map_or_else(|_| String::new(), decimal)
}
