//! Plans of the pool: what a cycle costs, what each use is guaranteed, and the operator's changes.
//! A change holds from the next cycle of every subscriber on; running cycles keep their terms.

use domain::pool::{IdleRule, PoolError};
use domain::sale::SaleRefusal;
use domain::{Plan, Rates, SaleSplit, split_sale};
use ledger::{Currency, Money};
use store::db::{Row, Tx};
use thiserror::Error;

use crate::accounts::cycles::{cap, idle_rule};
use crate::{App, Call, Fault, Refusal, Stop};

/// A plan as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolPlan {
    /// Its stable code, such as `pool_5`.
    pub code: String,
    /// Its name, for people.
    pub label: String,
    /// Price, guarantee, cap and what becomes of an idle cycle.
    pub terms: Plan,
    /// How many uses a cycle allows, by the present rates; 0 where the price bears none.
    pub allowance: i64,
    /// Whether it can be subscribed to.
    pub on_sale: bool,
}

/// What a plan is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its code: 1 to 40 of `a-z 0-9 _`.
    pub code: String,
    /// Its name: 1 to 60 characters.
    pub label: String,
    /// The price of a cycle before tax that is added, in minor units.
    pub price_minor: i64,
    /// What each use is guaranteed, in micro-units.
    pub guarantee_micros: i64,
    /// The most uses of one track in a cycle.
    pub track_cap: Option<u32>,
    /// What becomes of a cycle without uses.
    pub idle: IdleRule,
    /// Whether it can be subscribed to.
    pub on_sale: bool,
}

/// Why a plan isn't changed. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanRefusal {
    /// No code.
    #[error("a plan's code has 1 to 40 characters of a-z, 0-9 and _")]
    Code,
    /// No name.
    #[error("a plan's name has 1 to 60 characters")]
    Label,
    /// The figures make no plan.
    #[error("{0}")]
    Figures(PoolError),
    /// The price can't be charged, or pays not a single use.
    #[error("at this price {0}")]
    Price(String),
}

impl Refusal for PlanRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Code => "bad_plan_code",
            Self::Label | Self::Figures(_) | Self::Price(_) => "bad_plan",
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::Code => "code",
            Self::Label => "label",
            Self::Figures(PoolError::CapOfZero) => "track_cap",
            Self::Figures(_) => "guarantee",
            Self::Price(_) => "price",
        };
        Some(field.into())
    }
}

impl PoolPlan {
    /// A cycle's price, divided by these rates. `None` where tax and fee leave less than one
    /// guaranteed use: then it isn't sold by them.
    ///
    /// # Errors
    /// [`Fault`] where a figure doesn't fit.
    pub(crate) fn split(&self, rates: &Rates) -> Result<Option<SaleSplit>, Fault> {
        let split = match split_sale(self.terms.price(), rates) {
            Ok(split) => split,
            Err(SaleRefusal::TooSmall { .. }) => return Ok(None),
            Err(other) => return Err(Fault::while_("splitting a plan's price")(other)),
        };
        let funded = split.composers.micros() >= self.terms.guarantee().micros();
        Ok(funded.then_some(split))
    }
}

/// Every plan, the cheapest first, with its allowance by the store's rates.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn list(app: &App) -> Result<Vec<PoolPlan>, Fault> {
    let mut plans = all(&mut app.read().await?).await?;
    for plan in &mut plans {
        plan.allowance = allowance(&app.settings.rates, &plan.terms).unwrap_or(0);
    }
    Ok(plans)
}

/// Makes a plan, or changes one. For the operator's console.
///
/// # Errors
/// [`PlanRefusal`].
pub async fn set(app: &App, call: &Call, wanted: &Wanted) -> Result<PoolPlan, Stop<PlanRefusal>> {
    let terms = check(app, wanted).map_err(Stop::Refused)?;
    let (code, label) = (wanted.code.as_str(), wanted.label.trim());
    let rule = idle_word(wanted.idle);
    let mut tx = app.write().await?;
    let values = [
        code.into(),
        label.into(),
        terms.price().micros().into(),
        terms.price().currency().code().into(),
        wanted.guarantee_micros.into(),
        wanted.track_cap.map(i64::from).into(),
        rule.into(),
        wanted.on_sale.into(),
        call.now.0.into(),
    ];
    tx.run(PUT, &values).await?;
    tx.commit().await?;
    Ok(PoolPlan {
        code: code.to_owned(),
        label: label.to_owned(),
        allowance: allowance(&app.settings.rates, &terms).unwrap_or(0),
        terms,
        on_sale: wanted.on_sale,
    })
}

fn check(app: &App, wanted: &Wanted) -> Result<Plan, PlanRefusal> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if !(1..=40).contains(&wanted.code.len()) || !wanted.code.bytes().all(plain) {
        return Err(PlanRefusal::Code);
    }
    let label = wanted.label.trim();
    if !(1..=60).contains(&label.chars().count()) || label.chars().any(char::is_control) {
        return Err(PlanRefusal::Label);
    }
    let currency = app.settings.currency;
    let price = Money::from_minor(wanted.price_minor, currency)
        .map_err(|error| PlanRefusal::Price(error.to_string()))?;
    let guarantee = Money::new(wanted.guarantee_micros, currency);
    let plan = Plan::new(price, guarantee, wanted.track_cap, wanted.idle);
    let plan = plan.map_err(PlanRefusal::Figures)?;
    match allowance(&app.settings.rates, &plan) {
        Ok(0) => Err(PlanRefusal::Price(
            "not a single use is funded: raise it, or lower the guarantee".into(),
        )),
        Ok(_) => Ok(plan),
        Err(why) => Err(PlanRefusal::Price(why)),
    }
}

/// How many uses a cycle of a plan allows by these rates; why none, where the price bears none.
pub(crate) fn allowance(rates: &Rates, terms: &Plan) -> Result<i64, String> {
    let split = split_sale(terms.price(), rates).map_err(|e| e.to_string())?;
    let pool = terms.fund(split.composers).map_err(|e| e.to_string())?;
    Ok(pool.allowance())
}

/// The plan of a code.
pub(crate) async fn read(tx: &mut Tx, code: &str) -> Result<Option<PoolPlan>, Fault> {
    let sql = format!("{PLANS}{BY_CODE}");
    let row = tx.optional(&sql, &[code.into()]).await?;
    row.as_ref().map(of).transpose()
}

/// Every plan, the cheapest first; allowances aren't reckoned.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<PoolPlan>, Fault> {
    let sql = tx.spelt(&format!("{PLANS}{IN_ORDER}"));
    let rows = tx.all(&sql, &[]).await?;
    rows.iter().map(of).collect()
}

fn of(row: &Row) -> Result<PoolPlan, Fault> {
    let currency = Currency::from_code(&row.text("currency")?)
        .map_err(Fault::while_("reading a plan's currency"))?;
    let terms = Plan::new(
        Money::new(row.int("price_micros")?, currency),
        Money::new(row.int("guarantee_micros")?, currency),
        cap(row)?,
        idle_rule(&row.text("idle_rule")?),
    );
    Ok(PoolPlan {
        code: row.text("code")?,
        label: row.text("label")?,
        terms: terms.map_err(Fault::while_("reading a plan"))?,
        allowance: 0,
        on_sale: row.flag("on_sale")?,
    })
}

/// The word of a rule in the database.
#[must_use]
pub fn idle_word(rule: IdleRule) -> &'static str {
    match rule {
        IdleRule::Share => "share",
        IdleRule::RollOver => "roll_over",
    }
}

const PLANS: &str = "
    select code, label, price_micros, currency, guarantee_micros, track_cap, idle_rule, on_sale
      from pool_plans";

const BY_CODE: &str = " where code = $1";

const IN_ORDER: &str = " order by currency, price_micros, code {bytewise}";

const PUT: &str = "
    insert into pool_plans (code, label, price_micros, currency, guarantee_micros, track_cap,
                            idle_rule, on_sale, changed_ms)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (code) do update
       set label = excluded.label, price_micros = excluded.price_micros,
           currency = excluded.currency, guarantee_micros = excluded.guarantee_micros,
           track_cap = excluded.track_cap, idle_rule = excluded.idle_rule,
           on_sale = excluded.on_sale, changed_ms = excluded.changed_ms";
