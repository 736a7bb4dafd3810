//! Statements in the transparency log: once a month is over, each payee's statement of it gets a
//! leaf, numbered; and a statement carries the proof of its own.

use data_encoding::HEXLOWER;
use domain::statement::Statement;
use domain::{PayeeId, Timestamp};
use ledger::Currency;

use super::Period;
use super::show::{self, StatementRefusal, Wanted};
use crate::proofs::{self, Event, Form, ProofRefusal, Stated};
use crate::{App, Call, Fault, Stop};

/// For how many payees one run does it; the next goes on.
const AT_ONCE: i64 = 500;

/// Puts the statements of every month that is over into the log, for each payee of whom something
/// has moved; how many there were.
///
/// # Errors
/// [`Fault`] of the database; what was logged before it stays.
pub async fn due(app: &App) -> Result<usize, Fault> {
    let call = app.call();
    let Some(month) = finished(call.now) else {
        return Ok(0);
    };
    let mut tx = app.db.read().await?;
    let values = [month.name().into(), month.until().0.into(), AT_ONCE.into()];
    let mut payees = Vec::new();
    for row in tx.all(WAITING, &values).await? {
        payees.push(PayeeId::from_bytes(row.id("id")?));
    }
    drop(tx);
    let mut done = 0;
    for payee in payees {
        done += of_payee(app, &call, payee, &month).await?;
    }
    Ok(done)
}

/// The last month that is over, so that its statement stays as it is.
fn finished(now: Timestamp) -> Option<Period> {
    let before = |month: &Period| Period::month_of(Timestamp(month.from().0.checked_sub(1)?));
    let month = before(&Period::month_of(now)?)?;
    if month.is_over(now) {
        Some(month)
    } else {
        before(&month)
    }
}

/// A payee's months up to one, each in a leaf of its own.
async fn of_payee(app: &App, call: &Call, payee: PayeeId, until: &Period) -> Result<usize, Fault> {
    let mut tx = app.read().await?;
    let last = proofs::last_statement(&mut tx, payee).await?;
    let first = tx.one(FIRST, &[payee.bytes().into()]).await?;
    let begins = match last {
        Some(last) => {
            let period: Result<Period, _> = last.period.parse();
            period
                .map_err(Fault::while_("reading a statement's month"))?
                .until()
        }
        None => Timestamp(first.int("at_ms")?),
    };
    drop(tx);
    let mut done = 0;
    let mut next = Period::month_of(begins);
    while let Some(month) = next.filter(|month| month.until() <= until.until()) {
        let stated = stated(app, call, payee, &month).await?;
        let mut tx = app.write().await?;
        // Another program may have been first since.
        let logged = proofs::last_statement(&mut tx, payee).await?;
        if logged.is_none_or(|last| last.period.as_str() < month.name()) {
            let of = (payee, month.name());
            proofs::statement(app, &mut tx, call.now, of, &stated).await?;
            tx.commit().await?;
            done += 1;
        }
        next = Period::month_of(month.until());
    }
    Ok(done)
}

/// What a payee's statement of a month says, in each currency in which something ever moved.
async fn stated(
    app: &App,
    call: &Call,
    payee: PayeeId,
    month: &Period,
) -> Result<Vec<Stated>, Fault> {
    let mut tx = app.read().await?;
    let values = [payee.bytes().into(), month.until().0.into()];
    let mut currencies = Vec::new();
    for row in tx.all(CURRENCIES, &values).await? {
        let currency = Currency::from_code(&row.text("currency")?);
        currencies.push(currency.map_err(Fault::while_("reading a line's currency"))?);
    }
    drop(tx);
    let mut all = Vec::new();
    for currency in currencies {
        let wanted = Wanted {
            payee,
            period: month.clone(),
            currency,
        };
        let statement = show::made(app, call, &wanted).await;
        let statement = statement.map_err(|stop: Stop<StatementRefusal>| match stop {
            Stop::Fault(fault) => fault,
            Stop::Refused(why) => Fault::because("logging a statement", why.to_string()),
        })?;
        all.push(Stated {
            currency,
            micros: statement.lines.iter().map(|line| line.micros).sum(),
            sha256: hash(&statement)?,
        });
    }
    Ok(all)
}

fn hash(statement: &Statement) -> Result<[u8; 32], Fault> {
    let bytes = HEXLOWER
        .decode(statement.hash.as_bytes())
        .map_err(Fault::while_("reading a statement's hash"))?;
    bytes
        .try_into()
        .map_err(|_| Fault::because("reading a statement's hash", "it has no 32 bytes"))
}

/// The statement with the proof that it is in the log, where it is and as it was logged.
pub(super) async fn proven(
    app: &App,
    wanted: &Wanted,
    statement: Statement,
) -> Result<Statement, Fault> {
    let of = (wanted.period.name(), wanted.currency.code());
    let proof = match proofs::of_statement(app, wanted.payee, of, Form::Text).await {
        Ok(proof) => String::from_utf8(proof).ok(),
        Err(Stop::Refused(ProofRefusal::NotYet | ProofRefusal::NoStatement(_))) => None,
        Err(Stop::Refused(why)) => {
            return Err(Fault::because("proving a statement", why.to_string()));
        }
        Err(Stop::Fault(fault)) => return Err(fault),
    };
    let sha256 = hash(&statement)?;
    let proof = proof.filter(|text| says(text, &sha256));
    Ok(Statement { proof, ..statement })
}

/// Whether a proof is of a statement of this hash: the store's name and the payee's stand in it,
/// and may have changed since.
fn says(text: &str, sha256: &[u8; 32]) -> bool {
    let event = tlog::Proof::parse(text).ok().and_then(|proof| proof.event);
    let event = event.and_then(|event| Event::decode(&event.bytes));
    matches!(event, Some(Event::Statement(it)) if it.sha256 == *sha256)
}

const WAITING: &str = "
    select p.id from payees p
     where not exists (select 1 from statement_leaves s
                        where s.payee_id = p.id and s.period >= $1)
       and exists (select 1 from payee_lines e where e.payee_id = p.id and e.at_ms < $2)
     order by p.id limit $3";

const FIRST: &str = "select min(at_ms) as at_ms from payee_lines where payee_id = $1";

const CURRENCIES: &str = "
    select distinct currency from payee_lines
     where payee_id = $1 and at_ms < $2 order by currency";
