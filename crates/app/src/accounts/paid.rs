//! A payment as the books have it: what it paid for, what its provider has told since, and what
//! is posted for it in all.

use std::collections::BTreeMap;

use domain::refund::{Facts, Original};
use domain::{Account, BundleId, LicenceId, PayeeId, PaymentId, SplitSheetId, Timestamp, WalletId};
use ledger::{Currency, Journal, JournalDraft, Money};
use store::db::{Row, Tx};

use super::payments::Subject;
use crate::Fault;

/// A captured payment.
#[derive(Debug, Clone)]
pub(crate) struct Paid {
    /// Its id.
    pub(crate) id: PaymentId,
    /// At which provider.
    pub(crate) provider: String,
    /// What the provider calls it.
    pub(crate) reference: String,
    /// What was captured.
    pub(crate) money: Money,
    /// When.
    pub(crate) captured_at: Timestamp,
    /// What it paid for.
    pub(crate) subject: Subject,
}

/// What is posted by account, in micro-units. What stands in a payee's escrow counts as theirs:
/// whichever purse it lay in, it goes back out of the one they have now.
pub(crate) type Books = BTreeMap<Account, i64>;

/// The payment of an id.
pub(crate) async fn find(tx: &mut Tx, id: PaymentId) -> Result<Option<Paid>, Fault> {
    let row = tx.optional(BY_ID, &[id.bytes().into()]).await?;
    row.map(|row| read(&row)).transpose()
}

/// The same, locked until the transaction ends: everything that follows its facts goes one after
/// the other.
pub(crate) async fn locked(tx: &mut Tx, id: PaymentId) -> Result<Option<Paid>, Fault> {
    let lock = format!("{BY_ID}{}", tx.for_update());
    let row = tx.optional(&lock, &[id.bytes().into()]).await?;
    row.map(|row| read(&row)).transpose()
}

/// The payment that a provider calls by this reference.
pub(crate) async fn named(
    tx: &mut Tx,
    provider: &str,
    reference: &str,
) -> Result<Option<PaymentId>, Fault> {
    let row = tx
        .optional(BY_REFERENCE, &[provider.into(), reference.into()])
        .await?;
    let id = row.map(|row| row.id("id")).transpose()?;
    Ok(id.map(PaymentId::from_bytes))
}

fn read(row: &Row) -> Result<Paid, Fault> {
    let currency = Currency::from_code(&row.text("currency")?)
        .map_err(Fault::while_("reading a payment's currency"))?;
    Ok(Paid {
        id: PaymentId::from_bytes(row.id("id")?),
        provider: row.text("provider")?,
        reference: row.text("reference")?,
        money: Money::new(row.int("amount_micros")?, currency),
        captured_at: Timestamp(row.int("captured_ms")?),
        subject: Subject::read(row)?,
    })
}

/// What is known of a payment: at least that it was captured.
pub(crate) async fn facts(tx: &mut Tx, paid: &Paid) -> Result<Facts, Fault> {
    let captured = Facts {
        captured: paid.money.micros(),
        ..Facts::default()
    };
    let row = tx.optional(FACTS, &[paid.id.bytes().into()]).await?;
    match row {
        Some(row) => Ok(captured.join(&read_facts(&row.text("facts")?)?)),
        None => Ok(captured),
    }
}

/// Facts as they are kept.
pub(crate) fn read_facts(text: &str) -> Result<Facts, Fault> {
    serde_json::from_str(text).map_err(Fault::while_("reading a payment's facts"))
}

/// The journal of what was paid for.
pub(crate) async fn journal(tx: &mut Tx, paid: &Paid) -> Result<Journal, Fault> {
    let source = match paid.subject {
        Subject::Licence(licence) => licence.to_string(),
        Subject::WalletLoad(load) => load.to_string(),
        Subject::Subscription(_) => {
            let row = tx.one(CYCLE_SALE, &[paid.id.bytes().into()]).await?;
            row.text("journal_source")?
        }
    };
    let rows = tx.all(SALE, &[source.as_str().into()]).await?;
    let kind = rows.first().map(|row| row.text("kind")).transpose()?;
    let mut draft = JournalDraft::new(kind.unwrap_or_default(), source, "");
    for row in &rows {
        let (account, money) = line(row)?;
        draft.post(account.id(), money);
    }
    let journal = draft.finish().map_err(Fault::while_("reading a sale"))?;
    journal.ok_or_else(|| Fault::because("reading a sale", "a payment has no journal"))
}

/// The legs of what was paid for.
pub(crate) fn legs(journal: &Journal) -> Result<Original, Fault> {
    Original::of(journal).map_err(Fault::while_("reading a sale's legs"))
}

/// What is posted for a payment: its sale, and whatever followed its facts. What the platform
/// bore of a load, since its wallet held no more, counts as the wallet's.
pub(crate) async fn posted(tx: &mut Tx, paid: &Paid, sale: &Journal) -> Result<Books, Fault> {
    let mut books = Books::new();
    for line in sale.lines() {
        let account = line.account.as_str().parse();
        let account = account.map_err(Fault::while_("reading an account's name"))?;
        *books.entry(account).or_default() += line.money.micros();
    }
    for row in tx.all(FOLLOWED, &[paid.id.bytes().into()]).await? {
        let (account, money) = line(&row)?;
        *books.entry(account).or_default() += money.micros();
    }
    match paid.subject {
        Subject::Licence(_) | Subject::Subscription(_) => {}
        Subject::WalletLoad(load) => {
            let row = tx.one(LOAD, &[load.bytes().into()]).await?;
            let wallet = Account::Wallet(WalletId::from_bytes(row.id("wallet_id")?));
            let borne = row.int("borne_micros")?;
            *books.entry(wallet).or_default() -= borne;
            *books.entry(Account::Commission).or_default() += borne;
        }
    }
    Ok(of_payees(books))
}

/// The same books with escrows counted as their payees'.
pub(crate) fn of_payees(books: Books) -> Books {
    let mut out = Books::new();
    for (account, micros) in books {
        let account = match account {
            Account::Escrow(payee) => Account::Payee(payee),
            other => other,
        };
        *out.entry(account).or_default() += micros;
    }
    out.retain(|_, micros| *micros != 0);
    out
}

/// Is this account of clip time's composers' side: what nobody has earned yet, and what tracks
/// gave back?
pub(crate) fn is_clip_time(account: &Account) -> bool {
    matches!(
        account,
        Account::BundleUnearned(_) | Account::Payee(_) | Account::Carry(_)
    )
}

fn line(row: &Row) -> Result<(Account, Money), Fault> {
    let account = row.text("account")?.parse();
    let account = account.map_err(Fault::while_("reading an account's name"))?;
    let currency = Currency::from_code(&row.text("currency")?)
        .map_err(Fault::while_("reading a posting's currency"))?;
    Ok((account, Money::new(row.int("amount_micros")?, currency)))
}

/// By which sheet each payee got their part of a licence's sale; none where it was no sheet's.
pub(crate) async fn sheets(
    tx: &mut Tx,
    licence: LicenceId,
) -> Result<BTreeMap<PayeeId, Option<SplitSheetId>>, Fault> {
    let mut out = BTreeMap::new();
    for row in tx.all(SHEETS, &[licence.bytes().into()]).await? {
        let sheet = row.id("sheet_id")?;
        let sheet = (sheet != [0; 16]).then(|| SplitSheetId::from_bytes(sheet));
        let known = out.entry(PayeeId::from_bytes(row.id("payee_id")?));
        let known = known.or_insert(None);
        *known = known.or(sheet);
    }
    Ok(out)
}

/// The bundle that a licence sold; none for a licence of a track.
pub(crate) async fn bundle(tx: &mut Tx, licence: LicenceId) -> Result<Option<BundleId>, Fault> {
    let row = tx.optional(BUNDLE, &[licence.bytes().into()]).await?;
    let id = row.map(|row| row.id("id")).transpose()?;
    Ok(id.map(BundleId::from_bytes))
}

const BY_ID: &str = "
    select id, provider, reference, amount_micros, currency, captured_ms, subject, subject_id
      from payments where id = $1";

const BY_REFERENCE: &str = "select id from payments where provider = $1 and reference = $2";

const FACTS: &str = "select facts from payment_facts where payment_id = $1";

const SALE: &str = "
    select j.kind, p.account, p.currency, p.amount_micros
      from journals j join postings p on p.journal_id = j.id
     where j.kind in ('sale', 'bundle_sale', 'wallet_load', 'subscription_sale', 'renewal',
                      'plan_upgrade') and j.source = $1";

const CYCLE_SALE: &str = "select journal_source from cycle_payments where payment_id = $1";

const FOLLOWED: &str = "
    select p.account, p.currency, p.amount_micros
      from payment_journals f join postings p on p.journal_id = f.journal_id
     where f.payment_id = $1";

const SHEETS: &str = "
    select payee_id, sheet_id from payee_lines where kind = 'sale' and source_id = $1";

const BUNDLE: &str = "select id from bundles where licence_id = $1";

const LOAD: &str = "select wallet_id, borne_micros from wallet_loads where id = $1";
