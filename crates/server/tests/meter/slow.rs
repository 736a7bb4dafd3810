//! Clients that never end: bodies of gigabytes, heads and bodies a byte at a time, answers that
//! nobody reads, connections that say nothing. Each is turned away or dropped, the program stays
//! small, and others are answered meanwhile.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::program::{Program, SERVE, answer, get, head, post};
use crate::shop::Shop;

const JSON: &str = "application/json";
/// How long the store waits for a client here, in seconds.
const PATIENCE_S: u64 = 2;
/// When whoever is slow must be gone.
const GONE: Duration = Duration::from_secs(3 * PATIENCE_S);
/// How much memory a hostile client may cost, in bytes.
const GROWTH_MAX: u64 = 48 << 20;
const CONNECTIONS_MAX: usize = 40;

#[test]
fn a_body_of_two_gigabytes_is_refused_at_once_and_costs_no_memory() {
    let (shop, program) = open();
    assert!(post(&program.address, &shop.key, JSON, b"[]").is_some());
    let before = memory(&program);
    // What says its length isn't even read.
    let began = Instant::now();
    let mut stream = connect(&program);
    let length = format!("Content-Length: {}\r\n", 2_u64 << 30);
    let head_of = |more: &str| head(&program.address, &shop.key, JSON, more);
    stream.write_all(head_of(&length).as_bytes()).unwrap();
    let told = answer(&mut stream).unwrap();
    assert_eq!((told.status, told.code()), (413, "body_too_large"));
    assert!(began.elapsed() < Duration::from_secs(PATIENCE_S), "at once");
    // What doesn't is cut at the limit, from many at once.
    let chunked = head_of("Transfer-Encoding: chunked\r\n");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| endless(&program, chunked.as_bytes()));
        }
    });
    let grown = memory(&program).saturating_sub(before);
    assert!(grown < GROWTH_MAX, "it grew by {grown} bytes");
    others_are_answered(&shop, &program);
}

/// Sends chunks until nobody takes them any more.
fn endless(program: &Program, head: &[u8]) {
    let mut stream = connect(program);
    stream.write_all(head).unwrap();
    let chunk = [b"10000\r\n".to_vec(), vec![b' '; 1 << 16], b"\r\n".to_vec()].concat();
    let most = (2_usize << 30) / chunk.len();
    let sent = (0..most).take_while(|_| stream.write_all(&chunk).is_ok());
    let sent = sent.count() * chunk.len();
    assert!(sent < 64 << 20, "it took {sent} bytes");
}

#[test]
fn whoever_sends_a_byte_at_a_time_is_dropped_and_holds_nobody_up() {
    let (shop, program) = open();
    let body = "Content-Length: 1000\r\n";
    let whole = head(&program.address, &shop.key, JSON, body);
    let (start, rest) = whole.split_at(20);
    std::thread::scope(|scope| {
        let head = scope.spawn(|| dripped(&program, start, rest.as_bytes()));
        let body = scope.spawn(|| dripped(&program, &whole, &[b' '; 1_000]));
        let silent = scope.spawn(|| dripped(&program, "", b""));
        while !(head.is_finished() && body.is_finished() && silent.is_finished()) {
            others_are_answered(&shop, &program);
            sleep(Duration::from_millis(100));
        }
        assert_eq!(head.join().unwrap(), "", "a head has no answer");
        let said = body.join().unwrap();
        assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
        assert!(said.contains("body_too_slow"), "{said}");
        assert_eq!(silent.join().unwrap(), "");
    });
}

/// Sends a start, then a byte now and then; what it is told until it is dropped.
fn dripped(program: &Program, start: &str, rest: &[u8]) -> String {
    let began = Instant::now();
    let mut stream = connect(program);
    stream.write_all(start.as_bytes()).unwrap();
    let wait = Duration::from_millis(100);
    stream.set_read_timeout(Some(wait)).unwrap();
    let (mut rest, mut said) = (rest.iter(), Vec::new());
    loop {
        assert!(began.elapsed() < GONE, "it is still there");
        let mut some = [0; 4_096];
        match stream.read(&mut some) {
            Ok(0) => break,
            Ok(count) => said.extend(&some[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                if let Some(byte) = rest.next() {
                    let _ = stream.write_all(&[*byte]);
                }
            }
            Err(_) => break,
        }
    }
    String::from_utf8(said).unwrap()
}

#[test]
fn whoever_never_reads_is_dropped_and_a_silent_live_report_is_not() {
    let (shop, program) = open();
    let mut live = connect(&program);
    let report = report_key(&shop);
    write!(
        live,
        "GET /v1/reports/uses/stream?payee={} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {report}\r\n\r\n",
        shop.payee, program.address
    )
    .unwrap();
    let mut first = [0; 12];
    live.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    // Asks for far more than the system buffers, one request after the other, and reads nothing.
    let mut deaf = connect(&program);
    deaf.set_write_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    let ask = format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", program.address).repeat(100);
    let began = Instant::now();
    loop {
        assert!(began.elapsed() < 10 * GONE, "it is still there");
        match deaf.write_all(ask.as_bytes()) {
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => break,
            _ => others_are_answered(&shop, &program),
        }
    }
    // The live report has been silent for longer than anybody's patience, and goes on.
    sleep(Duration::from_secs(PATIENCE_S));
    let event = shop.event(0);
    let told = post(&program.address, &shop.key, JSON, event.as_bytes()).unwrap();
    assert_eq!(told.body["accepted"], 1);
    let mut seen = String::new();
    while !seen.contains("data:") {
        let mut some = [0; 4_096];
        let count = live.read(&mut some).expect("the live report goes on");
        assert!(count > 0, "the live report ended: {seen}");
        seen.push_str(&String::from_utf8_lossy(&some[..count]));
    }
}

#[test]
fn idle_connections_are_bounded_and_give_their_places_away() {
    let (shop, program) = open();
    let idle: Vec<_> = (0..3 * CONNECTIONS_MAX)
        .map(|_| connect(&program))
        .collect();
    sleep(Duration::from_millis(500));
    let files = std::fs::read_dir(format!("/proc/{}/fd", program.child.id())).unwrap();
    let sockets = files.filter(|file| {
        let to = file
            .as_ref()
            .ok()
            .and_then(|file| file.path().read_link().ok());
        to.is_some_and(|to| to.to_string_lossy().starts_with("socket:"))
    });
    let sockets = sockets.count();
    // One listens, one or two are the runtime's.
    assert!(sockets <= CONNECTIONS_MAX + 4, "{sockets} are open");
    // Those who wait get in as the idle ones are dropped.
    others_are_answered(&shop, &program);
    drop(idle);
    others_are_answered(&shop, &program);
}

fn open() -> (Shop, Program) {
    let shop = Shop::with(1, None);
    let mut command = shop.place.command(&SERVE);
    command
        .env("CLEARCUE_PATIENCE_S", PATIENCE_S.to_string())
        .env("CLEARCUE_CONNECTIONS_MAX", CONNECTIONS_MAX.to_string());
    (shop, Program::of(command))
}

fn connect(program: &Program) -> TcpStream {
    let stream = TcpStream::connect(&program.address).unwrap();
    let long = Some(Duration::from_secs(60));
    stream.set_read_timeout(long).unwrap();
    stream.set_write_timeout(long).unwrap();
    stream
}

/// The same event again and again, which counts once.
fn others_are_answered(shop: &Shop, program: &Program) {
    let told = post(&program.address, &shop.key, JSON, shop.event(1).as_bytes());
    let told = told.expect("others are answered");
    assert_eq!(told.status, 200, "{}", told.body);
    assert_eq!(get(&program.address, "/v1/tracks").unwrap().0, 200);
}

/// The secret of a key that may see reports.
fn report_key(shop: &Shop) -> String {
    let mut command: Command = shop.place.command(&["key", "create", "--name", "desk"]);
    command.args(["--scope", "report:read", "--store", "store", "--json"]);
    let made = command.output().unwrap();
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    made["secret"].as_str().unwrap().to_owned()
}

/// The memory that is resident, in bytes.
fn memory(program: &Program) -> u64 {
    let status = format!("/proc/{}/status", program.child.id());
    let status = std::fs::read_to_string(status).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line
        .and_then(|line| line.split_whitespace().nth(1))
        .unwrap();
    number.parse::<u64>().unwrap() * 1_024
}
