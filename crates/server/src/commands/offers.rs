//! `clearcue offers`: what is sold, and for how much.

use std::path::Path;

use app::offers::change::{self, Changed, Wish};
use app::offers::list::{self, Past};
use app::offers::plans::plans;
use app::offers::{Effective, Hand};
use app::{App, Money, Template, Tier};
use serde_json::{Value, json};

use super::Context;
use crate::cli::{OffersChange, OffersSale, OffersVerb};
use crate::exit::Failure;
use crate::say::Say;

/// More changed offers than this are counted, not listed.
const LISTED: usize = 30;

pub(super) async fn run(context: &Context, verb: &OffersVerb) -> Result<(), Failure> {
    let app = context.app().await?;
    let say = &context.say;
    match verb {
        OffersVerb::Show { whose } => show(&app, say, &whose.of).await,
        OffersVerb::Export { tier, whose } => export(&app, say, &whose.of, tier).await,
        OffersVerb::History { tier, whose } => history(&app, say, &whose.of, tier).await,
        OffersVerb::Apply { file, change } => {
            let wish = Wish::Put(Box::new(template(file)?));
            apply(&app, say, change, &wish).await
        }
        OffersVerb::Close(sale) => sell(&app, say, sale, false).await,
        OffersVerb::Reopen(sale) => sell(&app, say, sale, true).await,
        OffersVerb::Undo { tier, change } => {
            let wish = Wish::Undo { tier: word(tier)? };
            apply(&app, say, change, &wish).await
        }
    }
}

fn word(tier: &str) -> Result<Tier, Failure> {
    tier.parse()
        .map_err(|e| Failure::misuse(format!("`{tier}` is no tier"), e))
}

fn template(file: &Path) -> Result<Template, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|e| Failure::failed(format!("{}: {e}", file.display()), "check the path"))?;
    serde_json::from_str(&text).map_err(|e| {
        Failure::misuse(
            format!("{}: {e}", file.display()),
            "see docs/offers.md, or begin with `clearcue offers export TIER`",
        )
    })
}

async fn show(app: &App, say: &Say, of: &str) -> Result<(), Failure> {
    let listed = list::list(app, Hand::Console, of).await?;
    for one in &listed.templates {
        say.text(heading(one));
        for (asset, terms) in &one.template.assets {
            let price = money(app, terms.price)?.price_display();
            let sold = one.template.on_sale && terms.on_sale;
            let note = if sold { "" } else { "  closed" };
            say.text(format!("  {:<18}{price:>14}{note}", asset.label()));
        }
    }
    let plans = plans(app).await?;
    for plan in &plans {
        let price = plan.price.price_display();
        say.text(format!("{:<12}{price:>22}  {}", plan.code, plan.about));
    }
    let templates = listed.templates.iter().map(document);
    let plans = plans.iter().map(|plan| {
        json!({
            "code": plan.code, "about": plan.about, "price_micros": plan.price.micros(),
            "rate_micros": plan.rate.micros(), "on_sale": plan.on_sale,
        })
    });
    say.json(&json!({
        "for": of, "name": listed.name, "templates": templates.collect::<Vec<_>>(),
        "plans": plans.collect::<Vec<_>>(),
    }));
    Ok(())
}

fn heading(one: &Effective) -> String {
    let from = match &one.changed {
        None => one.from.to_owned(),
        Some((by, at)) => format!(
            "{} version {}, by {by} on {}",
            one.from,
            one.version,
            at.day()
        ),
    };
    let closed = if one.template.on_sale { "" } else { ", closed" };
    format!("{} ({from}{closed})", one.template.tier.label())
}

fn document(one: &Effective) -> Value {
    json!({ "from": one.from, "version": one.version, "template": one.template })
}

fn money(app: &App, minor: i64) -> Result<Money, Failure> {
    Money::from_minor(minor, app.settings.currency)
        .map_err(|e| Failure::failed(e, "put a lower price"))
}

async fn export(app: &App, say: &Say, of: &str, tier: &str) -> Result<(), Failure> {
    let wanted = word(tier)?;
    let listed = list::list(app, Hand::Console, of).await?;
    let found = listed
        .templates
        .iter()
        .find(|one| one.template.tier == wanted);
    let found = found.ok_or_else(|| {
        Failure::failed(
            format!("there is no tier `{tier}` here"),
            "see `clearcue offers show`",
        )
    })?;
    let text = serde_json::to_string_pretty(&found.template)
        .map_err(|e| Failure::failed(e, "please report it"))?;
    say.text(text);
    say.json(&json!(found.template));
    Ok(())
}

async fn history(app: &App, say: &Say, of: &str, tier: &str) -> Result<(), Failure> {
    let past = list::history(app, of, word(tier)?).await?;
    for one in &past {
        let what = match &one.template {
            None => "taken back",
            Some(template) if !template.on_sale => "closed",
            Some(_) => "put",
        };
        say.text(format!(
            "{:>4}  {}  {}  {what}",
            one.version, one.at, one.by
        ));
    }
    if past.is_empty() {
        say.text("never changed here");
    }
    let version = |one: &Past| {
        json!({
            "version": one.version, "by": one.by, "at": one.at.to_string(),
            "template": one.template,
        })
    };
    say.json(&json!({ "versions": past.iter().map(version).collect::<Vec<_>>() }));
    Ok(())
}

async fn sell(app: &App, say: &Say, sale: &OffersSale, on_sale: bool) -> Result<(), Failure> {
    let asset = match sale.asset.as_deref().map(str::parse) {
        None => None,
        Some(Ok(asset)) => Some(asset),
        Some(Err(e)) => return Err(Failure::misuse("that is no asset", e)),
    };
    let wish = Wish::Sell {
        tier: word(&sale.tier)?,
        asset,
        on_sale,
    };
    apply(app, say, &sale.change, &wish).await
}

async fn apply(app: &App, say: &Say, how: &OffersChange, wish: &Wish) -> Result<(), Failure> {
    let (of, dry_run) = (how.whose.of.as_str(), how.dry_run);
    let changed = change::change(app, &mut app.call(), Hand::Console, of, wish, dry_run).await?;
    tell(say, &changed);
    let offers = changed.offers.iter().map(|one| {
        json!({
            "track": one.track, "asset": one.asset, "tier": one.tier, "terms_change": one.terms,
            "before_micros": one.before.map(Money::micros),
            "after_micros": one.after.map(Money::micros),
        })
    });
    say.json(&json!({
        "tier": changed.tier, "version": changed.version, "kept": changed.kept,
        "offers": offers.collect::<Vec<_>>(),
    }));
    Ok(())
}

fn tell(say: &Say, changed: &Changed) {
    let price = |money: Option<Money>| {
        money.map_or_else(|| "closed".to_owned(), |money| money.price_display())
    };
    for one in changed.offers.iter().take(LISTED) {
        let terms = if one.terms { "  other terms" } else { "" };
        say.text(format!(
            "{}  {}, {}: {} -> {}{terms}",
            one.track,
            one.asset.label(),
            one.tier.label(),
            price(one.before),
            price(one.after),
        ));
    }
    let count = changed.offers.len();
    if count > LISTED {
        say.text(format!("and {} more", count - LISTED));
    }
    let version = changed.version;
    let offers = if count == 1 { "offer" } else { "offers" };
    say.text(if changed.kept {
        format!(
            "{count} {offers} changed; this is version {version} of {}",
            changed.tier
        )
    } else {
        format!("{count} {offers} would change; nothing was changed")
    });
}
