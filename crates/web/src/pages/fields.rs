//! A form's fields, as a browser sends them: encoded in one line, or in parts where a file is among
//! them.

use axum::Form;
use axum::extract::{FromRequest, Multipart, Request};

use crate::api::body::media_type;
use crate::problem::Problem;

/// The form's fields.
pub(super) struct Filled(pub(super) Vec<(String, String)>);

impl Filled {
    /// Reads a request's body. A file is a field whose value is its text.
    pub(super) async fn read(request: Request) -> Result<Self, Problem> {
        if media_type(request.headers()) == "multipart/form-data" {
            return parts(request).await.map(Self);
        }
        let form = Form::<Vec<(String, String)>>::from_request(request, &()).await;
        let Form(fields) = form.map_err(|refusal| {
            Problem::of_status(axum::response::IntoResponse::into_response(refusal).status())
        })?;
        Ok(Self(fields))
    }

    /// A field's text; empty where it isn't there.
    pub(super) fn value(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value.trim())
    }
}

async fn parts(request: Request) -> Result<Vec<(String, String)>, Problem> {
    let refused = |status| Problem::of_status(status);
    let parts = Multipart::from_request(request, &()).await;
    let mut parts = parts.map_err(|refusal| refused(refusal.status()))?;
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|e| refused(e.status()))? {
        let Some(name) = part.name().map(str::to_owned) else {
            continue;
        };
        let bytes = part.bytes().await.map_err(|e| refused(e.status()))?;
        let text = String::from_utf8(bytes.into()).map_err(|_| {
            let detail = "the file is no text in UTF-8: save it as CSV (UTF-8) and send it again";
            Problem::new("bad_payout_results", detail).at(&name)
        })?;
        // Spreadsheets mark UTF-8 by three bytes at the beginning.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
        fields.push((name, text));
    }
    Ok(fields)
}
