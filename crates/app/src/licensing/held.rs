//! A licence that somebody wants to upgrade: whether they may, and what it is worth.

use domain::envelope::{Envelope, Exclusivity};
use domain::quote::{PaidFor, credit_left};
use domain::{LicenceId, Timestamp, TrackId};
use ledger::{Currency, Money};
use licence_key::Code;
use serde::Serialize;
use store::db::{Row, Tx};
use thiserror::Error;

use super::{Line, Standing};
use crate::accounts::paid;
use crate::{App, Fault, Refusal, Stop};

/// How a licence is named by who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Its id or its code.
    pub licence: String,
    /// The word that opens its private page.
    pub grant: String,
}

/// A licence that may be upgraded.
#[derive(Debug, Clone)]
pub(super) struct HeldLicence {
    pub(super) id: LicenceId,
    pub(super) track: TrackId,
    pub(super) stem: Option<String>,
    pub(super) envelope: Envelope,
    /// Before tax, what its own forerunners were paid included.
    pub(super) value: Money,
}

/// Why a licence isn't upgraded. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HeldRefusal {
    /// There is none of this name.
    #[error("there is no licence `{0}` here")]
    Unknown(String),
    /// The grant is another's.
    #[error("this grant doesn't open this licence: copy it from the licence's private link")]
    WrongGrant,
    /// It is on hold or withdrawn.
    #[error("this licence is {}: only one in force can be upgraded", .0.word())]
    NotValid(Standing),
    /// Clip time holds for any track.
    #[error("clip time isn't upgraded: buy some more")]
    ClipTime,
    /// It was upgraded before.
    #[error("this licence was upgraded already: upgrade the one it became")]
    Upgraded,
    /// Its window is over.
    #[error("the time to publish under this licence is over: buy what you need as it is")]
    Ended,
    /// Its exclusivity would be paid for once and had twice.
    #[error("an exclusive licence isn't upgraded: buy what you need as it is")]
    Exclusive,
    /// Nothing was paid for it.
    #[error("nothing was paid for this licence: buy what you need as it is")]
    Free,
}

impl Refusal for HeldRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_licence",
            Self::WrongGrant => "wrong_grant",
            Self::NotValid(_) => "licence_not_valid",
            Self::Ended => "licence_ended",
            Self::ClipTime | Self::Exclusive | Self::Free => "not_upgradable",
            Self::Upgraded => "already_upgraded",
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::WrongGrant => "upgrade_of.grant",
            _ => "upgrade_of.licence",
        };
        Some(field.into())
    }
}

/// The licence of a claim. A code is short enough to be guessed: whether it exists is told only to
/// who has its grant.
pub(super) async fn held(
    app: &App,
    tx: &mut Tx,
    claim: &Claim,
    now: Timestamp,
) -> Result<HeldLicence, Stop<HeldRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    let row = match (
        claim.licence.parse::<LicenceId>(),
        claim.licence.parse::<Code>(),
    ) {
        (Ok(id), _) => {
            tx.optional(&format!("{HELD} where l.id = $1"), &[id.bytes().into()])
                .await?
        }
        (_, Ok(code)) => {
            let by = format!("{HELD} where l.code = $1");
            let row = tx.optional(&by, &[code.plain().into()]).await?;
            if row.is_none() {
                return refused(HeldRefusal::WrongGrant);
            }
            row
        }
        _ => None,
    };
    let Some(row) = row else {
        let name = claim.licence.chars().take(40).collect();
        return refused(HeldRefusal::Unknown(name));
    };
    let id = LicenceId::from_bytes(row.id("id")?);
    if !app.issuer.grants(id, &claim.grant) {
        return refused(HeldRefusal::WrongGrant);
    }
    match Standing::from_word(&row.text("status")?)? {
        Standing::Valid => {}
        other => return refused(HeldRefusal::NotValid(other)),
    }
    if row.opt_bytes("track_id")?.is_none() {
        return refused(HeldRefusal::ClipTime);
    }
    if row.opt_bytes("new_id")?.is_some() {
        return refused(HeldRefusal::Upgraded);
    }
    let envelope: Envelope = serde_json::from_str(&row.text("envelope")?)
        .map_err(Fault::while_("reading a licence's envelope"))?;
    if (envelope.publish_window.until).is_some_and(|until| until <= now) {
        return refused(HeldRefusal::Ended);
    }
    if envelope.exclusivity != Exclusivity::None {
        return refused(HeldRefusal::Exclusive);
    }
    let value = credit(tx, id, value(&row)?).await?;
    if value.micros() <= 0 {
        return refused(HeldRefusal::Free);
    }
    Ok(HeldLicence {
        id,
        track: TrackId::from_bytes(row.id("track_id")?),
        stem: row.opt_text("stem")?,
        envelope,
        value,
    })
}

/// What a licence worth this is worth as a credit: less what was given back for it, or for those
/// it was upgraded from.
pub(super) async fn credit(tx: &mut Tx, id: LicenceId, value: Money) -> Result<Money, Fault> {
    let mut line = Vec::new();
    for row in tx.all(LINE, &[id.bytes().into()]).await? {
        let facts = row.opt_text("facts")?;
        let facts = facts.as_deref().map(paid::read_facts).transpose()?;
        line.push(PaidFor {
            value: row.int("value")?,
            credit: row.int("credit")?,
            charged: row.int("charged")?,
            returned: facts.map_or(0, |facts| facts.returned()),
        });
    }
    if line.iter().all(|paid| paid.returned == 0) {
        return Ok(value);
    }
    let unit = value.currency().minor_unit_micros();
    let left = credit_left(&line, unit).map_err(Fault::while_("crediting a licence"))?;
    Ok(Money::new(left, value.currency()))
}

/// Lets nothing be given back of what was paid for a licence, or for those it was upgraded from,
/// until the transaction ends: what it is worth as a credit stays so.
pub(super) async fn lock_payments(tx: &mut Tx, id: LicenceId) -> Result<(), Fault> {
    let sql = format!("{PAYMENTS}{}", tx.for_update());
    tx.all(&sql, &[id.bytes().into()]).await?;
    Ok(())
}

/// What a licence is worth. One sold before this was kept had its price as its first line.
fn value(row: &Row) -> Result<Money, Fault> {
    let currency = Currency::from_code(&row.text("currency")?)
        .map_err(Fault::while_("reading a licence's currency"))?;
    let micros = match row.opt_int("value_micros")? {
        Some(micros) => micros,
        None => {
            let lines: Vec<Line> = serde_json::from_str(&row.text("price_lines")?)
                .map_err(Fault::while_("reading a licence's price"))?;
            lines.first().map_or(0, |line| line.micros)
        }
    };
    Ok(Money::new(micros, currency))
}

const HELD: &str = "
    select l.id, l.track_id, l.stem, l.envelope, l.status, l.currency, l.value_micros,
           l.price_lines, u.new_id
      from licences l left join upgrades u on u.old_id = l.id";

/// A licence and those it was upgraded from, the earliest first.
const LINE: &str = "
    with recursive line (id, back) as (
        select id, 0 from licences where id = $1
         union all
        select u.old_id, line.back + 1 from upgrades u join line on u.new_id = line.id)
    select coalesce(l.value_micros, l.price_micros) as value,
           coalesce(u.credit_micros, 0) as credit, l.price_micros as charged, f.facts
      from line
      join licences l on l.id = line.id
      left join upgrades u on u.new_id = l.id
      left join payment_facts f on f.payment_id = l.payment_id
     order by line.back desc";

/// The payments of the same, always in one order.
const PAYMENTS: &str = "
    with recursive line (id) as (
        select id from licences where id = $1
         union all
        select u.old_id from upgrades u join line on u.new_id = line.id)
    select p.id from payments p
     where p.id in (select l.payment_id from licences l where l.id in (select id from line))
     order by p.id";
