//! What a command says on stdout: text for people, or JSON for programs.
//!
//! A reader that goes away (`clearcue audit | head`) is no failure; a disk that is full is.

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::Mutex;

use serde_json::Value;

use crate::exit::Failure;

/// Writes to stdout in one of two forms.
#[derive(Debug, Default)]
pub struct Say {
    json: bool,
    trouble: Mutex<Option<io::Error>>,
}

impl Say {
    /// JSON, or text.
    #[must_use]
    pub fn new(json: bool) -> Self {
        Self {
            json,
            trouble: Mutex::new(None),
        }
    }

    /// Whether a program reads this.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// A line for people; a program doesn't get it.
    pub fn text(&self, line: impl Display) {
        if !self.json {
            self.write(&format!("{line}\n"));
        }
    }

    /// A document for programs, on one line; people don't get it.
    pub fn json(&self, document: &Value) {
        if self.json {
            self.write(&format!("{document}\n"));
        }
    }

    fn write(&self, text: &str) {
        let mut out = io::stdout().lock();
        let done = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        if let (Err(error), Ok(mut trouble)) = (done, self.trouble.lock()) {
            trouble.get_or_insert(error);
        }
    }

    /// Whether everything could be said.
    ///
    /// # Errors
    /// [`Failure`] when stdout could not be written to, save that nobody was reading it any more.
    pub fn finish(self) -> Result<(), Failure> {
        match self.trouble.into_inner().ok().flatten() {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::failed(
                format!("the answer could not be written: {error}"),
                "check where the output goes",
            )),
            _ => Ok(()),
        }
    }
}
