//! Giving clip time away: a part of a bundle waits behind a link until somebody takes it, or its
//! giver takes it back.
//!
//! Before: the bundle's licence is in force, its time isn't over, and the part is left. After: the
//! bundle holds that much less, and whoever has the link can have it as a licence of their own.
//! Money moves when it is taken, not before.

use domain::bundle_cut::{CutBundle, CutRefusal};
use domain::{BundleId, GiftId};
use sha2::{Digest, Sha256};
use store::db::Tx;
use thiserror::Error;

use super::{Asker, BundleRefusal, PARTLY_BACK, may};
use crate::accounts::clip_time::{self, Held, Why};
use crate::accounts::once::{Once, OnceRefusal, once};
use crate::stop::Tries;
use crate::{App, Call, Fault, Refusal, Stop};

/// A gift that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gift {
    /// The gift.
    pub id: GiftId,
    /// How much clip time, in ms.
    pub ms: i64,
    /// The secret of its link: whoever has it can take the gift.
    pub token: String,
    /// Whether this request had been carried out before.
    pub repeated: bool,
}

/// Why nothing is given or taken back. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GiftRefusal {
    /// No bundle, or another's.
    #[error(transparent)]
    Bundle(BundleRefusal),
    /// The key is none, or was used before.
    #[error(transparent)]
    Once(OnceRefusal),
    /// Its licence is on hold or withdrawn.
    #[error("this licence is {0}: nothing of it can be given")]
    NotValid(String),
    /// Its time is over.
    #[error("this clip time has expired: nothing of it can be given")]
    Expired,
    /// The part isn't one.
    #[error("{0}")]
    Part(CutRefusal),
    /// The part is worth nothing to composers.
    #[error("this is too little clip time to be given: give more")]
    TooLittle,
    /// No such gift of this bundle.
    #[error("there is no such gift of this bundle")]
    Unknown,
    /// Somebody has it.
    #[error("this gift was taken already: it is theirs")]
    Taken,
}

impl Refusal for GiftRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Bundle(refusal) => refusal.code(),
            Self::Once(refusal) => refusal.code(),
            Self::NotValid(_) => "licence_not_valid",
            Self::Expired => "clip_time_expired",
            Self::Part(_) | Self::TooLittle => "bad_clip_time",
            Self::Unknown => "unknown_gift",
            Self::Taken => "gift_taken",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Once(refusal) => refusal.field(),
            Self::Part(_) | Self::TooLittle => Some("ms".into()),
            Self::Unknown | Self::Taken => Some("gift".into()),
            _ => Some("bundle".into()),
        }
    }
}

/// Puts a part of a bundle behind a link.
///
/// # Errors
/// [`GiftRefusal`]; nothing was changed then.
pub async fn give(
    app: &App,
    call: &mut Call,
    asker: Asker<'_>,
    key: &str,
    id: BundleId,
    ms: i64,
) -> Result<Gift, Stop<GiftRefusal>> {
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, asker, key, id, ms).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

async fn attempt(
    app: &App,
    call: &mut Call,
    asker: Asker<'_>,
    key: &str,
    id: BundleId,
    ms: i64,
) -> Result<Gift, Stop<GiftRefusal>> {
    let mut tx = app.write().await?;
    let held = locked(app, &mut tx, asker, id).await?;
    let gift = GiftId::from_bytes(call.id());
    let (name, request) = (asker.who.name(), ("gift", id.to_string(), ms));
    let claimed = once(&mut tx, call, (&name, key), &request, gift.bytes()).await;
    let claimed = claimed.map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(GiftRefusal::Once(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    if let Once::Again(earlier) = claimed {
        let earlier = GiftId::from_bytes(earlier);
        return Ok(Gift {
            id: earlier,
            ms,
            token: app.issuer.gift(earlier),
            repeated: true,
        });
    }
    let cut = part(call, &held, ms).map_err(Stop::Refused)?;
    let token = app.issuer.gift(gift);
    let values = [
        gift.bytes().into(),
        id.bytes().into(),
        (&hash(&token)).into(),
        ms.into(),
        cut.micros.into(),
        call.now.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    clip_time::cut(&mut tx, call, Why::Gift(gift), &cut).await?;
    tx.commit().await?;
    Ok(Gift {
        id: gift,
        ms,
        token,
        repeated: false,
    })
}

fn part(call: &Call, held: &Held, ms: i64) -> Result<domain::bundle_cut::Cut, GiftRefusal> {
    if held.status != "valid" {
        return Err(GiftRefusal::NotValid(held.status.clone()));
    }
    if held.taken != 0 {
        return Err(GiftRefusal::NotValid(PARTLY_BACK.into()));
    }
    if held.bundle.expires_at <= call.now {
        return Err(GiftRefusal::Expired);
    }
    let cut = held.bundle.give(ms).map_err(GiftRefusal::Part)?;
    if cut.micros == 0 {
        return Err(GiftRefusal::TooLittle);
    }
    Ok(cut)
}

/// Takes a gift back that nobody took yet. Taking it back again changes nothing.
///
/// # Errors
/// [`GiftRefusal::Bundle`], [`GiftRefusal::Unknown`], [`GiftRefusal::Taken`].
pub async fn withdraw(
    app: &App,
    call: &mut Call,
    asker: Asker<'_>,
    (id, gift): (BundleId, GiftId),
) -> Result<(), Stop<GiftRefusal>> {
    let mut tx = app.write().await?;
    locked(app, &mut tx, asker, id).await?;
    let values = [gift.bytes().into(), id.bytes().into()];
    let Some(row) = tx.optional(FIND, &values).await? else {
        return Err(Stop::Refused(GiftRefusal::Unknown));
    };
    if row.opt_int("taken_ms")?.is_some() {
        return Err(Stop::Refused(GiftRefusal::Taken));
    }
    come_back(&mut tx, call, id, gift).await?;
    Ok(tx.commit().await?)
}

async fn locked(
    app: &App,
    tx: &mut Tx,
    asker: Asker<'_>,
    id: BundleId,
) -> Result<Held, Stop<GiftRefusal>> {
    let refused = |refusal| Stop::Refused(GiftRefusal::Bundle(refusal));
    let held = clip_time::locked(tx, id).await?;
    let held = held.ok_or_else(|| refused(BundleRefusal::Unknown(id)))?;
    may(app, asker, &held).map_err(refused)?;
    Ok(held)
}

/// Puts a gift back into its bundle, unless it was taken or has come back already. The bundle is
/// locked first, as by whoever takes the gift.
pub(super) async fn come_back(
    tx: &mut Tx,
    call: &Call,
    id: BundleId,
    gift: GiftId,
) -> Result<(), Fault> {
    let held = clip_time::locked(tx, id).await?;
    let bundle: CutBundle = held
        .ok_or_else(|| Fault::because("taking a gift back", "its bundle vanished"))?
        .bundle;
    let values = [gift.bytes().into(), call.now.0.into()];
    let Some(row) = tx.optional(WITHDRAW, &values).await? else {
        return Ok(());
    };
    let cut = bundle.take_back(row.int("ms")?, row.int("micros")?);
    let cut = cut.map_err(Fault::while_("taking a gift back"))?;
    clip_time::cut(tx, call, Why::Withdrawn(gift), &cut).await
}

/// What is kept of a link's secret.
pub(super) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

const INSERT: &str = "
    insert into gifts (id, bundle_id, token_sha256, ms, micros, created_ms)
    values ($1, $2, $3, $4, $5, $6)";

const FIND: &str = "select taken_ms from gifts where id = $1 and bundle_id = $2";

const WITHDRAW: &str = "
    update gifts set withdrawn_ms = $2
     where id = $1 and taken_ms is null and withdrawn_ms is null
 returning ms, micros";
