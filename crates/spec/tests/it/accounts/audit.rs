//! The audit: it finds a store sound that is, and names what was tampered with.

use app::accounts::audit::audit;
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{World, accepted};

on_both_engines! {
    async fn an_empty_store_is_sound(world: World) {
        assert!(world.breaches().await.is_empty());
    }

    async fn a_busy_store_is_sound_and_everything_was_looked_at(world: World) {
        busy(&world).await;
        let checks = audit(world.app()).await.unwrap();
        for name in [
            "every_journal_balances",
            "currencies_sum_to_zero",
            "balances_equal_postings",
            "one_journal_per_source",
            "split_sheets_are_conserved",
            "bundles_hold_what_they_sold",
            "bundles_are_consumed_by_uses",
            "each_use_is_paid_once",
            "reports_equal_ledger",
            "report_sums_equal_lines",
            "earnings_equal_accounts",
            "statements_explain_the_balance",
            "licences_verify",
            "licences_are_paid_once",
            "exclusives_stand_alone",
            "invoice_numbers_have_no_gaps",
            "sales_have_their_invoice",
            "blobs_are_whole",
        ] {
            let check = checks.iter().find(|check| check.invariant == name);
            let looked_at = check.map(|check| check.looked_at);
            assert!(looked_at > Some(0), "{name} looked at {looked_at:?}");
        }
    }

    async fn sums_kept_for_reports_that_are_not_those_of_the_lines_are_named(world: World) {
        busy(&world).await;
        for sql in [
            "update payee_sums set micros = micros + 1",
            "update track_hours set uses = uses + 1",
            "update track_sums set clip_ms = clip_ms + 1",
        ] {
            world.must(sql, &[]).await;
            let found = world.breaches().await;
            assert!(found.iter().all(|(name, _)| *name == "report_sums_equal_lines"), "{found:?}");
            assert!(!found.is_empty(), "{sql}");
            world.must(&sql.replace(" + ", " - "), &[]).await;
            assert!(world.breaches().await.is_empty(), "{sql}");
        }
    }

    async fn a_balance_that_is_not_the_sum_of_its_postings_is_named(world: World) {
        let sold = busy(&world).await;
        let ada = world.composer("Ada Byron").await;
        world.adds_to_balance(ada.payee, 1).await;
        let account = format!("payee:{}", ada.payee);
        let found = world.breaches().await;
        for invariant in ["balances_equal_postings", "earnings_equal_accounts"] {
            let subjects: Vec<_> = found
                .iter()
                .filter(|(name, _)| *name == invariant)
                .map(|(_, s)| s)
                .collect();
            assert!(
                subjects.iter().any(|s| s.contains(&account)),
                "{invariant}: {subjects:?}"
            );
        }
        assert!(
            found
                .iter()
                .any(|(name, _)| *name == "currencies_sum_to_zero")
        );
        assert_eq!(sold.night.title, "Night Market");
        world.has_broken(&[
            "balances_equal_postings",
            "earnings_equal_accounts",
            "currencies_sum_to_zero",
        ]);
    }

    async fn a_posting_that_was_slipped_in_is_named(world: World) {
        busy(&world).await;
        world.slips_in_a_posting("commission", 1).await;
        let found = world.breaches().await;
        assert!(
            found
                .iter()
                .any(|(name, _)| *name == "every_journal_balances")
        );
        assert!(
            found.iter().any(|(name, s)| {
                *name == "balances_equal_postings" && s.contains("commission")
            })
        );
        world.has_broken(&["every_journal_balances", "balances_equal_postings"]);
    }

    async fn a_flipped_bit_of_a_posting_is_named_by_its_journal_and_its_account(world: World) {
        busy(&world).await;
        world.flips_a_bit_of_a_posting().await;
        let found = world.breaches().await;
        let names: Vec<_> = found.iter().map(|(name, _)| *name).collect();
        let wanted = [
            "every_journal_balances",
            "balances_equal_postings",
            "statements_explain_the_balance",
        ];
        assert_eq!(names, wanted);
        assert!(found[1].1.contains("payee:"), "{found:?}");
        world.has_broken(&wanted);
    }

    async fn a_journal_that_was_dated_another_day_is_named_by_purse_and_day(world: World) {
        busy(&world).await;
        world.dates_journals_a_day_later().await;
        let found = world.breaches().await;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].1.ends_with("USD 2026-03-02"), "{found:?}");
        assert!(found[1].1.ends_with("USD 2026-03-03"), "{found:?}");
        world.has_broken(&["statements_explain_the_balance"]);
    }

    async fn a_bundle_whose_meter_was_turned_back_is_named(world: World) {
        let sold = busy(&world).await;
        world.sets_consumed(&sold.bundle, 0).await;
        let found = world.breaches().await;
        let names: Vec<_> = found.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            names,
            [
                "bundles_hold_what_they_sold",
                "bundles_are_consumed_by_uses"
            ]
        );
        world.has_broken(&names);
    }

    async fn a_token_that_was_rewritten_is_named_by_its_licence(world: World) {
        let sold = busy(&world).await;
        world
            .rewrites_token(&sold.licence, &sold.bundle.token)
            .await;
        // The first licence of the store is over the first leaf of its log.
        let wanted = [
            ("licences_verify", sold.licence.code.plain()),
            ("licences_are_logged", "leaf 0".to_owned()),
        ];
        assert_eq!(
            world.breaches().await,
            wanted,
            "a good token of another licence"
        );
        let touched = sold.licence.token.replacen('e', "f", 1);
        world.rewrites_token(&sold.licence, &touched).await;
        assert_eq!(
            world.breaches().await,
            wanted,
            "a token with a letter changed"
        );
        world.has_broken(&["licences_verify", "licences_are_logged"]);
    }

    async fn an_invoice_number_that_was_drawn_for_nothing_is_named_by_its_series(world: World) {
        busy(&world).await;
        world.draws_an_invoice_number().await;
        let found = world.breaches().await;
        assert_eq!(found, [("invoice_numbers_have_no_gaps", "2026".to_owned())]);
        world.has_broken(&["invoice_numbers_have_no_gaps"]);
    }

    async fn a_flipped_bit_of_a_blob_is_named_by_its_hash(world: World) {
        let sold = busy(&world).await;
        let hash = world.flips_a_bit_of_the_master(&sold.night).await;
        assert_eq!(world.breaches().await, [("blobs_are_whole", hash)]);
        world.has_broken(&["blobs_are_whole"]);
    }

    async fn a_lost_blob_is_named_by_its_hash(world: World) {
        let sold = busy(&world).await;
        let hash = world.loses_the_master(&sold.night).await;
        assert_eq!(world.breaches().await, [("blobs_are_whole", hash)]);
        world.has_broken(&["blobs_are_whole"]);
    }
}

struct Sold {
    night: spec::world::Track,
    licence: app::licensing::Licence,
    bundle: app::licensing::Licence,
}

async fn busy(world: &World) -> Sold {
    let night = world.track("Night Market").await;
    let mia = world.buyer("Mia");
    let licence = mia.buys(&night, AssetKind::FullMix, Tier::Creator).await;
    let bundle = mia.buys_clip_time().await;
    let reporter = world.reporter().await;
    accepted(reporter.reports(&world.used("e1", &bundle, &night)).await);
    accepted(reporter.reports(&world.used("e2", &licence, &night)).await);
    let asked = app::billing::invoice::invoice(world.app(), &world.call(), licence.id).await;
    assert!(asked.is_ok());
    Sold {
        night,
        licence,
        bundle,
    }
}
