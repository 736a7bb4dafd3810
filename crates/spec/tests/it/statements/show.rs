//! A payee's statement: every movement, exactly, in one period each.

use app::statements::{SealError, Statement, list, show};
use domain::{AssetKind, PayeeId, Tier};
use ledger::Currency;
use spec::on_both_engines;
use spec::world::{Composer, Music, World, accepted};

on_both_engines! {
    async fn over_a_long_history_lines_sum_to_the_change_of_the_balance(world: World) {
        history(&world, 5).await;
        for name in ["Ada Byron", "Ben", "Cid"] {
            let composer = world.composer(name).await;
            let months = months(&world, &composer).await;
            assert_eq!(months.len(), 5, "{name}");
            let (mut last, mut lines) = (0, 0);
            for month in months.iter().rev() {
                let statement = composer.statement(month.period.name()).await;
                assert_eq!(statement.opening.payee_micros, last, "{name} {}", month.period);
                assert_eq!(sum(&statement), statement.closing.payee_micros - last);
                assert_eq!(month.opening.micros(), last);
                assert_eq!(month.closing.micros(), statement.closing.payee_micros);
                (last, lines) = (statement.closing.payee_micros, lines + statement.lines.len());
            }
            assert_eq!(last, composer.balance().await, "{name}");
            let year = composer.statement("2026").await;
            assert_eq!((sum(&year), year.lines.len()), (last, lines), "{name}");
            let quarter = composer.statement("2026-Q2").await;
            assert!(quarter.lines.len() < lines, "{name}");
        }
    }

    async fn a_line_leads_back_to_its_licence_its_use_and_its_split(world: World) {
        let night = world.compose(Music::titled("Night Market").shared(&[
            ("Ada Byron", 700_000),
            ("Ben", 300_000),
        ])).await;
        let bundle = world.buyer("Mia").buys_clip_time().await;
        let reporter = world.reporter().await;
        let event = world.used("e1", &bundle, &night).lasting(12_400).but("territory", "DE");
        accepted(reporter.reports(&event).await);
        let statement = world.composer("Ben").await.statement("2026-03").await;
        assert_eq!(statement.lines.len(), 1);
        let line = &statement.lines[0];
        assert_eq!(line.kind, "use");
        assert_eq!(line.track.as_deref(), Some("Night Market"));
        assert_eq!(line.licence, Some(bundle.code.to_string()));
        let used = line.used.as_ref().unwrap();
        assert_eq!((used.placement.as_str(), used.clip_ms, used.billed_ms), ("youtube_shorts", 12_400, 13_000));
        assert_eq!(used.territory.as_deref(), Some("DE"));
        assert_eq!((line.share_ppm, line.before_micros), (Some(300_000), Some(0)));
        assert_eq!(line.after_micros, line.shared_micros);
        let shared = line.shared_micros.unwrap();
        assert_eq!(line.micros, shared * 3 / 10);
        assert_eq!((statement.sheets.len(), statement.sheets[0].version), (1, 1));
        let json = statement.to_json().unwrap();
        assert!(!json.contains("Mia") && !json.contains("mia@example.com"), "{json}");
    }

    async fn an_event_at_the_boundary_is_in_the_later_month_only(world: World) {
        let night = world.track("Night Market").await;
        // From 2 March 09:00 to 1 April 00:00.
        world.minutes_pass(29 * 1440 + 15 * 60);
        assert_eq!(world.now().to_string(), "2026-04-01T00:00:00.000Z");
        world.buyer("Mia").buys(&night, AssetKind::FullMix, Tier::Creator).await;
        let ada = world.composer("Ada Byron").await;
        assert!(ada.statement("2026-03").await.lines.is_empty());
        assert_eq!(ada.statement("2026-04").await.lines.len(), 1);
        assert!(ada.statement("2026-03-31..2026-04-01").await.lines.is_empty());
        assert_eq!(ada.statement("2026-04-01..2026-04-02").await.lines.len(), 1);
    }

    async fn once_a_period_is_over_its_files_never_change(world: World) {
        let night = history(&world, 1).await;
        let ada = world.composer("Ada Byron").await;
        let open = ada.statement("2026-03").await;
        assert!(!open.period.over);
        world.days_pass(31);
        let files = ada.statement_files("2026-03").await;
        assert!(ada.statement("2026-03").await.period.over);
        world.days_pass(400);
        world.buyer("Zoe").buys(&night, AssetKind::FullMix, Tier::Creator).await;
        assert!(files == ada.statement_files("2026-03").await);
        assert!(files[2].starts_with(b"%PDF-"));
    }

    async fn a_statement_carries_the_issuers_signature_and_stays_signed_by_it(world: World) {
        let night = history(&world, 1).await;
        let ada = world.composer("Ada Byron").await;
        world.days_pass(31);
        let statement = ada.statement("2026-03").await;
        let keys = world.app().issuer.jwks();
        let key = statement.signed_by(&keys).unwrap().unwrap();
        let signer = world.app().issuer.signer(world.now()).unwrap();
        assert_eq!(key.thumbprint(), signer.kid());
        // The signature is of this statement and of no other, and passes for no licence.
        let mut other = ada.statement("2026").await;
        assert_ne!(other.signature, statement.signature);
        other.signature = statement.signature.clone();
        assert_eq!(other.signed_by(&keys), Err(SealError::Other));
        let signature = statement.signature.as_deref().unwrap();
        assert!(licence_key::verify(signature, &keys).is_err());
        let licence = world.buyer("Mia").buys(&night, AssetKind::FullMix, Tier::Creator).await;
        other.signature = Some(licence.token);
        assert_eq!(other.signed_by(&keys), Err(SealError::Type));
    }

    async fn without_a_key_that_signs_a_statement_is_right_and_unsigned(world: World) {
        history(&world, 1).await;
        let keys = world.app().issuer.keys();
        let jwks = keys.jwks.clone();
        world.app().issuer.replace(app::Keys { signers: Vec::new(), jwks });
        let statement = world.composer("Ada Byron").await.statement("2026-03").await;
        assert_eq!(statement.signature, None);
        assert!(!statement.lines.is_empty());
    }

    async fn nothing_has_moved_and_the_statement_says_so(world: World) {
        world.track("Night Market").await;
        let ada = world.composer("Ada Byron").await;
        let statement = ada.statement("2026-03").await;
        assert_eq!((statement.lines.len(), statement.opening.sum(), statement.closing.sum()), (0, 0, 0));
        let files = ada.statement_files("2026-03").await;
        assert!(files.iter().all(|file| !file.is_empty()));
        assert!(months(&world, &ada).await.is_empty());
    }

    async fn who_is_not_registered_has_the_lines_of_their_escrow(world: World) {
        let night = world.track("Night Market").await;
        let ada = world.composer("Ada Byron").await;
        world.has_not_registered(ada.payee).await;
        world.buyer("Mia").buys(&night, AssetKind::FullMix, Tier::Creator).await;
        let statement = ada.statement("2026-03").await;
        assert_eq!(statement.lines[0].purse, "escrow");
        assert_eq!(statement.closing.payee_micros, 0);
        assert_eq!(statement.closing.escrow_micros, statement.lines[0].micros);
        assert!(statement.closing.escrow_micros > 0);
    }

    async fn cells_that_would_start_formulas_are_guarded_and_amounts_are_not(world: World) {
        let track = world.track("=HYPERLINK(1)").await;
        world.buyer("Mia").buys(&track, AssetKind::FullMix, Tier::Creator).await;
        let files = world.composer("Ada Byron").await.statement_files("2026-03").await;
        let csv = String::from_utf8(files[1].clone()).unwrap();
        assert!(csv.contains(",\"'=HYPERLINK(1)\","), "{csv}");
        assert!(!csv.contains(",'"), "{csv}");
    }

    async fn a_time_to_come_and_an_unknown_payee_are_refused(world: World) {
        world.track("Night Market").await;
        let ada = world.composer("Ada Byron").await;
        let refused = ada.asks_for_statement("2026-04").await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("period_not_begun", Some("period")));
        let wanted = show::Wanted {
            payee: PayeeId::from_bytes([1; 16]),
            period: "2026-03".parse().unwrap(),
            currency: Currency::USD,
        };
        let refused = show::statement(world.app(), &world.call(), &wanted).await;
        let refused = refused.unwrap_err().refusal().unwrap();
        assert_eq!(app::Refusal::code(&refused), "unknown_payee");
    }
}

fn sum(statement: &Statement) -> i64 {
    statement.lines.iter().map(|line| line.micros).sum()
}

async fn months(world: &World, composer: &Composer) -> Vec<list::Month> {
    let (app, call) = (world.app(), world.call());
    let list = list::statements(app, &call, composer.payee, Currency::USD).await;
    list.unwrap().months
}

/// Months of sales and uses, as odd as a small generator makes them; the first track.
async fn history(world: &World, months: i64) -> spec::world::Track {
    let thirds = [("Ada Byron", 333_333), ("Ben", 333_333), ("Cid", 333_334)];
    let night = world
        .compose(Music::titled("Night Market").shared(&thirds))
        .await;
    let halves = [("Ada Byron", 999_999), ("Cid", 1)];
    let nova = world.compose(Music::titled("Nova").shared(&halves)).await;
    let mia = world.buyer("Mia");
    let bundle = mia.buys_clip_time().await;
    let reporter = world.reporter().await;
    let mut dice = 7_u64;
    let mut roll = |sides: u64| {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    for month in 0..months {
        for n in 0..4 {
            let track = if roll(3) == 0 { &nova } else { &night };
            let length = 1_000 + i64::try_from(roll(14_000)).unwrap();
            let id = format!("e{month}-{n}");
            let event = world.used(&id, &bundle, track).lasting(length);
            accepted(reporter.reports(&event).await);
            world.minutes_pass(i64::try_from(roll(3_000)).unwrap());
        }
        mia.buys(&night, AssetKind::FullMix, Tier::Creator).await;
        if month + 1 < months {
            world.days_pass(26);
        }
    }
    night
}
