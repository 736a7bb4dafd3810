//! `clearcue signing-key`: the keys that licences are signed with.

use app::{Edge, Timestamp};
use serde_json::json;

use super::Context;
use crate::cli::SigningKeyVerb;
use crate::exit::Failure;
use crate::keys::{self, Form, Lock, passphrase};

pub(super) fn run(context: &Context, verb: &SigningKeyVerb) -> Result<(), Failure> {
    let (folder, _) = context.store()?;
    let mut call = Edge::System.call();
    let _lock = match verb {
        SigningKeyVerb::List => None,
        _ => Some(Lock::take(&folder)?),
    };
    match verb {
        SigningKeyVerb::List => list(context, &folder, call.now),
        SigningKeyVerb::Rotate { at } => {
            let from = begins(at.as_deref(), call.now)?;
            let asked = || passphrase::needed("Passphrase of the signing keys: ");
            let kid = keys::rotate(&folder, from, asked, &mut call)?;
            let (say, from) = (&context.say, from.to_string());
            say.json(&json!({ "kid": kid, "from": from }));
            say.text(&kid);
            say.text(format!(
                "signs from {from} on; its public half is published"
            ));
            say.text("licences sold before stay good; keep a copy of keys/ in a safe place");
            Ok(())
        }
        SigningKeyVerb::Retire { kid } => {
            let kid = keys::retire(&folder, kid, call.now)?;
            context.say.json(&json!({ "kid": kid, "state": "retired" }));
            context.say.text(format!(
                "{kid} can't sign any more; what it signed verifies"
            ));
            Ok(())
        }
        SigningKeyVerb::Encrypt => {
            let said = chosen()?;
            let count = keys::reseal(&folder, Form::Sealed, &said, &mut call)?;
            told(context, count, "sealed");
            Ok(())
        }
        SigningKeyVerb::Decrypt => {
            let said = passphrase::needed("Passphrase of the signing keys: ")?;
            let count = keys::reseal(&folder, Form::Plain, &said, &mut call)?;
            told(context, count, "plain");
            Ok(())
        }
    }
}

fn list(context: &Context, folder: &std::path::Path, now: Timestamp) -> Result<(), Failure> {
    let listed = keys::listed(folder, now)?;
    let form = |form: Option<Form>| match form {
        Some(Form::Plain) => "plain",
        Some(Form::Sealed) => "sealed",
        None => "gone",
    };
    let documents: Vec<_> = listed
        .iter()
        .map(|key| {
            json!({
                "kid": key.kid, "state": key.state.word(), "from": key.from,
                "retired": key.retired, "private": form(key.form), "published": key.published,
            })
        })
        .collect();
    context.say.json(&json!({ "keys": documents }));
    for key in &listed {
        let from = key.from.as_deref().unwrap_or("the beginning");
        let kept = form(key.form);
        context.say.text(format!(
            "{}  {:<8} from {from}, private half {kept}",
            key.kid,
            key.state.word()
        ));
    }
    Ok(())
}

/// When a new key begins: at the time that was said, or now.
fn begins(at: Option<&str>, now: Timestamp) -> Result<Timestamp, Failure> {
    let Some(at) = at else { return Ok(now) };
    let fix = "say a time to come, like 2027-01-31T00:00:00Z";
    let from: Timestamp = at
        .parse()
        .map_err(|_| Failure::misuse(format!("`{at}` is no time"), fix))?;
    if from > now {
        Ok(from)
    } else {
        Err(Failure::misuse(format!("{at} has passed"), fix))
    }
}

/// A passphrase to seal with: typed twice where it is typed.
fn chosen() -> Result<passphrase::Passphrase, Failure> {
    if let Some(said) = passphrase::at_hand()? {
        return Ok(said);
    }
    let said = passphrase::needed("Passphrase to seal the signing keys with: ")?;
    match passphrase::ask("The same again: ")? {
        Some(again) if again == said => Ok(said),
        _ => Err(Failure::failed(
            "the two passphrases differ",
            "try again; nothing was changed",
        )),
    }
}

fn told(context: &Context, count: usize, form: &str) {
    context
        .say
        .json(&json!({ "changed": count, "private": form }));
    context.say.text(match count {
        0 => format!("all signing keys are {form} already"),
        1 => format!("1 signing key is {form} now"),
        _ => format!("{count} signing keys are {form} now"),
    });
}
