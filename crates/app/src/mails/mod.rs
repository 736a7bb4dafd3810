//! Letters: written in the transaction of what they tell of, delivered afterwards by the upkeep
//! ([`deliver`]), into a folder or by SMTP.
//!
//! A letter is delivered at least once: when a process dies between the mail server's word and
//! ours, it is sent again, as the same message under the same Message-ID.

pub mod deliver;

use data_encoding::HEXLOWER;
use domain::Timestamp;
use store::db::Tx;
use store::mail;

use crate::payouts::{AccessRefusal, Hand, operators};
use crate::{App, Call, Fault, Stop};

pub use store::mail::{Mail, MailError, Security, Smtp, SmtpServer, is_address};

/// How many letters a list holds.
const LIST_MAX: i64 = 500;

/// A letter that wasn't sent yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its id, 32 hex digits: its name in a folder, and in its Message-ID.
    pub id: String,
    /// To whom.
    pub to: String,
    /// What about.
    pub subject: String,
    /// What it says.
    pub body: String,
    /// When it was written.
    pub at: Timestamp,
    /// How often it was tried.
    pub tries: i64,
    /// What went wrong last.
    pub trouble: Option<String>,
    /// Since when it isn't tried any more.
    pub given_up: Option<Timestamp>,
}

/// Writes a letter that is to be sent.
pub(crate) async fn write(
    tx: &mut Tx,
    call: &mut Call,
    to: &str,
    subject: &str,
    body: &str,
) -> Result<(), Fault> {
    let id = call.id();
    let values = [
        (&id).into(),
        to.into(),
        subject.into(),
        body.into(),
        call.now.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    Ok(())
}

/// The letters that weren't sent yet, the oldest first: at most 500.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn unsent(app: &App) -> Result<Vec<Letter>, Fault> {
    let mut tx = app.db.read().await?;
    let sql = format!("{LETTERS} where sent_ms is null order by id limit $1");
    let rows = tx.all(&sql, &[LIST_MAX.into()]).await?;
    rows.iter().map(read).collect()
}

/// Tries every letter again that was given up or waits for its next try; how many there are. The
/// next round of upkeep takes them.
///
/// # Errors
/// [`AccessRefusal`].
pub async fn again(app: &App, hand: Hand<'_>) -> Result<u64, Stop<AccessRefusal>> {
    operators(hand).map_err(Stop::Refused)?;
    let mut tx = app.db.write().await?;
    let count = tx.run(AGAIN, &[]).await?;
    tx.commit().await?;
    Ok(count)
}

fn read(row: &store::db::Row) -> Result<Letter, Fault> {
    Ok(Letter {
        id: HEXLOWER.encode(&row.bytes("id")?),
        to: row.text("recipient")?,
        subject: row.text("subject")?,
        body: row.text("body")?,
        at: Timestamp(row.int("at_ms")?),
        tries: row.int("tries")?,
        trouble: row.opt_text("trouble")?,
        given_up: row.opt_int("given_up_ms")?.map(Timestamp),
    })
}

/// Sends a letter by one way.
async fn send(app: &App, way: &Mail, letter: &Letter) -> Result<(), MailError> {
    let host = app.settings.host();
    let from = app.settings.mail_from();
    way.send(&mail::Letter {
        id: &letter.id,
        host,
        from: &from,
        to: &letter.to,
        subject: &letter.subject,
        body: &letter.body,
        at_ms: letter.at.0,
    })
    .await
}

const INSERT: &str = "
    insert into mails (id, recipient, subject, body, at_ms, sent_ms)
    values ($1, $2, $3, $4, $5, null)";

const LETTERS: &str = "
    select id, recipient, subject, body, at_ms, tries, trouble, given_up_ms from mails";

const AGAIN: &str = "
    update mails set tries = 0, next_ms = 0, given_up_ms = null
     where sent_ms is null and (given_up_ms is not null or tries > 0)";
