//! Progress on stderr: a bar on a terminal, now and then a plain line anywhere else.

use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How often a plain line is written where there is no terminal.
const PLAIN_EVERY: Duration = Duration::from_secs(5);

/// How far some work has come.
pub struct Progress {
    bar: ProgressBar,
    plain: Option<Mutex<Plain>>,
    doing: &'static str,
}

struct Plain {
    said: Instant,
    total: u64,
    done: u64,
}

impl Progress {
    /// Work in `total` pieces; 0 while it isn't known.
    #[must_use]
    pub fn pieces(doing: &'static str, total: u64) -> Self {
        Self::new(
            doing,
            total,
            "{msg} [{bar:32}] {pos}/{len}  {prefix}  {eta} left",
        )
    }

    /// Work of so many bytes.
    #[must_use]
    pub fn bytes(doing: &'static str, total: u64) -> Self {
        Self::new(
            doing,
            total,
            "{msg} [{bar:32}] {bytes}/{total_bytes}  {eta} left",
        )
    }

    fn new(doing: &'static str, total: u64, template: &str) -> Self {
        let bar = ProgressBar::new(total);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(doing);
        let plain = (!std::io::stderr().is_terminal()).then(|| {
            Mutex::new(Plain {
                said: Instant::now(),
                total,
                done: 0,
            })
        });
        if plain.is_none() {
            // Redrawn by the clock too, so that the time left goes on falling in long pieces.
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { bar, plain, doing }
    }

    /// Sets how much there is.
    pub fn set_total(&self, total: u64) {
        self.bar.set_length(total);
        self.with_plain(|plain| plain.total = total);
    }

    /// Names the piece that was just done.
    pub fn note(&self, note: &str) {
        self.bar
            .set_prefix(note.chars().take(28).collect::<String>());
    }

    /// So much more is done.
    pub fn advance(&self, by: u64) {
        self.bar.inc(by);
        let doing = self.doing;
        self.with_plain(|plain| {
            plain.done += by;
            if plain.said.elapsed() >= PLAIN_EVERY {
                plain.said = Instant::now();
                tell(&format!("{doing}: {} of {}", plain.done, plain.total));
            }
        });
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn with_plain(&self, change: impl FnOnce(&mut Plain)) {
        if let Some(Ok(mut plain)) = self.plain.as_ref().map(Mutex::lock) {
            change(&mut plain);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Writes a line to stderr. That nobody reads it is no reason to stop working.
pub fn tell(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}
