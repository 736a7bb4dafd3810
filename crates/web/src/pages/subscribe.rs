//! Subscribing: the plans in one screen.

use std::sync::Arc;

use app::App;
use app::rotation::list;
use app::subscriptions::plans::{self, PoolPlan};
use app::subscriptions::show as own;
use axum::extract::State;
use axum::response::Response;

use super::frame::Frame;
use super::rotation::row;
use super::view::{Hidden, PoolPlanCard, Submit, SubscribePage};
use crate::problem::Problem;
use crate::words;

/// How many tracks are shown.
const SHOWN: usize = 6;

/// `GET /subscribe`.
pub(crate) async fn show(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Problem> {
    let now = app.call().now;
    let plans = plans::list(&app).await?;
    let stays = list::list(&app, now).await?;
    let inside: Vec<_> = stays.iter().filter(|stay| stay.holds(now)).collect();
    let mut mine = Vec::new();
    if let Some(person) = frame.caller.person() {
        for licence in own::of_person(&app, person.id).await? {
            let grant = app.issuer.grant(licence);
            let href = format!("/licences/{licence}/subscription?grant={grant}");
            mine.push((href, "Your subscription".to_owned()));
        }
    }
    let description = "A month of a rotating library, with a guaranteed payment for each use.";
    let on_sale = plans.iter().filter(|plan| plan.on_sale);
    super::html(&SubscribePage {
        plans: on_sale.map(card).collect(),
        tracks_now: words::many(count(inside.len()), "track", "tracks"),
        tracks: inside
            .iter()
            .take(SHOWN)
            .map(|stay| row(stay, now))
            .collect(),
        rules: rules(),
        own: mine,
        shell: frame.shell("Subscribe", description),
    })
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn rules() -> Vec<String> {
    [
        "Each use pays the track's composers its guaranteed amount at once.",
        "What is left at the end of your month goes to the tracks that you used, and to nobody else.",
        "A video that was published while its track was in rotation stays cleared, also when the \
         track leaves and when you cancel.",
        "It renews itself every month. You can pause or cancel at any time, to the end of the month.",
    ]
    .map(str::to_owned)
    .into()
}

fn card(plan: &PoolPlan) -> PoolPlanCard {
    let price = words::price(plan.terms.price());
    PoolPlanCard {
        name: plan.label.clone(),
        allowance: format!("{} a month", words::many(plan.allowance, "use", "uses")),
        guarantee: format!(
            "{} guaranteed for each use",
            words::price(plan.terms.guarantee())
        ),
        submit: Submit {
            action: "/checkout".into(),
            hidden: vec![Hidden {
                name: "pool".into(),
                value: plan.code.clone(),
            }],
            label: format!("Subscribe for {price} a month"),
        },
        price,
    }
}
