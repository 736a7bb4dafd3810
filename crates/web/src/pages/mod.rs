//! The pages: what the use cases answer, worded for people, in the structs of [`view`].

pub(crate) mod breakdown;
pub(crate) mod bundles;
pub(crate) mod card;
pub(crate) mod channels;
pub(crate) mod check;
pub(crate) mod checkout;
pub(crate) mod clip_time;
pub(crate) mod closes;
pub(crate) mod cue_sheet;
pub(crate) mod deals;
pub(crate) mod filled;
pub(crate) mod frame;
pub(crate) mod home;
pub(crate) mod invitations;
pub(crate) mod licence;
pub(crate) mod licences;
pub(crate) mod operator;
mod outlook;
pub(crate) mod payments;
pub(crate) mod payout_desk;
pub(crate) mod payout_forms;
pub(crate) mod payouts;
pub(crate) mod permissions;
pub(crate) mod prices;
pub(crate) mod problem;
pub(crate) mod quote;
pub(crate) mod rates;
pub(crate) mod report;
pub(crate) mod reporters;
pub(crate) mod rotation;
pub(crate) mod sale;
pub(crate) mod sign_in;
pub(crate) mod split_form;
pub(crate) mod splits;
pub(crate) mod standing;
pub(crate) mod statements;
pub(crate) mod subscribe;
pub(crate) mod subscription;
pub(crate) mod suggest;
pub(crate) mod theme;
pub(crate) mod track;
pub(crate) mod uncovered;
pub(crate) mod upgrade;
pub(crate) mod use_form;
pub(crate) mod uses_import;
mod uses_import_rows;
pub(crate) mod verify;
pub mod view;
pub(crate) mod wallet;

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

use crate::problem::Problem;

/// A page as an answer. A template that can't be written is a fault.
pub(crate) fn html(page: &impl Template) -> Result<Response, Problem> {
    let text = page
        .render()
        .map_err(app::Fault::while_("writing a page"))?;
    let mut response = Html(text).into_response();
    // Who is signed in and which scheme was chosen stand in every page.
    let kept = HeaderValue::from_static("private, no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    Ok(response)
}
