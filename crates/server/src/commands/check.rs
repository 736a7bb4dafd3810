//! `clearcue check`: are the keys of a finished video good, and do they cover its channel and use?
//!
//! Everything is read from the file here; nothing is sent anywhere.

use app::licensing::check::{
    self, Answer, Channel, FinishedUse, KeyAnswer, KeyState, Question, SafelistFact, Territory,
};
use app::{App, Edge, Envelope, Timestamp};
use licence_key::Code;
use serde_json::{Value, json};

use super::{Context, verify as trusting};
use crate::cli::Check;
use crate::exit::Failure;
use crate::verify::{self, Subject, Trust};

/// A key, and what was known of revocation.
struct Judged {
    key: KeyAnswer,
    status: String,
}

pub(super) async fn run(context: &Context, args: &Check) -> Result<(), Failure> {
    let now = Edge::System.call().now;
    let wanted = finished(args, now)?;
    let subject = verify::subject(&args.video)?;
    let (trust, store) = match &args.issuer {
        Some(path) => (Trust::of_file(path)?, None),
        None => trusting::at_hand(context).await?,
    };
    let trust = match &args.status {
        Some(path) => trust.with_status(path)?,
        None => trust,
    };
    let keys = judged(&subject, &trust, store.as_ref(), now, &wanted).await?;
    let overall = check::overall(keys.iter().map(|one| one.key.verdict.answer));
    tell(context, args, &wanted, overall, &keys);
    if overall == Answer::Cleared {
        return Ok(());
    }
    Err(Failure::failed(
        format!("not cleared ({})", overall.label()),
        fix(overall, &keys),
    ))
}

fn finished(args: &Check, now: Timestamp) -> Result<FinishedUse, Failure> {
    let channel = args.channel.as_deref();
    let channel = channel.map(|text| Channel::parse(text, args.platform));
    let channel = channel
        .transpose()
        .map_err(|e| Failure::misuse("--channel names no channel", e))?;
    let wanted = FinishedUse {
        placements: args.placements.iter().copied().collect(),
        channel,
        purpose: args.purpose,
        published_at: args.published_at.unwrap_or(now),
        territory: if args.territory.is_empty() {
            Territory::Worldwide
        } else {
            Territory::Only(args.territory.iter().copied().collect())
        },
        audience: args.audience,
        clip_ms: args.clip_ms,
    };
    let fits = wanted.fits();
    fits.map_err(|e| Failure::misuse("--placement doesn't fit --channel", e))?;
    Ok(wanted)
}

/// Every key that the subject carries: its tokens, and the codes that none of them accounts for.
async fn judged(
    subject: &Subject,
    trust: &Trust,
    store: Option<&App>,
    now: Timestamp,
    wanted: &FinishedUse,
) -> Result<Vec<Judged>, Failure> {
    let (tokens, codes): (Vec<&String>, &[Code]) = match subject {
        Subject::Code(code) => (Vec::new(), std::slice::from_ref(code)),
        Subject::Token(token) => (vec![token], &[]),
        Subject::Media(media) => {
            let tokens: Vec<_> = media.tokens.iter().map(|(token, _)| token).collect();
            // Tags that can't be read may hold a key: that is no answer.
            if let (Some(trouble), true, true) =
                (&media.trouble, tokens.is_empty(), media.codes.is_empty())
            {
                return Err(Failure::failed(media.path.display(), trouble));
            }
            (tokens, media.codes.as_slice())
        }
    };
    let mut keys: Vec<Judged> = Vec::new();
    for token in tokens {
        keys.push(by_token(token, trust, store, now, wanted).await?);
    }
    for code in codes {
        if !keys.iter().any(|one| one.key.code == Some(*code)) {
            keys.push(by_code(*code, store, now, wanted).await?);
        }
    }
    Ok(keys)
}

async fn by_token(
    token: &str,
    trust: &Trust,
    store: Option<&App>,
    now: Timestamp,
    wanted: &FinishedUse,
) -> Result<Judged, Failure> {
    let subject = Subject::Token(token.to_owned());
    let mut answers = verify::verify(&subject, trust, store, now).await?;
    let Some(answer) = answers.pop() else {
        return Err(Failure::failed("a key wasn't judged", "report it"));
    };
    let claims = answer.claims.as_ref();
    let safelist = match (store, claims) {
        (Some(app), Some(claims)) => check::safelist(app, token, claims.code, wanted).await?,
        _ => SafelistFact::NotAtHand,
    };
    // What can't be believed still says which code it claims, so that it can be named.
    let claimed = || licence_key::peek(token).ok().map(|claims| claims.code);
    let envelope = claims.and_then(|claims| Envelope::from_value(&claims.envelope).ok());
    let music = claims.and_then(|claims| claims.assets.first());
    let key = check::answer(
        claims.map(|claims| claims.code).or_else(claimed),
        check::state(answer.standing),
        music.map(|asset| format!("{} - {}", asset.artist, asset.title)),
        envelope,
        &safelist,
        wanted,
    );
    Ok(Judged {
        key,
        status: answer.status,
    })
}

async fn by_code(
    code: Code,
    store: Option<&App>,
    now: Timestamp,
    wanted: &FinishedUse,
) -> Result<Judged, Failure> {
    if let Some(app) = store {
        let question = Question {
            keys: vec![code.to_string()],
            wanted: wanted.clone(),
        };
        let checked = check::check(app, now, &question).await?;
        if let Some(key) = checked.keys.into_iter().next() {
            let status = "the store's database".to_owned();
            return Ok(Judged { key, status });
        }
    }
    let fact = SafelistFact::NotAtHand;
    let key = check::answer(Some(code), KeyState::CodeAlone, None, None, &fact, wanted);
    Ok(Judged {
        key,
        status: "not looked at".to_owned(),
    })
}

fn fix(overall: Answer, keys: &[Judged]) -> String {
    let fixes: &[_] = match overall {
        Answer::NoKey => {
            return "stamp the video with `clearcue stamp`, or name a .licence.jwt".to_owned();
        }
        _ => keys,
    };
    let worst = fixes.iter().find(|one| one.key.verdict.answer == overall);
    let needed = worst
        .and_then(|one| one.key.verdict.reasons.first())
        .and_then(|reason| reason.needed.clone());
    match needed {
        Some(needed) => format!("needed: {needed}"),
        None => "ask the store that sold the licence".to_owned(),
    }
}

fn tell(context: &Context, args: &Check, wanted: &FinishedUse, overall: Answer, keys: &[Judged]) {
    let envelopes = keys.iter().map(|one| one.key.envelope.as_ref());
    let notes = check::notes(envelopes, wanted);
    context.say.json(&json!({
        "answer": overall.code(),
        "cleared": overall == Answer::Cleared,
        "video": args.video,
        "channel": wanted.channel.as_ref().map(Channel::address),
        "published_at": wanted.published_at.to_string(),
        "keys": keys.iter().map(Judged::document).collect::<Vec<_>>(),
        "notes": notes,
    }));
    context.say.text(overall.label().to_uppercase());
    if let Some(channel) = &wanted.channel {
        context.say.text(format!("  {:<10} {channel}", "channel"));
    }
    for line in keys.iter().flat_map(Judged::lines) {
        context.say.text(line);
    }
    for note in notes {
        context.say.text(format!("  {:<10} {note}", "note"));
    }
}

impl Judged {
    fn code(&self) -> String {
        self.key
            .code
            .map_or_else(|| "a damaged key".to_owned(), |code| code.to_string())
    }

    fn lines(&self) -> Vec<String> {
        let verdict = &self.key.verdict;
        let mut lines = vec![format!(
            "  {:<10} {}: {}",
            "key",
            self.code(),
            verdict.answer.label()
        )];
        let mut fact = |name: &str, value: &str| lines.push(format!("    {name:<8} {value}"));
        if let Some(music) = &self.key.music {
            fact("music", music);
        }
        fact("status", &self.status);
        for reason in &verdict.reasons {
            fact("why", &reason.sentence);
            if let Some(needed) = &reason.needed {
                fact("needed", needed);
            }
        }
        lines
    }

    fn document(&self) -> Value {
        json!({
            "code": self.key.code.map(|code| code.to_string()),
            "answer": self.key.verdict.answer.code(),
            "standing": self.key.state.code(),
            "status_source": self.status,
            "music": self.key.music,
            "reasons": self.key.verdict.reasons,
        })
    }
}
