//! What happens to a sold licence: its standing moves, its channels are listed, videos made
//! under it are checked.

use app::licensing::Licence;
use app::licensing::channels::{self, Added, By, Entry, Line, Wanted};
use app::licensing::check::{self, Checked, Question};
use app::licensing::standing::{self, Line as Moved, Move};
use domain::check::FinishedUse;
use domain::envelope::{Audience, Purpose, Territory};
use domain::{Channel, ChannelId, Timestamp};

use super::{Answer, Buyer, World, answer};

/// A channel as somebody pastes it.
#[must_use]
pub fn pasted(channel: &str) -> Wanted {
    Wanted {
        channel: channel.to_owned(),
        ..Wanted::default()
    }
}

/// A monetised video on a channel, published at an instant.
///
/// # Panics
/// When the channel is none.
#[must_use]
pub fn finished(channel: &str, published_at: Timestamp) -> FinishedUse {
    FinishedUse {
        placements: [].into(),
        channel: Some(Channel::parse(channel, None).expect("a scenario names a channel")),
        purpose: Purpose::MonetisedCreator,
        published_at,
        territory: Territory::Worldwide,
        audience: Some(Audience::UpTo10k),
        clip_ms: None,
    }
}

impl World {
    /// Moves a licence's standing for this reason; whether that had been done before.
    ///
    /// # Errors
    /// The refusal.
    pub async fn moves(&self, licence: &Licence, wanted: Move, reason: &str) -> Answer<bool> {
        let moved = standing::change(self.app(), &self.call(), licence.id, wanted, reason).await;
        answer(moved).map(|moved| moved.repeated)
    }

    /// Puts a licence on hold.
    ///
    /// # Panics
    /// When that is refused.
    pub async fn suspends(&self, licence: &Licence) {
        let moved = self
            .moves(licence, Move::Suspend, "the payment is disputed")
            .await;
        moved.expect("a licence in force can be suspended");
    }

    /// Withdraws a licence.
    ///
    /// # Panics
    /// When that is refused.
    pub async fn revokes(&self, licence: &Licence) {
        let moved = self
            .moves(licence, Move::Revoke, "the payment was charged back")
            .await;
        moved.expect("any licence can be revoked");
    }

    /// What happened to a licence's standing.
    ///
    /// # Panics
    /// On a fault.
    pub async fn standing_history(&self, licence: &Licence) -> Vec<Moved> {
        let lines = standing::history(self.app(), licence.id).await;
        lines.unwrap_or_else(|fault| panic!("the store failed: {}", fault.chain()))
    }

    /// Checks a finished video that carries these keys.
    ///
    /// # Errors
    /// The refusal.
    pub async fn checks(&self, keys: &[&str], wanted: &FinishedUse) -> Answer<Checked> {
        let question = Question {
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            wanted: wanted.clone(),
        };
        answer(check::check(self.app(), self.now(), &question).await)
    }

    /// The channels that a licence lists.
    ///
    /// # Panics
    /// When there is no such licence.
    pub async fn channels_of(&self, licence: &Licence) -> Vec<Entry> {
        let list = answer(channels::list(self.app(), licence.id).await);
        list.expect("the licence is there").channels
    }

    /// What became of a licence's channels, the latest first.
    ///
    /// # Panics
    /// When there is no such licence.
    pub async fn channel_history(&self, licence: &Licence) -> Vec<Line> {
        let lines = answer(channels::history(self.app(), licence.id).await);
        lines.expect("the licence is there")
    }
}

impl Buyer {
    /// Lists a channel.
    ///
    /// # Errors
    /// The refusal.
    pub async fn lists(&self, licence: &Licence, wanted: &Wanted) -> Answer<Added> {
        let world = self.world();
        let mut call = world.call();
        answer(channels::add(world.app(), &mut call, licence.id, By::Holder, wanted).await)
    }

    /// Changes a listed channel.
    ///
    /// # Errors
    /// The refusal.
    pub async fn changes(
        &self,
        licence: &Licence,
        channel: ChannelId,
        wanted: &Wanted,
    ) -> Answer<Entry> {
        let (world, id) = (self.world(), licence.id);
        let call = world.call();
        answer(channels::change(world.app(), &call, id, channel, By::Holder, wanted).await)
    }

    /// Takes a channel off the list.
    ///
    /// # Errors
    /// The refusal.
    pub async fn takes_off(&self, licence: &Licence, channel: ChannelId) -> Answer<Entry> {
        let (world, id) = (self.world(), licence.id);
        answer(channels::remove(world.app(), &world.call(), id, channel, By::Holder).await)
    }
}
