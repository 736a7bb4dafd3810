//! A buyer's wallet and bundles.

use app::bundles::show as bundles;
use app::payments::wallet_rest as refund;
use app::wallets::load::{self, LoadRefusal};
use app::wallets::show::{self, Permission};
use app::{Refusal, Stop};
use axum::Form;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::WalletId;
use ledger::Money;
use serde::Deserialize;

use super::frame::Frame;
use super::problem::sentence;
use super::view::{Field, Hidden, MoveRow, PermissionRow, Submit, WalletBundleRow, WalletPage};
use crate::api::params;
use crate::api::wallet::owner;
use crate::problem::Problem;
use crate::state::Web;
use crate::words;

/// What the page's forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filled {
    idempotency_key: String,
    amount: String,
    card_number: String,
    wallet: String,
}

/// `GET /wallet`.
pub(crate) async fn show(
    State(web): State<Web>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let done = params::value(query.as_deref(), "done").map(|what| match what.as_str() {
        "loaded" => "It is loaded.".to_owned(),
        _ => "The rest is on its way back to the card.".to_owned(),
    });
    let mut filled = Filled {
        amount: "25".into(),
        ..Filled::default()
    };
    if web.options.sandbox {
        filled.card_number = "4242 4242 4242 4242".into();
    }
    page(&web, frame, filled, done, None).await
}

/// `POST /wallet`: loads it.
pub(crate) async fn load(
    State(web): State<Web>,
    frame: Frame,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let person = owner(&frame.caller)?.clone();
    let currency = web.app.settings.currency;
    let micros = words::amount(&filled.amount, currency).unwrap_or(0);
    let money = Money::new(micros, currency);
    let (call, key) = (&mut web.app.call(), filled.idempotency_key.as_str());
    match load::load(&web.app, call, &person, key, money, &filled.card_number).await {
        Ok(_) => Ok(Redirect::to("/wallet?done=loaded").into_response()),
        Err(Stop::Refused(refusal)) => {
            let mut page = page(&web, frame, filled, None, Some(&refusal)).await?;
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
        Err(Stop::Fault(fault)) => Err(fault.into()),
    }
}

/// `POST /wallet/refund`.
pub(crate) async fn refund(
    State(web): State<Web>,
    frame: Frame,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let person = owner(&frame.caller)?;
    let wallet: WalletId = params::id("wallet", Some(&filled.wallet))?;
    let (call, key) = (&mut web.app.call(), filled.idempotency_key.as_str());
    refund::refund(&web.app, call, person, key, wallet).await?;
    Ok(Redirect::to("/wallet?done=refunded").into_response())
}

async fn page(
    web: &Web,
    frame: Frame,
    filled: Filled,
    done: Option<String>,
    refusal: Option<&LoadRefusal>,
) -> Result<Response, Problem> {
    let app = &web.app;
    let person = owner(&frame.caller)?.clone();
    let call = &mut app.call();
    let wallets = show::spendable(app, call, &frame.caller.0).await?;
    let first = wallets.first();
    let held = first.map_or(Money::zero(app.settings.currency), |one| one.spendable);
    let key: [u8; 16] = call.random();
    let key = Hidden {
        name: "idempotency_key".into(),
        value: data_encoding::BASE64URL_NOPAD.encode(&key),
    };
    let field = refusal.and_then(Refusal::field).unwrap_or_default();
    let reason = refusal.map(|refusal| sentence(&refusal.to_string()));
    let about = |name: &str| reason.clone().filter(|_| field == name);
    let refund = first
        .filter(|one| one.spendable.micros() > 0)
        .map(|one| Submit {
            action: "/wallet/refund".into(),
            hidden: vec![
                key.clone(),
                Hidden {
                    name: "wallet".into(),
                    value: one.wallet.to_string(),
                },
            ],
            label: format!("Pay {} back", words::price(held)),
        });
    super::html(&WalletPage {
        balance: words::price(held),
        done,
        problem: reason
            .clone()
            .filter(|_| !matches!(field.as_str(), "amount_micros" | "card")),
        amount: Field {
            error: about("amount_micros"),
            value: filled.amount,
        },
        card_number: Field {
            error: about("card"),
            value: filled.card_number,
        },
        sandbox: web.options.sandbox,
        load: Submit {
            action: "/wallet".into(),
            hidden: vec![key],
            label: "Load it".into(),
        },
        refund,
        bundles: bundles::of(app, &person)
            .await?
            .iter()
            .map(bundle)
            .collect(),
        moves: show::moves(app, &person).await?.iter().map(moved).collect(),
        permissions: show::permissions(app, &person)
            .await?
            .iter()
            .map(permission)
            .collect(),
        shell: frame.unlisted("Your wallet"),
    })
}

fn bundle(one: &bundles::Listed) -> WalletBundleRow {
    WalletBundleRow {
        code: one.code.to_string(),
        href: format!("/licences/{}?grant={}", one.licence, one.grant),
        left: format!(
            "{} of {}",
            words::span(one.left_ms),
            words::span(one.total_ms)
        ),
        until: words::date(one.expires_at),
    }
}

fn moved(one: &show::Move) -> MoveRow {
    MoveRow {
        at: words::moment(one.at),
        about: one.about.clone(),
        amount: words::price(one.money),
    }
}

fn permission(one: &Permission) -> PermissionRow {
    PermissionRow {
        name: one.name.clone(),
        spent: format!("{} of {}", words::price(one.spent), words::price(one.cap)),
        until: match one.ended {
            Some(at) => format!("ended on {}", words::date(at)),
            None => words::date(one.until),
        },
    }
}
