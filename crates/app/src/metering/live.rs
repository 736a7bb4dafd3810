//! Live reports: each use is told to those who earn by it, the moment it is durable.

use domain::{PayeeId, SplitSheetId, TrackId};
use serde::{Deserialize, Serialize};
use store::bus::{Bus, Heard, Listener};
use store::db::{Row, Tx};

use crate::accounts::sheets::{self, Shares};
use crate::{App, Fault};

/// A use as one payee sees it; several that were settled together, where there are many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UseSeen {
    /// The use: ids sort by time.
    pub id: String,
    /// How many uses these are; their figures are summed.
    pub uses: i64,
    /// The payee who earns.
    pub payee: String,
    /// When it was received, RFC 3339.
    pub at: String,
    /// The track's title.
    pub track_title: String,
    /// The track.
    pub track: String,
    /// Where the video is; `several` where the uses differ.
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

/// The topic that says: there is more than is told one by one.
const MANY: &str = "uses";

/// Tells everybody who listens. Call it after the commit, never before.
pub(super) fn tell(bus: &Bus, news: &UseSeen) {
    if let Ok(body) = serde_json::to_string(news) {
        bus.tell(&topic(&news.payee), &body);
    }
}

/// Tells everybody who listens that there is much to read.
pub(super) fn tell_many(bus: &Bus) {
    bus.tell(MANY, "");
}

/// Uses that were just settled, once for each payee of their track, with their balances after it.
pub(super) async fn seen(tx: &mut Tx, id: &[u8; 16]) -> Result<Vec<UseSeen>, Fault> {
    let mut out = Vec::new();
    for row in tx.all(PAYEES, &[id.into()]).await? {
        let payee = PayeeId::from_bytes(row.id("payee_id")?);
        let account = domain::Account::Payee(payee).id();
        let values = [payee.bytes().into(), id.into(), account.as_str().into()];
        let row = tx.one(&format!("{USES}{ONE}"), &values).await?;
        out.push(read(tx, &row, payee, &mut Shares::new()).await?);
    }
    Ok(out)
}

/// What a payee earned by a line. Of a settlement's lines each grows what its sheet has shared, so
/// its part is the difference of two floors, as if it had been booked alone.
async fn part(tx: &mut Tx, row: &Row, payee: PayeeId, read: &mut Shares) -> Result<i64, Fault> {
    let (Some(after), Some(_)) = (
        row.opt_int("shared_after_micros")?,
        row.opt_bytes("sheet_id")?,
    ) else {
        // From before sheets kept count, or of no worth.
        return Ok(row.opt_int("booked")?.unwrap_or(0));
    };
    let sheet = SplitSheetId::from_bytes(row.id("sheet_id")?);
    let amount = (row.int("earned_micros")?, after);
    let parts = sheets::shared_then(tx, read, sheet, amount).await?.parts;
    let own = parts.iter().find(|(one, _)| *one == payee);
    Ok(own.map_or(0, |(_, micros)| *micros))
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

async fn read(
    tx: &mut Tx,
    row: &Row,
    payee: PayeeId,
    sheets: &mut Shares,
) -> Result<UseSeen, Fault> {
    let placement = row.text("placement")?;
    Ok(UseSeen {
        id: data_encoding::HEXLOWER.encode(&row.bytes("id")?),
        uses: row.int("uses")?,
        payee: payee.to_string(),
        at: domain::Timestamp(row.int("received_ms")?).to_string(),
        track_title: row.text("title")?,
        track: TrackId::from_bytes(row.id("track_id")?).to_string(),
        placement_words: words(&placement),
        placement,
        territory: row.opt_text("territory")?,
        clip_ms: row.int("clip_ms")?,
        billed_ms: row.int("billed_ms")?,
        earned_micros: part(tx, row, payee, sheets).await?,
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
    let tx = app.read().await?;
    list(tx, SINCE, payee, after.unwrap_or([0; 16]), limit).await
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
    let tx = app.read().await?;
    list(tx, LATEST, payee, before.unwrap_or([255; 16]), limit).await
}

async fn list(
    mut tx: Tx,
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
    let rows = tx.all(&format!("{USES}{OF_PAYEE}{side}"), &values).await?;
    let (mut out, mut sheets) = (Vec::with_capacity(rows.len()), Shares::new());
    for row in &rows {
        out.push(read(&mut tx, row, payee, &mut sheets).await?);
    }
    Ok(out)
}

/// A payee's uses after a commit and an id, with theirs, in that order.
pub(super) async fn after(
    tx: &mut Tx,
    payee: PayeeId,
    (commit, id): (i64, [u8; 16]),
    limit: i64,
) -> Result<Vec<(i64, [u8; 16], UseSeen)>, Fault> {
    let account = domain::Account::Payee(payee).id();
    let values = [
        payee.bytes().into(),
        (&id).into(),
        account.as_str().into(),
        limit.into(),
        commit.into(),
    ];
    let rows = tx.all(&format!("{USES}{OF_PAYEE}{AFTER}"), &values).await?;
    let (mut out, mut sheets) = (Vec::with_capacity(rows.len()), Shares::new());
    for row in &rows {
        let seen = read(tx, row, payee, &mut sheets).await?;
        out.push((row.int("last_no")?, row.id("id")?, seen));
    }
    Ok(out)
}

/// How many of a payee's uses come after a commit and an id, counted up to a bound.
pub(super) async fn behind(
    tx: &mut Tx,
    payee: PayeeId,
    (commit, id): (i64, [u8; 16]),
    bound: i64,
) -> Result<i64, Fault> {
    let values = [
        payee.bytes().into(),
        (&id).into(),
        commit.into(),
        bound.into(),
    ];
    let sql = format!("{BEHIND}{OF_PAYEE}{BEHIND_TAIL}");
    Ok(tx.one(&sql, &values).await?.int("n")?)
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
                Heard::Message(message) if *message.topic == *MANY => return News::Missed,
                Heard::Message(_) => {}
            }
        }
    }
}

const PAYEES: &str = "
    select s.payee_id from split_shares s
     where s.sheet_id = (select coalesce(u.sheet_id,
                                         (select h.id from split_sheets h
                                           where h.track_id = u.track_id
                                           order by h.version desc limit 1))
                           from uses u where u.id = $1)
     order by s.payee_id";

/// Uses with what a payee was booked for their settlement; the tails below say which.
const USES: &str = "
    select u.id, u.last_no, u.uses, u.received_ms, t.title, u.track_id,
           coalesce(u.placement, 'several') as placement, u.territory, u.clip_ms, u.billed_ms,
           u.earned_micros, u.sheet_id, u.shared_after_micros, e.micros as booked, u.currency,
           coalesce((select b.amount_micros from balances b
                      where b.account = $3 and b.currency = u.currency), 0) as balance
      from uses u
      join tracks t on t.id = u.track_id
      left join payee_lines e on e.payee_id = $1 and e.kind = 'use'
                             and e.source_id = u.settlement_id and e.sheet_id = u.sheet_id";

const ONE: &str = " where u.id = $2";

/// A payee's uses, whichever side of one of them.
const OF_PAYEE: &str = "
     where exists (select 1 from split_sheets s join split_shares p on p.sheet_id = s.id
                    where s.track_id = u.track_id and p.payee_id = $1)";

const SINCE: &str = " and u.id > $2 order by u.id limit $4";

const LATEST: &str = " and u.id < $2 order by u.id desc limit $4";

const AFTER: &str = "
       and u.last_no >= $5 and (u.last_no > $5 or u.id > $2) order by u.last_no, u.id limit $4";

const BEHIND: &str = "select count(*) as n from (select 1 as one from uses u";

const BEHIND_TAIL: &str = "
       and u.last_no >= $3 and (u.last_no > $3 or u.id > $2) limit $4) some";
