//! The licences that whoever asks has bought.

use std::sync::Arc;

use app::App;
use app::access::Principal;
use app::licensing::list::{self, Listed, PAGE_MAX, Page};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::{AssetKind, LicenceId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::bundles::private;
use super::money::Money;
use super::params;
use crate::principal::{Caller, sign_in_required};
use crate::problem::{Problem, ProblemBody};

/// How many licences a page has where that isn't said.
const PAGE: usize = 25;

/// A page of licences, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnLicences {
    /// The licences.
    licences: Vec<OwnLicence>,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
}

/// A licence in the list of whoever bought it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnLicence {
    /// Its id.
    id: String,
    /// Its code: public, no secret.
    #[schema(example = "7K3M9-QXD4T-0RWPD")]
    code: String,
    /// For people.
    label: String,
    /// The track's id; null for clip time and subscriptions.
    track: Option<String>,
    /// The track's title when it was sold.
    title: String,
    /// Its artist then; empty where there is no track.
    artist: String,
    /// What was licensed.
    #[schema(value_type = String)]
    asset: AssetKind,
    /// The tier's word; `bundle` for clip time, `pool` for a subscription.
    tier: String,
    /// `valid`, `suspended` or `revoked`.
    status: &'static str,
    /// Until when something new may be published under it; null without an end.
    #[schema(value_type = Option<String>, format = DateTime)]
    publish_until: Option<Timestamp>,
    /// When it was issued.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
    /// What was paid.
    price: Money,
    /// The public page, an absolute address.
    page_url: String,
    /// The holder's page. Whoever has this address can download the files.
    private_url: String,
    /// The invoice; null for a gift and for what cost nothing.
    invoice_url: Option<String>,
    /// The credit notes, the oldest first.
    credit_note_urls: Vec<String>,
    /// Where everything about it is downloaded as one zip; null while it isn't valid.
    claim_url: Option<String>,
}

/// Lists the licences that whoever asks has bought, the latest first: a person who is signed in, or
/// a program with its key. What somebody bought as a guest isn't among them.
#[utoipa::path(get, path = "/v1/licences", operation_id = "list_licences", tag = "Licensing", params(
    ("cursor" = Option<String>, Query, description = "Where to begin: an earlier answer's `next_cursor`"),
    ("limit" = Option<usize>, Query, description = "How many, from 1 to 100; 25 where not said"),
), responses(
    (status = 200, description = "The licences", body = OwnLicences),
    (status = 400, description = "A parameter is wrong", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = []), ("session" = [])))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let page = asked(&app, &caller, query.as_deref()).await?;
    let body = OwnLicences {
        licences: page
            .licences
            .iter()
            .map(|one| OwnLicence::of(&app, one))
            .collect(),
        next_cursor: page.next.map(|id| params::cursor_behind(id.bytes())),
    };
    Ok(private(StatusCode::OK, body))
}

/// The page of licences that an address asks for.
pub(crate) async fn asked(
    app: &App,
    caller: &Caller,
    query: Option<&str>,
) -> Result<Page, Problem> {
    if caller.0 == Principal::Guest {
        return Err(sign_in_required());
    }
    let (mut before, mut limit) = (None, PAGE);
    for (name, value) in params::pairs(query) {
        match name.as_str() {
            "cursor" if value.is_empty() => {}
            "cursor" => before = Some(LicenceId::from_bytes(params::read_cursor_behind(&value)?)),
            "limit" => {
                let wanted = "a number from 1 to 100";
                limit = params::read("limit", &value, wanted)?;
                if !(1..=PAGE_MAX).contains(&limit) {
                    return Err(params::bad("limit", wanted));
                }
            }
            _ => return Err(params::unknown(&name)),
        }
    }
    Ok(list::list(app, &caller.0, before, limit).await?)
}

/// Where the papers of a licence are.
pub(crate) struct Papers {
    /// The invoice.
    pub(crate) invoice: Option<String>,
    /// The credit notes with their numbers.
    pub(crate) notes: Vec<(String, String)>,
    /// Everything in one zip.
    pub(crate) claim: Option<String>,
}

impl Papers {
    pub(crate) fn of(one: &Listed) -> Self {
        let at = |path: &str| format!("/v1/licences/{}/{path}?grant={}", one.id, one.grant);
        let note = |number: &String| (number.clone(), at(&format!("credit-notes/{number}")));
        let valid = one.standing == app::licensing::Standing::Valid;
        Self {
            invoice: one.billed.then(|| at("invoice.pdf")),
            notes: one.credit_notes.iter().map(note).collect(),
            claim: valid.then(|| at("claim.zip")),
        }
    }
}

impl OwnLicence {
    fn of(app: &App, one: &Listed) -> Self {
        let papers = Papers::of(one);
        let code = one.code.to_string();
        Self {
            id: one.id.to_string(),
            label: one.label.clone(),
            track: one.track.as_ref().map(|(id, _)| id.to_string()),
            title: one.title.clone(),
            artist: one.artist.clone(),
            asset: one.asset,
            tier: one.tier.clone(),
            status: one.standing.word(),
            publish_until: one.until,
            issued_at: one.issued_at,
            price: one.price.into(),
            page_url: app.settings.licence_page(&code),
            private_url: format!(
                "{}/licences/{}?grant={}",
                app.settings.public_url, one.id, one.grant
            ),
            invoice_url: papers.invoice,
            credit_note_urls: papers.notes.into_iter().map(|(_, href)| href).collect(),
            claim_url: papers.claim,
            code,
        }
    }
}
