//! The papers of a licence's money: its invoices and its credit notes.

use std::sync::Arc;

use app::App;
use app::billing::credit_note::{CreditNote, credit_notes};
use app::billing::invoice::{self, Invoice};
use app::licensing::papers::{credit_note as note_paper, invoice as invoice_paper};
use app::licensing::{Licence, show};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::files::as_attachment;
use super::licences::opened;
use super::money::Money;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// What was billed for a licence, and what of it was given back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PapersGiven {
    /// The invoice of its sale or sign-up; none where its holder paid nothing.
    invoice: Option<InvoiceGiven>,
    /// Every invoice, by when it was paid: a subscription has one for each payment.
    invoices: Vec<InvoiceGiven>,
    /// The credit notes, the oldest first.
    credit_notes: Vec<CreditNoteGiven>,
}

/// An invoice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvoiceGiven {
    /// Its number, without gaps in its year.
    #[schema(example = "2026-0001")]
    number: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
    /// `licence` (clip time is one), `sign_up`, `renewal` or `plan_change`.
    kind: &'static str,
    /// When it was paid.
    #[schema(value_type = String, format = DateTime)]
    paid_at: Timestamp,
    /// Of a subscription: the plan, where it is known.
    plan: Option<String>,
    /// Of a subscription: the first instant that was paid for.
    #[schema(value_type = Option<String>, format = DateTime)]
    period_start: Option<Timestamp>,
    /// Of a subscription: the first instant after what was paid for.
    #[schema(value_type = Option<String>, format = DateTime)]
    period_end: Option<Timestamp>,
    /// What it is over.
    total: Money,
    /// The same without tax.
    net: Money,
    /// The tax in it.
    tax: Money,
    /// The country whose tax it is, where it is one's of the store's table.
    tax_country: Option<String>,
    /// Where its PDF is, below `/v1/licences/{licence}`.
    path: String,
}

/// A credit note.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreditNoteGiven {
    /// Its number, without gaps in its year.
    #[schema(example = "CN-2026-0001")]
    number: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
    /// The invoice that it takes back of.
    invoice: String,
    /// What was given back, tax included.
    amount: Money,
    /// The tax in it.
    tax: Money,
    /// Why.
    reason: String,
    /// Where its PDF is, below `/v1/licences/{licence}`.
    path: String,
}

/// Lists the invoices and the credit notes of a licence.
#[utoipa::path(get, path = "/v1/licences/{licence}/papers", operation_id = "list_papers", tag = "Licensing", params(
    ("licence" = String, Path, description = "The licence's id"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
), responses(
    (status = 200, description = "Its papers", body = PapersGiven),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such licence", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Path(licence): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let licence = held(&app, &caller, &licence, query.as_deref()).await?;
    let invoices = invoice::invoices(&app, &app.call(), licence.id).await?;
    let first = invoices.iter().find(|one| one.kind.is_first());
    let first = first.map(|one| InvoiceGiven {
        path: "/invoice.pdf".into(),
        ..InvoiceGiven::from(one)
    });
    let notes = credit_notes(&app, licence.id).await?;
    let body = PapersGiven {
        invoice: first,
        invoices: invoices.iter().map(InvoiceGiven::from).collect(),
        credit_notes: notes.into_iter().map(CreditNoteGiven::from).collect(),
    };
    let mut response = Json(body).into_response();
    let kept = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    Ok(response)
}

/// Downloads the invoice of a licence's sale or sign-up, whether the licence is in force or not.
#[utoipa::path(get, path = "/v1/licences/{licence}/invoice.pdf", operation_id = "download_invoice", tag = "Licensing", params(
    ("licence" = String, Path, description = "The licence's id"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
), responses(
    (status = 200, description = "The invoice", body = Vec<u8>, content_type = "application/pdf"),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such licence, or its holder paid nothing", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn invoice(
    State(app): State<Arc<App>>,
    Path(licence): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let licence = held(&app, &caller, &licence, query.as_deref()).await?;
    let invoice = invoice::invoice(&app, &app.call(), licence.id).await?;
    let invoice = invoice.ok_or_else(|| {
        let detail = "nothing was paid for this licence by its holder: it has no invoice";
        Problem::new("no_invoice", detail).at("licence")
    })?;
    let pdf = invoice_paper::paper(&app, &licence, &invoice).to_pdf();
    Ok(as_pdf(pdf, &format!("Invoice {}", invoice.number)))
}

/// Downloads any invoice of a licence by its number: a subscription has one for each payment.
#[utoipa::path(get, path = "/v1/licences/{licence}/invoices/{invoice}", operation_id = "download_invoice_by_number", tag = "Licensing", params(
    ("licence" = String, Path, description = "The licence's id"),
    ("invoice" = String, Path, description = "The invoice's number"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
), responses(
    (status = 200, description = "The invoice", body = Vec<u8>, content_type = "application/pdf"),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such licence or invoice", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn numbered(
    State(app): State<Arc<App>>,
    Path((licence, number)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let licence = held(&app, &caller, &licence, query.as_deref()).await?;
    let invoices = invoice::invoices(&app, &app.call(), licence.id).await?;
    let invoice = invoices.iter().find(|one| one.number == number);
    let invoice = invoice.ok_or_else(|| {
        let detail = "this licence has no invoice of that number";
        Problem::new("unknown_invoice", detail).at("invoice")
    })?;
    let pdf = invoice_paper::paper(&app, &licence, invoice).to_pdf();
    Ok(as_pdf(pdf, &format!("Invoice {}", invoice.number)))
}

/// Downloads a credit note.
#[utoipa::path(get, path = "/v1/licences/{licence}/credit-notes/{note}", operation_id = "download_credit_note", tag = "Licensing", params(
    ("licence" = String, Path, description = "The licence's id"),
    ("note" = String, Path, description = "The credit note's number"),
    ("grant" = Option<String>, Query, description = "The word from the licence's `private_url`"),
), responses(
    (status = 200, description = "The credit note", body = Vec<u8>, content_type = "application/pdf"),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such licence or credit note", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn credit_note(
    State(app): State<Arc<App>>,
    Path((licence, number)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let licence = held(&app, &caller, &licence, query.as_deref()).await?;
    let notes = credit_notes(&app, licence.id).await?;
    let note = notes.into_iter().find(|note| note.number == number);
    let note = note.ok_or_else(|| {
        let detail = "this licence has no credit note of that number";
        Problem::new("unknown_credit_note", detail).at("note")
    })?;
    let pdf = note_paper::paper(&app, &licence, &note).to_pdf();
    Ok(as_pdf(pdf, &format!("Credit note {}", note.number)))
}

/// The licence whose papers are asked for, if whoever asks may see them.
async fn held(
    app: &App,
    caller: &Caller,
    licence: &str,
    query: Option<&str>,
) -> Result<Licence, Problem> {
    let id = opened(app, caller, licence, query)?;
    Ok(show::licence(app, id).await?)
}

fn as_pdf(bytes: Vec<u8>, name: &str) -> Response {
    let mut response = as_attachment(bytes.into_response(), &format!("{name}.pdf"));
    let mime = HeaderValue::from_static("application/pdf");
    response.headers_mut().insert(header::CONTENT_TYPE, mime);
    response
}

impl From<&Invoice> for InvoiceGiven {
    fn from(invoice: &Invoice) -> Self {
        let period = invoice.period.as_ref();
        Self {
            path: format!("/invoices/{}", invoice.number),
            number: invoice.number.clone(),
            issued_at: invoice.issued_at,
            kind: invoice.kind.word(),
            paid_at: invoice.paid_at,
            plan: period.and_then(|period| period.plan.clone()),
            period_start: period.map(|period| period.from),
            period_end: period.map(|period| period.until),
            total: invoice.total.into(),
            net: invoice.net().into(),
            tax: invoice.tax.into(),
            tax_country: invoice.tax_country.map(|country| country.to_string()),
        }
    }
}

impl From<CreditNote> for CreditNoteGiven {
    fn from(note: CreditNote) -> Self {
        Self {
            path: format!("/credit-notes/{}", note.number),
            number: note.number,
            issued_at: note.issued_at,
            invoice: note.invoice,
            amount: note.money.into(),
            tax: note.tax.into(),
            reason: note.reason,
        }
    }
}
