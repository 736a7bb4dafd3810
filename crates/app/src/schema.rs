//! The steps of the schema, in order. See `migrations/README.md`.

use store::db::Migration;

/// A step with tables whose rows stay: its text, and triggers that each engine words otherwise.
macro_rules! kept {
    ($name:literal, $file:literal, $number:literal) => {
        Migration {
            name: $name,
            sqlite: concat!(
                include_str!(concat!("../migrations/", $file, ".sql")),
                include_str!(concat!(
                    "../migrations/",
                    $number,
                    "_append_only.sqlite.sql"
                )),
            ),
            postgres: concat!(
                include_str!(concat!("../migrations/", $file, ".sql")),
                include_str!(concat!(
                    "../migrations/",
                    $number,
                    "_append_only.postgres.sql"
                )),
            ),
        }
    };
}

/// Every step, oldest first. A step never changes once it has landed.
pub const MIGRATIONS: &[Migration] = &[
    Migration::same(
        "catalogue",
        include_str!("../migrations/0001_catalogue.sql"),
    ),
    Migration::same("ledger", include_str!("../migrations/0002_ledger.sql")),
    Migration {
        name: "append_only",
        sqlite: include_str!("../migrations/0003_append_only.sqlite.sql"),
        postgres: include_str!("../migrations/0003_append_only.postgres.sql"),
    },
    Migration::same(
        "licensing",
        include_str!("../migrations/0004_licensing.sql"),
    ),
    Migration::same("usage", include_str!("../migrations/0005_usage.sql")),
    Migration::same("access", include_str!("../migrations/0006_access.sql")),
    Migration::same("offers", include_str!("../migrations/0007_offers.sql")),
    Migration::same("papers", include_str!("../migrations/0008_papers.sql")),
    Migration {
        name: "safelist_standing",
        sqlite: concat!(
            include_str!("../migrations/0009_safelist_standing.sql"),
            include_str!("../migrations/0009_append_only.sqlite.sql"),
        ),
        postgres: concat!(
            include_str!("../migrations/0009_safelist_standing.sql"),
            include_str!("../migrations/0009_append_only.postgres.sql"),
        ),
    },
    Migration {
        name: "offers_counter",
        sqlite: concat!(
            include_str!("../migrations/0010_offers_counter.sql"),
            include_str!("../migrations/0010_append_only.sqlite.sql"),
        ),
        postgres: concat!(
            include_str!("../migrations/0010_offers_counter.sql"),
            include_str!("../migrations/0010_append_only.postgres.sql"),
        ),
    },
    Migration::same(
        "status_list",
        include_str!("../migrations/0011_status_list.sql"),
    ),
    kept!("payee_lines", "0012_payee_lines", "0012"),
    kept!("agreements", "0013_agreements", "0013"),
    kept!("subscriptions", "0014_subscriptions", "0014"),
    kept!("payments", "0015_payments", "0015"),
    kept!("payouts", "0016_payouts", "0016"),
    kept!("wallets", "0018_wallets", "0018"),
    Migration {
        name: "deals",
        sqlite: concat!(
            include_str!("../migrations/0019_deals.sql"),
            include_str!("../migrations/0019_free.sqlite.sql"),
        ),
        postgres: concat!(
            include_str!("../migrations/0019_deals.sql"),
            include_str!("../migrations/0019_free.postgres.sql"),
        ),
    },
    kept!("invoices", "0020_invoices", "0020"),
    Migration::same("letters", include_str!("../migrations/0022_letters.sql")),
    kept!("seals", "0025_seals", "0025"),
    kept!("meter", "0023_meter", "0023"),
    kept!("log", "0024_log", "0024"),
    Migration::same(
        "plan_taxes",
        include_str!("../migrations/0026_plan_taxes.sql"),
    ),
    Migration::same(
        "reporters",
        include_str!("../migrations/0028_reporters.sql"),
    ),
    Migration::same(
        "uncovered_uses",
        include_str!("../migrations/0029_uncovered_uses.sql"),
    ),
    kept!("events", "0030_events", "0030"),
    kept!("drop_raw", "0031_drop_raw", "0031"),
    Migration::same(
        "report_sums",
        include_str!("../migrations/0032_report_sums.sql"),
    ),
    kept!("settlement_leaves", "0033_settlement_leaves", "0033"),
    Migration {
        name: "channel_licences",
        sqlite: concat!(
            include_str!("../migrations/0034_channel_licences.sql"),
            include_str!("../migrations/0034_channel_licences.sqlite.sql"),
        ),
        postgres: concat!(
            include_str!("../migrations/0034_channel_licences.sql"),
            include_str!("../migrations/0034_channel_licences.postgres.sql"),
        ),
    },
    kept!("blob_index", "0035_blob_index", "0035"),
];
