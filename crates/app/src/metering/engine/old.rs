//! Events that were accepted before there were blobs: rows of their own hold them. For as long as
//! such a report could come again they are looked up there.

use std::collections::HashMap;

use domain::{Timestamp, UseReport};
use ledger::Currency;
use meter::event::Event;
use meter::window::KEPT_MS;
use store::db::{Row, Tx};

use super::super::batch::Asked;
use super::super::report::{Answer, Counted};
use super::blobs::number;
use super::state::State;
use crate::Fault;

/// Old rows with an id of a commit's events.
#[derive(Default)]
pub(super) struct Old(HashMap<(String, String), Before>);

struct Before {
    report: UseReport,
    counted: Counted,
}

impl Old {
    /// Looks up the events of a commit; nothing where all of the past lies in blobs.
    pub(super) async fn find(
        state: &State,
        tx: &mut Tx,
        asked: &[Asked],
        now_ms: i64,
    ) -> Result<Old, Fault> {
        let mut old = Old::default();
        if state.old_ms <= now_ms - KEPT_MS {
            return Ok(old);
        }
        for one in asked {
            for event in one.good() {
                let values = [event.id.as_ref().into(), one.reporter.as_str().into()];
                if let Some(row) = tx.optional(BEFORE, &values).await? {
                    let key = (one.reporter.clone(), event.id.as_ref().to_owned());
                    old.0.insert(key, read(&row)?);
                }
            }
        }
        Ok(old)
    }

    pub(super) fn answer(&self, reporter: &str, event: &Event<'_>) -> Option<Answer> {
        if self.0.is_empty() {
            return None;
        }
        let before = self
            .0
            .get(&(reporter.to_owned(), event.id.as_ref().to_owned()))?;
        Some(if before.report == event.to_report() {
            Answer::Duplicate(before.counted.clone())
        } else {
            Answer::Conflict
        })
    }
}

/// A use that was settled by itself, whether a blob holds it or not.
pub(super) struct Alone {
    pub(super) counted: Counted,
    pub(super) received_at: Timestamp,
    /// Its commit; none from before there were blobs.
    pub(super) commit: Option<u64>,
}

/// The use of a reporter's id, where a row of its own was settled for it.
pub(super) async fn alone(tx: &mut Tx, reporter: &str, id: &str) -> Result<Option<Alone>, Fault> {
    let values = [id.into(), reporter.into()];
    let Some(row) = tx.optional(ALONE, &values).await? else {
        return Ok(None);
    };
    let commit = number(&row, "last_no")?;
    Ok(Some(Alone {
        counted: read(&row)?.counted,
        received_at: Timestamp(row.int("received_ms")?),
        commit: (commit > 0).then_some(commit),
    }))
}

fn read(row: &Row) -> Result<Before, Fault> {
    let report = serde_json::from_str(&row.text("report")?);
    let report: UseReport = report.map_err(Fault::while_("reading an earlier report"))?;
    let licence = row.text("code")?.parse();
    Ok(Before {
        report,
        counted: Counted {
            licence: licence.map_err(Fault::while_("reading an earlier report"))?,
            billed_ms: row.int("billed_ms")?,
            earned_micros: row.int("earned_micros")?,
            currency: Currency::from_code(&row.text("currency")?)
                .map_err(Fault::while_("reading an earlier report"))?,
        },
    })
}

const BEFORE: &str = "
    select u.report, u.billed_ms, u.earned_micros, u.currency, l.code
      from uses u join licences l on l.id = u.licence_id
     where u.event_id = $1 and u.reporter = $2 and u.first_no = 0";

const ALONE: &str = "
    select u.report, u.billed_ms, u.earned_micros, u.currency, u.received_ms, u.last_no, l.code
      from uses u join licences l on l.id = u.licence_id
     where u.event_id = $1 and u.reporter = $2 and u.report is not null
     order by u.received_ms desc limit 1";
