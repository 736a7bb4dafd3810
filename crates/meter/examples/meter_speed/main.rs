//! How long each step of the meter takes an event, and what ten million ids and a licence weigh; best of some
//! rounds, on one thread, in the time that the processor spent on it (Linux counts that), so that
//! a busy machine tells nearly the same as an idle one: `cargo run -p meter --release --example meter_speed`,
//! and with `-- licences` for the weight of a licence alone.

use std::convert::Infallible;
use std::hint::black_box;

use domain::Timestamp;
use meter::book::{Book, Verdict};
use meter::event::{Event, Form, read_batch};
use meter::id::{Key, Seed};
use meter::pack::{Blob, Outcome, Packer};
use meter::window::{Place, Window};

mod clock;
mod world;

use clock::{best, load, resident, spent};
use world::World;

const BATCH: usize = 1_000;
const BATCHES: usize = 100;
/// Batches from one settlement to the next.
const SETTLED: usize = 50;
const ROUNDS: usize = 5;
const NOW: Timestamp = Timestamp(1_780_000_000_000);

/// Licences whose weight is measured.
const WEIGHED: usize = 200_000;

fn main() {
    // In a process of its own, so that no freed memory is used again.
    if std::env::args().any(|arg| arg == "licences") {
        return weigh();
    }
    let world = World::new(10_000);
    let bodies: Vec<String> = (0..BATCHES).map(|batch| world.body(batch)).collect();
    let bytes: usize = bodies.iter().map(String::len).sum();
    println!("load average: {}", load());
    println!("{} bytes of JSON an event", bytes / (BATCH * BATCHES));
    let parsed: Vec<Vec<Event<'_>>> = bodies.iter().map(|body| parse(body)).collect();
    let ns = best(|| {
        bodies.iter().for_each(|body| drop(black_box(parse(body))));
    });
    println!("read: {ns} ns an event");
    judged(&world, &parsed);
    packed(&parsed);
    let mut chains: Vec<Chain> = (0..ROUNDS).map(|_| Chain::new(&world.book)).collect();
    let mut done = Vec::new();
    let ns = best(|| {
        let mut chain = chains.pop().expect("one a round");
        for bodies in bodies.chunks(SETTLED) {
            bodies.iter().for_each(|body| chain.batch(body, false));
            drop(black_box(chain.book.settlement()));
            chain.book.settled();
        }
        assert_eq!(chain.accepted, BATCH * BATCHES, "every event counts");
        done.push(chain);
    });
    println!("whole chain, a commit for each batch, a settlement for {SETTLED}: {ns} ns an event");
    replayed(&world, &bodies);
    ten_million();
}

/// Read, key, look up, judge, apply, pack, note: what a committer does.
struct Chain {
    book: Book,
    window: Window,
    packer: Packer,
    seed: Seed,
    commit: u64,
    accepted: usize,
    blobs: Vec<Vec<u8>>,
}

impl Chain {
    fn new(book: &Book) -> Chain {
        Chain {
            book: book.clone(),
            window: Window::new(),
            packer: Packer::new(),
            seed: Seed::new([7; 16]),
            commit: 0,
            accepted: 0,
            blobs: Vec::new(),
        }
    }

    fn batch(&mut self, body: &str, keep: bool) {
        self.commit += 1;
        self.window.begin(self.commit, NOW).expect("numbers rise");
        let events = parse(body);
        let key = |event: &Event<'_>| self.seed.of_event("camera", &event.event_id());
        let keys: Vec<Key> = events.iter().map(key).collect();
        black_box(self.window.touch(&keys));
        for (key, event) in keys.into_iter().zip(&events) {
            let known = self.window.find(key, |_| Ok::<_, Infallible>(true));
            if known == Ok(None) {
                self.take(key, event);
            }
        }
        let blob = self.packer.seal(self.commit, NOW);
        self.book.reached(self.commit);
        if keep {
            self.blobs.push(blob);
        }
    }

    fn take(&mut self, key: Key, event: &Event<'_>) {
        if let Verdict::Accept(accepted) = self.book.judge(event, NOW) {
            self.book.apply(&accepted);
            let under = accepted.under();
            let index = self
                .packer
                .add_under("camera", event, under, accepted.outcome());
            let index = index.expect("within bounds");
            let commit = self.commit;
            let place = Place { commit, index };
            let put = self
                .window
                .insert_if_absent(key, place, |_| Ok::<_, Infallible>(true));
            put.expect("within bounds");
            self.accepted += 1;
        }
    }
}

fn judged(world: &World, parsed: &[Vec<Event<'_>>]) {
    let events = || parsed.iter().flatten();
    let ns = best(|| {
        events().for_each(|event| drop(black_box(world.book.judge(event, NOW))));
    });
    println!("judge: {ns} ns an event");
    let mut books: Vec<Book> = (0..ROUNDS).map(|_| world.book.clone()).collect();
    let mut done = Vec::new();
    let ns = best(|| {
        let mut book = books.pop().expect("one a round");
        for event in events() {
            if let Verdict::Accept(accepted) = book.judge(event, NOW) {
                book.apply(&accepted);
            }
        }
        done.push(book);
    });
    println!("judge and apply: {ns} ns an event");
    let ns = best(|| drop(black_box(done[0].settlement())));
    println!("settlement of {} events: {ns} ns an event", BATCH * BATCHES);
    let seed = Seed::new([7; 16]);
    let ns = best(|| {
        events().for_each(|event| {
            black_box(seed.of_event("camera", &event.event_id()));
        });
    });
    println!("key of an id: {ns} ns an event");
}

fn packed(parsed: &[Vec<Event<'_>>]) {
    let outcome = Outcome::Drawn(vec![meter::pack::Part {
        nth: 0,
        billed_ms: 15_000,
        earns: 87_827,
    }]);
    let (mut packer, mut bytes) = (Packer::new(), 0);
    let ns = best(|| {
        bytes = 0;
        for (commit, batch) in (1..).zip(parsed) {
            for event in batch {
                packer
                    .add("camera", event, &outcome)
                    .expect("within bounds");
            }
            bytes += packer.seal(commit, NOW).len();
        }
    });
    println!(
        "pack: {ns} ns and {} bytes an event",
        bytes / (BATCH * BATCHES)
    );
}

fn replayed(world: &World, bodies: &[String]) {
    let mut chain = Chain::new(&world.book);
    bodies.iter().for_each(|body| chain.batch(body, true));
    let bytes: usize = chain.blobs.iter().map(Vec::len).sum();
    println!("blobs: {} bytes an event", bytes / (BATCH * BATCHES));
    let mut books: Vec<Book> = (0..ROUNDS).map(|_| world.book.clone()).collect();
    let ns = best(|| {
        let mut book = books.pop().expect("one a round");
        for blob in &chain.blobs {
            let blob = Blob::read(blob).expect("just written");
            book.replay(&blob).expect("just counted");
        }
        assert!(book == chain.book, "the same book");
    });
    println!("replay: {ns} ns an event");
    let start = spent();
    for index in 0..1_000 {
        let blob = Blob::read(&chain.blobs[7]).expect("just written");
        black_box(blob.event(index).expect("just written"));
    }
    let ns = (spent() - start) / 1_000;
    println!("one event of a blob, frame included: {ns} ns");
}

fn weigh() {
    let before = resident();
    let world = World::new(WEIGHED);
    let each = (resident() - before) / world.book.licences();
    println!("book: {each} bytes a licence, with its bundle or cycle, of {WEIGHED}");
}

fn ten_million() {
    let (seed, mut window) = (Seed::new([9; 16]), Window::new());
    let before = resident();
    let start = spent();
    let no = |_| Ok::<_, Infallible>(false);
    for commit in 1..=10_000_u64 {
        window
            .begin(commit, NOW.plus_ms(i64::try_from(commit).unwrap_or(0)))
            .expect("numbers rise");
        for index in 0..1_000 {
            let key = seed.of_name(commit, &index.to_string());
            let place = Place { commit, index };
            window
                .insert_if_absent(key, place, no)
                .expect("within bounds");
        }
    }
    let ns = (spent() - start) / 10_000_000;
    println!("window: {ns} ns an insertion, growing to ten million");
    let start = spent();
    for index in 0..1_000_000_u32 {
        let key = seed.of_name(u64::from(index) % 20_000 + 1, &(index % 1_000).to_string());
        black_box(window.find(key, |_| Ok::<_, Infallible>(true)).ok());
    }
    let ns = (spent() - start) / 1_000_000;
    println!("window: {ns} ns a look-up, half of them found");
    let start = spent();
    for batch in 0..1_000_u64 {
        let keys: Vec<Key> = (0..1_000)
            .map(|n| seed.of_name((batch * 1_000 + n) * 7_919 % 20_000 + 1, &n.to_string()))
            .collect();
        black_box(window.touch(&keys));
        for key in keys {
            black_box(window.find(key, |_| Ok::<_, Infallible>(true)).ok());
        }
    }
    let ns = (spent() - start) / 1_000_000;
    println!("window: {ns} ns a look-up with its key, by batches that are touched first");
    let each = window.bytes() / 10_000_000;
    println!(
        "window: {each} bytes an id; {} MB more of memory",
        (resident() - before) >> 20
    );
}

fn parse(body: &str) -> Vec<Event<'_>> {
    let events = read_batch(body.as_bytes(), Form::Json).expect("an array");
    events
        .into_iter()
        .map(|event| event.expect("a good one"))
        .collect()
}
