//! The program under load, and what the kernel says it spends.

use std::io::{BufRead as _, BufReader};
use std::ops::Sub;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use super::Outcome;
use super::shop::Store;

/// A running store.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: String,
}

/// CPU time and bytes handed to the disk.
#[derive(Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) cpu: Duration,
    pub(crate) written: u64,
}

impl Sub for Spent {
    type Output = Spent;

    fn sub(self, before: Spent) -> Spent {
        Spent {
            cpu: self.cpu.saturating_sub(before.cpu),
            written: self.written.saturating_sub(before.written),
        }
    }
}

impl Program {
    pub(crate) fn start(program: &Path, store: &Store) -> Outcome<Self> {
        let mut command = store.command(program, &["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        let out = child.stdout.as_mut().ok_or("no output")?;
        BufReader::new(out).read_line(&mut line)?;
        let address = line.trim().rsplit("http://").next().unwrap_or_default();
        Ok(Self {
            address: address.to_owned(),
            child,
        })
    }

    pub(crate) fn spent(&self) -> Outcome<Spent> {
        let pid = self.child.id().to_string();
        let io = std::fs::read_to_string(format!("/proc/{pid}/io"))?;
        let written = io
            .lines()
            .find_map(|line| line.strip_prefix("write_bytes: "));
        Ok(Spent {
            cpu: cpu_of(&pid)?,
            written: written.unwrap_or("0").parse()?,
        })
    }

    /// Memory in use, in KiB.
    pub(crate) fn resident_kb(&self) -> Outcome<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let word = line.and_then(|line| line.split_whitespace().next());
        Ok(word.unwrap_or("0").parse()?)
    }

    pub(crate) fn stop(&mut self) -> Outcome<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.stop();
    }
}

/// User and system time of a process: fields 14 and 15 of its stat, in hundredths of a second.
pub(crate) fn cpu_of(pid: &str) -> Outcome<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let rest = stat.rsplit(") ").next().unwrap_or_default();
    let ticks: Vec<u64> = rest
        .split(' ')
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    Ok(Duration::from_millis(10 * ticks.iter().sum::<u64>()))
}
