//! The audit of prices: what was paid, credited and taken off is what was quoted and captured.

use domain::invariant_price as rules;
use domain::invariant_price::{BundlePriceRow, PricedBy, PricedRow, ReducedRow};
use domain::{BundleId, LicenceId};
use ledger::{Currency, Money};
use serde::Deserialize;
use store::db::{Row, Tx};

use super::{Check, check};
use crate::Fault;

/// What of a quoted option an audit looks at.
#[derive(Deserialize)]
struct Quoted {
    asset: String,
    tier: String,
    #[serde(default)]
    stem: Option<String>,
    total_micros: i64,
    before_tax_micros: i64,
    #[serde(default)]
    upgrade_of: Option<(LicenceId, i64)>,
    #[serde(default)]
    deal: Option<Deal>,
}

#[derive(Deserialize)]
struct Deal {
    #[serde(default)]
    promo: Option<(String, i64)>,
}

#[derive(Deserialize)]
struct Line {
    micros: i64,
}

/// The checks.
pub(super) async fn checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    let (licences, bundles) = (licences(tx).await?, bundles(tx).await?);
    let (upgrades, promos) = (upgrades(tx).await?, promos(tx).await?);
    Ok(vec![
        check(
            rules::LICENCES_COST_WHAT_WAS_PAID,
            licences.len(),
            rules::licences_cost_what_was_paid(&licences),
        ),
        check(
            rules::BUNDLES_COST_WHAT_WAS_PAID,
            bundles.len(),
            rules::bundles_cost_what_was_paid(&bundles),
        ),
        check(
            rules::UPGRADES_CREDIT_WHAT_WAS_QUOTED,
            upgrades.len(),
            rules::upgrades_credit_what_was_quoted(&upgrades),
        ),
        check(
            rules::PROMOS_TOOK_OFF_WHAT_WAS_QUOTED,
            promos.len(),
            rules::promos_took_off_what_was_quoted(&promos),
        ),
    ])
}

async fn licences(tx: &mut Tx) -> Result<Vec<PricedRow>, Fault> {
    let rows = tx.all(LICENCES, &[]).await?;
    let read = |row: &Row| {
        Ok(PricedRow {
            licence: row.text("code")?,
            price: row.int("price_micros")?,
            paid: row.int("paid")?,
            lines: lines(row)?.iter().sum(),
        })
    };
    rows.iter().map(read).collect()
}

async fn bundles(tx: &mut Tx) -> Result<Vec<BundlePriceRow>, Fault> {
    let rows = tx.all(BUNDLES, &[]).await?;
    let read = |row: &Row| {
        let by = match row.opt_int("given_ms")? {
            None => PricedBy::Payment(money(row, "amount_micros", "paid_in")?),
            Some(ms) => PricedBy::Gift {
                of: money(row, "giver_price", "giver_currency")?,
                sold_ms: row.int("giver_ms")?,
                ms,
            },
        };
        Ok(BundlePriceRow {
            bundle: BundleId::from_bytes(row.id("id")?).to_string(),
            price: money(row, "price_micros", "currency")?,
            by,
        })
    };
    rows.iter().map(read).collect()
}

fn money(row: &Row, micros: &'static str, currency: &'static str) -> Result<Money, Fault> {
    let currency = Currency::from_code(&row.text(currency)?);
    let currency = currency.map_err(Fault::while_("reading a price's currency"))?;
    Ok(Money::new(row.int(micros)?, currency))
}

async fn upgrades(tx: &mut Tx) -> Result<Vec<ReducedRow>, Fault> {
    let mut out = Vec::new();
    for row in tx.all(UPGRADES, &[]).await? {
        let old = LicenceId::from_bytes(row.id("old_id")?);
        out.push(reduced(&row, |option| {
            let (of, credit) = option.upgrade_of?;
            (of == old).then_some(credit)
        })?);
    }
    Ok(out)
}

async fn promos(tx: &mut Tx) -> Result<Vec<ReducedRow>, Fault> {
    let mut out = Vec::new();
    for row in tx.all(PROMOS, &[]).await? {
        let used = row.text("promo")?;
        out.push(reduced(&row, |option| {
            let (code, off) = option.deal.as_ref()?.promo.as_ref()?;
            (*code == used).then_some(*off)
        })?);
    }
    Ok(out)
}

/// A licence beside the option of its quote that it was sold as; `said` finds what that says.
fn reduced(row: &Row, said: impl Fn(&Quoted) -> Option<i64>) -> Result<ReducedRow, Fault> {
    let options: Vec<Quoted> = serde_json::from_str(&row.text("options")?)
        .map_err(Fault::while_("reading a quote's options"))?;
    let (asset, tier) = (row.text("asset_kind")?, row.text("tier")?);
    let (stem, price) = (row.opt_text("stem")?, row.int("price_micros")?);
    let sold = options.iter().find(|one| {
        (&one.asset, &one.tier, &one.stem) == (&asset, &tier, &stem) && one.total_micros == price
    });
    let value = row.int("value_micros")?;
    Ok(ReducedRow {
        licence: row.text("code")?,
        off: row.int("off")?,
        quoted: sold.and_then(&said),
        value,
        before_tax: sold.map_or(0, |one| one.before_tax_micros),
        lines: lines(row)?,
    })
}

fn lines(row: &Row) -> Result<Vec<i64>, Fault> {
    let lines: Vec<Line> = serde_json::from_str(&row.text("price_lines")?)
        .map_err(Fault::while_("reading a licence's price"))?;
    Ok(lines.iter().map(|line| line.micros).collect())
}

/// All but gifts, which nobody paid for.
const LICENCES: &str = "
    select l.code, l.price_micros, l.price_lines, coalesce(p.amount_micros, 0) as paid
      from licences l left join payments p on p.id = l.payment_id
     where not exists (select 1 from bundles b
                        where b.licence_id = l.id and b.gift_id is not null)
     order by l.code";

const BUNDLES: &str = "
    select b.id, b.price_micros, b.currency, p.amount_micros, p.currency as paid_in,
           g.ms as given_ms, o.price_micros as giver_price, o.currency as giver_currency,
           o.total_ms as giver_ms
      from bundles b
      join licences l on l.id = b.licence_id
      join payments p on p.id = l.payment_id
      left join gifts g on g.id = b.gift_id
      left join bundles o on o.id = g.bundle_id
     order by b.id";

const UPGRADES: &str = "
    select u.old_id, u.credit_micros as off, l.code, l.asset_kind, l.tier, l.stem, l.price_micros,
           l.price_lines, coalesce(l.value_micros, l.price_micros) as value_micros, q.options
      from upgrades u
      join licences l on l.id = u.new_id
      join quotes q on q.id = l.quote_id
     order by l.code";

const PROMOS: &str = "
    select u.code as promo, u.off_micros as off, l.code, l.asset_kind, l.tier, l.stem,
           l.price_micros, l.price_lines, coalesce(l.value_micros, l.price_micros) as value_micros,
           q.options
      from promo_uses u
      join licences l on l.id = u.licence_id
      join quotes q on q.id = l.quote_id
     order by l.code";
