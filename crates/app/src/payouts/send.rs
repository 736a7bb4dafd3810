//! Writing released payouts of one rail and currency into a file, which is how they are sent.
//!
//! Before: each is released, its payee isn't held, and the day's cap allows it. After, in one
//! transaction: the file stands with its hash, and its payouts are sent; the same file is given
//! whenever it is asked for. What can't leave now is left for the next file, and told.

use domain::payout::destination::{Destination, Rail};
use domain::payout::terms::within_daily_cap;
use domain::payout::{self, Event};
use domain::time::DAY_MS;
use domain::{PayoutBatchId, PayoutId, Timestamp};
use ledger::{Currency, Money};
use sha2::{Digest, Sha256};
use store::db::{Row, Tx};
use thiserror::Error;

use super::once::{self, Key, KeyRefusal};
use super::rules::Unset;
use super::waiting::Waiting;
use super::{AccessRefusal, Hand, PayoutSeen, destination, file, rules, step};
use crate::stop::Tries;
use crate::{App, Call, Fault, Refusal, Stop};

/// A file of payouts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: PayoutBatchId,
    /// The rail.
    pub rail: Rail,
    /// How many payouts are in it.
    pub lines: i64,
    /// What they sum to.
    pub total: Money,
    /// What the file is called.
    pub file_name: String,
    /// Its media type.
    pub media: String,
    /// The SHA-256 of its bytes.
    pub sha256: Vec<u8>,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
}

/// A file that was made, and what was left out of it.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The file.
    pub batch: Batch,
    /// What stays ready, and why.
    pub left_out: Vec<(PayoutId, String)>,
    /// Whether this request had been carried out before.
    pub repeated: bool,
}

/// Why no file is made. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SendRefusal {
    /// Not the operator.
    #[error(transparent)]
    Access(#[from] AccessRefusal),
    /// No key, or another's.
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    /// No account to pay from.
    #[error("SEPA needs the store's own account: set `debtor` with `clearcue payout rules`")]
    NoDebtor,
    /// Nothing can leave.
    #[error("no payout by {rail} in {currency} can be sent now{}", why(.first))]
    Nothing {
        /// The rail.
        rail: &'static str,
        /// The currency.
        currency: Currency,
        /// Why the first one can't.
        first: Option<String>,
    },
}

fn why(first: &Option<String>) -> String {
    let first = first.as_ref().map(|why| format!(": {why}"));
    first.unwrap_or_else(|| ": none is released and waiting".to_owned())
}

impl Refusal for SendRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Access(refusal) => refusal.code(),
            Self::Key(refusal) => refusal.code(),
            Self::NoDebtor => "debtor_required",
            Self::Nothing { .. } => "nothing_to_send",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Access(refusal) => refusal.field(),
            Self::Key(refusal) => refusal.field(),
            Self::NoDebtor => Some("rail".into()),
            Self::Nothing { .. } => None,
        }
    }
}

/// Makes a file of all that can be sent by a rail in a currency.
///
/// # Errors
/// [`SendRefusal`].
pub async fn send(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    (rail, currency): (Rail, Currency),
    key: Option<Key<'_>>,
) -> Result<Sent, Stop<SendRefusal>> {
    super::operators(hand).map_err(|e| Stop::Refused(e.into()))?;
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, hand, (rail, currency), key).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

async fn attempt(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    (rail, currency): (Rail, Currency),
    key: Option<Key<'_>>,
) -> Result<Sent, Stop<SendRefusal>> {
    let id = PayoutBatchId::from_bytes(call.id());
    let mut tx = app.db.write().await?;
    let asked = format!("payout file {rail} {currency}");
    let earlier = once::claim(&mut tx, call, key, &asked, id.bytes()).await?;
    if let Some(earlier) = earlier.map_err(|e| Stop::Refused(e.into()))? {
        let batch = batch(&mut tx, PayoutBatchId::from_bytes(earlier)).await?;
        let batch = batch.ok_or_else(|| Fault::because("making a payout file", "it vanished"))?;
        return Ok(Sent {
            batch,
            left_out: Vec::new(),
            repeated: true,
        });
    }
    lock(&mut tx).await?;
    let (chosen, left_out) = choose(&mut tx, app, call, (rail, currency)).await?;
    if chosen.is_empty() {
        return Err(Stop::Refused(SendRefusal::Nothing {
            rail: rail.label(),
            currency,
            first: left_out.into_iter().next().map(|(_, why)| why),
        }));
    }
    let rules = rules::in_force(&mut tx).await?;
    let of = (id, call.now, app.settings.name.as_str());
    let made = file::make(&rules, of, (rail, currency), &chosen);
    let made = made.ok_or(Stop::Refused(SendRefusal::NoDebtor))?;
    let batch = keep(&mut tx, call, hand, (id, rail, currency), &made, &chosen).await?;
    for (seen, _) in chosen {
        leave(&mut tx, call, hand, &batch, seen).await?;
    }
    tx.commit().await?;
    Ok(Sent {
        batch,
        left_out,
        repeated: false,
    })
}

/// A file as it was made: its bytes with what they are.
///
/// # Errors
/// [`AccessRefusal`].
pub async fn content(
    app: &App,
    hand: Hand<'_>,
    id: PayoutBatchId,
) -> Result<(Batch, Vec<u8>), Stop<AccessRefusal>> {
    super::operators(hand).map_err(Stop::Refused)?;
    let mut tx = app.db.read().await?;
    let batch = batch(&mut tx, id).await?;
    let batch = batch.ok_or(Stop::Refused(AccessRefusal::UnknownBatch(id)))?;
    let row = tx.one(CONTENT, &[id.bytes().into()]).await?;
    Ok((batch, row.bytes("content")?))
}

/// The files that were made, the newest first: at most 100.
///
/// # Errors
/// [`AccessRefusal`].
pub async fn batches(app: &App, hand: Hand<'_>) -> Result<Vec<Batch>, Stop<AccessRefusal>> {
    super::operators(hand).map_err(Stop::Refused)?;
    let mut tx = app.db.read().await?;
    let rows = tx
        .all(&format!("{BATCHES} order by id desc limit 100"), &[])
        .await?;
    let batches: Result<Vec<_>, Fault> = rows.iter().map(read).collect();
    Ok(batches?)
}

/// Keeps every other file, and every change of a destination, waiting.
pub(super) async fn lock(tx: &mut Tx) -> Result<(), Fault> {
    tx.run(LOCK, &[]).await?;
    Ok(())
}

/// The payouts that may leave now, with where they go, and why the others may not.
async fn choose(
    tx: &mut Tx,
    app: &App,
    call: &mut Call,
    (rail, currency): (Rail, Currency),
) -> Result<(Vec<(PayoutSeen, Destination)>, Vec<(PayoutId, String)>), Fault> {
    let local = rules::in_currency(tx, app.settings.currency, currency).await?;
    let cap = local.cap();
    let midnight = call.now.0 - call.now.0.rem_euclid(DAY_MS);
    let row = tx
        .one(TODAY, &[currency.code().into(), midnight.into()])
        .await?;
    let mut gone = Money::new(row.int("sum")?, currency);
    let (mut chosen, mut left_out) = (Vec::new(), Vec::new());
    let values = [rail.code().into(), currency.code().into()];
    for row in tx.all(READY, &values).await? {
        let id = PayoutId::from_bytes(row.id("id")?);
        let Some(seen) = super::locked(tx, id).await? else {
            continue;
        };
        let set = destination::latest(tx, seen.payee).await?;
        let Some(set) = set.filter(|set| set.version == seen.destination) else {
            left_out.push((id, "its destination changed: withdraw it".to_owned()));
            continue;
        };
        if let Some(until) = set.held_until.filter(|until| call.now < *until) {
            left_out.push((id, payout::Refusal::Held(until).to_string()));
            continue;
        }
        if let Some(why) = capped(&cap, seen.amount, gone) {
            left_out.push((id, why));
            continue;
        }
        if chosen.len() == rail.rows_max() {
            left_out.push((id, "the file is full: make another".to_owned()));
            continue;
        }
        let sum = gone.checked_add(seen.amount);
        gone = sum.map_err(Fault::while_("adding up payouts"))?;
        chosen.push((seen, set.to));
    }
    Ok((chosen, left_out))
}

/// Why the day's cap doesn't let an amount out: what nobody has said lets nothing out.
fn capped(cap: &Result<Option<Money>, Unset>, amount: Money, gone: Money) -> Option<String> {
    match cap {
        Err(unset) => Some(unset.to_string()),
        Ok(None) => None,
        Ok(Some(cap)) if amount.micros() > cap.micros() => {
            Some(Waiting::AboveCap { cap: *cap }.to_string())
        }
        Ok(Some(cap)) => {
            let within = within_daily_cap(amount, gone, *cap);
            within.err().map(|not_yet| not_yet.to_string())
        }
    }
}

async fn keep(
    tx: &mut Tx,
    call: &Call,
    hand: Hand<'_>,
    (id, rail, currency): (PayoutBatchId, Rail, Currency),
    made: &file::Made,
    chosen: &[(PayoutSeen, Destination)],
) -> Result<Batch, Fault> {
    let mut total = Money::zero(currency);
    for (seen, _) in chosen {
        let sum = total.checked_add(seen.amount);
        total = sum.map_err(Fault::while_("adding up a payout file"))?;
    }
    let sha256: [u8; 32] = Sha256::digest(made.content.as_bytes()).into();
    let batch = Batch {
        id,
        rail,
        lines: i64::try_from(chosen.len()).map_err(Fault::while_("counting payouts"))?,
        total,
        file_name: made.name.clone(),
        media: made.media.to_owned(),
        sha256: sha256.to_vec(),
        made_by: hand.name(),
        made_at: call.now,
    };
    let values = [
        id.bytes().into(),
        rail.code().into(),
        currency.code().into(),
        batch.lines.into(),
        total.micros().into(),
        batch.file_name.as_str().into(),
        batch.media.as_str().into(),
        made.content.as_bytes().into(),
        (&sha256).into(),
        batch.made_by.as_str().into(),
        call.now.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    Ok(batch)
}

async fn leave(
    tx: &mut Tx,
    call: &mut Call,
    hand: Hand<'_>,
    batch: &Batch,
    seen: PayoutSeen,
) -> Result<(), Fault> {
    let id = seen.id;
    let event = Event::Send {
        now: call.now,
        held_until: None,
    };
    let why = format!("in {}", batch.file_name);
    let taken = step::take(tx, call, seen, event, (&hand.name(), &why)).await?;
    taken.map_err(Fault::while_("sending a payout"))?;
    tx.run(IN_BATCH, &[id.bytes().into(), batch.id.bytes().into()])
        .await?;
    Ok(())
}

pub(super) async fn batch(tx: &mut Tx, id: PayoutBatchId) -> Result<Option<Batch>, Fault> {
    let sql = format!("{BATCHES} where id = $1");
    let row = tx.optional(&sql, &[id.bytes().into()]).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Batch, Fault> {
    let currency = super::currency(&row.text("currency")?)?;
    let rail = row.text("rail")?.parse();
    Ok(Batch {
        id: PayoutBatchId::from_bytes(row.id("id")?),
        rail: rail.map_err(Fault::while_("reading a payout file's rail"))?,
        lines: row.int("lines")?,
        total: Money::new(row.int("total_micros")?, currency),
        file_name: row.text("file_name")?,
        media: row.text("media")?,
        sha256: row.bytes("sha256")?,
        made_by: row.text("made_by")?,
        made_at: Timestamp(row.int("made_ms")?),
    })
}

const LOCK: &str = "update counters set next_no = next_no + 1 where name = 'payout_batch'";

const READY: &str = "
    select id from payouts
     where state = 'ready' and rail = $1 and currency = $2 order by id";

// By their files, so that what came back on the same day has left all the same.
const TODAY: &str = "
    select cast(coalesce(sum(total_micros), 0) as bigint) as sum from payout_batches
     where currency = $1 and made_ms >= $2";

const INSERT: &str = "
    insert into payout_batches (id, rail, currency, lines, total_micros, file_name, media,
                                content, sha256, made_by, made_ms)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

const IN_BATCH: &str = "update payouts set batch_id = $2 where id = $1";

const BATCHES: &str = "
    select id, rail, currency, lines, total_micros, file_name, media, sha256, made_by, made_ms
      from payout_batches";

const CONTENT: &str = "select content from payout_batches where id = $1";
