//! The store's plans beside its tiers: clip time, which is on sale, and the pool, which is
//! described until subscriptions are.

use domain::offer::{BUNDLE_PLANS, POOL_PLAN};
use ledger::{Currency, Money};

use crate::Fault;

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its code.
    pub code: &'static str,
    /// What it is, one sentence.
    pub about: String,
    /// Its price; a month's for the pool.
    pub price: Money,
    /// What a second of clip time costs, or what the pool pays for a use: the rate.
    pub rate: Money,
    /// Whether it can be bought.
    pub on_sale: bool,
}

/// Every plan, clip time first.
///
/// # Errors
/// [`Fault`] when a price overflows.
pub fn plans() -> Result<Vec<Plan>, Fault> {
    let doing = "pricing a plan";
    let mut plans = Vec::new();
    for plan in &BUNDLE_PLANS {
        let seconds = plan.total_ms / 1_000;
        let price = plan.price().map_err(Fault::while_(doing))?;
        let micros = plan.micros_per_second().map_err(Fault::while_(doing))?;
        plans.push(Plan {
            code: plan.code,
            about: format!("{seconds} seconds of clip time for any track, paid by use"),
            price,
            rate: Money::new(micros, price.currency()),
            on_sale: true,
        });
    }
    let price = Money::from_minor(POOL_PLAN.price_cents, Currency::USD);
    plans.push(Plan {
        code: POOL_PLAN.code,
        about: "a month of a rotating library, with a guaranteed payment for each use; \
                not on sale yet"
            .to_owned(),
        price: price.map_err(Fault::while_(doing))?,
        rate: Money::new(POOL_PLAN.guarantee_micros, Currency::USD),
        on_sale: false,
    });
    Ok(plans)
}
