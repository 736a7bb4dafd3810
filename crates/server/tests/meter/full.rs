//! A disk that runs full under load: what isn't acknowledged is refused with 507 and leaves nothing
//! behind, reading goes on, and once there is room again so does counting, without a restart.
//!
//! A file system of a few MiB in a namespace of the program's own is the real thing; a limit of the
//! size of files is what a quota looks like, and can be had anywhere.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::Place;
use crate::program::{Program, SERVE, get, post};
use crate::shop::{Shop, books};

/// Events of a request.
const BATCH: u64 = 40;
/// A disk that isn't full after so many requests never will be.
const REQUESTS_MAX: u64 = 600;
/// How soon it counts again once there is room.
const RECOVERED: Duration = Duration::from_secs(5);

#[test]
fn a_full_disk_refuses_what_it_cannot_keep_and_recovers_without_a_restart() {
    if !can_mount() {
        // The other test of this file stands for it.
        println!("no file system may be mounted here");
        return;
    }
    let shop = Shop::with(2, None);
    let store = shop.place.path("store");
    let script = format!(
        "mount -t tmpfs -o size=24m none small && cp -a store/. small && mount --bind small store \
         && exec \"$0\" {}",
        SERVE.join(" ")
    );
    std::fs::create_dir(shop.place.path("small")).unwrap();
    let mut arguments = namespace();
    arguments.extend(["sh", "-c", &script]);
    let program = Program::of(shop.place.wrapped("unshare", &arguments));
    let inside = PathBuf::from(format!("/proc/{}/root", program.child.id()));
    let inside = inside.join(store.strip_prefix("/").unwrap());
    let filler = inside.join("filler");
    let mut trial = Trial::new(&shop, &program);
    for _ in 0..3 {
        trial.counts();
        fill(&filler);
        trial.is_refused();
        std::fs::remove_file(&filler).unwrap();
        trial.counts_again();
    }
    // SQLite would follow the link to another store, and the file system goes with the program: so
    // what it holds is copied while it stands still.
    run("kill", &["-STOP", &program.child.id().to_string()]);
    let copy = shop.place.path("copy");
    run(
        "cp",
        &["-a", inside.to_str().unwrap(), copy.to_str().unwrap()],
    );
    trial.holds(copy.to_str().unwrap());
}

#[test]
fn a_quota_refuses_what_goes_beyond_it_and_recovers_once_it_is_raised() {
    let shop = Shop::with(2, None);
    // The signal that such a limit sends is what a quota doesn't send.
    let script = format!("trap '' XFSZ; exec \"$0\" {}", SERVE.join(" "));
    let program = Program::of(shop.place.wrapped("sh", &["-c", &script]));
    let mut trial = Trial::new(&shop, &program);
    for _ in 0..3 {
        trial.counts();
        let store = shop.place.path("store");
        let sizes = ["clearcue.db", "clearcue.db-wal"]
            .map(|name| store.join(name).metadata().map_or(0, |file| file.len()));
        limit(&program, &sizes[0].max(sizes[1]).to_string());
        trial.is_refused();
        limit(&program, "unlimited");
        trial.counts_again();
    }
    let store = shop.place.path("store");
    trial.holds(store.to_str().unwrap());
}

/// Reporting to one program.
struct Trial<'a> {
    shop: &'a Shop,
    program: &'a Program,
    /// The next new event's number.
    next: u64,
    uses: i64,
    billed_ms: i64,
    earned_micros: i64,
}

impl<'a> Trial<'a> {
    fn new(shop: &'a Shop, program: &'a Program) -> Self {
        Self {
            shop,
            program,
            next: 0,
            uses: 0,
            billed_ms: 0,
            earned_micros: 0,
        }
    }

    /// Reports the next batch, which counts if the store can write.
    fn report(&mut self) -> (u16, Value) {
        let answer = self.again(self.next);
        if answer.0 == 200 {
            let sum = |what: fn(&Value) -> i64| {
                let receipts = answer.1["receipts"].as_array().unwrap();
                receipts.iter().map(what).sum::<i64>()
            };
            assert_eq!(answer.1["accepted"], BATCH, "{}", answer.1);
            self.next += BATCH;
            self.uses += i64::try_from(BATCH).unwrap();
            self.billed_ms += sum(|one| one["billed_ms"].as_i64().unwrap());
            self.earned_micros += sum(|one| one["earned"]["micros"].as_i64().unwrap());
        }
        answer
    }

    fn again(&self, from: u64) -> (u16, Value) {
        let lines: Vec<_> = (from..from + BATCH).map(|n| self.shop.event(n)).collect();
        let (address, body) = (&self.program.address, lines.join("\n"));
        let media = "application/x-ndjson";
        let answer = post(address, &self.shop.key, media, body.as_bytes());
        let answer = answer.expect("an answer");
        (answer.status, answer.body)
    }

    fn counts(&mut self) {
        let (status, body) = self.report();
        assert_eq!(status, 200, "{body}");
    }

    /// Sooner or later there is no room: then nothing counts, and everything can be read.
    fn is_refused(&mut self) {
        let before = self.next;
        let refused = (0..REQUESTS_MAX).map(|_| self.report());
        let refused = { refused }.find(|(status, _)| *status != 200);
        let (status, body) = refused.expect("the disk never runs full");
        assert_eq!(
            (status, &body["code"]),
            (507, &"insufficient_storage".into())
        );
        println!("full after {} events more", self.next - before);
        let (status, body) = self.again(self.next);
        assert_eq!(status, 507, "it is still full: {body}");
        // What needs no room is answered: what was counted before, and whoever reads.
        let (status, body) = self.again(0);
        assert_eq!((status, &body["duplicate"]), (200, &BATCH.into()), "{body}");
        for path in ["/", "/v1/tracks"] {
            let (status, text) = get(&self.program.address, path).unwrap();
            assert_eq!(status, 200, "{path}: {text}");
        }
    }

    /// And the log goes on, too: its head is signed of all that counts.
    fn counts_again(&mut self) {
        let began = Instant::now();
        let wait = |what: &str| {
            assert!(began.elapsed() < RECOVERED, "{what}");
            std::thread::sleep(Duration::from_millis(50));
        };
        while self.report().0 != 200 {
            wait("it doesn't count again");
        }
        let before = self.head();
        self.counts();
        while self.head() == before {
            wait("the log isn't signed");
        }
    }

    /// The log's signed head, if there is one.
    fn head(&self) -> Option<String> {
        let (status, text) = get(&self.program.address, "/log/checkpoint")?;
        (status == 200).then_some(text)
    }

    /// While it runs: its file system is gone with it.
    fn holds(&self, store: &str) {
        let place = &self.shop.place;
        for command in ["audit", "replay"] {
            let ran = place.run(&[command, "--store", store]);
            assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
        }
        let database = format!("sqlite:{}", Path::new(store).join("clearcue.db").display());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let found = runtime.block_on(books(&database));
        let wanted = (self.uses, self.billed_ms, self.earned_micros, 0);
        assert_eq!(found, wanted, "all that was acknowledged, and nothing else");
    }
}

/// Takes all the room there is.
fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    for size in [1 << 16, 1 << 12, 1 << 9, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

fn limit(program: &Program, bytes: &str) {
    let (id, bytes) = (
        program.child.id().to_string(),
        format!("--fsize={bytes}:unlimited"),
    );
    run("prlimit", &["--pid", &id, &bytes]);
}

fn run(name: &str, arguments: &[&str]) {
    let done = Command::new(name).args(arguments).status();
    assert!(done.unwrap().success(), "{name} {arguments:?}");
}

/// A namespace in which one may mount, by root or by anybody.
fn namespace() -> Vec<&'static str> {
    let may = |arguments: &[&str]| {
        let mut command = Command::new("unshare");
        command
            .args(arguments)
            .args(["sh", "-c", "mount -t tmpfs none /mnt"]);
        let done = command.stderr(Stdio::null()).status();
        done.is_ok_and(|done| done.success())
    };
    let ways: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];
    let way = ways.into_iter().find(|way| may(way));
    way.map(<[&str]>::to_vec).unwrap_or_default()
}

fn can_mount() -> bool {
    !namespace().is_empty()
}

impl Place {
    /// The program's path as the last argument of another command.
    fn wrapped(&self, name: &str, arguments: &[&str]) -> Command {
        let program = self.command(&[]);
        let mut command = Command::new(name);
        command.args(arguments).arg(program.get_program());
        command.current_dir(self.folder());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }
}
