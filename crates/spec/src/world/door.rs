//! The door: sign-in links and sessions.

use app::Fault;
use app::access::{Person, Role, link, person, session};

use super::{Answer, World, answer};

impl World {
    /// Makes a sign-in link for somebody and says its secret.
    ///
    /// # Panics
    /// On a fault.
    pub async fn sends_link(&self, role: Role, name: &str) -> String {
        let who = sound(person::person(self.app(), &mut self.call(), role, name).await);
        sound(link::make(self.app(), &mut self.call(), who.id).await)
    }

    /// Opens a link's page.
    ///
    /// # Errors
    /// The refusal.
    pub async fn looks_at_link(&self, secret: &str) -> Answer<Person> {
        answer(link::look(self.app(), &self.call(), secret).await)
    }

    /// Presses a link's button.
    ///
    /// # Errors
    /// The refusal.
    pub async fn uses_link(&self, secret: &str) -> Answer<(String, Person)> {
        answer(link::use_up(self.app(), &mut self.call(), secret).await)
    }

    /// Whose session this is, if it runs.
    ///
    /// # Panics
    /// On a fault.
    pub async fn whose_session(&self, secret: &str) -> Option<Person> {
        sound(session::whose(self.app(), &self.call(), secret).await)
    }

    /// Ends a session.
    ///
    /// # Panics
    /// On a fault.
    pub async fn signs_out(&self, secret: &str) {
        sound(session::end(self.app(), secret).await);
    }
}

fn sound<T>(outcome: Result<T, Fault>) -> T {
    outcome.unwrap_or_else(|fault| panic!("the store failed: {}", fault.chain()))
}
