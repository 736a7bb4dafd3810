//! Split sheets by agreement: who must accept, from when a version counts, and what becomes of
//! what was shared before.

use app::access::Role;
use app::offers::Hand;
use app::splits::propose::Wish;
use app::splits::{Proposal, Status};
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{Music, Track, World, accepted, shared};

on_both_engines! {
    async fn a_version_counts_from_the_next_event_once_everybody_has_accepted(world: World) {
        let track = together(&world).await;
        let mut uses = Uses::of(&world, &track).await;
        uses.one().await;
        assert_eq!(uses.balances().await, (139_973, 59_988));
        let ada = world.signed_in(Role::Composer, "Ada").await;
        let ben = world.signed_in(Role::Composer, "Ben").await;
        let wish = shared(&track, &[("Ada", 500_000), ("Ben", 500_000)]);
        let proposed = world.proposes(Hand::Asker(&ada), &wish).await.unwrap();
        assert!(!proposed.agreed, "Ben has yet to accept");
        uses.one().await;
        assert_eq!(uses.balances().await, (279_947, 119_977), "still by the old one");
        let id = proposed.proposal.to_string();
        assert!(world.accepts(&ben, &id).await.unwrap().agreed);
        assert_eq!(uses.balances().await, (279_948, 119_977), "what stood on the carry is settled");
        // Both are half a micro-unit short: the first on the sheet gets it.
        assert_eq!(world.balance("carry").await, 0);
        uses.one().await;
        assert_eq!(uses.balances().await, (279_948 + 99_981, 119_977 + 99_981));
        assert_eq!(world.balance("carry").await, 0);
    }

    async fn a_new_version_telescopes_from_nothing(world: World) {
        let track = world.track("Night Market").await;
        let mut uses = Uses::of(&world, &track).await;
        uses.one().await;
        let thirds = [("Ada Byron", 333_333), ("Ben <ben@example.org>", 333_333),
                      ("Cem <cem@example.org>", 333_334)];
        world.has_agreed(shared(&track, &thirds)).await;
        for _ in 0..5 {
            uses.one().await;
        }
        let all = world.composer("Ada Byron").await.balance().await
            + world.escrow_of("Ben").await + world.escrow_of("Cem").await;
        let carry = world.balance("carry").await;
        assert!((0..3).contains(&carry), "{carry}");
        assert_eq!(all + carry + world.balance("bundle-unearned").await, 7_998_500);
    }

    async fn whoever_loses_must_accept_and_whoever_is_new_need_not(world: World) {
        let track = world.track("Night Market").await;
        let ada = world.signed_in(Role::Composer, "Ada Byron").await;
        let wish = shared(&track, &[("Ada Byron", 600_000), ("Ben <ben@example.org>", 400_000)]);
        let proposed = world.proposes(Hand::Asker(&ada), &wish).await.unwrap();
        assert!(proposed.agreed, "Ada alone loses by it, and she proposed it");
        let back = shared(&track, &[("Ada Byron", 1_000_000)]);
        let proposed = world.proposes(Hand::Asker(&ada), &back).await.unwrap();
        assert!(!proposed.agreed, "Ben would lose his part, registered or not");
        let proposal = world.proposal(&proposed.proposal.to_string()).await;
        assert_eq!(proposal.waiting_for().collect::<Vec<_>>(), ["Ben"]);
    }

    async fn a_kind_of_asset_may_be_shared_otherwise_than_the_track(world: World) {
        let track = world.track("Night Market").await;
        let wish = shared(&track, &[("Ben <ben@example.org>", 1_000_000)]);
        world.has_agreed(Wish { kind: Some("full_mix".into()), ..wish }).await;
        world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        assert_eq!(world.escrow_of("Ben").await, 11_514_950);
        Uses::of(&world, &track).await.one().await;
        assert_eq!(world.composer("Ada Byron").await.balance().await, 199_962);
        assert_eq!(world.splits(&track).await, [("Ada Byron".to_owned(), 1_000_000)]);
    }

    async fn a_sheet_that_was_replaced_shares_what_is_still_owed_under_it(world: World) {
        let track = together(&world).await;
        world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let before = world.splits_of(Hand::Console, &track).await.unwrap();
        let old = before.versions[0].sheet;
        world.has_agreed(shared(&track, &[("Ada", 100_000), ("Ben", 900_000)])).await;
        assert_eq!(world.carry_of(old).await, 0);
        let after = world.splits_of(Hand::Console, &track).await.unwrap();
        let versions: Vec<_> = after.versions.iter().map(|v| (v.version, v.in_force)).collect();
        assert_eq!(versions, [(2, true), (1, false)]);
        assert_eq!(after.versions[1], app::splits::Version { in_force: false, ..before.versions[0].clone() });
    }

    async fn a_sale_under_a_replaced_sheet_is_refunded_by_whom_it_was_shared(world: World) {
        let track = together(&world).await;
        let mia = world.buyer("Mia");
        let before = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let (ada, ben) = (world.composer("Ada").await, world.composer("Ben").await);
        world.has_agreed(shared(&track, &[("Ada", 100_000), ("Ben", 900_000)])).await;
        let settled = world.balance("payee").await - 11_514_950;
        assert_eq!(settled, 0, "the carry went to somebody");
        let had = (ada.balance().await, ben.balance().await);
        let after = mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        world.refunds(&before, "r1", None).await.unwrap();
        let left = (ada.balance().await, ben.balance().await);
        assert!(left.0 < had.0, "Ada had most of it and gives most of it back");
        assert!((left.0 - 1_151_495).abs() <= 1 && (left.1 - 10_363_455).abs() <= 1, "{left:?}");
        world.refunds(&after, "r2", None).await.unwrap();
        let left = (ada.balance().await, ben.balance().await);
        assert!(left.0.abs() <= 1 && left.1.abs() <= 1, "{left:?}");
    }

    async fn two_who_accept_at_once_bring_one_version_into_force(world: World) {
        let track = together(&world).await;
        let wish = shared(&track, &[("Ada", 500_000), ("Ben", 500_000)]);
        let id = world.proposes(Hand::Console, &wish).await.unwrap().proposal.to_string();
        let ada = world.signed_in(Role::Composer, "Ada").await;
        let ben = world.signed_in(Role::Composer, "Ben").await;
        let (first, second, third) = tokio::join!(
            world.accepts(&ada, &id), world.accepts(&ben, &id), world.accepts(&ada, &id));
        let done = [first.clone(), second, third.clone()];
        assert_eq!(done.iter().filter(|d| d.as_ref().is_ok_and(|a| a.agreed)).count(), 1);
        assert!(first.is_err() != third.is_err(), "Ada's word counts once");
        let splits = world.splits_of(Hand::Console, &track).await.unwrap();
        assert_eq!(splits.versions.len(), 2);
    }

    async fn a_proposal_is_declined_by_a_party_and_withdrawn_by_its_proposer(world: World) {
        let track = together(&world).await;
        let ada = world.signed_in(Role::Composer, "Ada").await;
        let ben = world.signed_in(Role::Composer, "Ben").await;
        let wish = shared(&track, &[("Ada", 500_000), ("Ben", 500_000)]);
        for (hand, status) in [(Hand::Asker(&ben), Status::Declined),
                               (Hand::Asker(&ada), Status::Withdrawn),
                               (Hand::Console, Status::Withdrawn)] {
            let id = world.proposes(Hand::Asker(&ada), &wish).await.unwrap().proposal.to_string();
            assert_eq!(world.declines(hand, &id).await.unwrap(), status);
            let late = world.accepts(&ben, &id).await.unwrap_err();
            assert_eq!(late.code, "proposal_closed");
        }
        assert_eq!(world.splits(&track).await, [("Ada".to_owned(), 700_000), ("Ben".to_owned(), 300_000)]);
    }

    async fn a_proposal_that_nobody_else_accepted_gives_way_to_another(world: World) {
        let track = together(&world).await;
        let ada = world.signed_in(Role::Composer, "Ada").await;
        let ben = world.signed_in(Role::Composer, "Ben").await;
        let half = shared(&track, &[("Ada", 500_000), ("Ben", 500_000)]);
        let first = world.proposes(Hand::Asker(&ada), &half).await.unwrap().proposal;
        let other = shared(&track, &[("Ada", 600_000), ("Ben", 400_000)]);
        let second = world.proposes(Hand::Console, &other).await.unwrap().proposal;
        assert_eq!(world.proposal(&first.to_string()).await.status, Status::Replaced);
        world.accepts(&ben, &second.to_string()).await.unwrap();
        let refused = world.proposes(Hand::Asker(&ada), &half).await.unwrap_err();
        assert_eq!(refused.code, "proposal_open");
    }

    async fn what_is_agreed_on_paper_is_recorded_as_that(world: World) {
        let track = together(&world).await;
        let wish = shared(&track, &[("Ada", 500_000), ("Ben", 500_000)]);
        let done = world.has_agreed(wish).await;
        assert!(done.agreed);
        let kept: Proposal = world.proposal(&done.proposal.to_string()).await;
        assert_eq!(kept.on_paper.as_deref(), Some("contract 7"));
        assert_eq!((kept.by.as_str(), kept.status, kept.closed), ("console", Status::Agreed, Some(world.now())));
    }
}

async fn together(world: &World) -> Track {
    let shares = [("Ada", 700_000), ("Ben", 300_000)];
    world
        .compose(Music::titled("Together").shared(&shares))
        .await
}

/// A track in use, fifteen seconds at a time.
struct Uses {
    world: World,
    track: Track,
    reporter: spec::world::Reporter,
    licence: app::licensing::Licence,
    count: u32,
}

impl Uses {
    async fn of(world: &World, track: &Track) -> Self {
        Self {
            world: world.clone(),
            track: track.clone(),
            reporter: world.reporter().await,
            licence: world.buyer("Mia").buys_clip_time().await,
            count: 0,
        }
    }

    async fn one(&mut self) {
        self.count += 1;
        let id = format!("e{}", self.count);
        let event = self.world.used(&id, &self.licence, &self.track);
        accepted(self.reporter.reports(&event).await);
    }

    async fn balances(&self) -> (i64, i64) {
        let (ada, ben) = (
            self.world.composer("Ada").await,
            self.world.composer("Ben").await,
        );
        (ada.balance().await, ben.balance().await)
    }
}
