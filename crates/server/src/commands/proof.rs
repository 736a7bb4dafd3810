//! `clearcue proof`: proofs from the transparency log, checked offline, shown and handed out.

mod files;
mod told;

use std::path::{Path, PathBuf};

use app::metering::proven;
use app::proofs::{self, Event, Form};
use app::statements::check;
use serde_json::json;
use tlog::{Hash, Proven, VerifyingKey, verify_growth, verify_use};

use self::files::{Shown, Trusted, head_in, statement_in};
use super::{Context, licence};
use crate::cli::ProofVerb;
use crate::exit::Failure;

pub(super) async fn run(context: &Context, verb: &ProofVerb) -> Result<(), Failure> {
    match verb {
        ProofVerb::Verify { file, of, key } => verify(context, file, of.as_deref(), key.as_deref()),
        ProofVerb::Consistency {
            old,
            new,
            proof,
            key,
        } => {
            let trusted = Trusted::of(context, key.as_deref())?;
            consistency(context, (old, new), proof.as_deref(), &trusted).await
        }
        ProofVerb::Omitted {
            statement,
            uses,
            key,
        } => omitted(context, statement, uses, key.as_deref()),
        ProofVerb::Show { file } => {
            told::proof(context, &Shown::of_file(file)?.unpacked(file)?);
            Ok(())
        }
        ProofVerb::Export {
            licence,
            used,
            nth,
            packed,
            out,
        } => {
            let form = if *packed { Form::Packed } else { Form::Text };
            let used = (used.as_deref().unwrap_or_default(), *nth);
            export(context, (licence.as_deref(), used), form, out).await
        }
    }
}

fn verify(
    context: &Context,
    file: &Path,
    of: Option<&Path>,
    key: Option<&str>,
) -> Result<(), Failure> {
    let trusted = Trusted::of(context, key)?;
    let shown = Shown::of_file(file)?;
    let (proven, by) = proven(&shown, file, &trusted)?;
    if let Shown::Statement { statement, .. } = &shown {
        check(statement).map_err(altered)?;
        proofs::is_of(statement, &proven).map_err(altered)?;
    }
    if let Some(of) = of {
        is_of(&proven, of)?;
    }
    told::proven(context, &proven, by);
    Ok(())
}

/// What a file proves, and by whose key.
fn proven<'a>(
    shown: &Shown,
    file: &Path,
    trusted: &'a Trusted,
) -> Result<(Proven, &'a VerifyingKey), Failure> {
    let mut why = None;
    for key in trusted.keys() {
        let proof = shown.proof(file, key)?;
        match verify_use(&proof, key) {
            Ok(proven) => return Ok((proven, key)),
            // Of several trusted logs, the one that is named in the head says what is wrong.
            Err(error) if why.is_none() || proof.checkpoint.starts_with(key.name()) => {
                why = Some(error);
            }
            Err(_) => {}
        }
    }
    let why = why.map_or_else(String::new, |error| error.to_string());
    Err(Failure::failed(
        format!("{}: {why}", file.display()),
        "ask for the proof again; if you pinned the log's key yourself, ask the store for an \
         explanation",
    ))
}

/// Whether a proof is of the licence's token or the statement in another file.
fn is_of(proven: &Proven, of: &Path) -> Result<(), Failure> {
    let text = files::text(of)?;
    let event = proven.event.as_ref().and_then(|(_, it)| Event::decode(it));
    let wrong = || {
        let what = format!("it is the proof of something else than {}", of.display());
        Failure::failed(what, "name the file that belongs to it")
    };
    match event {
        Some(Event::Licence(_)) => {
            if proofs::is_of_token(text.trim(), proven) {
                Ok(())
            } else {
                Err(wrong())
            }
        }
        Some(Event::Statement(_)) => {
            let statement = statement_in(&text, of)?;
            check(&statement).map_err(altered)?;
            proofs::is_of(&statement, proven).map_err(|_| wrong())
        }
        Some(Event::Use(_)) | None => Err(wrong()),
    }
}

fn altered(why: impl std::fmt::Display) -> Failure {
    Failure::failed(
        why,
        "ask the store for the same period again, and for an explanation if it stays so",
    )
}

async fn consistency(
    context: &Context,
    (old, new): (&PathBuf, &PathBuf),
    proof: Option<&Path>,
    trusted: &Trusted,
) -> Result<(), Failure> {
    let (older, newer) = (head_in(old)?, head_in(new)?);
    let (key, older_head) = trusted.opened(&older, old)?;
    let newer_head = tlog::Checkpoint::open(newer.as_bytes(), key);
    let newer_head = newer_head.map_err(|why| files::refused(new, &why))?.head;
    let between = match proof {
        Some(file) => files::text(file)?,
        // Equal sizes and an empty log have nothing between them.
        None if older_head.size == newer_head.size || older_head.size == 0 => String::new(),
        None => {
            let app = context.app().await?;
            proofs::consistency(&app, older_head.size, newer_head.size).await?
        }
    };
    let hash = |line: &str| {
        let bytes = data_encoding::BASE64.decode(line.as_bytes()).ok()?;
        Hash::from_slice(&bytes)
    };
    let hashes: Option<Vec<Hash>> = between.lines().map(hash).collect();
    let hashes = hashes.ok_or_else(|| {
        let fix = "name a file as /v1/log/consistency/OLD/NEW answers it";
        Failure::misuse("the proof isn't lines of base64, one for each hash", fix)
    })?;
    let joined = verify_growth(older.as_bytes(), newer.as_bytes(), &hashes, key);
    let (from, to) = joined.map_err(|why| {
        let fix = "were OLD and NEW named in this order? If so, keep both heads: with a right \
                   proof for these sizes, they show that the store signed two histories";
        Failure::failed(why, fix)
    })?;
    context.say.json(&json!({
        "consistent": true, "log": key.name(), "old": from.size, "new": to.size,
    }));
    context.say.text(format!(
        "{}: the log of {} leaves grew from that of {}: nothing before was changed",
        key.name(),
        to.size,
        from.size
    ));
    Ok(())
}

fn omitted(
    context: &Context,
    statement: &Path,
    uses: &[PathBuf],
    key: Option<&str>,
) -> Result<(), Failure> {
    let trusted = Trusted::of(context, key)?;
    let shown = Shown::of_file(statement)?;
    let Shown::Statement { statement: it, .. } = &shown else {
        let fix = "name a statement's JSON, as `clearcue statement export` writes it";
        return Err(Failure::misuse("the first file is no statement", fix));
    };
    check(it).map_err(altered)?;
    let (of, by) = proven(&shown, statement, &trusted)?;
    let mut all = Vec::with_capacity(uses.len());
    for file in uses {
        let (used, signer) = proven(&Shown::of_file(file)?, file, &trusted)?;
        if signer != by {
            let what = format!("{} is of another log than the statement", file.display());
            return Err(Failure::failed(what, "name proofs of one store"));
        }
        all.push(used);
    }
    let missing = proofs::omitted(it, &of, &all).map_err(altered)?;
    let named: Vec<_> = missing
        .iter()
        .filter_map(|at| Some(uses.get(*at)?.display().to_string()))
        .collect();
    context
        .say
        .json(&json!({ "looked_at": uses.len(), "missing": named }));
    for name in &named {
        context.say.text(format!("{name}: not in the statement"));
    }
    if named.is_empty() {
        let count = uses.len();
        context.say.text(format!(
            "of {count} uses none is missing from the statement"
        ));
        return Ok(());
    }
    let what = format!("{} uses are missing from the statement", named.len());
    let fix = "if these tracks are yours, show the store both files";
    Err(Failure::failed(what, fix))
}

async fn export(
    context: &Context,
    (licence, used): (Option<&str>, (&str, Option<u64>)),
    form: Form,
    out: &Path,
) -> Result<(), Failure> {
    let app = context.app().await?;
    let bytes = match licence {
        Some(code) => {
            let licence = licence::named_by(&app, code).await?;
            proofs::of_licence(&app, licence.id, form).await?
        }
        None => proven::of_any_use(&app, used, form).await?,
    };
    let name = out.display().to_string();
    std::fs::write(out, bytes).map_err(|e| {
        let what = format!("{name} can't be written: {e}");
        Failure::failed(what, "name another file with --out")
    })?;
    context.say.json(&json!({ "file": name }));
    context.say.text(format!("wrote {name}"));
    Ok(())
}
