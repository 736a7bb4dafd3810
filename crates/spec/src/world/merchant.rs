//! Whoever says what is sold: the operator, composers, programs with a key.

use app::access::{Person, Principal, Role, person};
use app::offers::attest::{self, Attested, Rights, Which};
use app::offers::change::{self, Changed, Wish};
use app::offers::list::{self, Listed, Past};
use app::offers::{Hand, Reach};
use domain::{AssetKind, Template, Tier};

use super::{Answer, Track, World, answer};

/// A shipped template with one asset's price in cents changed.
///
/// # Panics
/// When the tier isn't shipped or doesn't have the asset.
#[must_use]
pub fn priced(tier: Tier, asset: AssetKind, cents: i64) -> Template {
    let mut template = domain::template::shipped()
        .into_iter()
        .find(|one| one.tier == tier)
        .expect("the tier is shipped");
    let terms = template.assets.get_mut(&asset);
    terms.expect("the tier has the asset").price = cents;
    template
}

impl World {
    /// Puts a template at the console: the operator's right.
    ///
    /// # Errors
    /// The refusal.
    pub async fn puts(&self, of: &str, template: Template) -> Answer<Changed> {
        let wish = Wish::Put(Box::new(template));
        self.changes(Hand::Console, of, &wish, false).await
    }

    /// Changes a template, or tries to.
    ///
    /// # Errors
    /// The refusal.
    pub async fn changes(
        &self,
        hand: Hand<'_>,
        of: &str,
        wish: &Wish,
        dry_run: bool,
    ) -> Answer<Changed> {
        answer(change::change(self.app(), &mut self.call(), hand, of, wish, dry_run).await)
    }

    /// The templates that count somewhere.
    ///
    /// # Panics
    /// When there is no such place.
    pub async fn offers_of(&self, of: &str) -> Listed {
        answer(list::list(self.app(), Hand::Console, of).await).expect("there is such a place")
    }

    /// Every version of a tier's template somewhere.
    ///
    /// # Panics
    /// When there is no such place.
    pub async fn history_of(&self, of: &str, tier: Tier) -> Vec<Past> {
        answer(list::history(self.app(), of, tier).await).expect("there is such a place")
    }

    /// Attests rights of a track.
    ///
    /// # Errors
    /// The refusal.
    pub async fn attests(&self, track: &Track, rights: Rights) -> Answer<Vec<Attested>> {
        self.attests_as(Hand::Console, &Which::Track(track.id.to_string()), rights)
            .await
    }

    /// Attests rights, as somebody.
    ///
    /// # Errors
    /// The refusal.
    pub async fn attests_as(
        &self,
        hand: Hand<'_>,
        which: &Which,
        rights: Rights,
    ) -> Answer<Vec<Attested>> {
        answer(attest::attest(self.app(), &mut self.call(), hand, which, rights).await)
    }

    /// Somebody who has signed in, as use cases know them.
    ///
    /// # Panics
    /// On a fault.
    pub async fn signed_in(&self, role: Role, name: &str) -> Principal {
        let found = person::person(self.app(), &mut self.call(), role, name).await;
        let found: Person = found.unwrap_or_else(|fault| panic!("{}", fault.chain()));
        Principal::Person(found)
    }

    /// The reach of one track.
    #[must_use]
    pub fn reach_of(&self, track: &Track) -> (String, Reach) {
        (format!("track:{}", track.id), Reach::Track(track.id))
    }
}
