//! Paying.

use app::App;
use app::catalogue::show;
use app::licensing::Claim;
use app::licensing::buy::{self, Purchase};
use app::licensing::quote::{self, Ask, Quote};
use app::{Refusal, Stop};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::WalletId;

use super::filled::Filled;
use super::frame::Frame;
use super::sale::Sale;
use super::use_form::Answers;
use crate::api::asks::circumstances;
use crate::api::licences::private_path;
use crate::api::params;
use crate::problem::Problem;
use crate::state::Web;

/// The fields of refusals under the names that the page has for them.
const SHOWN: [(&str, &str); 7] = [
    ("licensee", "licensee"),
    ("licensee.name", "licensee"),
    ("email", "email"),
    ("card", "card_number"),
    ("buyer_country", "country"),
    ("currency", "currency"),
    ("promo", "promo"),
];

/// What the address of the checkout carries.
const CARRIED: [&str; 4] = ["quote", "offer", "top_up", "top_up_grant"];

/// `POST /checkout`: leads to the checkout's own address, which can be reloaded. It is sent an
/// option of a quote, or something still to be quoted: a plan of clip time, an option of a track
/// that was looked at, or of an upgrade.
pub(crate) async fn start(
    State(web): State<Web>,
    frame: Frame,
    chosen: Filled,
) -> Result<Response, Problem> {
    let (quote, offer) = match quoted(&web.app, &chosen).await {
        Ok(found) => found,
        Err(problem) if chosen.optional("shown").is_some() => {
            // The price was asked for again on the checkout's page: that is where the answer goes.
            let sale = Sale::read(&web.app, chosen.value("shown"), chosen.value("offer")).await?;
            let again = chosen.refuse(problem, &SHOWN)?;
            let page = sale.page(&web, frame, &again).await?;
            return Ok(again.answer(page));
        }
        Err(problem) => return Err(problem),
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("quote", &quote)
        .append_pair("offer", &offer);
    if let Some(top_up) = chosen.optional("top_up") {
        query
            .append_pair("top_up", top_up)
            .append_pair("top_up_grant", chosen.value("top_up_grant"));
    }
    Ok(Redirect::to(&format!("/checkout?{}", query.finish())).into_response())
}

/// The quote and its option that were chosen, quoted now where they weren't before.
async fn quoted(app: &App, chosen: &Filled) -> Result<(String, String), Problem> {
    let Some((ask, offer)) = ask(app, chosen).await? else {
        let (quote, offer) = (chosen.value("quote"), chosen.value("offer"));
        return Ok((quote.to_owned(), offer.to_owned()));
    };
    let given = quote_in(app, &ask, chosen).await?;
    Ok((given.id.to_string(), offer))
}

/// A quote in the buyer's circumstances. The word of a curator whom nobody knows is left out: it
/// came with a link, and whoever followed that can't mend it.
async fn quote_in(app: &App, ask: &Ask, chosen: &Filled) -> Result<Quote, Problem> {
    let said = |name| Some(chosen.value(name));
    let mut asked = circumstances(
        [said("country"), said("currency")],
        [said("promo"), said("via")],
    )?;
    match quote::quote_in(app, &mut app.call(), ask, &asked).await {
        Err(Stop::Refused(refusal)) if refusal.code() == "unknown_curator" => {
            asked.via = None;
            Ok(quote::quote_in(app, &mut app.call(), ask, &asked).await?)
        }
        given => Ok(given?),
    }
}

/// What is still to be quoted, and which of its options was chosen.
async fn ask(app: &App, chosen: &Filled) -> Result<Option<(Ask, String)>, Problem> {
    let offer = chosen.value("offer").to_owned();
    if let Some(plan) = chosen.optional("bundle").map(str::to_owned) {
        return Ok(Some((Ask::Bundle { plan: plan.clone() }, plan)));
    }
    if let Some(plan) = chosen.optional("pool").map(str::to_owned) {
        return Ok(Some((Ask::Pool { plan: plan.clone() }, plan)));
    }
    if let Some(licence) = chosen.optional("licence").map(str::to_owned) {
        let grant = chosen.value("grant").to_owned();
        let of = Claim { licence, grant };
        return Ok(Some((Ask::Upgrade { of, wanted: None }, offer)));
    }
    let Some(track) = chosen.optional("track") else {
        return Ok(None);
    };
    let track = show::track(app, track).await?;
    let answers = Answers::read(Some(chosen.value("use")));
    let ask = Ask::Track {
        track: track.id.to_string(),
        wanted: Box::new(answers.intended(&track)),
        stem: answers.stem(),
    };
    Ok(Some((ask, offer)))
}

/// `GET /checkout?quote=&offer=`.
pub(crate) async fn show(
    State(web): State<Web>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let mut carried = params::pairs(query.as_deref());
    carried.retain(|(name, _)| CARRIED.contains(&name.as_str()));
    let mut filled = Filled::from(carried);
    let sale = Sale::read(&web.app, filled.value("quote"), filled.value("offer")).await?;
    let expired = sale.expires_at() <= web.app.call().now;
    if expired {
        let refusal = Stop::Refused(buy::BuyRefusal::QuoteExpired);
        filled = filled.refuse(Problem::from(refusal), &SHOWN)?;
    }
    // An offer that has run out is no fault of whoever looks at it.
    sale.page(&web, frame, &filled).await
}

/// `POST /checkout/pay`.
pub(crate) async fn pay(
    State(web): State<Web>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    let sale = Sale::read(&web.app, filled.value("quote"), filled.value("offer")).await?;
    let purchase = Purchase {
        quote: sale.quote(),
        offer: filled.value("offer").to_owned(),
        licensee: filled.value("licensee").to_owned(),
        email: filled.optional("email").map(str::to_owned),
        card: filled.value("card_number").to_owned(),
        wallet: wallet(&filled)?,
        top_up: top_up(&filled),
    };
    let (who, key) = (&frame.caller.0, filled.value("idempotency_key"));
    match buy::buy(&web.app, &mut web.app.call(), who, key, &purchase).await {
        Ok(bought) => {
            let page = format!("{}&new=1", private_path(&bought.licence));
            Ok(Redirect::to(&page).into_response())
        }
        Err(stop) => {
            let again = filled.refuse(stop.into(), &SHOWN)?;
            let page = sale.page(&web, frame, &again).await?;
            Ok(again.answer(page))
        }
    }
}

fn wallet(filled: &Filled) -> Result<Option<WalletId>, Problem> {
    let named = filled.optional("wallet");
    named.map(|id| params::id("wallet", Some(id))).transpose()
}

fn top_up(filled: &Filled) -> Option<Claim> {
    filled.optional("top_up").map(|licence| Claim {
        licence: licence.to_owned(),
        grant: filled.value("top_up_grant").to_owned(),
    })
}
