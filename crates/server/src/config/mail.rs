//! What is said of mail: where letters go, and who they are from.

use app::mails::{Security, SmtpServer, is_address};

use super::{ConfigError, Meant};

/// How letters leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailTo {
    /// Into a folder, relative to the store's.
    Folder(String),
    /// To a server.
    Smtp(SmtpServer),
}

impl Meant {
    /// Who letters are from: an address, or nothing for the shipped one.
    pub(super) fn mail_from(&self) -> Result<String, ConfigError> {
        let value = self.value("mail_from");
        if value.is_empty() || is_address(&value) {
            return Ok(value);
        }
        Err(self.wrong(
            "mail_from",
            "it must be one address, like music@store.example",
        ))
    }

    /// How letters leave.
    pub(super) fn mail(&self) -> Result<MailTo, ConfigError> {
        match self.value("mail_by").as_str() {
            "folder" => Ok(MailTo::Folder(self.filled("mail_folder")?)),
            "smtp" => Ok(MailTo::Smtp(self.mail_server()?)),
            _ => Err(self.wrong("mail_by", "it must be folder or smtp")),
        }
    }

    fn mail_server(&self) -> Result<SmtpServer, ConfigError> {
        let host = self.filled("mail_host")?;
        let port = self
            .value("mail_port")
            .parse()
            .ok()
            .filter(|port| *port > 0);
        let port = port.ok_or_else(|| self.wrong("mail_port", "it must be a port, like 587"))?;
        let (user, password) = (self.value("mail_user"), self.value("mail_password"));
        if user.is_empty() != password.is_empty() {
            let missing = if user.is_empty() {
                "mail_user"
            } else {
                "mail_password"
            };
            return Err(self.wrong(missing, "say both mail_user and mail_password, or neither"));
        }
        let here = ["localhost", "127.0.0.1", "::1"].contains(&host.as_str());
        let security = match self.value("mail_security").as_str() {
            "starttls" => Security::StartTls,
            "tls" => Security::Tls,
            "none" if here => Security::None,
            "none" => {
                let wanted = "only a mail server on this machine is spoken to in the clear: \
                              say starttls or tls";
                return Err(self.wrong("mail_security", wanted));
            }
            _ => return Err(self.wrong("mail_security", "it must be starttls, tls or none")),
        };
        let url = self.value("public_url");
        let after = url.split("://").nth(1).unwrap_or_default();
        let hello = after
            .split(['/', ':'])
            .next()
            .filter(|host| !host.is_empty());
        Ok(SmtpServer {
            host,
            port,
            security,
            login: Some((user, password)).filter(|(user, _)| !user.is_empty()),
            hello: hello.unwrap_or("localhost").to_owned(),
        })
    }
}
