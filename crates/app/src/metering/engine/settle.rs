//! Settling: the blobs since the last settlement are folded into lines, what they earned is booked in
//! one journal a currency, and the mark moves on, all in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use domain::journal::use_draft;
use domain::{Account, BundleId, Draw, LicenceId, LineKind, SubscriptionId, TrackId};
use ledger::Currency;
use store::db::Tx;

use super::blobs::{self, int};
use super::fold::{Folded, SINGLES_MAX, Unsettled};
use super::known::{Id, Known};
use super::line::Line;
use super::lines::{self, Shared};
use super::state::State;
use super::{Engine, catch_up, news};
use crate::accounts::booking::Booking;
use crate::accounts::sheets;
use crate::stop::Tries;
use crate::{Call, Fault, events, proofs};

/// A settlement that was written and isn't committed yet.
pub(super) struct Settled {
    through: u64,
    news: news::News,
    began_ms: i64,
}

/// Is it time to settle?
pub(super) fn is_due(engine: &Engine, state: &State) -> bool {
    let lines = state.unsettled.lines();
    state.pace.is_due(lines, engine.edge.now().0)
}

/// Settles in a transaction of its own. The last commit that is settled then.
pub(super) async fn now(engine: &Engine, state: &mut State) -> Result<u64, Fault> {
    let mut tries = Tries::default();
    loop {
        match once(engine, state).await {
            Err(fault) if tries.again(&fault) => {}
            done => return done,
        }
    }
}

async fn once(engine: &Engine, state: &mut State) -> Result<u64, Fault> {
    let mut tx = engine.alone().await?;
    let mark = catch_up::mark(&mut tx).await?;
    if mark.settled >= mark.last {
        return Ok(mark.settled);
    }
    let is_in_step = state.known_ready && (state.last, state.settled) == (mark.last, mark.settled);
    let settled = if is_in_step {
        in_step(engine, state, &mut tx, None).await?
    } else {
        // What blobs name never changes, so it needn't be judged by to be settled. They are read from
        // the log: memory may be of another one.
        let mut known = Known::default();
        let blobs = blobs::all_after(&mut tx, mark.settled, mark.last).await?;
        for (_, bytes) in &blobs {
            catch_up::learn(&mut known, &mut tx, bytes, engine.edge.now()).await?;
        }
        write(
            engine,
            &mut tx,
            &Unsettled::of(&known, &engine.part_salts, &blobs)?,
        )
        .await?
    };
    tx.commit().await?;
    if is_in_step {
        done(engine, state, &settled);
    } else {
        state.pace.made_elsewhere(engine.edge.now().0);
        // The next commit sees that it has to read again.
        settled.news.tell(&engine.bus);
    }
    Ok(mark.last)
}

/// Writes a settlement of what is folded in memory, which is all that isn't settled, with the blob that
/// this transaction writes itself.
pub(super) async fn in_step(
    engine: &Engine,
    state: &State,
    tx: &mut Tx,
    own: Option<blobs::Numbered>,
) -> Result<Settled, Fault> {
    let all = &state.unsettled;
    if all.uses > SINGLES_MAX {
        return write(engine, tx, all).await;
    }
    let (after, _) = all.span();
    let mut blobs = catch_up::between(state, tx, after, state.last).await?;
    blobs.extend(own);
    let unsettled = Unsettled::of(&state.known, &engine.part_salts, &blobs)?;
    write(engine, tx, &unsettled).await
}

/// Writes a settlement.
async fn write(engine: &Engine, tx: &mut Tx, unsettled: &Unsettled) -> Result<Settled, Fault> {
    let now = engine.edge.now();
    let (_, through) = unsettled.span();
    let mut settlements: Vec<(Id, Vec<&Line>)> = Vec::new();
    for Folded {
        at, lines, videos, ..
    } in &unsettled.days
    {
        let mut call = engine.edge.call().dated(*at);
        let mut by_currency: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
        for line in lines {
            let of = by_currency.entry(line.currency.code());
            of.or_default().push(line);
        }
        for (currency, mut lines) in by_currency {
            let id = call.id();
            // The order of the log's leaf.
            lines.sort_unstable_by_key(|line| line.id);
            let shared = book(tx, &mut call, &id, &lines).await?;
            lines::insert(tx, &id, &lines, shared).await?;
            let told = lines.iter().map(|line| events::Settlement {
                uses: line.uses,
                earned: line.earned,
                commits: line.commits,
            });
            events::settled(tx, now, (&id, currency), told).await?;
            settlements.push((id, lines));
        }
        lines::count(tx, lines).await?;
        count_videos(tx, videos).await?;
    }
    tx.run(SETTLED, &[int(through)?.into()]).await?;
    let news = news::of(engine, tx, &unsettled.days).await?;
    // Last: from here on everybody else who adds to the log waits.
    let uses = settlements.iter().flat_map(|(id, lines)| {
        let logged = |line: &&Line| line.logged(*id);
        lines.iter().map(logged)
    });
    let count = settlements.iter().map(|(_, lines)| lines.len()).sum();
    let uses = proofs::Uses::of(count, uses)?;
    proofs::settled(&engine.log_secret, tx, now, uses).await?;
    Ok(Settled {
        through,
        news,
        began_ms: now.0,
    })
}

/// Says that a settlement is durable.
pub(super) fn done(engine: &Engine, state: &mut State, settled: &Settled) {
    let lines = state.unsettled.lines();
    let until = engine.edge.now().0;
    state.pace.made(lines, (settled.began_ms, until));
    state.settled = settled.through;
    state.unsettled.settled(settled.through);
    state.known.book.settled();
    settled.news.tell(&engine.bus);
}

/// Books what lines of one currency earned, each track by the sheet in force. The sheet of each track
/// and what it had shared before.
async fn book(
    tx: &mut Tx,
    call: &mut Call,
    id: &[u8; 16],
    lines: &[&Line],
) -> Result<BTreeMap<TrackId, Shared>, Fault> {
    let mut shared = BTreeMap::new();
    let earning: Vec<&&Line> = lines.iter().filter(|line| line.earned != 0).collect();
    let Some(first) = earning.first() else {
        return Ok(shared);
    };
    let mut booking = draft(id, &earning, first.currency)?;
    for (subscription, micros) in pools(&earning) {
        booking.post(&Account::Pool(subscription), -micros);
    }
    for (track, (licences, micros)) in tracks(&earning) {
        let sheet = sheets::in_force(tx, track, None, call.now).await?;
        let mut licences = licences.into_iter();
        let alone = licences.next().filter(|_| licences.next().is_none());
        let after = booking
            .share_by(tx, sheet, alone, micros)
            .await?
            .shared_after;
        let before = after - micros;
        shared.insert(track, Shared { sheet, before });
    }
    booking.write(tx, call).await?;
    Ok(shared)
}

fn draft(id: &[u8; 16], earning: &[&&Line], currency: Currency) -> Result<Booking, Fault> {
    let mut drawn: BTreeMap<BundleId, (i64, i64)> = BTreeMap::new();
    for (bundle, (ms, micros)) in earning.iter().flat_map(|line| line.draws()) {
        let sum = drawn.entry(bundle).or_default();
        *sum = (sum.0 + ms, sum.1 + micros);
    }
    let draws: Vec<Draw> = drawn
        .into_iter()
        .filter(|(_, (_, earns))| *earns != 0)
        .map(|(bundle, (billed_ms, earns))| Draw {
            bundle,
            billed_ms,
            earns,
        })
        .collect();
    let uses: i64 = earning.iter().map(|line| line.uses).sum();
    let memo = match earning {
        [
            Line {
                alone: Some(alone), ..
            },
        ] => alone.label.clone(),
        _ => format!("{uses} uses"),
    };
    let draft = use_draft(&HEXLOWER.encode(id), &memo, &draws, currency)
        .map_err(Fault::while_("journalling uses"))?;
    Ok(Booking::new(draft, (LineKind::Use, id), currency))
}

fn pools(earning: &[&&Line]) -> BTreeMap<SubscriptionId, i64> {
    let mut pools = BTreeMap::new();
    for line in earning {
        if let Some(pool) = &line.pool {
            *pools.entry(pool.subscription).or_insert(0_i64) += line.earned;
        }
    }
    pools
}

fn tracks(earning: &[&&Line]) -> BTreeMap<TrackId, (BTreeSet<LicenceId>, i64)> {
    let mut tracks: BTreeMap<TrackId, (BTreeSet<LicenceId>, i64)> = BTreeMap::new();
    for line in earning {
        let of = tracks.entry(line.track).or_default();
        of.0.insert(line.licence);
        of.1 += line.earned;
    }
    tracks
}

async fn count_videos(tx: &mut Tx, videos: &BTreeSet<(LicenceId, String)>) -> Result<(), Fault> {
    for (licence, video) in videos {
        tx.run(VIDEO, &[licence.bytes().into(), video.into()])
            .await?;
    }
    Ok(())
}

const SETTLED: &str = "update meter_mark set settled_no = $1 where one = 1";

const VIDEO: &str = "
    insert into licence_videos (licence_id, video) values ($1, $2) on conflict do nothing";
