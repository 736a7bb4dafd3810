//! A buyer's wallet and bundles.

use app::bundles::show as bundles;
use app::payments::wallet_rest as refund;
use app::wallets::load;
use app::wallets::show;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::WalletId;
use ledger::Money;

use super::filled::Filled;
use super::frame::Frame;
use super::permissions;
use super::view::{Hidden, MoveRow, Submit, WalletBundleRow, WalletPage};
use crate::api::params;
use crate::api::wallet::owner;
use crate::problem::Problem;
use crate::state::Web;
use crate::words;

/// What the forms show: the fields of refusals under the names they have there.
const SHOWN: [(&str, &str); 6] = [
    ("amount_micros", "amount"),
    ("card", "card_number"),
    ("key", "key"),
    ("cap_micros", "cap"),
    ("expires_at", "until"),
    ("wallet", "key"),
];

/// `GET /wallet`.
pub(crate) async fn show(
    State(web): State<Web>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let done = params::value(query.as_deref(), "done").map(|what| match what.as_str() {
        "loaded" => "It is loaded.".to_owned(),
        "permitted" => "The program may spend from it.".to_owned(),
        "ended" => "The program may spend no more.".to_owned(),
        _ => "The rest is on its way back to the card.".to_owned(),
    });
    let ended = params::value(query.as_deref(), "ended");
    page(&web, frame, &Filled::default(), (done, ended.as_deref())).await
}

/// `POST /wallet`: loads it.
pub(crate) async fn load(
    State(web): State<Web>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    let person = owner(&frame.caller)?.clone();
    let currency = web.app.settings.currency;
    let micros = words::amount(filled.value("amount"), currency).unwrap_or(0);
    let money = Money::new(micros, currency);
    let (call, key) = (&mut web.app.call(), filled.value("idempotency_key"));
    let card = filled.value("card_number");
    match load::load(&web.app, call, &person, key, money, card).await {
        Ok(_) => Ok(Redirect::to("/wallet?done=loaded").into_response()),
        Err(stop) => again(&web, frame, filled, stop.into()).await,
    }
}

/// `POST /wallet/refund`.
pub(crate) async fn refund(
    State(web): State<Web>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    let person = owner(&frame.caller)?.clone();
    let wallet: WalletId = params::id("wallet", filled.optional("wallet"))?;
    let (call, key) = (&mut web.app.call(), filled.value("idempotency_key"));
    match refund::refund(&web.app, call, &person, key, wallet).await {
        Ok(_) => Ok(Redirect::to("/wallet?done=refunded").into_response()),
        Err(stop) => again(&web, frame, Filled::default(), stop.into()).await,
    }
}

/// `POST /wallet/permissions`: lets a program spend, or ends that.
pub(crate) async fn permit(
    State(web): State<Web>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    let person = owner(&frame.caller)?.clone();
    let done = match filled.optional("end") {
        Some(id) => permissions::end(&web.app, &person, id).await,
        None => permissions::grant(&web.app, &person, &filled).await,
    };
    match done {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(problem) => again(&web, frame, filled, problem).await,
    }
}

async fn again(
    web: &Web,
    frame: Frame,
    filled: Filled,
    problem: Problem,
) -> Result<Response, Problem> {
    let again = filled.refuse(problem, &SHOWN)?;
    let page = page(web, frame, &again, (None, None)).await?;
    Ok(again.answer(page))
}

async fn page(
    web: &Web,
    frame: Frame,
    filled: &Filled,
    (done, ended): (Option<String>, Option<&str>),
) -> Result<Response, Problem> {
    let app = &web.app;
    let person = owner(&frame.caller)?.clone();
    let call = &mut app.call();
    let wallets = show::spendable(app, call, &frame.caller.0).await?;
    let first = wallets.first();
    let held = first.map_or(Money::zero(app.settings.currency), |one| one.spendable);
    let key: [u8; 16] = call.random();
    let key = hidden(
        "idempotency_key",
        data_encoding::BASE64URL_NOPAD.encode(&key),
    );
    let refund = first
        .filter(|one| one.spendable.micros() > 0)
        .map(|one| Submit {
            action: "/wallet/refund".into(),
            hidden: vec![key.clone(), hidden("wallet", one.wallet.to_string())],
            label: format!("Pay {} back", words::price(held)),
        });
    let test_card = if web.options.sandbox {
        "4242 4242 4242 4242"
    } else {
        ""
    };
    let permissions = show::permissions(app, &person).await?;
    super::html(&WalletPage {
        balance: words::price(held),
        done,
        problem: filled.alert(),
        amount: filled.field("amount", "25"),
        card_number: filled.field("card_number", test_card),
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
        permissions: permissions
            .iter()
            .map(|one| permissions::row(one, call.now))
            .collect(),
        undo: permissions::undo(&permissions, ended, call.now),
        permit: first.map(|one| permissions::form(one, filled)),
        shell: frame.unlisted("Your wallet"),
    })
}

fn hidden(name: &str, value: String) -> Hidden {
    Hidden {
        name: name.into(),
        value,
    }
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
