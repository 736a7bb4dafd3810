//! `clearcue config`: what is in force, and who said it.

use serde_json::{Map, json};

use super::Context;
use crate::exit::Failure;
use crate::open;

pub(super) fn run(context: &Context) -> Result<(), Failure> {
    let config = open::config(context.folder.as_deref(), &context.flags, &context.env)?;
    let folder = context
        .folder
        .as_ref()
        .map(|folder| folder.display().to_string());
    let mut document = Map::new();
    context.say.text(match &folder {
        Some(folder) => format!("# store: {folder}"),
        None => "# no store here: what a new one would have".to_owned(),
    });
    for entry in &config.entries {
        let (name, value, source) = (entry.key.name, &entry.value, entry.source.to_string());
        context.say.text(format!("{name:<26} {value:<40} {source}"));
        document.insert(name.to_owned(), json!({ "value": value, "source": source }));
    }
    context
        .say
        .json(&json!({ "store": folder, "settings": document }));
    Ok(())
}
