//! The proof of a use from the transparency log: which use somebody means, whether they may have its
//! proof, and of several that were settled together the one that is asked for.

use data_encoding::HEXLOWER;
use domain::PayeeId;
use store::db::Tx;
use tlog::PartSalts;

use super::engine::roots::{self, NotShown, Single};
use crate::access::{Principal, Role, Scope};
use crate::proofs::{Form, ProofRefusal, of_line};
use crate::{App, Fault, Stop};

/// A use that was asked for.
enum Found {
    /// A line of the log: a single use, or several by their sum.
    Line([u8; 16]),
    /// One of the several that a line is over.
    Single(Single),
}

/// How a use is asked for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    /// The event's id, or an id of the store.
    event: &'a str,
    /// Of several settled together: which, from 1.
    nth: Option<u64>,
    /// By whom; by nobody where it is who sits at the store's own machine.
    who: Option<&'a Principal>,
}

/// The proof that a use was counted: for whoever reported it, its track's payees, the operator and
/// programs that may read all reports. It is named by its id here; by its reporter also by the
/// event's id. An id of several that were settled together is proven by their sum, or with `nth` by
/// the one of them that was received as the `nth`, from 1.
///
/// # Errors
/// [`ProofRefusal`]; somebody else's use is an unknown one.
pub async fn of_use(
    app: &App,
    who: &Principal,
    (event, nth): (&str, Option<u64>),
    form: Form,
) -> Result<Vec<u8>, Stop<ProofRefusal>> {
    let who = Some(who);
    of_asked(app, Asked { event, nth, who }, form).await
}

/// The same for whoever sits at the store's own machine: any use, by its id.
///
/// # Errors
/// [`ProofRefusal`].
pub async fn of_any_use(
    app: &App,
    (event, nth): (&str, Option<u64>),
    form: Form,
) -> Result<Vec<u8>, Stop<ProofRefusal>> {
    let who = None;
    of_asked(app, Asked { event, nth, who }, form).await
}

async fn of_asked(app: &App, asked: Asked<'_>, form: Form) -> Result<Vec<u8>, Stop<ProofRefusal>> {
    let place = asked.place(app).await?;
    let mut tx = app.read().await?;
    let (id, part) = match asked.find(app, &mut tx, place).await? {
        Found::Line(id) => (id, None),
        Found::Single(single) => (single.line, Some(single.part)),
    };
    of_line(app, &mut tx, (&id, part), form).await
}

impl Asked<'_> {
    /// Where the event lies whose reporter asks for it. Look before the snapshot is taken that it must
    /// be settled in.
    async fn place(&self, app: &App) -> Result<Option<(u64, u32)>, Fault> {
        match self.who.filter(|_| self.nth.is_none()) {
            Some(who) => app.engine.place(&who.name(), self.event).await,
            None => Ok(None),
        }
    }

    /// The use; somebody else's is an unknown one.
    async fn find(
        self,
        app: &App,
        tx: &mut Tx,
        place: Option<(u64, u32)>,
    ) -> Result<Found, Stop<ProofRefusal>> {
        let salts = PartSalts::of_log(&app.issuer.log_secret());
        if let Some(who) = self.who.filter(|_| self.nth.is_none()) {
            let values = [who.name().into(), self.event.into()];
            if let Some(row) = tx.optional(REPORTED, &values).await? {
                return Ok(Found::Line(row.id("id")?));
            }
        }
        if let Some(place) = place {
            let single = roots::at(tx, &salts, place).await?;
            return single.map(Found::Single).map_err(|why| self.refused(why));
        }
        let id = named(self.event).ok_or_else(|| self.unknown())?;
        if self.nth.is_none() && tx.optional(BY_ID, &[(&id).into()]).await?.is_some() {
            return match self.may(tx, &id, None).await? {
                true => Ok(Found::Line(id)),
                false => Err(self.unknown()),
            };
        }
        self.single(tx, &salts, &id).await
    }

    /// One of several, by its line's id and its number, or by its own id.
    async fn single(
        self,
        tx: &mut Tx,
        salts: &PartSalts,
        id: &[u8; 16],
    ) -> Result<Found, Stop<ProofRefusal>> {
        // Making a tree again takes long: only for a program that may turn out to be the
        // reporter, or for whoever may have what comes of it.
        let is_program = matches!(self.who, Some(Principal::Program(_)));
        if !is_program && self.nth.is_some() && !self.may(tx, id, None).await? {
            return Err(self.unknown());
        }
        let found = match self.nth {
            Some(nth) => roots::of_line(tx, salts, (id, nth)).await?,
            None => match roots::named(tx, id).await? {
                Some(place) => roots::at(tx, salts, place).await?,
                None => Err(NotShown::Unknown),
            },
        };
        let (line, reporter) = match &found {
            Ok(single) => (single.line, Some(single.reporter.as_str())),
            Err(_) => (*id, None),
        };
        if !self.may(tx, &line, reporter).await? {
            return Err(self.unknown());
        }
        match found {
            Ok(single) => Ok(Found::Single(single)),
            Err(NotShown::Alone) if self.nth == Some(1) => Ok(Found::Line(line)),
            Err(why) => Err(self.refused(why)),
        }
    }

    /// Whether the asker may know of a line, or of its use that this reporter sent.
    async fn may(
        &self,
        tx: &mut Tx,
        line: &[u8; 16],
        reporter: Option<&str>,
    ) -> Result<bool, Fault> {
        let Some(who) = self.who.filter(|who| !who.may(Scope::ReadReports)) else {
            return Ok(true);
        };
        if reporter.is_some_and(|reporter| reporter == who.name()) {
            return Ok(true);
        }
        if let Principal::Person(person) = who
            && person.role == Role::Composer
        {
            return match person.payee {
                Some(payee) => paid(tx, line, payee).await,
                None => Ok(false),
            };
        }
        let values = [line.into(), who.name().into()];
        Ok(tx.optional(REPORTED_ID, &values).await?.is_some())
    }

    fn unknown(&self) -> Stop<ProofRefusal> {
        let named = self.event.chars().take(64).collect();
        Stop::Refused(ProofRefusal::UnknownUse(named))
    }

    fn refused(&self, why: NotShown) -> Stop<ProofRefusal> {
        match why {
            NotShown::Unknown | NotShown::Alone => self.unknown(),
            NotShown::Before => Stop::Refused(ProofRefusal::SumOnly),
            NotShown::Dropped => Stop::Refused(ProofRefusal::Dropped),
        }
    }
}

/// A use's id as it is named to people.
fn named(text: &str) -> Option<[u8; 16]> {
    let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok()
}

async fn paid(tx: &mut Tx, line: &[u8; 16], payee: PayeeId) -> Result<bool, Fault> {
    let values = [line.into(), payee.bytes().into()];
    Ok(tx.optional(PAID_BY, &values).await?.is_some())
}

const REPORTED: &str = "select id from uses where reporter = $1 and event_id = $2";

const REPORTED_ID: &str = "select id from uses where id = $1 and reporter = $2";

const BY_ID: &str = "select id from uses where id = $1";

/// Those it paid; where it paid nobody, those on a sheet of its track.
const PAID_BY: &str = "
    select u.id from uses u
     where u.id = $1
       and (exists (select 1 from payee_lines e
                     where e.kind = 'use' and e.source_id = u.settlement_id
                       and e.sheet_id = u.sheet_id and e.payee_id = $2)
            or u.earned_micros = 0 and exists (
                select 1 from split_sheets s join split_shares h on h.sheet_id = s.id
                 where s.track_id = u.track_id and h.payee_id = $2))";
