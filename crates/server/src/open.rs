//! From a folder to a running store, and from nothing to a folder.
//!
//! A store's folder holds `clearcue.toml`, `clearcue.db`, `blobs/` and `keys/`. Whichever of
//! them makes a folder a store is written last, so that an interrupted `init` is simply run again.

use std::fs;
use std::path::{Path, PathBuf};

use app::mails::{Mail, Smtp};
use app::{App, Edge};
use store::blobs::Blobs;
use store::db::Database;

use crate::config::{Config, MailTo, Said};
use crate::exit::Failure;
use crate::keys;
use crate::keys::passphrase::{self, Passphrase};

/// The file that makes a folder a store.
const CONFIG: &str = "clearcue.toml";
/// What an interrupted `init` may have left.
const OURS: [&str; 6] = [
    "keys",
    "blobs",
    "clearcue.db",
    "clearcue.db-wal",
    "clearcue.db-shm",
    "clearcue.toml.part",
];

/// The configuration of the store in `folder`; without one, of flags and environment alone.
///
/// # Errors
/// [`Failure`] for a file that can't be read or a value that makes no sense.
pub fn config(folder: Option<&Path>, flags: &Said, env: &Said) -> Result<Config, Failure> {
    let file = match folder {
        None => Said::default(),
        Some(folder) => {
            let path = folder.join(CONFIG);
            let text = fs::read_to_string(&path).map_err(|e| {
                let what = format!("{} can't be read: {e}", path.display());
                Failure::failed(what, "check its owner and mode")
            })?;
            Said::from_toml(&text).map_err(wrong)?
        }
    };
    Config::of(flags, env, &file).map_err(wrong)
}

fn wrong(error: crate::config::ConfigError) -> Failure {
    use crate::config::ConfigError;
    match error {
        ConfigError::UnknownKey(_) | ConfigError::Value { .. } => Failure::sentence(error),
        ConfigError::Toml(_) | ConfigError::Kind(_) => Failure::failed(error, "correct it"),
    }
}

/// Whether a folder is a store.
#[must_use]
pub fn is_store(folder: &Path) -> bool {
    folder.join(CONFIG).is_file()
}

/// The store a command is about: the one that was named, or the one around the folder `here`.
///
/// # Errors
/// A misuse when the named folder is no store.
pub fn find(named: Option<&Path>, here: &Path) -> Result<Option<PathBuf>, Failure> {
    let Some(named) = named else {
        return Ok(here
            .ancestors()
            .find(|folder| is_store(folder))
            .map(Path::to_owned));
    };
    if is_store(named) {
        return Ok(Some(named.to_owned()));
    }
    let dir = named.display();
    let fix = format!("make one with `clearcue init {dir}`, or name another with --store");
    Err(Failure::misuse(format!("there is no store in {dir}"), fix))
}

/// Says that a command needs a store and there is none.
#[must_use]
pub fn no_store() -> Failure {
    Failure::misuse(
        "there is no store here",
        "go to its folder, name it with --store, or make one with `clearcue init DIR`",
    )
}

/// Opens a store: its database at the present schema, its blobs, its keys; the search index is
/// still empty.
///
/// # Errors
/// [`Failure`] for whatever is missing, read-only or damaged.
pub async fn app(folder: &Path, config: &Config, edge: Edge) -> Result<App, Failure> {
    let passphrase = passphrase::at_hand()?;
    app_with(folder, config, edge, passphrase.as_ref()).await
}

/// [`app`], with the passphrase that seals its signing keys. What keeps a key from signing is
/// logged, a line each.
///
/// # Errors
/// As [`app`].
pub(crate) async fn app_with(
    folder: &Path,
    config: &Config,
    edge: Edge,
    passphrase: Option<&Passphrase>,
) -> Result<App, Failure> {
    let db = Database::open(&address(folder, config), false).await?;
    finish(folder, config, edge, db, passphrase).await
}

async fn finish(
    folder: &Path,
    config: &Config,
    edge: Edge,
    db: Database,
    passphrase: Option<&Passphrase>,
) -> Result<App, Failure> {
    db.migrate(app::MIGRATIONS).await?;
    let blobs = Blobs::local(folder.join("blobs"))?;
    let passphrase = passphrase.map(|said| said.as_str());
    let (issuer, troubles) = keys::read(folder, passphrase, edge.call().now)?;
    for trouble in troubles {
        tracing::warn!("nothing can be sold: {trouble}");
    }
    if let Some(trouble) = keys::secret_trouble(folder) {
        tracing::warn!("private pages aren't safe: {trouble}");
    }
    let mail = way(folder, &config.mail)?;
    let settings = config.settings.clone();
    let app = App::new(db, blobs, mail, issuer, settings, edge)?;
    let app = with_log(folder, app).await?;
    let late = app::proofs::catch_up(&app, &app.call()).await?;
    if late > 0 {
        tracing::info!("{late} licences and uses from before have their places in the log now");
    }
    Ok(app)
}

/// The store with the key of its transparency log, which is made where nothing was ever signed.
/// What keeps it from signing is logged, a line: the store sells and counts all the same.
async fn with_log(folder: &Path, mut app: App) -> Result<App, Failure> {
    let key = match keys::log::read(folder) {
        Ok(None) if app::proofs::checkpoint(&app).await?.is_none() => {
            let url = &app.settings.public_url;
            Ok(keys::log::make(folder, url, &mut app.call())?)
        }
        Ok(None) => Err("keys/log.key is missing: restore it from a backup".to_owned()),
        Ok(Some(key)) => Ok(key),
        Err(trouble) => Err(trouble),
    };
    match key {
        Ok(key) => {
            keys::log::publish(folder, key.public())?;
            app.issuer = app.issuer.with_log_key(key);
        }
        Err(trouble) => tracing::warn!("the log isn't signed: {trouble}"),
    }
    Ok(app)
}

/// A SQLite file is meant relative to its store, wherever the command was started.
fn address(folder: &Path, config: &Config) -> String {
    match config.database.strip_prefix("sqlite:") {
        Some(path) => format!("sqlite:{}", folder.join(path).display()),
        None => config.database.clone(),
    }
}

/// Makes a store in a folder, which is made too. Says whether there was none before; a store
/// that is there is not touched.
///
/// # Errors
/// [`Failure`] when the folder holds something else, or can't be written.
pub async fn create(folder: &Path, flags: &Said, env: &Said, edge: &Edge) -> Result<bool, Failure> {
    if is_store(folder) {
        return Ok(false);
    }
    let dir = folder.display();
    let trouble = |e: std::io::Error| {
        Failure::failed(
            format!("{dir} can't be used: {e}"),
            "check its owner and mode",
        )
    };
    fs::create_dir_all(folder).map_err(trouble)?;
    for entry in fs::read_dir(folder).map_err(trouble)? {
        let name = entry.map_err(trouble)?.file_name();
        if !OURS.iter().any(|ours| name == *ours) {
            let what = format!("{dir} is not empty and no store");
            return Err(Failure::failed(what, "choose an empty folder or a new one"));
        }
    }
    let config = Config::of(flags, env, &Said::default()).map_err(wrong)?;
    keys::create(folder, &mut edge.call())?;
    let db = Database::open(&address(folder, &config), true).await?;
    finish(folder, &config, edge.clone(), db, None)
        .await?
        .db
        .close()
        .await;
    let part = folder.join("clearcue.toml.part");
    fs::write(&part, file(&config)).map_err(trouble)?;
    fs::rename(&part, folder.join(CONFIG)).map_err(trouble)?;
    Ok(true)
}

/// Writes the public address down in a store's `clearcue.toml`, unless one stands there: it is in
/// every key sold, and must be the same for all that is made of them later.
///
/// # Errors
/// [`Failure`] when the file can't be read or written.
pub(crate) fn keep_public_url(folder: &Path, config: &Config) -> Result<(), Failure> {
    let path = folder.join(CONFIG);
    let unusable = |e: std::io::Error| {
        Failure::failed(
            format!("{} can't be used: {e}", path.display()),
            "check its owner and mode",
        )
    };
    let text = fs::read_to_string(&path).map_err(unusable)?;
    if text.lines().any(|line| line.starts_with("public_url")) {
        return Ok(());
    }
    let value = toml::Value::String(config.settings.public_url.clone());
    let said = format!("public_url = {value}");
    let mut lines: Vec<&str> = text.lines().collect();
    match lines.iter().position(|l| l.starts_with("# public_url = ")) {
        Some(at) => lines[at] = &said,
        None => lines.insert(0, &said),
    }
    let part = folder.join("clearcue.toml.part");
    fs::write(&part, lines.join("\n") + "\n").map_err(unusable)?;
    fs::rename(&part, &path).map_err(unusable)
}

/// The way that letters leave by.
fn way(folder: &Path, to: &MailTo) -> Result<Mail, Failure> {
    match to {
        MailTo::Folder(name) => Ok(Mail::Folder(folder.join(name))),
        MailTo::Smtp(server) => {
            let smtp = Smtp::new(server.clone()).map_err(|e| {
                let fix = "install the system's trusted certificates, or say mail_by = \"folder\"";
                Failure::failed(e, fix)
            })?;
            Ok(Mail::Smtp(Box::new(smtp)))
        }
    }
}

/// A new store's `clearcue.toml`: what was said as it was said, the rest as comments.
fn file(config: &Config) -> String {
    let mut text = String::from(
        "# A Clearcue store. Flags and CLEARCUE_… variables go before what stands here.\n\
         # `clearcue config` shows what is in force.\n",
    );
    for entry in &config.entries {
        let said = entry.source != crate::config::Source::Default;
        // These are written down as they are, not as they are shown: their secrets are needed.
        let value = match entry.key.name {
            "database" => config.database.clone(),
            "sandbox_webhook_secret" => config.settings.sandbox_webhook_secret.clone(),
            "mail_password" => match &config.mail {
                MailTo::Smtp(server) => server.login.clone().unwrap_or_default().1,
                MailTo::Folder(_) => String::new(),
            },
            _ => entry.value.clone(),
        };
        let value = toml::Value::String(value);
        let mark = if said { "" } else { "# " };
        text.push_str(&format!(
            "\n# {}\n{mark}{} = {value}\n",
            entry.key.about, entry.key.name
        ));
    }
    text
}
