//! Wallets: loading, spending by programs, the rest back.

use std::sync::Arc;

use app::App;
use app::access::{Person, Principal};
use app::payments::wallet_rest as refund;
use app::wallets::show::{self, Move, Permission, Spendable};
use app::wallets::{grant, load};
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::{ApiKeyId, Timestamp, WalletGrantId, WalletId};
use ledger::Currency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::bundles::private;
use super::money::Money;
use super::once;
use super::params;
use crate::principal::{Caller, sign_in_required};
use crate::problem::{Problem, ProblemBody};

/// The wallets that whoever asks may spend from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WalletsGiven {
    /// The wallets.
    wallets: Vec<WalletGiven>,
    /// Every movement, the newest first; for their owner only.
    moves: Vec<WalletMove>,
    /// The programs that may spend from them; for their owner only.
    permissions: Vec<PermissionGiven>,
}

/// A wallet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WalletGiven {
    /// Its id: what to name when paying.
    id: String,
    /// What may be spent now: all of it, or for a program what is left of its cap.
    spendable: Money,
    /// Until when a program may.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

/// A movement of a wallet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WalletMove {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Such as `wallet_load`, `sale`, `bundle_sale`, `wallet_refund`.
    kind: String,
    /// What for.
    about: String,
    /// How much; negative went out.
    amount: Money,
}

/// What a program may spend.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PermissionGiven {
    /// Its id.
    id: String,
    /// The program's key.
    key: String,
    /// What the store calls the program.
    name: String,
    /// How much in all.
    cap: Money,
    /// How much of that is spent.
    spent: Money,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// When it was ended before that.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
}

/// A load of a wallet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoadRequest {
    /// How much, in millionths: from 10 to 10,000 units.
    #[schema(example = 10_000_000)]
    amount_micros: i64,
    /// ISO 4217: what the store sells in.
    #[schema(example = "USD")]
    currency: String,
    /// A test card: any number that passes the Luhn check; one ending in 0002 is declined.
    card: String,
}

/// What a load made of the wallet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoadGiven {
    /// The wallet.
    wallet: String,
    /// The load.
    load: String,
    /// What it holds now.
    balance: Money,
}

/// Which wallet's rest is paid back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WalletRefundRequest {
    /// Its id.
    wallet: String,
}

/// A refund of a wallet's rest.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WalletRefundGiven {
    /// Its id.
    id: String,
    /// What goes back to the card.
    refund: Money,
}

/// What a program may spend.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PermissionRequest {
    /// The wallet.
    wallet: String,
    /// The program's key: its id, `key_…`, no secret.
    key: String,
    /// How much in all, in millionths.
    cap_micros: i64,
    /// Until when, at most 400 days ahead.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Shows the wallets that whoever asks may spend from.
#[utoipa::path(get, path = "/v1/wallet", operation_id = "show_wallet", tag = "Licensing", responses(
    (status = 200, description = "The wallets", body = WalletsGiven),
    (status = 401, description = "Nobody is signed in and no key was sent", body = ProblemBody, content_type = "application/problem+json"),
), security(("api_key" = []), ("session" = [])))]
pub(crate) async fn show(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Problem> {
    if caller.0 == Principal::Guest {
        return Err(sign_in_required());
    }
    let wallets = show::spendable(&app, &app.call(), &caller.0).await?;
    let (moves, permissions) = match caller.person() {
        Some(person) => (
            show::moves(&app, person).await?,
            show::permissions(&app, person).await?,
        ),
        None => (Vec::new(), Vec::new()),
    };
    let body = WalletsGiven {
        wallets: wallets.into_iter().map(WalletGiven::from).collect(),
        moves: moves.into_iter().map(WalletMove::from).collect(),
        permissions: permissions.into_iter().map(PermissionGiven::from).collect(),
    };
    Ok(private(StatusCode::OK, body))
}

/// Loads one's wallet by card. The whole amount is in it: the store bears the provider's fee.
#[utoipa::path(post, path = "/v1/wallet", operation_id = "load_wallet", tag = "Licensing", request_body = LoadRequest, params(
    ("Idempotency-Key" = String, Header, description = "1 to 128 printable characters, new for each load"),
), responses(
    (status = 200, description = "It is loaded, now or by this key before", body = LoadGiven),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 402, description = "The card was declined", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "The key was used for another load", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn load(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let person = owner(&caller)?;
    let Body(wanted) = Body::<LoadRequest>::from_request(request, &()).await?;
    let currency = Currency::from_code(&wanted.currency)
        .map_err(|e| Problem::new("unknown_currency", e.to_string()).at("currency"))?;
    let money = ledger::Money::new(wanted.amount_micros, currency);
    let (key, call) = (once::key(&headers), &mut app.call());
    let loaded = load::load(&app, call, person, key, money, &wanted.card).await?;
    let body = LoadGiven {
        wallet: loaded.wallet.to_string(),
        load: loaded.load.to_string(),
        balance: loaded.balance.into(),
    };
    Ok(once::replayed(
        private(StatusCode::OK, body),
        loaded.repeated,
    ))
}

/// Pays a wallet's rest back to the card.
#[utoipa::path(post, path = "/v1/wallet/refund", operation_id = "refund_wallet", tag = "Licensing", request_body = WalletRefundRequest, params(
    ("Idempotency-Key" = String, Header, description = "1 to 128 printable characters, new for each refund"),
), responses(
    (status = 200, description = "It is paid back, now or by this key before", body = WalletRefundGiven),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such wallet of theirs", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "Nothing is left", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn refund(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let person = owner(&caller)?;
    let Body(wanted) = Body::<WalletRefundRequest>::from_request(request, &()).await?;
    let wallet: WalletId = params::id("wallet", Some(&wanted.wallet))?;
    let (key, call) = (once::key(&headers), &mut app.call());
    let made = refund::refund(&app, call, person, key, wallet).await?;
    let body = WalletRefundGiven {
        id: made.id.to_string(),
        refund: made.refund.into(),
    };
    Ok(once::replayed(private(StatusCode::OK, body), made.repeated))
}

/// Lets a program spend from one's wallet, up to a cap and until a day. An earlier permission of
/// the same program ends.
#[utoipa::path(post, path = "/v1/wallet/permissions", operation_id = "permit_spending", tag = "Licensing", request_body = PermissionRequest, responses(
    (status = 200, description = "The wallets and permissions", body = WalletsGiven),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such wallet of theirs, or no such key", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "A field is wrong", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn permit(
    State(app): State<Arc<App>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    let person = owner(&caller)?;
    let Body(wanted) = Body::<PermissionRequest>::from_request(request, &()).await?;
    let wallet: WalletId = params::id("wallet", Some(&wanted.wallet))?;
    let key: ApiKeyId = params::id("key", Some(&wanted.key))?;
    let (call, until) = (&mut app.call(), wanted.expires_at);
    grant::grant(&app, call, person, (wallet, key), wanted.cap_micros, until).await?;
    show(State(app), caller).await
}

/// Ends a permission. Again changes nothing.
#[utoipa::path(delete, path = "/v1/wallet/permissions/{permission}", operation_id = "end_permission", tag = "Licensing", params(
    ("permission" = String, Path, description = "Its id"),
), responses(
    (status = 200, description = "The wallets and permissions", body = WalletsGiven),
    (status = 401, description = "Nobody is signed in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "There is no such permission of theirs", body = ProblemBody, content_type = "application/problem+json"),
), security(("session" = [])))]
pub(crate) async fn end(
    State(app): State<Arc<App>>,
    Path(permission): Path<String>,
    caller: Caller,
) -> Result<Response, Problem> {
    let person = owner(&caller)?;
    let id: WalletGrantId = params::id("permission", Some(&permission))?;
    grant::end(&app, &app.call(), person, id).await?;
    show(State(app), caller).await
}

/// The person who has a wallet: whoever is signed in.
pub(crate) fn owner(caller: &Caller) -> Result<&Person, Problem> {
    caller.person().ok_or_else(sign_in_required)
}

impl From<Spendable> for WalletGiven {
    fn from(one: Spendable) -> Self {
        Self {
            id: one.wallet.to_string(),
            spendable: one.spendable.into(),
            until: one.until,
        }
    }
}

impl From<Move> for WalletMove {
    fn from(one: Move) -> Self {
        Self {
            at: one.at,
            kind: one.kind,
            about: one.about,
            amount: one.money.into(),
        }
    }
}

impl From<Permission> for PermissionGiven {
    fn from(one: Permission) -> Self {
        Self {
            id: one.id.to_string(),
            key: one.key.to_string(),
            name: one.name,
            cap: one.cap.into(),
            spent: one.spent.into(),
            until: one.until,
            ended_at: one.ended,
        }
    }
}

#[cfg(test)]
mod tests {
    use app::Refusal;
    use app::bundles::BundleRefusal;
    use app::bundles::gift::GiftRefusal;
    use app::bundles::refund::RefundRefusal;
    use app::bundles::take::TakeRefusal;
    use app::exchanges::exchange::ExchangeRefusal;
    use app::exchanges::rate::RateRefusal;
    use app::licensing::TopUpRefusal;
    use app::payments::wallet_rest::WalletRefundRefusal;
    use app::wallets::SpendRefusal;
    use app::wallets::grant::GrantRefusal;
    use app::wallets::load::LoadRefusal;
    use axum::http::StatusCode;

    use crate::problem::status_of;

    #[test]
    fn every_refusal_of_wallets_gifts_and_exchange_has_its_status() {
        for code in of_money() {
            assert_ne!(status_of(code), StatusCode::BAD_REQUEST, "{code}");
        }
    }

    fn of_money() -> Vec<&'static str> {
        let money = ledger::Money::zero(ledger::Currency::USD);
        let bundle = BundleRefusal::Unknown(domain::BundleId::from_bytes([0; 16]));
        vec![
            LoadRefusal::BadAmount.code(),
            LoadRefusal::OtherCurrency(money.currency()).code(),
            SpendRefusal::Unknown.code(),
            SpendRefusal::OverCap(money).code(),
            SpendRefusal::Short(money).code(),
            GrantRefusal::UnknownKey.code(),
            GrantRefusal::BadExpiry.code(),
            GrantRefusal::Unknown.code(),
            WalletRefundRefusal::Nothing.code(),
            bundle.code(),
            BundleRefusal::NotYours.code(),
            RefundRefusal::Gift.code(),
            RefundRefusal::Expired.code(),
            GiftRefusal::TooLittle.code(),
            GiftRefusal::Unknown.code(),
            GiftRefusal::Taken.code(),
            TakeRefusal::Spent.code(),
            TopUpRefusal::NotClipTime.code(),
            ExchangeRefusal::NoRate(money.currency(), money.currency()).code(),
            ExchangeRefusal::RateChanged.code(),
            ExchangeRefusal::TooMuch(money).code(),
            ExchangeRefusal::NotRegistered.code(),
            RateRefusal::Currency("x".into()).code(),
        ]
    }
}
