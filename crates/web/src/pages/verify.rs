//! Checking a key.

use std::sync::Arc;

use app::licensing::Licence;
use app::licensing::verify::{self, VerifyRefusal};
use app::{App, Stop};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use domain::Timestamp;

use super::frame::Frame;
use super::problem::sentence;
use super::standing;
use super::view::{VerifyAnswer, VerifyPage};
use crate::api::params;
use crate::limit::Counted;
use crate::problem::Problem;

/// `GET /verify?code=`.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    _counted: Counted,
    frame: Frame,
) -> Result<Response, Problem> {
    let code = params::value(query.as_deref(), "code").unwrap_or_default();
    let answer = match code.trim() {
        "" => None,
        code => Some(match verify::verify(&app, code).await {
            Ok(licence) => known(&licence, app.call().now),
            Err(Stop::Refused(refusal)) => unknown(&refusal),
            Err(Stop::Fault(fault)) => return Err(fault.into()),
        }),
    };
    let description = "Check what a licence key allows, and whether it holds.";
    super::html(&VerifyPage {
        shell: frame.shell("Check a key", description),
        code,
        answer,
    })
}

fn known(licence: &Licence, now: Timestamp) -> VerifyAnswer {
    let code = licence.code.to_string();
    VerifyAnswer::Known {
        subject: standing::subject(licence),
        item: standing::item(&licence.label),
        standing: standing::standing(licence, now),
        standing_note: standing::note(licence, now),
        facts: standing::facts(licence),
        href: format!("/l/{code}"),
        code,
    }
}

fn unknown(refusal: &VerifyRefusal) -> VerifyAnswer {
    let reason = match refusal {
        VerifyRefusal::NotACode(error) => {
            format!(
                "{} Copy it again from under the video.",
                sentence(&error.to_string())
            )
        }
        VerifyRefusal::Licence(_) => {
            "No licence of this store has this key. It may be another store's: look at the \
             address beside it."
                .into()
        }
    };
    VerifyAnswer::Unknown { reason }
}
