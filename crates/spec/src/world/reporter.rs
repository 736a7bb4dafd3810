//! Whoever reports uses, and the events they send.

use app::access::api_key::{self, ApiKey};
use app::access::{Principal, Scope};
use app::licensing::Licence;
use app::metering::receipt::{self, Given};
use app::metering::report::{self, Answer as Said, Counted, Receipt};
use domain::Timestamp;
use domain::usage::UseRefusal;
use serde_json::{Value, json};

use super::{Answer, Track, World, answer};

/// A program that may report uses.
#[derive(Clone)]
pub struct Reporter {
    world: World,
    pub(super) who: Principal,
}

/// An event as it is sent: JSON, so that a scenario may get it wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Event(pub Value);

/// Why one event doesn't count.
pub type Refusals = Vec<UseRefusal>;

impl World {
    /// A program of this name with a key that allows these things; and the key's secret.
    ///
    /// # Panics
    /// On a fault.
    pub async fn program(&self, name: &str, scopes: &[Scope]) -> (ApiKey, String) {
        let made = api_key::make(self.app(), &mut self.call(), name, scopes).await;
        made.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// A program that may report uses.
    pub async fn reporter(&self) -> Reporter {
        let (key, _) = self.program("An editor", &[Scope::ReportUses]).await;
        self.reporter_as(Principal::Program(key))
    }

    /// Somebody who tries to report uses.
    #[must_use]
    pub fn reporter_as(&self, who: Principal) -> Reporter {
        Reporter {
            world: self.clone(),
            who,
        }
    }

    /// A platform: a program that may report uses by channel, under anyone's licence.
    pub async fn platform(&self) -> Reporter {
        let scopes = [Scope::ReportUses, Scope::ReportChannels];
        let (key, _) = self.program("A platform", &scopes).await;
        self.reporter_as(Principal::Program(key))
    }

    /// An event as [`World::used`] that names a channel in place of a licence.
    #[must_use]
    pub fn used_on(&self, id: &str, channel: &str, track: &Track) -> Event {
        Event(json!({
            "id": id,
            "channel": channel,
            "track": track.id.to_string(),
            "placement": "youtube_shorts",
            "purpose": "monetised_creator",
            "clip_ms": 15_000,
            "published_at": self.now().to_string(),
        }))
    }

    /// An event: fifteen seconds in a monetised short, published now.
    #[must_use]
    pub fn used(&self, id: &str, licence: &Licence, track: &Track) -> Event {
        Event(json!({
            "id": id,
            "licence_code": licence.code.to_string(),
            "track": track.id.to_string(),
            "placement": "youtube_shorts",
            "purpose": "monetised_creator",
            "clip_ms": 15_000,
            "published_at": self.now().to_string(),
        }))
    }
}

impl Event {
    /// The event with a field said otherwise.
    #[must_use]
    pub fn but(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.0[field] = value.into();
        self
    }

    /// The event with music of this length.
    #[must_use]
    pub fn lasting(self, clip_ms: i64) -> Self {
        self.but("clip_ms", clip_ms)
    }

    /// The event published at another time.
    #[must_use]
    pub fn published(self, at: Timestamp) -> Self {
        self.but("published_at", at.to_string())
    }

    /// The event without a field.
    #[must_use]
    pub fn without(mut self, field: &str) -> Self {
        if let Some(fields) = self.0.as_object_mut() {
            fields.remove(field);
        }
        self
    }
}

impl Reporter {
    /// Sends a batch.
    ///
    /// # Errors
    /// The refusal of the whole batch.
    pub async fn sends(&self, events: &[Event]) -> Answer<Vec<Receipt>> {
        let events: Vec<Value> = events.iter().map(|event| event.0.clone()).collect();
        answer(report::report(self.world.app(), &self.who, &events).await)
    }

    /// The same reporter at another program.
    #[must_use]
    pub fn at(&self, world: &World) -> Self {
        Self {
            world: world.clone(),
            who: self.who.clone(),
        }
    }

    /// Sends a batch to a store that may fail.
    ///
    /// # Errors
    /// What failed, or why it was refused.
    pub async fn tries(&self, events: &[Event]) -> Result<Vec<Receipt>, String> {
        let events: Vec<Value> = events.iter().map(|event| event.0.clone()).collect();
        let sent = report::report(self.world.app(), &self.who, &events).await;
        sent.map_err(|stop| stop.to_string())
    }

    /// Who they are to the use cases.
    #[must_use]
    pub fn who(&self) -> Principal {
        self.who.clone()
    }

    /// Asks for the receipt of an event that was sent before.
    ///
    /// # Errors
    /// The refusal.
    pub async fn recalls(&self, event: &str) -> Answer<Given> {
        answer(receipt::receipt(self.world.app(), &self.who, event).await)
    }

    /// Sends one event.
    ///
    /// # Panics
    /// When its batch is refused.
    pub async fn reports(&self, event: &Event) -> Said {
        let receipts = self.sends(std::slice::from_ref(event)).await;
        receipts.expect("a batch of one is taken").remove(0).answer
    }
}

/// What an accepted event was counted as.
///
/// # Panics
/// When it wasn't accepted, now.
pub fn accepted(said: Said) -> Counted {
    match said {
        Said::Accepted(counted) => counted,
        other => panic!("the use should count: {other:?}"),
    }
}

/// Why an event was refused.
///
/// # Panics
/// When it wasn't.
pub fn refusals(said: Said) -> Refusals {
    match said {
        Said::Refused(reasons) => reasons,
        other => panic!("the use should be refused: {other:?}"),
    }
}
