//! The log over HTTP: C2SP `tlog-tiles` under `/log`, and proofs where their owners look for them.

use app::access::{Role, Scope};
use domain::{AssetKind, Tier};
use spec::on_both_engines;
use spec::world::{accepted, read_proof};
use tlog::{Checkpoint, VerifyingKey, verify_use};

const FOR_EVER: &str = "public, max-age=31536000, immutable";

on_both_engines! {
    async fn anybody_can_read_and_audit_the_whole_log(world: World) {
        let guest = world.visitor();
        assert_eq!(guest.gets("/log/checkpoint").await.problem(), (404, "unknown_checkpoint".into()));
        let track = world.track("Night Market").await;
        let mia = world.buyer("Mia");
        for _ in 0..3 {
            mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
        }
        world.signs_the_log().await;
        let key = guest.gets("/log/key").await.text();
        let key = VerifyingKey::parse(key.trim_end()).unwrap();
        assert_eq!((&key, key.name()), (&world.log_key(), "store.example/log"));
        let reply = guest.gets("/log/checkpoint").await;
        assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(reply.header("cache-control"), "public, max-age=2");
        let head = Checkpoint::open(&reply.body, &key).unwrap().head;
        assert_eq!(head.size, 3);
        for path in ["tile/0/000.p/3", "tile/0/000.p/1", "tile/entries/000.p/3"] {
            let reply = guest.gets(&format!("/log/{path}")).await;
            assert_eq!(reply.status, 200, "{path}");
            assert_eq!(reply.header("content-type"), "application/octet-stream");
            assert_eq!(reply.header("cache-control"), FOR_EVER);
        }
        let mut files = std::collections::HashMap::new();
        for path in ["tile/0/000.p/3", "tile/entries/000.p/3"] {
            files.insert(path.to_owned(), guest.gets(&format!("/log/{path}")).await.body);
        }
        let findings = tlog::audit::tree(head, |path| files.get(path).cloned());
        assert!(findings.is_empty(), "{findings:?}");
        for path in [
            "tile/0/000", "tile/0/000.p/4", "tile/0/001", "tile/1/000.p/1", "tile/00/000.p/1",
            "tile/0/0.p/1", "tile/entries/000.p/03", "tile/entries/000", "tile/9/000.p/1",
        ] {
            let reply = guest.gets(&format!("/log/{path}")).await;
            assert_eq!(reply.problem(), (404, "unknown_tile".into()), "{path}");
        }
    }

    async fn a_narrow_tile_stays_to_be_had_after_the_log_has_grown(world: World) {
        let track = world.track("Night Market").await;
        let (guest, mia) = (world.visitor(), world.buyer("Mia"));
        let mut seen = Vec::new();
        for width in 1..5 {
            mia.buys(&track, AssetKind::FullMix, Tier::Creator).await;
            world.signs_the_log().await;
            for path in ["tile/0/000.p/", "tile/entries/000.p/"] {
                let path = format!("/log/{path}{width}");
                seen.push((path.clone(), guest.gets(&path).await.body));
            }
        }
        for (path, bytes) in seen {
            assert!(!bytes.is_empty());
            assert_eq!(guest.gets(&path).await.body, bytes, "{path}");
        }
    }

    async fn proofs_are_files_for_those_whom_they_concern(world: World) {
        let track = world.track("Night Market").await;
        let clip = world.buyer("Mia").buys_clip_time().await;
        let (program, secret) = world.program("An editor", &[Scope::ReportUses]).await;
        let reporter = world.reporter_as(app::access::Principal::Program(program));
        accepted(reporter.reports(&world.used("e1", &clip, &track)).await);
        world.signs_the_log().await;
        let (guest, editor) = (world.visitor(), world.visitor_with_key(&secret));
        let operator = world.visitor_signed_in(Role::Operator, "Olga").await;

        let licence = format!("/v1/licences/{}/proof", clip.id);
        assert_eq!(guest.gets(&licence).await.problem().0, 401);
        let grant = world.app().issuer.grant(clip.id);
        let reply = guest.gets(&format!("{licence}?grant={grant}")).await;
        assert_eq!(reply.header("cache-control"), "no-store");
        assert!(reply.header("content-disposition").contains(".tlog-proof"));
        verify_use(&read_proof(&reply.body), &world.log_key()).unwrap();
        assert_eq!(operator.gets(&licence).await.status, 200);
        let form = operator.gets(&format!("{licence}?form=paper")).await;
        assert_eq!(form.problem(), (400, "bad_parameter".into()));

        assert_eq!(guest.gets("/v1/uses/e1/proof").await.problem().0, 401);
        let text = editor.gets("/v1/uses/e1/proof").await;
        verify_use(&read_proof(&text.body), &world.log_key()).unwrap();
        let packed = editor.gets("/v1/uses/e1/proof?form=packed").await;
        assert_eq!(packed.header("content-type"), "application/octet-stream");
        assert!(packed.body.len() < text.body.len());
        let id = world.use_ids().await.remove(0);
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        for visitor in [&ada, &operator] {
            assert_eq!(visitor.gets(&format!("/v1/uses/{id}/proof")).await.body, text.body);
        }
        let unknown = ada.gets("/v1/uses/e2/proof").await.problem();
        assert_eq!(unknown, (404, "unknown_use".into()));

        let payee = world.composer("Ada Byron").await.payee;
        let statement = format!("/v1/payees/{payee}/statements/2026-03.tlog-proof");
        let none = ada.gets(&statement).await.problem();
        assert_eq!(none, (404, "no_logged_statement".into()));
        world.days_pass(31);
        app::upkeep::run(world.app()).await.unwrap();
        world.signs_the_log().await;
        let ada = world.visitor_signed_in(Role::Composer, "Ada Byron").await;
        let proof = ada.gets(&statement).await;
        verify_use(&read_proof(&proof.body), &world.log_key()).unwrap();
        let beyond = guest.gets("/v1/log/consistency/1/99").await.problem();
        assert_eq!(beyond, (404, "unknown_checkpoint".into()));
        let lines = guest.gets("/v1/log/consistency/1/2").await;
        assert_eq!((lines.status, lines.text().lines().count()), (200, 1));
    }
}
