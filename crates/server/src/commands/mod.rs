//! The commands, one file each: read the arguments, call a use case, say what came of it.

mod advance;
mod attest;
mod audit;
mod channels;
mod check;
mod claim;
mod close;
mod config;
mod cue_sheet;
mod deals;
mod demo;
mod drop_raw;
mod events;
mod forecast;
mod gaps;
mod import;
mod init;
mod key;
mod licence;
mod link;
mod offers;
mod payee;
mod payment;
mod payout;
mod plans;
mod proof;
mod rate;
mod receipt;
mod replay;
mod report;
mod rotation;
mod serve;
mod signing_key;
mod simulate;
mod split;
mod stamp;
mod statement;
mod track;
mod uncovered;
mod upkeep;
mod uses;
mod verify;

use std::path::PathBuf;

use app::{App, Edge};
use tracing_subscriber::EnvFilter;

use crate::cli::{Cli, Command};
use crate::config::{Config, Said, Source};
use crate::environment;
use crate::exit::Failure;
use crate::open;
use crate::say::Say;

/// What every command is given.
struct Context {
    say: Say,
    flags: Said,
    env: Said,
    /// The store that was named, or that surrounds the current folder.
    folder: Option<PathBuf>,
}

impl Context {
    /// The folder of the store and its configuration.
    fn store(&self) -> Result<(PathBuf, Config), Failure> {
        let folder = self.folder.clone().ok_or_else(open::no_store)?;
        let config = open::config(Some(&folder), &self.flags, &self.env)?;
        Ok((folder, config))
    }

    /// The store, open.
    async fn app(&self) -> Result<App, Failure> {
        let (folder, config) = self.store()?;
        log_quietly(&config);
        open::app(&folder, &config, Edge::System).await
    }
}

/// Runs a command to its end.
pub(crate) fn run(cli: Cli) -> Result<(), Option<Failure>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|e| {
        Failure::failed(
            format!("no threads are to be had: {e}"),
            "close other programs",
        )
    })?;
    let done = runtime.block_on(dispatch(cli));
    // What still runs (an import that was told to stop twice) is not waited for.
    runtime.shutdown_background();
    Ok(done?)
}

async fn dispatch(cli: Cli) -> Result<(), Failure> {
    let context = context(&cli)?;
    match &cli.command {
        Command::Init(args) => init::run(&context, args).await,
        Command::Import(args) => import::run(&context, args).await,
        Command::Attest(args) => attest::run(&context, args).await,
        Command::Offers { verb } => offers::run(&context, verb).await,
        Command::Tax { verb } => deals::tax(&context, verb).await,
        Command::Promo { verb } => deals::promo(&context, verb).await,
        Command::Curator { verb } => deals::curator(&context, verb).await,
        Command::Currency { verb } => deals::currency(&context, verb).await,
        Command::Serve(_) => serve::run(&context).await,
        Command::Verify(args) => verify::run(&context, args).await,
        Command::SigningKey { verb } => signing_key::run(&context, verb),
        Command::Stamp(args) => stamp::run(&context, args),
        Command::Claim(args) => claim::run(&context, args).await,
        Command::Track { verb } => track::run(&context, verb).await,
        Command::CueSheet(args) => cue_sheet::run(&context, args).await,
        Command::Check(args) => check::run(&context, args).await,
        Command::Channels { verb } => channels::run(&context, verb).await,
        Command::Licence { verb } => licence::run(&context, verb).await,
        Command::Payment { verb } => payment::run(&context, verb).await,
        Command::Rate { verb } => rate::run(&context, verb).await,
        Command::Events(args) => events::run(&context, args).await,
        Command::Report { verb } => report::run(&context, verb).await,
        Command::Statement { verb } => statement::run(&context, verb).await,
        Command::Proof { verb } => proof::run(&context, verb).await,
        Command::Payout { verb } => payout::run(&context, verb).await,
        Command::Split { verb } => split::run(&context, verb).await,
        Command::Payee { verb } => payee::run(&context, verb).await,
        Command::Advance { verb } => advance::run(&context, verb).await,
        Command::Close(args) => close::run(&context, args).await,
        Command::Rotation { verb } => rotation::run(&context, verb).await,
        Command::Plans { verb } => plans::run(&context, verb).await,
        Command::Upkeep => upkeep::run(&context).await,
        Command::Audit => audit::run(&context).await,
        Command::Replay => replay::run(&context).await,
        Command::Uses { verb } => uses::run(&context, verb).await,
        Command::Simulate(args) => simulate::run(&context, args).await,
        Command::Config => config::run(&context),
        Command::Key { verb } => key::run(&context, verb).await,
        Command::Link(args) => link::run(&context, args).await,
        Command::Demo(args) => demo::run(&context, args).await,
    }?;
    context.say.finish()
}

fn context(cli: &Cli) -> Result<Context, Failure> {
    let variables = environment::clearcue();
    let named = variables
        .iter()
        .find(|(name, value)| name == "CLEARCUE_STORE" && !value.is_empty());
    let named = cli
        .common
        .store
        .clone()
        .or_else(|| named.map(|(_, value)| value.into()));
    let own_folder = matches!(
        cli.command,
        Command::Init(_) | Command::Demo(_) | Command::Simulate(_)
    );
    let folder = match std::env::current_dir() {
        // These two say themselves which folder they mean.
        _ if own_folder => None,
        Ok(here) => open::find(named.as_deref(), &here)?,
        Err(_) => None,
    };
    Ok(Context {
        say: Say::new(cli.common.json),
        flags: cli.said(),
        env: Said::from_env(variables.into_iter()),
        folder,
    })
}

/// Logs to stderr as configured.
fn log(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    // A second call, as in tests, changes nothing.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .try_init();
}

/// Logs only what somebody has asked for: a command's answer is not to be mixed with news.
fn log_quietly(config: &Config) {
    if config.source("log") != Source::Default {
        log(config);
    }
}
