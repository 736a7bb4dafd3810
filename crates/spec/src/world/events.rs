//! What the store tells of itself.

use app::events::{self, Event, Kind, Page, Wanted};
use app::upkeep;

use app::licensing::Licence;
use store::db::Tx;

use super::{Answer, Engine, World, answer};

impl World {
    /// Everything that is told from a place on.
    ///
    /// # Errors
    /// The refusal.
    pub async fn told_after(&self, after: Option<i64>) -> Answer<Page> {
        let limit = events::PAGE_MAX;
        let wanted = Wanted {
            after,
            limit,
            kind: None,
        };
        answer(events::list(self.app(), wanted).await)
    }

    /// Every event that is kept.
    ///
    /// # Panics
    /// When there are more than one page.
    pub async fn told(&self) -> Vec<Event> {
        let page = self.told_after(None).await;
        let page = page.expect("what is kept can be read from its beginning");
        assert!(!page.more, "there are more events than this reads");
        page.events
    }

    /// The kinds of every event that is kept, in their order.
    pub async fn kinds_told(&self) -> Vec<Kind> {
        self.told().await.iter().map(|event| event.kind).collect()
    }

    /// How many lines a settlement has, named in hex, and what they earned.
    ///
    /// # Panics
    /// When the name isn't one.
    pub async fn settlement(&self, name: &str) -> (i64, i64) {
        let id = data_encoding::HEXLOWER.decode(name.as_bytes());
        let id = id.expect("a settlement is named in hex");
        let rows = self.rows(SETTLEMENT, &[id.into()]).await;
        let row = rows.first().expect("a sum is one row");
        let int = |name| row.int(name).expect("a sum is a number");
        (int("lines"), int("earned"))
    }

    /// A licence's suspension that is written, its event with it, and not kept yet: whoever holds
    /// this commits it.
    ///
    /// # Panics
    /// When it can't be written.
    pub async fn suspension_under_way(&self, licence: &Licence) -> Tx {
        let tx = self.app().db.write().await;
        let mut tx = tx.expect("the store can be written");
        let (id, now) = (licence.id.bytes(), self.now().0);
        for (sql, values) in [
            (SUSPEND, vec![id.into()]),
            (HISTORY, vec![id.into(), now.into()]),
            (TELL, vec![id.into(), now.into()]),
        ] {
            tx.run(sql, &values).await.expect("a move can be written");
        }
        tx
    }

    /// Whether this world stands on SQLite.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.app().db.engine() == Engine::Sqlite
    }

    /// Does what is due.
    ///
    /// # Panics
    /// On a fault.
    pub async fn is_kept_up(&self) {
        let done = upkeep::run(self.app()).await;
        done.unwrap_or_else(|fault| panic!("{}", fault.chain()));
    }
}

const SETTLEMENT: &str = "
    select count(*) as lines, cast(sum(earned_micros) as bigint) as earned
      from uses where settlement_id = $1";

const SUSPEND: &str = "update licences set status = 'suspended' where id = $1";

const HISTORY: &str = "
    insert into standing_history (licence_id, line, at_ms, before, after, reason, cause)
    values ($1, 1, $2, 'valid', 'suspended', 'looked into', 'operator')";

const TELL: &str = "
    insert into events (id, kind, at_ms, subject, place, data)
    values ($1, 'licence.suspended', $2, $1, 1, '{}')";
