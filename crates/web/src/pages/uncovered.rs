//! Uses that aren't covered, below the sums of "My uses" and of the store: each with its offer, to be
//! bought, or dismissed and opened again.

use std::sync::Arc;

use app::App;
use app::access::{Principal, Role};
use app::licensing::Offered;
use app::metering::kept::{State as Of, Uncovered};
use app::metering::offered::Told;
use app::metering::uncovered::{self, Asked};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::UncoveredId;

use super::filled::Filled;
use super::frame::Frame;
use super::view::{Hidden, OfferLink, Submit, UncoveredRow, UncoveredSection};
use crate::api::params;
use crate::api::use_offers::page_of;
use crate::principal::sign_in_required;
use crate::problem::Problem;
use crate::words;

/// How many of each state are shown, the latest.
const SHOWN: usize = 25;
const ACTION: &str = "/report/uses/uncovered";

/// `POST /report/uses/uncovered`: dismisses one, or opens it again.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    let who = &frame.caller.0;
    if *who == Principal::Guest {
        return Err(sign_in_required());
    }
    let id: UncoveredId = params::id("use", filled.optional("use"))?;
    let dismissed = filled.value("state") == Of::Dismissed.word();
    uncovered::set(&app, who, &app.call(), id, dismissed).await?;
    Ok(Redirect::to("/report/uses#uncovered").into_response())
}

/// The section of whoever asks.
pub(super) async fn section(app: &App, who: &Principal) -> Result<UncoveredSection, Problem> {
    let asked = |state| Asked {
        state,
        before: None,
        limit: SHOWN,
    };
    let open = uncovered::list(app, who, &asked(Of::Open)).await?;
    let dismissed = uncovered::list(app, who, &asked(Of::Dismissed)).await?;
    let rows = |uses: &[(Uncovered, Told)]| {
        let rows = uses.iter().map(|(one, told)| row(app, who, one, told));
        rows.collect::<Result<Vec<_>, _>>()
    };
    Ok(UncoveredSection {
        more: open.next.is_some().then_some(SHOWN),
        open: rows(&open.uses)?,
        dismissed: rows(&dismissed.uses)?,
    })
}

fn row(app: &App, who: &Principal, one: &Uncovered, told: &Told) -> Result<UncoveredRow, Problem> {
    let reasons = one.reasons.iter().map(|reason| reason.sentence());
    let offer = match told {
        Told::Offer(offered) => Some(link(app, who, one, offered)?),
        Told::Nothing | Told::AskAgain | Told::NotKept => None,
    };
    let (state, label) = match one.state {
        Of::Open => (Of::Dismissed, "Dismiss"),
        Of::Dismissed | Of::Bought => (Of::Open, "Open again"),
    };
    let field = |name: &str, value: String| Hidden {
        name: name.into(),
        value,
    };
    Ok(UncoveredRow {
        title: one.title.clone(),
        track_href: format!("/tracks/{}", one.slug),
        event: one.report.id.clone(),
        published: words::date(one.report.published_at),
        code: one.code.to_string(),
        reasons: reasons.collect(),
        note: told.sentence(),
        offer,
        change: Submit {
            action: ACTION.into(),
            hidden: vec![
                field("use", one.id.to_string()),
                field("state", state.word().into()),
            ],
            label: label.into(),
        },
    })
}

/// Where what is offered is bought: clip time on the private page of the licence that it tops up,
/// which only its buyer is led to.
fn link(
    app: &App,
    who: &Principal,
    one: &Uncovered,
    offered: &Offered,
) -> Result<OfferLink, Problem> {
    let operator = matches!(who, Principal::Person(person)
        if person.role == Role::Operator);
    let href = match &offered.tops_up {
        None => page_of(&one.slug, &offered.wanted),
        Some(of) if operator => format!("/l/{}", of.code),
        Some(of) if of.named => {
            let grant = app.issuer.grant(one.licence);
            format!("/licences/{}?grant={grant}", one.licence)
        }
        Some(_) => "/bundles".to_owned(),
    };
    let label = labelled(offered)?;
    Ok(OfferLink { href, label })
}

/// What is offered, with its price.
fn labelled(offered: &Offered) -> Result<String, Problem> {
    let price = words::price(offered.option.total()?);
    Ok(format!("{}: {price}", offered.option.label))
}

/// The same for the operator, who sees whose clip time is topped up and buys nothing of it.
pub(super) fn link_for_store(offered: &Offered) -> Result<OfferLink, Problem> {
    let href = match &offered.tops_up {
        None => page_of(&offered.track.to_string(), &offered.wanted),
        Some(of) => format!("/l/{}", of.code),
    };
    let label = labelled(offered)?;
    Ok(OfferLink { href, label })
}
