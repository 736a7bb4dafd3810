//! Changing what is sold: a new version of a template, and with it, in the same transaction, the
//! offers of every track it reaches. Quotes that were given keep their prices.
//!
//! A change may be tried: everything is done and nothing is kept, so what it answers is what
//! would come of it. The versions before stay, and undoing is one more version.

use domain::template::TemplateError;
use domain::{AssetKind, Template, Tier};
use store::db::{Tx, Value};
use thiserror::Error;

use super::{Hand, ReachRefusal, list, reach};
use crate::catalogue::{Reach, in_turn, index, refresh, templates};
use crate::{App, Call, Fault, Refusal, Stop};

pub use crate::catalogue::Change;

/// The most tiers that a store, an artist or a track has beside the shipped ones.
pub const OWN_MAX: usize = 16;

/// What is to become of a template.
#[derive(Debug, Clone)]
pub enum Wish {
    /// It becomes this one.
    Put(Box<Template>),
    /// Everything of a tier, or one asset of it, is no longer sold, or is again.
    Sell {
        /// The tier.
        tier: Tier,
        /// One asset of it; all of it where none.
        asset: Option<AssetKind>,
        /// Whether it is to be sold.
        on_sale: bool,
    },
    /// What it was before the last change.
    Undo {
        /// The tier.
        tier: Tier,
    },
    /// Nothing of its own any more: the next wider one counts.
    TakeBack {
        /// The tier.
        tier: Tier,
    },
}

/// A change that was made, or tried.
#[derive(Debug, Clone)]
pub struct Changed {
    /// Whose template it was.
    pub reach: Reach,
    /// The tier.
    pub tier: Tier,
    /// The new version's number.
    pub version: i64,
    /// What becomes of which offer; empty where nothing does.
    pub offers: Vec<Change>,
    /// Whether it was made: a trial isn't.
    pub kept: bool,
}

/// Why a template isn't changed. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChangeRefusal {
    /// Nobody's, or somebody else's.
    #[error(transparent)]
    Reach(#[from] ReachRefusal),
    /// There is no such tier here.
    #[error("there is no tier `{0}` here: make it by putting a template")]
    UnknownTier(Tier),
    /// The tier doesn't sell this asset.
    #[error("the tier {0} has no price for {1}: put a template that has")]
    NotInTier(Tier, AssetKind),
    /// Nothing of its own to go back from.
    #[error("the tier {0} was never changed here: there is nothing to undo")]
    NothingToUndo(Tier),
    /// The template is no good.
    #[error("{0}")]
    Template(TemplateError),
    /// As many tiers of its own as there may be.
    #[error("there are {OWN_MAX} tiers of its own here already: take one back first")]
    TooManyTiers,
    /// Somebody else was first.
    #[error("somebody has just changed this tier: look at it again")]
    Overtaken,
}

impl Refusal for ChangeRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Reach(refusal) => refusal.code(),
            Self::UnknownTier(_) => "unknown_tier",
            Self::NotInTier(..) => "asset_not_in_tier",
            Self::NothingToUndo(_) => "nothing_to_undo",
            Self::Template(_) => "bad_template",
            Self::TooManyTiers => "too_many_tiers",
            Self::Overtaken => "offers_overtaken",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Reach(refusal) => refusal.field(),
            Self::Template(error) => Some(error.field()),
            Self::NotInTier(..) => Some("asset".into()),
            Self::UnknownTier(_)
            | Self::NothingToUndo(_)
            | Self::TooManyTiers
            | Self::Overtaken => Some("tier".into()),
        }
    }
}

impl Wish {
    const fn tier(&self) -> Tier {
        match self {
            Self::Put(template) => template.tier,
            Self::Sell { tier, .. } | Self::Undo { tier } | Self::TakeBack { tier } => *tier,
        }
    }
}

/// Changes a template of `store`, `artist:NAME` or `track:NAME`, or tries to.
///
/// # Errors
/// [`ChangeRefusal`]; nothing was changed then.
pub async fn change(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    of: &str,
    wish: &Wish,
    dry_run: bool,
) -> Result<Changed, Stop<ChangeRefusal>> {
    let mut tx = app.write().await?;
    in_turn(&mut tx).await?;
    let reach = reach(&mut tx, of).await.map_err(wider)?;
    if !hand.may_change(&mut tx, reach).await? {
        return Err(Stop::Refused(ReachRefusal::NotYours.into()));
    }
    let tier = wish.tier();
    let body = becomes(app, &mut tx, reach, wish).await?;
    let [word, owner] = reach.key();
    let key = [word, owner, tier.code().into()];
    let version = latest(&mut tx, &key).await?.map_or(1, |(last, _)| last + 1);
    let mut values: Vec<Value> = key.into();
    values.extend([
        version.into(),
        body.into(),
        hand.name().into(),
        call.now.0.into(),
    ]);
    if tx.optional(INSERT, &values).await?.is_none() {
        return Err(Stop::Refused(ChangeRefusal::Overtaken));
    }
    let offers = refresh(app, &mut tx, call, reach).await?;
    if dry_run {
        drop(tx);
    } else {
        tx.commit().await?;
        // The change is made: what the index lacks of it doesn't undo it, and must not say so.
        let slugs = offers.iter().map(|one| one.track.as_str());
        drop(index::put_slugs(app, slugs).await);
    }
    Ok(Changed {
        reach,
        tier,
        version,
        offers,
        kept: !dry_run,
    })
}

fn wider(stop: Stop<ReachRefusal>) -> Stop<ChangeRefusal> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(refusal.into()),
        Stop::Fault(fault) => Stop::Fault(fault),
    }
}

/// The next version's body: a template, or nothing where it is taken back.
async fn becomes(
    app: &App,
    tx: &mut Tx,
    reach: Reach,
    wish: &Wish,
) -> Result<Option<String>, Stop<ChangeRefusal>> {
    let template = match wish {
        Wish::Put(template) => Template::clone(template),
        Wish::Sell {
            tier,
            asset,
            on_sale,
        } => selling(tx, reach, *tier, *asset, *on_sale).await?,
        Wish::TakeBack { .. } => return Ok(None),
        Wish::Undo { tier } => {
            let [word, owner] = reach.key();
            let key = [word, owner, tier.code().into()];
            let Some((last, _)) = latest(tx, &key).await? else {
                return Err(Stop::Refused(ChangeRefusal::NothingToUndo(*tier)));
            };
            match version(tx, &key, last - 1).await? {
                None => return Ok(None),
                Some(body) => templates::read(&body)?,
            }
        }
    };
    let settings = &app.settings;
    template
        .check(settings.currency, &settings.rates)
        .map_err(|error| Stop::Refused(ChangeRefusal::Template(error)))?;
    if matches!(template.tier, Tier::Own(_)) && others(tx, reach, template.tier).await? >= OWN_MAX {
        return Err(Stop::Refused(ChangeRefusal::TooManyTiers));
    }
    let body = serde_json::to_string(&template).map_err(Fault::while_("writing a template"))?;
    Ok(Some(body))
}

/// The template that counts, taken over with something of it closed or opened.
async fn selling(
    tx: &mut Tx,
    reach: Reach,
    tier: Tier,
    asset: Option<AssetKind>,
    on_sale: bool,
) -> Result<Template, Stop<ChangeRefusal>> {
    let chain = list::chain(tx, reach).await?;
    let mut all = templates::effective(tx, &chain).await?;
    let found = all.remove(&tier).map(|effective| effective.template);
    let mut template = found.ok_or(Stop::Refused(ChangeRefusal::UnknownTier(tier)))?;
    match asset {
        None => template.on_sale = on_sale,
        Some(asset) => {
            let terms = template.assets.get_mut(&asset);
            let missing = Stop::Refused(ChangeRefusal::NotInTier(tier, asset));
            terms.ok_or(missing)?.on_sale = on_sale;
        }
    }
    Ok(template)
}

/// How many tiers beside the shipped ones and this one are a reach's own.
async fn others(tx: &mut Tx, reach: Reach, tier: Tier) -> Result<usize, Fault> {
    let mut own = templates::Effectives::new();
    templates::own(tx, reach, &mut own).await?;
    let others = own
        .keys()
        .filter(|one| matches!(one, Tier::Own(_)) && **one != tier);
    Ok(others.count())
}

async fn latest(tx: &mut Tx, key: &[Value; 3]) -> Result<Option<(i64, Option<String>)>, Fault> {
    match tx.optional(LATEST, key).await? {
        None => Ok(None),
        Some(row) => Ok(Some((row.int("version")?, row.opt_text("body")?))),
    }
}

async fn version(tx: &mut Tx, key: &[Value; 3], version: i64) -> Result<Option<String>, Fault> {
    let mut values = key.to_vec();
    values.push(version.into());
    match tx.optional(VERSION, &values).await? {
        None => Ok(None),
        Some(row) => Ok(row.opt_text("body")?),
    }
}

const LATEST: &str = "
    select version, body from offer_templates
     where reach = $1 and owner = $2 and tier = $3 order by version desc limit 1";

const VERSION: &str = "
    select body from offer_templates
     where reach = $1 and owner = $2 and tier = $3 and version = $4";

const INSERT: &str = "
    insert into offer_templates (reach, owner, tier, version, body, changed_by, changed_ms)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict do nothing
 returning version";
