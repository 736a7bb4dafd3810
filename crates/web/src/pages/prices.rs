//! Prices: what is sold and for how much, changed by the composer or the operator.

use std::sync::Arc;

use app::App;
use app::access::{Principal, Role};
use app::offers::change::{self, Wish};
use app::offers::list::{self, Listed};
use app::offers::plans::{self, Plan};
use app::offers::{Effective, Hand, Reach};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::{AssetKind, Template, Tier};
use ledger::{Currency, Money};

use super::filled::Filled;
use super::frame::Frame;
use super::view::{Field, Hidden, PlanRow, PriceRow, PricesPage, TierForm};
use crate::api::params;
use crate::principal::sign_in_required;
use crate::problem::Problem;
use crate::words;

/// `GET /prices?for=`: a composer's own, or the store's for the operator.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    frame: Frame,
) -> Result<Response, Problem> {
    let of = whose(&app, &frame, params::value(query.as_deref(), "for")).await?;
    let done = params::value(query.as_deref(), "saved");
    let done = done.and_then(|tier| tier.parse::<Tier>().ok());
    let done = done.map(|tier| format!("{} is saved.", tier.label()));
    page(&app, frame, &of, done, &Filled::default()).await
}

/// `POST /prices`: saves one tier, or undoes its last change.
pub(crate) async fn save(
    State(app): State<Arc<App>>,
    frame: Frame,
    filled: Filled,
) -> Result<Response, Problem> {
    let named = filled.optional("for").map(str::to_owned);
    let of = whose(&app, &frame, named).await?;
    match change(&app, &frame, &of, &filled).await {
        Ok(tier) => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query
                .append_pair("for", &of)
                .append_pair("saved", tier.code());
            Ok(Redirect::to(&format!("/prices?{}", query.finish())).into_response())
        }
        Err(problem) => {
            // The field of a price is named after its tier on the page, where several stand.
            let tier = filled.value("tier").to_owned();
            let asset = problem.field.as_deref().and_then(|field| {
                let of_assets = field.strip_prefix("assets.")?;
                Some(of_assets.strip_suffix(".price")?.to_owned())
            });
            let asset = asset.unwrap_or_default();
            let (theirs, ours) = (format!("assets.{asset}.price"), id(&tier, &asset));
            let again = filled.refuse(problem, &[(&theirs, &ours)])?;
            let page = page(&app, frame, &of, None, &again).await?;
            Ok(again.answer(page))
        }
    }
}

/// The id of a price's field, without the `f-` before it.
fn id(tier: &str, asset: &str) -> String {
    format!("{tier}.{asset}")
}

async fn change(app: &App, frame: &Frame, of: &str, filled: &Filled) -> Result<Tier, Problem> {
    let tier: Tier = filled
        .value("tier")
        .parse()
        .map_err(|e: domain::tier::BadTier| Problem::new("bad_value", e.to_string()).at("tier"))?;
    let hand = Hand::Asker(&frame.caller.0);
    let wish = if filled.value("do") == "undo" {
        Wish::Undo { tier }
    } else {
        let listed = list::list(app, hand, of).await?;
        let mut templates = listed.templates.into_iter().map(|one| one.template);
        let found = templates.find(|one| one.tier == tier);
        let found = found
            .ok_or_else(|| Problem::new("unknown_tier", "there is no such tier here").at("tier"))?;
        Wish::Put(Box::new(over(filled, found, app.settings.currency)?))
    };
    change::change(app, &mut app.call(), hand, of, &wish, false).await?;
    Ok(tier)
}

/// Whose prices are meant: those that are named, else those of whoever is signed in.
async fn whose(app: &App, frame: &Frame, named: Option<String>) -> Result<String, Problem> {
    let Principal::Person(person) = &frame.caller.0 else {
        return Err(sign_in_required());
    };
    if let Some(named) = named {
        return Ok(named);
    }
    let own = match (person.role, person.payee) {
        (Role::Operator, _) => return Ok("store".into()),
        (Role::Composer, Some(payee)) => list::artist_of(app, payee).await?,
        _ => None,
    };
    own.map(|artist| format!("artist:{artist}")).ok_or_else(|| {
        let detail = "no artist here bears your name, so there is nothing of yours to price";
        Problem::new("not_your_offers", detail)
    })
}

async fn page(
    app: &App,
    frame: Frame,
    of: &str,
    done: Option<String>,
    filled: &Filled,
) -> Result<Response, Problem> {
    let listed = list::list(app, Hand::Asker(&frame.caller.0), of).await?;
    if !listed.may_change {
        let detail = "only the operator or the artist themselves may change this";
        return Err(Problem::new("not_your_offers", detail));
    }
    let currency = app.settings.currency;
    let asks = frame.caller.is_operator();
    let (whose, reaches) = heading(&listed);
    let tiers = listed.templates.iter();
    super::html(&PricesPage {
        shell: frame.unlisted("Prices"),
        whose,
        reaches,
        symbol: words::symbol(currency).trim().to_owned(),
        done,
        problem: filled.alert(),
        asks,
        tiers: tiers
            .map(|one| form(one, &listed, of, currency, filled))
            .collect(),
        plans: plans::plans(app).await?.iter().map(plan).collect(),
    })
}

fn heading(listed: &Listed) -> (String, String) {
    match listed.reach {
        Reach::Store => (
            "The store".into(),
            "They hold for everybody who has set none of their own.".into(),
        ),
        Reach::Artist(_) => (
            listed.name.clone(),
            "They hold for everything you have made, and go before the store's.".into(),
        ),
        Reach::Track(_) => (
            listed.name.clone(),
            "They hold for this track alone, and go before the artist's.".into(),
        ),
    }
}

fn form(
    one: &Effective,
    listed: &Listed,
    of: &str,
    currency: Currency,
    filled: &Filled,
) -> TierForm {
    let template = &one.template;
    // Of the tiers on the page one was sent.
    let sent = filled.value("tier") == template.tier.code();
    let own = one.from == listed.reach.word();
    let from = match &one.changed {
        None => "As shipped.".to_owned(),
        Some((by, at)) => format!("Set by {by} on {}.", words::date(*at)),
    };
    let hidden = |name: &str, value: &str| Hidden {
        name: name.into(),
        value: value.into(),
    };
    let rows = template.assets.iter().map(|(asset, terms)| {
        let before = typed(terms.price, currency);
        let name = format!("price.{asset}");
        let price = if sent {
            filled.field(&name, &before).value
        } else {
            before
        };
        let id = id(template.tier.code(), asset.code());
        PriceRow {
            asset: asset.code().to_owned(),
            label: asset.label().to_owned(),
            price: Field {
                value: price,
                error: filled.field(&id, "").error,
            },
            on_sale: ticked(filled, sent, &format!("open.{asset}"), terms.on_sale),
            id,
        }
    });
    TierForm {
        tier: template.tier.code().to_owned(),
        label: template.tier.label(),
        about: about(template),
        from,
        on_sale: template.on_sale,
        sold: ticked(filled, sent, "open", template.on_sale),
        rows: rows.collect(),
        hidden: vec![hidden("for", of), hidden("tier", template.tier.code())],
        can_undo: own,
    }
}

/// What a tier is for, in a sentence.
fn about(template: &Template) -> String {
    let purposes: Vec<_> = (template.purposes.iter())
        .map(domain::plain_en::purpose)
        .collect();
    let window = match template.window_months {
        Some(months) => format!(
            "published within {}",
            words::many(i64::from(months), "month", "months")
        ),
        None => "without an end".to_owned(),
    };
    let alone = match template.exclusive_months {
        Some(months) => format!(
            ", exclusive for {}",
            words::many(i64::from(months), "month", "months")
        ),
        None => String::new(),
    };
    format!("For {}; {window}{alone}.", purposes.join(", "))
}

/// A price as it is typed: `5.00`.
fn typed(minor: i64, currency: Currency) -> String {
    let money = Money::from_minor(minor, currency).unwrap_or(Money::zero(currency));
    let text = money.price_display();
    text.split(' ').next().unwrap_or_default().to_owned()
}

fn plan(plan: &Plan) -> PlanRow {
    PlanRow {
        code: plan.code.to_owned(),
        about: plan.about.clone(),
        price: words::price(plan.price),
    }
}

/// Whether a box is ticked: as it was sent, else as it stands.
fn ticked(filled: &Filled, sent: bool, name: &str, before: bool) -> bool {
    if sent {
        filled.optional(name).is_some()
    } else {
        before
    }
}

/// The template with the prices and ticks of the form; what the form doesn't name stays.
fn over(filled: &Filled, mut template: Template, currency: Currency) -> Result<Template, Problem> {
    template.on_sale = filled.optional("open").is_some();
    for (asset, terms) in &mut template.assets {
        if let Some(price) = filled.optional(&format!("price.{asset}")) {
            terms.price = minor(*asset, price, currency).map_err(|why| {
                Problem::new("bad_value", why).at(format!("assets.{asset}.price"))
            })?;
        }
        terms.on_sale = filled.optional(&format!("open.{asset}")).is_some();
    }
    Ok(template)
}

/// A typed price in whole minor units.
fn minor(asset: AssetKind, typed: &str, currency: Currency) -> Result<i64, String> {
    let unit = currency.minor_unit_micros();
    let money = format!("{} {}", typed.replace(',', "."), currency.code()).parse::<Money>();
    match money {
        Ok(money) if money.micros() % unit == 0 => Ok(money.micros() / unit),
        _ => Err(format!(
            "“{typed}” is no price for {}: write it like {}.",
            asset.label(),
            self::typed(500, currency)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_as_people_type_it_and_to_the_cent() {
        let read = |text| minor(AssetKind::Cut15, text, Currency::USD);
        assert_eq!(read("5"), Ok(500));
        assert_eq!(read("5.5"), Ok(550));
        assert_eq!(read("5,50"), Ok(550));
        for text in ["", "five", "5.005", "5.0.0"] {
            assert!(read(text).is_err(), "{text}");
        }
        assert_eq!(typed(550, Currency::USD), "5.50");
    }

    #[test]
    fn what_the_form_does_not_name_stays_and_an_empty_tick_closes() {
        let [creator, _, _] = domain::template::shipped();
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let filled = Filled::from(vec![
            field("open", "1"),
            field("price.cut_15", "6.00"),
            field("open.cut_15", "1"),
        ]);
        let changed = over(&filled, creator.clone(), Currency::USD).unwrap();
        assert_eq!(changed.assets[&AssetKind::Cut15].price, 600);
        assert_eq!(changed.assets[&AssetKind::Cut30].price, 700);
        assert!(changed.on_sale && !changed.assets[&AssetKind::Cut30].on_sale);
        assert_eq!(changed.placements, creator.placements);
    }
}
