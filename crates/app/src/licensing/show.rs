//! A licence as it stands: what it allows, its files, and whether it is in force.

use domain::usage::LicenceState;
use domain::{AssetKind, BundleId, Envelope, LicenceId, Timestamp, TrackId};
use ledger::{Currency, Money};
use licence_key::Code;
use store::blobs::BlobHash;
use store::db::{Row, Tx, Value};
use thiserror::Error;

use super::{Line, render};
use crate::{App, Fault, Refusal, Stop};

/// Whether a licence is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In force.
    Valid,
    /// On hold, for instance while a payment is disputed.
    Suspended,
    /// Withdrawn for good.
    Revoked,
}

impl Standing {
    /// The word kept and shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
        }
    }

    pub(crate) fn from_word(word: &str) -> Result<Self, Fault> {
        [Self::Valid, Self::Suspended, Self::Revoked]
            .into_iter()
            .find(|standing| standing.word() == word)
            .ok_or_else(|| Fault::because("reading a licence's status", format!("`{word}`")))
    }
}

impl From<Standing> for LicenceState {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Valid => Self::Active,
            Standing::Suspended => Self::Suspended,
            Standing::Revoked => Self::Revoked,
        }
    }
}

impl From<LicenceState> for Standing {
    fn from(state: LicenceState) -> Self {
        match state {
            LicenceState::Active => Self::Valid,
            LicenceState::Suspended => Self::Suspended,
            LicenceState::Revoked => Self::Revoked,
        }
    }
}

/// A licence.
#[derive(Debug, Clone)]
pub struct Licence {
    /// Its id.
    pub id: LicenceId,
    /// Its code: public, no secret.
    pub code: Code,
    /// The track; none for clip time.
    pub track: Option<TrackId>,
    /// What was licensed.
    pub asset: AssetKind,
    /// The tier's word; `bundle` for clip time.
    pub tier: String,
    /// For people: `15-second cut, Creator tier`.
    pub label: String,
    /// The track's title when it was sold.
    pub title: String,
    /// Its artist then; empty for clip time.
    pub artist: String,
    /// Who holds it; not for the public.
    pub licensee: String,
    /// Their e-mail address; not for the public.
    pub email: Option<String>,
    /// What was paid.
    pub price: Money,
    /// How the price came about.
    pub lines: Vec<Line>,
    /// What it allows.
    pub envelope: Envelope,
    /// The hash of the envelope's canonical JSON, hex.
    pub envelope_sha256: String,
    /// The signed key.
    pub token: String,
    /// Whether it is in force.
    pub standing: Standing,
    /// Since when, where it was moved since the sale.
    pub standing_since: Option<Timestamp>,
    /// Why; not for the public.
    pub standing_reason: Option<String>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Its files.
    pub files: Vec<LicenceFile>,
    /// The clip time, where it is a bundle.
    pub bundle: Option<ClipTime>,
    /// Which stem, where a single one was licensed.
    pub stem: Option<String>,
    /// The licence that this one upgraded.
    pub upgrade_of: Option<Code>,
    /// The licence that this one was upgraded to. Both stay in force.
    pub upgraded_to: Option<Code>,
    /// The word that opens its private page.
    pub grant: String,
}

/// A file of a licence.
#[derive(Debug, Clone)]
pub struct LicenceFile {
    /// Its place, from 0: part of its address.
    pub position: i64,
    /// Its name.
    pub name: String,
    /// What it is: an asset's kind.
    pub kind: AssetKind,
    /// Its ending.
    pub format: String,
    pub(super) blob: BlobHash,
    /// SHA-256 of its audio essence, hex.
    pub essence: String,
}

/// What a bundle holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClipTime {
    /// The bundle.
    pub id: BundleId,
    /// Bought, in ms.
    pub total_ms: i64,
    /// Used, in ms.
    pub consumed_ms: i64,
    /// Given away, paid back or expired, in ms.
    pub gone_ms: i64,
    /// Whether it was a gift.
    pub gift: bool,
    /// When the rest expires.
    pub expires_at: Timestamp,
}

impl ClipTime {
    /// Clip time left, in ms.
    #[must_use]
    pub fn left_ms(&self) -> i64 {
        (self.total_ms - self.consumed_ms - self.gone_ms).max(0)
    }
}

/// Why a licence isn't shown.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LicenceRefusal {
    /// There is none of this name.
    #[error("there is no licence `{0}` here")]
    Unknown(String),
}

impl Refusal for LicenceRefusal {
    fn code(&self) -> &'static str {
        "unknown_licence"
    }

    fn field(&self) -> Option<String> {
        Some("licence".into())
    }
}

/// The licence of an id.
///
/// # Errors
/// [`LicenceRefusal::Unknown`].
pub async fn licence(app: &App, id: LicenceId) -> Result<Licence, Stop<LicenceRefusal>> {
    let mut tx = app.read().await?;
    let unknown = || Stop::Refused(LicenceRefusal::Unknown(id.to_string()));
    find(app, &mut tx, BY_ID, id.bytes().into())
        .await?
        .ok_or_else(unknown)
}

/// The licence of a code.
///
/// # Errors
/// [`LicenceRefusal::Unknown`].
pub async fn by_code(app: &App, code: Code) -> Result<Licence, Stop<LicenceRefusal>> {
    let mut tx = app.read().await?;
    let unknown = || Stop::Refused(LicenceRefusal::Unknown(code.to_string()));
    find(app, &mut tx, BY_CODE, code.plain().into())
        .await?
        .ok_or_else(unknown)
}

/// The licence that must be there, since it was just written or found.
pub(crate) async fn by_id(app: &App, id: LicenceId) -> Result<Licence, Fault> {
    let found = find(app, &mut app.read().await?, BY_ID, id.bytes().into()).await?;
    found.ok_or_else(|| Fault::because("reading a licence", "it vanished"))
}

async fn find(app: &App, tx: &mut Tx, by: &str, value: Value) -> Result<Option<Licence>, Fault> {
    let Some(row) = tx.optional(&format!("{LICENCE}{by}"), &[value]).await? else {
        return Ok(None);
    };
    let mut licence = read(app, &row)?;
    let id = Value::from(licence.id.bytes());
    for row in tx.all(FILES, std::slice::from_ref(&id)).await? {
        licence.files.push(file(&row)?);
    }
    if let Some(row) = tx.optional(MOVED, std::slice::from_ref(&id)).await? {
        licence.standing_since = Some(Timestamp(row.int("at_ms")?));
        licence.standing_reason = Some(row.text("reason")?);
    }
    if let Some(row) = tx.optional(BUNDLE, &[id]).await? {
        licence.bundle = Some(ClipTime {
            id: BundleId::from_bytes(row.id("id")?),
            total_ms: row.int("total_ms")?,
            consumed_ms: row.int("consumed_ms")?,
            gone_ms: row.int("gone_ms")?,
            gift: row.opt_bytes("gift_id")?.is_some(),
            expires_at: Timestamp(row.int("expires_ms")?),
        });
    }
    Ok(Some(licence))
}

fn read(app: &App, row: &Row) -> Result<Licence, Fault> {
    let id = LicenceId::from_bytes(row.id("id")?);
    let currency = Currency::from_code(&row.text("currency")?)
        .map_err(Fault::while_("reading a licence's currency"))?;
    Ok(Licence {
        id,
        code: row
            .text("code")?
            .parse()
            .map_err(Fault::while_("reading a licence's code"))?,
        track: match row.opt_bytes("track_id")? {
            Some(_) => Some(TrackId::from_bytes(row.id("track_id")?)),
            None => None,
        },
        asset: row
            .text("asset_kind")?
            .parse()
            .map_err(Fault::while_("reading a licence's asset"))?,
        tier: row.text("tier")?,
        label: row.text("label")?,
        title: row.text("title")?,
        artist: row.text("artist")?,
        licensee: row.opt_text("name")?.unwrap_or_default(),
        email: row.opt_text("email")?,
        price: Money::new(row.int("price_micros")?, currency),
        lines: serde_json::from_str(&row.text("price_lines")?)
            .map_err(Fault::while_("reading a licence's price"))?,
        envelope: serde_json::from_str(&row.text("envelope")?)
            .map_err(Fault::while_("reading a licence's envelope"))?,
        envelope_sha256: data_encoding::HEXLOWER.encode(&row.bytes("envelope_sha256")?),
        token: row.text("token")?,
        standing: Standing::from_word(&row.text("status")?)?,
        standing_since: None,
        standing_reason: None,
        issued_at: Timestamp(row.int("issued_ms")?),
        files: Vec::new(),
        bundle: None,
        stem: row.opt_text("stem")?,
        upgrade_of: code(row, "upgrade_of")?,
        upgraded_to: code(row, "upgraded_to")?,
        grant: app.issuer.grant(id),
    })
}

fn code(row: &Row, column: &str) -> Result<Option<Code>, Fault> {
    let code = row.opt_text(column)?.map(|code| code.parse()).transpose();
    code.map_err(Fault::while_("reading a licence's code"))
}

fn file(row: &Row) -> Result<LicenceFile, Fault> {
    Ok(LicenceFile {
        position: row.int("position")?,
        name: row.text("name")?,
        kind: row
            .text("kind")?
            .parse()
            .map_err(Fault::while_("reading an asset's kind"))?,
        format: row.text("format")?,
        blob: render::hash(row.bytes("blob")?)?,
        essence: data_encoding::HEXLOWER.encode(&row.bytes("essence_sha256")?),
    })
}

const LICENCE: &str = "
    select l.id, l.code, l.track_id, l.asset_kind, l.tier, l.label, l.title, l.artist,
           l.price_micros, l.currency, l.price_lines, l.envelope, l.envelope_sha256, l.token,
           l.status, l.issued_ms, h.name, h.email, l.stem,
           (select o.code from upgrades u join licences o on o.id = u.old_id
             where u.new_id = l.id) as upgrade_of,
           (select n.code from upgrades u join licences n on n.id = u.new_id
             where u.old_id = l.id) as upgraded_to
      from licences l left join licensees h on h.licence_id = l.id";

const BY_ID: &str = " where l.id = $1";

const BY_CODE: &str = " where l.code = $1";

const FILES: &str = "
    select f.position, f.name, a.kind, f.blob, f.format, f.essence_sha256
      from licence_files f join assets a on a.id = f.asset_id
     where f.licence_id = $1 order by f.position";

const MOVED: &str = "
    select at_ms, reason from standing_history
     where licence_id = $1 order by line desc limit 1";

const BUNDLE: &str = "
    select id, total_ms, consumed_ms, gone_ms, gift_id, expires_ms
      from bundles where licence_id = $1";
