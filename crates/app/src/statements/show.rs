//! A payee's statement of a period.
//!
//! Read from one snapshot: opening balance, every line of both purses, the sheets they name,
//! closing balance. Nothing of a buyer is in it but the licence's code. Once the period is over
//! the same statement has the same bytes, whenever it is made; nothing in it says when.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use domain::statement::{Line, Party, Period, Purses, Share, Sheet, Span, Statement, UseOf};
use domain::{LicenceId, LineKind, PayeeId, PayoutId, SplitSheetId, Timestamp};
use ledger::Currency;
use store::db::{Row, Tx};
use thiserror::Error;

use super::log;
use crate::{App, Call, Fault, Refusal, Stop};

/// Which statement is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Whose.
    pub payee: PayeeId,
    /// Of which time.
    pub period: Period,
    /// Of which money.
    pub currency: Currency,
}

/// Why there is no statement.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StatementRefusal {
    /// No such payee.
    #[error("there is no payee {0}")]
    Unknown(PayeeId),
    /// Nothing of that time has happened yet.
    #[error("{0} has not begun yet")]
    NotBegun(Period),
}

impl Refusal for StatementRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_payee",
            Self::NotBegun(_) => "period_not_begun",
        }
    }

    fn field(&self) -> Option<String> {
        Some(match self {
            Self::Unknown(_) => "payee".into(),
            Self::NotBegun(_) => "period".into(),
        })
    }
}

/// A payee's statement, with the proof that it is in the transparency log where it is.
///
/// # Errors
/// [`StatementRefusal`].
pub async fn statement(
    app: &App,
    call: &Call,
    wanted: &Wanted,
) -> Result<Statement, Stop<StatementRefusal>> {
    let statement = made(app, call, wanted).await?;
    Ok(log::proven(app, wanted, statement).await?)
}

/// The statement alone.
pub(super) async fn made(
    app: &App,
    call: &Call,
    wanted: &Wanted,
) -> Result<Statement, Stop<StatementRefusal>> {
    let (payee, period) = (wanted.payee, &wanted.period);
    let mut tx = app.read().await?;
    let row = tx.optional(NAME, &[payee.bytes().into()]).await?;
    let unknown = StatementRefusal::Unknown(payee);
    let name = row.ok_or(Stop::Refused(unknown))?.text("name")?;
    if call.now < period.from() {
        return Err(Stop::Refused(StatementRefusal::NotBegun(period.clone())));
    }
    let (sheets, lines) = moved(&mut tx, wanted).await?;
    let id = payee.to_string();
    let statement = Statement {
        form: String::new(),
        store: app.settings.public_url.clone(),
        payee: Party { id, name },
        currency: wanted.currency.code().to_owned(),
        period: Span {
            name: period.name().to_owned(),
            from: period.from(),
            until: period.until(),
            over: period.is_over(call.now),
        },
        opening: standing(&mut tx, wanted, period.from()).await?,
        closing: standing(&mut tx, wanted, period.until()).await?,
        totals: Vec::new(),
        sheets,
        lines,
        head_hash: String::new(),
        hash: String::new(),
        signature: None,
        proof: None,
    };
    Ok(signed(app, call, statement)?)
}

/// The statement sealed, and signed by who signs licences here; without a signing key at hand it
/// stays unsigned, since its figures are as right.
fn signed(app: &App, call: &Call, statement: Statement) -> Result<Statement, Fault> {
    let doing = "making a statement";
    let sealed = statement.sealed();
    let sealed = sealed.map_err(|what| Fault::because(doing, format!("{what} overflows")))?;
    match app.issuer.signer(call.now) {
        Some(key) => sealed.signed(&key).map_err(Fault::while_(doing)),
        None => Ok(sealed),
    }
}

/// The payee that somebody names, by id or by name.
///
/// # Errors
/// [`Fault`] of the database; nothing where there is none.
pub async fn payee(app: &App, named: &str) -> Result<Option<PayeeId>, Fault> {
    let mut tx = app.read().await?;
    let row = match named.parse::<PayeeId>() {
        Ok(id) => tx.optional(NAME, &[id.bytes().into()]).await?,
        Err(_) => tx.optional(BY_NAME, &[named.into()]).await?,
    };
    row.map(|row| Ok(PayeeId::from_bytes(row.id("id")?)))
        .transpose()
}

/// What both purses held just before a moment.
async fn standing(tx: &mut Tx, wanted: &Wanted, at: Timestamp) -> Result<Purses, Fault> {
    let (payee, currency) = (wanted.payee.bytes(), wanted.currency.code());
    let mut purses = Purses::default();
    for row in tx
        .all(STANDING, &[payee.into(), currency.into(), at.0.into()])
        .await?
    {
        let micros = row.int("sum")?;
        match row.text("purse")?.as_str() {
            "escrow" => purses.escrow_micros = micros,
            _ => purses.payee_micros = micros,
        }
    }
    Ok(purses)
}

async fn moved(tx: &mut Tx, wanted: &Wanted) -> Result<(Vec<Sheet>, Vec<Line>), Fault> {
    let (payee, period) = (wanted.payee.bytes(), &wanted.period);
    let values = [
        payee.into(),
        wanted.currency.code().into(),
        period.from().0.into(),
        period.until().0.into(),
    ];
    let sql = tx.spelt(LINES);
    let rows = tx.all(&sql, &values).await?;
    let mut ids = BTreeSet::new();
    for row in &rows {
        ids.extend(sheet_of(row)?);
    }
    let mut sheets = Vec::new();
    for id in ids {
        sheets.push(sheet(tx, id).await?);
    }
    let own = wanted.payee.to_string();
    let lines = rows.iter().map(|row| line(row, &sheets, &own));
    let lines = lines.collect::<Result<_, _>>()?;
    Ok((sheets, lines))
}

fn sheet_of(row: &Row) -> Result<Option<SplitSheetId>, Fault> {
    let bytes = row.id("sheet_id")?;
    Ok((bytes != [0; 16]).then(|| SplitSheetId::from_bytes(bytes)))
}

async fn sheet(tx: &mut Tx, id: SplitSheetId) -> Result<Sheet, Fault> {
    let row = tx.one(SHEET, &[id.bytes().into()]).await?;
    let mut shares = Vec::new();
    for row in tx.all(SHARES, &[id.bytes().into()]).await? {
        shares.push(Share {
            payee: PayeeId::from_bytes(row.id("payee_id")?).to_string(),
            ppm: small(row.int("share_ppm")?)?,
        });
    }
    Ok(Sheet {
        id: id.to_string(),
        track: row.text("title")?,
        version: small(row.int("version")?)?,
        shares,
    })
}

fn small(number: i64) -> Result<u32, Fault> {
    u32::try_from(number).map_err(Fault::while_("reading a split sheet"))
}

fn line(row: &Row, sheets: &[Sheet], payee: &str) -> Result<Line, Fault> {
    let sheet = sheet_of(row)?.map(|id| id.to_string());
    let of = sheets
        .iter()
        .find(|known| Some(&known.id) == sheet.as_ref());
    let share = of.and_then(|of| of.shares.iter().find(|share| share.payee == payee));
    let (shared, after) = (
        row.opt_int("event_micros")?,
        row.opt_int("shared_after_micros")?,
    );
    let kind = row.text("kind")?;
    let used = match row.opt_text("placement")? {
        None => None,
        Some(placement) => Some(UseOf {
            placement,
            uses: row.int("uses")?,
            territory: row.opt_text("territory")?,
            clip_ms: row.int("clip_ms")?,
            billed_ms: row.int("billed_ms")?,
        }),
    };
    let code = row.opt_text("code")?;
    let shown = |plain: String| match plain.parse::<licence_key::Code>() {
        Ok(code) => code.to_string(),
        Err(_) => plain,
    };
    Ok(Line {
        number: 0,
        at: Timestamp(row.int("at_ms")?),
        purse: row.text("purse")?,
        source: source(&kind, row.id("source_id")?),
        kind,
        track: row.opt_text("title")?,
        licence: code.map(shown),
        used,
        share_ppm: share.map(|share| share.ppm),
        sheet,
        shared_micros: shared,
        before_micros: after
            .zip(shared)
            .and_then(|(after, shared)| after.checked_sub(shared)),
        after_micros: after,
        micros: row.int("micros")?,
        balance_micros: 0,
        hash: String::new(),
    })
}

/// What a line comes from, as it is named elsewhere: what has no word of its own by its bytes.
fn source(kind: &str, bytes: [u8; 16]) -> String {
    match kind.parse() {
        Ok(LineKind::Sale) => LicenceId::from_bytes(bytes).to_string(),
        Ok(LineKind::Payout | LineKind::PayoutReturned | LineKind::PayoutFee) => {
            PayoutId::from_bytes(bytes).to_string()
        }
        _ => HEXLOWER.encode(&bytes),
    }
}

const NAME: &str = "select id, name from payees where id = $1";

const BY_NAME: &str = "select id from payees where name = $1";

const STANDING: &str = "
    select purse, cast(sum(micros) as bigint) as sum from payee_lines
     where payee_id = $1 and currency = $2 and at_ms < $3 group by purse";

/// Of what happened in one millisecond, a sheet's shares come in their order.
const LINES: &str = "
    select e.purse, e.kind, e.source_id, e.sheet_id, e.at_ms, e.event_micros,
           e.shared_after_micros, e.micros, l.code, coalesce(st.title, l.title) as title,
           case when e.kind = 'use' then
             (select case when count(u.placement) = count(*)
                           and min(u.placement) = max(u.placement)
                          then min(u.placement) else 'several' end
                from uses u where u.settlement_id = e.source_id and u.sheet_id = e.sheet_id)
           end as placement,
           (select case when count(u.territory) = count(*)
                         and min(u.territory) = max(u.territory)
                        then min(u.territory) end
              from uses u where u.settlement_id = e.source_id and u.sheet_id = e.sheet_id)
             as territory,
           (select cast(coalesce(sum(u.uses), 0) as bigint)
              from uses u where u.settlement_id = e.source_id and u.sheet_id = e.sheet_id) as uses,
           (select cast(coalesce(sum(u.clip_ms), 0) as bigint)
              from uses u where u.settlement_id = e.source_id and u.sheet_id = e.sheet_id)
             as clip_ms,
           (select cast(coalesce(sum(u.billed_ms), 0) as bigint)
              from uses u where u.settlement_id = e.source_id and u.sheet_id = e.sheet_id)
             as billed_ms
      from payee_lines e
      left join licences l on l.id = e.licence_id
      left join split_sheets s on s.id = e.sheet_id
      left join tracks st on st.id = s.track_id
     where e.payee_id = $1 and e.currency = $2 and e.at_ms >= $3 and e.at_ms < $4
     order by e.at_ms, coalesce(e.shared_after_micros, 0), e.source_id, e.kind {bytewise},
              e.sheet_id, e.purse";

const SHEET: &str = "
    select s.version, t.title from split_sheets s join tracks t on t.id = s.track_id
     where s.id = $1";

const SHARES: &str =
    "select payee_id, share_ppm from split_shares where sheet_id = $1 order by payee_id";
