//! A quote: which offers cover an intended use, cheapest first, each price explained; and for
//! those that don't, what is missing. It is frozen with its expiry, so that a price change
//! never touches it.

use domain::envelope::Credit;
use domain::quote::NotCovering;
use domain::{
    AssetKind, BundlePlan, IntendedUse, Offer, OfferId, Pricing, QuoteId, Timestamp, TrackId,
};
use ledger::{Currency, Money};
use store::db::{Row, Tx};
use thiserror::Error;

use super::{Line, QuotedOption};
use crate::catalogue::show::{TrackRefusal, resolve};
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
    },
    /// What does this plan of clip time cost?
    Bundle {
        /// The plan's code, such as `bundle_10`.
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
    pub not_covering: Vec<NotCovering>,
    /// Until when the prices stand.
    pub expires_at: Timestamp,
}

/// Why there is no quote.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuoteRefusal {
    /// No such track.
    #[error(transparent)]
    Track(TrackRefusal),
    /// No such plan.
    #[error("there is no plan of clip time `{0}`: bundle_10, bundle_25 and bundle_100 are on sale")]
    Plan(String),
}

impl Refusal for QuoteRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Track(refusal) => refusal.code(),
            Self::Plan(_) => "unknown_plan",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Track(refusal) => refusal.field(),
            Self::Plan(_) => Some("bundle".into()),
        }
    }
}

/// Quotes.
///
/// # Errors
/// [`QuoteRefusal`].
pub async fn quote(app: &App, call: &mut Call, ask: &Ask) -> Result<Quote, Stop<QuoteRefusal>> {
    let id = QuoteId::from_bytes(call.id());
    let quote = match ask {
        Ask::Track { track, wanted } => of_track(app, call, id, track, wanted).await?,
        Ask::Bundle { plan } => of_bundle(app, call, id, plan)?,
    };
    keep(app, call, ask, &quote).await?;
    Ok(quote)
}

async fn of_track(
    app: &App,
    call: &Call,
    id: QuoteId,
    name: &str,
    wanted: &IntendedUse,
) -> Result<Quote, Stop<QuoteRefusal>> {
    let mut tx = app.db.read().await?;
    let track = resolve(&mut tx, name).await.map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(QuoteRefusal::Track(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    let offers = offers(&mut tx, track).await?;
    let pricing = pricing(app);
    let answer = domain::quote(&offers, wanted, &pricing, call.now)
        .map_err(Fault::while_("pricing an offer"))?;
    Ok(Quote {
        id,
        track: Some(track),
        options: answer.covering.iter().map(QuotedOption::of).collect(),
        not_covering: answer.not_covering,
        expires_at: answer.expires_at,
    })
}

fn of_bundle(app: &App, call: &Call, id: QuoteId, code: &str) -> Result<Quote, Stop<QuoteRefusal>> {
    let Some(plan) = BundlePlan::by_code(code) else {
        return Err(Stop::Refused(QuoteRefusal::Plan(
            code.chars().take(40).collect(),
        )));
    };
    let price = plan.price().map_err(Fault::while_("pricing a bundle"))?;
    let (tax, total) = domain::sale::tax_on(price, app.settings.rates.tax)
        .map_err(Fault::while_("taxing a bundle"))?;
    let minutes = plan.total_ms / 60_000;
    let label = format!("Clip time, {minutes} minutes");
    let mut lines = vec![Line {
        label: label.clone(),
        micros: price.micros(),
    }];
    let tax_line = Line {
        label: "Tax".into(),
        micros: tax.micros(),
    };
    let added = total.micros() != price.micros();
    if added {
        lines.push(tax_line.clone());
    }
    let option = QuotedOption {
        offer: plan.code.to_owned(),
        asset: AssetKind::Edit,
        tier: "bundle".into(),
        label,
        total_micros: total.micros(),
        before_tax_micros: price.micros(),
        currency: price.currency().code().to_owned(),
        lines,
        tax_included: (!added && !tax.is_zero()).then_some(tax_line),
        envelope: plan.envelope(Credit::NotRequired, call.now),
        bundle_ms: Some(plan.total_ms),
    };
    let expires_at = call.now.plus_ms(domain::quote::QUOTE_VALID_MS);
    Ok(Quote {
        id,
        track: None,
        options: vec![option],
        not_covering: Vec::new(),
        expires_at,
    })
}

/// How offers are priced here.
pub(super) fn pricing(app: &App) -> Pricing {
    Pricing {
        tax: app.settings.rates.tax,
        audience: None,
    }
}

async fn offers(tx: &mut Tx, track: TrackId) -> Result<Vec<Offer>, Fault> {
    let rows = tx.all(OFFERS, &[track.bytes().into()]).await?;
    rows.iter().map(|row| offer(row, track)).collect()
}

fn offer(row: &Row, track: TrackId) -> Result<Offer, Fault> {
    let currency = Currency::from_code(&row.text("currency")?)
        .map_err(Fault::while_("reading an offer's currency"))?;
    Ok(Offer {
        id: OfferId::from_bytes(row.id("id")?),
        track,
        asset: row
            .text("asset_kind")?
            .parse()
            .map_err(Fault::while_("reading an offer's asset"))?,
        tier: row
            .text("tier")?
            .parse()
            .map_err(Fault::while_("reading an offer's tier"))?,
        price: Money::new(row.int("price_micros")?, currency),
        envelope: serde_json::from_str(&row.text("envelope")?)
            .map_err(Fault::while_("reading an offer's envelope"))?,
    })
}

async fn keep(app: &App, call: &Call, ask: &Ask, quote: &Quote) -> Result<(), Fault> {
    let intent = match ask {
        Ask::Track { wanted, .. } => serde_json::to_string(wanted),
        Ask::Bundle { plan } => serde_json::to_string(plan),
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

const OFFERS: &str = "
    select id, asset_kind, tier, price_micros, currency, envelope
      from offers where track_id = $1 and closed_ms is null";

const INSERT: &str = "
    insert into quotes (id, track_id, intent, options, created_ms, expires_ms)
    values ($1, $2, $3, $4, $5, $6)";
