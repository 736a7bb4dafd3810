//! What earlier builds left to be made: invoices of sales that had none, with the credit notes of
//! what was given back of them since, and the figures of invoices that didn't state them.
//!
//! Before: the payment stands on the list of those that are owed one. After, in one transaction:
//! it has its invoice of today, a credit note for each step that gave money back for good, and
//! has left the list. The store's upkeep does it, or whoever first asks for one.

use domain::{Account, Country, LicenceId, PaymentId, Timestamp};
use ledger::{Journal, Money};
use serde::Deserialize;
use store::db::{Row, Tx};

use super::credit_note::{self, Given};
use super::{Bill, Kind, Line, Period, invoice};
use crate::accounts::paid::{self, Paid};
use crate::accounts::payments::Subject;
use crate::stop::Tries;
use crate::{App, Call, Fault};

/// How many the upkeep makes in one round.
const ROUND_MAX: i64 = 1_000;

/// What a sale said of its price.
pub(super) struct Quoted {
    pub(super) lines: Vec<Line>,
    pub(super) tax_micros: i64,
    pub(super) country: Option<Country>,
    pub(super) tax_label: Option<String>,
}

/// What is read of an option that was quoted.
#[derive(Deserialize)]
struct QuotedOption {
    label: String,
    total_micros: i64,
    tax_included: Option<Line>,
}

/// Makes what is owed of any sale; how many invoices there were.
///
/// # Errors
/// [`Fault`].
pub async fn due(app: &App, call: &Call) -> Result<usize, Fault> {
    let rows = app.db.read().await?.all(DUE, &[ROUND_MAX.into()]).await?;
    make_each(app, call, &rows).await
}

/// Makes what is owed of a licence's sales.
pub(super) async fn of_licence(app: &App, call: &Call, licence: LicenceId) -> Result<(), Fault> {
    let values = [licence.bytes().into()];
    let rows = app.read().await?.all(OF_LICENCE, &values).await?;
    make_each(app, call, &rows).await.map(|_| ())
}

async fn make_each(app: &App, call: &Call, rows: &[Row]) -> Result<usize, Fault> {
    let mut made = 0;
    for row in rows {
        let payment = PaymentId::from_bytes(row.id("payment_id")?);
        let mut tries = Tries::default();
        made += loop {
            match attempt(app, call, payment).await {
                Err(fault) if tries.again(&fault) => {}
                done => break usize::from(done?),
            }
        };
    }
    Ok(made)
}

async fn attempt(app: &App, call: &Call, payment: PaymentId) -> Result<bool, Fault> {
    let mut tx = app.write().await?;
    let Some(paid) = paid::locked(&mut tx, payment).await? else {
        return Ok(false);
    };
    let made = settle(app, call, &mut tx, &paid, None).await?;
    tx.commit().await?;
    Ok(made)
}

/// Makes what is owed of a payment that the caller has locked, but for the credit note of the step
/// that is being taken; `false` where nothing is owed.
pub(super) async fn settle(
    app: &App,
    call: &Call,
    tx: &mut Tx,
    paid: &Paid,
    now_at: Option<&[u8; 16]>,
) -> Result<bool, Fault> {
    let taken = tx.optional(TAKE, &[paid.id.bytes().into()]).await?;
    let Some(row) = taken else {
        return Ok(false);
    };
    let licence = LicenceId::from_bytes(row.id("licence_id")?);
    let bill = bill(tx, paid).await?;
    invoice::draw(app, call, tx, (paid.id, licence, paid.money), &bill).await?;
    let sale = paid::journal(tx, paid).await?;
    let original = paid::legs(&sale)?;
    let mut before = 0;
    for row in tx.all(STEPS, &[paid.id.bytes().into()]).await? {
        let (step, after) = (row.id("id")?, row.int("settled_micros")?);
        let given = after - before;
        let tax = |settled| {
            let tax = original.tax_of(settled);
            tax.map_err(Fault::while_("computing the tax given back"))
        };
        let noted = row.flag("noted")? || now_at == Some(&step);
        if given > 0 && !noted {
            let given = Given {
                step: &step,
                licence,
                money: Money::new(given, paid.money.currency()),
                tax_micros: tax(after)? - tax(before)?,
                reason: "the payment was given back",
            };
            credit_note::write(app, call, tx, &given).await?;
        }
        before = before.max(after);
    }
    Ok(true)
}

/// What can still be said of a sale of an earlier build.
async fn bill(tx: &mut Tx, paid: &Paid) -> Result<Bill, Fault> {
    let currency = paid.money.currency();
    if matches!(paid.subject, Subject::Licence(_)) {
        let quoted = quoted(tx, paid.id).await?;
        return Ok(of(Kind::Licence, None, quoted, currency));
    }
    let row = tx.one(CYCLE, &[paid.id.bytes().into()]).await?;
    let (from, until) = (row.int("start_ms")?, row.int("end_ms")?);
    let label = row.text("label")?;
    let period = |plan, from| Period {
        plan,
        from: Timestamp(from),
        until: Timestamp(until),
    };
    let plan = row.opt_text("plan")?;
    let (kind, period, label) = match row.text("journal_kind")?.as_str() {
        // Which plan it was changed to wasn't kept.
        "plan_upgrade" => {
            let label = "A dearer plan for the rest of the month".to_owned();
            (Kind::PlanChange, period(None, paid.captured_at.0), label)
        }
        "renewal" => (Kind::Renewal, period(plan, from), label),
        _ => {
            let quoted = quoted(tx, paid.id).await?;
            return Ok(of(Kind::SignUp, Some(period(plan, from)), quoted, currency));
        }
    };
    let (tax_micros, country) = taxed(tx, paid).await?;
    let micros = paid.money.micros() - tax_micros;
    let mut lines = vec![Line { label, micros }];
    if tax_micros > 0 {
        let label = "Tax".to_owned();
        lines.push(Line {
            label,
            micros: tax_micros,
        });
    }
    let quoted = Quoted {
        lines,
        tax_micros,
        country,
        tax_label: None,
    };
    Ok(of(kind, Some(period), quoted, currency))
}

fn of(kind: Kind, period: Option<Period>, quoted: Quoted, currency: ledger::Currency) -> Bill {
    Bill {
        kind,
        period,
        lines: quoted.lines,
        tax: Money::new(quoted.tax_micros, currency),
        country: quoted.country,
        tax_label: quoted.tax_label,
    }
}

/// What a licence's sale said of its price: the lines that its licence keeps, the tax that was
/// booked, and its words as they were quoted.
pub(super) async fn quoted(tx: &mut Tx, payment: PaymentId) -> Result<Quoted, Fault> {
    let row = tx.one(QUOTED, &[payment.bytes().into()]).await?;
    let options: Vec<QuotedOption> = serde_json::from_str(&row.text("options")?)
        .map_err(Fault::while_("reading what was quoted"))?;
    let (label, price) = (row.text("label")?, row.int("price_micros")?);
    let bought = options
        .into_iter()
        .find(|option| option.label == label && option.total_micros == price);
    let included = bought.and_then(|option| option.tax_included);
    let paid = paid::find(tx, payment).await?;
    let paid = paid.ok_or_else(|| Fault::because("reading an invoice", "no such payment"))?;
    let (tax_micros, country) = taxed(tx, &paid).await?;
    Ok(Quoted {
        lines: serde_json::from_str(&row.text("price_lines")?)
            .map_err(Fault::while_("reading a licence's price"))?,
        tax_micros,
        country,
        tax_label: included.map(|line| line.label),
    })
}

/// The tax that was booked with a sale, and whose it is.
async fn taxed(tx: &mut Tx, paid: &Paid) -> Result<(i64, Option<Country>), Fault> {
    let sale: Journal = paid::journal(tx, paid).await?;
    let (mut micros, mut whose) = (0, None);
    for line in sale.lines() {
        let account = line.account.as_str().parse();
        let account = account.map_err(Fault::while_("reading an account's name"))?;
        if let Account::Tax(country) = account {
            micros += line.money.micros();
            whose = country.or(whose);
        }
    }
    Ok((micros, whose))
}

const DUE: &str = "select payment_id from invoices_owed order by payment_id limit $1";

const OF_LICENCE: &str = "
    select payment_id from invoices_owed where licence_id = $1 order by payment_id";

const TAKE: &str = "delete from invoices_owed where payment_id = $1 returning licence_id";

const STEPS: &str = "
    select s.id, s.settled_micros,
           (select count(*) from credit_notes n where n.step_id = s.id) as noted
      from payment_steps s where s.payment_id = $1 order by s.step";

const CYCLE: &str = "
    select c.start_ms, c.end_ms, c.plan, x.journal_kind, n.label || ', a month' as label
      from cycle_payments x
      join cycles c on c.id = x.cycle_id
      join pool_plans n on n.code = c.plan
     where x.payment_id = $1";

const QUOTED: &str = "
    select l.label, l.price_micros, l.price_lines, q.options
      from payments p
      left join cycles c on p.subject = 'subscription' and c.id = p.subject_id
      left join subscriptions s on s.id = c.subscription_id
      join licences l on l.id = coalesce(s.licence_id, p.subject_id)
      join quotes q on q.id = l.quote_id
     where p.id = $1";
