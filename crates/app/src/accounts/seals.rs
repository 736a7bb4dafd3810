//! Seals over the journals: each covers those that none before it does, and the seal before it, so
//! that nobody changes what was posted without changing every seal since. The upkeep makes them.

use domain::id::uuid7_time;
use domain::time::MINUTE_MS;
use sha2::{Digest, Sha256};
use store::db::{Row, Tx, Value};

use crate::many::{ROWS, rows};
use crate::{App, Call, Fault};

/// The most journals of one seal.
const JOURNALS_MAX: i64 = 1_000;
/// A transaction that began this long before a seal is still found by the next one, in ms.
const LATE_MS: i64 = 120 * MINUTE_MS;

/// Begins what is hashed for a journal, so that it is nothing else's hash.
const OF_JOURNAL: &[u8] = b"clearcue journal 1";
/// Begins what is hashed for a seal.
const OF_SEAL: &[u8] = b"clearcue seal of journals 1";

/// A SHA-256.
pub(super) type Hash = [u8; 32];

/// A journal's digest as its rows are read: its head, then its lines in their order.
pub(super) struct Digesting(Sha256);

impl Digesting {
    /// Begins with a row of `id`, `kind`, `source`, `at_ms` and `memo`.
    pub(super) fn of(row: &Row) -> Result<Self, Fault> {
        let mut digest = Self(Sha256::new_with_prefix(OF_JOURNAL));
        digest.add(&row.bytes("id")?);
        digest.add(row.text("kind")?.as_bytes());
        digest.add(row.text("source")?.as_bytes());
        digest.add(&row.int("at_ms")?.to_be_bytes());
        digest.add(row.text("memo")?.as_bytes());
        Ok(digest)
    }

    /// Goes on with a row's `line`, `account`, `currency` and `amount_micros`, where it has a line.
    pub(super) fn line(&mut self, row: &Row) -> Result<(), Fault> {
        let Some(line) = row.opt_int("line")? else {
            return Ok(());
        };
        self.add(&line.to_be_bytes());
        self.add(row.text("account")?.as_bytes());
        self.add(row.text("currency")?.as_bytes());
        self.add(&row.int("amount_micros")?.to_be_bytes());
        Ok(())
    }

    pub(super) fn done(self) -> Hash {
        self.0.finalize().into()
    }

    fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
    }
}

/// A seal: of the one before (zeros for the first), its number, its moment, and the digests of its
/// journals by their ids.
pub(super) fn seal_of<'a>(
    before: &Hash,
    (no, at_ms): (i64, i64),
    journals: impl Iterator<Item = (&'a [u8], &'a Hash)>,
) -> Hash {
    let mut digest = Sha256::new_with_prefix(OF_SEAL);
    digest.update(before);
    digest.update(no.to_be_bytes());
    digest.update(at_ms.to_be_bytes());
    for (id, hash) in journals {
        digest.update(id);
        digest.update(hash);
    }
    digest.finalize().into()
}

/// Seals every journal that isn't yet, and says how many there were.
///
/// # Errors
/// [`Fault`] of the database; seals made before stay.
pub async fn due(app: &App, call: &Call) -> Result<usize, Fault> {
    let mut all = 0;
    loop {
        let sealed = once(app, call).await?;
        all += sealed;
        if sealed < usize::try_from(JOURNALS_MAX).unwrap_or(usize::MAX) {
            return Ok(all);
        }
    }
}

async fn once(app: &App, call: &Call) -> Result<usize, Fault> {
    // Most rounds find nothing, and then nobody waits for a writer.
    if unsealed(&mut app.db.read().await?).await?.is_empty() {
        return Ok(0);
    }
    let mut tx = app.db.write().await?;
    // The counter's row is the lock: of two nodes one seals after the other.
    let no = tx.one(NEXT, &[]).await?.int("next_no")?;
    let journals = unsealed(&mut tx).await?;
    let Some((last, _)) = journals.last() else {
        return Ok(0);
    };
    let before = match tx.optional(LAST, &[]).await? {
        Some(row) => hash(&row)?,
        None => [0; 32],
    };
    let digests = journals.iter().map(|(id, hash)| (id.as_slice(), hash));
    let seal = seal_of(&before, (no, call.now.0), digests);
    let count = i64::try_from(journals.len()).unwrap_or(i64::MAX);
    let values = [
        no.into(),
        call.now.0.into(),
        count.into(),
        last.clone().into(),
        (&seal).into(),
    ];
    tx.run(SEAL, &values).await?;
    for chunk in journals.chunks(ROWS) {
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * 3);
        for (id, hash) in chunk {
            values.extend([id.clone().into(), no.into(), hash.into()]);
        }
        tx.run(&format!("{COVER}{}", rows(chunk.len(), 3)), &values)
            .await?;
    }
    tx.commit().await?;
    Ok(journals.len())
}

/// The next journals without a seal, by id, with their digests.
async fn unsealed(tx: &mut Tx) -> Result<Vec<(Vec<u8>, Hash)>, Fault> {
    // Ids begin with their time: what is older than the last seal by more than a transaction may
    // take was sealed, or is for the audit to name.
    let from = settled(tx).await?;
    let rows = tx
        .all(UNSEALED, &[from.into(), JOURNALS_MAX.into()])
        .await?;
    let mut out: Vec<(Vec<u8>, Digesting)> = Vec::new();
    for row in &rows {
        let id = row.bytes("id")?;
        if out.last().is_none_or(|(last, _)| *last != id) {
            out.push((id, Digesting::of(row)?));
        }
        if let Some((_, digest)) = out.last_mut() {
            digest.line(row)?;
        }
    }
    Ok(out.into_iter().map(|(id, d)| (id, d.done())).collect())
}

/// Every journal whose id is below this has its seal, if nobody slipped it in.
pub(super) async fn settled(tx: &mut Tx) -> Result<Vec<u8>, Fault> {
    let after = match tx.optional(LAST, &[]).await? {
        Some(row) => uuid7_time(&row.id("last_id")?).plus_ms(-LATE_MS).0.max(0),
        None => 0,
    };
    Ok(after.to_be_bytes()[2..].to_vec())
}

/// The column `sha256` of a row.
pub(super) fn hash(row: &Row) -> Result<Hash, Fault> {
    let bytes = row.bytes("sha256")?;
    bytes
        .try_into()
        .map_err(|_| Fault::because("reading a seal", "its hash isn't 32 bytes long"))
}

const NEXT: &str = "
    update counters set next_no = next_no + 1 where name = 'journal_seals' returning next_no";

const LAST: &str = "select sha256, last_id from journal_seals order by no desc limit 1";

const UNSEALED: &str = "
    select j.id, j.kind, j.source, j.at_ms, j.memo, p.line, p.account, p.currency, p.amount_micros
      from (select id, kind, source, at_ms, memo from journals n
             where id >= $1
               and not exists (select 1 from sealed_journals s where s.journal_id = n.id)
             order by id limit $2) j
      left join postings p on p.journal_id = j.id
     order by j.id, p.line";

const SEAL: &str = "
    insert into journal_seals (no, at_ms, count, last_id, sha256) values ($1, $2, $3, $4, $5)";

const COVER: &str = "insert into sealed_journals (journal_id, seal_no, sha256) values ";
