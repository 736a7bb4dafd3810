//! A mail server of a scenario's own: it speaks as much SMTP as a client needs, keeps what it is
//! given, and can be out of sorts.

use std::sync::{Arc, Mutex, PoisonError};

use app::mails::{Mail, Security, Smtp, SmtpServer};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It takes letters.
    Willing,
    /// It refuses the recipient.
    Refusing,
    /// It takes the letter and breaks off before it says so.
    Forgetful,
}

/// A message as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The recipient of the envelope.
    pub to: String,
    /// The message, headers and all.
    pub text: String,
}

/// A mail server on a port of its own.
#[derive(Debug, Clone)]
pub struct PostOffice {
    port: u16,
    mood: Arc<Mutex<Mood>>,
    delivered: Arc<Mutex<Vec<Delivered>>>,
}

impl PostOffice {
    /// Opens one; it closes with the scenario's runtime.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port is free");
        let port = listener.local_addr().expect("a listener has a port").port();
        let office = Self {
            port,
            mood: Arc::new(Mutex::new(Mood::Willing)),
            delivered: Arc::default(),
        };
        let counter = office.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let counter = counter.clone();
                tokio::spawn(async move {
                    // A client that hangs up ends its own conversation.
                    let _ = counter.talk(stream).await;
                });
            }
        });
        office
    }

    /// The way there.
    ///
    /// # Panics
    /// Never in the clear.
    #[must_use]
    pub fn way(&self) -> Mail {
        let server = SmtpServer {
            host: "127.0.0.1".into(),
            port: self.port,
            security: Security::None,
            login: None,
            hello: "store.example".into(),
        };
        Mail::Smtp(Smtp::new(server).expect("no TLS is set up in the clear"))
    }

    /// Changes how it behaves from the next letter on.
    pub fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// What came in so far.
    #[must_use]
    pub fn delivered(&self) -> Vec<Delivered> {
        let delivered = self.delivered.lock();
        delivered.unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let mood = *self.mood.lock().unwrap_or_else(PoisonError::into_inner);
        let mut to = String::new();
        write.write_all(b"220 post.example ESMTP\r\n").await?;
        while let Some(line) = lines.next_line().await? {
            let command = line.to_ascii_uppercase();
            let reply = if command.starts_with("EHLO") {
                "250-post.example\r\n250 8BITMIME\r\n"
            } else if command.starts_with("RCPT TO:") {
                line["RCPT TO:".len()..].clone_into(&mut to);
                match mood {
                    Mood::Refusing => "550 there is nobody of that name\r\n",
                    Mood::Willing | Mood::Forgetful => "250 yes\r\n",
                }
            } else if command == "DATA" {
                write.write_all(b"354 go on\r\n").await?;
                let mut text = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    // RFC 5321, 4.5.2: a dot that begins a line was doubled.
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push_str("\r\n");
                }
                let delivered = Delivered {
                    to: to.clone(),
                    text,
                };
                let mut all = self
                    .delivered
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                all.push(delivered);
                drop(all);
                if mood == Mood::Forgetful {
                    return Ok(());
                }
                "250 taken over\r\n"
            } else if command == "QUIT" {
                write.write_all(b"221 good day\r\n").await?;
                return Ok(());
            } else {
                "250 fine\r\n"
            };
            write.write_all(reply.as_bytes()).await?;
        }
        Ok(())
    }
}
