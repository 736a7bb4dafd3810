//! Proposing payouts: a run over everybody whose pay day has come, or one payee's own wish.
//!
//! Before: what is paid is available, counted under a lock. After, in one transaction a payee:
//! the payout, its history and its journal; the money is in transit from then on. Two runs at
//! once pay once.

use domain::agreement::Purse;
use domain::payout::State;
use domain::payout::terms::Preview;
use domain::{Account, LineKind, PayeeId, Payout, PayoutId, PersonId};
use ledger::{Currency, JournalDraft, Money};
use store::db::Tx;
use thiserror::Error;

use super::balance::{self, Why};
use super::destination::{self, Set};
use super::once::{self, Key, KeyRefusal};
use super::rules::{self, Local};
use super::{AccessRefusal, Hand, PayoutSeen, list, step, terms};
use crate::accounts::booking::{Booking, purse};
use crate::stop::Tries;
use crate::{App, Call, Fault, Refusal, Stop};

/// What a run has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// The payouts it proposed.
    pub proposed: Vec<PayoutSeen>,
    /// Whose pay day had come, and why nothing is paid to them.
    pub not_yet: Vec<(PayeeId, Currency, Why)>,
}

/// Why nothing is proposed. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProposeRefusal {
    /// Not theirs, or nobody's.
    #[error(transparent)]
    Access(#[from] AccessRefusal),
    /// No key, or another's.
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    /// It can't be paid now.
    #[error(transparent)]
    Why(#[from] Why),
}

impl Refusal for ProposeRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Access(refusal) => refusal.code(),
            Self::Key(refusal) => refusal.code(),
            Self::Why(Why::Held(_)) => "payouts_held",
            Self::Why(Why::NoDestination) => "no_destination",
            Self::Why(Why::Unset(_)) => "limits_not_set",
            Self::Why(_) => "nothing_to_pay",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Access(refusal) => refusal.field(),
            Self::Key(refusal) => refusal.field(),
            Self::Why(_) => None,
        }
    }
}

/// Who proposes.
#[derive(Debug, Clone)]
pub(super) struct Proposer<'a> {
    pub(super) name: &'a str,
    /// An operator in person; then somebody else must release.
    pub(super) operator: Option<PersonId>,
    pub(super) run: [u8; 16],
    /// Whether only a pay day that has come counts.
    pub(super) by_the_day: bool,
}

/// Proposes what is due for everybody, at the operator's wish; [`super::pay_days`] does it by
/// itself.
/// The same key again answers with what it proposed the first time.
///
/// # Errors
/// [`ProposeRefusal`]; payees who were proposed before a fault keep their payouts.
pub async fn due(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    key: Option<Key<'_>>,
) -> Result<Run, Stop<ProposeRefusal>> {
    super::operators(hand).map_err(|e| Stop::Refused(e.into()))?;
    let run_id = call.id();
    let mut tries = Tries::default();
    let whose = loop {
        match begin(app, call, key, &run_id).await {
            Err(stop) if tries.again(&stop) => {}
            Err(stop) => return Err(stop),
            Ok(Begun::Before(run)) => return Ok(run),
            Ok(Begun::Now(whose)) => break whose,
        }
    };
    let name = hand.name();
    let proposer = Proposer {
        name: &name,
        operator: super::person(hand),
        run: run_id,
        by_the_day: true,
    };
    let mut run = Run::default();
    for (payee, currency) in whose {
        match propose(app, call, &proposer, (payee, currency)).await? {
            Ok(Some(id)) => run.proposed.push(id),
            Ok(None) => {}
            Err(why) => run.not_yet.push((payee, currency, why)),
        }
    }
    Ok(run)
}

/// Proposes a payout of all that is available to one payee, whatever the day.
///
/// # Errors
/// [`ProposeRefusal`].
pub async fn request(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    (payee, currency): (PayeeId, Currency),
    key: Option<Key<'_>>,
) -> Result<PayoutSeen, Stop<ProposeRefusal>> {
    super::payees(hand, payee).map_err(|e| Stop::Refused(e.into()))?;
    let run_id = call.id();
    let mut tries = Tries::default();
    loop {
        match asked(app, call, hand, (payee, currency), key, run_id).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

async fn asked(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    (payee, currency): (PayeeId, Currency),
    key: Option<Key<'_>>,
    run: [u8; 16],
) -> Result<PayoutSeen, Stop<ProposeRefusal>> {
    let asked = format!("payout request {payee} {currency}");
    let mut tx = app.db.write().await?;
    if super::name(&mut tx, payee).await?.is_none() {
        let refusal = AccessRefusal::UnknownPayee(payee);
        return Err(Stop::Refused(refusal.into()));
    }
    let earlier = once::claim(&mut tx, call, key, &asked, &run).await?;
    if let Some(earlier) = earlier.map_err(|e| Stop::Refused(e.into()))? {
        let made = list::of_run(&mut tx, &earlier).await?.into_iter().next();
        return made.ok_or_else(|| Fault::because("asking for a payout", "it vanished").into());
    }
    let name = hand.name();
    let operator = super::operators(hand)
        .ok()
        .and_then(|()| super::person(hand));
    let proposer = Proposer {
        name: &name,
        operator,
        run,
        by_the_day: false,
    };
    // The key is kept with the payout, or not at all.
    let home = app.settings.currency;
    let made = attempt(&mut tx, call, &proposer, (payee, currency), home).await?;
    match made {
        Ok(Some(seen)) => {
            tx.commit().await?;
            Ok(seen)
        }
        Ok(None) => Err(Fault::because("asking for a payout", "a day was asked for").into()),
        Err(why) => Err(Stop::Refused(why.into())),
    }
}

/// What an operator's run begins with.
enum Begun {
    /// The same request had been carried out.
    Before(Run),
    /// Whom to look at.
    Now(Vec<(PayeeId, Currency)>),
}

async fn begin(
    app: &App,
    call: &Call,
    key: Option<Key<'_>>,
    run: &[u8; 16],
) -> Result<Begun, Stop<ProposeRefusal>> {
    let mut tx = app.db.write().await?;
    let earlier = once::claim(&mut tx, call, key, "payout run", run).await?;
    if let Some(earlier) = earlier.map_err(|e| Stop::Refused(e.into()))? {
        return Ok(Begun::Before(Run {
            proposed: list::of_run(&mut tx, &earlier).await?,
            not_yet: Vec::new(),
        }));
    }
    let mut whose = Vec::new();
    for row in tx.all(WHOSE, &[]).await? {
        let payee = PayeeId::from_bytes(row.id("payee_id")?);
        whose.push((payee, super::currency(&row.text("currency")?)?));
    }
    tx.commit().await?;
    Ok(Begun::Now(whose))
}

/// One payee, tried again where somebody else moved their money at the same moment.
pub(super) async fn propose(
    app: &App,
    call: &mut Call,
    proposer: &Proposer<'_>,
    whose: (PayeeId, Currency),
) -> Result<Result<Option<PayoutSeen>, Why>, Fault> {
    let mut tries = Tries::default();
    loop {
        let mut tx = app.db.write().await?;
        let home = app.settings.currency;
        let done = match attempt(&mut tx, call, proposer, whose, home).await {
            Ok(outcome) => tx.commit().await.map(|()| outcome).map_err(Fault::from),
            Err(fault) => Err(fault),
        };
        match done {
            Err(fault) if tries.again(&fault) => {}
            done => return done,
        }
    }
}

/// One payee. Their row of looks keeps two runs apart, and their account's row keeps everything
/// else that moves it waiting, so that what is counted stays true until it is posted.
async fn attempt(
    tx: &mut Tx,
    call: &mut Call,
    proposer: &Proposer<'_>,
    (payee, currency): (PayeeId, Currency),
    home: Currency,
) -> Result<Result<Option<PayoutSeen>, Why>, Fault> {
    lock(tx, payee, currency).await?;
    let local = rules::in_currency(tx, home, currency).await?;
    let terms = terms::in_force(tx, &local.rules, payee, currency).await?;
    if proposer.by_the_day {
        let since = balance::looked(tx, payee, &terms).await?;
        if terms.pay_day_after(since).is_none_or(|day| call.now < day) {
            return Ok(Ok(None));
        }
    }
    let destination = destination::latest(tx, payee).await?;
    let (balance, _) = balance::earned(tx, call.now, payee, &terms).await?;
    let available = Money::new(balance.available, currency);
    let can = balance::can(&local, &terms, destination.as_ref(), call.now, available);
    // Who waits for something that ends between two pay days is looked at again in the next run.
    let waits = matches!(
        can,
        Err(Why::Held(_) | Why::NoDestination | Why::Unset(_))
            | Err(Why::RailClosed(_) | Why::OtherCurrency(..))
    );
    if proposer.by_the_day && !waits {
        let values = [
            payee.bytes().into(),
            currency.code().into(),
            call.now.0.into(),
        ];
        tx.run(LOOK, &values).await?;
    }
    let (preview, set) = match (can, destination) {
        (Ok(preview), Some(set)) => (preview, set),
        (Err(why), _) => return Ok(Err(why)),
        (Ok(_), None) => return Ok(Err(Why::NoDestination)),
    };
    let seen = write(tx, call, proposer, &local, payee, &set, &preview, available).await?;
    Ok(Ok(Some(seen)))
}

async fn lock(tx: &mut Tx, payee: PayeeId, currency: Currency) -> Result<(), Fault> {
    let values = [payee.bytes().into(), currency.code().into()];
    tx.run(OPEN_LOOK, &values).await?;
    let looks = format!("{LOCK_LOOK}{}", tx.for_update());
    tx.one(&looks, &values).await?;
    let account = Account::Payee(payee).id();
    let balance = format!("{LOCK_BALANCE}{}", tx.for_update());
    let values = [account.as_str().into(), currency.code().into()];
    tx.optional(&balance, &values).await?;
    Ok(())
}

#[expect(
    clippy::too_many_arguments,
    reason = "one row of many columns, written once"
)]
async fn write(
    tx: &mut Tx,
    call: &mut Call,
    proposer: &Proposer<'_>,
    local: &Local,
    payee: PayeeId,
    set: &Set,
    preview: &Preview,
    available: Money,
) -> Result<PayoutSeen, Fault> {
    let currency = available.currency();
    let limit = local.limit();
    let limit = limit.map_err(Fault::while_("proposing a payout"))?;
    let id = PayoutId::from_bytes(call.id());
    let payout = Payout::propose(id, payee, preview.arrives, limit);
    let payout = payout.map_err(Fault::while_("proposing a payout"))?;
    // Whoever proposes has looked at it: the other one must be somebody else.
    let state = match payout.state() {
        State::AwaitingRelease { .. } => State::AwaitingRelease {
            first: proposer.operator,
        },
        other => other,
    };
    let first = match state {
        State::AwaitingRelease { first } => first.map(|person| person.bytes().to_vec()),
        _ => None,
    };
    let values = [
        id.bytes().into(),
        (&proposer.run).into(),
        payee.bytes().into(),
        currency.code().into(),
        set.to.rail().code().into(),
        set.version.into(),
        preview.arrives.micros().into(),
        preview.fee.micros().into(),
        available.micros().into(),
        state.word().into(),
        proposer.name.into(),
        call.now.0.into(),
        first.into(),
    ];
    tx.run(INSERT, &values).await?;
    let seen = super::locked(tx, id).await?;
    let seen = seen.ok_or_else(|| Fault::because("proposing a payout", "it vanished"))?;
    step::event(tx, call, &seen, state, (proposer.name, "")).await?;
    journals(tx, call, &seen).await?;
    Ok(seen)
}

/// What arrives goes in transit; the fee is booked beside it, as a line of its own.
async fn journals(tx: &mut Tx, call: &mut Call, seen: &PayoutSeen) -> Result<(), Fault> {
    let source = seen.id.to_string();
    let currency = seen.amount.currency();
    let from = purse(tx, seen.payee).await?;
    if from != Purse::Payee(seen.payee) {
        return Err(Fault::because(
            "proposing a payout",
            "the payee isn't registered",
        ));
    }
    let memo = format!("a payout to {}", seen.payee_name);
    let draft = JournalDraft::new("payout", &source, &memo);
    let mut booking = Booking::new(draft, (LineKind::Payout, seen.id.bytes()), currency);
    let transit = Account::InTransit(seen.rail.provider());
    booking.post(&transit, seen.amount.micros());
    booking.credit(from, None, -seen.amount.micros())?;
    booking.write(tx, call).await?;
    if seen.fee.is_zero() {
        return Ok(());
    }
    let draft = JournalDraft::new("payout_fee", &source, &memo);
    let mut booking = Booking::new(draft, (LineKind::PayoutFee, seen.id.bytes()), currency);
    booking.post(&Account::PayoutFees, seen.fee.micros());
    booking.credit(from, None, -seen.fee.micros())?;
    booking.write(tx, call).await?;
    Ok(())
}

const WHOSE: &str = "
    select distinct l.payee_id, l.currency from payee_lines l join payees p on p.id = l.payee_id
     where l.purse = 'payee' and p.registered_ms is not null order by l.payee_id, l.currency";

const OPEN_LOOK: &str = "
    insert into payout_looks (payee_id, currency, looked_ms) values ($1, $2, 0)
    on conflict do nothing";

const LOCK_LOOK: &str = "select looked_ms from payout_looks where payee_id = $1 and currency = $2";

const LOCK_BALANCE: &str =
    "select amount_micros from balances where account = $1 and currency = $2";

const LOOK: &str = "update payout_looks set looked_ms = $3 where payee_id = $1 and currency = $2";

const INSERT: &str = "
    insert into payouts (id, run_id, payee_id, currency, rail, destination_version,
                         amount_micros, fee_micros, available_micros, state, proposed_by,
                         proposed_ms, first_release, changed_ms)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12)";
