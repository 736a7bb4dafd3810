//! The end of the log, held: who has it appends, and nobody else until they commit.

use domain::Timestamp;
use ledger::Money;
use store::db::Tx;
use tlog::merkle::Frontier;
use tlog::{HASH_BYTES, Hash, Kind, Leaf, Salts, Total};

use crate::Fault;

/// What the salts of the log are made of.
pub(crate) type Secret = [u8; 32];

/// What a leaf says, but for its number, its time and what it continues.
pub(super) struct Said {
    pub(super) kind: Kind,
    pub(super) batch: Hash,
    pub(super) count: u32,
    pub(super) totals: Vec<Total>,
}

/// The right edge of the log, which this transaction holds until its end.
pub(super) struct End(Frontier);

impl End {
    /// Takes it. Do so last, after every other lock: whoever has it waits for nobody.
    pub(super) async fn hold(tx: &mut Tx) -> Result<Self, Fault> {
        let sql = format!("{END}{}", tx.for_update());
        let row = tx.one(&sql, &[]).await?;
        let size = u64::try_from(row.int("size")?).map_err(Fault::while_("reading the log"))?;
        let kept = row.opt_bytes("frontier")?.unwrap_or_default();
        frontier(size, &kept).map(Self)
    }

    /// The number that the next leaf will bear.
    pub(super) fn next(&self) -> u64 {
        self.0.size()
    }

    /// The salts of the next leaf's batch.
    pub(super) fn salts(&self, secret: &Secret) -> Salts {
        Salts::of_batch(secret, self.next())
    }

    /// Writes a leaf, and returns its number.
    pub(super) async fn append(
        &mut self,
        tx: &mut Tx,
        now: Timestamp,
        said: Said,
    ) -> Result<u64, Fault> {
        let sequence = self.next();
        let leaf = Leaf {
            kind: said.kind,
            sequence,
            time_ms: u64::try_from(now.0).unwrap_or(0),
            previous: self.0.head(),
            batch: said.batch,
            count: said.count,
            totals: said.totals,
        };
        let entry = leaf.encode().map_err(Fault::while_("writing a leaf"))?;
        let kind: i64 = match said.kind {
            Kind::Uses => 1,
            Kind::Licences => 2,
            Kind::Statement(_) => 3,
        };
        self.0.push(Hash::leaf(&entry));
        let values = [number(sequence)?.into(), kind.into(), entry.into()];
        tx.run(INSERT_LEAF, &values).await?;
        let heads: Vec<u8> = self.0.heads().iter().flat_map(|hash| hash.0).collect();
        let values = [number(self.next())?.into(), heads.into()];
        tx.run(MOVE_END, &values).await?;
        Ok(sequence)
    }
}

/// The edge as it was kept.
pub(crate) fn frontier(size: u64, kept: &[u8]) -> Result<Frontier, Fault> {
    let wrong = || Fault::because("reading the log", "its end is damaged: run the audit");
    let (hashes, rest) = kept.as_chunks::<HASH_BYTES>();
    if !rest.is_empty() || hashes.len() != size.count_ones() as usize {
        return Err(wrong());
    }
    let mut hashes = hashes.iter().copied().map(Hash);
    Frontier::of(size, |_| hashes.next().ok_or_else(wrong))
}

/// A number of the log as the database counts.
pub(super) fn number(n: u64) -> Result<i64, Fault> {
    i64::try_from(n).map_err(Fault::while_("numbering a leaf"))
}

/// The sums of these amounts, one for each currency.
pub(super) fn totals(amounts: impl IntoIterator<Item = Money>) -> Result<Vec<Total>, Fault> {
    let mut sums = std::collections::BTreeMap::<[u8; 3], i64>::new();
    for amount in amounts {
        let sum = sums.entry(letters(amount.currency().code())?).or_default();
        *sum = sum
            .checked_add(amount.micros())
            .ok_or_else(|| Fault::because("summing a commit", "it overflows"))?;
    }
    let total = |(currency, micros)| Total { currency, micros };
    Ok(sums.into_iter().map(total).collect())
}

/// A currency's three letters.
pub(crate) fn letters(code: &str) -> Result<[u8; 3], Fault> {
    let letters = code.as_bytes().try_into();
    letters.map_err(Fault::while_("reading a currency's code"))
}

const END: &str = "select size, frontier from log_end where id = 1";

const INSERT_LEAF: &str = "insert into log_leaves (n, kind, entry) values ($1, $2, $3)";

const MOVE_END: &str = "update log_end set size = $1, frontier = $2 where id = 1";
