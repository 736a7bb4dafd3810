//! Who is asking: people who sign in by a link, and programs that hold a key.
//!
//! Secrets are 256 random bits, shown once and kept as their SHA-256. (They are too long to be
//! guessed, so a slow hash would protect nothing.)

pub mod api_key;
pub mod link;
pub mod person;
pub mod session;

use data_encoding::BASE64URL_NOPAD;
use domain::{PayeeId, PersonId, Timestamp};
use sha2::{Digest, Sha256};

use crate::Call;

/// What a person may do here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Buys licences.
    Buyer,
    /// Is owed money.
    Composer,
    /// Runs the store.
    Operator,
}

impl Role {
    /// The word kept in the database and shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Composer => "composer",
            Self::Operator => "operator",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Buyer, Self::Composer, Self::Operator]
            .into_iter()
            .find(|r| r.word() == word)
    }
}

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The payee a composer is paid as.
    pub payee: Option<PayeeId>,
    /// When the session they come by was opened, which is when they signed in; none where they
    /// come by no session.
    pub signed_in: Option<Timestamp>,
}

/// How long a sign-in counts as fresh, in ms: five minutes. What is worth more than a session asks
/// for one.
pub const FRESH_MS: i64 = 5 * 60 * 1000;

impl Person {
    /// Whether they signed in just now.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.signed_in
            .is_some_and(|at| (0..=FRESH_MS).contains(&now.since(at)))
    }
}

/// What a program's key allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Buy licences.
    Buy,
    /// Report uses.
    ReportUses,
    /// Report them by channel under anyone's licence, which draws on anyone's clip time.
    ReportChannels,
    /// Read reports of everything.
    ReadReports,
    /// Change templates and prices.
    ChangeOffers,
}

impl Scope {
    /// All scopes there are.
    pub const ALL: [Self; 5] = [
        Self::Buy,
        Self::ReportUses,
        Self::ReportChannels,
        Self::ReadReports,
        Self::ChangeOffers,
    ];

    /// The word of a scope.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Buy => "licence:buy",
            Self::ReportUses => "usage:write",
            Self::ReportChannels => "usage:channels",
            Self::ReadReports => "report:read",
            Self::ChangeOffers => "offers:write",
        }
    }

    /// The scope of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// Whoever makes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// Nobody we know. May look, listen, quote, buy and verify.
    Guest,
    /// A person who has signed in.
    Person(Person),
    /// A program with a key.
    Program(api_key::ApiKey),
}

impl Principal {
    /// The name under which this principal's idempotency keys and reports are kept. Guests
    /// share one: their keys must be unguessable, as the API's description says.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Guest => "guest".into(),
            Self::Person(p) => p.id.to_string(),
            Self::Program(k) => k.id.to_string(),
        }
    }

    /// Whether this principal may do what a scope stands for.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        match self {
            Self::Guest => matches!(scope, Scope::Buy),
            Self::Person(p) => match scope {
                Scope::Buy => true,
                Scope::ReportUses
                | Scope::ReportChannels
                | Scope::ReadReports
                | Scope::ChangeOffers => p.role == Role::Operator,
            },
            Self::Program(key) => key.scopes.contains(&scope),
        }
    }
}

/// A fresh secret: what the caller is shown, and the hash that is kept.
pub(crate) fn fresh_secret(call: &mut Call) -> (String, [u8; 32]) {
    let secret = BASE64URL_NOPAD.encode(&call.random::<32>());
    let hash = hash(&secret);
    (secret, hash)
}

pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
