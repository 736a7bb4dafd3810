//! Whose figures somebody may see.

use domain::breakdown::By;
use domain::{PayeeId, PersonId};
use thiserror::Error;

use crate::Refusal;
use crate::access::{Person, Principal, Role, Scope};

/// From which side a report is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Of somebody who earns by uses.
    Composer,
    /// Of somebody who sends buyers.
    Curator,
    /// Of somebody who uses music.
    Buyer,
    /// Of whoever runs the store.
    Operator,
}

impl View {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Composer, Self::Curator, Self::Buyer, Self::Operator];

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Composer => "composer",
            Self::Curator => "curator",
            Self::Buyer => "buyer",
            Self::Operator => "operator",
        }
    }

    /// The side of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.word() == word)
    }
}

/// What is asked for: a side and a payee, where they are said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ask {
    /// From which side; the asker's own where it isn't said.
    pub view: Option<View>,
    /// Whose, for the operator and programs.
    pub payee: Option<PayeeId>,
}

/// Whose figures a report holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What a payee earned by uses of their tracks.
    Payee(PayeeId),
    /// What those used whom a curator sent, and what the curator got for sending them.
    Curator(PayeeId),
    /// What a buyer used, and what it earned for those who made it.
    Buyer(PersonId),
    /// Everything.
    Store,
}

impl Side {
    /// Are the licensees others, whose doings aren't this side's to know?
    #[must_use]
    pub fn sees_others(self) -> bool {
        matches!(self, Self::Payee(_) | Self::Curator(_))
    }
}

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReportRefusal {
    /// Nobody asks.
    #[error("sign in with your link, or send an API key as Authorization: Bearer sk_live_…")]
    Guest,
    /// It is somebody else's.
    #[error("this is somebody else's report: leave `payee` and `as` out for yours")]
    NotYours,
    /// A program may not read reports.
    #[error("this needs an API key with the scope report:read")]
    NotAllowed,
    /// Nothing of the asker's is in the store.
    #[error("nothing of yours is in this store yet")]
    Nothing,
    /// No such payee.
    #[error("there is no payee {0}")]
    Unknown(PayeeId),
    /// A side that belongs to somebody, and nobody is named.
    #[error("say whose: name a `payee`")]
    Whose,
    /// What licensees do, by more than a month and a grouping.
    #[error(
        "by {0}, a report is of one month (`period=2026-10`) and narrowed by a track alone, so that no licensee is told by it"
    )]
    TooFine(By),
}

impl Refusal for ReportRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Guest => "sign_in_required",
            Self::NotYours | Self::NotAllowed => "scope_required",
            Self::Nothing | Self::Unknown(_) => "unknown_payee",
            Self::Whose => "payee_required",
            Self::TooFine(_) => "report_too_fine",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Unknown(_) | Self::NotYours | Self::Whose => Some("payee".into()),
            Self::TooFine(_) => Some("by".into()),
            Self::Guest | Self::NotAllowed | Self::Nothing => None,
        }
    }
}

/// Whose figures somebody gets who asks so.
///
/// # Errors
/// [`ReportRefusal`]: whoever asks may not see it, or doesn't say what.
pub fn side(who: &Principal, ask: Ask) -> Result<Side, ReportRefusal> {
    match who {
        Principal::Guest => Err(ReportRefusal::Guest),
        Principal::Person(person) if person.role == Role::Operator => of_all(ask, Some(person.id)),
        Principal::Person(person) => own(person, ask),
        Principal::Program(_) if !who.may(Scope::ReadReports) => Err(ReportRefusal::NotAllowed),
        Principal::Program(_) => of_all(ask, None),
    }
}

fn own(person: &Person, ask: Ask) -> Result<Side, ReportRefusal> {
    if ask.payee.is_some() && ask.payee != person.payee {
        return Err(ReportRefusal::NotYours);
    }
    let usual = match person.role {
        Role::Composer => View::Composer,
        Role::Buyer | Role::Operator => View::Buyer,
    };
    let payee = || person.payee.ok_or(ReportRefusal::Nothing);
    match ask.view.unwrap_or(usual) {
        View::Composer => Ok(Side::Payee(payee()?)),
        View::Curator => Ok(Side::Curator(payee()?)),
        View::Buyer => Ok(Side::Buyer(person.id)),
        View::Operator => Err(ReportRefusal::NotYours),
    }
}

fn of_all(ask: Ask, person: Option<PersonId>) -> Result<Side, ReportRefusal> {
    let payee = || ask.payee.ok_or(ReportRefusal::Whose);
    match ask.view {
        None => Ok(ask.payee.map_or(Side::Store, Side::Payee)),
        Some(View::Operator) => Ok(Side::Store),
        Some(View::Composer) => Ok(Side::Payee(payee()?)),
        Some(View::Curator) => Ok(Side::Curator(payee()?)),
        Some(View::Buyer) => person.map(Side::Buyer).ok_or(ReportRefusal::NotYours),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::api_key::ApiKey;

    fn person(role: Role, payee: Option<u8>) -> Principal {
        Principal::Person(Person {
            id: PersonId::from_bytes([9; 16]),
            name: "Ada".into(),
            role,
            payee: payee.map(|n| PayeeId::from_bytes([n; 16])),
            signed_in: None,
        })
    }

    fn ask(view: Option<View>, payee: Option<u8>) -> Ask {
        let payee = payee.map(|n| PayeeId::from_bytes([n; 16]));
        Ask { view, payee }
    }

    #[test]
    fn everybody_gets_their_own_and_nobody_anothers() {
        let (one, me) = (PayeeId::from_bytes([1; 16]), PersonId::from_bytes([9; 16]));
        let ada = person(Role::Composer, Some(1));
        let mia = person(Role::Buyer, None);
        let olive = person(Role::Operator, None);
        for (who, view, payee, wanted) in [
            (&Principal::Guest, None, None, Err(ReportRefusal::Guest)),
            (&ada, None, None, Ok(Side::Payee(one))),
            (&ada, None, Some(1), Ok(Side::Payee(one))),
            (&ada, None, Some(2), Err(ReportRefusal::NotYours)),
            (&ada, Some(View::Curator), None, Ok(Side::Curator(one))),
            (&ada, Some(View::Buyer), None, Ok(Side::Buyer(me))),
            (
                &ada,
                Some(View::Operator),
                None,
                Err(ReportRefusal::NotYours),
            ),
            (&mia, None, None, Ok(Side::Buyer(me))),
            (
                &mia,
                Some(View::Composer),
                None,
                Err(ReportRefusal::Nothing),
            ),
            (&mia, None, Some(1), Err(ReportRefusal::NotYours)),
            (
                &mia,
                Some(View::Operator),
                None,
                Err(ReportRefusal::NotYours),
            ),
            (&olive, None, None, Ok(Side::Store)),
            (&olive, None, Some(1), Ok(Side::Payee(one))),
            (&olive, Some(View::Curator), Some(1), Ok(Side::Curator(one))),
            (&olive, Some(View::Curator), None, Err(ReportRefusal::Whose)),
            (&olive, Some(View::Buyer), None, Ok(Side::Buyer(me))),
        ] {
            assert_eq!(
                side(who, ask(view, payee)),
                wanted,
                "{who:?} {view:?} {payee:?}"
            );
        }
    }

    #[test]
    fn programs_need_the_scope() {
        let key = |scopes: &[Scope]| {
            Principal::Program(ApiKey {
                id: domain::ApiKeyId::from_bytes([1; 16]),
                name: "Books".into(),
                scopes: scopes.to_vec(),
            })
        };
        let may = key(&[Scope::ReadReports]);
        assert_eq!(side(&may, Ask::default()), Ok(Side::Store));
        let may_not = key(&[Scope::Buy, Scope::ReportUses]);
        assert_eq!(
            side(&may_not, Ask::default()),
            Err(ReportRefusal::NotAllowed)
        );
        assert_eq!(
            side(&may, ask(Some(View::Buyer), None)),
            Err(ReportRefusal::NotYours)
        );
    }
}
