//! Sessions: opaque, revocable, thirty days (twelve hours for the operator).

use domain::{PersonId, Timestamp};
use store::db::{Tx, Value};

use super::{Person, Role, fresh_secret, hash, person};
use crate::{App, Call, Fault};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Opens a session within a transaction and says its secret.
pub(super) async fn open(tx: &mut Tx, call: &mut Call, who: PersonId) -> Result<String, Fault> {
    let (secret, hash) = fresh_secret(call);
    let operator = person::by_id(tx, who)
        .await?
        .is_some_and(|p| p.role == Role::Operator);
    let lasts = if operator { DAY_MS / 2 } else { 30 * DAY_MS };
    let values: [Value; 4] = [
        (&hash).into(),
        who.bytes().into(),
        call.now.0.into(),
        (call.now.0 + lasts).into(),
    ];
    tx.run(INSERT, &values).await?;
    Ok(secret)
}

/// Whose session a secret is, if it is one that still runs.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn whose(app: &App, call: &Call, secret: &str) -> Result<Option<Person>, Fault> {
    let mut tx = app.db.read().await?;
    let values = [(&hash(secret)).into(), call.now.0.into()];
    let Some(row) = tx.optional(FIND, &values).await? else {
        return Ok(None);
    };
    let signed_in = Some(Timestamp(row.int("created_ms")?));
    let who = person::by_id(&mut tx, PersonId::from_bytes(row.id("person_id")?)).await?;
    Ok(who.map(|who| Person { signed_in, ..who }))
}

/// Ends a session. Ending one that isn't there is fine.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn end(app: &App, secret: &str) -> Result<(), Fault> {
    let mut tx = app.db.write().await?;
    tx.run(END, &[(&hash(secret)).into()]).await?;
    Ok(tx.commit().await?)
}

const INSERT: &str = "
    insert into sessions (token_sha256, person_id, created_ms, expires_ms)
    values ($1, $2, $3, $4)";

const FIND: &str = "
    select person_id, created_ms from sessions where token_sha256 = $1 and expires_ms > $2";

const END: &str = "delete from sessions where token_sha256 = $1";
