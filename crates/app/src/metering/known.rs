//! What a report of a use is judged by, read within the transaction that will write the answer.

use domain::bundle_cut::CutBundle;
use domain::usage::{Barred, LicenceFacts, PaidBy};
use domain::{Bundle, Envelope, LicenceId, TrackId, UseReport};
use ledger::Currency;
use licence_key::Code;
use store::db::Tx;

use crate::accounts::clip_time;
use crate::licensing::Standing;
use crate::licensing::clear::{self, Bar};
use crate::subscriptions::pooled::{self, Pooled};
use crate::{Call, Fault};

/// A licence as the meter needs it.
pub(super) struct Known {
    pub(super) id: LicenceId,
    pub(super) facts: LicenceFacts,
    pub(super) envelope: Envelope,
    pub(super) bundles: Vec<Bundle>,
    pub(super) currency: Currency,
    /// The track of the use: the licence's own, or the one the report names.
    pub(super) track: Option<TrackId>,
    pub(super) label: String,
    /// The subscription's cycle that would pay, where it is one.
    pub(super) pooled: Option<Pooled>,
}

/// The licence a report names, locked with its bundle until the transaction ends.
pub(super) async fn licence(
    tx: &mut Tx,
    call: &Call,
    report: &UseReport,
) -> Result<Option<Known>, Fault> {
    let Ok(code) = report.licence_code.parse::<Code>() else {
        return Ok(None);
    };
    // Locked, so that two videos at once are counted one after the other.
    let lock = format!("{LICENCE}{}", tx.for_update());
    let Some(row) = tx.optional(&lock, &[code.plain().into()]).await? else {
        return Ok(None);
    };
    let id = LicenceId::from_bytes(row.id("id")?);
    let own = match row.opt_bytes("track_id")? {
        Some(_) => Some(TrackId::from_bytes(row.id("track_id")?)),
        None => None,
    };
    let pooled = match own {
        Some(_) => None,
        None => pooled::standing(tx, id, report, call.now).await?,
    };
    let paid_by = match (own, &pooled) {
        (Some(track), _) => PaidBy::Tier {
            track,
            other_videos: other_videos(tx, id, &video(report)).await?,
        },
        (None, Some(pooled)) => PaidBy::Pool(pooled.facts),
        (None, None) => PaidBy::Bundle,
    };
    let track = match report.track {
        Some(track) => exists(tx, track).await?.then_some(track),
        None => own,
    };
    let bar = match (paid_by, track) {
        (PaidBy::Bundle | PaidBy::Pool(_), Some(track)) => {
            clear::bar(tx, track, report.published_at).await?
        }
        _ => None,
    };
    let state = Standing::from_word(&row.text("status")?)?.into();
    Ok(Some(Known {
        id,
        facts: LicenceFacts {
            state,
            paid_by,
            barred: bar.map(barred),
        },
        envelope: serde_json::from_str(&row.text("envelope")?)
            .map_err(Fault::while_("reading a licence's envelope"))?,
        bundles: bundles(tx, id).await?,
        currency: Currency::from_code(&row.text("currency")?)
            .map_err(Fault::while_("reading a licence's currency"))?,
        track,
        pooled,
        label: row.text("label")?,
    }))
}

/// Clip time holds for any track that could be licensed when the video was published.
fn barred(bar: Bar) -> Barred {
    match bar {
        Bar::NotAttested => Barred::NotAttested,
        Bar::Exclusive(until) => Barred::Exclusive { until },
    }
}

/// What names the video of a report: uses of one video on several placements count once.
pub(super) fn video(report: &UseReport) -> String {
    let named = report.video.clone().or_else(|| report.url.clone());
    named.unwrap_or_else(|| report.id.clone())
}

async fn other_videos(tx: &mut Tx, id: LicenceId, video: &str) -> Result<u32, Fault> {
    let row = tx
        .one(OTHER_VIDEOS, &[id.bytes().into(), video.into()])
        .await?;
    Ok(u32::try_from(row.int("videos")?).unwrap_or(u32::MAX))
}

async fn exists(tx: &mut Tx, track: TrackId) -> Result<bool, Fault> {
    Ok(tx.optional(TRACK, &[track.bytes().into()]).await?.is_some())
}

/// What a report may draw on: the licence's bundle and those that go with it, or those of the
/// subscriber's account, in the order they expire.
async fn bundles(tx: &mut Tx, id: LicenceId) -> Result<Vec<Bundle>, Fault> {
    let family = clip_time::family(tx, id).await?;
    Ok(family.iter().map(CutBundle::run).collect())
}

const LICENCE: &str = "
    select id, track_id, label, currency, envelope, status from licences where code = $1";

const OTHER_VIDEOS: &str = "
    select count(distinct video) as videos from uses where licence_id = $1 and video <> $2";

const TRACK: &str = "select id from tracks where id = $1";
