//! Mail: a letter becomes a message (RFC 5322, its headers encoded by RFC 2047) and is written
//! into a folder or given to a server by SMTP.
//!
//! A letter has one Message-ID, however often it is sent: whoever sends one again after a crash
//! sends the same message, which mail programs show once.

mod smtp;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, MIME_VERSION_1_0};
use lettre::message::{Mailbox, Message};
use lettre::{Address, message};
use thiserror::Error;

pub use smtp::{Security, Smtp, SmtpServer};

/// Where letters go.
#[derive(Debug, Clone)]
pub enum Mail {
    /// Into a folder, an `.eml` file each: a mail program of the operator's takes them from there.
    Folder(PathBuf),
    /// To a server.
    Smtp(Smtp),
}

/// A letter.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// Its id: hex digits. It names the file, and with `host` the message.
    pub id: &'a str,
    /// The host of the sender's site.
    pub host: &'a str,
    /// Who it is from: an address.
    pub from: &'a str,
    /// Who it is for: an address.
    pub to: &'a str,
    /// What about: one line.
    pub subject: &'a str,
    /// What it says, as plain text.
    pub body: &'a str,
    /// When it was written, in ms since 1970 UTC.
    pub at_ms: i64,
}

/// Why a letter didn't go.
#[derive(Debug, Error)]
pub enum MailError {
    /// It can't be a message, now or later: an address is none, or a header would hold a line
    /// break.
    #[error("its {0} can't stand in a message's header")]
    Header(&'static str),
    /// The folder can't be written.
    #[error("the mail folder can't be written")]
    Folder(#[source] std::io::Error),
    /// The server's settings can't be right.
    #[error("no secure connection can be set up for the mail server")]
    Server(#[source] lettre::transport::smtp::Error),
    /// The server wasn't reached, or broke off.
    #[error("the mail server can't be reached")]
    Unreachable(#[source] lettre::transport::smtp::Error),
    /// The server didn't answer in time.
    #[error("the mail server didn't answer within a minute")]
    Slow,
    /// The server said no.
    #[error("the mail server refused it")]
    Refused(#[source] lettre::transport::smtp::Error),
}

impl MailError {
    /// Whether this letter can never go.
    #[must_use]
    pub const fn is_hopeless(&self) -> bool {
        matches!(self, Self::Header(_))
    }

    /// Whether the next letter would most likely fare the same now.
    #[must_use]
    pub const fn is_general(&self) -> bool {
        !matches!(self, Self::Header(_) | Self::Refused(_))
    }
}

impl Mail {
    /// Sends a letter. When it returns well the letter is in the folder, synced, or the server has
    /// taken it over.
    ///
    /// # Errors
    /// [`MailError`]. After `Slow` and `Unreachable` the server may have it all the same.
    pub async fn send(&self, letter: &Letter<'_>) -> Result<(), MailError> {
        let message = message(letter)?;
        match self {
            Self::Folder(folder) => {
                let (folder, id) = (folder.clone(), letter.id.to_owned());
                let bytes = message.formatted();
                let kept = tokio::task::spawn_blocking(move || keep(&folder, &id, &bytes));
                let kept = kept.await.map_err(std::io::Error::other);
                kept.and_then(|kept| kept).map_err(MailError::Folder)
            }
            Self::Smtp(smtp) => smtp.send(message).await,
        }
    }
}

/// Whether a text is an e-mail address that a message can be sent to.
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok() && !text.chars().any(char::is_control)
}

fn message(letter: &Letter<'_>) -> Result<Message, MailError> {
    let plain = |name: &'static str, text: &str| {
        let good = !text.is_empty() && !text.chars().any(char::is_control);
        good.then_some(()).ok_or(MailError::Header(name))
    };
    plain("subject", letter.subject)?;
    plain("host", letter.host)?;
    let hex = letter.id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if letter.id.is_empty() || !hex || letter.host.contains(['<', '>', '@', ' ']) {
        return Err(MailError::Header("id"));
    }
    let mailbox = |name: &'static str, text: &str| {
        plain(name, text)?;
        let address = text.parse::<Address>();
        let address = address.map_err(|_| MailError::Header(name))?;
        Ok(Mailbox::new(None, address))
    };
    let since = Duration::from_millis(u64::try_from(letter.at_ms).unwrap_or_default());
    let id = format!("<{}@{}>", letter.id, letter.host);
    let built = message::MessageBuilder::new()
        .from(mailbox("sender", letter.from)?)
        .to(mailbox("recipient", letter.to)?)
        .subject(letter.subject)
        .date(SystemTime::UNIX_EPOCH + since)
        .message_id(Some(id))
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN)
        .body(letter.body.to_owned());
    built.map_err(|_| MailError::Header("address"))
}

/// Writes a message whole or not at all; again under the same name.
fn keep(folder: &Path, id: &str, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .suffix(".part")
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(format!("{id}.eml")))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: Letter<'_> = Letter {
        id: "0123456789abcdef",
        host: "store.example",
        from: "no-reply@store.example",
        to: "ada@example.com",
        subject: "Wohin das Geld geht: geändert",
        body: "Grüße.\n.\nA line that begins with a dot is a line.\n",
        at_ms: 1_772_442_000_000,
    };

    #[test]
    fn a_letter_is_a_message_whose_headers_are_ascii() {
        let bytes = message(&LETTER).unwrap().formatted();
        let text = String::from_utf8(bytes).unwrap();
        let (headers, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(headers.is_ascii(), "{headers}");
        for line in [
            "From: no-reply@store.example",
            "To: ada@example.com",
            "Message-ID: <0123456789abcdef@store.example>",
            "Date: Mon, 02 Mar 2026 09:00:00 +0000",
            "MIME-Version: 1.0",
        ] {
            assert!(
                headers.lines().any(|found| found == line),
                "{line} in {headers}"
            );
        }
        assert!(
            headers.contains("Subject: Wohin das Geld geht: =?utf-8?"),
            "{headers}"
        );
        assert_eq!(message(&LETTER).unwrap().formatted(), text.into_bytes());
    }

    #[test]
    fn what_would_begin_a_header_of_its_own_is_refused() {
        let bad = [
            (
                Letter {
                    subject: "Hello\r\nBcc: all@example.com",
                    ..LETTER
                },
                "subject",
            ),
            (
                Letter {
                    subject: "",
                    ..LETTER
                },
                "subject",
            ),
            (
                Letter {
                    to: "ada@example.com\r\nBcc: b@example.com",
                    ..LETTER
                },
                "recipient",
            ),
            (
                Letter {
                    to: "ada@example.com, b@example.com",
                    ..LETTER
                },
                "recipient",
            ),
            (
                Letter {
                    from: "nobody",
                    ..LETTER
                },
                "sender",
            ),
            (
                Letter {
                    id: "../etc/passwd",
                    ..LETTER
                },
                "id",
            ),
            (
                Letter {
                    host: "a> <b",
                    ..LETTER
                },
                "id",
            ),
        ];
        for (letter, wanted) in bad {
            let error = message(&letter).unwrap_err();
            assert!(error.is_hopeless() && !error.is_general());
            assert!(
                matches!(error, MailError::Header(field) if field == wanted),
                "{error}"
            );
        }
    }

    #[tokio::test]
    async fn a_letter_that_is_sent_again_is_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let mail = Mail::Folder(folder.path().join("mails"));
        mail.send(&LETTER).await.unwrap();
        mail.send(&LETTER).await.unwrap();
        let files: Vec<_> = std::fs::read_dir(folder.path().join("mails"))
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(files, ["0123456789abcdef.eml"]);
        let file = folder.path().join("no-folder");
        std::fs::write(&file, "").unwrap();
        let error = Mail::Folder(file).send(&LETTER).await.unwrap_err();
        assert!(error.is_general() && !error.is_hopeless(), "{error}");
    }
}
