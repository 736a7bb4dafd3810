//! Uses summed in the order of the log, and what is wrong with it noted.

use super::Replayed;
use super::reading::{Read, Uses};
use super::sums::Sums;
use super::trees::Trees;

/// What the blobs so far made.
pub(super) struct Counting {
    /// The last commit that was looked at.
    at: u64,
    pub(super) found: Replayed,
    pub(super) sums: Sums,
    trees: Trees,
}

impl Counting {
    /// Begins behind a commit.
    pub(super) fn new(at: u64, found: Replayed) -> Counting {
        Counting {
            at,
            found,
            sums: Sums::default(),
            trees: Trees::default(),
        }
    }

    /// Adds the next blob.
    pub(super) fn add(&mut self, read: Read) {
        let (no, differences) = (read.no, &mut self.found.differences);
        if no > self.at + 1 {
            let missing = format!("commits {} to {}", self.at + 1, no - 1);
            differences.push((missing, MISSING.to_owned()));
        }
        self.at = no;
        let of = || format!("commit {no}");
        let uses = match read.uses {
            Ok(uses) => uses,
            Err(why) => return differences.push((of(), why.to_string())),
        };
        for what in &uses.missing {
            differences.push((of(), format!("names a {what} that isn't there")));
        }
        for line in read.begin {
            self.trees.open(line);
        }
        self.count(no, &uses);
        self.close(no);
    }

    fn count(&mut self, no: u64, uses: &Uses) {
        let lines = self.trees.of(no, &uses.all);
        for (one, line) in uses.all.iter().zip(lines) {
            match line {
                Some(line) => self.trees.add(line, one),
                None => self.sums.add(one.of, one.sum),
            }
        }
        for (bundle, drawn) in &uses.draws {
            self.sums.draw(*bundle, *drawn);
        }
        self.found.uses += uses.count;
        self.found.blobs += 1;
    }

    /// Compares the lines that no later commit adds to.
    pub(super) fn close(&mut self, through: u64) {
        let differences = &mut self.found.differences;
        self.trees.close(through, &mut self.sums, differences);
    }
}

/// What is said of a blob that no policy has dropped.
const MISSING: &str = "their blobs are gone, and no policy has dropped them";
