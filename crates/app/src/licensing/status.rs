//! The store's status list: one signed answer for all licences, cacheable, without telling the
//! store which licence somebody asks about (Token Status List).
//!
//! It is signed anew when a status has changed, another key signs, or the copy at hand has lived
//! half of the time that others may keep it; in between everybody is given the same text. While
//! nobody can sign, the last one signed is handed out until it ends, as long as it is still true.

use std::sync::{Arc, Mutex, PoisonError};

use domain::Timestamp;
use licence_key::{
    Bits, IssuerKey, STATUS_INVALID, STATUS_SUSPENDED, STATUS_VALID, StatusList, StatusToken,
};
use thiserror::Error;

use super::Standing;
use crate::{App, Fault, Refusal, Stop};

/// How long a copy of the list may be kept, in seconds.
const TTL_S: u64 = 300;
/// How long the same text is handed out, in seconds: half of the above, so that whoever fetches
/// it last may still keep it for a while.
const HANDED_OUT_S: i64 = 150;
/// When a copy must no longer be relied on, in seconds.
const LASTS_S: i64 = 24 * 60 * 60;

/// Why there is no list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StatusRefusal {
    /// Nobody here can sign one.
    #[error("this store has no signing key now, so it can't sign a status list")]
    CannotSign,
}

impl Refusal for StatusRefusal {
    fn code(&self) -> &'static str {
        "no_signing_key"
    }
}

/// The list as it was last signed, in memory.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Option<Signed>>);

#[derive(Debug)]
struct Signed {
    kid: String,
    iat: i64,
    entries: Entries,
    text: Arc<str>,
}

/// What a list says: how many entries it has, and those that are not plainly valid.
#[derive(Debug, PartialEq, Eq)]
struct Entries {
    count: u64,
    marked: Vec<(u64, u8)>,
}

impl Entries {
    fn are_in(&self, list: &StatusList) -> bool {
        let mut marked = self.marked.iter().peekable();
        (0..self.count).all(|index| {
            let wanted = marked
                .next_if(|(at, _)| *at == index)
                .map_or(STATUS_VALID, |(_, value)| *value);
            list.get(index) == Some(wanted)
        })
    }
}

impl Kept {
    fn still_good(&self, kid: &str, iat: i64, entries: &Entries) -> Option<Arc<str>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref()?;
        let young = (0..HANDED_OUT_S).contains(&iat.saturating_sub(kept.iat));
        (young && kept.kid == kid && kept.entries == *entries).then(|| kept.text.clone())
    }

    fn keep(&self, signed: Signed) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(signed);
    }
}

/// The signed list as of now.
///
/// # Errors
/// [`StatusRefusal::CannotSign`].
pub async fn status_list(app: &App, now: Timestamp) -> Result<String, Stop<StatusRefusal>> {
    let entries = entries(app).await?;
    let Some(key) = app.issuer.signer(now) else {
        let last = last_signed(app, now, &entries).await?;
        return last.ok_or(Stop::Refused(StatusRefusal::CannotSign));
    };
    let iat = now.0.div_euclid(1000);
    if let Some(text) = app.statuses.still_good(key.kid(), iat, &entries) {
        return Ok(text.to_string());
    }
    let text = sign(app.settings.status_list(), iat, &entries, &key)?;
    remember(app, iat, &text).await?;
    app.statuses.keep(Signed {
        kid: key.kid().to_owned(),
        iat,
        entries,
        text: text.as_str().into(),
    });
    Ok(text)
}

/// Puts a list by for when nobody can sign. A later one stays.
async fn remember(app: &App, iat: i64, text: &str) -> Result<(), Fault> {
    let (signed, ends) = (iat * 1000, (iat + LASTS_S) * 1000);
    let mut tx = app.write().await?;
    tx.run(REMEMBER, &[text.into(), signed.into(), ends.into()])
        .await?;
    Ok(tx.commit().await?)
}

/// The list that was put by, where it has not ended, is one of this store's, and says of every
/// licence what is true now.
async fn last_signed(
    app: &App,
    now: Timestamp,
    entries: &Entries,
) -> Result<Option<String>, Fault> {
    let row = app.read().await?.optional(PUT_BY, &[]).await?;
    let Some(row) = row.filter(|row| row.int("ends_ms").is_ok_and(|ends| now.0 < ends)) else {
        return Ok(None);
    };
    let text = row.text("token")?;
    let token = StatusToken::verify(&text, &app.issuer.jwks()).ok();
    Ok(token
        .is_some_and(|token| entries.are_in(&token.list))
        .then_some(text))
}

async fn entries(app: &App) -> Result<Entries, Fault> {
    let mut tx = app.read().await?;
    let last = tx.one(LAST, &[]).await?.int("last_index")?;
    let rows = tx.all(MARKED, &[]).await?;
    let mut marked = Vec::with_capacity(rows.len());
    for row in &rows {
        let value = match Standing::from_word(&row.text("status")?)? {
            Standing::Valid => STATUS_VALID,
            Standing::Suspended => STATUS_SUSPENDED,
            Standing::Revoked => STATUS_INVALID,
        };
        let index = u64::try_from(row.int("status_index")?).unwrap_or(0);
        marked.push((index, value));
    }
    let count = u64::try_from(last + 1).unwrap_or(0).max(1);
    Ok(Entries { count, marked })
}

fn sign(uri: String, iat: i64, entries: &Entries, key: &IssuerKey) -> Result<String, Fault> {
    let doing = "making the status list";
    let mut list = StatusList::new(Bits::Two, entries.count).map_err(Fault::while_(doing))?;
    for &(index, value) in &entries.marked {
        list.set(index, value).map_err(Fault::while_(doing))?;
    }
    let token = StatusToken {
        uri,
        iat,
        exp: Some(iat + LASTS_S),
        ttl: Some(TTL_S),
        list,
    };
    token
        .sign(key)
        .map_err(Fault::while_("signing the status list"))
}

const LAST: &str = "select coalesce(max(status_index), -1) as last_index from licences";

const REMEMBER: &str = "
    insert into status_list (id, token, signed_ms, ends_ms) values (1, $1, $2, $3)
    on conflict (id) do update
       set token = excluded.token, signed_ms = excluded.signed_ms, ends_ms = excluded.ends_ms
     where excluded.signed_ms >= status_list.signed_ms";

const PUT_BY: &str = "select token, ends_ms from status_list where id = 1";

const MARKED: &str =
    "select status, status_index from licences where status <> 'valid' order by status_index";
