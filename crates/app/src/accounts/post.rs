//! Posting: a journal, its lines and the balances they change, in the caller's transaction.
//! A journal's kind and source are unique, so nothing is ever posted twice.

use domain::JournalId;
use ledger::{Currency, Journal, Money};
use store::db::{Tx, Value};

use crate::many::{ROWS, rows};
use crate::{App, Call, Fault};

/// Posts a journal. Its lines come sorted by account, so that row locks are always taken in
/// one order and two postings never wait for each other in a ring.
pub(crate) async fn post(
    tx: &mut Tx,
    call: &mut Call,
    journal: &Journal,
) -> Result<JournalId, Fault> {
    let id = JournalId::from_bytes(call.id());
    let values = [
        id.bytes().into(),
        journal.kind().into(),
        journal.source().into(),
        call.now.0.into(),
        journal.memo().into(),
    ];
    if tx.optional(INSERT, &values).await?.is_none() {
        let what = format!("{} {} is posted already", journal.kind(), journal.source());
        return Err(Fault::because("posting a journal", what));
    }
    let lines: Vec<_> = (1_i64..).zip(journal.lines()).collect();
    for chunk in lines.chunks(ROWS) {
        let (mut postings, mut balances) = (Vec::new(), Vec::new());
        for (line, posting) in chunk {
            let (account, currency) = (posting.account.as_str(), posting.money.currency().code());
            let micros = posting.money.micros();
            postings.extend([
                Value::from(id.bytes()),
                (*line).into(),
                account.into(),
                currency.into(),
                micros.into(),
            ]);
            balances.extend([Value::from(account), currency.into(), micros.into()]);
        }
        let insert = format!("{INSERT_LINES}{}", rows(chunk.len(), 5));
        tx.run(&insert, &postings).await?;
        let add = format!("{ADD_BALANCES}{}{ON_CONFLICT}", rows(chunk.len(), 3));
        tx.run(&add, &balances).await?;
    }
    Ok(id)
}

/// Every balance of the accounts whose name begins with `prefix`, sorted by account.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn balances(app: &App, prefix: &str) -> Result<Vec<(String, Money)>, Fault> {
    let mut tx = app.read().await?;
    let mut out = Vec::new();
    for row in tx.all(BALANCES, &[prefix.into()]).await? {
        let currency = Currency::from_code(&row.text("currency")?)
            .map_err(Fault::while_("reading a balance's currency"))?;
        out.push((
            row.text("account")?,
            Money::new(row.int("amount_micros")?, currency),
        ));
    }
    Ok(out)
}

const INSERT: &str = "
    insert into journals (id, kind, source, at_ms, memo) values ($1, $2, $3, $4, $5)
    on conflict do nothing
 returning id";

const INSERT_LINES: &str = "
    insert into postings (journal_id, line, account, currency, amount_micros) values ";

const ADD_BALANCES: &str = "
    insert into balances (account, currency, amount_micros) values ";

const ON_CONFLICT: &str = "
    on conflict (account, currency)
    do update set amount_micros = balances.amount_micros + excluded.amount_micros";

const BALANCES: &str = "
    select account, currency, amount_micros from balances
     where substr(account, 1, length($1)) = $1
     order by account, currency";
