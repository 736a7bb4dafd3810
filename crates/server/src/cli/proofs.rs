//! The arguments of the commands about proofs from the transparency log.

use std::path::PathBuf;

use clap::Subcommand;

pub(super) const PROOF_HELP: &str = "\
Example:
  clearcue proof verify use.tlog-proof --key log.vkey
  clearcue proof verify statement-2026-10.json
  clearcue proof consistency old.txt new.txt --proof between.txt --key log.vkey
  clearcue proof omitted statement-2026-10.json mine.tlog-proof --key log.vkey

Nothing but `export` needs a store or a network. Without --key, trusted are the log of the store at
hand and those pinned in ~/.config/clearcue/logs/*.vkey; a store's key is at its address /log/key.

Exit codes: 0 it is so, 1 it isn't, 2 asked wrongly.";

const KEY: &str =
    "The log's public key, as a file or as text [default: of the store at hand, and pinned ones]";

/// `proof …`.
#[derive(Debug, Subcommand)]
pub enum ProofVerb {
    /// Check a proof of a use, a licence or a statement
    #[command(
        after_help = "Example:\n  clearcue proof verify 7K3M9.tlog-proof --of \"Ada - Dawn.licence.jwt\" --key log.vkey\n\nA statement's JSON is read too: it carries its proof. Exit codes: 0 it is proven, 1 it isn't, 2 asked wrongly."
    )]
    Verify {
        /// The proof, as text or packed; or the JSON of a statement
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The licence's key (.licence.jwt) or the statement's JSON that it must be the proof of
        #[arg(long, value_name = "FILE")]
        of: Option<PathBuf>,
        /// The log's public key
        #[arg(long, value_name = "KEY", help = KEY)]
        key: Option<String>,
    },
    /// Check that a log only grew between two signed heads
    #[command(
        after_help = "Example:\n  curl https://music.example/v1/log/consistency/700/912 > between.txt\n  clearcue proof consistency old.txt new.txt --proof between.txt --key log.vkey\n\nA head is a checkpoint, or any proof: one stands at its end. Exit codes: 0 it only grew, 1 it didn't, 2 asked wrongly."
    )]
    Consistency {
        /// The older head
        #[arg(value_name = "OLD")]
        old: PathBuf,
        /// The newer head
        #[arg(value_name = "NEW")]
        new: PathBuf,
        /// The hashes between them [default: made by the store at hand]
        #[arg(long, value_name = "FILE")]
        proof: Option<PathBuf>,
        /// The log's public key
        #[arg(long, value_name = "KEY", help = KEY)]
        key: Option<String>,
    },
    /// Find uses that a statement should list and doesn't
    #[command(
        after_help = "Example:\n  clearcue proof omitted statement-2026-10.json *.tlog-proof --key log.vkey\n\nExit codes: 0 nothing is missing, 1 a use is missing or something isn't proven, 2 asked wrongly."
    )]
    Omitted {
        /// The statement's JSON
        #[arg(value_name = "STATEMENT")]
        statement: PathBuf,
        /// Proofs of uses
        #[arg(value_name = "USE", required = true)]
        uses: Vec<PathBuf>,
        /// The log's public key
        #[arg(long, value_name = "KEY", help = KEY)]
        key: Option<String>,
    },
    /// Show what a proof says, whether it is good or not
    #[command(after_help = "Example:\n  clearcue proof show use.tlog-proof")]
    Show {
        /// The proof, as text; or the JSON of a statement
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Write a proof from the store at hand
    #[command(
        after_help = "Example:\n  clearcue proof export --licence 7K3M9-QXD4T-0RWPD --out dawn.tlog-proof\n  clearcue proof export --use 0190f3c2a1b47c3d8e5f60718293a4b5 --out use.tlog-proof\n  clearcue proof export --use 0190f3c2a1b47c3d8e5f60718293a4b5 --nth 17 --out use.tlog-proof\n\nA month's statement carries its own: `clearcue statement export`."
    )]
    Export {
        /// A licence's code
        #[arg(
            long,
            value_name = "CODE",
            conflicts_with = "used",
            required_unless_present = "used"
        )]
        licence: Option<String>,
        /// A use's id, as reports and statements name it
        #[arg(long = "use", value_name = "ID")]
        used: Option<String>,
        /// Of several uses that were settled together: which, from 1
        #[arg(
            long,
            value_name = "N",
            requires = "used",
            value_parser = clap::value_parser!(u64).range(1..)
        )]
        nth: Option<u64>,
        /// In fewer bytes, for programs
        #[arg(long)]
        packed: bool,
        /// Where to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}
