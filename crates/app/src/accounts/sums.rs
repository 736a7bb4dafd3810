//! Sums that reports read, written in the transaction of the lines that they sum up. The audit
//! recomputes them (`report_sums_equal_lines`).

use std::collections::BTreeMap;

use domain::{LineKind, PayeeId, TrackId};
use ledger::Currency;
use store::db::{Tx, Value};

use crate::Fault;
use crate::many;

/// What was earned, by payee, kind and sheet (sixteen zeros where none shared it), in micro-units.
#[derive(Default)]
pub(crate) struct Earned(BTreeMap<(PayeeId, &'static str, [u8; 16]), i64>);

impl Earned {
    pub(crate) fn add(&mut self, payee: PayeeId, kind: LineKind, sheet: [u8; 16], micros: i64) {
        *self.0.entry((payee, kind.code(), sheet)).or_default() += micros;
    }

    pub(crate) async fn write(&self, tx: &mut Tx, currency: Currency) -> Result<(), Fault> {
        let row = |((payee, kind, sheet), micros): (&(PayeeId, &str, [u8; 16]), &i64)| {
            [
                Value::from(payee.bytes()),
                currency.code().into(),
                (*kind).into(),
                sheet.into(),
                (*micros).into(),
            ]
        };
        many::write(tx, EARNED, &self.0.iter().map(row).collect::<Vec<_>>()).await
    }
}

/// Uses, by track and hour of receipt.
#[derive(Default)]
pub(crate) struct Used {
    tracks: BTreeMap<TrackId, (i64, i64, i64)>,
    hours: BTreeMap<(TrackId, i64), i64>,
}

impl Used {
    /// Adds uses that were received in an hour since 1970, with their clip time and what of it was
    /// billed, in ms.
    pub(crate) fn add(&mut self, track: TrackId, hour: i64, (uses, clip, billed): (i64, i64, i64)) {
        let sum = self.tracks.entry(track).or_default();
        *sum = (sum.0 + uses, sum.1 + clip, sum.2 + billed);
        *self.hours.entry((track, hour)).or_default() += uses;
    }

    pub(crate) async fn write(&self, tx: &mut Tx) -> Result<(), Fault> {
        let tracks = self.tracks.iter().map(|(track, (uses, clip, billed))| {
            let [uses, clip, billed] = [uses, clip, billed].map(|n| Value::from(*n));
            [Value::from(track.bytes()), uses, clip, billed]
        });
        many::write(tx, TRACKS, &tracks.collect::<Vec<_>>()).await?;
        let hours = self
            .hours
            .iter()
            .map(|((track, hour), uses)| [track.bytes().into(), (*hour).into(), (*uses).into()]);
        many::write(tx, HOURS, &hours.collect::<Vec<[Value; 3]>>()).await
    }
}

/// A statement that adds rows to sums, in two parts around them. Each sum is named once.
type Adding = (&'static str, &'static str);

const EARNED: Adding = (
    "insert into payee_sums (payee_id, currency, kind, sheet_id, micros) values ",
    " on conflict (payee_id, currency, kind, sheet_id)
      do update set micros = payee_sums.micros + excluded.micros",
);

const TRACKS: Adding = (
    "insert into track_sums (track_id, uses, clip_ms, billed_ms) values ",
    " on conflict (track_id) do update set uses = track_sums.uses + excluded.uses,
                                           clip_ms = track_sums.clip_ms + excluded.clip_ms,
                                           billed_ms = track_sums.billed_ms + excluded.billed_ms",
);

const HOURS: Adding = (
    "insert into track_hours (track_id, hour, uses) values ",
    " on conflict (track_id, hour) do update set uses = track_hours.uses + excluded.uses",
);
