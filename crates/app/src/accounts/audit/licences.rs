//! The audit of licences: each verifies by the store's keys, and was sold once.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use ledger::invariant::Breach;
use store::db::Tx;

use super::{Check, check};
use crate::{App, Fault};

/// Every licence's token verifies by the store's keys, and its envelope hashes to its claim.
const LICENCES_VERIFY: &str = "licences_verify";
/// Every licence that costs something has exactly one sale in the ledger, and every sale its
/// licence.
const LICENCES_ARE_PAID_ONCE: &str = "licences_are_paid_once";

/// Both checks.
pub(super) async fn checks(app: &App, tx: &mut Tx) -> Result<Vec<Check>, Fault> {
    Ok(vec![licences(app, tx).await?, sales(tx).await?])
}

async fn licences(app: &App, tx: &mut Tx) -> Result<Check, Fault> {
    let rows = tx.all(LICENCES, &[]).await?;
    let jwks = app.issuer.jwks();
    let mut breaches = Vec::new();
    for row in &rows {
        let detail = match licence_key::verify(&row.text("token")?, &jwks) {
            Err(error) => error.to_string(),
            Ok(verified) => {
                let hash = HEXLOWER.encode(&row.bytes("envelope_sha256")?);
                let same = verified.code().plain() == row.text("code")?
                    && verified.envelope_sha256() == hash;
                if same {
                    continue;
                }
                "the row says something else than the signed token".to_owned()
            }
        };
        breaches.push(Breach {
            invariant: LICENCES_VERIFY,
            subject: row.text("code")?,
            detail,
        });
    }
    Ok(check(LICENCES_VERIFY, rows.len(), breaches))
}

async fn sales(tx: &mut Tx) -> Result<Check, Fault> {
    let mut wanted: BTreeMap<String, i64> = BTreeMap::new();
    for row in tx.all(LICENCE_IDS, &[]).await? {
        *wanted
            .entry(domain::LicenceId::from_bytes(row.id("id")?).to_string())
            .or_default() += 1;
    }
    let count = wanted.len();
    for row in tx.all(SALES, &[]).await? {
        *wanted.entry(row.text("source")?).or_default() -= 1;
    }
    let breaches = wanted
        .into_iter()
        .filter(|(_, n)| *n != 0)
        .map(|(licence, n)| Breach {
            invariant: LICENCES_ARE_PAID_ONCE,
            subject: licence,
            detail: if n > 0 {
                "has no sale".into()
            } else {
                "has a sale too many".into()
            },
        });
    Ok(check(LICENCES_ARE_PAID_ONCE, count, breaches.collect()))
}

const LICENCES: &str = "select code, token, envelope_sha256 from licences";

const LICENCE_IDS: &str = "select id from licences where price_micros > 0";

const SALES: &str = "
    select source from journals
     where kind in ('sale', 'bundle_sale', 'subscription_sale', 'gift')";
