//! The audit of wallets, of what left bundles, and of exchange.

use domain::bundle_cut::CutBundle;
use domain::invariant_wallet as rules;
use domain::invariant_wallet::{CutRow, DeskRow, GrantRow, WalletRow};
use domain::{Account, BundleId, ExchangeId, WalletGrantId, WalletId};
use ledger::exchange::{Exchange, Rate};
use ledger::{Currency, Money};
use store::db::{Row, Tx};

use super::{Check, balance, check};
use crate::Fault;
use crate::accounts::clip_time;

pub(super) async fn checks(tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    let (wallets, grants) = (wallets(tx).await?, grants(tx).await?);
    let cuts = cuts(tx).await?;
    let (exchanges, desks) = (exchanges(tx).await?, desks(tx).await?);
    Ok(vec![
        check(
            rules::WALLETS_HOLD_WHAT_WAS_LOADED,
            wallets.len(),
            rules::wallets_hold_what_was_loaded(&wallets, &grants),
        ),
        check(
            rules::BUNDLES_KEEP_THEIR_CUTS,
            cuts.len(),
            rules::bundles_keep_their_cuts(&cuts),
        ),
        check(
            rules::EXCHANGES_FOLLOW_THEIR_RATES,
            exchanges.len(),
            rules::exchanges_follow_their_rates(&exchanges, &desks),
        ),
    ])
}

async fn wallets(tx: &mut Tx) -> Result<Vec<WalletRow>, Fault> {
    let mut out = Vec::new();
    for row in tx.all(WALLETS, &[]).await? {
        let id = WalletId::from_bytes(row.id("id")?);
        let (account, currency) = (Account::Wallet(id).id(), row.text("currency")?);
        let values = [account.as_str().into(), currency.as_str().into()];
        let posted = tx.one(POSTED, &values).await?;
        out.push(WalletRow {
            wallet: id.to_string(),
            balance: balance(tx, account.as_str(), &currency).await?,
            loaded: (row.int("loaded")?, posted.int("loaded")?),
            spent: (row.int("spent")?, -posted.int("spent")?),
            refunded: (row.int("refunded")?, -posted.int("refunded")?),
            // What its owner had paid back is taken of its loads too, and stands by itself.
            taken: row.int("taken")? - row.int("refunded")?,
            others: posted.int("others")?,
        });
    }
    Ok(out)
}

async fn grants(tx: &mut Tx) -> Result<Vec<GrantRow>, Fault> {
    let rows = tx.all(GRANTS, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(GrantRow {
                grant: WalletGrantId::from_bytes(row.id("id")?).to_string(),
                cap: row.int("cap_micros")?,
                spent: row.int("spent_micros")?,
                bought: row.int("bought")?,
            })
        })
        .collect()
}

async fn cuts(tx: &mut Tx) -> Result<Vec<CutRow>, Fault> {
    let mut out = Vec::new();
    for row in tx.all(CUTS, &[]).await? {
        let account = Account::BundleUnearned(BundleId::from_bytes(row.id("id")?)).id();
        out.push(CutRow {
            bundle: clip_time::figures(&row)?,
            cuts: (row.int("cut_ms")?, row.int("cut_micros")?),
            draws: (row.int("drawn_ms")?, row.int("drawn_micros")?),
            promised: row.int("promised")?,
            balance: balance(tx, account.as_str(), &row.text("currency")?).await?,
        });
    }
    Ok(out)
}

/// A bundle's figures, and what waits behind links of gifts.
pub(super) async fn bundles(tx: &mut Tx) -> Result<Vec<(CutBundle, i64, String)>, Fault> {
    let rows = tx.all(CUTS, &[]).await?;
    rows.iter()
        .map(|row| {
            let figures = clip_time::figures(row)?;
            Ok((figures, row.int("promised")?, row.text("currency")?))
        })
        .collect()
}

async fn exchanges(tx: &mut Tx) -> Result<Vec<(String, Exchange)>, Fault> {
    let rows = tx.all(EXCHANGES, &[]).await?;
    rows.iter().map(exchange).collect()
}

fn exchange(row: &Row) -> Result<(String, Exchange), Fault> {
    let doing = "reading an exchange";
    let currency =
        |code: String| Currency::from_code(&code).map_err(Fault::while_("reading an exchange"));
    let (from, to) = (currency(row.text("sold")?)?, currency(row.text("bought")?)?);
    let rate = Rate::new(from, to, row.int("numerator")?, row.int("denominator")?);
    let made = Exchange {
        sold: Money::new(row.int("sold_micros")?, from),
        bought: Money::new(row.int("bought_micros")?, to),
        rate: rate.map_err(Fault::while_(doing))?,
        residue: row.int("residue")?,
    };
    Ok((ExchangeId::from_bytes(row.id("id")?).to_string(), made))
}

async fn desks(tx: &mut Tx) -> Result<Vec<DeskRow>, Fault> {
    let mut out = Vec::new();
    for row in tx.all(DESKS, &[]).await? {
        let code = row.text("currency")?;
        let (desk, residue) = (Account::Exchange.id(), Account::ExchangeResidue.id());
        out.push(DeskRow {
            currency: Currency::from_code(&code)
                .map_err(Fault::while_("reading an exchange's currency"))?,
            sold: row.int("sold")?,
            bought: row.int("bought")?,
            whole: row.int("whole")?,
            desk: balance(tx, desk.as_str(), &code).await?,
            residue: balance(tx, residue.as_str(), &code).await?,
        });
    }
    Ok(out)
}

const WALLETS: &str = "
    select w.id, w.currency,
           cast(coalesce((select sum(l.amount_micros) from wallet_loads l
                           where l.wallet_id = w.id), 0) as bigint) as loaded,
           cast(coalesce((select sum(l.taken_micros - l.borne_micros) from wallet_loads l
                           where l.wallet_id = w.id), 0) as bigint) as taken,
           cast(coalesce((select sum(s.micros) from wallet_spends s
                           where s.wallet_id = w.id), 0) as bigint) as spent,
           cast(coalesce((select sum(r.micros) from wallet_refunds r
                           where r.wallet_id = w.id), 0) as bigint) as refunded
      from wallets w order by w.id";

const POSTED: &str = "
    select cast(coalesce(sum(case when j.kind = 'wallet_load' then p.amount_micros end), 0)
                as bigint) as loaded,
           cast(coalesce(sum(case when j.kind in ('sale', 'bundle_sale') then p.amount_micros end),
                         0) as bigint) as spent,
           cast(coalesce(sum(case when j.kind = 'wallet_refund' then p.amount_micros end), 0)
                as bigint) as refunded,
           cast(coalesce(sum(case when j.kind not in ('wallet_load', 'sale', 'bundle_sale',
                                                      'wallet_refund')
                                  then p.amount_micros end), 0) as bigint) as others
      from postings p join journals j on j.id = p.journal_id
     where p.account = $1 and p.currency = $2";

const GRANTS: &str = "
    select g.id, g.cap_micros, g.spent_micros,
           cast(coalesce((select sum(s.micros) from wallet_spends s where s.grant_id = g.id), 0)
                as bigint) as bought
      from wallet_grants g order by g.id";

const CUTS: &str = "
    select b.id, b.currency, b.total_ms, b.unearned_micros, b.consumed_ms, b.gone_ms,
           b.gone_micros, b.base_ms, b.base_micros, b.expires_ms,
           cast(coalesce((select sum(c.ms) from bundle_cuts c where c.bundle_id = b.id), 0)
                as bigint) as cut_ms,
           cast(coalesce((select sum(c.micros) from bundle_cuts c where c.bundle_id = b.id), 0)
                as bigint) as cut_micros,
           cast(coalesce((select sum(d.billed_ms) from use_draws d where d.bundle_id = b.id), 0)
                as bigint) as drawn_ms,
           cast(coalesce((select sum(d.earned_micros) from use_draws d
                           where d.bundle_id = b.id), 0) as bigint) as drawn_micros,
           cast(coalesce((select sum(g.micros) from gifts g
                           where g.bundle_id = b.id and g.taken_ms is null
                             and g.withdrawn_ms is null), 0) as bigint)
             - b.taken_micros as promised
      from bundles b order by b.id";

const EXCHANGES: &str = "
    select e.id, e.sold, e.bought, e.sold_micros, e.bought_micros, e.residue, r.numerator,
           r.denominator
      from exchanges e
      join exchange_rates r on r.sold = e.sold and r.bought = e.bought and r.version = e.version
     order by e.id";

const DESKS: &str = "
    select c.currency,
           cast(coalesce((select sum(e.sold_micros) from exchanges e
                           where e.sold = c.currency), 0) as bigint) as sold,
           cast(coalesce((select sum(e.bought_micros) from exchanges e
                           where e.bought = c.currency), 0) as bigint) as bought,
           cast(coalesce((select sum(s.whole) from exchange_residues s
                           where s.currency = c.currency), 0) as bigint) as whole
      from (select sold as currency from exchanges union select bought from exchanges
             union select currency from balances
                    where account in ('exchange', 'exchange-residue')) c
     order by c.currency";
