//! Checking a key.

use super::licence::{ReceiptLine, Standing};
use super::shell::Shell;

/// What was found about a key.
#[derive(Debug, Clone)]
pub enum VerifyAnswer {
    /// The key names a licence of this store.
    Known {
        /// The code, as it is shown.
        code: String,
        /// What is licensed.
        subject: String,
        /// For instance `15-second cut · Creator`.
        item: String,
        /// Whether it holds.
        standing: Standing,
        /// What that means, one sentence.
        standing_note: String,
        /// Issued, valid until, territory…
        facts: Vec<ReceiptLine>,
        /// Its public page.
        href: String,
    },
    /// It doesn't, or isn't a key at all.
    Unknown {
        /// What is wrong and what to try, a sentence or two.
        reason: String,
    },
}

/// `GET /verify?code=…`; without a code it only asks.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "verify.html", whitespace = "minimize")]
pub struct VerifyPage {
    /// The frame.
    pub shell: Shell,
    /// What was typed.
    pub code: String,
    /// What was found; absent before anything is asked.
    pub answer: Option<VerifyAnswer>,
}
