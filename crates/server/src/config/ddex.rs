//! The keys of reports to the trade: all of them or none.

use app::Ddex;
use app::statements::{Parties, Party, PartyId};

use super::{ConfigError, Meant};

/// Who reports, and to whom.
const KEYS: [&str; 4] = [
    "ddex_sender_party_id",
    "ddex_sender_name",
    "ddex_recipient_party_id",
    "ddex_recipient_name",
];

impl Meant {
    /// Nothing where nothing was said; a part of it is a mistake.
    pub(super) fn ddex(&self) -> Result<Option<Ddex>, ConfigError> {
        let version = self.message_version("ddex_message_version")?;
        if KEYS.iter().all(|key| self.value(key).is_empty()) {
            return Ok(None);
        }
        let missing = "say it too, or leave the names and party ids of ddex_ empty, all four";
        if let Some(key) = KEYS.into_iter().find(|key| self.value(key).is_empty()) {
            return Err(self.wrong(key, missing));
        }
        let [sender, sender_name, recipient, recipient_name] = KEYS;
        Ok(Some(Ddex {
            parties: Parties {
                sender: self.party(sender, sender_name)?,
                recipient: self.party(recipient, recipient_name)?,
            },
            version,
        }))
    }

    fn party(&self, id: &'static str, name: &'static str) -> Result<Party, ConfigError> {
        let wanted = "it must be PADPIDA and eleven capitals or digits, as DDEX has given it out";
        let read = self.value(id).parse::<PartyId>();
        Ok(Party {
            id: read.map_err(|_| self.wrong(id, wanted))?,
            name: self.filled(name)?,
        })
    }

    /// `dsrf/30`, or the versions of Parts 1, 2 and 8: `dsrf/1.2/3/1.1`.
    fn message_version(&self, name: &'static str) -> Result<String, ConfigError> {
        let value = self.value(name);
        let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let version = |part: &str| part.split('.').count() <= 3 && part.split('.').all(number);
        let parts: Vec<&str> = value.split('/').collect();
        let good = match parts[..] {
            ["dsrf", "30"] => true,
            ["dsrf", one, two, eight] => [one, two, eight].into_iter().all(version),
            _ => false,
        };
        let wanted = "it must be dsrf/30, or dsrf/ and the versions of Parts 1, 2 and 8, such as dsrf/1.2/3/1.1";
        good.then_some(value)
            .ok_or_else(|| self.wrong(name, wanted))
    }
}
