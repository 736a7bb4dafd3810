//! Uses that name a channel in place of a licence: under which licence each falls.
//!
//! A licence may be theirs where its list had the channel when the video was published, where it
//! holds for the track, and where the reporter may draw on it. Of those the first that covers the
//! use takes it, in the order of [`Holding::rank`]; where none does, the refusal is that of the one
//! which lacks least. Which licences list a channel is read when it is first named, and again when a
//! list with it has changed; everything else is known of a licence as of any other.

use std::collections::{BTreeSet, HashMap};

use domain::safelist::{OnList, covered_at};
use domain::usage::UseRefusal;
use domain::{Channel, Timestamp, TrackId};
use foldhash::fast::RandomState;
use licence_key::Code;
use meter::book::{Holder, Verdict};
use meter::event::Event;
use store::db::Tx;

use super::super::batch::Whose;
use super::known::{Id, Known};
use crate::Fault;
use crate::licensing::channels::{Holding, holding};

/// How many channels are remembered, and how many addresses around them.
const KEPT_MAX: usize = 100_000;

/// What lists say of the channels that were asked for.
#[derive(Default)]
pub(super) struct Channels {
    listed: HashMap<Channel, Vec<Holding>, RandomState>,
    /// Those to forget when a list has changed, by what the database calls its address.
    by_mark: HashMap<Id, BTreeSet<Channel>, RandomState>,
    /// How many stand in `by_mark`, those included that were forgotten under another address.
    marks: usize,
}

/// The licence that a use would fall under, where there is one, and what is decided.
pub(super) type Decided = (Option<Code>, Verdict);

impl Channels {
    /// Reads those of these channels that aren't known yet.
    pub(super) async fn learn(
        &mut self,
        tx: &mut Tx,
        channels: &BTreeSet<Channel>,
    ) -> Result<(), Fault> {
        if self.listed.len().max(self.marks) >= KEPT_MAX {
            *self = Channels::default();
        }
        let unknown = channels
            .iter()
            .filter(|one| !self.listed.contains_key(*one));
        let unknown: Vec<&Channel> = unknown.collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let holdings = holding(tx, unknown.iter().copied()).await?;
        let mut by_listed: HashMap<&Channel, BTreeSet<usize>> = HashMap::new();
        for (at, one) in holdings.iter().enumerate() {
            for listing in one.listings.iter() {
                by_listed
                    .entry(&listing.listed.channel)
                    .or_default()
                    .insert(at);
            }
        }
        for channel in unknown {
            let mut places = BTreeSet::new();
            for holder in channel.holders() {
                places.extend(by_listed.get(&holder).into_iter().flatten().copied());
                let marked = self.by_mark.entry(mark(&holder.address())).or_default();
                self.marks += usize::from(marked.insert(channel.clone()));
            }
            // In the order of the places, which is that of the ranks.
            let listed = places.into_iter().map(|at| holdings[at].clone()).collect();
            self.listed.insert(channel.clone(), listed);
        }
        Ok(())
    }

    /// Forgets what lists said that have changed.
    pub(super) fn forget(&mut self, changed: &BTreeSet<Id>) {
        if self.by_mark.is_empty() {
            return;
        }
        for id in changed {
            let marked = self.by_mark.remove(id).unwrap_or_default();
            self.marks = self.marks.saturating_sub(marked.len());
            for channel in marked {
                self.listed.remove(&channel);
            }
        }
    }

    /// The licences that list or listed a channel and hold for a track, the first to be tried first.
    pub(super) fn of(&self, channel: &Channel, track: TrackId) -> impl Iterator<Item = &Holding> {
        let listed = self.listed.get(channel).into_iter().flatten();
        listed.filter(move |one| one.track.is_none_or(|own| own == track))
    }
}

/// What the database calls an address when a list with it has changed (`channel_found`, migration
/// 34): its last sixteen characters, filled up from the front. Where two addresses share them, one
/// is read once too often.
fn mark(address: &str) -> Id {
    let mut mark = [b'-'; 16];
    let (from, to) = (address.bytes().rev(), mark.iter_mut().rev());
    to.zip(from).for_each(|(to, from)| *to = from);
    mark
}

/// Decides about an event that names a channel.
pub(super) fn judge(known: &Known, whose: Whose, event: &Event<'_>, now: Timestamp) -> Decided {
    let refuse = |reasons| (None, Verdict::Refuse(reasons));
    let faults = event.field_errors(now);
    let (Some(channel), Some(track), true) =
        (event.named_channel(), event.track, faults.is_empty())
    else {
        return refuse(faults.into_iter().map(UseRefusal::Field).collect());
    };
    if known.book.track(track).is_none() {
        return refuse(vec![UseRefusal::UnknownTrack]);
    }
    let mut nearest: Option<((bool, usize), Code, Vec<UseRefusal>)> = None;
    for one in known.channels.of(&channel, track) {
        let listed = covered_at(&one.listings, &channel, event.published_at);
        if !matches!(listed, OnList::Yes(_)) || !may_draw(known, whose, one.code) {
            continue;
        }
        match known.book.judge_under(one.code, event, now) {
            accept @ Verdict::Accept(_) => return (Some(one.code), accept),
            Verdict::Refuse(reasons) => {
                let over = |one: &UseRefusal| matches!(one, UseRefusal::LicenceNotActive { .. });
                let lacks = (reasons.iter().any(over), reasons.len());
                if nearest.as_ref().is_none_or(|(least, ..)| lacks < *least) {
                    nearest = Some((lacks, one.code, reasons));
                }
            }
        }
    }
    match nearest {
        Some((_, code, reasons)) => (Some(code), Verdict::Refuse(reasons)),
        None => refuse(vec![UseRefusal::NoLicenceForChannel]),
    }
}

/// May a reporter have a use fall under a licence whose code it doesn't say? Channels are public and
/// what is counted takes somebody's clip time: so only under its own, unless the operator trusts it
/// with everybody's.
fn may_draw(known: &Known, whose: Whose, code: Code) -> bool {
    match whose {
        Whose::Anyones => true,
        Whose::Of(buyer) => {
            let terms = known.book.licence_of_code(code);
            terms.is_some_and(|terms| terms.holder == Holder(buyer))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_address_is_filled_up_as_the_database_fills_it() {
        assert_eq!(&mark("https://a.de"), b"----https://a.de");
        assert_eq!(&mark("https://www.tiktok.com/@ada"), b".tiktok.com/@ada");
    }
}
