//! `clearcue serve`: the store, open to the public.

use std::path::Path;
use std::sync::Arc;

use app::Edge;
use serde_json::json;

use super::Context;
use crate::config::Source;
use crate::exit::Failure;
use crate::keys::passphrase::{self, Passphrase};
use crate::{keys, open, serve};

pub(super) async fn run(context: &Context) -> Result<(), Failure> {
    let (folder, mut config) = context.store()?;
    super::log(&config);
    let listener = serve::bind(&config.listen).await?;
    if let Ok(address) = listener.local_addr() {
        config.listening_on(address);
    }
    let passphrase = passphrase(&folder)?;
    let app = open::app_with(&folder, &config, Edge::System, passphrase.as_ref()).await?;
    let stop = serve::asked_to_stop();
    let public = &config.settings.public_url;
    context
        .say
        .json(&json!({ "listening": config.listen, "public_url": public }));
    context.say.text(format!(
        "{} is open at http://{}",
        config.settings.name, config.listen
    ));
    if *public != format!("http://{}", config.listen) {
        context.say.text(format!("its public address is {public}"));
    }
    if config.source("public_url") == Source::Default && config.source("listen") == Source::Flag {
        tracing::warn!(
            "keys are sold under {public}, which --listen alone says: set public_url in \
             clearcue.toml: it stands in every key sold"
        );
    }
    let manner = serve::Manner::of(&config);
    let app = Arc::new(app);
    let watcher = tokio::spawn(keys::watch(app.clone(), folder, passphrase));
    let served = serve::serve(app, listener, manner, stop).await;
    watcher.abort();
    served?;
    tracing::info!("closed");
    Ok(())
}

/// The passphrase at hand; where keys are sealed and somebody sits at the terminal, it is asked for.
fn passphrase(folder: &Path) -> Result<Option<Passphrase>, Failure> {
    match passphrase::at_hand()? {
        Some(said) => Ok(Some(said)),
        None if keys::is_sealed(folder, Edge::System.call().now) => {
            passphrase::ask("Passphrase of the signing keys (none: sell nothing): ")
        }
        None => Ok(None),
    }
}
