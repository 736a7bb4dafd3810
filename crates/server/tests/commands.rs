//! Every command from outside, once well and once badly: what can be asked of a furnished store,
//! and what a misuse says. A command that comes without either fails here.

#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod common;

use std::collections::BTreeSet;

use common::furnish::furnish;
use common::{Place, Ran};
use serde_json::Value;

/// Commands whose working is tested in other files of this folder, each with a file that does.
const ELSEWHERE: &[(&str, &str)] = &[
    ("init", include_str!("program.rs")),
    ("import", include_str!("program.rs")),
    ("serve", include_str!("program.rs")),
    ("demo", include_str!("program.rs")),
    ("verify", include_str!("verify.rs")),
    ("stamp", include_str!("stamp.rs")),
    ("signing-key", include_str!("signing_key.rs")),
    ("statement verify", include_str!("statement.rs")),
    ("statement dsr", include_str!("statement.rs")),
    ("payout results", include_str!("payout.rs")),
    ("payout release", include_str!("payout.rs")),
    ("payout show", include_str!("payout.rs")),
    ("payout file", include_str!("payout.rs")),
    ("proof verify", include_str!("proof.rs")),
    ("uses import", include_str!("uses.rs")),
    ("proof consistency", include_str!("proof.rs")),
    ("proof omitted", include_str!("proof.rs")),
    ("proof show", include_str!("proof.rs")),
    ("proof export", include_str!("proof.rs")),
];

/// What is asked wrongly, and a word of the line that says how to put it right.
const MISUSES: &[(&str, &str)] = &[
    ("payment refund pmt_x --reason x", "--amount <AMOUNT>|--all"),
    ("payment refund pmt_x --reason x --all --amount 1", "--all"),
    ("payment refund pmt_x --all", "--reason"),
    ("payment dispute pmt_x", "--open"),
    ("payment list --limit 0", "1..=100"),
    ("attest", "TRACK"),
    ("attest x --all", "--all"),
    ("tax set DE maybe", "inclusive"),
    ("promo make X", "--off"),
    ("curator add x --payee y", "--share"),
    ("currency set EUR", "RATE"),
    ("offers export", "TIER"),
    ("split propose x", "--share"),
    ("split invite x", "--payee"),
    ("advance grant Ada --amount 1", "--reference"),
    ("plans set x --label y --price 1", "--guarantee"),
    (
        "plans set x --label y --price 1 --guarantee 1 --idle z",
        "roll-over",
    ),
    ("rotation add x --from yesterday", "yesterday"),
    ("close --until soon", "soon"),
    ("close --dry-run --report x", "--report"),
    ("cue-sheet 7K3M9-QXD4T-0RWPD", "--title"),
    ("licence suspend x", "--reason"),
    ("channels add x", "CHANNEL"),
    ("statement show Ada", "--period"),
    ("report uses --by licensee", "placement"),
    ("report uses --curator", "--payee"),
    ("events --kind sale", "sale.completed"),
    ("events --limit 0", "1..=500"),
    ("report uses --format csv", "--out"),
    ("report forecast", "PAYEE"),
    ("statement export Ada --period 2026", "--out"),
    ("payout file", "RAIL"),
    ("payout release x", "--by"),
    ("key create", "--name"),
    ("link --role buyer", "--name"),
    ("stamp film.mp4", "--licence"),
    ("simulate", "SCENARIO"),
    ("uses import", "FILE"),
    ("uses import x.csv --map y", "COLUMN=FIELD"),
    ("uses import x.csv --set y", "FIELD=VALUE"),
    ("uses drop-raw --older-than-days 35", "36"),
    ("uses receipt editor-7:1", "--reporter"),
    ("uses uncovered --state lost", "open"),
    ("uses uncovered --limit 0", "1..=100"),
    ("signing-key retire", "KID"),
];

#[test]
fn a_misuse_of_any_command_is_one_line_with_the_fix_and_code_2() {
    let place = Place::new();
    let mut wrong = Vec::new();
    for (line, word) in MISUSES {
        let ran = run(&place, line);
        let said = ran.err.to_lowercase();
        let one_line = said.starts_with("clearcue: ") && said.lines().count() == 1;
        if ran.code != 2 || !one_line || !said.contains(&word.to_lowercase()) || !ran.out.is_empty()
        {
            wrong.push(format!("{line}: {} {}{}", ran.code, ran.err, ran.out));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for command in commands(&place) {
        let ran = run(&place, &format!("{command} --nonsense --nonsense"));
        assert_eq!(ran.code, 2, "{command}: {}", ran.err);
        assert!(ran.only_line().contains("--help"), "{command}: {}", ran.err);
    }
}

#[test]
fn every_command_does_what_it_says_in_a_furnished_store() {
    let place = Place::new();
    furnish(&place, tone);
    let store = Store::of(&place);
    let creator = run(&place, "offers export creator --store store").out;
    place.write("creator.json", creator);
    place.write(
        "calendar.csv",
        "track,from,until\npaper-lantern,2098-01-01T00:00:00Z,\n",
    );
    let mut done: BTreeSet<String> = BTreeSet::new();
    let mut wrong = Vec::new();
    for (line, word) in store.asks() {
        if line.starts_with("licence revoke") {
            done.extend(
                by_their_answers(&place, &store)
                    .into_iter()
                    .map(str::to_owned),
            );
        }
        let ran = run(&place, &format!("{line} --store store"));
        let said = ran.out.to_lowercase();
        if ran.code != 0 || !said.contains(&word.to_lowercase()) {
            wrong.push(format!("{line}: {} {}{}", ran.code, ran.err, ran.out));
        }
        done.insert(line);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Nothing is payable for a fortnight after a sale, so there is nothing to call off yet.
    let withdraw = "payout withdraw out_00000000000000000000000001";
    let ran = run(&place, &format!("{withdraw} --store store"));
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.only_line().contains("no payout"), "{}", ran.err);
    done.insert(withdraw.to_owned());
    let sound = run(&place, "audit --store store");
    assert_eq!(sound.code, 0, "{}{}", sound.out, sound.err);
    for command in commands(&place) {
        let here = done.iter().any(|line| line.starts_with(&command));
        let there = ELSEWHERE.iter().any(|(known, text)| {
            let words: Vec<_> = known.split(' ').map(|word| format!("\"{word}\"")).collect();
            command.starts_with(known) && words.iter().all(|word| text.contains(word))
        });
        assert!(here || there, "nobody tries `clearcue {command}`");
    }
}

/// What of the furnished store is asked about.
struct Store {
    code: String,
    payment: String,
    disputed: String,
    payee: String,
}

impl Store {
    fn of(place: &Place) -> Self {
        let payments = told(place, "payment list");
        let licensed = |one: &&Value| one["licence"].is_string();
        let payments = payments["payments"].as_array().unwrap();
        let mut paid = payments.iter().filter(licensed);
        let (first, second) = (paid.next().unwrap(), paid.next().unwrap());
        let payees = told(place, "payee list");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            code: text(&first["code"]),
            payment: text(&first["id"]),
            disputed: text(&second["id"]),
            payee: text(&payees["payees"][0]["name"]),
        }
    }

    /// Commands in an order in which each can be carried out, and a word of each one's answer.
    fn asks(&self) -> Vec<(String, &'static str)> {
        let (code, payment, disputed) = (&self.code, &self.payment, &self.disputed);
        let payee = format!("\"{}\"", self.payee);
        let said = |line: &str| {
            let line = line.replace("CODE", code).replace("PAYMENT", payment);
            line.replace("DISPUTED", disputed).replace("PAYEE", &payee)
        };
        ASKS.iter()
            .map(|(line, word)| (said(line), *word))
            .collect()
    }
}

/// CODE is a licence's code, PAYMENT what was paid for it, DISPUTED another payment, PAYEE a name.
const ASKS: &[(&str, &str)] = &[
    ("audit", "journals_are_as_sealed"),
    ("replay", "every sum is what they say"),
    ("config", "currency"),
    ("attest --all", "attested"),
    ("offers show", "Creator"),
    ("offers export creator", "\"tier\""),
    (
        "offers close creator --asset cut_15 --for track:paper-lantern",
        "version 1",
    ),
    (
        "offers reopen creator --asset cut_15 --for track:paper-lantern",
        "version 2",
    ),
    ("offers undo creator --for track:paper-lantern", "version 3"),
    ("offers history creator --for track:paper-lantern", "3"),
    (
        "offers apply creator.json --for store --dry-run",
        "nothing was changed",
    ),
    ("tax set DE inclusive 19%", "DE"),
    ("tax list", "inclusive 19.00%"),
    ("tax remove DE", "DE"),
    ("promo make SPRING25 --off 25% --uses 100", "SPRING25"),
    ("promo list", "25.00%"),
    ("promo close SPRING25", "isn't accepted any more"),
    (
        "curator add night-shift --payee PAYEE --share 5%",
        "night-shift",
    ),
    ("curator list", "night-shift"),
    ("curator close night-shift", "no share any more"),
    ("currency set EUR 0.92 --step 50 --fee 0.25", "EUR"),
    ("currency list", "EUR"),
    ("currency close EUR", "nothing is sold in EUR"),
    ("claim CODE --out claim.zip", "wrote claim.zip"),
    (
        "track set paper-lantern --version-title Instrumental",
        "Instrumental",
    ),
    ("track show paper-lantern", "Instrumental"),
    ("cue-sheet CODE --title Film --format text", "Paper Lantern"),
    ("check CODE --placement youtube_shorts", "cleared"),
    (
        "channels add CODE https://www.youtube.com/@ada --label Ada",
        "Ada",
    ),
    ("channels list CODE", "youtube"),
    ("channels history CODE", "added"),
    (
        "licence suspend CODE --reason \"it is looked into\"",
        "suspended",
    ),
    ("licence restore CODE --reason \"all is well\"", "valid"),
    ("licence show CODE", "it is looked into"),
    ("payment list", "paid"),
    ("payment show PAYMENT", "left"),
    (
        "payment refund PAYMENT --amount 0.50 --reason \"a discount\" --key one",
        "0.50",
    ),
    ("payment dispute DISPUTED --open", "dispute"),
    ("payment dispute DISPUTED --won", "dispute"),
    (
        "licence revoke CODE --reason \"it was made by mistake\"",
        "revoked",
    ),
    ("payee list", "registered"),
    ("payee show PAYEE", "registered"),
    ("payee register PAYEE", "registered already"),
    (
        "advance grant PAYEE --amount 2.50 --reference \"contract 7\"",
        "2.50",
    ),
    ("advance list", "contract 7"),
    ("rate set USD EUR 0.92", "version 1"),
    ("rate list", "USD"),
    ("rate end USD EUR", "any more"),
    (
        "rotation add paper-lantern --until 2099-01-01T00:00:00Z",
        "added to the calendar",
    ),
    ("rotation list", "paper-lantern"),
    ("rotation remove paper-lantern", "leaves the rotation"),
    ("rotation import calendar.csv", "added to the calendar"),
    (
        "plans set pool_10 --label Large --price 1000 --guarantee 0.05",
        "pool_10",
    ),
    ("plans list", "pool_10"),
    ("simulate --schema", "$schema"),
    ("upkeep", "journals sealed"),
    ("uses gaps", "use"),
    ("events --kind sale.completed", "sale.completed"),
    (
        "uses drop-raw --older-than-days 36 --dry-run",
        "nothing to drop",
    ),
    ("close --dry-run", "cycles would be closed"),
    ("statement list PAYEE", "20"),
    ("report uses --by track", "uses"),
    (
        "report uses --by day --payee PAYEE --format parquet --out d.parquet",
        "d.parquet",
    ),
    ("report forecast PAYEE", "not enough history"),
    ("statement show PAYEE --period 2020", "2020"),
    (
        "statement export PAYEE --period 2020 --out s.json",
        "s.json",
    ),
    ("statement taxes 2020", "year"),
    ("payout list", "payout"),
    ("payout run", "due"),
    ("payout rules", "days"),
    ("payout mails outbox", "0 letters"),
    ("key create --name editor", "not shown again"),
    ("link --role operator --name Olga", "sign-in"),
    ("split history paper-lantern", "version 1"),
    ("split show paper-lantern", "100"),
];

/// What needs the answer of the command before: channels by their id, proposals by theirs.
fn by_their_answers(place: &Place, store: &Store) -> Vec<&'static str> {
    let listed = told(place, &format!("channels list {}", store.code));
    let channel = listed["channels"][0]["id"].as_str().unwrap().to_owned();
    let of = format!("{} {channel}", store.code);
    well(
        place,
        &format!("channels change {of} --label Other"),
        "Other",
    );
    well(place, &format!("channels remove {of}"), "Other");
    let share = format!(
        "--share \"{}=50\" --share \"Zoe <zoe@example.org>=50\"",
        store.payee
    );
    let propose = format!("split propose paper-lantern {share}");
    let proposed = told(place, &propose);
    let proposal = proposed["proposal"]["id"].as_str().unwrap().to_owned();
    let link = well(
        place,
        &format!("split invite {proposal} --payee Zoe"),
        "invitations",
    );
    well(
        place,
        &format!("split accept {}", link.out.trim()),
        "accepted",
    );
    let withdraw = format!("split withdraw {proposal}");
    well(place, &withdraw, "withdrawn");
    uses(place, store);
    vec![
        "channels change",
        "channels remove",
        "split propose",
        "split invite",
        "split accept",
        "split withdraw",
        "uses receipt",
        "uses uncovered",
    ]
}

/// What needs uses that were counted, or weren't for lack of cover.
fn uses(place: &Place, store: &Store) {
    let (code, now) = (&store.code, app::Edge::System.now());
    let table = format!(
        "id,licence_code,placement,purpose,clip_seconds,published_at\n\
         cam:1,{code},youtube_shorts,monetised_creator,12,{now}\n\
         cam:2,{code},youtube_shorts,client_work,12,{now}\n"
    );
    place.write("cam.csv", table);
    well(place, "uses import cam.csv --reporter cam", "1 count now");
    let receipt = "uses receipt cam:1 --reporter cam";
    well(place, receipt, "accepted");
    let told = told(place, receipt);
    assert_eq!(
        (&told["commit"], &told["settled"]),
        (&1.into(), &true.into())
    );
    let refused = run(place, "uses receipt cam:3 --reporter cam --store store");
    assert_eq!(refused.code, 1, "{}", refused.err);
    assert!(refused.only_line().contains("35 days"), "{}", refused.err);
    well(place, "uses uncovered", "covers it");
    well(place, "uses uncovered --state bought", "no use");
    let told = self::told(place, "uses uncovered");
    let one = &told["uses"][0];
    assert_eq!(one["event"], "cam:2");
    assert!(one["offer"]["total_micros"].is_i64(), "{one}");
}

fn told(place: &Place, line: &str) -> Value {
    let ran = run(place, &format!("{line} --store store --json"));
    assert_eq!(ran.code, 0, "{line}: {}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

/// Runs a command that must do it, and say a word.
fn well(place: &Place, line: &str, word: &str) -> Ran {
    let ran = run(place, &format!("{line} --store store"));
    assert_eq!(ran.code, 0, "{line}: {}", ran.err);
    let said = ran.out.to_lowercase();
    assert!(said.contains(&word.to_lowercase()), "{line}: {}", ran.out);
    ran
}

/// Every command that does something, in words: `payment refund`.
fn commands(place: &Place) -> Vec<String> {
    let mut out = Vec::new();
    let mut open = vec![String::new()];
    while let Some(command) = open.pop() {
        let help = run(place, format!("{command} --help").trim());
        assert_eq!(help.code, 0, "{command}: {}", help.err);
        let below = help.out.split_once("Commands:\n").map(|(_, rest)| rest);
        let below = below.map(|rest| rest.split("\n\n").next().unwrap_or_default());
        match below {
            None => out.push(command),
            Some(list) => {
                // What a line can't hold goes on below it, where no name stands before it.
                let lines = list.lines().filter(|line| line.trim().contains("  "));
                let names = lines.filter_map(|line| line.split_whitespace().next());
                let names = names.filter(|name| *name != "help");
                open.extend(names.map(|name| format!("{command} {name}").trim().to_owned()));
            }
        }
    }
    out.sort();
    assert!(out.len() > 60, "{out:?}");
    out
}

/// Runs a command line; words in quotation marks are one.
fn run(place: &Place, line: &str) -> Ran {
    let mut words = Vec::new();
    for (place, part) in line.split('"').enumerate() {
        if place % 2 == 1 {
            words.push(part);
        } else {
            words.extend(part.split_whitespace());
        }
    }
    place.run(&words)
}

/// Sixteen seconds of a tone, long enough for a cut of fifteen: 16-bit mono WAV at 8 kHz.
fn tone(hz: i32) -> Vec<u8> {
    let samples: Vec<i16> = (0..128_000_i32)
        .map(|n| i16::try_from((n * hz % 8_000 - 4_000) * 2).unwrap())
        .collect();
    common::wav(8_000, &samples)
}
