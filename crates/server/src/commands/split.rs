//! `clearcue split`: how tracks are shared.

use app::App;
use app::credits::{from_percent, percent};
use app::offers::Hand;
use app::splits::propose::{self, Proposed, Share, Wish};
use app::splits::show::{self, Splits};
use app::splits::{Part, Proposal, Status, Version, decline, invitation};
use serde_json::{Value, json};

use super::Context;
use crate::cli::{SplitPropose, SplitVerb};
use crate::exit::Failure;
use crate::say::Say;

pub(super) async fn run(context: &Context, verb: &SplitVerb) -> Result<(), Failure> {
    // What is said wrongly is told before the store is opened.
    let wish = match verb {
        SplitVerb::Propose(args) => Some(wish(args)?),
        _ => None,
    };
    let app = context.app().await?;
    let say = &context.say;
    match verb {
        SplitVerb::Show { track } => {
            let mut splits = show::splits(&app, Hand::Console, track).await?;
            splits.versions.retain(|version| version.in_force);
            splits.proposals.retain(|one| one.status == Status::Open);
            tell(say, &splits);
        }
        SplitVerb::History { track } => {
            tell(say, &show::splits(&app, Hand::Console, track).await?);
        }
        SplitVerb::Propose(_) => {
            let wish = wish.unwrap_or_default();
            let done = propose::propose(&app, &mut app.call(), Hand::Console, &wish).await?;
            proposed(&app, say, &done).await?;
        }
        SplitVerb::Accept { link } => accept(&app, say, link).await?,
        SplitVerb::Withdraw { proposal } => {
            let status = decline::decline(&app, &app.call(), Hand::Console, proposal).await?;
            say.text(format!("{proposal} is {}", status.word()));
            say.json(&json!({ "proposal": proposal, "status": status.word() }));
        }
        SplitVerb::Invite { proposal, payee } => {
            let mut call = app.call();
            let secret = invitation::renew(&app, &mut call, Hand::Console, proposal, payee).await?;
            let link = address(&app, &secret);
            say.text(&link);
            say.json(&json!({ "proposal": proposal, "payee": payee, "link": link }));
        }
    }
    Ok(())
}

fn wish(args: &SplitPropose) -> Result<Wish, Failure> {
    let shares = args.shares.iter().map(|text| share(text));
    Ok(Wish {
        track: args.track.clone(),
        kind: args.kind.clone(),
        shares: shares.collect::<Result<_, _>>()?,
        agreed_on_paper: args.agreed_on_paper.clone(),
    })
}

/// `NAME=PER CENT` or `NAME <E-MAIL>=PER CENT`.
fn share(text: &str) -> Result<Share, Failure> {
    let wrong = || {
        let fix = "write \"NAME=PER CENT\" or \"NAME <E-MAIL>=PER CENT\", at most four decimals";
        Failure::misuse(format!("`{text}` is no share"), fix)
    };
    let (who, part) = text.rsplit_once('=').ok_or_else(wrong)?;
    let ppm = from_percent(part).ok_or_else(wrong)?;
    let (payee, email) = match who.trim().strip_suffix('>') {
        Some(both) => {
            let (name, email) = both.split_once('<').ok_or_else(wrong)?;
            (name.trim(), Some(email.trim().to_owned()))
        }
        None => (who.trim(), None),
    };
    Ok(Share {
        payee: payee.to_owned(),
        email,
        ppm,
    })
}

async fn accept(app: &App, say: &Say, link: &str) -> Result<(), Failure> {
    let secret = link.trim_end_matches('/').rsplit('/').next();
    let secret = secret.unwrap_or_default();
    let (name, done) = invitation::accept(app, &mut app.call(), secret).await?;
    say.text(format!("{name} is registered and has accepted"));
    if !done.agreed {
        say.text("others have yet to accept");
    }
    say.json(&json!({ "payee": name, "agreed": done.agreed }));
    Ok(())
}

async fn proposed(app: &App, say: &Say, done: &Proposed) -> Result<(), Failure> {
    let id = done.proposal.to_string();
    let found = show::proposal(app, Hand::Console, &id).await?;
    say.text(if done.agreed {
        format!("{id}: in force from the next event")
    } else {
        let waiting: Vec<_> = found.waiting_for().collect();
        format!("{id}: waits for {}", waiting.join(", "))
    });
    let mut invitations = Vec::new();
    for one in &done.invitations {
        let link = one.secret.as_ref().map(|secret| address(app, secret));
        if let Some(link) = &link {
            let to = one.email.as_deref().unwrap_or("no e-mail");
            say.text(format!("send to {} ({to}), shown once: {link}", one.name));
        }
        invitations.push(json!({ "payee": one.name, "email": one.email, "link": link }));
    }
    say.json(&json!({
        "proposal": proposal_document(&found), "agreed": done.agreed,
        "invitations": invitations,
    }));
    Ok(())
}

fn address(app: &App, secret: &str) -> String {
    format!("{}/invitations/{secret}", app.settings.public_url)
}

fn tell(say: &Say, splits: &Splits) {
    for version in &splits.versions {
        let kind = version.kind.map_or("track", |kind| kind.label());
        let mark = if version.in_force { "  in force" } else { "" };
        let from = version.from;
        say.text(format!(
            "{kind}, version {}, from {from}{mark}",
            version.version
        ));
        parts(say, &version.parts);
    }
    for one in &splits.proposals {
        let kind = one.kind.map_or("track", |kind| kind.label());
        let paper = one.on_paper.as_ref();
        let paper = paper.map_or(String::new(), |paper| format!(" on paper: {paper}"));
        let status = one.status.word();
        say.text(format!(
            "{}  {kind}, by {}, {status}{paper}",
            one.id, one.by
        ));
        parts(say, &one.parts);
        let waiting: Vec<_> = one.waiting_for().collect();
        if !waiting.is_empty() {
            say.text(format!("  waits for {}", waiting.join(", ")));
        }
    }
    say.json(&json!({
        "track": splits.track.to_string(), "slug": splits.slug, "title": splits.title,
        "versions": splits.versions.iter().map(version_document).collect::<Vec<_>>(),
        "proposals": splits.proposals.iter().map(proposal_document).collect::<Vec<_>>(),
    }));
}

fn parts(say: &Say, parts: &[Part]) {
    for part in parts {
        let mark = if part.registered {
            ""
        } else {
            "  (into escrow)"
        };
        say.text(format!("  {:>9} %  {}{mark}", percent(part.ppm), part.name));
    }
}

fn version_document(version: &Version) -> Value {
    json!({
        "sheet": version.sheet.to_string(), "version": version.version, "kind": version.kind,
        "from": version.from.to_string(), "in_force": version.in_force,
        "parts": version.parts.iter().map(part_document).collect::<Vec<_>>(),
    })
}

fn proposal_document(one: &Proposal) -> Value {
    json!({
        "id": one.id.to_string(), "kind": one.kind, "by": one.by, "at": one.at.to_string(),
        "status": one.status.word(), "on_paper": one.on_paper,
        "waiting_for": one.waiting_for().collect::<Vec<_>>(),
        "parts": one.parts.iter().map(part_document).collect::<Vec<_>>(),
    })
}

fn part_document(part: &Part) -> Value {
    json!({
        "payee": part.payee.to_string(), "name": part.name, "ppm": part.ppm,
        "registered": part.registered,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_name_and_per_cent_with_an_address_for_somebody_new() {
        let read = |text: &str| share(text).map(|s| (s.payee, s.email, s.ppm)).ok();
        assert_eq!(read("Ada=60"), Some(("Ada".into(), None, 600_000)));
        let ben = ("Ben".to_owned(), Some("b@x.org".to_owned()), 333_333);
        assert_eq!(read("Ben <b@x.org> = 33.3333 %"), Some(ben));
        assert_eq!(read("a=b=1"), Some(("a=b".into(), None, 10_000)));
        for wrong in [
            "Ada",
            "Ada=",
            "Ada=x",
            "Ada=101",
            "Ada=33.33333",
            "b@x.org>=5",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
