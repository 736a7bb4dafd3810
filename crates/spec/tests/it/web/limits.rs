//! Looking up codes: as many as anybody needs, and not so many that all could be walked through.

use app::access::Scope;
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{Reply, Visitor, World};

/// What an address may look up at once, and a program with a key.
const GUESTS: usize = 60;
const PROGRAMS: usize = 600;

on_both_engines! {
    async fn an_address_has_sixty_look_ups_and_one_more_each_second(world: World) {
        let path = path(&world).await;
        let guest = world.visitor();
        for nth in 0..GUESTS {
            assert_eq!(guest.gets(&path).await.status, 200, "look-up {nth}");
        }
        let refused = guest.gets(&path).await;
        assert_eq!(refused.problem(), (429, "too_many_requests".into()));
        assert_eq!(refused.header("retry-after"), "1");
        world.app().edge.pass(1_000);
        assert_eq!(guest.gets(&path).await.status, 200);
        assert_eq!(guest.gets(&path).await.status, 429);
    }

    async fn a_code_that_nobody_has_counts_and_so_do_the_pages(world: World) {
        let code = path(&world).await.replace("/v1/verify/", "");
        let guest = world.visitor();
        for nth in 0..GUESTS {
            let path = match nth % 3 {
                0 => "/v1/verify/7K3M9-QXD4T-0RWPD".to_owned(),
                1 => format!("/l/{code}"),
                _ => format!("/verify?code={code}"),
            };
            assert_ne!(guest.gets(&path).await.status, 429, "{path}");
        }
        for path in ["/v1/verify/nonsense".to_owned(), format!("/l/{code}"), "/verify?code=x".into()] {
            assert_eq!(guest.gets(&path).await.status, 429, "{path}");
        }
        assert_eq!(guest.gets("/").await.status, 200, "the rest of the store stays open");
    }

    async fn a_program_with_a_key_has_an_allowance_of_its_own(world: World) {
        let path = path(&world).await;
        let guest = world.visitor();
        drain(&guest, &path, GUESTS).await;
        assert_eq!(guest.gets(&path).await.status, 429);
        let (_, secret) = world.program("Checker", &[Scope::ReportUses]).await;
        let key = world.visitor_with_key(&secret);
        // One router counts for all its visitors; this key's is another one.
        drain(&key, &path, PROGRAMS).await;
        assert_eq!(key.gets(&path).await.status, 429);
    }
}

async fn path(world: &World) -> String {
    let track = world.track("Night Market").await;
    let bought = world
        .buyer("Mia")
        .buys(&track, AssetKind::FullMix, Tier::Creator)
        .await;
    format!("/v1/verify/{}", bought.code)
}

async fn drain(visitor: &Visitor, path: &str, times: usize) {
    for nth in 0..times {
        let reply: Reply = visitor.gets(path).await;
        assert_eq!(reply.status, 200, "look-up {nth}");
    }
}
