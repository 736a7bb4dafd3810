//! Reading licences, clip time, pools and tracks into the book, when an event first asks for them and
//! again when somebody has changed them. Only under the meter's lock: what is read is then as the
//! last settlement left it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::envelope::Videos;
use domain::subscription::Run;
use domain::{BundleId, Cycle, CycleId, Envelope, LicenceId, SubscriptionId, Timestamp, TrackId};
use ledger::Currency;
use licence_key::Code;
use meter::book::{CycleTerms, Holder, LicenceTerms, Paid, PurseId, Span, TermsError, TrackTerms};
use store::db::{Row, Tx, Value};

use super::known::{Held, Id, Known, Numbered, Thing};
use super::numbers::numbers;
use crate::Fault;
use crate::accounts::clip_time::figures;
use crate::accounts::cycles::{cap, used};
use crate::licensing::Standing;
use crate::many;

/// How many licences or families are read at once, with all that they need.
const ASKED: usize = 100;
/// How many different envelopes are kept to be shared.
const ENVELOPES_MAX: usize = 1_000;
/// For how long after its end something may still be asked for, in ms: reports come that late.
const LATE_MS: i64 = 36 * domain::time::DAY_MS;

/// What is to be read.
#[derive(Default)]
struct Wanted {
    purses: BTreeSet<Id>,
    subscriptions: BTreeMap<SubscriptionId, LicenceId>,
    counting: Vec<LicenceId>,
    tracks: BTreeSet<TrackId>,
}

impl Known {
    /// Reads those of these licences and tracks that aren't known yet.
    pub(super) async fn learn(
        &mut self,
        tx: &mut Tx,
        codes: &BTreeSet<Code>,
        tracks: &BTreeSet<TrackId>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let unknown = codes
            .iter()
            .filter(|code| self.book.licence_of_code(**code).is_none());
        let unknown: Vec<Value> = unknown.map(|code| code.plain().into()).collect();
        let mut wanted = Wanted::default();
        self.licences(tx, "l.code", &unknown, &mut wanted).await?;
        let tracks = tracks.iter().filter(|id| self.book.track(**id).is_none());
        wanted.tracks.extend(tracks.copied());
        self.rest(tx, wanted, now).await
    }

    /// Reads again what depends on these ids.
    pub(super) async fn renew(
        &mut self,
        tx: &mut Tx,
        changed: &BTreeSet<Id>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let mut wanted = Wanted::default();
        let mut licences: Vec<Value> = Vec::new();
        for thing in changed
            .iter()
            .filter_map(|id| self.things.get(id))
            .flatten()
        {
            match thing {
                Thing::Licence(id) => licences.push(id.bytes().into()),
                Thing::Purse(id) => {
                    wanted.purses.insert(*id);
                }
                Thing::Track(id) => {
                    wanted.tracks.insert(*id);
                }
            }
        }
        self.licences(tx, "l.id", &licences, &mut wanted).await?;
        self.rest(tx, wanted, now).await
    }

    /// Does anything in the book depend on one of these?
    pub(super) fn concerns(&self, changed: &BTreeSet<Id>) -> bool {
        changed.iter().any(|id| self.things.contains_key(id))
    }

    async fn rest(&mut self, tx: &mut Tx, mut wanted: Wanted, now: Timestamp) -> Result<(), Fault> {
        let purses: Vec<Id> = std::mem::take(&mut wanted.purses).into_iter().collect();
        for some in purses.chunks(ASKED) {
            self.families(tx, some, now, &mut wanted).await?;
        }
        let all: Vec<_> = std::mem::take(&mut wanted.subscriptions)
            .into_iter()
            .collect();
        let mut cycles = Vec::new();
        for some in all.chunks(ASKED) {
            let some = some.iter().copied().collect();
            cycles.extend(self.subscriptions(tx, &some, now).await?);
        }
        let used = cycles.iter().flat_map(|(_, cycle)| &cycle.uses);
        let used = used.map(|(track, _)| *track);
        let unknown = used.filter(|id| self.book.track(*id).is_none());
        wanted.tracks.extend(unknown);
        self.tracks(tx, &wanted.tracks).await?;
        for (licence, cycle) in cycles {
            self.book.put_cycle(licence, &cycle).map_err(unfit)?;
        }
        for licence in wanted.counting {
            for row in tx.all(VIDEOS, &[licence.bytes().into()]).await? {
                let put = self.book.put_video(licence, row.text("video")?);
                put.map_err(unfit)?;
            }
        }
        Ok(())
    }

    async fn licences(
        &mut self,
        tx: &mut Tx,
        by: &str,
        values: &[Value],
        wanted: &mut Wanted,
    ) -> Result<(), Fault> {
        let licences = format!("{LICENCES} where {by} in ");
        for some in values.chunks(ASKED) {
            for row in many::all(tx, (&licences, ""), some, None).await? {
                self.licence(&row, wanted)?;
            }
        }
        Ok(())
    }

    fn licence(&mut self, row: &Row, wanted: &mut Wanted) -> Result<(), Fault> {
        let id = LicenceId::from_bytes(row.id("id")?);
        let buyer = optional(row, "buyer_id")?;
        let subscription = optional(row, "subscription_id")?.map(SubscriptionId::from_bytes);
        let paid_by = match (optional(row, "track_id")?, subscription) {
            (Some(track), _) => Paid::Tier(TrackId::from_bytes(track)),
            (None, Some(_)) => Paid::Pool,
            (None, None) => Paid::Bundle,
        };
        let purse = optional(row, "family")?.or(buyer).unwrap_or(*id.bytes());
        let envelope = self.envelope(row.text("envelope")?)?;
        let counts_videos =
            matches!(paid_by, Paid::Tier(_)) && matches!(envelope.videos, Videos::Count(_));
        let code = row.text("code")?.parse();
        let code = code.map_err(Fault::while_("reading a licence's code"))?;
        let number = u32::try_from(row.int("status_index")?).ok();
        if let Some(number) = number {
            self.codes.put(number, code);
        }
        let terms = LicenceTerms {
            id,
            code,
            number,
            state: Standing::from_word(&row.text("status")?)?.into(),
            envelope,
            currency: Currency::from_code(&row.text("currency")?)
                .map_err(Fault::while_("reading a licence's currency"))?,
            paid_by,
            holder: Holder(buyer.unwrap_or(*id.bytes())),
            purse: PurseId(purse),
        };
        self.book.put_licence(terms).map_err(unfit)?;
        let label = row.text("label")?;
        let held = Held {
            label,
            purse,
            counts_videos,
        };
        self.hold(id, held)?;
        self.depends(*id.bytes(), Thing::Licence(id));
        match (paid_by, subscription) {
            (Paid::Tier(track), _) => {
                if counts_videos {
                    wanted.counting.push(id);
                }
                if self.book.track(track).is_none() {
                    wanted.tracks.insert(track);
                }
                return Ok(());
            }
            (_, Some(subscription)) => {
                self.depends(*subscription.bytes(), Thing::Licence(id));
                wanted.subscriptions.insert(subscription, id);
            }
            (_, None) => {}
        }
        if !self.purses.contains(&purse) {
            wanted.purses.insert(purse);
        }
        Ok(())
    }

    /// An envelope, once for all licences that have the same: most are of few offers.
    fn envelope(&mut self, text: String) -> Result<Arc<Envelope>, Fault> {
        if let Some(same) = self.envelopes.get(&text) {
            return Ok(Arc::clone(same));
        }
        let envelope = serde_json::from_str(&text);
        let envelope = Arc::new(envelope.map_err(Fault::while_("reading a licence's envelope"))?);
        if self.envelopes.len() < ENVELOPES_MAX {
            self.envelopes.insert(text, Arc::clone(&envelope));
        }
        Ok(envelope)
    }

    /// The bundles of families, with the licences that they were bought under.
    async fn families(
        &mut self,
        tx: &mut Tx,
        purses: &[Id],
        now: Timestamp,
        wanted: &mut Wanted,
    ) -> Result<(), Fault> {
        for purse in purses {
            self.purses.insert(*purse);
            self.depends(*purse, Thing::Purse(*purse));
        }
        let families: Vec<Value> = purses.iter().map(Value::from).collect();
        self.licences(tx, "b.family", &families, wanted).await?;
        let since = now.plus_ms(-LATE_MS).0.into();
        let rows = many::all(tx, BUNDLES, &families, Some(since)).await?;
        let numbers = numbers(tx, &rows, "family").await?;
        for (row, (purse, n)) in rows.iter().zip(numbers) {
            let licence = LicenceId::from_bytes(row.id("licence_id")?);
            let bundle = figures(row)?;
            let numbered = Numbered::Bundle(BundleId::from_bytes(*bundle.id.bytes()));
            self.numbers.insert((purse, n), numbered);
            // While a refund or a dispute took of it, nothing leaves it.
            let put = if row.int("taken_micros")? == 0 {
                self.book.put_bundle(licence, n, bundle.run())
            } else {
                self.book.remove_bundle(licence, n)
            };
            put.map_err(unfit)?;
        }
        Ok(())
    }

    /// When subscriptions ran, and those of their cycles that reports may still come for.
    async fn subscriptions(
        &mut self,
        tx: &mut Tx,
        licences: &BTreeMap<SubscriptionId, LicenceId>,
        now: Timestamp,
    ) -> Result<Vec<(LicenceId, CycleTerms)>, Fault> {
        let ids: Vec<Value> = licences.keys().map(|id| id.bytes().into()).collect();
        let mut runs: BTreeMap<LicenceId, Vec<Run>> = BTreeMap::new();
        for row in many::all(tx, RUNS, &ids, None).await? {
            let run = Run {
                anchor: Timestamp(row.int("anchor_ms")?),
                until: row.opt_int("until_ms")?.map(Timestamp),
            };
            let (_, licence) = of_subscription(&row, licences)?;
            runs.entry(licence).or_default().push(run);
        }
        for licence in licences.values() {
            let runs = runs.remove(licence).unwrap_or_default();
            self.book.put_runs(*licence, runs).map_err(unfit)?;
        }
        let since = now.plus_ms(-LATE_MS).0.into();
        let rows = many::all(tx, CYCLES, &ids, Some(since)).await?;
        let numbers = numbers(tx, &rows, "licence_id").await?;
        let cycles = rows.iter().map(|row| row.id("id"));
        let mut uses = cycle_uses(tx, cycles.collect::<Result<_, _>>()?).await?;
        let mut cycles = Vec::new();
        for (row, (_, nth)) in rows.iter().zip(numbers) {
            let (subscription, licence) = of_subscription(row, licences)?;
            let id = CycleId::from_bytes(row.id("id")?);
            let cycle = Cycle {
                start: Timestamp(row.int("start_ms")?),
                end: Timestamp(row.int("end_ms")?),
            };
            let numbered = Numbered::Cycle {
                id,
                cycle,
                subscription,
            };
            self.numbers.insert((*licence.bytes(), nth), numbered);
            let terms = CycleTerms {
                nth,
                cycle,
                contribution: row.int("contribution_micros")? - row.int("taken_micros")?,
                guarantee: row.int("guarantee_micros")?,
                per_track_cap: cap(row)?,
                closed: row.opt_bytes("batch_id")?.is_some(),
                uses: uses.remove(id.bytes()).unwrap_or_default(),
            };
            cycles.push((licence, terms));
        }
        Ok(cycles)
    }

    async fn tracks(&mut self, tx: &mut Tx, ids: &BTreeSet<TrackId>) -> Result<(), Fault> {
        let ids: Vec<Value> = ids.iter().map(|id| id.bytes().into()).collect();
        for row in many::all(tx, (TRACKS, ""), &ids, None).await? {
            let id = TrackId::from_bytes(row.id("id")?);
            let rights = [row.opt_int("master_ms")?, row.opt_int("composition_ms")?];
            let mut terms = TrackTerms {
                attested: rights.iter().all(Option::is_some),
                ..TrackTerms::default()
            };
            let of = [Value::from(id.bytes())];
            for row in tx.all(EXCLUSIVES, &of).await? {
                self.depends(row.id("licence_id")?, Thing::Track(id));
                if row.text("status")? != "revoked" {
                    terms.exclusive.push(span(&row)?);
                }
            }
            for row in tx.all(ROTATION, &of).await? {
                terms.rotation.push(span(&row)?);
            }
            self.book.put_track(id, terms);
            self.depends(*id.bytes(), Thing::Track(id));
        }
        Ok(())
    }
}

fn of_subscription(
    row: &Row,
    licences: &BTreeMap<SubscriptionId, LicenceId>,
) -> Result<(SubscriptionId, LicenceId), Fault> {
    let id = SubscriptionId::from_bytes(row.id("subscription_id")?);
    let licence = licences.get(&id).copied();
    let licence = licence.ok_or_else(|| Fault::because("reading a subscription", "it is gone"))?;
    Ok((id, licence))
}

/// How often cycles counted each track so far.
async fn cycle_uses(
    tx: &mut Tx,
    cycles: Vec<Id>,
) -> Result<BTreeMap<Id, Vec<(TrackId, u32)>>, Fault> {
    let ids: Vec<Value> = cycles.iter().map(Value::from).collect();
    let mut uses: BTreeMap<Id, Vec<(TrackId, u32)>> = BTreeMap::new();
    for row in many::all(tx, CYCLE_USES, &ids, None).await? {
        uses.entry(row.id("cycle_id")?)
            .or_default()
            .push(used(&row)?);
    }
    Ok(uses)
}

fn span(row: &Row) -> Result<Span, Fault> {
    let until = row.opt_int("until_ms")?.unwrap_or(i64::MAX);
    Ok(Span {
        from: Timestamp(row.int("from_ms")?),
        until: Timestamp(until),
    })
}

/// An id, where there is one.
pub(super) fn optional(row: &Row, column: &str) -> Result<Option<Id>, Fault> {
    Ok(match row.opt_bytes(column)? {
        Some(_) => Some(row.id(column)?),
        None => None,
    })
}

fn unfit(error: TermsError) -> Fault {
    Fault::while_("reading what uses are judged by")(error)
}

const LICENCES: &str = "
    select l.id, l.code, l.track_id, l.label, l.currency, l.envelope, l.status, l.buyer_id,
           l.status_index, b.family, s.id as subscription_id
      from licences l
      left join bundles b on b.licence_id = l.id
      left join subscriptions s on s.licence_id = l.id";

const BUNDLES: (&str, &str) = (
    "
    select b.id, b.family, b.licence_id, b.total_ms, b.unearned_micros, b.consumed_ms, b.gone_ms,
           b.gone_micros, b.base_ms, b.base_micros, b.expires_ms, b.taken_micros
      from bundles b where b.family in ",
    " and b.expires_ms > {beside} order by b.id",
);

const RUNS: (&str, &str) = (
    "
    select subscription_id, anchor_ms, until_ms from subscription_runs where subscription_id in ",
    " order by subscription_id, anchor_ms",
);

const CYCLES: (&str, &str) = (
    "
    select c.id, c.subscription_id, s.licence_id, c.start_ms, c.end_ms, c.contribution_micros,
           c.taken_micros, c.guarantee_micros, c.track_cap, c.batch_id
      from cycles c join subscriptions s on s.id = c.subscription_id where c.subscription_id in ",
    " and c.end_ms > {beside} order by c.subscription_id, c.start_ms",
);

const CYCLE_USES: (&str, &str) = (
    "select cycle_id, track_id, uses from cycle_uses where cycle_id in ",
    "",
);

const VIDEOS: &str = "select video from licence_videos where licence_id = $1";

const TRACKS: &str = "
    select t.id, a.master_ms, a.composition_ms
      from tracks t left join attestations a on a.track_id = t.id
     where t.id in ";

const EXCLUSIVES: &str = "
    select e.licence_id, e.from_ms, e.until_ms, l.status
      from exclusives e join licences l on l.id = e.licence_id where e.track_id = $1";

const ROTATION: &str = "select from_ms, until_ms from rotation where track_id = $1";
