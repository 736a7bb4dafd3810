//! Mail by SMTP (RFC 5321), through a server that takes it further.

use std::fmt;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::MailError;

/// How long one answer of the server may take.
const ANSWER: Duration = Duration::from_secs(20);
/// How long a letter may take in all.
const LETTER: Duration = Duration::from_secs(60);

/// How the connection to the server is kept from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS after STARTTLS, or not at all: nothing is said in the clear.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// In the clear: for a server on the same machine.
    None,
}

/// A mail server.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpServer {
    /// Its name, which its certificate must be for.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept.
    pub security: Security,
    /// Whom to sign in as, with which password; nobody where there is none.
    pub login: Option<(String, String)>,
    /// What this machine calls itself.
    pub hello: String,
}

impl fmt::Debug for SmtpServer {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpServer")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

/// A way to a mail server. Each letter has a connection of its own.
#[derive(Clone)]
pub struct Smtp {
    server: SmtpServer,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.server.fmt(f)
    }
}

impl Smtp {
    /// The way to a server. Nothing is connected yet.
    ///
    /// # Errors
    /// [`MailError::Server`] when TLS can't be set up, for one without any trusted certificate.
    pub fn new(server: SmtpServer) -> Result<Self, MailError> {
        let parameters = || TlsParameters::new(server.host.clone()).map_err(MailError::Server);
        let tls = match server.security {
            Security::StartTls => Tls::Required(parameters()?),
            Security::Tls => Tls::Wrapper(parameters()?),
            Security::None => Tls::None,
        };
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.as_str())
                .port(server.port)
                .tls(tls)
                .timeout(Some(ANSWER))
                .hello_name(ClientId::Domain(server.hello.clone()));
        if let Some((user, password)) = &server.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self {
            transport: builder.build(),
            server,
        })
    }

    pub(super) async fn send(&self, message: Message) -> Result<(), MailError> {
        let sent = tokio::time::timeout(LETTER, self.transport.send(message)).await;
        match sent {
            Err(_) => Err(MailError::Slow),
            Ok(Ok(_)) => Ok(()),
            // A reply of the server's is about this letter; anything else is about the way there.
            Ok(Err(error)) if error.is_transient() || error.is_permanent() => {
                Err(MailError::Refused(error))
            }
            Ok(Err(error)) => Err(MailError::Unreachable(error)),
        }
    }
}
