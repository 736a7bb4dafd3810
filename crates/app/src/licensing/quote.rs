//! A quote: which offers cover an intended use, cheapest first, each price explained; and for
//! those that don't, what is missing. Clip time that would pay for the use stands among them. It
//! is frozen with its expiry, so that a price change never touches it.
//!
//! Looking ([`look`]) answers the same and keeps nothing: what is only read needs no row.

use domain::quote::{Held, upgrades};
use domain::{AssetKind, IntendedUse, QuoteId, Timestamp, TrackId};
use ledger::Currency;
use store::db::Tx;
use thiserror::Error;

use super::clear::{self, Bar};
use super::held::{Claim, HeldRefusal, held};
use super::quote_plans::{clip_time, of_bundle, of_pool, pools};
use super::{Lacking, QuotedOption, offers};
use crate::catalogue::show::{TrackRefusal, resolve};
use crate::deals::{Circumstances, Terms, TermsRefusal};
use crate::{App, Call, Fault, Refusal, Stop};

/// What is asked.
#[derive(Debug, Clone)]
pub enum Ask {
    /// What would cover this use of this track (id or slug)?
    Track {
        /// The track.
        track: String,
        /// The use.
        wanted: Box<IntendedUse>,
        /// Which stem, where a single one is wanted.
        stem: Option<String>,
    },
    /// What is wider than this licence, and what would the difference cost?
    Upgrade {
        /// The licence.
        of: Claim,
        /// A use that must be covered too.
        wanted: Option<Box<IntendedUse>>,
    },
    /// What does this plan of clip time cost?
    Bundle {
        /// The plan's code, such as `bundle_10`.
        plan: String,
    },
    /// What does this subscription cost?
    Pool {
        /// The plan's code, such as `pool_5`.
        plan: String,
    },
}

/// A quote as it was given.
#[derive(Debug, Clone)]
pub struct Quote {
    /// Its id.
    pub id: QuoteId,
    /// The track; none for clip time.
    pub track: Option<TrackId>,
    /// What can be bought, cheapest first.
    pub options: Vec<QuotedOption>,
    /// Offers that don't cover the use, each with every reason.
    pub not_covering: Vec<Lacking>,
    /// Until when the prices stand.
    pub expires_at: Timestamp,
}

/// Why there is no quote. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuoteRefusal {
    /// No such track.
    #[error(transparent)]
    Track(TrackRefusal),
    /// No such plan.
    #[error("there is no plan of clip time `{0}`: bundle_10, bundle_25 and bundle_100 are on sale")]
    Plan(String),
    /// No such subscription.
    #[error("there is no subscription `{0}` on sale: GET /v1/plans lists those that are")]
    Pool(String),
    /// It isn't sold by the tax of the buyer's country.
    #[error(
        "by the tax of that country too little of `{0}`'s price would be left to pay for a use: \
         it isn't sold there"
    )]
    PoolNotThere(String),
    /// The licence can't be upgraded.
    #[error(transparent)]
    Held(HeldRefusal),
    /// Nothing of the track is sold now.
    #[error(transparent)]
    Barred(Bar),
    /// A single stem is wanted and not named.
    #[error("say which stem: {0}")]
    StemRequired(String),
    /// No such stem.
    #[error("this track has no stem `{stem}`: {has}")]
    UnknownStem {
        /// The stem asked for.
        stem: String,
        /// What it has.
        has: String,
    },
    /// Not in these circumstances.
    #[error(transparent)]
    Terms(TermsRefusal),
    /// Nothing is wider and dearer.
    #[error("nothing on offer is wider than this licence and costs more: there is no upgrade")]
    NoUpgrade,
}

impl Refusal for QuoteRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Track(refusal) => refusal.code(),
            Self::Plan(_) | Self::Pool(_) => "unknown_plan",
            Self::PoolNotThere(_) => "plan_not_sold_there",
            Self::Held(refusal) => refusal.code(),
            Self::Barred(bar) => bar.code(),
            Self::StemRequired(_) => "stem_required",
            Self::UnknownStem { .. } => "unknown_stem",
            Self::Terms(refusal) => refusal.code(),
            Self::NoUpgrade => "no_upgrade",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Track(refusal) => refusal.field(),
            Self::Plan(_) => Some("bundle".into()),
            Self::Pool(_) | Self::PoolNotThere(_) => Some("pool".into()),
            Self::Held(refusal) => refusal.field(),
            Self::Barred(bar) => bar.field(),
            Self::StemRequired(_) | Self::UnknownStem { .. } => Some("stem".into()),
            Self::Terms(refusal) => refusal.field(),
            Self::NoUpgrade => Some("upgrade_of.licence".into()),
        }
    }
}

/// Quotes, and keeps the quote so that it can be bought.
///
/// # Errors
/// [`QuoteRefusal`].
pub async fn quote(app: &App, call: &mut Call, ask: &Ask) -> Result<Quote, Stop<QuoteRefusal>> {
    quote_in(app, call, ask, &Circumstances::default()).await
}

/// The same in circumstances that change the price: a country, a currency, a promotion, a curator.
///
/// # Errors
/// [`QuoteRefusal`].
pub async fn quote_in(
    app: &App,
    call: &mut Call,
    ask: &Ask,
    asked: &Circumstances,
) -> Result<Quote, Stop<QuoteRefusal>> {
    let quote = look_in(app, call, ask, asked).await?;
    keep(app, call, ask, &quote).await?;
    Ok(quote)
}

/// Answers what a quote would, without keeping it: its id can't be bought.
///
/// # Errors
/// [`QuoteRefusal`].
pub async fn look(app: &App, call: &mut Call, ask: &Ask) -> Result<Quote, Stop<QuoteRefusal>> {
    look_in(app, call, ask, &Circumstances::default()).await
}

/// The same in circumstances that change the price.
///
/// # Errors
/// [`QuoteRefusal`].
pub async fn look_in(
    app: &App,
    call: &mut Call,
    ask: &Ask,
    asked: &Circumstances,
) -> Result<Quote, Stop<QuoteRefusal>> {
    let id = QuoteId::from_bytes(call.id());
    match ask {
        Ask::Track {
            track,
            wanted,
            stem,
        } => of_track(app, call, id, track, (wanted, stem.as_deref()), asked).await,
        Ask::Upgrade { of, wanted } => {
            of_upgrade(app, call, id, (of, wanted.as_deref()), asked).await
        }
        Ask::Bundle { plan } => of_bundle(app, call, id, plan, asked).await,
        Ask::Pool { plan } => of_pool(app, call, id, plan, asked).await,
    }
}

async fn of_track(
    app: &App,
    call: &Call,
    id: QuoteId,
    name: &str,
    (wanted, stem): (&IntendedUse, Option<&str>),
    asked: &Circumstances,
) -> Result<Quote, Stop<QuoteRefusal>> {
    let mut tx = app.read().await?;
    let track = resolve(&mut tx, name).await.map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(QuoteRefusal::Track(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    barred(&mut tx, track, call.now).await?;
    let mut wanted = wanted.clone();
    let stem = named_stem(&mut tx, track, &mut wanted, stem).await?;
    let terms = terms(Terms::find(app, &mut tx, asked, Some(track), call.now).await)?;
    let mut all = offers::open(&mut tx, track).await?;
    all.retain(|offer| stem.is_some() || offer.asset != AssetKind::Stem);
    terms.price_all(&mut all)?;
    let answer = domain::quote(&all, &wanted, &terms.pricing(), call.now)
        .map_err(Fault::while_("pricing an offer"))?;
    let reduced = answer.covering.iter().any(|one| !one.price.off.is_zero());
    // A price that tax and fee would eat can't be charged.
    let affordable = (answer.covering.iter()).filter(|one| terms.sells(one.price.before_tax));
    let mut options: Vec<_> = affordable
        .map(|one| QuotedOption::of(one, stem.as_deref(), &terms))
        .collect();
    if !answer.covering.is_empty() {
        let serves = terms.promo_serves(reduced, !options.is_empty());
        serves.map_err(|refusal| Stop::Refused(QuoteRefusal::Terms(refusal)))?;
    }
    options.extend(clip_time(app, call, &wanted, &terms)?);
    // A subscription goes on in the store's own currency.
    if terms.in_base_currency() {
        options.extend(pools(&mut tx, call, track, (&wanted, &terms)).await?);
    }
    options.sort_by_key(|option| option.total_micros);
    Ok(Quote {
        id,
        track: Some(track),
        options,
        not_covering: answer.not_covering.iter().map(Lacking::of).collect(),
        expires_at: answer.expires_at,
    })
}

async fn of_upgrade(
    app: &App,
    call: &Call,
    id: QuoteId,
    (claim, wanted): (&Claim, Option<&IntendedUse>),
    asked: &Circumstances,
) -> Result<Quote, Stop<QuoteRefusal>> {
    let mut tx = app.read().await?;
    let held = held(app, &mut tx, claim, call.now)
        .await
        .map_err(|stop| match stop {
            Stop::Refused(refusal) => Stop::Refused(QuoteRefusal::Held(refusal)),
            Stop::Fault(fault) => Stop::Fault(fault),
        })?;
    barred(&mut tx, held.track, call.now).await?;
    let terms = upgrade_terms(app, &mut tx, asked, held.value.currency(), call.now).await?;
    let mut all = offers::open(&mut tx, held.track).await?;
    terms.price_all(&mut all)?;
    all.retain(|offer| {
        let same_money = offer.price.currency() == held.value.currency();
        same_money && (held.stem.is_some() || offer.asset != AssetKind::Stem)
    });
    let old = Held {
        envelope: &held.envelope,
        value: held.value,
    };
    let answer = upgrades(&all, &old, wanted, &terms.pricing(), call.now)
        .map_err(Fault::while_("pricing an upgrade"))?;
    let affordable = (answer.covering.iter()).filter(|one| terms.sells(one.price.before_tax));
    let options: Vec<_> = affordable
        .map(|one| QuotedOption::upgrade(one, held.stem.as_deref(), held.id, held.value, &terms))
        .collect();
    if options.is_empty() {
        return Err(Stop::Refused(QuoteRefusal::NoUpgrade));
    }
    Ok(Quote {
        id,
        track: Some(held.track),
        options,
        not_covering: Vec::new(),
        expires_at: answer.expires_at,
    })
}

pub(super) fn terms(found: Result<Terms, Stop<TermsRefusal>>) -> Result<Terms, Stop<QuoteRefusal>> {
    found.map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(QuoteRefusal::Terms(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })
}

/// An upgrade is paid in what its licence was paid in, whatever the store sells in now.
async fn upgrade_terms(
    app: &App,
    tx: &mut Tx,
    asked: &Circumstances,
    held: Currency,
    now: Timestamp,
) -> Result<Terms, Stop<QuoteRefusal>> {
    if asked.currency.is_some_and(|other| other != held) {
        let refusal = TermsRefusal::OtherCurrency(held);
        return Err(Stop::Refused(QuoteRefusal::Terms(refusal)));
    }
    let asked = Circumstances {
        currency: Some(held),
        ..asked.clone()
    };
    terms(Terms::of_upgrade(app, tx, &asked, now).await)
}

async fn barred(tx: &mut Tx, track: TrackId, now: Timestamp) -> Result<(), Stop<QuoteRefusal>> {
    match clear::bar_sale(tx, track, now).await? {
        Some(bar) => Err(Stop::Refused(QuoteRefusal::Barred(bar))),
        None => Ok(()),
    }
}

/// Which stem is meant. Who names one wants it, unless they say that they want more.
async fn named_stem(
    tx: &mut Tx,
    track: TrackId,
    wanted: &mut IntendedUse,
    stem: Option<&str>,
) -> Result<Option<String>, Stop<QuoteRefusal>> {
    if stem.is_none() && wanted.asset != Some(AssetKind::Stem) {
        return Ok(None);
    }
    let names = offers::stems(tx, track).await?;
    let has = if names.is_empty() {
        "it has none".to_owned()
    } else {
        names.join(", ")
    };
    match stem {
        None => Err(Stop::Refused(QuoteRefusal::StemRequired(has))),
        Some(stem) if names.iter().any(|name| name == stem) => {
            wanted.asset.get_or_insert(AssetKind::Stem);
            Ok(Some(stem.to_owned()))
        }
        Some(stem) => Err(Stop::Refused(QuoteRefusal::UnknownStem {
            stem: stem.chars().take(40).collect(),
            has,
        })),
    }
}

async fn keep(app: &App, call: &Call, ask: &Ask, quote: &Quote) -> Result<(), Fault> {
    let intent = match ask {
        Ask::Track { wanted, .. } => serde_json::to_string(wanted),
        Ask::Upgrade { wanted, .. } => serde_json::to_string(wanted),
        Ask::Bundle { plan } | Ask::Pool { plan } => serde_json::to_string(plan),
    };
    let options = serde_json::to_string(&quote.options);
    let mut tx = app.db.write().await?;
    let values = [
        quote.id.bytes().into(),
        quote.track.map(|id| id.bytes().to_vec()).into(),
        intent.map_err(Fault::while_("writing a quote"))?.into(),
        options.map_err(Fault::while_("writing a quote"))?.into(),
        call.now.0.into(),
        quote.expires_at.0.into(),
    ];
    tx.run(INSERT, &values).await?;
    Ok(tx.commit().await?)
}

const INSERT: &str = "
    insert into quotes (id, track_id, intent, options, created_ms, expires_ms)
    values ($1, $2, $3, $4, $5, $6)";
