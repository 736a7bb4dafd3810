//! Uses that no licence covers: kept in the transaction of the commit that refuses them, and closed
//! in that of the commit which counts them after all.
//!
//! Their ids aren't in the window of those that count, so that they are judged anew whenever they
//! come. Which of them are kept stands in memory, so that a use that counts costs a look-up there.

use std::collections::{BTreeMap, HashSet};

use domain::usage::UseRefusal;
use domain::{LicenceId, Timestamp, TrackId};
use licence_key::Code;
use meter::book::Paid;
use meter::event::Event;
use meter::id::{EventId, Key};
use store::db::Tx;

use super::Engine;
use super::known::Known;
use crate::Fault;

/// The most open ones of a licence: of more nothing is kept but the refusal that was answered.
pub(in crate::metering) const OPEN_MAX: i64 = 1_000;
/// How many ids are read at once.
const PAGE: i64 = 10_000;

/// The ids of all that are kept and don't count yet, as far as the log of them was followed.
#[derive(Default)]
pub(super) struct Watched {
    ids: HashSet<Key>,
    no: i64,
}

/// What a commit keeps, and what it closes.
#[derive(Default)]
pub(super) struct Refused<'a> {
    kept: BTreeMap<Key, Uncovered<'a>>,
    covered: Vec<(Key, &'a str, &'a str)>,
}

/// A use that isn't covered.
struct Uncovered<'a> {
    reporter: &'a str,
    event: &'a Event<'a>,
    licence: LicenceId,
    track: TrackId,
    reasons: Vec<UseRefusal>,
}

/// Is this a lack of cover? Where every reason is one, the licence is known and the event sound.
pub(in crate::metering) fn is_uncovered(reason: &UseRefusal) -> bool {
    match reason {
        UseRefusal::NotCovered(_)
        | UseRefusal::LicenceNotActive { .. }
        | UseRefusal::WrongTrack { .. }
        | UseRefusal::RightsNotAttested
        | UseRefusal::TrackExclusive { .. }
        | UseRefusal::SubscriptionNotRunning
        | UseRefusal::NotInRotation
        | UseRefusal::AllowanceUsedUp { .. }
        | UseRefusal::TrackCapReached { .. }
        | UseRefusal::NotEnoughTime { .. } => true,
        UseRefusal::Field(_)
        | UseRefusal::UnknownLicence
        | UseRefusal::NoLicenceForChannel
        | UseRefusal::UnknownTrack
        | UseRefusal::TrackMissing
        | UseRefusal::DamagedBundle => false,
    }
}

impl<'a> Refused<'a> {
    /// Notes a refused event under the licence with this code, where it is one that is kept: then
    /// the licence and the track are answered.
    pub(super) fn note(
        &mut self,
        known: &Known,
        key: Key,
        (reporter, event): (&'a str, &'a Event<'a>),
        (code, reasons): (Option<Code>, &[UseRefusal]),
    ) -> Option<(LicenceId, TrackId)> {
        if !reasons.iter().all(is_uncovered) {
            return None;
        }
        let terms = code.and_then(|code| known.book.licence_of_code(code))?;
        let own = match terms.paid_by {
            Paid::Tier(track) => Some(track),
            Paid::Bundle | Paid::Pool => None,
        };
        let track = event.track.or(own)?;
        let uncovered = Uncovered {
            reporter,
            event,
            licence: terms.id,
            track,
            reasons: reasons.to_vec(),
        };
        let of = (uncovered.licence, uncovered.track);
        self.kept.insert(key, uncovered);
        Some(of)
    }

    /// Notes an event that counts: it may have been kept before.
    pub(super) fn covers(&mut self, watched: &Watched, key: Key, reporter: &'a str, id: &'a str) {
        if !self.kept.is_empty() {
            self.kept.remove(&key);
        }
        if !watched.ids.is_empty() && watched.ids.contains(&key) {
            self.covered.push((key, reporter, id));
        }
    }

    /// Writes what is kept and what is closed; the number that it was written under. What there is no
    /// room for is kept no longer.
    pub(super) async fn write(
        &mut self,
        engine: &Engine,
        watched: &Watched,
        tx: &mut Tx,
        now: Timestamp,
    ) -> Result<Option<i64>, Fault> {
        for (_, reporter, id) in &self.covered {
            let values = [(*reporter).into(), (*id).into(), now.0.into()];
            tx.run(BOUGHT, &values).await?;
        }
        if self.kept.is_empty() {
            return Ok(None);
        }
        let no = tx.one(NUMBER, &[]).await?.int("kept_no")?;
        let mut call = engine.edge.call().dated(now);
        let mut room: BTreeMap<LicenceId, i64> = BTreeMap::new();
        let mut beyond = HashSet::new();
        for (key, one) in &self.kept {
            if !watched.ids.contains(key) {
                let left = match room.get(&one.licence) {
                    Some(left) => *left,
                    None => OPEN_MAX - open(tx, one.licence).await?,
                };
                room.insert(one.licence, left - 1);
                if left <= 0 {
                    beyond.insert(*key);
                    continue;
                }
            }
            one.write(tx, &call.id(), (no, now)).await?;
        }
        self.kept.retain(|key, _| !beyond.contains(key));
        Ok(Some(no))
    }

    /// Says that what was written under a number is durable.
    pub(super) fn done(self, watched: &mut Watched, no: Option<i64>) {
        for (key, ..) in &self.covered {
            watched.ids.remove(key);
        }
        watched.ids.extend(self.kept.into_keys());
        watched.no = no.unwrap_or(watched.no);
    }
}

impl Uncovered<'_> {
    /// Keeps it, or says anew what was kept of it and is open still.
    async fn write(
        &self,
        tx: &mut Tx,
        id: &[u8; 16],
        (no, now): (i64, Timestamp),
    ) -> Result<(), Fault> {
        let doing = "keeping a use that isn't covered";
        let report = serde_json::to_string(&self.event.to_report());
        let reasons = serde_json::to_string(&self.reasons);
        let values = [
            id.into(),
            no.into(),
            self.reporter.into(),
            self.event.id.as_ref().into(),
            self.licence.bytes().into(),
            self.track.bytes().into(),
            report.map_err(Fault::while_(doing))?.into(),
            reasons.map_err(Fault::while_(doing))?.into(),
            now.0.into(),
        ];
        tx.run(KEEP, &values).await?;
        Ok(())
    }
}

/// How many of a licence are open.
async fn open(tx: &mut Tx, licence: LicenceId) -> Result<i64, Fault> {
    Ok(tx.one(OPEN, &[licence.bytes().into()]).await?.int("n")?)
}

/// Reads the ids that were kept under numbers above the last one known.
pub(super) async fn follow(
    engine: &Engine,
    watched: &mut Watched,
    tx: &mut Tx,
    through: i64,
) -> Result<(), Fault> {
    if watched.no >= through {
        return Ok(());
    }
    let mut after = [0; 16];
    loop {
        let values = [watched.no.into(), (&after).into(), PAGE.into()];
        let rows = tx.all(KEPT, &values).await?;
        for row in &rows {
            let id = row.text("event_id")?;
            let key = engine
                .seed
                .of_event(&row.text("reporter")?, &EventId::read(&id));
            watched.ids.insert(key);
            after = row.id("id")?;
        }
        if rows.is_empty() {
            break;
        }
    }
    watched.no = through;
    Ok(())
}

const BOUGHT: &str = "
    update uncovered_uses set state = 'bought', closed_ms = $3
     where reporter = $1 and event_id = $2 and state <> 'bought'";

const NUMBER: &str = "
    update meter_mark set kept_no = kept_no + 1 where one = 1 returning kept_no";

const OPEN: &str = "
    select count(*) as n from uncovered_uses where licence_id = $1 and state = 'open'";

const KEEP: &str = "
    insert into uncovered_uses (id, kept_no, reporter, event_id, licence_id, track_id, report,
                                reasons, received_ms, state)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open')
    on conflict (reporter, event_id) do update
       set licence_id = excluded.licence_id, track_id = excluded.track_id,
           report = excluded.report, reasons = excluded.reasons
     where uncovered_uses.state = 'open'
       and (uncovered_uses.report <> excluded.report
            or uncovered_uses.reasons <> excluded.reasons)";

const KEPT: &str = "
    select id, reporter, event_id from uncovered_uses
     where kept_no > $1 and id > $2 and state <> 'bought' order by id limit $3";
