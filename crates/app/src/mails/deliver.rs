//! Delivering letters: a durable job for each, which may run twice without harm.
//!
//! Before: a letter is due. It is claimed first, for longer than sending takes, so that no other
//! node sends it meanwhile and a crash only delays it. After: it is sent; or it waits, longer each
//! time; or it is given up, which the operator's page and `/metrics` say.

use std::error::Error;
use std::path::Path;

use data_encoding::HEXLOWER;
use store::db::Value;

use super::{LETTERS, Letter, Mail, MailError, read, send, unsent};
use crate::{App, Call, Fault};

const MINUTE_MS: i64 = 60_000;
/// For how long a letter that is being sent is nobody else's: more than a sending may take.
const CLAIM_MS: i64 = 10 * MINUTE_MS;
/// After each try that failed, how long until the next, in minutes. After the last it is given
/// up: nearly two days in all, so that a letter about a change of destination comes within the
/// 72 hours of its hold, or not at all.
const WAITS: [i64; 8] = [1, 5, 30, 120, 360, 720, 720, 720];
/// How many letters one round sends: the next round is a minute away.
const ROUND_MAX: usize = 200;

/// The most often that a letter is tried.
pub const TRIES_MAX: usize = WAITS.len() + 1;

/// Sends what is due; how many letters. A way that is closed ends the round.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn due(app: &App, call: &Call) -> Result<usize, Fault> {
    let mut sent = 0;
    for _ in 0..ROUND_MAX {
        let Some(letter) = claim(app, call).await? else {
            break;
        };
        match send(app, &app.mail, &letter).await {
            Ok(()) => {
                keep_sent(app, call, &letter).await?;
                sent += 1;
            }
            Err(error) => {
                keep_trouble(app, call, &letter, &error).await?;
                if error.is_general() {
                    break;
                }
            }
        }
    }
    Ok(sent)
}

/// Writes every letter that wasn't sent into a folder, also those that were given up, and says how
/// many there were. It is then the operator's to send them.
///
/// # Errors
/// [`Fault`] of the database or the folder.
pub async fn into_folder(app: &App, call: &Call, folder: &Path) -> Result<usize, Fault> {
    let way = Mail::Folder(folder.to_owned());
    let mut written = 0;
    for letter in unsent(app).await? {
        match send(app, &way, &letter).await {
            Ok(()) => {
                keep_sent(app, call, &letter).await?;
                written += 1;
            }
            Err(error) if error.is_hopeless() => keep_trouble(app, call, &letter, &error).await?,
            Err(error) => return Err(Fault::while_("writing letters into a folder")(error)),
        }
    }
    Ok(written)
}

/// Takes the oldest letter that is due, and counts the try.
async fn claim(app: &App, call: &Call) -> Result<Option<Letter>, Fault> {
    let mut tx = app.db.write().await?;
    let sql = format!("{LETTERS} {DUE}{}", tx.for_update());
    let Some(row) = tx.optional(&sql, &[call.now.0.into()]).await? else {
        return Ok(None);
    };
    let letter = read(&row)?;
    let until = call.now.plus_ms(CLAIM_MS);
    let values = [row.bytes("id")?.into(), until.0.into()];
    tx.run(CLAIM, &values).await?;
    tx.commit().await?;
    Ok(Some(Letter {
        tries: letter.tries + 1,
        ..letter
    }))
}

async fn keep_sent(app: &App, call: &Call, letter: &Letter) -> Result<(), Fault> {
    write(app, SENT, &[id(letter)?, call.now.0.into()]).await
}

async fn keep_trouble(
    app: &App,
    call: &Call,
    letter: &Letter,
    error: &MailError,
) -> Result<(), Fault> {
    let trouble = chain(error);
    let tried = usize::try_from(letter.tries).unwrap_or(usize::MAX);
    let wait = WAITS.get(tried.saturating_sub(1));
    let wait = wait.filter(|_| !error.is_hopeless());
    let (next, given_up) = match wait {
        Some(minutes) => (call.now.plus_ms(minutes * MINUTE_MS), None),
        None => (call.now, Some(call.now.0)),
    };
    // The address stays out of the log.
    match given_up {
        None => tracing::warn!("letter {} waits: {trouble}", letter.id),
        Some(_) => tracing::error!("letter {} is given up: {trouble}", letter.id),
    }
    let values = [id(letter)?, next.0.into(), trouble.into(), given_up.into()];
    write(app, TROUBLE, &values).await
}

fn id(letter: &Letter) -> Result<Value, Fault> {
    let id = HEXLOWER.decode(letter.id.as_bytes());
    Ok(id.map_err(Fault::while_("reading a letter's id"))?.into())
}

async fn write(app: &App, sql: &str, values: &[Value]) -> Result<(), Fault> {
    let mut tx = app.db.write().await?;
    tx.run(sql, values).await?;
    Ok(tx.commit().await?)
}

/// What went wrong with all that is beneath it, on one line of at most 300 letters.
fn chain(error: &MailError) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(beneath) = cause {
        line = format!("{line}: {beneath}");
        cause = beneath.source();
    }
    let plain = line.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(300).collect()
}

const DUE: &str = "
     where sent_ms is null and given_up_ms is null and next_ms <= $1 order by id limit 1";

const CLAIM: &str = "update mails set tries = tries + 1, next_ms = $2 where id = $1";

const SENT: &str = "
    update mails set sent_ms = $2, trouble = null where id = $1 and sent_ms is null";

const TROUBLE: &str = "
    update mails set next_ms = $2, trouble = $3, given_up_ms = $4
     where id = $1 and sent_ms is null";
