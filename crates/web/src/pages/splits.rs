//! How a composer's tracks are shared: what waits for their word, what counts, what was before.

use std::sync::Arc;

use app::access::{Principal, Role};
use app::offers::Hand;
use app::splits::show::{self, Splits};
use app::splits::{Part, Proposal, Status, Version, accept, decline};
use app::{App, Stop};
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::credits::percent;
use domain::{AssetKind, PayeeId};

use super::frame::Frame;
use super::problem::sentence;
use super::standing::capital;
use super::view::{PartRow, ProposalShown, SplitShown, SplitsPage, Submit, TrackSplits};
use crate::api::params;
use crate::principal::sign_in_required;
use crate::problem::Problem;
use crate::words;

/// `GET /splits`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let done = match params::value(query.as_deref(), "done").as_deref() {
        Some("accepted") => Some("You have accepted.".to_owned()),
        Some("proposed") => Some("It is proposed: it waits for the others' word.".to_owned()),
        Some("agreed") => Some("It is in force.".to_owned()),
        Some("closed") => Some("The proposal is closed; the split stays as it is.".to_owned()),
        _ => None,
    };
    page(&app, frame, done, None).await
}

/// `POST /splits/{proposal}/accept`.
pub(crate) async fn accept(
    State(app): State<Arc<App>>,
    Path(proposal): Path<String>,
    frame: Frame,
) -> Result<Response, Problem> {
    whose(&frame)?;
    let hand = Hand::Asker(&frame.caller.0);
    match accept::accept(&app, &mut app.call(), hand, &proposal).await {
        Ok(_) => Ok(Redirect::to("/splits?done=accepted").into_response()),
        Err(Stop::Refused(refusal)) => refused(&app, frame, &refusal.to_string()).await,
        Err(stop) => Err(stop.into()),
    }
}

/// `POST /splits/{proposal}/decline`.
pub(crate) async fn decline(
    State(app): State<Arc<App>>,
    Path(proposal): Path<String>,
    frame: Frame,
) -> Result<Response, Problem> {
    whose(&frame)?;
    let hand = Hand::Asker(&frame.caller.0);
    match decline::decline(&app, &app.call(), hand, &proposal).await {
        Ok(_) => Ok(Redirect::to("/splits?done=closed").into_response()),
        Err(Stop::Refused(refusal)) => refused(&app, frame, &refusal.to_string()).await,
        Err(stop) => Err(stop.into()),
    }
}

async fn refused(app: &App, frame: Frame, why: &str) -> Result<Response, Problem> {
    let mut response = page(app, frame, None, Some(sentence(why))).await?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

async fn page(
    app: &App,
    frame: Frame,
    done: Option<String>,
    problem: Option<String>,
) -> Result<Response, Problem> {
    let (name, payee) = whose(&frame)?;
    let splits = match payee {
        Some(payee) => show::mine(app, payee).await?,
        None => Vec::new(),
    };
    let mut shell = frame.unlisted("Splits");
    shell.path = "/splits".into();
    super::html(&SplitsPage {
        name,
        done,
        problem,
        tracks: splits.iter().map(|one| track(one, payee)).collect(),
        shell,
    })
}

/// The composer who looks, and the payee they are paid as.
fn whose(frame: &Frame) -> Result<(String, Option<PayeeId>), Problem> {
    match &frame.caller.0 {
        Principal::Person(p) if p.role == Role::Composer => Ok((p.name.clone(), p.payee)),
        Principal::Guest => Err(sign_in_required()),
        _ => Err(Problem::new(
            "scope_required",
            "this page is a composer's: the operator has `clearcue split show TRACK`",
        )),
    }
}

fn track(splits: &Splits, payee: Option<PayeeId>) -> TrackSplits {
    let (now, before): (Vec<_>, Vec<_>) = splits.versions.iter().partition(|one| one.in_force);
    let is_open = |one: &&Proposal| one.status == Status::Open;
    let (open, closed): (Vec<_>, Vec<_>) = splits.proposals.iter().partition(is_open);
    TrackSplits {
        title: splits.title.clone(),
        href: format!("/tracks/{}", splits.slug),
        propose_href: format!("/splits/new?track={}", splits.slug),
        now: now.into_iter().map(version).collect(),
        before: before.into_iter().map(version).collect(),
        open: open.into_iter().map(|one| proposal(one, payee)).collect(),
        closed: closed.into_iter().map(|one| proposal(one, payee)).collect(),
    }
}

fn version(version: &Version) -> SplitShown {
    SplitShown {
        heading: heading(version.kind),
        about: format!(
            "version {}, from {}",
            version.version,
            words::moment(version.from)
        ),
        parts: version.parts.iter().map(part).collect(),
    }
}

/// A proposal's parts, with who proposed it.
pub(super) fn proposed(one: &Proposal) -> SplitShown {
    SplitShown {
        heading: heading(one.kind),
        about: format!("proposed by {}, {}", one.by, words::moment(one.at)),
        parts: one.parts.iter().map(part).collect(),
    }
}

fn proposal(one: &Proposal, payee: Option<PayeeId>) -> ProposalShown {
    let waiting: Vec<_> = one.waiting_for().collect();
    let standing = match (one.status, &one.on_paper) {
        (Status::Open, _) => format!("Waits for {}.", waiting.join(", ")),
        (status, Some(paper)) => format!("{}, on paper: {paper}.", capital(status.word())),
        (status, None) => format!("{}.", capital(status.word())),
    };
    let submit = |what: &str, label: &str| Submit {
        action: format!("/splits/{}/{what}", one.id),
        hidden: Vec::new(),
        label: label.into(),
    };
    let waits = payee.is_some_and(|payee| one.waits_for(payee));
    let own = payee.is_some() && one.proposer == payee;
    let party = payee.is_some_and(|payee| one.parties.iter().any(|p| p.payee == payee));
    let open = one.status == Status::Open;
    let label = if own { "Take it back" } else { "Decline" };
    ProposalShown {
        split: proposed(one),
        standing,
        accept: waits.then(|| submit("accept", "Accept")),
        decline: (open && (own || party)).then(|| submit("decline", label)),
    }
}

fn heading(kind: Option<AssetKind>) -> String {
    kind.map_or("The track", AssetKind::label).to_owned()
}

fn part(part: &Part) -> PartRow {
    PartRow {
        name: part.name.clone(),
        percent: percent(part.ppm),
        note: if part.registered {
            String::new()
        } else {
            "into escrow".into()
        },
    }
}
