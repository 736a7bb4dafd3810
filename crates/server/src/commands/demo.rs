//! `clearcue demo`: music, a store, a walk through it, and the store served.

use std::path::Path;
use std::sync::Arc;

use app::access::Role;
use app::catalogue::index;
use app::{App, Edge};
use serde_json::json;
use tokio::net::TcpListener;

use super::Context;
use super::import::workers;
use super::link::sign_in;
use crate::cli::Demo;
use crate::config::{Config, Said, Source};
use crate::demo::{self, Walk};
use crate::exit::Failure;
use crate::{open, serve};

/// The name of the demo's store.
const NAME: &str = "Clearcue demo";

pub(super) async fn run(context: &Context, args: &Demo) -> Result<(), Failure> {
    let (listener, config) = prepare(context, args).await?;
    let app = Arc::new(open::app(&args.dir, &config, Edge::System).await?);
    demo::fill(&app, &args.dir, args.seed, workers()).await?;
    let Some(listener) = listener else {
        index::follow(&app, 0).await?;
        let walk = walk(context, &app, &args.dir).await?;
        context.say.json(&demo::document(&walk));
        return Ok(());
    };
    // The pages are open while the walk goes on: nobody waits for it.
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let asked = serve::asked_to_stop();
    let stop = async move {
        tokio::select! {
            () = asked => {}
            // Without an answer to the walk there is nothing to serve for.
            _ = told => {}
        }
    };
    index::follow(&app, 0).await?;
    let server = tokio::spawn(serve::serve(
        app.clone(),
        listener,
        serve::Manner::of(&config),
        stop,
    ));
    context
        .say
        .text(format!("the store is open at http://{}", config.listen));
    let done = walk_and_invite(context, &app, args, &config).await;
    if done.is_err() {
        let _ = tell.send(());
        return done;
    }
    let served = server.await;
    drop(tell);
    served.map_err(|e| Failure::failed(format!("serving ended: {e}"), "please report it"))?
}

/// The address, taken before any music is made, and the store.
async fn prepare(context: &Context, args: &Demo) -> Result<(Option<TcpListener>, Config), Failure> {
    // Where a demo listens is not written down: the next start's address need not be this one's.
    let named = Said::default().with("name", Some(NAME));
    open::create(&args.dir, &named, &Said::default(), &Edge::System).await?;
    let mut config = open::config(Some(&args.dir), &context.flags, &context.env)?;
    if args.walk {
        super::log_quietly(&config);
        open::keep_public_url(&args.dir, &config)?;
        return Ok((None, config));
    }
    super::log_quietly(&config);
    let listener = serve::bind(&config.listen).await?;
    if let Ok(address) = listener.local_addr() {
        config.listening_on(address);
    }
    open::keep_public_url(&args.dir, &config)?;
    Ok((Some(listener), config))
}

async fn walk(context: &Context, app: &App, folder: &Path) -> Result<Walk, Failure> {
    let walk = demo::walk(app, folder).await?;
    for line in demo::lines(&walk) {
        context.say.text(line);
    }
    Ok(walk)
}

async fn walk_and_invite(
    context: &Context,
    app: &App,
    args: &Demo,
    config: &Config,
) -> Result<(), Failure> {
    let walk = walk(context, app, &args.dir).await?;
    let (buyer, _) = sign_in(app, Role::Buyer, demo::BUYER).await?;
    let (composer, _) = sign_in(app, Role::Composer, &walk.track.artist.name).await?;
    let (operator, _) = sign_in(app, Role::Operator, "Operator").await?;
    let public = &config.settings.public_url;
    // The address that was written down stands in keys; the demo may be open at another now.
    let url = &match config.source("public_url") {
        Source::File => format!("http://{}", config.listen),
        _ => public.clone(),
    };
    let here = |link: String| link.replacen(public, url, 1);
    let (buyer, composer, operator) = (here(buyer), here(composer), here(operator));
    let mut document = demo::document(&walk);
    document["store"] = json!({
        "url": url, "buyer": buyer, "composer": composer, "operator": operator,
        "api_key": walk.api_key,
    });
    context.say.json(&document);
    context.say.text("");
    context.say.text(format!("the store     {url}"));
    context
        .say
        .text(format!("a track       {url}/tracks/{}", walk.track.slug));
    context.say.text("sign in, each link once:");
    context.say.text(format!("  buyer       {buyer}"));
    context.say.text(format!(
        "  composer    {composer}  ({})",
        walk.track.artist.name
    ));
    context.say.text(format!("  operator    {operator}"));
    context.say.text(format!("API key       {}", walk.api_key));
    context.say.text(format!(
        "  curl -H 'Authorization: Bearer {}' '{url}/v1/tracks?q=warm'",
        walk.api_key
    ));
    context
        .say
        .text("Ctrl-C closes the store; `clearcue demo` opens it again");
    Ok(())
}
