//! Buying clip time.

use std::sync::Arc;

use app::App;
use axum::extract::State;
use axum::response::Response;
use domain::BundlePlan as Plan;
use domain::offer::BUNDLE_MONTHS;

use super::frame::Frame;
use super::view::{BundlePlan, BundlesPage, Hidden, Submit};
use crate::problem::Problem;
use crate::words;

/// The plan that is pointed out.
const SUGGESTED: &str = "bundle_25";
/// What a plan's examples are counted in, in ms.
const EXAMPLE_MS: i64 = 15_000;

/// `GET /bundles`.
pub(crate) async fn show(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Problem> {
    let plans = app
        .settings
        .bundles
        .iter()
        .map(plan)
        .collect::<Result<_, _>>()?;
    let description = "Pay once, use any track: each video draws the seconds it uses.";
    super::html(&BundlesPage {
        shell: frame.shell("Clip time", description),
        plans,
        rules: vec![
            "One key holds for every track of the store.".into(),
            "Each use is rounded up to the whole second.".into(),
            format!("What is left runs out after {BUNDLE_MONTHS} months."),
            "A use draws its seconds when it is reported, and its composers earn at that moment."
                .into(),
        ],
    })
}

fn plan(plan: &Plan) -> Result<BundlePlan, Problem> {
    let price = plan
        .price()
        .map_err(app::Fault::while_("pricing a bundle"))?;
    let videos = domain::bundle::clips_left(plan.total_ms, EXAMPLE_MS);
    let shown = words::price(price);
    Ok(BundlePlan {
        name: words::span(plan.total_ms),
        time: words::clock(plan.total_ms),
        rate: rate(price, plan.total_ms),
        example: format!("enough for {} fifteen-second videos", words::count(videos)),
        suggested: plan.code == SUGGESTED,
        submit: Submit {
            action: "/checkout".into(),
            hidden: vec![Hidden {
                name: "bundle".into(),
                value: plan.code.into(),
            }],
            label: format!("Buy for {shown}"),
        },
        price: shown,
    })
}

/// What a second costs, in hundredths of the unit to one decimal: `1.7 ¢ a second`.
fn rate(price: ledger::Money, total_ms: i64) -> String {
    let seconds = (total_ms / 1000).max(1);
    let tenths = (price.micros() / seconds + 500) / 1000;
    format!("{}.{} ¢ a second", tenths / 10, tenths % 10)
}
