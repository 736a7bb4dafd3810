//! `clearcue rotation`: the calendar of the pool.

use std::path::Path;

use app::rotation::change::{self, Wanted};
use app::rotation::list::{self, Stay};
use serde_json::{Value, json};

use super::Context;
use crate::cli::RotationVerb;
use crate::exit::Failure;

pub(super) async fn run(context: &Context, verb: &RotationVerb) -> Result<(), Failure> {
    let app = context.app().await?;
    let mut call = app.call();
    match verb {
        RotationVerb::Add { track, from, until } => {
            let wanted = [Wanted {
                track: track.clone(),
                from: from.unwrap_or(call.now),
                until: *until,
            }];
            change::add(&app, &mut call, &wanted).await?;
            added(context, 1);
        }
        RotationVerb::Remove { track, at } => {
            change::remove(&app, &call, track, *at).await?;
            context.say.text(format!("{track} leaves the rotation"));
            context.say.json(&json!({ "removed": track }));
        }
        RotationVerb::Import { file } => {
            let csv = read(file)?;
            let count = change::import(&app, &mut call, &csv).await?;
            added(context, count);
        }
        RotationVerb::List => {
            let stays = list::list(&app, call.now).await?;
            for stay in &stays {
                context.say.text(line(stay));
            }
            if stays.is_empty() {
                let how = "nothing is in rotation: add a track with `clearcue rotation add TRACK`";
                context.say.text(how);
            }
            let stays: Vec<Value> = stays.iter().map(document).collect();
            context.say.json(&json!({ "rotation": stays }));
        }
    }
    Ok(())
}

fn added(context: &Context, count: usize) {
    context.say.text(format!("{count} added to the calendar"));
    context.say.json(&json!({ "added": count }));
}

fn read(file: &Path) -> Result<String, Failure> {
    let unread = |e| Failure::failed(format!("{} can't be read: {e}", file.display()), "check it");
    std::fs::read_to_string(file).map_err(unread)
}

fn line(stay: &Stay) -> String {
    let until = stay.until.map_or("open".to_owned(), |at| at.to_string());
    format!("{}  {until:<24}  {}", stay.from, stay.slug)
}

fn document(stay: &Stay) -> Value {
    json!({
        "track": stay.track.to_string(), "slug": stay.slug, "title": stay.title,
        "artist": stay.artist, "from": stay.from.to_string(),
        "until": stay.until.map(|at| at.to_string()),
    })
}
