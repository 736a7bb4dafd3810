//! Scenarios, played by the program: the shipped ones hold, wrong ones are refused by their place.

use std::fs;
use std::path::Path;

use server::progress::Progress;
use server::simulate::scenario::SCHEMA;
use server::simulate::{Outcome, Played, play, read};

async fn played(text: &str) -> Played {
    let scenario = read(text).unwrap_or_else(|failure| panic!("{failure}"));
    let played = play(&scenario, &Progress::pieces("playing", 0)).await;
    played.unwrap_or_else(|failure| panic!("{failure}"))
}

fn shipped() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/scenarios");
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("the examples are shipped") {
        let path = entry.expect("a folder can be listed").path();
        let text = fs::read_to_string(&path).expect("an example can be read");
        all.push((path.display().to_string(), text));
    }
    all
}

#[tokio::test]
async fn every_shipped_scenario_goes_as_it_says_and_keeps_every_invariant() {
    let all = shipped();
    assert!(all.len() >= 4, "{all:?}");
    for (path, text) in all {
        let played = played(&text).await;
        let missed: Vec<_> = played
            .steps
            .iter()
            .filter_map(|s| s.missed.clone())
            .collect();
        assert!(played.holds(), "{path}: {missed:?}");
        assert!(played.audit.len() > 20, "{path}");
    }
}

/// A store with one track, and these steps.
fn with_steps(store: &str, steps: &str) -> String {
    format!(
        r#"{{"scenario":1,"name":"n","start":"2026-01-31","store":{store},
            "tracks":{{"t":{{"splits":{{"Ada":"100%"}}}}}},"steps":{steps}}}"#
    )
}

#[tokio::test]
async fn a_scenario_that_expects_otherwise_does_not_hold() {
    let steps = r#"[{"do":"expect","payee":"Ada","balance":"0.000001"}]"#;
    let wrong = played(&with_steps("{}", steps)).await;
    assert!(!wrong.holds());
    let missed = wrong.steps[0].missed.as_deref();
    assert_eq!(
        missed,
        Some("Ada should have 0.000001 USD, and has 0.000000 USD")
    );
    let steps = r#"[{"do":"buy","who":"Kim","track":"t","refused":"offer_closed"}]"#;
    assert!(!played(&with_steps("{}", steps)).await.holds());
}

#[tokio::test]
async fn the_stores_own_rates_bundles_and_subscription_are_played() {
    let store = r#"{"commission":"30%","reserve":"5%","card_fee":{"percent":"2.9%","fixed":"0.30"},
        "bundles":[{"code":"small","price":"10.00","seconds":600}],
        "subscription":{"price":"5.00","guarantee":"0.05"}}"#;
    let steps = r#"[
        {"do":"buy","who":"Kim","bundle":"small","as":"b"},
        {"do":"use","under":"b","track":"t","seconds":15},
        {"do":"expect","payee":"Ada","balance":"0.164675"},
        {"do":"subscribe","who":"Mia","as":"s"},
        {"do":"use","under":"s","track":"t","seconds":15},
        {"do":"expect","payee":"Ada","balance":"0.214675"},
        {"at":"2026-03-31","do":"wait"},
        {"do":"buy","who":"Kim","bundle":"bundle_10"}]"#;
    let played = played(&with_steps(store, steps)).await;
    assert!(played.holds(), "{:?}", played.steps);
    // The first cycle, from the 31st of January to the 28th of February, paid all it held.
    let ada = played
        .balances
        .iter()
        .find(|(_, whose, _)| whose == "earned by Ada");
    assert!(ada.is_some_and(|(_, _, money)| money.micros() >= 164_675 + 3_025_750));
    let last = &played.steps[7].outcome;
    assert!(
        matches!(last, Outcome::Refused(code, _) if code == "unknown_plan"),
        "{last:?}"
    );
}

#[test]
fn what_is_no_scenario_is_refused_by_its_place() {
    let step = |json: &str| with_steps("{}", &format!("[{json}]"));
    let cases = [
        (
            with_steps(r#"{"commission":"3"}"#, "[]"),
            "a rate is a percent",
        ),
        (
            with_steps("{}", "[]").replace("100%", "99%"),
            "tracks.t.splits: the parts make 99.0000%",
        ),
        (step(r#"{"do":"fly"}"#), "unknown variant `fly`"),
        (step(r#"{"do":"wait","wings":2}"#), "unknown field `wings`"),
        (
            step(r#"{"do":"buy","who":"Kim"}"#),
            "steps[0].track: this step needs it",
        ),
        (
            step(r#"{"do":"use","under":"x","track":"t","seconds":1}"#),
            "steps[0].of: no step before",
        ),
        (
            step(r#"{"do":"buy","who":"K","track":"u"}"#),
            "steps[0].track: there is no track `u`",
        ),
        (
            step(r#"{"at":"2026-01-30","do":"wait"}"#),
            "steps[0].at: time runs forwards only",
        ),
        (
            step(r#"{"at":"yesterday","do":"wait"}"#),
            "a moment is a day",
        ),
        (step(r#"{"do":"wait","times":0}"#), "steps[0].times"),
        (
            with_steps(
                r#"{"taxes":{"Germany":{"mode":"inclusive","rate":"19%"}}}"#,
                "[]",
            ),
            "store.taxes.Germany: a country is its two letters",
        ),
        (
            step(r#"{"do":"subscribe","who":"K","country":"Germany"}"#),
            "steps[0].country: a country is its two letters",
        ),
        (
            step(r#"{"do":"tax"}"#),
            "steps[0].country: this step needs it",
        ),
        (
            with_steps("{}", "[]").replace(r#""scenario":1"#, r#""scenario":2"#),
            "version 1",
        ),
    ];
    for (text, wanted) in cases {
        let failure = read(&text).expect_err(wanted);
        assert_eq!(failure.code(), 2, "{failure}");
        assert!(failure.to_string().contains(wanted), "{failure}\n{wanted}");
    }
}

#[test]
fn the_published_schema_has_the_members_that_are_read() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let step = &schema["properties"]["steps"]["items"]["properties"];
    for word in step["do"]["enum"].as_array().expect("a list") {
        let json = format!(r#"{{"do":{word}}}"#);
        let text = with_steps("{}", &format!("[{json}]"));
        let refused = read(&text).err().map(|failure| failure.to_string());
        assert!(
            !refused.is_some_and(|line| line.contains("unknown variant")),
            "{word}"
        );
    }
    for name in step.as_object().expect("members").keys() {
        let text = with_steps("{}", &format!(r#"[{{"do":"wait","{name}":[]}}]"#));
        let refused = read(&text).expect_err("a list is never right").to_string();
        assert!(!refused.contains("unknown field"), "{refused}");
    }
}

#[tokio::test]
async fn a_bundle_of_the_golden_cases_earns_and_gives_its_rest_back_to_the_cent() {
    let store = r#"{"commission":"30%","reserve":"5%","card_fee":{"percent":"2.9%","fixed":"0.30"},
        "bundles":[{"code":"ten","price":"10.00","seconds":600}]}"#;
    let uses = [
        ("15", "0.164675"),
        ("7.4", "0.252501"),
        ("30.001", "0.592830"),
        ("59.999", "1.251530"),
        ("120", "2.568930"),
        ("300", "5.862430"),
    ];
    let mut steps = String::from(r#"[{"do":"buy","who":"Kim","bundle":"ten","as":"b"}"#);
    for (seconds, balance) in uses {
        steps += &format!(
            r#",{{"do":"use","under":"b","track":"t","seconds":{seconds}}}
               ,{{"do":"expect","payee":"Ada","balance":"{balance}"}}"#
        );
    }
    steps += r#",{"do":"use","under":"b","track":"t","seconds":67,"refused":"not_enough_time"}
        ,{"do":"refund","of":"b","rest":true}
        ,{"do":"expect","account":"provider","balance":"-8.90"}]"#;
    let played = played(&with_steps(store, &steps)).await;
    assert!(played.holds(), "{:?}", played.steps);
}

#[tokio::test]
async fn plans_prices_wallets_and_repeated_reports_are_played() {
    let store = r#"{"commission":"30%","reserve":"5%","card_fee":{"percent":"2.9%","fixed":"0.30"},
        "plans":[{"code":"small","price":"5.00","guarantee":"0.05"},
                 {"code":"big","price":"15.00","guarantee":"0.05","track_cap":3}],
        "prices":[{"tier":"creator","price":"0.99"}]}"#;
    let steps = r#"[
        {"do":"buy","who":"Kim","track":"t","with":"wallet","refused":"no_wallet"},
        {"do":"buy","who":"Kim","track":"t"},
        {"do":"expect","payee":"Ada","balance":"0.438900"},
        {"do":"load","who":"Kim","amount":"25.00"},
        {"do":"buy","who":"Kim","track":"t","with":"wallet"},
        {"do":"subscribe","who":"Mia","plan":"small","as":"s"},
        {"do":"use","under":"s","track":"t","seconds":7.4,"event":"e1"},
        {"do":"use","under":"s","track":"t","seconds":7.4,"event":"e1"},
        {"do":"use","under":"s","track":"t","seconds":7.5,"event":"e1","refused":"conflict"},
        {"do":"expect","payee":"Ada","balance":"1.147250"},
        {"at":"2026-02-10","do":"change","of":"s","plan":"big"},
        {"do":"pause","of":"s"},
        {"at":"2026-03-01","do":"use","under":"s","track":"t","seconds":7,"published":"2026-02-27"},
        {"at":"2026-03-10","do":"close"},
        {"do":"resume","of":"s"},
        {"do":"advance","payee":"Ada","amount":"1.00"}]"#;
    let played = played(&with_steps(store, steps)).await;
    assert!(played.holds(), "{:?}", played.steps);
    let Outcome::Done(words) = &played.steps[13].outcome else {
        panic!("{:?}", played.steps[13]);
    };
    assert_eq!(words, "cycles closed: 1");
}
