//! A use that no licence covers, as it is kept.

use domain::usage::UseRefusal;
use domain::{LicenceId, Timestamp, TrackId, UncoveredId, UseReport};
use licence_key::Code;
use store::db::{Row, Tx};

use crate::Fault;

/// How many events are asked about at once.
const TOGETHER: usize = 100;

/// A use that isn't covered.
#[derive(Debug, Clone, PartialEq)]
pub struct Uncovered {
    /// Its id.
    pub id: UncoveredId,
    /// Who reported it.
    pub reporter: String,
    /// As it was reported.
    pub report: UseReport,
    /// The licence that it falls under.
    pub licence: LicenceId,
    /// The licence's code.
    pub code: Code,
    /// The track used.
    pub track: TrackId,
    /// The track's word in addresses.
    pub slug: String,
    /// The track's title.
    pub title: String,
    /// Every reason why it isn't covered.
    pub reasons: Vec<UseRefusal>,
    /// When it was refused first.
    pub received_at: Timestamp,
    /// What has become of it.
    pub state: State,
}

/// What has become of a use that wasn't covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for cover.
    Open,
    /// Its event was sent again and counts.
    Bought,
    /// Somebody who may has said that nothing is to be done.
    Dismissed,
}

impl State {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Open, Self::Bought, Self::Dismissed];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Bought => "bought",
            Self::Dismissed => "dismissed",
        }
    }

    /// The state of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// Those that a reporter's events were kept as, by the events' ids, whatever became of them.
pub(super) async fn of_events(
    tx: &mut Tx,
    reporter: &str,
    ids: &[&str],
) -> Result<Vec<Uncovered>, Fault> {
    let mut found = Vec::new();
    for some in ids.chunks(TOGETHER) {
        let places: Vec<String> = (2..some.len() + 2).map(|n| format!("${n}")).collect();
        let sql = format!("{LIST}{OF_EVENTS}({})", places.join(", "));
        let mut values = vec![reporter.into()];
        values.extend(some.iter().map(|id| (*id).into()));
        for row in tx.all(&sql, &values).await? {
            found.push(read(&row)?);
        }
    }
    Ok(found)
}

/// Reads a row of [`LIST`].
pub(super) fn read(row: &Row) -> Result<Uncovered, Fault> {
    let doing = "reading a use that isn't covered";
    let json = |column: &str| row.text(column);
    let report = serde_json::from_str(&json("report")?).map_err(Fault::while_(doing))?;
    let reasons = serde_json::from_str(&json("reasons")?).map_err(Fault::while_(doing))?;
    let state = State::from_word(&row.text("state")?);
    Ok(Uncovered {
        id: UncoveredId::from_bytes(row.id("id")?),
        reporter: row.text("reporter")?,
        report,
        licence: LicenceId::from_bytes(row.id("licence_id")?),
        code: row.text("code")?.parse().map_err(Fault::while_(doing))?,
        track: TrackId::from_bytes(row.id("track_id")?),
        slug: row.text("slug")?,
        title: row.text("title")?,
        reasons,
        received_at: Timestamp(row.int("received_ms")?),
        state: state.ok_or_else(|| Fault::because(doing, "there is no such state"))?,
    })
}

/// Every column that is read, of whichever rows a condition names.
pub(super) const LIST: &str = "
    select u.id, u.reporter, u.report, u.licence_id, u.track_id, u.reasons, u.received_ms, u.state,
           l.code, l.buyer_id, t.slug, t.title
      from uncovered_uses u
      join licences l on l.id = u.licence_id
      join tracks t on t.id = u.track_id";

const OF_EVENTS: &str = " where u.reporter = $1 and u.event_id in ";
