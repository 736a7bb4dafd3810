//! Whoever is owed money, and what they see of it.

use std::time::Duration;

use app::metering::UseSeen;
use app::metering::earnings::{self, Earnings};
use app::metering::live::{self, News, UseListener};
use domain::PayeeId;

use super::{Money, World, answer};

/// How long a scenario waits for what should come at once.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it waits to be sure that nothing comes.
const SILENCE: Duration = Duration::from_millis(150);

/// Somebody who stands on a split sheet.
#[derive(Clone)]
pub struct Composer {
    world: World,
    /// Who they are paid as.
    pub payee: PayeeId,
}

impl World {
    /// The composer of this name.
    ///
    /// # Panics
    /// When nobody of this name is paid here.
    pub async fn composer(&self, name: &str) -> Composer {
        let payees = earnings::payees(self.app()).await;
        let payees = payees.unwrap_or_else(|fault| panic!("{}", fault.chain()));
        let found = payees.into_iter().find(|(_, n)| n == name);
        let (payee, _) = found.unwrap_or_else(|| panic!("nobody called {name} is paid here"));
        Composer {
            world: self.clone(),
            payee,
        }
    }
}

impl Composer {
    /// The world this composer is in.
    pub(super) fn world(&self) -> &World {
        &self.world
    }

    /// Their report as it stands.
    ///
    /// # Panics
    /// When there is none.
    pub async fn report(&self) -> Earnings {
        let call = self.world.call();
        let read = earnings::earnings(self.world.app(), &call, self.payee).await;
        answer(read).expect("a composer has a report")
    }

    /// What they have earned and not been paid.
    pub async fn balance(&self) -> Money {
        self.report().await.balance.micros()
    }

    /// Starts listening to uses of their tracks.
    #[must_use]
    pub fn listens(&self) -> Ear {
        Ear(live::listen(self.world.app(), self.payee))
    }

    /// Their uses after one that they have seen, oldest first; all for none.
    ///
    /// # Panics
    /// When the id is none.
    pub async fn uses_since(&self, seen: Option<&UseSeen>) -> Vec<UseSeen> {
        let after = seen.map(|seen| {
            let bytes = data_encoding::HEXLOWER.decode(seen.id.as_bytes());
            let bytes = bytes.ok().and_then(|bytes| bytes.try_into().ok());
            bytes.expect("a use's id is 32 hex digits")
        });
        let read = live::since(self.world.app(), self.payee, after, 100).await;
        read.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }
}

/// A composer's end of the live report.
pub struct Ear(UseListener);

impl Ear {
    /// The next use, which must come at once.
    ///
    /// # Panics
    /// When it doesn't.
    pub async fn hears(&mut self) -> UseSeen {
        match tokio::time::timeout(PATIENCE, self.0.next()).await {
            Ok(News::Use(_, body)) => {
                serde_json::from_str(&body).expect("a use is told as its JSON")
            }
            other => panic!("a use should be heard, not {other:?}"),
        }
    }

    /// Whether all is quiet.
    pub async fn hears_nothing(&mut self) -> bool {
        tokio::time::timeout(SILENCE, self.0.next()).await.is_err()
    }
}
