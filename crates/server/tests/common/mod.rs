//! Running the built program in a folder of its own.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

pub(crate) mod crowd;
pub(crate) mod furnish;
pub(crate) mod keys;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder that goes away with its test.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With a store in the folder `store`.
    pub(crate) fn with_store() -> Self {
        let place = Self::new();
        let made = place.run(&["init", "store"]);
        assert_eq!(made.code, 0, "{}", made.err);
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), bytes).unwrap();
        name.to_owned()
    }

    /// The program, started here, with nobody's configuration around it.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clearcue"));
        command.args(arguments).current_dir(self.0.path());
        command
            .env("HOME", self.0.path())
            .env("XDG_CONFIG_HOME", self.path("config"));
        for name in [
            "CLEARCUE_STORE",
            "CLEARCUE_DATABASE",
            "CLEARCUE_LISTEN",
            "CLEARCUE_LOG",
            "CLEARCUE_KEY_PASSPHRASE",
            "CLEARCUE_KEY_PASSPHRASE_FILE",
        ] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().unwrap())
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }
}

/// A 16-bit mono WAV file of these samples, so many a second.
pub(crate) fn wav(rate: u32, samples: &[i16]) -> Vec<u8> {
    let length = u32::try_from(samples.len() * 2).unwrap();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + length).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * 2).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(length.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    bytes
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// The one line that says why it ended as it did.
    pub(crate) fn only_line(&self) -> &str {
        let mut lines = self.err.lines();
        let line = lines.next().unwrap_or_default();
        assert_eq!(lines.next(), None, "more than one line: {}", self.err);
        assert!(line.starts_with("clearcue: "), "{line}");
        line
    }
}
