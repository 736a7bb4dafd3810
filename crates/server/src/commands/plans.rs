//! `clearcue plans`: the plans of the pool.

use app::Money;
use app::subscriptions::plans::{self, PoolPlan, Wanted, idle_word};
use serde_json::{Value, json};

use super::Context;
use crate::cli::{IdleWord, PlanSet, PlansVerb};
use crate::exit::Failure;

pub(super) async fn run(context: &Context, verb: &PlansVerb) -> Result<(), Failure> {
    let app = context.app().await?;
    let plans = match verb {
        PlansVerb::List => plans::list(&app).await?,
        PlansVerb::Set(set) => {
            let guarantee = format!("{} {}", set.guarantee, app.settings.currency.code());
            let guarantee: Money = guarantee.parse().map_err(|_| {
                let what = format!("`{}` is no amount", set.guarantee);
                Failure::misuse(what, "write it like 0.05")
            })?;
            vec![plans::set(&app, &app.call(), &wanted(set, guarantee)).await?]
        }
    };
    for plan in &plans {
        context.say.text(line(plan));
    }
    let plans: Vec<Value> = plans.iter().map(document).collect();
    context.say.json(&json!({ "plans": plans }));
    Ok(())
}

fn wanted(set: &PlanSet, guarantee: Money) -> Wanted {
    Wanted {
        code: set.code.clone(),
        label: set.label.clone(),
        price_minor: set.price,
        guarantee_micros: guarantee.micros(),
        track_cap: set.track_cap,
        idle: match set.idle {
            IdleWord::Share => app::IdleRule::Share,
            IdleWord::RollOver => app::IdleRule::RollOver,
        },
        on_sale: !set.not_on_sale,
    }
}

fn line(plan: &PoolPlan) -> String {
    let sale = if plan.on_sale { "" } else { "  not on sale" };
    format!(
        "{:<12}{:>12} a month  {} guaranteed a use  {} uses{sale}",
        plan.code,
        plan.terms.price().price_display(),
        plan.terms.guarantee(),
        plan.allowance,
    )
}

fn document(plan: &PoolPlan) -> Value {
    json!({
        "code": plan.code, "label": plan.label, "price_micros": plan.terms.price().micros(),
        "guarantee_micros": plan.terms.guarantee().micros(),
        "track_cap": plan.terms.per_track_cap(), "idle": idle_word(plan.terms.idle()),
        "allowance": plan.allowance, "on_sale": plan.on_sale,
    })
}
