//! Proofs: that a use, a licence or a statement is in the log, and that the log only grew.
//!
//! A proof is made against the first head that was signed over its leaf, so it is the same
//! whenever it is asked for. That the log has kept it since, a proof of consistency shows.

use data_encoding::BASE64;
use domain::{LicenceId, PayeeId};
use store::db::Tx;
use thiserror::Error;
use tlog::merkle::{consistency_plan, inclusion_plan};
use tlog::{Batch, Part, Proof, Reader, Salts, TilePath, tiles_for};

use super::{licences, statements, tiles, uses};
use crate::{App, Fault, Refusal, Stop};

/// How a proof is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A C2SP `.tlog-proof`, which others' programs read too.
    Text,
    /// The same in fewer bytes.
    Packed,
}

/// Why there is no proof. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProofRefusal {
    /// No such use, or none that the asker may know of.
    #[error("you have no use {0}: name it by its event's id, or by its id in your report")]
    UnknownUse(String),
    /// The use is one of several whose raw reports the operator's policy has dropped.
    #[error(
        "the raw reports of these uses were dropped by the store's policy, so one of them can't be \
         proven by itself any more: leave `nth` out to prove their sum"
    )]
    Dropped,
    /// The use is one of several that were settled before single ones could be proven.
    #[error(
        "this use was settled with others before single ones could be proven: its line's id, \
         without `nth`, proves their sum"
    )]
    SumOnly,
    /// No such licence.
    #[error("there is no licence {0}")]
    UnknownLicence(LicenceId),
    /// The statement has no leaf.
    #[error(
        "{0} has no statement in the log: a month's is put there once the month is over, where \
         something moved"
    )]
    NoStatement(String),
    /// Its leaf isn't under a signed head yet.
    #[error("it is in the log, and the head over it isn't signed yet: try again in a second")]
    NotYet,
    /// The log isn't so long.
    #[error("the log has no signed head of {0} leaves")]
    NoHead(u64),
}

impl Refusal for ProofRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownUse(_) => "unknown_use",
            Self::Dropped => "raw_report_dropped",
            Self::SumOnly => "proven_by_sum_only",
            Self::UnknownLicence(_) => "unknown_licence",
            Self::NoStatement(_) => "no_logged_statement",
            Self::NotYet => "proof_not_ready",
            Self::NoHead(_) => "unknown_checkpoint",
        }
    }

    fn field(&self) -> Option<String> {
        Some(match self {
            Self::UnknownUse(_) | Self::Dropped | Self::SumOnly => "event".into(),
            Self::UnknownLicence(_) => "licence".into(),
            Self::NoStatement(_) => "file".into(),
            Self::NoHead(_) => "old".into(),
            Self::NotYet => return None,
        })
    }
}

/// The proof that a licence was issued.
///
/// # Errors
/// [`ProofRefusal`].
pub async fn of_licence(
    app: &App,
    id: LicenceId,
    form: Form,
) -> Result<Vec<u8>, Stop<ProofRefusal>> {
    let mut tx = app.read().await?;
    let row = tx.optional(LICENCE, &[id.bytes().into()]).await?;
    let row = row.ok_or(Stop::Refused(ProofRefusal::UnknownLicence(id)))?;
    let Some(leaf) = row.opt_int("leaf")? else {
        return Err(Stop::Refused(ProofRefusal::NotYet));
    };
    let position = place(row.int("position")?)?;
    let events = licences::batch(&mut tx, leaf).await?;
    proof(app, &mut tx, (leaf, position), (&events, None), form).await
}

/// The proof of a line of uses, or of one of the several that it is over.
pub(crate) async fn of_line(
    app: &App,
    tx: &mut Tx,
    (id, part): (&[u8; 16], Option<Part>),
    form: Form,
) -> Result<Vec<u8>, Stop<ProofRefusal>> {
    let leaf = uses::leaf_of(tx, id).await?;
    let leaf = leaf.ok_or(Stop::Refused(ProofRefusal::NotYet))?;
    let all = uses::Leaf::read(tx, leaf).await?;
    let position = all.position(id);
    let position = position.ok_or_else(|| Fault::because("making a proof", ALTERED))?;
    proof(app, tx, (leaf, position), (&all.events, part), form).await
}

/// The proof of a payee's statement of a month in one currency.
///
/// # Errors
/// [`ProofRefusal`].
pub async fn of_statement(
    app: &App,
    payee: PayeeId,
    (period, currency): (&str, &str),
    form: Form,
) -> Result<Vec<u8>, Stop<ProofRefusal>> {
    let mut tx = app.read().await?;
    let values = [payee.bytes().into(), period.into(), currency.into()];
    let row = tx.optional(STATEMENT, &values).await?;
    let none = || ProofRefusal::NoStatement(period.to_owned());
    let row = row.ok_or_else(|| Stop::Refused(none()))?;
    let (leaf, position) = (row.int("leaf")?, place(row.int("position")?)?);
    let events = statements::batch(&mut tx, leaf).await?;
    proof(app, &mut tx, (leaf, position), (&events, None), form).await
}

/// The proof that the log of `new` leaves grew from that of `old`: its hashes in base64, a line
/// each.
///
/// # Errors
/// [`ProofRefusal::NoHead`] where no head over `new` leaves was signed yet, or `old` is more.
pub async fn consistency(app: &App, old: u64, new: u64) -> Result<String, Stop<ProofRefusal>> {
    let mut tx = app.read().await?;
    let signed = super::publish::last(&mut tx)
        .await?
        .map_or(0, |(size, _)| size);
    if new > signed {
        return Err(Stop::Refused(ProofRefusal::NoHead(new)));
    }
    let plan = consistency_plan(old, new);
    let plan = plan.ok_or(Stop::Refused(ProofRefusal::NoHead(old)))?;
    let paths = tiles_for(&plan, new).into_iter().map(TilePath::Hashes);
    let files = tiles::gather(&mut tx, paths).await?;
    let mut reader = Reader::new(new, |path: &str| files.get(path).cloned());
    let hashes = reader
        .consistency(old)
        .map_err(Fault::while_("proving consistency"))?;
    let mut text = String::new();
    for hash in hashes {
        BASE64.encode_append(&hash.0, &mut text);
        text.push('\n');
    }
    Ok(text)
}

/// The proof of the event at a place, under the first head that was signed over it.
async fn proof(
    app: &App,
    tx: &mut Tx,
    (leaf, position): (i64, u32),
    (events, part): (&[Vec<u8>], Option<Part>),
    form: Form,
) -> Result<Vec<u8>, Stop<ProofRefusal>> {
    let row = tx.optional(FIRST_OVER, &[leaf.into()]).await?;
    let row = row.ok_or(Stop::Refused(ProofRefusal::NotYet))?;
    let (size, checkpoint) = (unsigned(row.int("size")?), row.text("note")?);
    let (index, entry) = (unsigned(leaf), tx.one(LEAF, &[leaf.into()]).await?);
    let broken = |why: &str| Fault::because("making a proof", why);
    let salts = Salts::of_batch(&app.issuer.log_secret(), index);
    let opening = Batch::new(salts, events.iter().map(Vec::as_slice)).open(position);
    let opening = opening.ok_or_else(|| broken("the leaf has no such event"))?;
    let bytes = events.get(position as usize).cloned().unwrap_or_default();
    let plan = inclusion_plan(index, size).ok_or_else(|| broken("the head isn't over it"))?;
    let paths = tiles_for(&plan, size).into_iter().map(TilePath::Hashes);
    let files = tiles::gather(tx, paths).await?;
    let mut reader = Reader::new(size, |path: &str| files.get(path).cloned());
    let path = reader
        .inclusion(index)
        .map_err(Fault::while_("making a proof"))?;
    let proof = Proof {
        leaf: entry.bytes("entry")?,
        index,
        path,
        checkpoint,
        event: Some(tlog::Event {
            bytes,
            opening,
            part,
        }),
    };
    Ok(written(app, &proof, form)?)
}

/// A proof that wouldn't convince anybody isn't handed out: what it is made of was altered since.
fn written(app: &App, proof: &Proof, form: Form) -> Result<Vec<u8>, Fault> {
    let key = app.issuer.log_key().map(tlog::SigningKey::public);
    if let Some(key) = key {
        tlog::verify_use(proof, key).map_err(Fault::while_("checking a proof before it goes"))?;
    }
    match (form, key) {
        (Form::Text, _) => Ok(proof.to_text().into_bytes()),
        (Form::Packed, Some(key)) => {
            tlog::pack(proof, key).map_err(Fault::while_("packing a proof"))
        }
        (Form::Packed, None) => Err(Fault::because(
            "packing a proof",
            "the log's key is missing",
        )),
    }
}

fn place(position: i64) -> Result<u32, Fault> {
    u32::try_from(position).map_err(Fault::while_("reading an event's place"))
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

const LICENCE: &str = "
    select b.leaf, b.position
      from licences l left join licence_leaves b on b.licence_id = l.id
     where l.id = $1";

const ALTERED: &str = "the leaf doesn't hold the use that is kept for it: run the audit";

const STATEMENT: &str = "
    select h.leaf, h.position
      from statement_leaves s join statement_leaf_hashes h on h.leaf = s.leaf
     where s.payee_id = $1 and s.period = $2 and h.currency = $3";

const FIRST_OVER: &str = "
    select size, note from log_checkpoints where size > $1 order by size limit 1";

const LEAF: &str = "select entry from log_leaves where n = $1";
