//! The audit of events: whatever happened in the time that is kept was told once, and nothing else.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use domain::refund::Facts;
use ledger::invariant::Breach;
use store::db::Tx;

use super::{Check, check};
use crate::Fault;

/// Every sale, move of a licence, step of a payout, settlement and refund has its one event.
const EVENTS_MATCH_FACTS: &str = "events_match_facts";

/// How events of a kind, or of several, stand beside what they tell.
struct Side {
    /// What happened: `kind`, `subject` and `place` as its event must have them.
    facts: &'static str,
    /// The events that tell of such.
    events: &'static str,
}

pub(super) async fn checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    let looked_at = tx.one(COUNT, &[]).await?.int("n")?;
    let mut breaches = Vec::new();
    for side in [SALES, STANDINGS, PAYOUTS, SETTLEMENTS] {
        compare(tx, &side, &mut breaches).await?;
    }
    refunds(tx, &mut breaches).await?;
    places(tx, &mut breaches).await?;
    let looked_at = usize::try_from(looked_at).unwrap_or(usize::MAX);
    Ok(vec![check(EVENTS_MATCH_FACTS, looked_at, breaches)])
}

async fn compare(tx: &mut Tx, side: &Side, breaches: &mut Vec<Breach>) -> Result<(), Fault> {
    let Side { facts, events } = side;
    let untold = format!("select * from ({facts}) f except select * from ({events}) e");
    let untrue = format!("select * from ({events}) e except select * from ({facts}) f");
    for (sql, word) in [(untold, "wasn't told"), (untrue, "was told and isn't so")] {
        for row in tx.all(&sql, &[]).await? {
            let detail = format!("{} {} {word}", row.text("kind")?, row.int("place")?);
            breaches.push(breach(&HEXLOWER.encode(&row.id("subject")?), detail));
        }
    }
    Ok(())
}

/// What was told to be given back of a payment since, is how much more of it is back than before.
async fn refunds(tx: &mut Tx, breaches: &mut Vec<Breach>) -> Result<(), Fault> {
    // Back before, back now, and told.
    let mut payments: BTreeMap<[u8; 16], (i64, i64, i64)> = BTreeMap::new();
    for row in tx.all(HEARD, &[]).await? {
        let facts: Facts = serde_json::from_str(&row.text("facts")?)
            .map_err(Fault::while_("reading a payment's facts"))?;
        let (before, now, _) = payments.entry(row.id("payment_id")?).or_default();
        *now = facts.refunded.max(*now);
        if row.flag("earlier")? {
            *before = facts.refunded.max(*before);
        }
    }
    for row in tx.all(REFUNDS, &[]).await? {
        let data: serde_json::Value =
            serde_json::from_str(&row.text("data")?).map_err(Fault::while_("reading an event"))?;
        let micros = data
            .get("refunded_micros")
            .and_then(|micros| micros.as_i64());
        payments.entry(row.id("subject")?).or_default().2 += micros.unwrap_or(0);
    }
    for (payment, (before, now, told)) in payments {
        let grown = now - before;
        if grown != told {
            let detail = format!("{grown} micro-units were given back, {told} were told");
            breaches.push(breach(&HEXLOWER.encode(&payment), detail));
        }
    }
    Ok(())
}

/// Places follow each other from the first that is kept to the last that was given.
async fn places(tx: &mut Tx, breaches: &mut Vec<Breach>) -> Result<(), Fault> {
    let row = tx.one(PLACES, &[]).await?;
    let (kept, wanted) = (row.int("kept")?, row.int("last_n")? - row.int("gone_n")?);
    if kept != wanted {
        let detail = format!("{kept} have a place, {wanted} places were given and not dropped");
        breaches.push(breach("events", detail));
    }
    Ok(())
}

fn breach(subject: &str, detail: String) -> Breach {
    Breach {
        invariant: EVENTS_MATCH_FACTS,
        subject: subject.to_owned(),
        detail,
    }
}

// A licence that was taken as a gift was sold to whoever gave it.
const SALES: Side = Side {
    facts: "
    select 'sale.completed' as kind, l.id as subject, cast(0 as bigint) as place
      from licences l join event_mark m on l.issued_ms >= m.since_ms
     where not exists (select 1 from bundles b
                        where b.licence_id = l.id and b.gift_id is not null)",
    events: "
    select e.kind, e.subject, e.place
      from events e join event_mark m on e.at_ms >= m.since_ms
     where e.kind = 'sale.completed'",
};

const STANDINGS: Side = Side {
    facts: "
    select case h.after when 'valid' then 'licence.restored'
                        when 'suspended' then 'licence.suspended'
                        else 'licence.revoked' end as kind,
           h.licence_id as subject, h.line as place
      from standing_history h join event_mark m on h.at_ms >= m.since_ms",
    events: "
    select e.kind, e.subject, e.place
      from events e join event_mark m on e.at_ms >= m.since_ms
     where e.kind in ('licence.restored', 'licence.suspended', 'licence.revoked')",
};

const PAYOUTS: Side = Side {
    facts: "
    select case when h.no = 1 then 'payout.created'
                when h.state = 'sent' then 'payout.sent'
                when h.state = 'paid' then 'payout.paid'
                when h.state = 'failed' then 'payout.failed'
                else 'payout.withdrawn' end as kind,
           h.payout_id as subject, h.no as place
      from payout_events h join event_mark m on h.at_ms >= m.since_ms
     where h.no = 1 or h.state in ('sent', 'paid', 'failed', 'withdrawn')",
    events: "
    select e.kind, e.subject, e.place
      from events e join event_mark m on e.at_ms >= m.since_ms
     where e.kind in ('payout.created', 'payout.sent', 'payout.paid', 'payout.failed',
                      'payout.withdrawn')",
};

const SETTLEMENTS: Side = Side {
    facts: "
    select 'use.settled' as kind, u.settlement_id as subject, max(u.last_no) as place
      from uses u join event_mark m on u.first_no > m.since_no
     group by u.settlement_id",
    events: "
    select e.kind, e.subject, e.place
      from events e join event_mark m on e.place > m.since_no
     where e.kind = 'use.settled'",
};

const COUNT: &str = "select count(*) as n from events";

const HEARD: &str = "
    select p.payment_id, p.facts, 
           cast(case when p.at_ms < m.since_ms then 1 else 0 end as bigint) as earlier
      from payment_events p join event_mark m on m.one = 1
     where p.payment_id in (select h.payment_id from payment_events h
                              join event_mark k on h.at_ms >= k.since_ms)";

const REFUNDS: &str = "
    select e.subject, e.data from events e join event_mark m on e.at_ms >= m.since_ms
     where e.kind = 'refund.completed'";

const PLACES: &str = "
    select m.last_n, m.gone_n,
           (select count(*) from events e where e.n > m.gone_n and e.n <= m.last_n) as kept
      from event_mark m where m.one = 1";
