//! Telling the book what the store knows, at the start and whenever it changes.
//!
//! # What may change while uses are unsettled
//!
//! Everything that is put is as stored *up to the last settlement*; what the book has counted
//! since is added to it, so no pending sum is ever lost. While uses are unsettled these may change:
//! a licence's state, envelope and holder; a bundle's expiry; a cycle's contribution, cap, dates
//! and whether it is closed; runs, tracks and videos. A bundle or a cycle may be new, and may be
//! removed. What decides the amounts of unsettled uses may not: the figures of a bundle (its time,
//! its money, what was consumed up to the last settlement) and the guarantee of a cycle are then
//! refused with [`TermsError::Unsettled`]; settle first, as whatever cuts a bundle must anyway.
//!
//! [`Book::undo`] takes back what was applied before anything else was put.

use std::collections::HashSet;

use domain::subscription::Run;
use domain::usage::LicenceState;
use domain::{Bundle, LicenceId, TrackId};

use super::pool::{CyclePool, Subscription};
use super::purse::{Purse, Put};
use super::{
    Book, CycleTerms, Holder, Licence, LicenceTerms, Map, Paid, TermsError, TrackTerms, index,
    place_of_next,
};

impl Book {
    /// Takes in a licence, or what has changed of one: its videos, clip time and pools stay.
    ///
    /// # Errors
    /// [`TermsError::Code`], [`TermsError::Fixed`].
    pub fn put_licence(&mut self, terms: LicenceTerms) -> Result<(), TermsError> {
        let same_code = self.codes.find(terms.code, &self.licences);
        match (self.ids.get(&terms.id), same_code) {
            (None, None) => {
                self.new_licence(terms);
                Ok(())
            }
            (Some(place), Some(same)) if *place == same => self.change(same, terms),
            _ => Err(TermsError::Code),
        }
    }

    fn new_licence(&mut self, terms: LicenceTerms) {
        let place = place_of_next(self.licences.len());
        self.codes.insert(terms.code, place, &self.licences);
        self.ids.insert(terms.id, place);
        let licence = Licence {
            holder: self.holder(terms.holder),
            purse: self.purse(&terms),
            terms,
            videos: HashSet::default(),
            subscription: None,
        };
        self.licences.push(licence);
    }

    fn change(&mut self, place: u32, terms: LicenceTerms) -> Result<(), TermsError> {
        let holder = self.holder(terms.holder);
        let licence = self.licences.get_mut(index(place));
        let licence = licence.ok_or(TermsError::UnknownLicence)?;
        let fixed = |terms: &LicenceTerms| (terms.currency, terms.paid_by, terms.purse);
        if fixed(&licence.terms) != fixed(&terms) {
            return Err(TermsError::Fixed);
        }
        let open = terms.state == LicenceState::Active;
        (licence.terms, licence.holder) = (terms, holder);
        if let Some(purse) = licence.purse.and_then(|at| self.purses.get_mut(index(at))) {
            purse.open(place, open);
        }
        Ok(())
    }

    fn holder(&mut self, holder: Holder) -> u32 {
        let next = place_of_next(self.holders.len());
        let place = *self.holder_places.entry(holder).or_insert(next);
        if place == next {
            self.holders.push(holder);
        }
        place
    }

    fn purse(&mut self, terms: &LicenceTerms) -> Option<u32> {
        if matches!(terms.paid_by, Paid::Tier(_)) {
            return None;
        }
        let next = place_of_next(self.purses.len());
        let key = (terms.purse, terms.currency);
        let place = *self.purse_places.entry(key).or_insert(next);
        if place == next {
            self.purses.push(Purse::default());
        }
        Some(place)
    }

    /// Takes in a track, or what has changed of one.
    pub fn put_track(&mut self, id: TrackId, terms: TrackTerms) {
        let next = place_of_next(self.tracks.len());
        let place = index(*self.track_places.entry(id).or_insert(next));
        match self.tracks.get_mut(place) {
            Some(track) => track.1 = terms,
            None => self.tracks.push((id, terms)),
        }
    }

    /// Takes in a bundle that was bought under a licence, or what has changed of one, with what
    /// was consumed of it up to the last settlement. It lies in that licence's purse; `nth` is its
    /// place among all bundles of the purse in the order they were bought, which never changes,
    /// since blobs name it by that. Of a bundle that was cut, this is the run since the last cut.
    ///
    /// # Errors
    /// [`TermsError::UnknownLicence`]; [`TermsError::Fixed`] under a licence paid at the sale,
    /// which has no purse; [`TermsError::Figures`], [`TermsError::Unsettled`].
    pub fn put_bundle(
        &mut self,
        licence: LicenceId,
        nth: u32,
        bundle: Bundle,
    ) -> Result<(), TermsError> {
        let (owner, epoch) = (self.place(licence)?, self.epoch);
        let open = self.licences[index(owner)].terms.state == LicenceState::Active;
        let put = Put {
            nth,
            owner,
            open,
            bundle,
        };
        self.purse_mut(owner)?.1.put(put, epoch)
    }

    /// Takes a bundle out: it has expired long ago, or a refund or a dispute took of it. Where it
    /// has paid for unsettled uses they stay in the settlement.
    ///
    /// # Errors
    /// [`TermsError::UnknownLicence`], [`TermsError::Fixed`].
    pub fn remove_bundle(&mut self, licence: LicenceId, nth: u32) -> Result<(), TermsError> {
        let (owner, epoch) = (self.place(licence)?, self.epoch);
        let (place, purse) = self.purse_mut(owner)?;
        if purse.remove(nth, epoch) {
            self.leaving.push(place);
        }
        Ok(())
    }

    /// Takes in when a subscription ran, the earliest run first.
    ///
    /// # Errors
    /// [`TermsError::UnknownLicence`], [`TermsError::Fixed`] where it is no subscription's.
    pub fn put_runs(&mut self, licence: LicenceId, runs: Vec<Run>) -> Result<(), TermsError> {
        self.subscription(licence)?.put_runs(runs);
        Ok(())
    }

    /// Takes in a paid cycle with its uses up to the last settlement, or what has changed of one:
    /// it was topped up, refunded, closed.
    ///
    /// # Errors
    /// [`TermsError`].
    pub fn put_cycle(&mut self, licence: LicenceId, cycle: &CycleTerms) -> Result<(), TermsError> {
        let mut uses: Map<u32, u32> = Map::default();
        for (track, count) in &cycle.uses {
            let place = self.track_places.get(track).copied();
            let sum = uses.entry(place.ok_or(TermsError::UnknownTrack)?);
            let sum = sum.or_default();
            *sum = sum.saturating_add(*count);
        }
        let epoch = self.epoch;
        let subscription = self.subscription(licence)?;
        let unsettled = subscription.unsettled(cycle.nth, epoch);
        let frozen = subscription.nth(cycle.nth).map(CyclePool::guarantee);
        if !unsettled.is_empty() && frozen != Some(cycle.guarantee) {
            return Err(TermsError::Unsettled);
        }
        for track in unsettled {
            *uses.entry(*track).or_default() += 1;
        }
        uses.retain(|_, count| *count > 0);
        let pool = CyclePool::new(cycle, uses).map_err(|_| TermsError::Figures)?;
        subscription.put(pool);
        Ok(())
    }

    /// Takes a cycle out, when no report of its time can come any more. Unsettled uses of it stay
    /// in the settlement.
    ///
    /// # Errors
    /// [`TermsError::UnknownLicence`], [`TermsError::Fixed`] where it is no subscription's.
    pub fn remove_cycle(&mut self, licence: LicenceId, nth: u32) -> Result<(), TermsError> {
        self.subscription(licence)?.remove(nth);
        Ok(())
    }

    /// Takes in a video that was accepted under a licence that counts them.
    ///
    /// # Errors
    /// [`TermsError::UnknownLicence`].
    pub fn put_video(&mut self, licence: LicenceId, video: String) -> Result<(), TermsError> {
        let place = index(self.place(licence)?);
        self.licences[place].videos.insert(video);
        Ok(())
    }

    /// Says that the last [`Book::settlement`] is durable. Nothing may have been counted since.
    pub fn settled(&mut self) {
        self.pending.clear();
        self.epoch = self.epoch.wrapping_add(1);
        for place in std::mem::take(&mut self.leaving) {
            if let Some(purse) = self.purses.get_mut(index(place)) {
                purse.sweep();
            }
        }
    }

    fn place(&self, id: LicenceId) -> Result<u32, TermsError> {
        let place = self.ids.get(&id).copied();
        place.ok_or(TermsError::UnknownLicence)
    }

    fn purse_mut(&mut self, licence: u32) -> Result<(u32, &mut Purse), TermsError> {
        let place = self.licences[index(licence)].purse;
        let place = place.ok_or(TermsError::Fixed)?;
        let purse = self.purses.get_mut(index(place));
        Ok((place, purse.ok_or(TermsError::Fixed)?))
    }

    fn subscription(&mut self, id: LicenceId) -> Result<&mut Subscription, TermsError> {
        let place = index(self.place(id)?);
        let licence = &mut self.licences[place];
        if licence.terms.paid_by != Paid::Pool {
            return Err(TermsError::Fixed);
        }
        Ok(licence.subscription.get_or_insert_default())
    }
}
