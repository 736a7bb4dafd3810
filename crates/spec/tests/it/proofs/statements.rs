//! Statements in the log: one leaf a month for each payee, numbered, covering every leaf once.

use app::proofs::{Event, Form};
use spec::on_both_engines;
use spec::world::{World, accepted, read_proof};
use tlog::{Kind, verify_contiguous, verify_use};

on_both_engines! {
    async fn a_statement_carries_the_proof_of_its_own_leaf(world: World) {
        busy(&world).await;
        let ada = world.composer("Ada Byron").await;
        assert_eq!(ada.statement("2026-03").await.proof, None);
        world.days_pass(31);
        assert_eq!(ada.statement("2026-03").await.proof, None, "it isn't logged yet");
        app::upkeep::run(world.app()).await.unwrap();
        assert_eq!(ada.statement("2026-03").await.proof, None, "it isn't signed yet");
        world.signs_the_log().await;
        let statement = ada.statement("2026-03").await;
        let proof = read_proof(statement.proof.clone().unwrap().as_bytes());
        let proven = verify_use(&proof, &world.log_key()).unwrap();
        let Some(Event::Statement(said)) = Event::decode(&proven.event.unwrap().1) else {
            panic!("the proof is of a statement")
        };
        assert_eq!(data_encoding::HEXLOWER.encode(&said.sha256), statement.hash);
        assert_eq!((&said.payee, said.period.as_str()), (ada.payee.bytes(), "2026-03"));
        assert_eq!(said.micros, statement.lines.iter().map(|line| line.micros).sum::<i64>());
        busy(&world).await;
        world.signs_the_log().await;
        assert_eq!(ada.statement("2026-03").await, statement, "and stays as it is");
        assert_eq!(ada.statement("2026").await.proof, None, "months alone are logged");
    }

    async fn a_payees_statements_are_numbered_and_cover_every_leaf_once(world: World) {
        let mut proofs = Vec::new();
        for month in ["2026-03", "2026-04", "2026-05"] {
            if month != "2026-04" {
                busy(&world).await;
            }
            world.days_pass(31);
            app::upkeep::run(world.app()).await.unwrap();
            app::upkeep::run(world.app()).await.unwrap();
            world.signs_the_log().await;
            let ada = world.composer("Ada Byron").await;
            let of = (month, "USD");
            let proof = app::proofs::of_statement(world.app(), ada.payee, of, Form::Text).await;
            proofs.push(verify_use(&read_proof(&proof.unwrap()), &world.log_key()).unwrap());
        }
        let covered = verify_contiguous(&proofs).unwrap();
        let Kind::Statement(last) = proofs[2].leaf.kind else { panic!("a statement's leaf") };
        assert_eq!((last.number, last.to), (3, covered));
        assert!(verify_contiguous(&proofs[1..]).is_err(), "the first is missing");
        assert!(verify_contiguous(&[proofs[0].clone(), proofs[2].clone()]).is_err());
    }

    async fn a_store_that_slept_logs_the_months_it_missed(world: World) {
        busy(&world).await;
        world.days_pass(100);
        app::upkeep::run(world.app()).await.unwrap();
        world.signs_the_log().await;
        let ada = world.composer("Ada Byron").await;
        for month in ["2026-03", "2026-04", "2026-05"] {
            assert!(ada.statement(month).await.proof.is_some(), "{month}");
        }
        assert!(ada.statement("2026-06").await.proof.is_none());
    }
}

async fn busy(world: &World) {
    let title = format!("Track {}", world.licences().await);
    let track = world.track(&title).await;
    let licence = world.buyer("Mia").buys_clip_time().await;
    let reporter = world.reporter().await;
    for n in 0..3 {
        accepted(
            reporter
                .reports(&world.used(&format!("{title} {n}"), &licence, &track))
                .await,
        );
    }
}
