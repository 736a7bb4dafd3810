//! The passphrase that seals signing keys: from the environment, a file, or whoever sits at the
//! terminal. It is wiped from memory when it is let go, and never an argument of a command, where
//! every other user of the machine could read it.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::environment;
use crate::exit::Failure;

/// A passphrase.
pub(crate) type Passphrase = Zeroizing<String>;

const VARIABLE: &str = "CLEARCUE_KEY_PASSPHRASE";
const FILE: &str = "CLEARCUE_KEY_PASSPHRASE_FILE";

/// The passphrase that was put somewhere for this process, if any.
///
/// # Errors
/// [`Failure`] when the file that should hold it can't be read.
pub(crate) fn at_hand() -> Result<Option<Passphrase>, Failure> {
    let mut variables = environment::clearcue();
    let mut take = |wanted: &str| {
        let at = variables.iter().position(|(name, _)| name == wanted)?;
        let (_, value) = variables.swap_remove(at);
        (!value.is_empty()).then_some(value)
    };
    if let Some(said) = take(VARIABLE) {
        return Ok(Some(Zeroizing::new(said)));
    }
    let Some(path) = take(FILE).map(PathBuf::from) else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(&path).map_err(|e| {
        Failure::failed(
            format!("{FILE} names {}, which can't be read: {e}", path.display()),
            "correct it, or check the file's owner",
        )
    })?;
    let text = Zeroizing::new(text);
    let line = text.lines().next().unwrap_or_default();
    Ok((!line.is_empty()).then(|| Zeroizing::new(line.to_owned())))
}

/// Asks at the terminal, without showing what is typed; none where nobody sits there.
///
/// # Errors
/// [`Failure`] when the terminal fails.
pub(crate) fn ask(question: &str) -> Result<Option<Passphrase>, Failure> {
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let answer = rpassword::prompt_password(question).map_err(|e| {
        Failure::failed(
            format!("the passphrase can't be asked for: {e}"),
            format!("set {VARIABLE}"),
        )
    })?;
    Ok((!answer.is_empty()).then(|| Zeroizing::new(answer)))
}

/// The passphrase at hand, or else asked for.
///
/// # Errors
/// [`Failure`] when there is none at all.
pub(crate) fn needed(question: &str) -> Result<Passphrase, Failure> {
    let said = match at_hand()? {
        Some(said) => Some(said),
        None => ask(question)?,
    };
    said.ok_or_else(|| {
        Failure::failed(
            "there is no passphrase",
            format!("set {VARIABLE}, or {FILE} to a file that holds it"),
        )
    })
}
