//! Split sheets: what is refused, with the field at fault, and nothing half-done.

use app::access::{Principal, Role};
use app::offers::Hand;
use app::splits::propose::{Share, Wish};
use spec::on_both_engines;
use spec::world::{Track, World, shared};

on_both_engines! {
    async fn parts_that_make_no_sheet_are_refused_with_their_field(world: World) {
        let track = world.track("Night Market").await;
        let many: Vec<(String, u32)> = (0..33).map(|n| (format!("P{n} <p{n}@example.org>"), 1)).collect();
        let many: Vec<(&str, u32)> = many.iter().map(|(name, ppm)| (name.as_str(), *ppm)).collect();
        let whole = 1_000_000;
        for (parts, code, field) in [
            (&[][..], "bad_split_sheet", "shares"),
            (&many[..], "bad_split_sheet", "shares"),
            (&[("Ada Byron", 999_999)], "bad_split_sheet", "shares"),
            (&[("Ada Byron", u32::MAX), ("Ben <b@example.org>", u32::MAX)], "bad_split_sheet", "shares"),
            (&[("Ada Byron", whole), ("Ben <b@example.org>", 0)], "bad_split_sheet", "shares.1.ppm"),
            (&[("Ada Byron", 1), ("Ada Byron", whole - 1)], "bad_split_sheet", "shares.1.payee"),
            (&[("Ben", whole)], "unknown_payee", "shares.0.payee"),
            (&[("Ben <nowhere>", whole)], "bad_email", "shares.0.email"),
            (&[("Ben <a@b@c.org>", whole)], "bad_email", "shares.0.email"),
            (&[("\u{202E}Ben <b@example.org>", whole)], "bad_name", "shares.0.payee"),
            (&[("pay_00000000000000000000000000", whole)], "unknown_payee", "shares.0.payee"),
            (&[("Ada Byron", whole)], "split_unchanged", "shares"),
        ] {
            let refused = world.proposes(Hand::Console, &shared(&track, parts)).await.unwrap_err();
            assert_eq!((refused.code, refused.field.as_deref()), (code, Some(field)), "{parts:?}");
        }
        let splits = world.splits_of(Hand::Console, &track).await.unwrap();
        assert!(splits.proposals.is_empty() && splits.versions.len() == 1);
        let payees = app::payees::list::list(world.app()).await.unwrap();
        assert_eq!(payees.len(), 1, "nobody was made a payee by a refused proposal");
    }

    async fn an_unknown_track_or_kind_is_refused(world: World) {
        let track = world.track("Night Market").await;
        let wish = shared(&track, &[("Ben <b@example.org>", 1_000_000)]);
        let nowhere = Wish { track: "nowhere".into(), ..wish.clone() };
        let refused = world.proposes(Hand::Console, &nowhere).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("unknown_track", Some("track")));
        let kind = Wish { kind: Some("remix".into()), ..wish.clone() };
        let refused = world.proposes(Hand::Console, &kind).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("bad_asset_kind", Some("kind")));
        let paper = Wish { agreed_on_paper: Some(" ".into()), ..wish };
        let refused = world.proposes(Hand::Console, &paper).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("bad_reference", Some("agreed_on_paper")));
    }

    async fn who_does_not_stand_on_a_sheet_has_no_say_in_it_and_does_not_see_it(world: World) {
        let track = world.track("Night Market").await;
        world.compose(spec::world::Music::titled("Low Tide").by("Carla Duarte")).await;
        let carla = world.signed_in(Role::Composer, "Carla Duarte").await;
        let mia = world.signed_in(Role::Buyer, "Mia").await;
        let ada = world.signed_in(Role::Composer, "Ada Byron").await;
        let wish = shared(&track, &[("Carla Duarte", 500_000), ("Ada Byron", 500_000)]);
        for who in [&carla, &mia, &Principal::Guest] {
            for found in [
                world.proposes(Hand::Asker(who), &wish).await.unwrap_err(),
                world.splits_of(Hand::Asker(who), &track).await.unwrap_err(),
            ] {
                assert_eq!(found.code, "not_your_split");
            }
        }
        let paper = Wish { agreed_on_paper: Some("x".into()), ..wish.clone() };
        let refused = world.proposes(Hand::Asker(&ada), &paper).await.unwrap_err();
        assert_eq!(refused.code, "scope_required");
        let id = world.proposes(Hand::Asker(&ada), &wish).await.unwrap().proposal.to_string();
        assert!(world.splits_of(Hand::Asker(&carla), &track).await.is_ok(), "now she is asked");
        for who in [&mia, &Principal::Guest] {
            assert_eq!(world.accepts(who, &id).await.unwrap_err().code, "not_your_split");
            assert_eq!(world.declines(Hand::Asker(who), &id).await.unwrap_err().code, "not_your_split");
        }
        assert_eq!(world.accepts(&ada, &id).await.unwrap_err().code, "already_accepted");
        assert_eq!(world.accepts(&ada, "prp_x").await.unwrap_err().code, "unknown_proposal");
    }

    async fn a_version_can_neither_be_changed_nor_deleted(world: World) {
        let track = world.track("Night Market").await;
        world.has_agreed(Wish { shares: vec![Share {
            payee: "Ben".into(), email: Some("b@example.org".into()), ppm: 1_000_000,
        }], ..shared(&track, &[]) }).await;
        for statement in [
            "update split_shares set share_ppm = 1",
            "delete from split_shares",
            "update split_sheets set from_ms = 0",
            "delete from split_sheets",
            "update split_proposal_shares set share_ppm = 1",
            "delete from split_proposal_shares",
        ] {
            let said = world.is_kept_from(statement).await;
            assert!(said.contains("append-only"), "{statement}: {said}");
        }
    }

    async fn a_sheet_whose_parts_do_not_sum_is_named(world: World) {
        let (track, ada) = one(&world).await;
        world.slips_in_a_version(&track, ada, 1, 999_999).await;
        world.has_broken(&["shares_sum_to_the_whole"]);
    }

    async fn a_version_that_counts_from_before_the_one_it_replaced_is_named(world: World) {
        let (track, ada) = one(&world).await;
        world.slips_in_a_version(&track, ada, -1, 1_000_000).await;
        world.has_broken(&["versions_only_later"]);
    }

    async fn a_carry_of_a_whole_part_is_named(world: World) {
        let (track, _) = one(&world).await;
        world.has_agreed(shared(&track, &[("Ada Byron", 700_001), ("Ben <b@example.org>", 299_999)])).await;
        world.buyer("Mia").buys(&track, domain::AssetKind::FullMix, domain::Tier::Creator).await;
        let splits = world.splits_of(Hand::Console, &track).await.unwrap();
        let account = domain::Account::Carry(splits.versions[0].sheet).to_string();
        world.adds_to_account(&account, 2).await;
        world.has_broken(&[
            "carries_are_smaller_than_their_payees", "split_sheets_are_conserved",
            "balances_equal_postings", "currencies_sum_to_zero",
        ]);
    }
}

async fn one(world: &World) -> (Track, domain::PayeeId) {
    let track = world.track("Night Market").await;
    (track, world.composer("Ada Byron").await.payee)
}
