//! The leaves of statements: one for each month of a payee, numbered, covering the leaves from
//! where the one before stopped.

use domain::{PayeeId, Timestamp};
use ledger::{Currency, Money};
use store::db::{Row, Tx};
use tlog::{Batch, Kind};

use super::end::{End, Said, letters, number, totals};
use super::event::{Event, Statement};
use crate::{App, Fault};

/// What a statement says in one currency.
pub(crate) struct Stated {
    /// Of which money.
    pub(crate) currency: Currency,
    /// What its lines sum to, in micro-units.
    pub(crate) micros: i64,
    /// Its own hash.
    pub(crate) sha256: [u8; 32],
}

/// A payee's statement in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logged {
    /// Which of the payee's: 1, 2, 3 and so on.
    pub(crate) number: u64,
    /// Its month.
    pub(crate) period: String,
    /// The leaf after the last it covers.
    pub(crate) to: u64,
}

/// Puts a payee's statements of a month into the log, one leaf over all currencies; its number.
pub(crate) async fn statement(
    app: &App,
    tx: &mut Tx,
    now: Timestamp,
    (payee, period): (PayeeId, &str),
    stated: &[Stated],
) -> Result<u64, Fault> {
    let mut end = End::hold(tx).await?;
    // Read behind the lock: another program may have been first.
    let last = last(tx, payee).await?;
    let (nth, from) = last.map_or((1, 0), |last| (last.number + 1, last.to));
    let event = |one: &Stated| {
        let event = Event::Statement(Statement {
            payee: *payee.bytes(),
            currency: letters(one.currency.code())?,
            micros: one.micros,
            sha256: one.sha256,
            period: period.to_owned(),
        });
        Ok::<_, Fault>(event.encode())
    };
    let events = stated.iter().map(event).collect::<Result<Vec<_>, _>>()?;
    let batch = Batch::new(
        end.salts(&app.issuer.log_secret()),
        events.iter().map(Vec::as_slice),
    );
    let to = end.next();
    let said = Said {
        kind: Kind::Statement(tlog::Statement {
            payee: app.issuer.log_pseudonym(payee),
            number: nth,
            from,
            to,
        }),
        batch: batch.head(),
        count: batch.count(),
        totals: totals(
            stated
                .iter()
                .map(|one| Money::new(one.micros, one.currency)),
        )?,
    };
    let leaf = number(end.append(tx, now, said).await?)?;
    let values = [
        payee.bytes().into(),
        number(nth)?.into(),
        period.into(),
        leaf.into(),
        number(from)?.into(),
        number(to)?.into(),
    ];
    tx.run(INSERT, &values).await?;
    for (position, one) in (0_i64..).zip(stated) {
        let values = [
            leaf.into(),
            position.into(),
            one.currency.code().into(),
            one.micros.into(),
            (&one.sha256).into(),
        ];
        tx.run(INSERT_HASH, &values).await?;
    }
    Ok(nth)
}

/// A payee's newest statement in the log.
pub(crate) async fn last(tx: &mut Tx, payee: PayeeId) -> Result<Option<Logged>, Fault> {
    let row = tx.optional(LAST, &[payee.bytes().into()]).await?;
    let logged = |row: Row| {
        Ok(Logged {
            number: unsigned(row.int("number")?),
            period: row.text("period")?,
            to: unsigned(row.int("to_leaf")?),
        })
    };
    row.map(logged).transpose()
}

/// The events of a leaf of a statement, as they stand in the database now.
pub(crate) async fn batch(tx: &mut Tx, leaf: i64) -> Result<Vec<Vec<u8>>, Fault> {
    let mut events = Vec::new();
    for row in tx.all(OF_LEAF, &[leaf.into()]).await? {
        let sha256 = row.bytes("sha256")?.try_into();
        let event = Event::Statement(Statement {
            payee: row.id("payee_id")?,
            currency: letters(&row.text("currency")?)?,
            micros: row.int("micros")?,
            sha256: sha256
                .map_err(|_| Fault::because("reading the log", "a hash has no 32 bytes"))?,
            period: row.text("period")?,
        });
        events.push(event.encode());
    }
    Ok(events)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

const LAST: &str = "
    select number, period, to_leaf from statement_leaves
     where payee_id = $1 order by number desc limit 1";

const INSERT: &str = "
    insert into statement_leaves (payee_id, number, period, leaf, from_leaf, to_leaf)
    values ($1, $2, $3, $4, $5, $6)";

const INSERT_HASH: &str = "
    insert into statement_leaf_hashes (leaf, position, currency, micros, sha256)
    values ($1, $2, $3, $4, $5)";

const OF_LEAF: &str = "
    select s.payee_id, s.period, h.currency, h.micros, h.sha256
      from statement_leaf_hashes h join statement_leaves s on s.leaf = h.leaf
     where h.leaf = $1 order by h.position";
