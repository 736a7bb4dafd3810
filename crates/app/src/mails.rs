//! Letters: written in the transaction of what they tell of, sent afterwards by whoever carries
//! the post. A letter may be written into the folder twice and has the same name both times.

use std::path::Path;

use data_encoding::HEXLOWER;
use domain::Timestamp;
use store::db::Tx;

use crate::{App, Call, Fault};

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its id, 32 hex digits: its name in the folder.
    pub id: String,
    /// To whom.
    pub to: String,
    /// What about.
    pub subject: String,
    /// What it says.
    pub body: String,
    /// When it was written.
    pub at: Timestamp,
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
pub async fn unsent(app: &App) -> Result<Vec<Mail>, Fault> {
    let mut tx = app.read().await?;
    let rows = tx.all(UNSENT, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(Mail {
                id: HEXLOWER.encode(&row.bytes("id")?),
                to: row.text("recipient")?,
                subject: row.text("subject")?,
                body: row.text("body")?,
                at: Timestamp(row.int("at_ms")?),
            })
        })
        .collect()
}

/// Writes the unsent letters into a folder, one `.eml` file each, and says how many there were.
/// A mail program of the operator's takes them from there.
///
/// # Errors
/// [`Fault`] of the database or the folder.
pub async fn deliver(app: &App, call: &Call, folder: &Path) -> Result<usize, Fault> {
    let failed = || Fault::while_::<std::io::Error>("writing mail into its folder");
    let letters = unsent(app).await?;
    if letters.is_empty() {
        return Ok(0);
    }
    tokio::fs::create_dir_all(folder).await.map_err(failed())?;
    for letter in &letters {
        let name = format!("{}.eml", letter.id);
        let (path, part) = (folder.join(&name), folder.join(format!("{name}.part")));
        tokio::fs::write(&part, text(app, letter))
            .await
            .map_err(failed())?;
        tokio::fs::rename(&part, &path).await.map_err(failed())?;
        let id = HEXLOWER.decode(letter.id.as_bytes());
        let id = id.map_err(Fault::while_("reading a letter's id"))?;
        let mut tx = app.write().await?;
        tx.run(SENT, &[id.into(), call.now.0.into()]).await?;
        tx.commit().await?;
    }
    Ok(letters.len())
}

/// The letter as a file (RFC 5322). What was said by others stands in no header but the address,
/// which was checked.
fn text(app: &App, letter: &Mail) -> String {
    let host = app
        .settings
        .public_url
        .split("://")
        .nth(1)
        .unwrap_or("localhost");
    let host = host.split(['/', ':']).next().unwrap_or("localhost");
    format!(
        "From: no-reply@{host}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}@{host}>\r\n\
         X-Clearcue-Written: {}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
        letter.to,
        letter.subject,
        letter.id,
        letter.at,
        letter.body.replace('\n', "\r\n"),
    )
}

const INSERT: &str = "
    insert into mails (id, recipient, subject, body, at_ms, sent_ms)
    values ($1, $2, $3, $4, $5, null)";

const UNSENT: &str = "
    select id, recipient, subject, body, at_ms from mails
     where sent_ms is null order by id limit 500";

const SENT: &str = "update mails set sent_ms = $2 where id = $1 and sent_ms is null";
