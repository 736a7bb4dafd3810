//! `clearcue init`: a new store in a folder.

use app::Edge;
use serde_json::json;

use super::Context;
use crate::cli::Init;
use crate::exit::Failure;
use crate::open;

pub(super) async fn run(context: &Context, args: &Init) -> Result<(), Failure> {
    let created = open::create(&args.dir, &context.flags, &context.env, &Edge::System).await?;
    let dir = args.dir.display();
    context
        .say
        .json(&json!({ "store": dir.to_string(), "created": created }));
    if !created {
        context
            .say
            .text(format!("{dir} is a store already: nothing was changed"));
        return Ok(());
    }
    context.say.text(format!("made a store in {dir}"));
    context.say.text("  clearcue.toml      its settings");
    context
        .say
        .text("  keys/issuer.jwk    signs its licences: keep a copy in a safe place");
    context.say.text(format!(
        "next: cd {dir}, clearcue import FOLDER, clearcue serve"
    ));
    Ok(())
}
