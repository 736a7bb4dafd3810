//! `clearcue track`: who wrote and published a track.

use app::App;
use app::catalogue::credits::{self, By};
use app::credits::{Credits, Publisher, Role, Writer, from_percent, percent};
use serde_json::json;

use super::Context;
use crate::cli::{TrackSet, TrackVerb};
use crate::exit::Failure;

pub(super) async fn run(context: &Context, verb: &TrackVerb) -> Result<(), Failure> {
    let (track, app) = match verb {
        TrackVerb::Show { track } => (track, context.app().await?),
        TrackVerb::Set(args) => (&args.track, context.app().await?),
    };
    let mut kept = credits::credits(&app, track).await?;
    if let TrackVerb::Set(args) = verb {
        kept = set(&app, args, kept).await?;
    }
    say(context, track, &kept);
    Ok(())
}

async fn set(app: &App, args: &TrackSet, kept: Credits) -> Result<Credits, Failure> {
    let mut wanted = if args.clear { Credits::default() } else { kept };
    for (said, part) in [
        (&args.isrc, &mut wanted.isrc),
        (&args.version_title, &mut wanted.version),
        (&args.work_title, &mut wanted.work_title),
        (&args.iswc, &mut wanted.iswc),
        (&args.label_line, &mut wanted.label_line),
    ] {
        if let Some(said) = said {
            *part = Some(said.clone());
        }
    }
    if !args.writers.is_empty() {
        let writers = args.writers.iter().map(|text| writer(text));
        wanted.writers = writers.collect::<Result<_, _>>()?;
    }
    if !args.publishers.is_empty() {
        let publishers = args.publishers.iter().map(|text| publisher(text));
        wanted.publishers = publishers.collect::<Result<_, _>>()?;
    }
    Ok(credits::set(app, &app.call(), By::Operator, &args.track, wanted).await?)
}

/// `Name;role;IPI;share`; what stands behind the name may be left out from the end or empty.
fn writer(text: &str) -> Result<Writer, Failure> {
    let parts = parts(text, 4)?;
    let fix = "write \"Name;role;IPI;share\", the role CA, C, A or AR";
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    let role = Role::from_word(part(1))
        .ok_or_else(|| Failure::misuse(format!("`{}` is no role", part(1)), fix))?;
    Ok(Writer {
        name: part(0).to_owned(),
        role,
        ipi: Some(part(2).to_owned()).filter(|ipi| !ipi.is_empty()),
        share_ppm: share(part(3))?,
    })
}

/// `Name;IPI;share`.
fn publisher(text: &str) -> Result<Publisher, Failure> {
    let parts = parts(text, 3)?;
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    Ok(Publisher {
        name: part(0).to_owned(),
        ipi: Some(part(1).to_owned()).filter(|ipi| !ipi.is_empty()),
        share_ppm: share(part(2))?,
    })
}

fn parts(text: &str, most: usize) -> Result<Vec<&str>, Failure> {
    let parts: Vec<_> = text.split(';').map(str::trim).collect();
    if parts.len() <= most {
        return Ok(parts);
    }
    let what = format!("`{text}` has more than {most} parts");
    Err(Failure::misuse(
        what,
        "separate them by semicolons, and use none within a name",
    ))
}

fn share(text: &str) -> Result<Option<u32>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        let what = format!("`{text}` is no share");
        Failure::misuse(
            what,
            "write per cent from 0 to 100 with at most four decimals",
        )
    };
    from_percent(text).map(Some).ok_or_else(wrong)
}

fn say(context: &Context, track: &str, kept: &Credits) {
    let say = &context.say;
    say.json(&json!({ "track": track, "credits": kept }));
    if kept.is_empty() {
        say.text("nobody has said yet who wrote this track: see `clearcue track set --help`");
    }
    for (term, value) in [
        ("ISRC", &kept.isrc),
        ("version", &kept.version),
        ("work", &kept.work_title),
        ("ISWC", &kept.iswc),
        ("rights", &kept.label_line),
    ] {
        if let Some(value) = value {
            say.text(format!("{term:<10} {value}"));
        }
    }
    let share = |ppm: Option<u32>| ppm.map_or("-".into(), |ppm| format!("{} %", percent(ppm)));
    for writer in &kept.writers {
        let ipi = writer.ipi.as_deref().unwrap_or("-");
        let (role, share) = (writer.role.code(), share(writer.share_ppm));
        say.text(format!(
            "writer     {}  {role}  IPI {ipi}  {share}",
            writer.name
        ));
    }
    for publisher in &kept.publishers {
        let ipi = publisher.ipi.as_deref().unwrap_or("-");
        let share = share(publisher.share_ppm);
        say.text(format!("publisher  {}  IPI {ipi}  {share}", publisher.name));
    }
}
