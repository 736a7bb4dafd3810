//! Promotion codes.

use app::App;
use app::deals::promos::{self, Code, Wanted};
use app::offers::{Hand, list};
use app::{Discount, Money};

use super::{Content, DealForm, DealInput, DealRow, Noun, Step, day, input, submit, sure};
use crate::pages::filled::Filled;
use crate::problem::Problem;
use crate::words;

pub(super) const SHOWN: &[(&str, &str)] = &[
    ("code", "code"),
    ("name", "code"),
    ("off", "off"),
    ("from", "from"),
    ("until", "until"),
    ("uses", "uses"),
    ("tier", "tier"),
    ("track", "track"),
];

pub(super) async fn content(app: &App, filled: &Filled) -> Result<Content, Problem> {
    let codes = promos::list(app).await?;
    Ok(Content {
        about: "A code takes a part or an amount off the price of a licence, before tax. Its cost \
                is shared by the store and the composers alike. Quotes given with it keep it."
            .into(),
        head: &["Code", "Takes off", "For", "Counts", "Used"],
        rows: codes.iter().map(row).collect(),
        empty: "There is no code yet.",
        form: DealForm {
            heading: "Make a code".into(),
            submit: submit(Noun::Promos, &[("do", "make")], "Make the code"),
            inputs: inputs(app, filled).await?,
        },
        undo: None,
    })
}

async fn inputs(app: &App, filled: &Filled) -> Result<Vec<DealInput>, Problem> {
    let listed = list::list(app, Hand::Console, "store").await?;
    let tiers = listed.templates.iter().map(|one| {
        let tier = one.template.tier;
        (tier.code().to_owned(), tier.label())
    });
    let any = ("".to_owned(), "Every tier".to_owned());
    let field = |name| filled.field(name, "");
    let off = "A part like 25 %, or an amount like 2.00; behind it another currency, such as EUR.";
    Ok(vec![
        input(
            "code",
            "Code",
            "2 to 32 letters, digits and hyphens.",
            field("code"),
            "autocomplete=off maxlength=32 required",
        ),
        input(
            "off",
            "Takes off",
            off,
            field("off"),
            "autocomplete=off required",
        ),
        input(
            "from",
            "From (optional)",
            "From now on where not said.",
            field("from"),
            "type=date",
        ),
        input(
            "until",
            "Until (optional)",
            "It ends as this day begins.",
            field("until"),
            "type=date",
        ),
        input(
            "uses",
            "How often in all (optional)",
            "",
            field("uses"),
            "inputmode=numeric autocomplete=off size=8",
        ),
        DealInput {
            choices: filled.choices("tier", "", std::iter::once(any).chain(tiers)),
            ..input("tier", "For", "", field("tier"), "")
        },
        input(
            "track",
            "For one track alone (optional)",
            "The last word of its address.",
            field("track"),
            "autocomplete=off",
        ),
    ])
}

fn row(code: &Code) -> DealRow {
    let promo = &code.promo;
    let off = match promo.discount {
        Discount::Percent { bp } => words::basis_points(bp),
        Discount::Fixed(money) => words::price(money),
    };
    let what = match (code.tier, code.track) {
        (Some(tier), Some(_)) => format!("{}, one track", tier.label()),
        (Some(tier), None) => tier.label(),
        (None, Some(_)) => "One track".into(),
        (None, None) => "Everything".into(),
    };
    let counts = match (code.closed, promo.until) {
        (Some(at), _) => format!("closed on {}", words::date(at)),
        (None, Some(until)) => {
            format!("{} to {}", words::date(promo.from), words::date(until))
        }
        (None, None) => format!("from {}", words::date(promo.from)),
    };
    let used = match promo.limit {
        Some(limit) => format!("{} of {limit}", code.used),
        None => code.used.to_string(),
    };
    let close = [("do", "close"), ("name", code.code.as_str())];
    DealRow {
        name: code.code.clone(),
        cells: vec![off, what, counts, used],
        over: code.closed.is_some(),
        link: None,
        step: (code.closed.is_none()).then(|| submit(Noun::Promos, &close, "Close")),
    }
}

pub(super) async fn step(app: &App, hand: Hand<'_>, filled: &Filled) -> Result<Step, Problem> {
    if filled.value("do") == "close" {
        let code = filled.value("name");
        let words = format!(
            "{code} isn't accepted any more once it is closed; quotes given with it can still be \
             bought. It can't be opened again, and its word stays taken."
        );
        if let Some(confirm) = sure(Noun::Promos, filled, code, words) {
            return Ok(Step::Sure(confirm));
        }
        promos::close(app, &app.call(), hand, code).await?;
        return Ok(Step::Closed(code.to_owned()));
    }
    let bad = |field: &str, detail: &str| Problem::new("bad_value", detail).at(field);
    let uses = filled.optional("uses").map(str::parse).transpose();
    let tier = filled.optional("tier").map(str::parse).transpose();
    let wanted = Wanted {
        code: filled.value("code").to_owned(),
        discount: off(app, filled.value("off"))
            .ok_or_else(|| bad("off", "say what it takes off, like 25 % or 2.00"))?,
        from: day(filled, "from")?,
        until: day(filled, "until")?,
        limit: uses.map_err(|_| bad("uses", "say a whole number, or leave it out"))?,
        tier: tier.map_err(|_| bad("tier", "there is no such tier here"))?,
        track: filled.optional("track").map(str::to_owned),
    };
    let made = promos::make(app, &app.call(), hand, &wanted).await?;
    Ok(Step::Made(made.code))
}

/// What a code takes off: a part, an amount of the store's own currency, or one of another.
fn off(app: &App, text: &str) -> Option<Discount> {
    if text.ends_with('%') {
        return words::percentage(text).map(|bp| Discount::Percent { bp });
    }
    let currency = app.settings.currency;
    let own = words::amount(text, currency).map(|micros| Money::new(micros, currency));
    let (amount, code) = text.rsplit_once(' ').unwrap_or((text, ""));
    let other = app::Currency::from_code(&code.to_ascii_uppercase()).ok();
    let of_other = |other| words::amount(amount, other).map(|micros| Money::new(micros, other));
    own.or_else(|| other.and_then(of_other))
        .map(Discount::Fixed)
}
