//! Signing in by a link, and out.

use std::sync::Arc;

use app::App;
use app::access::{Role, link, session};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::frame::Frame;
use super::standing::capital;
use super::view::{SignInPage, SignedOutPage, Submit};
use crate::principal::{session_cookie, session_secret};
use crate::problem::Problem;
use crate::state::{Options, Web};

/// `GET /sign-in/{token}`: changes nothing.
pub(crate) async fn look(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    frame: Frame,
) -> Result<Response, Problem> {
    let person = link::look(&app, &app.call(), &token).await?;
    super::html(&SignInPage {
        shell: frame.unlisted("Sign in"),
        role: capital(person.role.word()),
        submit: Submit {
            action: format!("/sign-in/{token}"),
            hidden: Vec::new(),
            label: format!("Sign in as {}", person.name),
        },
        name: person.name,
    })
}

/// `POST /sign-in/{token}`.
pub(crate) async fn enter(
    State(web): State<Web>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let (secret, person) = link::use_up(&web.app, &mut web.app.call(), &token).await?;
    let home = match person.role {
        Role::Composer => "/report",
        Role::Operator => "/operator",
        Role::Buyer => "/",
    };
    Ok(with_session(
        Redirect::to(home).into_response(),
        web.options,
        &secret,
    ))
}

/// `POST /sign-out`.
pub(crate) async fn leave(
    State(web): State<Web>,
    headers: HeaderMap,
    frame: Frame,
) -> Result<Response, Problem> {
    if let Some(secret) = session_secret(&headers) {
        session::end(&web.app, secret).await?;
    }
    let mut shell = frame.unlisted("Signed out");
    shell.session = None;
    // A reload of this answer would send the form again: the theme's way back leads elsewhere.
    shell.path = "/".into();
    Ok(with_session(
        super::html(&SignedOutPage { shell })?,
        web.options,
        "",
    ))
}

pub(super) fn with_session(mut response: Response, options: Options, secret: &str) -> Response {
    let cookie = HeaderValue::from_str(&session_cookie(options, secret)).ok();
    response
        .headers_mut()
        .extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}
