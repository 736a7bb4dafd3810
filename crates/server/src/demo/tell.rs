//! The walk put into words, and into JSON.

use app::Currency;
use app::Money;
use app::catalogue::Track;
use app::licensing::{Licence, QuotedOption};
use app::metering::report::Answer as Metered;
use serde_json::{Value, json};

use super::walk::{PayeeBalance, WORDS, Walk};
use crate::verify::{FileMatch, sidecar};

/// The walk for people, a line each.
#[must_use]
pub fn lines(walk: &Walk) -> Vec<String> {
    let mut lines = Vec::new();
    found(walk, &mut lines);
    quoted(walk, &mut lines);
    licensed(walk, &mut lines);
    checked(walk, &mut lines);
    metered(walk, &mut lines);
    audited(walk, &mut lines);
    lines
}

fn found(walk: &Walk, lines: &mut Vec<String>) {
    let (total, hits) = &walk.found;
    lines.push(format!("1  search  \"{WORDS}\": {total} tracks"));
    for track in hits {
        lines.push(format!(
            "     {:<26} {:<18} {}",
            track.title,
            track.artist.name,
            facts(track)
        ));
    }
    let track = &walk.track;
    lines.push(format!(
        "2  track   {} by {}",
        track.title, track.artist.name
    ));
    lines.push(format!("     {}", track.description));
    lines.push(format!(
        "     {}; stems: {}",
        facts(track),
        track.stems.join(", ")
    ));
    let shares = walk
        .splits
        .iter()
        .map(|share| format!("{} {}", share.name, percent(share.ppm)));
    lines.push(format!(
        "     shared by {}",
        shares.collect::<Vec<_>>().join(", ")
    ));
}

fn facts(track: &Track) -> String {
    let bpm = track
        .bpm_milli
        .map(|bpm| format!("{} bpm, ", (bpm + 500) / 1000));
    let key = track.key.as_ref().map(|key| format!("{key}, "));
    format!(
        "{}, {}{}{} s",
        track.genre,
        bpm.unwrap_or_default(),
        key.unwrap_or_default(),
        (track.duration_ms + 500) / 1000
    )
}

/// Parts per million as percent, without needless zeros.
fn percent(ppm: i64) -> String {
    let digits = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    format!("{} %", digits.trim_end_matches('0').trim_end_matches('.'))
}

fn quoted(walk: &Walk, lines: &mut Vec<String>) {
    lines.push("3  quote   one monetised YouTube Short, 15 seconds of music, worldwide".into());
    for line in &walk.chosen.lines {
        lines.push(format!(
            "     {:<40} {:>14}",
            line.label,
            micros(line.micros, &walk.chosen)
        ));
    }
    lines.push(format!(
        "     {:<40} {:>14}",
        "you pay",
        micros(walk.chosen.total_micros, &walk.chosen)
    ));
    let others = walk.quote.options.len().saturating_sub(1);
    lines.push(format!(
        "     {others} dearer offers cover it too; until {}",
        walk.quote.expires_at
    ));
}

fn micros(micros: i64, option: &QuotedOption) -> String {
    match Currency::from_code(&option.currency) {
        Ok(currency) => Money::new(micros, currency).price_display(),
        Err(_) => format!("{micros} micro {}", option.currency),
    }
}

fn licensed(walk: &Walk, lines: &mut Vec<String>) {
    let licence = &walk.licence;
    lines.push("4  buy     sandbox card 4242 4242 4242 4242: no money moves".into());
    lines.push(format!("     licence  {}", licence.label));
    lines.push(format!("     code     {}", licence.code));
    lines.push(format!(
        "     token    {}… ({} characters)",
        head(&licence.token),
        licence.token.len()
    ));
    for file in &walk.files {
        lines.push(format!("     file     {}", file.display()));
        lines.push(format!("     sidecar  {}", sidecar(file).display()));
    }
}

fn head(token: &str) -> String {
    token.chars().take(40).collect()
}

fn checked(walk: &Walk, lines: &mut Vec<String>) {
    let keys = walk.jwks.display();
    lines.push(format!("5  verify  offline, knowing only {keys}"));
    let answer = &walk.checked;
    let sound = match answer.file {
        Some(FileMatch::Original) => "the sound is as delivered",
        Some(FileMatch::Changed) | None => "the sound was changed",
    };
    let issuer = answer
        .claims
        .as_ref()
        .map(|claims| claims.iss.as_str())
        .unwrap_or_default();
    lines.push(format!(
        "     the file: {}, issued by {issuer}; {sound}",
        answer.standing
    ));
    let reason = walk.forged.reason.as_deref().unwrap_or_default();
    lines.push(format!(
        "     one character changed: {}; {reason}",
        walk.forged.standing
    ));
}

fn metered(walk: &Walk, lines: &mut Vec<String>) {
    let (bundle, usage) = (&walk.bundle, &walk.usage);
    let price = bundle.price.price_display();
    lines.push(format!(
        "6  meter   {} for {price}: code {}",
        bundle.label, bundle.code
    ));
    let clip = usage
        .event
        .get("clip_ms")
        .and_then(Value::as_i64)
        .unwrap_or(0);
    lines.push(format!(
        "     reported: a YouTube Short with {clip} ms of {}",
        walk.track.title
    ));
    lines.push(format!("     receipt: {}", receipt(&usage.first)));
    for row in &usage.balances {
        lines.push(format!(
            "     {:<22} {:>9}  {}  ->  {}",
            row.name,
            percent(row.ppm),
            row.before,
            row.after
        ));
    }
    let same = usage
        .balances
        .iter()
        .all(|row| row.after == row.after_again);
    let unchanged = if same {
        "no balance changed"
    } else {
        "BALANCES CHANGED"
    };
    lines.push(format!(
        "     reported again: {}; {unchanged}",
        receipt(&usage.again)
    ));
}

fn receipt(answer: &Metered) -> String {
    match answer {
        Metered::Accepted(use_) => format!(
            "accepted, {} s billed, {} micro {} to the payees",
            use_.billed_ms / 1000,
            use_.earned_micros,
            use_.currency
        ),
        Metered::Duplicate(_) => "duplicate".into(),
        Metered::Conflict => "conflict".into(),
        Metered::Refused(reasons) => format!("refused: {reasons:?}"),
    }
}

fn audited(walk: &Walk, lines: &mut Vec<String>) {
    let breaches: usize = walk.audit.iter().map(|check| check.breaches.len()).sum();
    let word = if breaches == 0 {
        "all hold".to_owned()
    } else {
        format!("{breaches} BREACHES")
    };
    lines.push(format!(
        "7  audit   {} invariants: {word}",
        walk.audit.len()
    ));
}

/// The walk for programs.
#[must_use]
pub fn document(walk: &Walk) -> Value {
    let (total, hits) = &walk.found;
    let usage = &walk.usage;
    json!({
        "search": {
            "words": WORDS,
            "total": total,
            "tracks": hits.iter().map(|track| &track.slug).collect::<Vec<_>>(),
        },
        "track": {
            "id": walk.track.id.to_string(),
            "slug": walk.track.slug,
            "title": walk.track.title,
            "artist": walk.track.artist.name,
        },
        "quote": {
            "id": walk.quote.id.to_string(),
            "option": walk.chosen,
            "options": walk.quote.options.len(),
            "expires_at": walk.quote.expires_at.to_string(),
        },
        "licence": licence(&walk.licence),
        "files": walk.files.iter().map(|path| json!({
            "path": path.display().to_string(),
            "sidecar": sidecar(path).display().to_string(),
        })).collect::<Vec<_>>(),
        "jwks": walk.jwks.display().to_string(),
        "verified": walk.checked.document(),
        "forged": walk.forged.document(),
        "bundle": licence(&walk.bundle),
        "use": {
            "event": usage.event,
            "receipt": receipt_document(&usage.first),
            "repeated": receipt_document(&usage.again),
            "balances": usage.balances.iter().map(balance).collect::<Vec<_>>(),
        },
        "audit": crate::books::document(&walk.audit),
    })
}

fn licence(licence: &Licence) -> Value {
    json!({
        "id": licence.id.to_string(),
        "code": licence.code.to_string(),
        "label": licence.label,
        "price_micros": licence.price.micros(),
        "currency": licence.price.currency().code(),
        "token": licence.token,
    })
}

fn receipt_document(answer: &Metered) -> Value {
    match answer {
        Metered::Accepted(use_) => json!({
            "status": "accepted",
            "billed_ms": use_.billed_ms,
            "earned_micros": use_.earned_micros,
            "currency": use_.currency.code(),
        }),
        Metered::Duplicate(use_) => json!({
            "status": "duplicate",
            "billed_ms": use_.billed_ms,
            "earned_micros": use_.earned_micros,
            "currency": use_.currency.code(),
        }),
        Metered::Conflict => json!({ "status": "conflict" }),
        Metered::Refused(reasons) => json!({ "status": "refused", "reasons": reasons }),
    }
}

fn balance(row: &PayeeBalance) -> Value {
    json!({
        "payee": row.name,
        "share_ppm": row.ppm,
        "before_micros": row.before.micros(),
        "after_micros": row.after.micros(),
        "after_repeat_micros": row.after_again.micros(),
        "currency": row.after.currency().code(),
    })
}
