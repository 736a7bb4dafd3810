//! Reading licences, clip time, pools and tracks into the book, when an event first asks for them and
//! again when somebody has changed them. Only under the meter's lock: what is read is then as the
//! last settlement left it.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::envelope::Videos;
use domain::subscription::Run;
use domain::{BundleId, Cycle, CycleId, Envelope, LicenceId, SubscriptionId, Timestamp, TrackId};
use ledger::Currency;
use licence_key::Code;
use meter::book::{CycleTerms, Holder, LicenceTerms, Paid, PurseId, Span, TermsError, TrackTerms};
use store::db::{Row, Tx, Value};

use super::known::{Held, Id, Known, Numbered, Thing};
use crate::Fault;
use crate::accounts::clip_time::figures;
use crate::accounts::cycles::{cap, used};
use crate::licensing::Standing;
use crate::many;

/// How many ids one statement asks for.
const ASKED: usize = 100;
/// For how long after its end something may still be asked for, in ms: reports come that late.
const LATE_MS: i64 = 36 * domain::time::DAY_MS;

/// What is to be read.
#[derive(Default)]
struct Wanted {
    purses: BTreeSet<Id>,
    subscriptions: Vec<(LicenceId, SubscriptionId)>,
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

    /// Reads again what depends on these ids. Says whether anything did.
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
        for purse in std::mem::take(&mut wanted.purses) {
            self.purse(tx, purse, now, &mut wanted).await?;
        }
        let subscriptions = std::mem::take(&mut wanted.subscriptions);
        let mut cycles = Vec::new();
        for (licence, subscription) in subscriptions {
            cycles.push(self.subscription(tx, licence, subscription, now).await?);
        }
        let used = cycles.iter().flat_map(|(_, cycles)| cycles);
        let used = used.flat_map(|cycle| cycle.uses.iter().map(|(track, _)| *track));
        let unknown = used.filter(|id| self.book.track(*id).is_none());
        wanted.tracks.extend(unknown);
        self.tracks(tx, &wanted.tracks).await?;
        for (licence, cycles) in cycles {
            for cycle in cycles {
                self.book.put_cycle(licence, &cycle).map_err(unfit)?;
            }
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
        for some in values.chunks(ASKED) {
            let sql = format!("{LICENCES} where {by} in ({})", many::places(some.len()));
            for row in tx.all(&sql, some).await? {
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
        let envelope: Envelope = serde_json::from_str(&row.text("envelope")?)
            .map_err(Fault::while_("reading a licence's envelope"))?;
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
            envelope: Arc::new(envelope),
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
        self.held.insert(id, held);
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
                wanted.subscriptions.push((id, subscription));
            }
            (_, None) => {}
        }
        if !self.purses.contains(&purse) {
            wanted.purses.insert(purse);
        }
        Ok(())
    }

    /// The bundles of a family, with the licences that they were bought under.
    async fn purse(
        &mut self,
        tx: &mut Tx,
        purse: Id,
        now: Timestamp,
        wanted: &mut Wanted,
    ) -> Result<(), Fault> {
        self.purses.insert(purse);
        self.depends(purse, Thing::Purse(purse));
        let family = [Value::from(&purse)];
        for row in tx
            .all(&format!("{LICENCES} where b.family = $1"), &family)
            .await?
        {
            self.licence(&row, wanted)?;
        }
        let since = now.plus_ms(-LATE_MS).0;
        let rows = tx.all(BUNDLES, &[(&purse).into(), since.into()]).await?;
        for row in &rows {
            let licence = LicenceId::from_bytes(row.id("licence_id")?);
            let bundle = figures(row)?;
            let n = number(tx, &purse, bundle.id.bytes()).await?;
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

    /// When a subscription ran, and its cycles that reports may still come for.
    async fn subscription(
        &mut self,
        tx: &mut Tx,
        licence: LicenceId,
        subscription: SubscriptionId,
        now: Timestamp,
    ) -> Result<(LicenceId, Vec<CycleTerms>), Fault> {
        let of = [Value::from(subscription.bytes())];
        let rows = tx.all(RUNS, &of).await?;
        let run = |row: &Row| -> Result<Run, Fault> {
            Ok(Run {
                anchor: Timestamp(row.int("anchor_ms")?),
                until: row.opt_int("until_ms")?.map(Timestamp),
            })
        };
        let runs = rows.iter().map(run).collect::<Result<_, Fault>>()?;
        self.book.put_runs(licence, runs).map_err(unfit)?;
        let values = [subscription.bytes().into(), now.plus_ms(-LATE_MS).0.into()];
        let mut cycles = Vec::new();
        for row in tx.all(CYCLES, &values).await? {
            let id = CycleId::from_bytes(row.id("id")?);
            let cycle = Cycle {
                start: Timestamp(row.int("start_ms")?),
                end: Timestamp(row.int("end_ms")?),
            };
            let nth = number(tx, licence.bytes(), id.bytes()).await?;
            let numbered = Numbered::Cycle {
                id,
                cycle,
                subscription,
            };
            self.numbers.insert((*licence.bytes(), nth), numbered);
            let uses = tx.all(CYCLE_USES, &[id.bytes().into()]).await?;
            cycles.push(CycleTerms {
                nth,
                cycle,
                contribution: row.int("contribution_micros")? - row.int("taken_micros")?,
                guarantee: row.int("guarantee_micros")?,
                per_track_cap: cap(&row)?,
                closed: row.opt_bytes("batch_id")?.is_some(),
                uses: uses.iter().map(used).collect::<Result<_, Fault>>()?,
            });
        }
        Ok((licence, cycles))
    }

    async fn tracks(&mut self, tx: &mut Tx, ids: &BTreeSet<TrackId>) -> Result<(), Fault> {
        let ids: Vec<Value> = ids.iter().map(|id| id.bytes().into()).collect();
        for some in ids.chunks(ASKED) {
            let places = many::places(some.len());
            for row in tx.all(&format!("{TRACKS}({places})"), some).await? {
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
        }
        Ok(())
    }
}

/// The number by which blobs name a bundle of a family or a cycle of a subscription: the next free
/// one, the first time it is asked for.
async fn number(tx: &mut Tx, of: &Id, id: &Id) -> Result<u32, Fault> {
    let row = match tx.optional(NUMBER, &[id.into()]).await? {
        Some(row) => row,
        None => tx.one(NEXT_NUMBER, &[of.into(), id.into()]).await?,
    };
    u32::try_from(row.int("n")?).map_err(Fault::while_("numbering what a use draws on"))
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

const BUNDLES: &str = "
    select b.id, b.licence_id, b.total_ms, b.unearned_micros, b.consumed_ms, b.gone_ms,
           b.gone_micros, b.base_ms, b.base_micros, b.expires_ms, b.taken_micros
      from bundles b where b.family = $1 and b.expires_ms > $2 order by b.id";

const RUNS: &str = "
    select anchor_ms, until_ms from subscription_runs
     where subscription_id = $1 order by anchor_ms";

const CYCLES: &str = "
    select id, start_ms, end_ms, contribution_micros, taken_micros, guarantee_micros, track_cap,
           batch_id
      from cycles where subscription_id = $1 and end_ms > $2 order by start_ms";

const CYCLE_USES: &str = "select track_id, uses from cycle_uses where cycle_id = $1";

const VIDEOS: &str = "select video from licence_videos where licence_id = $1";

const TRACKS: &str = "
    select t.id, a.master_ms, a.composition_ms
      from tracks t left join attestations a on a.track_id = t.id
     where t.id in ";

const EXCLUSIVES: &str = "
    select e.licence_id, e.from_ms, e.until_ms, l.status
      from exclusives e join licences l on l.id = e.licence_id where e.track_id = $1";

const ROTATION: &str = "select from_ms, until_ms from rotation where track_id = $1";

const NUMBER: &str = "select n from meter_numbers where id = $1";

const NEXT_NUMBER: &str = "
    insert into meter_numbers (of_id, n, id)
    select $1, coalesce(max(n), -1) + 1, $2 from meter_numbers where of_id = $1
 returning n";
