//! Live reports: each use is told to those who earn by it, the moment it is durable.

use domain::{PayeeId, Shared, TrackId};
use ledger::Currency;
use serde::{Deserialize, Serialize};
use store::bus::{Heard, Listener};
use store::db::{Row, Tx};

use crate::{App, Fault};

/// A use as one payee sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UseSeen {
    /// The use: ids sort by time.
    pub id: String,
    /// The payee who earns.
    pub payee: String,
    /// When it was received, RFC 3339.
    pub at: String,
    /// The track's title.
    pub track_title: String,
    /// The track.
    pub track: String,
    /// Where the video is.
    pub placement: String,
    /// The same in words for people, such as `YouTube Shorts`.
    pub placement_words: String,
    /// Its country, where one was said.
    pub territory: Option<String>,
    /// Music in it, in ms.
    pub clip_ms: i64,
    /// Clip time billed, in ms.
    pub billed_ms: i64,
    /// What this payee earned by it, in micro-units.
    pub earned_micros: i64,
    /// ISO 4217.
    pub currency: String,
    /// The payee's balance after it, in micro-units.
    pub balance_micros: i64,
}

/// The topic a payee's uses are told under.
fn topic(payee: &str) -> String {
    format!("uses/{payee}")
}

/// Tells everybody who listens. Call it after the commit, never before.
pub(super) fn tell(app: &App, news: &UseSeen) {
    if let Ok(body) = serde_json::to_string(news) {
        app.bus.tell(&topic(&news.payee), &body);
    }
}

/// A use that was just paid, once for each payee, with their balances after it.
pub(super) async fn seen(
    tx: &mut Tx,
    id: &[u8; 16],
    shared: &Shared,
    currency: Currency,
) -> Result<Vec<UseSeen>, Fault> {
    let mut out = Vec::with_capacity(shared.parts.len());
    for (payee, micros) in &shared.parts {
        out.push(of_payee(tx, id, *payee, *micros, currency.code()).await?);
    }
    Ok(out)
}

/// A use that earned nothing, once for each payee of its track: it counts all the same.
pub(super) async fn seen_free(
    tx: &mut Tx,
    id: &[u8; 16],
    track: TrackId,
) -> Result<Vec<UseSeen>, Fault> {
    let mut out = Vec::new();
    for row in tx.all(PAYEES, &[track.bytes().into()]).await? {
        let payee = PayeeId::from_bytes(row.id("payee_id")?);
        out.push(of_payee(tx, id, payee, 0, "").await?);
    }
    Ok(out)
}

async fn of_payee(
    tx: &mut Tx,
    id: &[u8; 16],
    payee: PayeeId,
    micros: i64,
    currency: &str,
) -> Result<UseSeen, Fault> {
    let account = domain::Account::Payee(payee).id();
    let row = tx.one(ONE, &[id.into(), account.as_str().into()]).await?;
    let mut seen = read(&row, payee)?;
    seen.earned_micros = micros;
    if !currency.is_empty() {
        currency.clone_into(&mut seen.currency);
    }
    Ok(seen)
}

/// A placement in words, with a capital; its code where it is none of ours.
fn words(code: &str) -> String {
    let known = code.parse().map(domain::plain_en::placement);
    let words: &str = known.as_ref().map_or(code, |words| words);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn read(row: &Row, payee: PayeeId) -> Result<UseSeen, Fault> {
    let placement = row.text("placement")?;
    Ok(UseSeen {
        id: data_encoding::HEXLOWER.encode(&row.bytes("id")?),
        payee: payee.to_string(),
        at: domain::Timestamp(row.int("received_ms")?).to_string(),
        track_title: row.text("title")?,
        track: TrackId::from_bytes(row.id("track_id")?).to_string(),
        placement_words: words(&placement),
        placement,
        territory: row.opt_text("territory")?,
        clip_ms: row.int("clip_ms")?,
        billed_ms: row.int("billed_ms")?,
        earned_micros: row.int("earned")?,
        currency: row.text("currency")?,
        balance_micros: row.int("balance")?,
    })
}

/// A payee's uses after one of them (all of them for none), oldest first: what a listener that
/// was away has missed.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn since(
    app: &App,
    payee: PayeeId,
    after: Option<[u8; 16]>,
    limit: i64,
) -> Result<Vec<UseSeen>, Fault> {
    let mut tx = app.db.read().await?;
    list(&mut tx, SINCE, payee, after.unwrap_or([0; 16]), limit).await
}

/// A payee's latest uses, newest first.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn latest(
    app: &App,
    payee: PayeeId,
    before: Option<[u8; 16]>,
    limit: i64,
) -> Result<Vec<UseSeen>, Fault> {
    let mut tx = app.db.read().await?;
    list(&mut tx, LATEST, payee, before.unwrap_or([255; 16]), limit).await
}

async fn list(
    tx: &mut Tx,
    side: &str,
    payee: PayeeId,
    from: [u8; 16],
    limit: i64,
) -> Result<Vec<UseSeen>, Fault> {
    let account = domain::Account::Payee(payee).id();
    let values = [
        payee.bytes().into(),
        (&from).into(),
        account.as_str().into(),
        limit.into(),
    ];
    let rows = tx.all(&format!("{OF_PAYEE}{side}"), &values).await?;
    rows.iter().map(|row| read(row, payee)).collect()
}

/// Listens to one payee's uses from now on.
pub struct UseListener {
    ear: Listener,
    topic: String,
}

/// What a listener hears.
#[derive(Debug, Clone)]
pub enum News {
    /// A use: its id and its JSON.
    Use(String, String),
    /// Some were missed: read them with [`since`].
    Missed,
    /// No more will come.
    Ended,
}

/// Starts listening to a payee's uses. Start before reading what was missed, so that nothing
/// falls between.
#[must_use]
pub fn listen(app: &App, payee: PayeeId) -> UseListener {
    UseListener {
        ear: app.bus.listen(),
        topic: topic(&payee.to_string()),
    }
}

impl UseListener {
    /// Waits for the next use.
    pub async fn next(&mut self) -> News {
        loop {
            match self.ear.next().await {
                Heard::Missed(_) => return News::Missed,
                Heard::Closed => return News::Ended,
                Heard::Message(message) if *message.topic == *self.topic => {
                    let id = serde_json::from_str::<UseSeen>(&message.body).map(|seen| seen.id);
                    return News::Use(id.unwrap_or_default(), message.body.to_string());
                }
                Heard::Message(_) => {}
            }
        }
    }
}

const PAYEES: &str = "
    select payee_id from split_shares
     where sheet_id = (select id from split_sheets where track_id = $1
                        order by version desc limit 1)
     order by payee_id";

const ONE: &str = "
    select u.id, u.received_ms, t.title, u.track_id, u.placement, u.territory, u.clip_ms,
           u.billed_ms, u.earned_micros as earned, u.currency,
           coalesce((select b.amount_micros from balances b
                      where b.account = $2 and b.currency = u.currency), 0) as balance
      from uses u join tracks t on t.id = u.track_id
     where u.id = $1";

/// A payee's uses, whichever side of one of them: the tails below say which.
const OF_PAYEE: &str = "
    select u.id, u.received_ms, t.title, u.track_id, u.placement, u.territory, u.clip_ms,
           u.billed_ms, coalesce(e.micros, 0) as earned, u.currency,
           coalesce((select b.amount_micros from balances b
                      where b.account = $3 and b.currency = u.currency), 0) as balance
      from uses u
      join tracks t on t.id = u.track_id
      left join payee_lines e on e.payee_id = $1 and e.kind = 'use' and e.source_id = u.id
     where exists (select 1 from split_sheets s join split_shares p on p.sheet_id = s.id
                    where s.track_id = u.track_id and p.payee_id = $1)";

const SINCE: &str = " and u.id > $2 order by u.id limit $4";

const LATEST: &str = " and u.id < $2 order by u.id desc limit $4";
