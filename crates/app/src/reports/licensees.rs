//! Who is one licensee: whoever signed in as one person, gave one address or goes by one name.

use std::collections::HashMap;

use store::db::Row;

use crate::Fault;

/// Licensees met so far, by a number each. They are told apart no better than they must be: two of
/// one name count as one, so that a group never seems larger than it is.
#[derive(Default)]
pub(super) struct Met {
    numbers: HashMap<String, u32>,
    next: u32,
}

impl Met {
    /// The number of a row's licensee, by its `buyer_id`, `email` and `name`.
    pub(super) fn number(&mut self, row: &Row) -> Result<u32, Fault> {
        let buyer = row.opt_bytes("buyer_id")?;
        let buyer = buyer.map(|id| format!("person {}", data_encoding::HEXLOWER.encode(&id)));
        let email = row.opt_text("email")?;
        let email = email.map(|email| format!("email {}", email.trim().to_lowercase()));
        let name = format!("name {}", row.text("name")?.trim().to_lowercase());
        Ok(self.of([buyer, email, Some(name)]))
    }

    fn of(&mut self, known: [Option<String>; 3]) -> u32 {
        let known: Vec<String> = known.into_iter().flatten().collect();
        let found = known.iter().find_map(|by| self.numbers.get(by)).copied();
        let number = found.unwrap_or_else(|| {
            self.next += 1;
            self.next
        });
        for by in known {
            self.numbers.entry(by).or_insert(number);
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_address_or_name_is_one_licensee() {
        let mut met = Met::default();
        let mut of = |person: Option<&str>, email: Option<&str>, name: &str| {
            let text = |text: Option<&str>| text.map(str::to_owned);
            met.of([text(person), text(email), Some(name.to_owned())])
        };
        let mia = of(Some("1"), None, "Mia");
        assert_eq!(of(Some("1"), Some("mia@example.org"), "Mia Studio"), mia);
        assert_eq!(of(None, Some("mia@example.org"), "M."), mia);
        assert_eq!(of(None, None, "Mia"), mia);
        assert_ne!(of(None, None, "Noa"), mia);
    }
}
