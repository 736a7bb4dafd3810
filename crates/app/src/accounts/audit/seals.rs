//! The audit of seals: no journal was changed, dated otherwise or taken away since it was sealed,
//! and the seals follow one another.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use ledger::invariant::Breach;
use store::db::Tx;

use super::{Check, check};
use crate::Fault;
use crate::accounts::seals::{Digesting, Hash, hash, seal_of, settled};

/// Each journal is what it was when it was sealed.
const JOURNALS_ARE_AS_SEALED: &str = "journals_are_as_sealed";
/// Each seal is of its journals' digests and of the seal before.
const SEALS_ARE_A_CHAIN: &str = "seals_are_a_chain";

/// What was sealed of each journal, by its id: the digest, and the seal's number.
type Sealed = BTreeMap<Vec<u8>, (Hash, i64)>;

/// Both checks.
pub(super) async fn checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    let mut sealed = Sealed::new();
    for row in tx.all(SEALED, &[]).await? {
        sealed.insert(row.bytes("journal_id")?, (hash(&row)?, row.int("seal_no")?));
    }
    let chain = chain(tx, &sealed).await?;
    Ok(vec![journals(tx, sealed).await?, chain])
}

async fn journals(tx: &mut Tx, mut sealed: Sealed) -> Result<Check, Fault> {
    let count = sealed.len();
    let mut breaches = Vec::new();
    let breach = |id: &[u8], detail: String| Breach {
        invariant: JOURNALS_ARE_AS_SEALED,
        subject: HEXLOWER.encode(id),
        detail,
    };
    let settled = settled(tx).await?;
    let rows = tx.all(JOURNALS, &[]).await?;
    let mut rows = rows.iter().peekable();
    while let Some(row) = rows.next() {
        let id = row.bytes("id")?;
        let what = format!("{} {}", row.text("kind")?, row.text("source")?);
        let mut digest = Digesting::of(row)?;
        digest.line(row)?;
        while let Some(row) = rows.next_if(|row| row.bytes("id").is_ok_and(|next| next == id)) {
            digest.line(row)?;
        }
        match sealed.remove(&id) {
            Some((then, no)) if then != digest.done() => {
                let detail = format!("{what} isn't what seal {no} covers: it was changed since");
                breaches.push(breach(&id, detail));
            }
            None if id < settled => {
                let detail = format!("{what} has no seal, and later ones have: it was slipped in");
                breaches.push(breach(&id, detail));
            }
            // It is as it was, or too new to have a seal.
            _ => {}
        }
    }
    for (id, (_, no)) in sealed {
        breaches.push(breach(&id, format!("seal {no} covers it, and it is gone")));
    }
    Ok(check(JOURNALS_ARE_AS_SEALED, count, breaches))
}

async fn chain(tx: &mut Tx, sealed: &Sealed) -> Result<Check, Fault> {
    let mut covered: BTreeMap<i64, Vec<(&[u8], &Hash)>> = BTreeMap::new();
    for (id, (hash, no)) in sealed {
        covered.entry(*no).or_default().push((id, hash));
    }
    let rows = tx.all(SEALS, &[]).await?;
    let (mut breaches, mut before, mut last) = (Vec::new(), [0; 32], 0);
    for row in &rows {
        let (no, then) = (row.int("no")?, hash(row)?);
        let journals = covered.remove(&no).unwrap_or_default();
        let whole = i64::try_from(journals.len()) == Ok(row.int("count")?);
        let found = seal_of(&before, (no, row.int("at_ms")?), journals.into_iter());
        if found != then || !whole || no != last + 1 {
            breaches.push(Breach {
                invariant: SEALS_ARE_A_CHAIN,
                subject: format!("seal {no}"),
                detail: "it isn't of the journals it covers and the seal before it".into(),
            });
        }
        (before, last) = (then, no);
    }
    Ok(check(SEALS_ARE_A_CHAIN, rows.len(), breaches))
}

const SEALED: &str = "select journal_id, seal_no, sha256 from sealed_journals";

const SEALS: &str = "select no, at_ms, count, sha256 from journal_seals order by no";

const JOURNALS: &str = "
    select j.id, j.kind, j.source, j.at_ms, j.memo, p.line, p.account, p.currency, p.amount_micros
      from journals j left join postings p on p.journal_id = j.id
     order by j.id, p.line";
