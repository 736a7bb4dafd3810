//! Whoever shares a track: what they propose and accept, what waits for them, and what they were
//! advanced.

use app::access::Principal;
use app::accounts::balances;
use app::advances::grant::{self, Grant, Granted};
use app::advances::list::{self, Listed};
use app::offers::Hand;
use app::payees::list as payees;
use app::payees::register::{self, Registered};
use app::splits::accept::{self, Accepted};
use app::splits::propose::{self, Proposed, Share, Wish};
use app::splits::show::{self, Splits};
use app::splits::{Proposal, Status, decline, invitation};
use domain::{Account, PayeeId, SplitSheetId};
use ledger::Currency;

use super::{Answer, Money, Track, World, answer};

/// A wish for a track: names, or `name <e-mail>` of somebody new, with parts per million.
#[must_use]
pub fn shared(track: &Track, parts: &[(&str, u32)]) -> Wish {
    let share = |(name, ppm): &(&str, u32)| {
        let (payee, email) = match name.split_once(" <") {
            Some((name, email)) => (name, Some(email.trim_end_matches('>').to_owned())),
            None => (*name, None),
        };
        Share {
            payee: payee.to_owned(),
            email,
            ppm: *ppm,
        }
    };
    Wish {
        track: track.id.to_string(),
        shares: parts.iter().map(share).collect(),
        ..Wish::default()
    }
}

impl World {
    /// Proposes a split.
    ///
    /// # Errors
    /// The refusal.
    pub async fn proposes(&self, hand: Hand<'_>, wish: &Wish) -> Answer<Proposed> {
        answer(propose::propose(self.app(), &mut self.call(), hand, wish).await)
    }

    /// Says that a split was signed elsewhere: it is in force.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn has_agreed(&self, wish: Wish) -> Proposed {
        let wish = Wish {
            agreed_on_paper: Some("contract 7".into()),
            ..wish
        };
        let done = self.proposes(Hand::Console, &wish).await;
        done.expect("the operator's word is enough")
    }

    /// A composer accepts.
    ///
    /// # Errors
    /// The refusal.
    pub async fn accepts(&self, who: &Principal, proposal: &str) -> Answer<Accepted> {
        let hand = Hand::Asker(who);
        answer(accept::accept(self.app(), &mut self.call(), hand, proposal).await)
    }

    /// Somebody declines or withdraws.
    ///
    /// # Errors
    /// The refusal.
    pub async fn declines(&self, hand: Hand<'_>, proposal: &str) -> Answer<Status> {
        answer(decline::decline(self.app(), &self.call(), hand, proposal).await)
    }

    /// Accepts by an invitation.
    ///
    /// # Errors
    /// The refusal.
    pub async fn takes_up(&self, secret: &str) -> Answer<(String, Accepted)> {
        answer(invitation::accept(self.app(), &mut self.call(), secret).await)
    }

    /// Makes an invitation anew.
    ///
    /// # Errors
    /// The refusal.
    pub async fn invites_again(
        &self,
        hand: Hand<'_>,
        proposal: &str,
        name: &str,
    ) -> Answer<String> {
        answer(invitation::renew(self.app(), &mut self.call(), hand, proposal, name).await)
    }

    /// How a track is shared, as somebody sees it.
    ///
    /// # Errors
    /// The refusal.
    pub async fn splits_of(&self, hand: Hand<'_>, track: &Track) -> Answer<Splits> {
        answer(show::splits(self.app(), hand, &track.id.to_string()).await)
    }

    /// A proposal, as the operator sees it.
    ///
    /// # Panics
    /// When there is none.
    pub async fn proposal(&self, proposal: &str) -> Proposal {
        answer(show::proposal(self.app(), Hand::Console, proposal).await).expect("it is there")
    }

    /// Registers a payee at the console.
    ///
    /// # Panics
    /// When nobody has this name.
    pub async fn registers(&self, name: &str) -> Registered {
        let done = register::register(self.app(), &mut self.call(), name).await;
        answer(done).expect("there is such a payee")
    }

    /// What waits in escrow for somebody.
    ///
    /// # Panics
    /// When nobody has this name.
    pub async fn escrow_of(&self, name: &str) -> Money {
        let payee = answer(payees::show(self.app(), name).await).expect("there is such a payee");
        payee.escrow.iter().map(|money| money.micros()).sum()
    }

    /// Grants an advance, in micro-units of US dollars.
    ///
    /// # Errors
    /// The refusal.
    pub async fn grants(&self, name: &str, micros: Money, reference: &str) -> Answer<Granted> {
        let wanted = Grant {
            payee: name.into(),
            money: ledger::Money::new(micros, Currency::USD),
            reference: reference.into(),
            by: "console".into(),
        };
        answer(grant::grant(self.app(), &mut self.call(), &wanted).await)
    }

    /// Every advance.
    ///
    /// # Panics
    /// On a fault.
    pub async fn advances(&self) -> Vec<Listed> {
        let found = list::list(self.app()).await;
        found.unwrap_or_else(|fault| panic!("{}", fault.chain()))
    }

    /// What stands on the account of a payee's advances.
    ///
    /// # Panics
    /// On a fault.
    pub async fn advance_account(&self, payee: PayeeId) -> Money {
        self.balance(&Account::Advance(payee).to_string()).await
    }

    /// What stands on a sheet's carry.
    ///
    /// # Panics
    /// On a fault.
    pub async fn carry_of(&self, sheet: SplitSheetId) -> Money {
        let account = Account::Carry(sheet).to_string();
        let found = balances(self.app(), &account).await;
        let found = found.unwrap_or_else(|fault| panic!("{}", fault.chain()));
        found.iter().map(|(_, money)| money.micros()).sum()
    }
}
