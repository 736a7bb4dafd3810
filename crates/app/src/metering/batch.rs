//! The events of a request, borrowed from the body that they came in, and their answers.

use domain::usage::UseRefusal;
use domain::{ApiKeyId, LicenceId, TrackId};
use meter::event::{self, Bad, BatchError, Event, Form, Read};
use self_cell::self_cell;

use super::report::{Answer, Receipt};
use crate::access::{Principal, Scope};

/// What could be read, and why the others couldn't.
type Events<'a> = Vec<Result<Event<'a>, Receipt>>;

self_cell!(
    /// A body and the events in it: nothing of a good event is copied.
    pub(super) struct Batch {
        owner: Vec<u8>,
        #[covariant]
        dependent: Events,
    }
);

impl Batch {
    /// The events of a body.
    ///
    /// # Errors
    /// [`BatchError`] where it can't be cut into events.
    pub(super) fn read(body: Vec<u8>, form: Form) -> Result<Batch, BatchError> {
        Batch::try_new(body, |body| {
            let events = event::read_batch(body, form)?;
            Ok(events.into_iter().map(or_why).collect())
        })
    }

    /// Events that stand for themselves.
    pub(super) fn of(events: Vec<Result<Event<'static>, Receipt>>) -> Batch {
        Batch::new(Vec::new(), |_| events)
    }
}

/// Whose licences events may fall under that name a channel in place of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Anyone's: the operator trusts the reporter with it.
    Anyones,
    /// Those of this buyer alone.
    Of([u8; 16]),
}

impl Whose {
    /// What somebody may who reports uses.
    pub(super) fn by(who: &Principal) -> Whose {
        match who {
            who if who.may(Scope::ReportChannels) => Whose::Anyones,
            Principal::Person(person) => Whose::Of(*person.id.bytes()),
            Principal::Program(key) => Whose::Of(*key.id.bytes()),
            // No licence is of nobody.
            Principal::Guest => Whose::Of([0; 16]),
        }
    }
}

/// The events of one request.
pub(super) struct Asked {
    /// The name of the key that reports them.
    pub(super) reporter: String,
    /// That key, where a program reports: it must stand when its events are counted.
    pub(super) key: Option<ApiKeyId>,
    pub(super) whose: Whose,
    pub(super) batch: Batch,
}

impl Asked {
    /// The events in their order, and why those that are none aren't.
    pub(super) fn events(&self) -> &[Result<Event<'_>, Receipt>] {
        self.batch.borrow_dependent()
    }

    /// Those that could be read.
    pub(super) fn good(&self) -> impl Iterator<Item = &Event<'_>> {
        self.events().iter().flatten()
    }
}

/// What became of a request's events.
pub struct Reported {
    pub(super) asked: Asked,
    /// One for each event, in their order.
    pub(super) answers: Vec<Answer>,
    /// Those that lack cover, in their order.
    pub(super) lacks: Vec<Lacks>,
}

/// What was decided about a request's events.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) answers: Vec<Answer>,
    pub(super) lacks: Vec<Lacks>,
}

/// An event that was refused for lack of cover.
pub(super) struct Lacks {
    /// Its place in its request.
    pub(super) at: usize,
    /// The licence that it falls under and that doesn't cover it.
    pub(super) licence: LicenceId,
    /// The track used.
    pub(super) track: TrackId,
}

impl Judged {
    /// The same with what was judged.
    pub(super) fn of(self, asked: Asked) -> Reported {
        Reported {
            asked,
            answers: self.answers,
            lacks: self.lacks,
        }
    }
}

impl Reported {
    /// Each event's id as it was sent, cut to 64 characters and empty where it had none, with its
    /// answer.
    pub fn receipts(&self) -> impl Iterator<Item = (&str, &Answer)> + Clone {
        let ids = self.asked.events().iter().map(|event| match event {
            Ok(event) => cut(&event.id),
            Err(receipt) => &receipt.id,
        });
        ids.zip(&self.answers)
    }

    /// The same, each for itself.
    #[must_use]
    pub fn into_receipts(self) -> Vec<Receipt> {
        let ids: Vec<String> = self.receipts().map(|(id, _)| id.to_owned()).collect();
        let receipts = ids.into_iter().zip(self.answers);
        receipts
            .map(|(id, answer)| Receipt { id, answer })
            .collect()
    }
}

/// The first 64 characters.
fn cut(id: &str) -> &str {
    const MOST: usize = 64;
    if id.len() <= MOST {
        return id;
    }
    id.char_indices()
        .nth(MOST)
        .map_or(id, |(end, _)| &id[..end])
}

fn or_why(read: Read<'_>) -> Result<Event<'_>, Receipt> {
    read.map_err(|bad| {
        let Bad { id, error } = *bad;
        let answer = Answer::Refused(vec![UseRefusal::Field(error)]);
        Receipt { id, answer }
    })
}

/// An event for itself: the text that it was read from goes.
pub(super) fn owned(read: Read<'_>) -> Result<Event<'static>, Receipt> {
    or_why(read).map(|event| Event::from(event.to_report()))
}
