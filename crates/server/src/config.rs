//! What was said becomes what is meant: flags over environment over `clearcue.toml` over the
//! shipped defaults, each key on its own, and for each it is known who said it.
//!
//! It knows nothing of commands, of databases, or of where the environment is read.

use std::collections::BTreeMap;
use std::fmt;

use app::{BUNDLE_PLANS, Currency, Rates, Seller, Settings, Tax};
use thiserror::Error;

mod ddex;
mod keys;
mod mail;
mod meter;

pub use keys::{KEYS, Key};
pub use mail::MailTo;

/// Who said a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A flag of the command.
    Flag,
    /// The environment.
    Environment,
    /// `clearcue.toml`.
    File,
    /// Nobody: the shipped value.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "clearcue.toml",
            Self::Default => "default",
        })
    }
}

/// Why a configuration can't be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// The file is no TOML.
    #[error("clearcue.toml can't be read: {0}")]
    Toml(String),
    /// A key that doesn't exist: most likely a misspelt one, which must not be passed over.
    #[error(
        "clearcue.toml has an unknown key `{0}`: correct or remove it; `clearcue config` lists the keys"
    )]
    UnknownKey(String),
    /// A value of a kind no key has.
    #[error("`{0}` in clearcue.toml must be text or a whole number")]
    Kind(String),
    /// A value that doesn't make sense.
    #[error("`{key}` ({source_of}) is `{value}`: {wanted}")]
    Value {
        /// The key.
        key: &'static str,
        /// Who said it.
        source_of: Source,
        /// What it is.
        value: String,
        /// What it should be.
        wanted: &'static str,
    },
}

/// What one source says: values by key, none of them judged yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said(BTreeMap<&'static str, String>);

impl Said {
    /// The same with one more value, where there is one. Names of no key are passed over.
    #[must_use]
    pub fn with(mut self, name: &str, value: Option<impl Into<String>>) -> Self {
        if let (Some(key), Some(value)) = (find(name), value) {
            self.0.insert(key.name, value.into());
        }
        self
    }

    /// What the text of a `clearcue.toml` says.
    ///
    /// # Errors
    /// [`ConfigError`] for the first thing that can't be read.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let table: toml::Table = text
            .parse()
            .map_err(|e: toml::de::Error| ConfigError::Toml(e.message().to_owned()))?;
        let mut said = Self::default();
        for (name, value) in flat(table) {
            let key = find(&name.replace('.', "_"));
            let key = key.ok_or_else(|| ConfigError::UnknownKey(name.clone()))?;
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                _ => return Err(ConfigError::Kind(name)),
            };
            said.0.insert(key.name, value);
        }
        Ok(said)
    }

    /// What variables of the environment say. Other variables, and empty ones, say nothing.
    #[must_use]
    pub fn from_env(variables: impl Iterator<Item = (String, String)>) -> Self {
        let mut said = Self::default();
        for (name, value) in variables {
            let key = name.strip_prefix("CLEARCUE_").map(str::to_lowercase);
            if let (Some(key), false) = (key.as_deref().and_then(find), value.is_empty()) {
                said.0.insert(key.name, value);
            }
        }
        said
    }
}

/// A table's values with those of `[mail]`, `[ddex]` and `[meter]` beside them: the `host` of the one is
/// `mail.host`, which is the key `mail_host`.
fn flat(table: toml::Table) -> Vec<(String, toml::Value)> {
    let mut out = Vec::new();
    for (name, value) in table {
        match value {
            toml::Value::Table(inner) if matches!(name.as_str(), "mail" | "ddex" | "meter") => {
                let named = |(key, value): (String, _)| (format!("{name}.{key}"), value);
                out.extend(inner.into_iter().map(named));
            }
            value => out.push((name, value)),
        }
    }
    out
}

fn find(name: &str) -> Option<Key> {
    KEYS.into_iter().find(|key| key.name == name)
}

/// One key in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// Its value; a password in a database address is left out.
    pub value: String,
    /// Who said it.
    pub source: Source,
}

/// The configuration in force.
#[derive(Debug, Clone)]
pub struct Config {
    /// What use cases need of it.
    pub settings: Settings,
    /// Where to listen.
    pub listen: String,
    /// Whether askers come through a proxy that says where they come from.
    pub behind_proxy: bool,
    /// How long a client may keep the store waiting, in seconds.
    pub patience_s: u32,
    /// How many connections may be open at once.
    pub connections_max: u32,
    /// The database's address, as said: a SQLite file is relative to the store's folder.
    pub database: String,
    /// What is logged.
    pub log: String,
    /// How letters leave.
    pub mail: MailTo,
    /// Every key, for `clearcue config`.
    pub entries: Vec<Entry>,
}

impl Config {
    /// Puts what was said together.
    ///
    /// # Errors
    /// [`ConfigError::Value`] for the first value that doesn't make sense.
    pub fn of(flags: &Said, env: &Said, file: &Said) -> Result<Self, ConfigError> {
        let entries = KEYS.map(|key| entry(key, flags, env, file));
        let mut meant = Meant(entries.to_vec());
        if meant.value("public_url").is_empty() {
            meant.set("public_url", format!("http://{}", meant.value("listen")));
        }
        let config = Self {
            settings: Settings {
                name: meant.filled("name")?,
                public_url: meant.url("public_url")?,
                currency: meant.currency("currency")?,
                rates: meant.rates()?,
                terms: meant.filled("terms")?,
                seller: Seller {
                    name: meant.value("seller_name"),
                    address: meant.value("seller_address"),
                    tax_id: meant.value("seller_tax_id"),
                },
                bundles: BUNDLE_PLANS.to_vec(),
                reserve_days: meant.days("reserve_days")?,
                events_days: meant.count(
                    "events_days",
                    3_650,
                    "it must be a whole number from 1 to 3650",
                )?,
                keep_raw_days: meant.kept_days("meter_keep_raw_days")?,
                sandbox_webhook_secret: meant.secret("sandbox_webhook_secret")?,
                mail_from: meant.mail_from()?,
                ddex: meant.ddex()?,
            },
            listen: meant.filled("listen")?,
            behind_proxy: meant.yes_or_no("behind_proxy")?,
            patience_s: meant.count(
                "patience_s",
                3_600,
                "it must be a whole number from 1 to 3600",
            )?,
            connections_max: meant.count(
                "connections_max",
                100_000,
                "it must be a whole number from 1 to 100000",
            )?,
            database: meant.filled("database")?,
            log: meant.value("log"),
            mail: meant.mail()?,
            entries: Vec::new(),
        };
        meant.set("public_url", config.settings.public_url.clone());
        meant.set("database", without_password(&config.database));
        if !config.settings.sandbox_webhook_secret.is_empty() {
            meant.set("sandbox_webhook_secret", "whsec_…".into());
        }
        if !meant.value("mail_password").is_empty() {
            meant.set("mail_password", "…".into());
        }
        Ok(Self {
            entries: meant.0,
            ..config
        })
    }

    /// Who said the value of a key.
    #[must_use]
    pub fn source(&self, name: &str) -> Source {
        let entry = self.entries.iter().find(|entry| entry.key.name == name);
        entry.map_or(Source::Default, |entry| entry.source)
    }

    /// Takes the address that is really listened on into the public one, where nobody has said
    /// another: port 0 becomes the port that was given.
    pub fn listening_on(&mut self, address: std::net::SocketAddr) {
        self.listen = address.to_string();
        if self.source("public_url") == Source::Default {
            self.settings.public_url = format!("http://{address}");
        }
    }
}

fn entry(key: Key, flags: &Said, env: &Said, file: &Said) -> Entry {
    let sources = [
        (flags, Source::Flag),
        (env, Source::Environment),
        (file, Source::File),
    ];
    let said = sources
        .into_iter()
        .find_map(|(said, source)| Some((said.0.get(key.name)?.clone(), source)));
    let (value, source) = said.unwrap_or_else(|| (key.default.to_owned(), Source::Default));
    Entry { key, value, source }
}

/// `postgres://user:secret@host/db` without the secret.
fn without_password(address: &str) -> String {
    let parts = address.split_once("://").and_then(|(scheme, rest)| {
        let (user, host) = rest.rsplit_once('@')?;
        let (user, _) = user.split_once(':')?;
        Some(format!("{scheme}://{user}:…@{host}"))
    });
    parts.unwrap_or_else(|| address.to_owned())
}

/// The entries while they are being judged.
struct Meant(Vec<Entry>);

impl Meant {
    fn entry(&self, name: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.key.name == name)
    }

    fn value(&self, name: &str) -> String {
        self.entry(name)
            .map(|entry| entry.value.trim().to_owned())
            .unwrap_or_default()
    }

    fn set(&mut self, name: &str, value: String) {
        if let Some(entry) = self.0.iter_mut().find(|entry| entry.key.name == name) {
            entry.value = value;
        }
    }

    fn wrong(&self, name: &'static str, wanted: &'static str) -> ConfigError {
        let source_of = self
            .entry(name)
            .map_or(Source::Default, |entry| entry.source);
        ConfigError::Value {
            key: name,
            source_of,
            value: self.value(name),
            wanted,
        }
    }

    fn filled(&self, name: &'static str) -> Result<String, ConfigError> {
        let value = self.value(name);
        let plain = !value.is_empty() && !value.chars().any(char::is_control);
        plain
            .then_some(value)
            .ok_or_else(|| self.wrong(name, "say something on one line"))
    }

    fn yes_or_no(&self, name: &'static str) -> Result<bool, ConfigError> {
        match self.value(name).as_str() {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(self.wrong(name, "it must be yes or no")),
        }
    }

    fn url(&self, name: &'static str) -> Result<String, ConfigError> {
        let value = self.filled(name)?;
        let value = value.trim_end_matches('/');
        let host = value
            .strip_prefix("http://")
            .or_else(|| value.strip_prefix("https://"));
        let good = host.is_some_and(|host| !host.is_empty() && !host.contains([' ', '?', '#']));
        let wanted = "it must be an address like https://music.example";
        good.then(|| value.to_owned())
            .ok_or_else(|| self.wrong(name, wanted))
    }

    fn currency(&self, name: &'static str) -> Result<Currency, ConfigError> {
        // The shipped offers and plans are priced in dollars; another currency here would only
        // make reports read empty accounts.
        let wanted = "it must be USD: this version sells in no other currency";
        let currency = Currency::from_code(&self.value(name)).ok();
        currency
            .filter(|c| *c == Currency::USD)
            .ok_or_else(|| self.wrong(name, wanted))
    }

    fn basis_points(&self, name: &'static str) -> Result<u32, ConfigError> {
        let value = self.value(name).parse().ok().filter(|bp| *bp <= 10_000);
        value.ok_or_else(|| self.wrong(name, "it must be a whole number from 0 to 10000"))
    }

    fn days(&self, name: &'static str) -> Result<u32, ConfigError> {
        let value = self.value(name).parse().ok().filter(|days| *days <= 3_650);
        value.ok_or_else(|| self.wrong(name, "it must be a whole number from 0 to 3650"))
    }

    fn count(
        &self,
        name: &'static str,
        max: u32,
        wanted: &'static str,
    ) -> Result<u32, ConfigError> {
        let value = self.value(name).parse().ok();
        let value = value.filter(|count| (1..=max).contains(count));
        value.ok_or_else(|| self.wrong(name, wanted))
    }

    fn secret(&self, name: &'static str) -> Result<String, ConfigError> {
        let value = self.value(name);
        if value.is_empty() || app::payments::webhook::secret(&value).is_some() {
            return Ok(value);
        }
        // What was said of a secret is not repeated in an error.
        let mut error = self.wrong(name, "it must be whsec_ and at least 16 bytes of Base64");
        if let ConfigError::Value { value, .. } = &mut error {
            *value = "…".into();
        }
        Err(error)
    }

    fn rates(&self) -> Result<Rates, ConfigError> {
        let fixed = "provider_fee_fixed_micros";
        let fee = self
            .value(fixed)
            .parse()
            .ok()
            .filter(|fee| (0..=i64::MAX / 4).contains(fee));
        Ok(Rates {
            commission_bp: self.basis_points("commission_bp")?,
            reserve_bp: self.basis_points("reserve_bp")?,
            provider_fee_bp: self.basis_points("provider_fee_bp")?,
            provider_fee_fixed_micros: fee
                .ok_or_else(|| self.wrong(fixed, "it must be a whole number, 0 or more"))?,
            tax: self.tax("tax")?,
        })
    }

    fn tax(&self, name: &'static str) -> Result<Tax, ConfigError> {
        let value = self.value(name);
        let (word, rate) = value.split_once(':').unwrap_or((&value, ""));
        let bp = rate.parse().ok().filter(|bp: &u32| *bp <= 10_000);
        match (word, bp) {
            ("none", _) if rate.is_empty() => Ok(Tax::None),
            ("inclusive", Some(bp)) => Ok(Tax::Inclusive { bp }),
            ("exclusive", Some(bp)) => Ok(Tax::Exclusive { bp }),
            _ => Err(self.wrong(name, "it must be none, inclusive:BP or exclusive:BP")),
        }
    }
}
