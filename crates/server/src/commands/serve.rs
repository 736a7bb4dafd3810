//! `clearcue serve`: the store, open to the public.

use std::sync::Arc;

use app::Edge;
use serde_json::json;

use super::Context;
use crate::exit::Failure;
use crate::{open, serve};

pub(super) async fn run(context: &Context) -> Result<(), Failure> {
    let (folder, mut config) = context.store()?;
    super::log(&config);
    let listener = serve::bind(&config.listen).await?;
    if let Ok(address) = listener.local_addr() {
        config.listening_on(address);
    }
    let app = open::app(&folder, &config, Edge::System).await?;
    if app.issuer.key.is_none() {
        tracing::warn!("there is no signing key in keys/issuer.jwk: nothing can be sold");
    }
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
    let client_address = serve::client_address(&config);
    serve::serve(Arc::new(app), listener, client_address, stop).await?;
    tracing::info!("closed");
    Ok(())
}
