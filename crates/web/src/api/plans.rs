//! The store's plans: clip time, and subscriptions to the pool.

use std::sync::Arc;

use app::App;
use app::offers::plans;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::money::Money;
use crate::problem::Problem;

/// Every plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Plans {
    /// Clip time first.
    plans: Vec<PlanGiven>,
}

/// A plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanGiven {
    /// Its code: the `bundle` or the `pool` of a quote.
    #[schema(example = "pool_5")]
    code: String,
    /// What it is.
    about: String,
    /// Its price; a month's for the pool.
    price: Money,
    /// What a second of clip time costs, or what the pool guarantees for a use.
    rate: Money,
    /// How many uses a month allows, for the pool.
    allowance: Option<i64>,
    /// Whether it can be bought.
    on_sale: bool,
}

/// Lists the plans: clip time and subscriptions, with what each use is guaranteed.
#[utoipa::path(get, path = "/v1/plans", operation_id = "list_plans", tag = "Pool", responses(
    (status = 200, description = "The plans", body = Plans),
))]
pub(crate) async fn list(State(app): State<Arc<App>>) -> Result<Json<Plans>, Problem> {
    let plans = plans::plans(&app).await?.into_iter();
    let plans = plans.map(|plan| PlanGiven {
        code: plan.code,
        about: plan.about,
        price: plan.price.into(),
        rate: plan.rate.into(),
        allowance: plan.allowance,
        on_sale: plan.on_sale,
    });
    Ok(Json(Plans {
        plans: plans.collect(),
    }))
}
