//! A reporter that lies, or can't count: whatever it sends, each event gets its own answer and the
//! books agree with the answers in the end.

use serde_json::{Value, json};

use crate::program::{Answer, Program, post};
use crate::shop::{Shop, key, now};

const JSON: &str = "application/json";
const LINES: &str = "application/x-ndjson";
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// The store, and what it has acknowledged.
struct Told {
    shop: Shop,
    program: Program,
    uses: i64,
    billed_ms: i64,
    earned_micros: i64,
    /// Answers other than those that were wanted.
    wrong: Vec<String>,
}

#[test]
fn whatever_a_reporter_says_the_books_agree_with_the_answers() {
    let shop = Shop::with(1, None);
    let mut told = Told {
        program: Program::start(&shop.place),
        shop,
        uses: 0,
        billed_ms: 0,
        earned_micros: 0,
        wrong: Vec::new(),
    };
    ids(&mut told);
    others_ids(&mut told);
    times(&mut told);
    amounts(&mut told);
    texts(&mut told);
    forms(&mut told);
    bodies(&mut told);
    lines(&mut told);
    assert!(told.wrong.is_empty(), "{}", told.wrong.join("\n"));
    assert!(told.uses > 20, "the good ones count");
    told.shop
        .holds(told.uses, told.billed_ms, told.earned_micros);
}

fn ids(told: &mut Told) {
    told.one("a:1", &[], "accepted");
    told.one("a:1", &[], "duplicate");
    told.one("a:1", &[("clip_ms", json!(1_000))], "conflict");
    told.one("a:1", &[("track", json!(told.shop.tracks[1]))], "conflict");
    told.one("a:1", &[("views", json!(1))], "conflict");
    told.one("a:1", &[("clip_ms", json!(-1))], "conflict");
    // What was refused left nothing behind: the id is free.
    told.one(
        "a:2",
        &[("clip_ms", json!(-1))],
        "refused field clip_ms too_small",
    );
    told.one("a:2", &[], "accepted");
    // A sequence that goes back, and ids of every age: they are names, not times.
    for id in [
        "a:900",
        "a:3",
        "a:18446744073709551616",
        "a:-1",
        "0b5e2a4c-7a47-4d0e-9a53-0d1f6e1d2c3b",
        "ffffffff-ffff-7fff-bfff-ffffffffffff",
        "00000000-0000-7000-8000-000000000000",
    ] {
        told.one(id, &[], "accepted");
        told.one(id, &[], "duplicate");
    }
    told.one("FFFFFFFF-FFFF-7FFF-BFFF-FFFFFFFFFFFF", &[], "accepted");
    let long = "x".repeat(64);
    told.one(&long, &[], "accepted");
    for (id, code) in [
        ("", "empty"),
        (&*"x".repeat(65), "too_long"),
        (&*"x".repeat(100_000), "too_long"),
        ("a\u{0}b", "bad_character"),
        ("a b\n", "bad_character"),
        ("é", "bad_character"),
    ] {
        told.one(id, &[], &format!("refused field id {code}"));
    }
}

/// Another reporter's ids are its own: they neither collide nor tell of what it reported.
fn others_ids(told: &mut Told) {
    let other = key(&told.shop.place);
    let first = std::mem::replace(&mut told.shop.key, other);
    told.one("a:1", &[("clip_ms", json!(2_000))], "accepted");
    told.one("a:1", &[], "conflict");
    told.shop.key = first;
    told.one("a:1", &[], "duplicate");
}

fn times(told: &mut Told) {
    let at = |ms: i64| json!(now().plus_ms(ms).to_string());
    for (id, at, wanted) in [
        ("t:1", at(9 * MINUTE_MS), "accepted"),
        (
            "t:2",
            at(11 * MINUTE_MS),
            "refused field published_at in_the_future",
        ),
        (
            "t:3",
            at(-36 * DAY_MS),
            "refused field published_at too_late",
        ),
        // Before the clip time was bought.
        ("t:4", at(-34 * DAY_MS), "refused not_covered"),
        (
            "t:5",
            json!("2999-12-31T23:59:59Z"),
            "refused field published_at in_the_future",
        ),
        (
            "t:6",
            json!("1970-01-01T00:00:00Z"),
            "refused field published_at too_late",
        ),
        ("t:7", json!("2026-02-30T00:00:00Z"), "refused malformed"),
        ("t:8", json!("yesterday"), "refused malformed"),
        ("t:9", json!(1_764_000_000), "refused malformed"),
        ("t:10", Value::Null, "refused malformed"),
    ] {
        told.one(id, &[("published_at", at)], wanted);
    }
}

fn amounts(told: &mut Told) {
    for (id, member, value, wanted) in [
        ("n:1", "clip_ms", "0", "refused field clip_ms too_small"),
        (
            "n:2",
            "clip_ms",
            "-9223372036854775808",
            "refused field clip_ms too_small",
        ),
        ("n:3", "clip_ms", "300000", "accepted"),
        (
            "n:4",
            "clip_ms",
            "300001",
            "refused field clip_ms too_large",
        ),
        (
            "n:5",
            "clip_ms",
            "9223372036854775807",
            "refused field clip_ms too_large",
        ),
        ("n:6", "clip_ms", "9223372036854775808", "refused malformed"),
        ("n:7", "clip_ms", "1e400", "refused malformed"),
        ("n:8", "clip_ms", "900.5", "refused malformed"),
        ("n:9", "clip_ms", "\"900\"", "refused malformed"),
        ("n:10", "clip_ms", "null", "refused malformed"),
        ("n:11", "clip_ms", "true", "refused malformed"),
        ("n:12", "views", "-1", "refused malformed"),
        ("n:13", "views", "18446744073709551615", "accepted"),
        ("n:14", "views", "18446744073709551616", "refused malformed"),
        ("n:15", "followers", "18446744073709551615", "accepted"),
        ("n:16", "followers", "\"many\"", "refused malformed"),
    ] {
        let event = told.event(id, &[(member, json!("@"))]);
        let event = event.to_string().replace("\"@\"", value);
        told.batch(JSON, event.as_bytes(), &[wanted]);
    }
}

fn texts(told: &mut Told) {
    let huge = "x".repeat(200_000);
    for (nth, (member, value, wanted)) in [
        ("licence_code", json!(huge), "refused unknown_licence"),
        (
            "licence_code",
            json!("00000-00000-00000"),
            "refused unknown_licence",
        ),
        ("licence_code", json!(""), "refused unknown_licence"),
        ("track", json!(huge), "refused malformed"),
        (
            "track",
            json!("trk_0000000000000000000000000z"),
            "refused unknown_track",
        ),
        ("track", Value::Null, "refused track_missing"),
        ("placement", json!("the moon"), "refused malformed"),
        ("purpose", json!(""), "refused malformed"),
        ("territory", json!("ZZZZ"), "refused malformed"),
        ("video", json!(huge), "refused field video too_long"),
        (
            "video",
            json!("a\u{0}b"),
            "refused field video bad_character",
        ),
        ("url", json!(huge), "refused field url not_an_address"),
        (
            "url",
            json!("javascript:alert(1)"),
            "refused field url not_an_address",
        ),
        ("source", json!(huge), "refused field source too_long"),
        (
            "source",
            json!("a\u{0}b"),
            "refused field source bad_character",
        ),
        ("surprise", json!(1), "refused malformed"),
    ]
    .into_iter()
    .enumerate()
    {
        told.one(&format!("x:{nth}"), &[(member, value)], wanted);
    }
}

/// JSON that isn't quite an event.
fn forms(told: &mut Told) {
    let good = told.event("f:1", &[]).to_string();
    let twice = good.replacen('{', r#"{"clip_ms":1,"#, 1);
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let nested = good.replacen('{', &format!(r#"{{"surprise":{deep},"#), 1);
    let lone = good.replace("f:1", r"\ud800");
    let nul = good.replace("f:1", "f\u{0}1");
    for (event, wanted) in [
        ("1", "refused malformed"),
        ("null", "refused malformed"),
        ("{}", "refused malformed"),
        (&*twice, "refused malformed"),
        (&*nested, "refused malformed"),
    ] {
        told.batch(JSON, format!("[{event}]").as_bytes(), &[wanted]);
        told.batch(LINES, event.as_bytes(), &[wanted]);
    }
    told.turned_away(JSON, nul.as_bytes(), 400, "malformed_json");
    for (media, event) in [(JSON, &lone), (LINES, &lone), (LINES, &nul)] {
        told.batch(media, event.as_bytes(), &["refused malformed"]);
    }
    // None of these took the id.
    told.one("f:1", &[], "accepted");
}

/// Bodies that can't be cut into events, or into too many.
fn bodies(told: &mut Told) {
    let good = told.event("b:1", &[]).to_string();
    let many = vec![good.as_str(); 1_001].join(",");
    let deep = "[".repeat(500_000);
    let mut broken = good.clone().into_bytes();
    broken[10] = 0xff;
    for (media, body, code) in [
        (JSON, format!("[{many}]").into_bytes(), "bad_batch_size"),
        (
            LINES,
            vec![good.as_str(); 1_001].join("\n").into_bytes(),
            "bad_batch_size",
        ),
        (JSON, b"[]".to_vec(), "bad_batch_size"),
        (LINES, b"\n \r\n\n".to_vec(), "bad_batch_size"),
        (LINES, Vec::new(), "bad_batch_size"),
        (JSON, Vec::new(), "malformed_json"),
        (JSON, deep.into_bytes(), "malformed_json"),
        (JSON, broken, "malformed_json"),
        (JSON, format!("[{good}").into_bytes(), "malformed_json"),
        (JSON, format!("[{good}]]").into_bytes(), "malformed_json"),
        (
            JSON,
            format!("\u{feff}[{good}]").into_bytes(),
            "malformed_json",
        ),
    ] {
        told.turned_away(media, &body, 400, code);
    }
    told.turned_away("text/csv", good.as_bytes(), 415, "unsupported_media_type");
    told.turned_away(JSON, &vec![b' '; (1 << 20) + 1], 413, "body_too_large");
    let secret = std::mem::replace(&mut told.shop.key, "ck_nobody".into());
    told.turned_away(JSON, good.as_bytes(), 401, "unknown_api_key");
    told.shop.key = secret;
    told.one("b:1", &[], "accepted");
}

/// One bad line never fails the others.
fn lines(told: &mut Told) {
    let good = |told: &Told, id: &str| told.event(id, &[]).to_string();
    let (one, two, three) = (good(told, "l:1"), good(told, "l:2"), good(told, "l:3"));
    let body = format!("\n{one}\r\n   \n{}\n{two}\n\n{three}", &one[..40]);
    let wanted = ["accepted", "refused malformed", "accepted", "accepted"];
    told.batch(LINES, body.as_bytes(), &wanted);
    let other = told.event("l:4", &[("clip_ms", json!(5_000))]).to_string();
    let four = good(told, "l:4");
    let body = format!("[{four},{four},{other}]");
    told.batch(
        JSON,
        body.as_bytes(),
        &["accepted", "duplicate", "conflict"],
    );
    let mut body = format!("{}\n", good(told, "l:5")).into_bytes();
    body.extend(b"{\"id\":\"\xff\"}\n");
    body.extend(good(told, "l:6").into_bytes());
    told.batch(LINES, &body, &["accepted", "refused malformed", "accepted"]);
}

impl Told {
    /// A good event, but for some members.
    fn event(&self, id: &str, but: &[(&str, Value)]) -> Value {
        let mut event: Value = serde_json::from_str(&self.shop.event(0)).unwrap();
        event["id"] = json!(id);
        for (member, value) in but {
            event[*member] = value.clone();
        }
        event
    }

    /// Reports one, whose answer is wanted.
    fn one(&mut self, id: &str, but: &[(&str, Value)], wanted: &str) {
        let event = self.event(id, but).to_string();
        self.batch(JSON, event.as_bytes(), &[wanted]);
    }

    /// Reports a batch; notes what was acknowledged.
    fn batch(&mut self, media: &str, body: &[u8], wanted: &[&str]) {
        let said = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
        let answer = self.post(media, body);
        let Some(receipts) = answer.body["receipts"].as_array() else {
            let wrong = format!("{said}: {} instead of {wanted:?}", answer.body);
            return self.wrong.push(wrong);
        };
        let told: Vec<_> = receipts.iter().map(words).collect();
        if told != wanted {
            let wrong = format!("{said}: {told:?} instead of {wanted:?}");
            self.wrong.push(wrong);
        }
        for receipt in receipts.iter().filter(|one| one["status"] == "accepted") {
            self.uses += 1;
            self.billed_ms += receipt["billed_ms"].as_i64().unwrap();
            self.earned_micros += receipt["earned"]["micros"].as_i64().unwrap();
        }
        let echoed = receipts.iter().filter_map(|one| one["id"].as_str());
        assert!(echoed.max().is_none_or(|id| id.len() <= 256), "{said}");
    }

    /// Reports a body that is refused as a whole.
    fn turned_away(&mut self, media: &str, body: &[u8], status: u16, code: &str) {
        let said = String::from_utf8_lossy(&body[..body.len().min(100)]).into_owned();
        let answer = self.post(media, body);
        let got = (answer.status, answer.code());
        if got != (status, code) {
            let wrong = format!("{said}: {} instead of {status} {code}", answer.body);
            self.wrong.push(wrong);
        }
    }

    fn post(&self, media: &str, body: &[u8]) -> Answer {
        post(&self.program.address, &self.shop.key, media, body).expect("an answer")
    }
}

/// A receipt in a few words: its status, and of the first reason its word, field and code.
fn words(receipt: &Value) -> String {
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let reason = &receipt["reasons"][0];
    let mut words = vec![word(&receipt["status"])];
    words.push(word(&reason["reason"]));
    if reason["code"] == "malformed" {
        // What can't be read at all names no member.
        return "refused malformed".into();
    }
    if reason["reason"] == "field" {
        words.extend([word(&reason["field"]), word(&reason["code"])]);
    }
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
