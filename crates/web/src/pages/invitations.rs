//! The page of an invitation: looking changes nothing, only its buttons do.

use std::sync::Arc;

use app::App;
use app::access::{Role, link, person};
use app::splits::{Status, invitation};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::credits::percent;

use super::frame::Frame;
use super::sign_in::with_session;
use super::splits::proposed;
use super::view::{InvitationPage, Submit};
use crate::problem::Problem;
use crate::state::Web;

/// `GET /invitations/{token}`.
pub(crate) async fn look(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    frame: Frame,
) -> Result<Response, Problem> {
    let invited = invitation::look(&app, &token).await?;
    let proposal = &invited.proposal;
    let mine = proposal
        .parts
        .iter()
        .find(|part| part.payee == invited.payee);
    let submit = |action: String, label: &str| Submit {
        action,
        hidden: Vec::new(),
        label: label.into(),
    };
    let in_force = proposal.status == Status::Agreed;
    let decline = submit(format!("/invitations/{token}/decline"), "Decline");
    super::html(&InvitationPage {
        shell: frame.unlisted("Invitation"),
        track: proposal.title.clone(),
        href: format!("/tracks/{}", proposal.slug),
        split: proposed(proposal),
        percent: percent(mine.map_or(0, |part| part.ppm)),
        in_force,
        accept: submit(format!("/invitations/{token}"), "Accept and register"),
        decline: (!in_force).then_some(decline),
        name: invited.name,
    })
}

/// `POST /invitations/{token}`: uses it up, and signs its payee in.
pub(crate) async fn accept(
    State(web): State<Web>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let (app, mut call) = (&web.app, web.app.call());
    let (name, _) = invitation::accept(app, &mut call, &token).await?;
    let person = person::person(app, &mut call, Role::Composer, &name).await?;
    let secret = link::make(app, &mut call, person.id).await?;
    let (session, _) = link::use_up(app, &mut call, &secret).await?;
    let to = Redirect::to("/splits?done=accepted").into_response();
    Ok(with_session(to, web.options, &session))
}

/// `POST /invitations/{token}/decline`.
pub(crate) async fn decline(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    invitation::decline(&app, &app.call(), &token).await?;
    Ok(Redirect::to("/").into_response())
}
