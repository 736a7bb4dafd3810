//! The pages: what the use cases answer, worded for people, in the structs of [`view`].

pub(crate) mod card;
pub(crate) mod frame;
pub(crate) mod home;
pub(crate) mod problem;
pub mod view;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use crate::problem::Problem;

/// A page as an answer. A template that can't be written is a fault.
pub(crate) fn html(page: &impl Template) -> Result<Response, Problem> {
    let text = page.render().map_err(app::Fault::while_("writing a page"))?;
    Ok(Html(text).into_response())
}
