//! The store's plans beside its tiers: clip time, and subscriptions to the pool.

use ledger::Money;

use crate::subscriptions::plans as pool;
use crate::{App, Fault};

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its code.
    pub code: String,
    /// What it is, one sentence.
    pub about: String,
    /// Its price; a month's for the pool.
    pub price: Money,
    /// What a second of clip time costs, or what the pool pays for a use: the rate.
    pub rate: Money,
    /// Whether it can be bought.
    pub on_sale: bool,
    /// How many uses a month allows, for the pool.
    pub allowance: Option<i64>,
}

/// Every plan, clip time first.
///
/// # Errors
/// [`Fault`] of the database, or when a price overflows.
pub async fn plans(app: &App) -> Result<Vec<Plan>, Fault> {
    let doing = "pricing a plan";
    let mut plans = Vec::new();
    for plan in &app.settings.bundles {
        let seconds = plan.total_ms / 1_000;
        let price = plan.price().map_err(Fault::while_(doing))?;
        let micros = plan.micros_per_second().map_err(Fault::while_(doing))?;
        plans.push(Plan {
            code: plan.code.to_owned(),
            about: format!("{seconds} seconds of clip time for any track, paid by use"),
            price,
            rate: Money::new(micros, price.currency()),
            on_sale: true,
            allowance: None,
        });
    }
    for plan in pool::list(app).await? {
        plans.push(Plan {
            code: plan.code,
            about: format!(
                "a month of {}: {} uses of tracks in rotation, with a guaranteed payment for each",
                plan.label.to_lowercase(),
                plan.allowance
            ),
            price: plan.terms.price(),
            rate: plan.terms.guarantee(),
            on_sale: plan.on_sale,
            allowance: Some(plan.allowance),
        });
    }
    Ok(plans)
}
