//! Following the blobs for who reports, and for gaps in their sequences.
//!
//! Nothing is noted while uses are counted: the blobs say it all, so they are followed afterwards, by
//! upkeep and by whoever asks. Programs that follow at once don't hinder each other: what one has
//! noted moves the mark, and the other begins again from there.

use std::collections::{BTreeMap, BTreeSet};

use domain::Timestamp;
use meter::id::EventId;
use meter::sequence::{Run, Sequence};
use store::db::{Row, Tx};

use super::blobs;
use crate::{App, Fault};

/// The most sequences kept of all reporters.
const STREAMS_MAX: usize = 10_000;
/// Numbers of a run in the database: first, last and since when, in ms.
type Kept = (u64, u64, i64);

/// What has come of one sequence.
pub(in crate::metering) struct Stream {
    pub(in crate::metering) uses: i64,
    pub(in crate::metering) last: Timestamp,
    pub(in crate::metering) sequence: Sequence,
}

/// What some blobs say of a reporter.
#[derive(Default)]
struct Came {
    uses: i64,
    first: Timestamp,
    last: Timestamp,
    untracked: i64,
}

type Name = (String, String);

/// Follows the blobs to their end.
///
/// # Errors
/// [`Fault`] of the database.
pub(crate) async fn follow(app: &App) -> Result<(), Fault> {
    while step(app).await? {}
    Ok(())
}

/// Follows a page of blobs, unless another program is first. Was there one?
async fn step(app: &App) -> Result<bool, Fault> {
    let mut tx = app.db.read().await?;
    let mark = tx.one(MARK, &[]).await?;
    let from = blobs::number(&mark, "followed_no")?;
    let page = blobs::after(&mut tx, from, blobs::number(&mark, "last_no")?).await?;
    let Some((through, _)) = page.last() else {
        return Ok(false);
    };
    let mut streams = known(&mut tx, &named(&page)?).await?;
    let room = usize::try_from(tx.one(COUNT, &[]).await?.int("n")?).unwrap_or(usize::MAX);
    drop(tx);
    let new = streams.values().filter(|stream| stream.uses == 0).count();
    let mut room = STREAMS_MAX.saturating_sub(room);
    if new > room {
        // Which of them are kept must not go by chance: the first by name.
        streams.retain(|_, stream| {
            let kept = stream.uses > 0 || room > 0;
            room -= usize::from(kept && stream.uses == 0);
            kept
        });
    }
    let reporters = note(&page, &mut streams)?;
    let mut tx = app.db.write().await?;
    let values = [blobs::int(from)?.into(), blobs::int(*through)?.into()];
    if tx.run(MOVE, &values).await? == 0 {
        return Ok(true);
    }
    write(&mut tx, &reporters, &streams).await?;
    tx.commit().await?;
    Ok(true)
}

/// The sequences that blobs name.
fn named(page: &[blobs::Numbered]) -> Result<BTreeSet<Name>, Fault> {
    let mut names = BTreeSet::new();
    for (_, bytes) in page {
        let mut last = None;
        for event in blobs::frame(bytes)?.ids() {
            let (reporter, id) = event.map_err(Fault::while_("following blobs of uses"))?;
            let EventId::Sequence { stream, .. } = id else {
                continue;
            };
            if last != Some((reporter, stream)) {
                names.insert((reporter.to_owned(), stream.to_owned()));
                last = Some((reporter, stream));
            }
        }
    }
    Ok(names)
}

async fn known(tx: &mut Tx, names: &BTreeSet<Name>) -> Result<BTreeMap<Name, Stream>, Fault> {
    let mut streams = BTreeMap::new();
    for name in names {
        let values = [name.0.as_str().into(), name.1.as_str().into()];
        let row = tx.optional(STREAM, &values).await?;
        let stream = match row {
            Some(row) => read(&row)?,
            None => Stream {
                uses: 0,
                last: Timestamp::default(),
                sequence: Sequence::default(),
            },
        };
        streams.insert(name.clone(), stream);
    }
    Ok(streams)
}

/// A sequence as it is kept.
pub(in crate::metering) fn read(row: &Row) -> Result<Stream, Fault> {
    let runs: Vec<Kept> =
        serde_json::from_str(&row.text("runs")?).map_err(Fault::while_("reading a sequence"))?;
    let runs = runs.into_iter().map(|(from, to, since)| Run {
        from,
        to,
        since: Timestamp(since),
    });
    let given_up = row.text("given_up")?.parse();
    let given_up = given_up.map_err(Fault::while_("reading a sequence"))?;
    Ok(Stream {
        uses: row.int("uses")?,
        last: Timestamp(row.int("last_ms")?),
        sequence: Sequence::of(runs, given_up),
    })
}

fn note(
    page: &[blobs::Numbered],
    streams: &mut BTreeMap<Name, Stream>,
) -> Result<BTreeMap<String, Came>, Fault> {
    let mut reporters: BTreeMap<String, Came> = BTreeMap::new();
    for (_, bytes) in page {
        let blob = blobs::frame(bytes)?;
        let at = blob.accepted_at();
        for event in blob.ids() {
            let (reporter, id) = event.map_err(Fault::while_("following blobs of uses"))?;
            let came = reporters.entry(reporter.to_owned()).or_default();
            if came.uses == 0 {
                came.first = at;
            }
            came.uses += 1;
            came.last = at;
            let EventId::Sequence { stream, number } = id else {
                continue;
            };
            match streams.get_mut(&(reporter.to_owned(), stream.to_owned())) {
                Some(seen) => {
                    seen.uses += 1;
                    seen.last = at;
                    seen.sequence.note(number, at);
                }
                None => came.untracked += 1,
            }
        }
    }
    Ok(reporters)
}

async fn write(
    tx: &mut Tx,
    reporters: &BTreeMap<String, Came>,
    streams: &BTreeMap<Name, Stream>,
) -> Result<(), Fault> {
    for (reporter, came) in reporters {
        let values = [
            reporter.as_str().into(),
            came.uses.into(),
            came.first.0.into(),
            came.last.0.into(),
            came.untracked.into(),
        ];
        tx.run(REPORTER, &values).await?;
    }
    for ((reporter, name), stream) in streams {
        let runs: Vec<Kept> = stream
            .sequence
            .runs()
            .map(|run| (run.from, run.to, run.since.0))
            .collect();
        let runs = serde_json::to_string(&runs).map_err(Fault::while_("keeping a sequence"))?;
        let values = [
            reporter.as_str().into(),
            name.as_str().into(),
            stream.uses.into(),
            stream.last.0.into(),
            runs.into(),
            stream.sequence.given_up().to_string().into(),
        ];
        tx.run(KEEP, &values).await?;
    }
    Ok(())
}

const MARK: &str = "
    select m.followed_no, (select coalesce(max(b.commit_no), 0) from use_blobs b) as last_no
      from reporters_mark m where m.one = 1";

const MOVE: &str = "update reporters_mark set followed_no = $2 where one = 1 and followed_no = $1";

const COUNT: &str = "select count(*) as n from reporter_streams";

const STREAM: &str = "
    select uses, last_ms, runs, given_up from reporter_streams
     where reporter = $1 and stream = $2";

const REPORTER: &str = "
    insert into reporters (reporter, uses, first_ms, last_ms, untracked)
    values ($1, $2, $3, $4, $5)
    on conflict (reporter) do update
       set uses = reporters.uses + excluded.uses, last_ms = excluded.last_ms,
           untracked = reporters.untracked + excluded.untracked";

const KEEP: &str = "
    insert into reporter_streams (reporter, stream, uses, last_ms, runs, given_up)
    values ($1, $2, $3, $4, $5, $6)
    on conflict (reporter, stream) do update
       set uses = excluded.uses, last_ms = excluded.last_ms, runs = excluded.runs,
           given_up = excluded.given_up";
