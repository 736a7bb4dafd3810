//! `clearcue verify`: is this licence good?

use app::{App, Edge};
use licence_key::Standing;
use serde_json::json;

use super::Context;
use crate::cli::Verify;
use crate::exit::Failure;
use crate::verify::{self, Trust};
use crate::{keys, open};

pub(super) async fn run(context: &Context, args: &Verify) -> Result<(), Failure> {
    let subject = verify::subject(&args.what)?;
    let (trust, store) = trusted(context, args).await?;
    let now = Edge::System.call().now;
    let answers = verify::verify(&subject, &trust, store.as_ref(), now).await?;
    let overall = verify::overall(&answers);
    context.say.json(&json!({
        "standing": overall.word(),
        "valid": overall == Standing::Valid,
        "licences": answers.iter().map(verify::Answer::document).collect::<Vec<_>>(),
    }));
    for line in answers.iter().flat_map(verify::Answer::lines) {
        context.say.text(line);
    }
    if overall == Standing::Valid {
        return match args.status {
            Some(_) => asked_of(&answers),
            None => Ok(()),
        };
    }
    let fix = match overall {
        Standing::UnknownIssuer => "name the issuer's jwks.json with --issuer, if you know them",
        Standing::Altered => "ask whoever gave it to you for the delivered file",
        Standing::None => "look for the .licence.jwt that came with the music",
        _ => "ask the issuer",
    };
    Err(Failure::answered(
        verify::exit_code(overall),
        format!("not a valid licence ({overall})"),
        fix,
    ))
}

/// Whoever names a status list wants it asked: one that says nothing of the licence is no answer.
fn asked_of(answers: &[verify::Answer]) -> Result<(), Failure> {
    let claims = answers
        .iter()
        .find(|answer| answer.status_open)
        .map(|answer| answer.claims.as_ref());
    let Some(claims) = claims else { return Ok(()) };
    let list = claims.and_then(|claims| claims.status.as_ref());
    let place = list.map_or("", |status| status.status_list.uri.as_str());
    Err(Failure::failed(
        "valid as issued, but the status list says nothing of this licence: a revocation can't be \
         ruled out",
        format!("fetch {} anew", place.escape_debug()),
    ))
}

/// Whom to believe, and the store at hand. A named issuer stands alone.
pub(super) async fn trusted(
    context: &Context,
    args: &Verify,
) -> Result<(Trust, Option<App>), Failure> {
    let (trust, store) = match &args.issuer {
        Some(path) => (Trust::of_file(path)?, None),
        None => at_hand(context).await?,
    };
    match &args.status {
        Some(path) => Ok((trust.with_status(path)?, store)),
        None => Ok((trust, store)),
    }
}

/// The store around here and the pinned issuers.
pub(super) async fn at_hand(context: &Context) -> Result<(Trust, Option<App>), Failure> {
    let Some(folder) = &context.folder else {
        return Ok((Trust::pinned(), None));
    };
    let config = open::config(Some(folder), &context.flags, &context.env)?;
    let keys = keys::public(folder)?;
    let trust = Trust::default().and(format!("the store in {}", folder.display()), keys);
    let trust = trust.and_all(Trust::pinned());
    match open::app(folder, &config, Edge::System).await {
        Ok(app) => Ok((trust, Some(app))),
        // The signature can be checked all the same, and the answer says what it rests on.
        Err(failure) => {
            crate::progress::tell(&format!(
                "{failure} (going on without the store's database)"
            ));
            Ok((trust, None))
        }
    }
}
