//! The name of an account, as the ledger sees it: a short text whose meaning belongs to others.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The longest account name, in bytes.
pub const ACCOUNT_ID_MAX: usize = 64;

/// A validated account name: 1 to 64 of `a-z 0-9 _ - . :`.
///
/// Names sort bytewise, and journals keep their lines in that order, so that row locks are
/// always taken in one order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

/// A text isn't an account name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("an account name has 1 to 64 characters of a-z, 0-9 and _ - . : only")]
pub struct AccountIdError;

impl AccountId {
    /// The account of this name.
    ///
    /// # Errors
    /// [`AccountIdError`] when the text is empty, too long, or holds another character.
    pub fn new(text: impl Into<String>) -> Result<AccountId, AccountIdError> {
        let text = text.into();
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.:".contains(&b);
        if text.is_empty() || text.len() > ACCOUNT_ID_MAX || !text.bytes().all(allowed) {
            return Err(AccountIdError);
        }
        Ok(AccountId(text))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AccountId {
    type Err = AccountIdError;

    fn from_str(text: &str) -> Result<AccountId, AccountIdError> {
        AccountId::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_plain_names_are_accounts() {
        for good in [
            "commission",
            "payee:pay_01",
            "tax:none",
            "a",
            &"x".repeat(64),
        ] {
            assert_eq!(
                AccountId::new(good).map(|id| id.to_string()),
                Ok(good.to_owned())
            );
        }
        for bad in ["", "Commission", "a b", "é", "a/b", "a\n", &"x".repeat(65)] {
            assert_eq!(AccountId::new(bad), Err(AccountIdError), "{bad:?}");
        }
    }
}
