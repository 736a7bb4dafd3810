//! The audit of the transparency log: leaves, tiles and signed heads against each other, and what
//! was issued, counted and stated against the leaves.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use domain::{LicenceId, PayeeId};
use ledger::invariant::Breach;
use store::db::{Row, Tx};
use tlog::merkle::Frontier;
use tlog::{Checkpoint, Hash, Head, Kind, Leaf, Note, Salts};

use super::{Check, check};
use crate::proofs;
use crate::{App, Fault};

/// The leaves follow one another without a gap, each continues from the root before it, and the
/// end is what they lead to.
const LEAVES_FOLLOW: &str = "log_leaves_follow_one_another";
/// Tiles and bundles are what the leaves make, and every head that was signed is the leaves'.
const LOG_IS_AS_SIGNED: &str = "log_is_as_signed";
/// Each licence is in the one leaf that says so, as it was issued; and no leaf has another.
const LICENCES_ARE_LOGGED: &str = "licences_are_logged";
/// Each accepted use is in exactly one leaf, as it was accepted; and no leaf has another.
const USES_ARE_LOGGED: &str = "uses_are_logged";
/// A payee's statements are numbered without a gap and cover each leaf once.
const STATEMENTS_ARE_LOGGED: &str = "statements_are_logged";

/// A leaf as it stands in the database.
struct Kept {
    entry: Vec<u8>,
    leaf: Option<Leaf>,
}

pub(super) async fn checks(app: &App, tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    let rows = tx.all(LEAVES, &[]).await?;
    let mut leaves = Vec::with_capacity(rows.len());
    let mut breaches = Vec::new();
    for (at, row) in (0_i64..).zip(&rows) {
        if row.int("n")? != at {
            breaches.push(breach(LEAVES_FOLLOW, leaf(at), "is missing"));
            break;
        }
        let entry = row.bytes("entry")?;
        let decoded = Leaf::decode(&entry).ok();
        leaves.push(Kept {
            entry,
            leaf: decoded,
        });
    }
    let heads = follow(&leaves, &mut breaches);
    ends(tx, &heads, leaves.len(), &mut breaches).await?;
    let followed = check(LEAVES_FOLLOW, rows.len(), breaches);
    let signed = signed(app, tx, &leaves, &heads).await?;
    Ok(vec![
        followed,
        signed,
        licences(app, tx, &leaves).await?,
        uses(app, tx, &leaves).await?,
        statements(app, tx, &leaves).await?,
    ])
}

/// The head before each leaf and after the last; names the first leaf that was altered.
fn follow(leaves: &[Kept], breaches: &mut Vec<Breach>) -> Vec<Hash> {
    let mut frontier = Frontier::default();
    let mut heads = vec![frontier.head()];
    for (at, kept) in (0_u64..).zip(leaves) {
        let head = frontier.head();
        match &kept.leaf {
            None => breaches.push(breach(LEAVES_FOLLOW, leaf(at), "isn't a leaf")),
            Some(it) if it.sequence != at => {
                breaches.push(breach(LEAVES_FOLLOW, leaf(at), "bears another number"));
            }
            // Once is enough: every later leaf differs too.
            Some(it) if it.previous != head && breaches.is_empty() => {
                let what = "doesn't continue from the leaves before it: one of them, or what it \
                            says of them, was altered";
                breaches.push(breach(LEAVES_FOLLOW, leaf(at), what));
            }
            Some(_) => {}
        }
        frontier.push(Hash::leaf(&kept.entry));
        heads.push(frontier.head());
    }
    heads
}

async fn ends(
    tx: &mut Tx,
    heads: &[Hash],
    leaves: usize,
    breaches: &mut Vec<Breach>,
) -> Result<(), Fault> {
    let row = tx.one(END, &[]).await?;
    let kept = row.opt_bytes("frontier")?.unwrap_or_default();
    let size = u64::try_from(row.int("size")?).unwrap_or(0);
    let edge = proofs::frontier(size, &kept).ok();
    let same = edge.is_some_and(|edge| Some(&edge.head()) == heads.last());
    if !same || usize::try_from(size) != Ok(leaves) {
        let what = "isn't what the leaves lead to: the last leaf or the end was altered";
        breaches.push(breach(LEAVES_FOLLOW, "the log's end".into(), what));
    }
    Ok(())
}

/// Tiles and bundles under the newest head, bundles against the leaves, and each head by itself.
async fn signed(app: &App, tx: &mut Tx, leaves: &[Kept], heads: &[Hash]) -> Result<Check, Fault> {
    let (tiles, read) = proofs::all_tiles(tx).await?;
    let mut breaches = Vec::new();
    let checkpoints = tx.all(CHECKPOINTS, &[]).await?;
    let key = app.issuer.log_key().map(tlog::SigningKey::public);
    let mut newest = None;
    for row in &checkpoints {
        let size = row.int("size")?;
        let subject = || format!("checkpoint {size}");
        let note = row.text("note")?;
        let opened = match key {
            Some(key) => Checkpoint::open(note.as_bytes(), key).map_err(|e| e.to_string()),
            None => unsigned(&note).ok_or_else(|| "isn't a checkpoint".to_owned()),
        };
        match opened {
            Err(why) => breaches.push(breach(LOG_IS_AS_SIGNED, subject(), &why)),
            Ok(it) if i64::try_from(it.head.size) != Ok(size) => {
                breaches.push(breach(LOG_IS_AS_SIGNED, subject(), "is of another size"));
            }
            Ok(it) => {
                let root = usize::try_from(size).ok().and_then(|size| heads.get(size));
                if root != Some(&it.head.root) {
                    let what = "isn't the head of the leaves";
                    breaches.push(breach(LOG_IS_AS_SIGNED, subject(), what));
                }
                newest = Some(it.head);
            }
        }
    }
    if let Some(head) = newest {
        for finding in tlog::audit::tree(head, &read) {
            breaches.push(breach(
                LOG_IS_AS_SIGNED,
                finding.path.clone(),
                &finding.to_string(),
            ));
        }
        breaches.extend(bundled(head, leaves, &read));
    }
    let looked_at = tiles + checkpoints.len();
    Ok(check(LOG_IS_AS_SIGNED, looked_at, breaches))
}

/// What a checkpoint says, where there is no key to check it by.
fn unsigned(note: &str) -> Option<Checkpoint> {
    Checkpoint::parse(Note::parse(note.as_bytes()).ok()?.text)
}

/// Leaves that aren't what was published of them; the tiles' audit says whether the bundle is.
fn bundled(head: Head, leaves: &[Kept], read: impl Fn(&str) -> Option<Vec<u8>>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for index in 0.. {
        let Some(tile) = tlog::Tile::in_tree(0, index, head.size) else {
            break;
        };
        let bundle = tlog::TilePath::Entries {
            index,
            width: tile.width,
        };
        let bytes = read(&bundle.to_string()).unwrap_or_default();
        let Ok(entries) = tlog::entries(&bytes, tile.width) else {
            continue;
        };
        for (n, (_, entry)) in (index * u64::from(tlog::TILE_WIDTH)..).zip(entries) {
            let kept = usize::try_from(n).ok().and_then(|n| leaves.get(n));
            if kept.is_none_or(|kept| kept.entry != entry) {
                let what = "isn't the one that was published";
                breaches.push(breach(LOG_IS_AS_SIGNED, leaf(n), what));
            }
        }
    }
    breaches
}

async fn licences(app: &App, tx: &mut Tx, leaves: &[Kept]) -> Result<Check, Fault> {
    let unlogged = tx.all(UNLOGGED_LICENCES, &[]).await?;
    let named = |row: &Row| Ok(LicenceId::from_bytes(row.id("id")?).to_string());
    let mut breaches = without(LICENCES_ARE_LOGGED, &unlogged, named)?;
    let mut count = 0;
    for (n, it) in of_kind(leaves, |kind| kind == Kind::Licences) {
        let events = proofs::licence_batch(tx, n).await?;
        count += events.len();
        breaches.extend(altered(app, LICENCES_ARE_LOGGED, it, &events));
    }
    Ok(check(LICENCES_ARE_LOGGED, count + unlogged.len(), breaches))
}

async fn uses(app: &App, tx: &mut Tx, leaves: &[Kept]) -> Result<Check, Fault> {
    let unlogged = tx.all(UNLOGGED_USES, &[]).await?;
    let named = |row: &Row| Ok(HEXLOWER.encode(&row.id("id")?));
    let mut breaches = without(USES_ARE_LOGGED, &unlogged, named)?;
    for row in tx.all(LOGGED_TWICE, &[]).await? {
        breaches.push(breach(
            USES_ARE_LOGGED,
            named(&row)?,
            "is in two leaves of the log",
        ));
    }
    let mut count = 0;
    for (n, it) in of_kind(leaves, |kind| kind == Kind::Uses) {
        let kept = proofs::UsesLeaf::read(tx, n).await?;
        count += kept.events.len();
        let found = altered(app, USES_ARE_LOGGED, it, &kept.events);
        if found.is_none() && !kept.in_place {
            let what = "has a settlement at another place than is kept for it";
            breaches.push(breach(USES_ARE_LOGGED, leaf(n), what));
        }
        breaches.extend(found);
    }
    Ok(check(USES_ARE_LOGGED, count + unlogged.len(), breaches))
}

async fn statements(app: &App, tx: &mut Tx, leaves: &[Kept]) -> Result<Check, Fault> {
    let mut breaches = Vec::new();
    let mut listed: BTreeMap<i64, tlog::Statement> = BTreeMap::new();
    let mut before = None;
    for row in tx.all(STATEMENTS, &[]).await? {
        let payee = PayeeId::from_bytes(row.id("payee_id")?);
        let whole = |name: &str| Ok::<_, Fault>(u64::try_from(row.int(name)?).unwrap_or(0));
        let (number, from, to) = (whole("number")?, whole("from_leaf")?, whole("to_leaf")?);
        let wanted = match before {
            Some((same, number, covered)) if same == payee => (number + 1, covered),
            _ => (1, 0),
        };
        if (number, from) != wanted {
            let what = "doesn't continue from the payee's statement before it";
            let subject = format!("statement {number} of {payee}");
            breaches.push(breach(STATEMENTS_ARE_LOGGED, subject, what));
        }
        before = Some((payee, number, to));
        let said = tlog::Statement {
            payee: app.issuer.log_pseudonym(payee),
            number,
            from,
            to,
        };
        listed.insert(row.int("leaf")?, said);
    }
    let count = listed.len();
    for (n, it) in of_kind(leaves, |kind| matches!(kind, Kind::Statement(_))) {
        if listed.remove(&n).map(Kind::Statement) != Some(it.kind) {
            let what = "isn't the statement that is kept for it";
            breaches.push(breach(STATEMENTS_ARE_LOGGED, leaf(n), what));
        }
        let events = proofs::statement_batch(tx, n).await?;
        breaches.extend(altered(app, STATEMENTS_ARE_LOGGED, it, &events));
    }
    for n in listed.into_keys() {
        let what = "isn't a statement's, but one is kept for it";
        breaches.push(breach(STATEMENTS_ARE_LOGGED, leaf(n), what));
    }
    Ok(check(STATEMENTS_ARE_LOGGED, count, breaches))
}

/// The leaves of a kind, with their numbers.
fn of_kind(leaves: &[Kept], wanted: impl Fn(Kind) -> bool) -> impl Iterator<Item = (i64, &Leaf)> {
    let numbered = (0_i64..).zip(leaves);
    let found = numbered.filter_map(|(n, kept)| Some((n, kept.leaf.as_ref()?)));
    found.filter(move |(_, it)| wanted(it.kind))
}

/// Those that stand in no leaf.
fn without(
    invariant: &'static str,
    rows: &[Row],
    named: impl Fn(&Row) -> Result<String, Fault>,
) -> Result<Vec<Breach>, Fault> {
    rows.iter()
        .map(|row| Ok(breach(invariant, named(row)?, "is in no leaf of the log")))
        .collect()
}

/// Whether what is kept is no longer what a leaf is over.
fn altered(app: &App, invariant: &'static str, it: &Leaf, events: &[Vec<u8>]) -> Option<Breach> {
    let salts = Salts::of_batch(&app.issuer.log_secret(), it.sequence);
    let same = tlog::audit::is_batch(it, salts, events.iter().map(Vec::as_slice));
    let what = "isn't over what is kept: something in it was altered, added or taken away";
    (!same).then(|| breach(invariant, leaf(it.sequence), what))
}

fn leaf(n: impl std::fmt::Display) -> String {
    format!("leaf {n}")
}

fn breach(invariant: &'static str, subject: String, detail: &str) -> Breach {
    Breach {
        invariant,
        subject,
        detail: detail.to_owned(),
    }
}

const LEAVES: &str = "select n, entry from log_leaves order by n";

const END: &str = "select size, frontier from log_end where id = 1";

const CHECKPOINTS: &str = "select size, note from log_checkpoints order by size";

const UNLOGGED_LICENCES: &str = "
    select id from licences l
     where not exists (select 1 from licence_leaves b where b.licence_id = l.id)";

const UNLOGGED_USES: &str = "
    select id from uses u
     where not exists (select 1 from settlement_leaves b where b.settlement_id = u.settlement_id)
       and not exists (select 1 from use_leaves b where b.use_id = u.id)";

const LOGGED_TWICE: &str = "
    select u.id
      from use_leaves o join uses u on u.id = o.use_id
      join settlement_leaves b on b.settlement_id = u.settlement_id";

const STATEMENTS: &str = "
    select payee_id, number, leaf, from_leaf, to_leaf
      from statement_leaves order by payee_id, number";
