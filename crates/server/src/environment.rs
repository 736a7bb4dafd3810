//! The process's environment: the only place that reads it.

use std::path::PathBuf;

/// The `CLEARCUE_…` variables of this process, those that are text.
#[must_use]
pub(crate) fn clearcue() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("CLEARCUE_"))
        .collect()
}

/// A folder that belongs to the user, from the first of these variables that is set; the path
/// is joined to it.
#[must_use]
pub(crate) fn user_folder(variables: &[(&str, &str)]) -> Option<PathBuf> {
    variables.iter().find_map(|(name, path)| {
        let root = std::env::var_os(name).filter(|root| !root.is_empty())?;
        Some(std::path::Path::new(&root).join(path))
    })
}
