//! Sums of uses in the database, as one side sees them.

use std::collections::BTreeMap;

use domain::TrackId;
use domain::breakdown::{By, Figures, month_of};
use domain::time::DAY_MS;
use ledger::Currency;
use store::db::{Row, Tx, Value};

use super::breakdown::Wanted;
use super::licensees::Met;
use super::scope::Side;
use crate::Fault;
use crate::accounts::parts::USE_PART;

/// A sum that was read.
pub(super) struct Found {
    /// Its group: a track's id in hex, a word, a day's number, a month; empty where none was said.
    pub(super) key: String,
    /// What its money is in.
    pub(super) currency: Currency,
    /// The track, and the licensee by number, where they are told apart.
    pub(super) of: Option<(TrackId, u32)>,
    /// Its figures.
    pub(super) figures: Figures,
}

/// A query under construction.
struct Query {
    text: String,
    values: Vec<Value>,
}

impl Query {
    fn push(&mut self, text: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        let place = format!("${}", self.values.len());
        self.text.push_str(&text.replace("$?", &place));
    }
}

/// Reads sums; told apart by track and licensee where `apart`, and of every track then.
pub(super) async fn sums(
    tx: &mut Tx,
    side: Side,
    wanted: &Wanted,
    apart: bool,
) -> Result<Vec<Found>, Fault> {
    let mut met = Met::default();
    let mut found = Vec::new();
    let mut queries = vec![uses(side, wanted, apart)];
    queries.extend(credits(side, wanted, apart));
    for query in queries {
        for row in tx.all(&query.text, &query.values).await? {
            found.push(read(&row, wanted.by, apart, &mut met)?);
        }
    }
    Ok(found)
}

/// Titles and words in addresses of all tracks, by id in hex.
pub(super) async fn titles(tx: &mut Tx) -> Result<BTreeMap<String, (String, String)>, Fault> {
    let rows = tx.all(TITLES, &[]).await?;
    rows.iter()
        .map(|row| {
            let id = data_encoding::HEXLOWER.encode(&row.bytes("id")?);
            Ok((id, (row.text("title")?, row.text("slug")?)))
        })
        .collect()
}

fn read(row: &Row, by: By, apart: bool, met: &mut Met) -> Result<Found, Fault> {
    let key = match by {
        By::Track => row
            .opt_bytes("key")?
            .map(|id| data_encoding::HEXLOWER.encode(&id))
            .unwrap_or_default(),
        By::Day => row.int("key")?.to_string(),
        By::Month => month_of(row.int("key")?),
        By::Asset | By::Placement | By::Territory => row.text("key")?,
    };
    let of = if apart {
        let track = row.opt_bytes("track_id")?;
        let track = track.and_then(|id| <[u8; 16]>::try_from(id).ok());
        let track = TrackId::from_bytes(track.unwrap_or_default());
        Some((track, met.number(row)?))
    } else {
        None
    };
    Ok(Found {
        key,
        currency: Currency::from_code(&row.text("currency")?)
            .map_err(Fault::while_("reading a report's currency"))?,
        of,
        figures: Figures {
            uses: row.int("uses")?,
            clip_ms: row.int("clip_ms")?,
            billed_ms: row.int("billed_ms")?,
            micros: row.int("micros")?,
        },
    })
}

fn uses(side: Side, wanted: &Wanted, apart: bool) -> Query {
    let key = match wanted.by {
        By::Track => "u.track_id".to_owned(),
        By::Asset => "l.asset_kind".to_owned(),
        By::Placement => "coalesce(u.placement, '')".to_owned(),
        By::Territory => "coalesce(u.territory, '')".to_owned(),
        By::Day | By::Month => format!("u.received_ms / {DAY_MS}"),
    };
    let money = match side {
        Side::Payee(_) => USE_PART,
        Side::Curator(_) => "0",
        Side::Buyer(_) | Side::Store => "u.earned_micros",
    };
    let (columns, join) = apart_by(apart, "u.track_id");
    let mut query = Query {
        text: format!(
            "select {key} as key, u.currency as currency{columns}, {}",
            sum(money)
        ),
        values: Vec::new(),
    };
    query.text.push_str(FROM);
    query.text.push_str(join);
    match side {
        Side::Payee(payee) => query.push(&format!("{SHARES} where {OWN_TRACKS}"), payee.bytes()),
        Side::Curator(payee) => query.push(&format!(" where {SENT}"), payee.bytes()),
        Side::Buyer(person) => query.push(" where l.buyer_id = $?", person.bytes()),
        Side::Store => query.text.push_str(" where 1 = 1"),
    }
    narrow(&mut query, wanted, apart, ("u.track_id", "u.received_ms"));
    if let Some(asset) = wanted.asset {
        query.push(" and l.asset_kind = $?", asset.code());
    }
    if let Some(placement) = wanted.placement {
        query.push(" and u.placement = $?", placement.code());
    }
    if let Some(territory) = wanted.territory {
        query.push(" and u.territory = $?", territory.to_string());
    }
    query.text.push_str(grouped(apart));
    query
}

/// What a curator was credited for sales; of no use, so without placement and territory.
fn credits(side: Side, wanted: &Wanted, apart: bool) -> Option<Query> {
    let Side::Curator(payee) = side else {
        return None;
    };
    let key = match wanted.by {
        By::Track => "l.track_id".to_owned(),
        By::Asset => "l.asset_kind".to_owned(),
        By::Placement | By::Territory => "''".to_owned(),
        By::Day | By::Month => format!("c.at_ms / {DAY_MS}"),
    };
    let (columns, join) = apart_by(apart, "l.track_id");
    let mut query = Query {
        text: format!("select {key} as key, c.currency as currency{columns}, {CREDITED}{join}"),
        values: Vec::new(),
    };
    query.push(
        " where c.kind = 'curator' and c.payee_id = $?",
        payee.bytes(),
    );
    narrow(&mut query, wanted, apart, ("l.track_id", "c.at_ms"));
    query.text.push_str(grouped(apart));
    Some(query)
}

/// Narrows to a period and a track.
fn narrow(query: &mut Query, wanted: &Wanted, apart: bool, (track, at): (&str, &str)) {
    if let Some(period) = &wanted.period {
        query.push(&format!(" and {at} >= $?"), period.from().0);
        query.push(&format!(" and {at} < $?"), period.until().0);
    }
    if let Some(one) = wanted.track.filter(|_| !apart) {
        query.push(&format!(" and {track} = $?"), one.bytes());
    }
}

fn apart_by(apart: bool, track: &str) -> (String, &'static str) {
    if apart {
        let columns = format!(", {track} as track_id, l.buyer_id, e.email, e.name");
        (columns, " join licensees e on e.licence_id = l.id")
    } else {
        (String::new(), "")
    }
}

fn grouped(apart: bool) -> &'static str {
    if apart {
        " group by 1, 2, 3, 4, 5, 6"
    } else {
        " group by 1, 2"
    }
}

fn sum(money: &str) -> String {
    let one = |what: &str, name: &str| format!("cast(sum({what}) as bigint) as {name}");
    [
        one("u.uses", "uses"),
        one("u.clip_ms", "clip_ms"),
        one("u.billed_ms", "billed_ms"),
        one(money, "micros"),
    ]
    .join(", ")
}

const FROM: &str = " from uses u join licences l on l.id = u.licence_id";

const SHARES: &str = "
      left join split_shares s on s.sheet_id = u.sheet_id and s.payee_id = $?
      left join payee_lines o on u.shared_after_micros is null and o.payee_id = $?
                             and o.kind = 'use' and o.source_id = u.settlement_id
                             and o.sheet_id = u.sheet_id";

const OWN_TRACKS: &str = "
     u.track_id in (select h.track_id from split_sheets h join split_shares p on p.sheet_id = h.id
                     where p.payee_id = $?)";

const SENT: &str = "
     u.licence_id in (select c.licence_id from payee_lines c
                       where c.payee_id = $? and c.kind = 'curator')";

const CREDITED: &str = "
           cast(0 as bigint) as uses, cast(0 as bigint) as clip_ms, cast(0 as bigint) as billed_ms,
           cast(sum(c.micros) as bigint) as micros
      from payee_lines c join licences l on l.id = c.licence_id";

const TITLES: &str = "select id, title, slug from tracks";
