//! Whom a check believes: public keys that were on this machine before it began. Never keys from
//! the thing that is checked, and never keys from the network.

use std::fs;
use std::path::{Path, PathBuf};

use licence_key::{Jwks, StatusToken};

use crate::environment::user_folder;
use crate::exit::Failure;

/// Issuers' keys, with where each came from, and a status list if there is one.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    issuers: Vec<(String, Jwks)>,
    /// The signed text of a status list: it counts for those issuers whose keys signed it.
    status: Option<String>,
}

impl Trust {
    /// The keys of one file and no others.
    ///
    /// # Errors
    /// [`Failure`] when it can't be read, is no key set, or holds no usable key.
    pub fn of_file(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let text = fs::read_to_string(path).map_err(|e| {
            Failure::failed(
                format!("{shown} can't be read: {e}"),
                "name the issuer's jwks.json",
            )
        })?;
        let keys = Jwks::from_json(&text).map_err(|e| Failure::failed(path.display(), e))?;
        if keys.keys.is_empty() {
            let what = format!("{shown} holds no key that signs licences");
            return Err(Failure::failed(what, "name the issuer's jwks.json"));
        }
        Ok(Self::default().and(shown.to_string(), keys))
    }

    /// The issuers that this user has pinned: `clearcue/issuers/*.json` below the user's
    /// configuration. Files that can't be read are passed over: they trust nobody.
    #[must_use]
    pub fn pinned() -> Self {
        let mut trust = Self::default();
        let folder = user_folder(&[
            ("XDG_CONFIG_HOME", "clearcue/issuers"),
            ("HOME", ".config/clearcue/issuers"),
        ]);
        let listed = folder.and_then(|folder| fs::read_dir(folder).ok());
        let mut paths: Vec<PathBuf> = listed
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
        paths.sort();
        for path in paths {
            let keys = fs::read_to_string(&path)
                .ok()
                .and_then(|text| Jwks::from_json(&text).ok());
            if let Some(keys) = keys {
                trust = trust.and(path.display().to_string(), keys);
            }
        }
        trust
    }

    /// The same, with one more issuer at the end.
    #[must_use]
    pub fn and(mut self, place: String, keys: Jwks) -> Self {
        self.issuers.push((place, keys));
        self
    }

    /// The same, with all issuers of another.
    #[must_use]
    pub fn and_all(mut self, other: Self) -> Self {
        self.issuers.extend(other.issuers);
        self
    }

    /// The same, with a status list, which one of the issuers must have signed.
    ///
    /// # Errors
    /// [`Failure`] when it can't be read or nobody trusted has signed it.
    pub fn with_status(mut self, path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let text = fs::read_to_string(path).map_err(|e| {
            Failure::failed(
                format!("{shown} can't be read: {e}"),
                "name the issuer's status list",
            )
        })?;
        let mut refused = None;
        for (_, keys) in &self.issuers {
            match StatusToken::verify(&text, keys) {
                Ok(_) => {
                    self.status = Some(text);
                    return Ok(self);
                }
                Err(error) => refused = Some(error),
            }
        }
        let why = refused.map_or("nobody is trusted here".to_owned(), |error| {
            error.to_string()
        });
        Err(Failure::failed(format!("{shown} can't be used"), why))
    }

    /// The issuers in the order in which they are asked.
    #[must_use]
    pub fn issuers(&self) -> &[(String, Jwks)] {
        &self.issuers
    }

    /// The status list, where it is one of these keys that signed it: no issuer speaks for
    /// another's licences.
    #[must_use]
    pub fn status(&self, keys: &Jwks) -> Option<StatusToken> {
        let text = self.status.as_deref()?;
        StatusToken::verify(text, keys).ok()
    }
}
