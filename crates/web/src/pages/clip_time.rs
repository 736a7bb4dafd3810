//! Clip time on its holder's page: what it was drawn for, its rest back, gifts; and taking a gift.

use std::sync::Arc;

use app::App;
use app::Stop;
use app::bundles::show::{self, GiftTold, Told};
use app::bundles::{Asker, gift, refund, take};
use app::licensing::Licence;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::offer::BUNDLE_MONTHS;
use domain::{BundleId, GiftId};

use super::filled::Filled;
use super::frame::Frame;
use super::licence;
use super::view::{Choice, ClipSection, DrawRow, GiftPage, GiftRow, Hidden, Submit};
use crate::api::bundles::{asker, gift_url};
use crate::api::licences::private_path;
use crate::api::params;
use crate::problem::Problem;
use crate::words;

/// The section of a licence's page.
pub(crate) async fn section(
    app: &App,
    licence: &Licence,
    id: BundleId,
    filled: &Filled,
) -> Result<ClipSection, Problem> {
    // Whoever may see the page may see the section: they showed the grant, or run the store.
    let asker = Asker {
        who: &app::access::Principal::Guest,
        grant: Some(&licence.grant),
    };
    let told = show::bundle(app, asker, id).await?;
    let call = &mut app.call();
    let rest = match refund::look(app, call, asker, id).await {
        Ok(money) => Some(words::price(money)),
        Err(Stop::Refused(_)) => None,
        Err(Stop::Fault(fault)) => return Err(fault.into()),
    };
    let key: [u8; 16] = call.random();
    let mut keyed = hidden("grant", &licence.grant);
    let key = data_encoding::BASE64URL_NOPAD.encode(&key);
    keyed.extend(hidden("idempotency_key", &key));
    let submit = |action: String, label: String| Submit {
        action,
        hidden: keyed.clone(),
        label,
    };
    let gives = told.left_ms > 0 && told.expires_at > call.now;
    let mut top_up = hidden("top_up", &licence.id.to_string());
    top_up.extend(hidden("top_up_grant", &licence.grant));
    Ok(ClipSection {
        draws: told.draws.iter().map(draw).collect(),
        rules: rules(&told),
        gone: told.cuts.iter().map(gone).collect(),
        gifts: told
            .gifts
            .iter()
            .map(|one| given(app, licence, id, one))
            .collect(),
        problem: filled.alert(),
        give: gives.then(|| {
            let submit = submit(format!("/bundles/{id}/gifts"), "Make a link".into());
            (submit, filled.field("seconds", ""))
        }),
        refund: rest.map(|amount| {
            let about = format!(
                "{amount} for the {} left, to where it was paid from. Videos that used it stay \
                 cleared; the key can be used for no more. This can't be undone.",
                words::span(told.left_ms)
            );
            let label = format!("Pay {amount} back and end it");
            (about, submit(format!("/bundles/{id}/refund"), label))
        }),
        top_up,
        plans: app
            .settings
            .bundles
            .iter()
            .map(plan)
            .collect::<Result<_, _>>()?,
    })
}

fn hidden(name: &str, value: &str) -> Vec<Hidden> {
    vec![Hidden {
        name: name.into(),
        value: value.into(),
    }]
}

fn plan(plan: &domain::BundlePlan) -> Result<Choice, Problem> {
    let price = plan
        .price()
        .map_err(app::Fault::while_("pricing a bundle"))?;
    Ok(Choice {
        value: plan.code.into(),
        label: format!("{} for {}", words::span(plan.total_ms), words::price(price)),
        chosen: false,
    })
}

fn draw(one: &show::Drawn) -> DrawRow {
    DrawRow {
        at: words::moment(one.at),
        title: one.title.clone(),
        placement: one.placement.replace('_', " "),
        time: words::clock(one.ms),
    }
}

fn rules(told: &Told) -> Vec<String> {
    vec![
        "Each use is rounded up to the whole second. With several bundles, what expires first is \
         drawn first, and one use may draw on two."
            .into(),
        format!(
            "What is left on {} runs out, {BUNDLE_MONTHS} months after it was bought, and goes to \
             the composers whose tracks it was used on. Nothing rolls over.",
            words::date(told.expires_at)
        ),
    ]
}

fn gone(cut: &show::CutTold) -> String {
    let (time, at) = (words::span(cut.ms.abs()), words::date(cut.at));
    match cut.kind.as_str() {
        "gift" => format!("{time} were given away on {at}."),
        "withdrawn" => format!("{time} came back from a gift on {at}."),
        "refund" => {
            format!("The rest, {time}, was paid back on {at}. Uses until then stay cleared.")
        }
        _ => format!("The rest, {time}, ran out on {at}."),
    }
}

fn given(app: &App, licence: &Licence, id: BundleId, one: &GiftTold) -> GiftRow {
    let state = match (one.taken, one.withdrawn) {
        (Some(at), _) => format!("Taken on {}.", words::date(at)),
        (None, Some(at)) => format!("Taken back on {}.", words::date(at)),
        (None, None) => "Waits. Whoever opens the link can take it.".into(),
    };
    GiftRow {
        time: words::span(one.ms),
        state,
        back: one.token.as_ref().map(|_| Submit {
            action: format!("/bundles/{id}/gifts/{}/back", one.id),
            hidden: hidden("grant", &licence.grant),
            label: "Take it back".into(),
        }),
        url: one.token.as_ref().map(|token| gift_url(app, token)),
    }
}

/// `POST /bundles/{bundle}/refund`.
pub(crate) async fn refund(
    State(app): State<Arc<App>>,
    Path(bundle): Path<String>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    let id: BundleId = params::id("bundle", Some(&bundle))?;
    let asker = asker(&frame.caller, Some(filled.value("grant")));
    let key = filled.value("idempotency_key");
    match refund::refund(&app, &mut app.call(), asker, key, id).await {
        Ok(_) => back(&app, asker, id).await,
        Err(stop) => again(&app, &frame, (&filled, stop.into()), id).await,
    }
}

/// `POST /bundles/{bundle}/gifts`.
pub(crate) async fn give(
    State(app): State<Arc<App>>,
    Path(bundle): Path<String>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    let id: BundleId = params::id("bundle", Some(&bundle))?;
    let asker = asker(&frame.caller, Some(filled.value("grant")));
    let seconds: i64 = filled.value("seconds").parse().unwrap_or(0);
    let (key, ms) = (
        filled.value("idempotency_key"),
        seconds.saturating_mul(1_000),
    );
    match gift::give(&app, &mut app.call(), asker, key, id, ms).await {
        Ok(_) => back(&app, asker, id).await,
        Err(stop) => again(&app, &frame, (&filled, stop.into()), id).await,
    }
}

/// The licence's page again, with what was typed and why it was refused.
async fn again(
    app: &App,
    frame: &Frame,
    (filled, problem): (&Filled, Problem),
    id: BundleId,
) -> Result<Response, Problem> {
    let again = filled.clone().refuse(problem, &[("ms", "seconds")])?;
    let asker = asker(&frame.caller, Some(filled.value("grant")));
    let licence = show::bundle(app, asker, id).await?.licence;
    let page = licence::page(app, licence, None, frame.clone(), (None, &again)).await?;
    Ok(again.answer(page))
}

/// `POST /bundles/{bundle}/gifts/{gift}/back`.
pub(crate) async fn withdraw(
    State(app): State<Arc<App>>,
    Path((bundle, gift)): Path<(String, String)>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    let id: BundleId = params::id("bundle", Some(&bundle))?;
    let gift: GiftId = params::id("gift", Some(&gift))?;
    let asker = asker(&frame.caller, Some(filled.value("grant")));
    gift::withdraw(&app, &mut app.call(), asker, (id, gift)).await?;
    back(&app, asker, id).await
}

/// Back to the licence's page, at its clip time.
async fn back(app: &App, asker: Asker<'_>, id: BundleId) -> Result<Response, Problem> {
    let licence = show::bundle(app, asker, id).await?.licence;
    let grant = app.issuer.grant(licence);
    let page = format!("/licences/{licence}?grant={grant}#clip-time");
    Ok(Redirect::to(&page).into_response())
}

/// `GET /gifts/{token}`: changes nothing.
pub(crate) async fn look(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    frame: Frame,
) -> Result<Response, Problem> {
    page(&app, &token, frame, &Filled::default()).await
}

async fn page(app: &App, token: &str, frame: Frame, filled: &Filled) -> Result<Response, Problem> {
    let shown = take::look(app, &app.call(), token).await?;
    super::html(&GiftPage {
        shell: frame.unlisted("A gift of clip time"),
        time: words::span(shown.ms),
        until: words::date(shown.expires_at),
        licensee: filled.field("licensee", ""),
        submit: Submit {
            action: format!("/gifts/{token}"),
            hidden: Vec::new(),
            label: "Take it".into(),
        },
    })
}

/// `POST /gifts/{token}`.
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    let (call, name) = (&mut app.call(), filled.value("licensee"));
    match take::take(&app, call, &frame.caller.0, &token, name).await {
        Ok(licence) => {
            let page = format!("{}&new=1", private_path(&licence));
            Ok(Redirect::to(&page).into_response())
        }
        Err(stop) => {
            let problem = Problem::from(stop);
            // What is wrong with the link itself is a page of its own.
            if problem.field.is_none() {
                return Err(problem);
            }
            let again = filled.refuse(problem, &[("licensee", "licensee")])?;
            let page = page(&app, &token, frame, &again).await?;
            Ok(again.answer(page))
        }
    }
}
