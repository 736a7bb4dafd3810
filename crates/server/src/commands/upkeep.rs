//! `clearcue upkeep`: everything that is due, once. A store that is open does it by itself.

use serde_json::{Map, Value, json};

use super::Context;
use crate::exit::Failure;

pub(super) async fn run(context: &Context) -> Result<(), Failure> {
    let app = context.app().await?;
    let done = app::upkeep::run(&app).await?;
    let mut document = Map::new();
    for (what, count) in done {
        if count > 0 {
            context.say.text(format!("{count} {what}"));
        }
        document.insert(what.replace(' ', "_"), json!(count));
    }
    if document.values().all(|count| count == &json!(0)) {
        context.say.text("nothing was due");
    }
    context.say.json(&Value::Object(document));
    Ok(())
}
