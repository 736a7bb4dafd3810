//! Whoever wants to know whether a licence holds: online by its code, or offline by its token
//! and the keys pinned when it was bought.

use app::licensing::status::status_list;
use app::licensing::{Licence, verify};
use licence_key::{Judgement, StatusToken};

use super::{Answer, World, answer};

impl World {
    /// What the store says of a code as somebody typed it.
    ///
    /// # Errors
    /// The refusal.
    pub async fn verifies(&self, code: &str) -> Answer<Licence> {
        answer(verify::verify(self.app(), code).await)
    }

    /// The signed status list, as published.
    ///
    /// # Errors
    /// The refusal.
    pub async fn publishes_statuses(&self) -> Answer<String> {
        answer(status_list(self.app(), self.now()).await)
    }

    /// What somebody finds who has the token, the pinned keys and a fresh status list.
    ///
    /// # Panics
    /// When the list isn't one the store signed.
    pub async fn judges(&self, token: &str) -> Judgement {
        let list = self
            .publishes_statuses()
            .await
            .expect("the store can sign its list");
        let list = StatusToken::verify(&list, self.jwks()).expect("the list is the store's");
        licence_key::judge(token, self.jwks(), Some(&list), self.now().0 / 1_000)
    }
}
