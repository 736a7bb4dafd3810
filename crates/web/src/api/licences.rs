//! Licences: buying one, and its holder's view of it.

use std::sync::Arc;

use app::App;
use app::access::Scope;
use app::catalogue::Track;
use app::licensing::buy::{self, Purchase};
use app::licensing::show;
use app::licensing::{Claim, Licence as Held, LicenceFile};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{AssetKind, Envelope, LicenceId, Timestamp, plain};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::money::{Line, Money};
use super::once;
use super::params;
use super::quotes::PlainTerms;
use crate::principal::Caller;
use crate::problem::{Problem, ProblemBody};

/// A purchase.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LicenceRequest {
    /// The quote's id.
    quote: String,
    /// Which of its options: its `offer`.
    offer: String,
    /// Who the licence is for.
    licensee: Licensee,
    /// How it is paid.
    payment: Payment,
    /// The clip time that this clip time tops up, where it is bought for a key that is held.
    top_up: Option<TopUp>,
}

/// Clip time that is topped up: a report under either key then draws on both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TopUp {
    /// Its licence's id or code.
    licence: String,
    /// The word from its `private_url`.
    grant: String,
}

/// Who a licence is for. Neither stands in the key or on the public page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Licensee {
    /// A person's, company's or channel's name, 1 to 120 characters.
    name: String,
    /// An e-mail address, if they like.
    email: Option<String>,
}

/// How it is paid.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Payment {
    /// `sandbox` for a card (no real card is ever charged), or `wallet`.
    method: Method,
    /// A test card: any number that passes the Luhn check; one ending in 0002 is declined.
    #[serde(default)]
    #[schema(example = "4242424242424242")]
    card: String,
    /// The wallet, one of those of `GET /v1/wallet`.
    wallet: Option<String>,
}

/// A way to pay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    /// Test cards.
    Sandbox,
    /// A wallet.
    Wallet,
}

/// A licence, as its holder sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Licence {
    /// Its id.
    id: String,
    /// Its code: public, no secret.
    #[schema(example = "7K3M9-QXD4T-0RWPD")]
    code: String,
    /// For people.
    label: String,
    /// The track's id; null for clip time.
    track: Option<String>,
    /// The track's title when it was sold.
    title: String,
    /// Its artist then; empty for clip time.
    artist: String,
    /// What was licensed.
    #[schema(value_type = String)]
    asset: AssetKind,
    /// The tier's word, such as `creator`, `business` or `ad`; `bundle` for clip time.
    tier: String,
    /// Which stem, where a single one was licensed.
    stem: Option<String>,
    /// The code of the licence that this one upgraded.
    upgrade_of: Option<String>,
    /// The code of the licence that this one was upgraded to; both stay in force.
    upgraded_to: Option<String>,
    /// What was paid.
    price: Money,
    /// How the price came about.
    lines: Vec<Line>,
    /// What it allows, axis by axis.
    #[schema(value_type = Object)]
    envelope: Envelope,
    /// SHA-256 of the envelope's canonical JSON (RFC 8785), hex; the token signs it.
    envelope_sha256: String,
    /// The terms in plain words.
    plain: PlainTerms,
    /// The signed key (JWT, `licence+jwt`).
    token: String,
    /// `valid`, `suspended` or `revoked`.
    status: String,
    /// Since when, where that has changed since the sale.
    #[schema(value_type = Option<String>, format = DateTime)]
    status_since: Option<Timestamp>,
    /// Why it has.
    status_reason: Option<String>,
    /// When it was issued.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
    /// The public page, an absolute address.
    page_url: String,
    /// The holder's page. Whoever has this address can download the files.
    private_url: String,
    /// Where everything about it is downloaded as one zip.
    claim_url: String,
    /// Its files.
    files: Vec<File>,
    /// The clip time, where it is a bundle.
    bundle: Option<Bundle>,
}

/// A file of a licence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct File {
    /// Its name, with the code in it.
    name: String,
    /// What it is.
    #[schema(value_type = String)]
    kind: AssetKind,
    /// `wav`, `flac`, `ogg`…
    format: String,
    /// Where it is downloaded.
    url: String,
    /// Where its key is downloaded as a file of its own.
    sidecar_url: String,
    /// SHA-256 of its audio essence (what sounds, without tags), hex; the token signs it.
    sha256_essence: String,
}

/// What a bundle of clip time holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Bundle {
    /// Its id.
    id: String,
    /// Bought, in milliseconds.
    total_ms: i64,
    /// Used, in milliseconds.
    consumed_ms: i64,
    /// Left, in milliseconds.
    left_ms: i64,
    /// When the rest expires.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Buys one option of a quote.
///
/// The same key with the same body again answers the same licence, with status 200 and the
/// header `Idempotent-Replayed: true`: nothing is paid twice. Guests share one namespace of
/// keys, so a key must not be guessable: a UUID is right.
#[utoipa::path(post, path = "/v1/licences", operation_id = "buy_licence", tag = "Licensing", request_body = LicenceRequest, params(
    ("Idempotency-Key" = String, Header, description = "1 to 128 printable characters, new for each purchase"),
), responses(
    (status = 201, description = "The licence", body = Licence),
    (status = 200, description = "It was bought by this key before", body = Licence),
    (status = 400, description = "No Idempotency-Key", body = ProblemBody, content_type = "application/problem+json"),
    (status = 402, description = "The card was declined", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such quote", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The key was used for another purchase, the offer was closed, or the licence was upgraded already", body = ProblemBody, content_type = "application/problem+json"),
    (status = 410, description = "The quote has expired", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "The store has no signing key, or can't write", body = ProblemBody, content_type = "application/problem+json"),
), security((), ("api_key" = [])))]
pub(crate) async fn buy(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Body(request): Body<LicenceRequest>,
) -> Result<Response, Problem> {
    caller.needs(Scope::Buy)?;
    let key = once::key(&headers);
    let purchase = request.purchase()?;
    let bought = buy::buy(&app, &mut app.call(), &caller.0, key, &purchase).await?;
    let status = if bought.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let location = format!("/v1/licences/{}", bought.licence.id);
    let mut response = (status, Json(Licence::of(&app, &bought.licence))).into_response();
    let headers = response.headers_mut();
    headers.extend(
        HeaderValue::from_str(&location)
            .ok()
            .map(|at| (header::LOCATION, at)),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(once::replayed(response, bought.repeated))
}

/// Shows a licence to its holder, who knows its grant, or to the operator.
#[utoipa::path(get, path = "/v1/licences/{licence}", operation_id = "show_licence", tag = "Licensing", params(
    ("licence" = String, Path, description = "Its id"),
    ("grant" = Option<String>, Query, description = "The word from its `private_url`"),
), responses(
    (status = 200, description = "The licence", body = Licence),
    (status = 401, description = "No grant was sent", body = ProblemBody, content_type = "application/problem+json"),
    (status = 403, description = "The grant isn't this licence's", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such licence", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let id = opened(&app, &caller, &name, query.as_deref())?;
    let licence = show::licence(&app, id).await?;
    let mut response = Json(Licence::of(&app, &licence)).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The licence that an address names, where whoever asks may see it whole: by its grant, or as
/// the operator. A wrong grant is told before anything of the licence is looked up.
pub(crate) fn opened(
    app: &App,
    caller: &Caller,
    name: &str,
    query: Option<&str>,
) -> Result<LicenceId, Problem> {
    opened_by(app, caller, name, params::value(query, "grant").as_deref())
}

/// The same, with the grant at hand.
pub(crate) fn opened_by(
    app: &App,
    caller: &Caller,
    name: &str,
    grant: Option<&str>,
) -> Result<LicenceId, Problem> {
    let id: LicenceId = name
        .parse()
        .map_err(|e: domain::id::IdError| Problem::new("bad_id", e.to_string()).at("licence"))?;
    if caller.is_operator() {
        return Ok(id);
    }
    match grant {
        Some(grant) if app.issuer.grants(id, grant) => Ok(id),
        Some(_) => {
            let detail = "this grant doesn't open this licence: copy its link again, whole";
            Err(Problem::new("wrong_grant", detail).at("grant"))
        }
        None => {
            let detail = "this is its holder's: follow the link from the purchase, with its grant";
            Err(Problem::new("grant_required", detail).at("grant"))
        }
    }
}

impl LicenceRequest {
    fn purchase(self) -> Result<Purchase, Problem> {
        let bad = |e: domain::id::IdError| Problem::new("bad_id", e.to_string()).at("quote");
        let wallet = match self.payment.method {
            Method::Sandbox => None,
            Method::Wallet => Some(params::id(
                "payment.wallet",
                self.payment.wallet.as_deref(),
            )?),
        };
        let top_up = self.top_up.map(|of| Claim {
            licence: of.licence,
            grant: of.grant,
        });
        Ok(Purchase {
            quote: self.quote.parse().map_err(bad)?,
            offer: self.offer,
            licensee: self.licensee.name,
            email: self.licensee.email,
            card: self.payment.card,
            wallet,
            top_up,
        })
    }
}

impl Licence {
    pub(crate) fn of(app: &App, held: &Held) -> Self {
        let code = held.code.to_string();
        Self {
            id: held.id.to_string(),
            label: held.label.clone(),
            track: held.track.map(|id| id.to_string()),
            title: held.title.clone(),
            artist: held.artist.clone(),
            asset: held.asset,
            tier: held.tier.clone(),
            stem: held.stem.clone(),
            upgrade_of: held.upgrade_of.map(|code| code.to_string()),
            upgraded_to: held.upgraded_to.map(|code| code.to_string()),
            price: held.price.into(),
            lines: held
                .lines
                .iter()
                .map(|line| Line::of(line, held.price.currency()))
                .collect(),
            plain: plain(&held.envelope).into(),
            envelope: held.envelope.clone(),
            envelope_sha256: held.envelope_sha256.clone(),
            token: held.token.clone(),
            status: held.standing.word().to_owned(),
            status_since: held.standing_since,
            status_reason: held.standing_reason.clone(),
            issued_at: held.issued_at,
            page_url: app.settings.licence_page(&code),
            private_url: private_path(held),
            claim_url: claim_path(held),
            files: held.files.iter().map(|file| File::of(held, file)).collect(),
            bundle: held.bundle.map(Bundle::from),
            code,
        }
    }
}

/// The address of the holder's page.
pub(crate) fn private_path(held: &Held) -> String {
    format!("/licences/{}?grant={}", held.id, held.grant)
}

/// The address of a file of a licence.
pub(crate) fn file_path(held: &Held, file: &LicenceFile) -> String {
    format!(
        "/v1/licences/{}/files/{}?grant={}",
        held.id, file.position, held.grant
    )
}

/// The address of a licence's claim bundle.
pub(crate) fn claim_path(held: &Held) -> String {
    format!("/v1/licences/{}/claim.zip?grant={}", held.id, held.grant)
}

/// The address of any track's mix under clip time.
pub(crate) fn track_path(held: &Held, track: &Track) -> String {
    format!(
        "/v1/licences/{}/tracks/{}?grant={}",
        held.id, track.slug, held.grant
    )
}

/// The address of a file's key as a file of its own.
pub(crate) fn sidecar_path(held: &Held, file: &LicenceFile) -> String {
    format!(
        "/v1/licences/{}/files/{}/licence.jwt?grant={}",
        held.id, file.position, held.grant
    )
}

impl File {
    fn of(held: &Held, file: &LicenceFile) -> Self {
        Self {
            name: file.name.clone(),
            kind: file.kind,
            format: file.format.clone(),
            url: file_path(held, file),
            sidecar_url: sidecar_path(held, file),
            sha256_essence: file.essence.clone(),
        }
    }
}

impl From<show::ClipTime> for Bundle {
    fn from(clip: show::ClipTime) -> Self {
        Self {
            id: clip.id.to_string(),
            total_ms: clip.total_ms,
            consumed_ms: clip.consumed_ms,
            left_ms: clip.left_ms(),
            expires_at: clip.expires_at,
        }
    }
}
