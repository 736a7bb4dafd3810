//! Accounts and the journals of the store's events.

use domain::agreement::Purse;
use domain::bundle::draw;
use domain::journal::{BuildError, Taken, bundle_sale_journal, post_shares, sale_draft, use_draft};
use domain::{
    Account, Bundle, BundleId, ProviderName, Rates, SaleSplit, Shared, SplitSheet, SplitSheetId,
    SubscriptionId, Tax, Timestamp, WalletId, split_sale,
};
use ledger::{AccountId, Currency, Journal, JournalError};

use crate::support::{payee, usd};

const SHEET: SplitSheetId = SplitSheetId::from_bytes([9; 16]);
const BUNDLE: BundleId = BundleId::from_bytes([7; 16]);

fn sheet() -> SplitSheet {
    let shares = vec![
        (payee(1), 333_333),
        (payee(2), 333_333),
        (payee(3), 333_334),
    ];
    SplitSheet::new(SHEET, 1, shares, 0).unwrap()
}

fn taken() -> Taken {
    let provider = ProviderName::new("sandbox").unwrap();
    Taken {
        provider,
        country: Some("DE".parse().unwrap()),
    }
}

fn purses(shared: &Shared) -> Vec<(Purse, i64)> {
    let parts = shared.parts.iter();
    parts
        .map(|(payee, micros)| (Purse::Payee(*payee), *micros))
        .collect()
}

fn sold(split: &SaleSplit, shared: &Shared) -> Result<Journal, BuildError> {
    let mut draft = sale_draft("lic_1", "a cut", split, &taken(), SHEET)?;
    let currency = split.gross.currency();
    post_shares(&mut draft, SHEET, &purses(shared), shared.carry, currency);
    draft.finish()?.ok_or(BuildError::Empty)
}

fn posted(journal: &Journal, account: &Account) -> i64 {
    let line = journal
        .lines()
        .iter()
        .find(|line| line.account == account.id());
    line.map_or(0, |line| line.money.micros())
}

#[test]
fn every_account_has_one_name_and_reads_back() {
    let table = [
        (
            Account::ProviderClearing(ProviderName::new("sandbox").unwrap()),
            "provider:sandbox",
        ),
        (Account::Tax(None), "tax:none"),
        (Account::Tax(Some("DE".parse().unwrap())), "tax:de"),
        (Account::ProviderFees, "provider-fees"),
        (Account::Commission, "commission"),
        (
            Account::Reserve(SHEET),
            "reserve:spl_0914h2g8j48144h2g8j48144h2",
        ),
        (
            Account::Payee(payee(9)),
            "payee:pay_0914h2g8j48144h2g8j48144h2",
        ),
        (
            Account::Carry(SHEET),
            "carry:spl_0914h2g8j48144h2g8j48144h2",
        ),
    ];
    let rail = ProviderName::new("sepa").unwrap();
    for account in [
        Account::Idle,
        Account::PayoutFees,
        Account::Exchange,
        Account::ExchangeResidue,
        Account::Pool(SubscriptionId::from_bytes([3; 16])),
        Account::PoolReserve(SubscriptionId::from_bytes([3; 16])),
        Account::Escrow(payee(9)),
        Account::Advance(payee(9)),
        Account::InTransit(rail.clone()),
        Account::PaidOut(rail),
        Account::Wallet(WalletId::from_bytes([3; 16])),
    ] {
        assert_eq!(account.to_string().parse(), Ok(account.clone()));
        assert_eq!(AccountId::new(account.to_string()), Ok(account.id()));
    }
    for (account, name) in table {
        assert_eq!(account.to_string().len(), name.len(), "{account}");
        assert_eq!(
            account.to_string().split(':').next(),
            name.split(':').next()
        );
        assert_eq!(account.to_string().parse(), Ok(account.clone()));
        assert_eq!(AccountId::new(account.to_string()), Ok(account.id()));
    }
    let unearned = Account::BundleUnearned(BUNDLE);
    assert_eq!(unearned.to_string(), format!("bundle-unearned:{BUNDLE}"));
    assert_eq!(unearned.id().as_str().parse(), Ok(unearned));
}

#[test]
fn a_name_that_is_no_account_is_refused() {
    let foreign = format!("payee:{SHEET}");
    for text in [
        "",
        "commission:",
        "commission:x",
        "tax",
        "tax:",
        "tax:DE",
        "tax:deu",
        "payee:x",
    ]
    .into_iter()
    .chain([
        "provider:",
        "provider:Sand Box",
        "wallet:x",
        "bundle-unearned",
        &foreign,
    ]) {
        assert!(text.parse::<Account>().is_err(), "{text}");
    }
}

#[test]
fn a_sale_moves_cash_to_tax_fee_commission_reserve_and_payees() {
    let rates = Rates {
        tax: Tax::Inclusive { bp: 1_900 },
        ..Rates::default()
    };
    let split = split_sale(usd(5_000_000), &rates).unwrap();
    let shared = sheet().share(split.composers.micros()).unwrap();
    let journal = sold(&split, &shared).unwrap();
    let cash = Account::ProviderClearing(ProviderName::new("sandbox").unwrap());
    assert_eq!(posted(&journal, &cash), -5_000_000);
    assert_eq!(
        posted(&journal, &Account::Tax(Some("DE".parse().unwrap()))),
        800_000
    );
    assert_eq!(posted(&journal, &Account::ProviderFees), 450_000);
    assert_eq!(
        posted(&journal, &Account::Commission),
        split.commission.micros()
    );
    assert_eq!(
        posted(&journal, &Account::Reserve(SHEET)),
        split.reserve.micros()
    );
    for (payee, part) in &shared.parts {
        assert_eq!(posted(&journal, &Account::Payee(*payee)), *part);
    }
    assert_eq!(posted(&journal, &Account::Carry(SHEET)), shared.carry);
    assert_eq!((journal.kind(), journal.source()), ("sale", "lic_1"));
}

#[test]
fn a_sale_shared_by_other_figures_does_not_balance() {
    let split = split_sale(usd(5_000_000), &Rates::default()).unwrap();
    let shared = sheet().share(split.composers.micros() - 1).unwrap();
    let built = sold(&split, &shared);
    let unbalanced = JournalError::Unbalanced {
        currency: Currency::USD,
        micros: -1,
    };
    assert_eq!(built, Err(BuildError::Journal(unbalanced)));
}

#[test]
fn a_bundle_is_sold_unearned_and_earned_by_its_uses() {
    let rates = Rates {
        commission_bp: 3_000,
        ..Rates::default()
    };
    let split = split_sale(usd(10_000_000), &rates).unwrap();
    let sale = bundle_sale_journal("bun_1", "", &split, &taken(), BUNDLE).unwrap();
    let unearned = posted(&sale, &Account::BundleUnearned(BUNDLE));
    assert_eq!(
        unearned, 6_587_000,
        "the composers' whole side, as in the worked case"
    );
    let held = Bundle {
        id: BUNDLE,
        total_ms: 600_000,
        consumed_ms: 0,
        unearned_micros: unearned,
        expires_at: Timestamp(1),
    };
    let draws = draw(&[held], 15_000, Timestamp(0)).unwrap();
    let shared = sheet().share(draws[0].earns).unwrap();
    let mut draft = use_draft("u1", "", &draws, Currency::USD).unwrap();
    let parts = purses(&shared);
    post_shares(&mut draft, SHEET, &parts, shared.carry, Currency::USD);
    let used = draft.finish().unwrap().unwrap();
    assert_eq!(posted(&used, &Account::BundleUnearned(BUNDLE)), -164_675);
    let paid: i64 = shared
        .parts
        .iter()
        .map(|(p, _)| posted(&used, &Account::Payee(*p)))
        .sum();
    assert_eq!(paid + posted(&used, &Account::Carry(SHEET)), 164_675);
}

#[test]
fn a_use_that_earned_nothing_needs_no_journal() {
    let draft = use_draft("u1", "", &[], Currency::USD).unwrap();
    assert_eq!(draft.finish(), Ok(None));
}
