//! A form as it was sent. Where it is refused, the page shows it again with everything that was
//! typed, the reason at its head, and the field at fault marked: nobody types twice.

use axum::Form;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::problem::sentence;
use super::view::{Alert, Choice, Field};
use crate::api::body::media_type;
use crate::problem::Problem;

/// The fields of a form, and why it was refused, where it was. One that wasn't sent is empty.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filled {
    fields: Vec<(String, String)>,
    wrong: Option<Wrong>,
}

#[derive(Debug, Clone)]
struct Wrong {
    /// The field's name in the form, where the form shows it.
    field: Option<String>,
    /// What the refusal calls it.
    about: Option<String>,
    words: String,
    status: StatusCode,
}

impl<S: Send + Sync> FromRequest<S> for Filled {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        Self::read(request).await
    }
}

impl From<Vec<(String, String)>> for Filled {
    fn from(fields: Vec<(String, String)>) -> Self {
        Self {
            fields,
            wrong: None,
        }
    }
}

impl Filled {
    /// Reads a request's body: encoded in one line, or in parts where a file is among them. A file
    /// is a field whose value is its text.
    pub(crate) async fn read(request: Request) -> Result<Self, Problem> {
        if media_type(request.headers()) == "multipart/form-data" {
            return parts(request).await.map(Self::from);
        }
        match Form::<Vec<(String, String)>>::from_request(request, &()).await {
            Ok(Form(fields)) => Ok(Self::from(fields)),
            Err(rejection) => Err(Problem::of_status(rejection.into_response().status())),
        }
    }

    /// A field's text without the spaces around it; empty where it isn't there.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.typed(name).unwrap_or_default().trim()
    }

    /// A field's text, where it isn't empty.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        Some(self.value(name)).filter(|value| !value.is_empty())
    }

    /// Refuses the form: it is to be shown again. `shown` says under which name the form has the
    /// field that a refusal calls by another, or by the same, name.
    ///
    /// # Errors
    /// The problem itself where it isn't the form's: whoever asks may not, or something of ours
    /// failed.
    pub(crate) fn refuse(
        mut self,
        problem: Problem,
        shown: &[(&str, &str)],
    ) -> Result<Self, Problem> {
        let at = problem.field.as_deref();
        let field = shown.iter().find(|(field, _)| at == Some(*field));
        let status = match problem.status() {
            StatusCode::INTERNAL_SERVER_ERROR => return Err(problem),
            // Signing in again is something that the page itself helps with.
            _ if problem.code == "fresh_sign_in_required" => StatusCode::UNPROCESSABLE_ENTITY,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if field.is_none() => {
                return Err(problem);
            }
            status if status.is_server_error() => status,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        self.wrong = Some(Wrong {
            field: field.map(|(_, name)| (*name).to_owned()),
            about: problem.field.clone(),
            words: sentence(&problem.detail),
            status,
        });
        Ok(self)
    }

    /// A field as it is shown: with what was typed, else with what it holds before that.
    pub(crate) fn field(&self, name: &str, before: &str) -> Field {
        let wrong = self.wrong.as_ref();
        let about = wrong.filter(|wrong| wrong.field.as_deref() == Some(name));
        Field {
            value: self.typed(name).unwrap_or(before).to_owned(),
            error: about.map(|wrong| wrong.words.clone()),
        }
    }

    /// A list to choose from, as it was chosen, else as it stood before.
    pub(crate) fn choices<V: Into<String>, L: Into<String>>(
        &self,
        name: &str,
        before: &str,
        all: impl IntoIterator<Item = (V, L)>,
    ) -> Vec<Choice> {
        let chosen = self.typed(name).unwrap_or(before);
        let choice = |(value, label): (V, L)| {
            let value = value.into();
            Choice {
                chosen: value == chosen,
                label: label.into(),
                value,
            }
        };
        all.into_iter().map(choice).collect()
    }

    /// Why it was refused, for the head of the page.
    pub(crate) fn alert(&self) -> Option<Alert> {
        self.wrong.as_ref().map(|wrong| Alert {
            words: wrong.words.clone(),
            field: wrong.field.clone(),
        })
    }

    /// Whether it was refused for one of these, as refusals call them.
    pub(crate) fn is_about(&self, fields: &[&str]) -> bool {
        let about = self.wrong.as_ref().and_then(|wrong| wrong.about.as_deref());
        about.is_some_and(|about| fields.contains(&about))
    }

    /// The page with the status of the refusal, where there was one.
    pub(crate) fn answer(&self, page: Response) -> Response {
        match &self.wrong {
            Some(wrong) => (wrong.status, page).into_response(),
            None => page,
        }
    }

    fn typed(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(fields: &[(&str, &str)]) -> Filled {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        fields.iter().map(own).collect::<Vec<_>>().into()
    }

    #[test]
    fn a_refused_form_keeps_what_was_typed_and_marks_the_field_by_its_own_name() {
        let problem = Problem::new("bad_amount", "say an amount").at("amount_micros");
        let refused = sent(&[("amount", " lots "), ("note", "")])
            .refuse(problem, &[("amount_micros", "amount")])
            .unwrap();
        let amount = refused.field("amount", "25");
        assert_eq!(amount.value, " lots ");
        assert_eq!(amount.error.as_deref(), Some("Say an amount."));
        let note = refused.field("note", "before");
        assert_eq!((note.value.as_str(), note.error), ("", None));
        assert_eq!(refused.field("never sent", "before").value, "before");
        let alert = refused.alert().unwrap();
        assert_eq!(alert.field.as_deref(), Some("amount"));
    }

    #[test]
    fn a_field_that_the_form_does_not_show_is_told_at_its_head_alone() {
        let problem = Problem::new("bad_value", "no").at("elsewhere");
        let refused = sent(&[]).refuse(problem, &[("amount_micros", "amount")]);
        assert_eq!(refused.unwrap().alert().unwrap().field, None);
    }

    #[test]
    fn who_may_not_is_told_so_instead_of_being_shown_the_form() {
        let problem = Problem::new("scope_required", "no");
        assert!(sent(&[]).refuse(problem, &[]).is_err());
        let full = sent(&[("a", "typed")]).refuse(Problem::new("unavailable", "full"), &[]);
        assert_eq!(full.unwrap().field("a", "").value, "typed");
    }
}
