//! `clearcue key`: keys for programs.

use app::access::{Scope, api_key};
use serde_json::json;

use super::Context;
use crate::cli::KeyVerb;
use crate::exit::Failure;

pub(super) async fn run(context: &Context, verb: &KeyVerb) -> Result<(), Failure> {
    let KeyVerb::Create { name, scopes } = verb;
    let scopes = scopes
        .iter()
        .map(|word| scope(word))
        .collect::<Result<Vec<_>, _>>()?;
    let app = context.app().await?;
    let (key, secret) = api_key::make(&app, &mut app.call(), name, &scopes).await?;
    let words: Vec<_> = scopes.iter().map(|scope| scope.word()).collect();
    context.say.json(&json!({
        "id": key.id.to_string(), "name": key.name, "scopes": words, "secret": secret,
    }));
    context.say.text(&secret);
    context.say.text(format!(
        "for {}; allows {}; it is not shown again",
        key.name,
        words.join(", ")
    ));
    Ok(())
}

fn scope(word: &str) -> Result<Scope, Failure> {
    Scope::from_word(word).ok_or_else(|| {
        let all: Vec<_> = Scope::ALL.iter().map(|scope| scope.word()).collect();
        Failure::misuse(
            format!("there is no scope `{word}`"),
            format!("use {}", all.join(", ")),
        )
    })
}
