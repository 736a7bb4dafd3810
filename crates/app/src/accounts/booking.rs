//! A journal in the making that changes what payees have: amounts are shared by the sheets in
//! force, each part goes to its payee or into their escrow, and every movement is kept as a line.
//! Journal, balances, lines and the sheets' progress are written in one go, or not at all.

use std::collections::BTreeMap;

use domain::agreement::{Purse, route};
use domain::{
    Account, AssetKind, JournalId, LicenceId, LineKind, PayeeId, PayeeLine, Shared, SplitSheet,
    SplitSheetId, TrackId,
};
use ledger::{Currency, Journal, JournalDraft, Money};
use store::db::Tx;

use super::sums::Earned;
use super::{post, recoup, sheets};
use crate::{Call, Fault};

/// Kind of the journals by which earnings pay back advances.
const RECOUPMENT: &str = "recoupment";

/// What an amount is earned by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct By {
    /// The track.
    pub(crate) track: TrackId,
    /// The kind of asset, where it is about one: it may have a sheet of its own.
    pub(crate) kind: Option<AssetKind>,
    /// The licence, where there is one alone.
    pub(crate) licence: Option<LicenceId>,
}

/// A journal in the making.
pub(crate) struct Booking {
    draft: JournalDraft,
    currency: Currency,
    line: LineKind,
    source_id: [u8; 16],
    lines: BTreeMap<(Purse, Option<SplitSheetId>), PayeeLine>,
    /// Lines without a sheet that are of another kind than the journal's own.
    kinds: BTreeMap<Purse, LineKind>,
    sheets: BTreeMap<SplitSheetId, SplitSheet>,
}

impl Booking {
    /// A journal of `draft`'s lines so far, whose further lines to payees are of this kind and
    /// come from this source, all in one currency.
    pub(crate) fn new(
        draft: JournalDraft,
        (line, source_id): (LineKind, &[u8; 16]),
        currency: Currency,
    ) -> Self {
        Self {
            draft,
            currency,
            line,
            source_id: *source_id,
            lines: BTreeMap::new(),
            kinds: BTreeMap::new(),
            sheets: BTreeMap::new(),
        }
    }

    /// Moves an account that is no payee's.
    pub(crate) fn post(&mut self, account: &Account, micros: i64) {
        let money = Money::new(micros, self.currency);
        self.draft.post(account.id(), money);
    }

    /// Shares an amount (negative to take back) by the sheet in force.
    pub(crate) async fn share(
        &mut self,
        tx: &mut Tx,
        call: &Call,
        by: By,
        micros: i64,
    ) -> Result<Shared, Fault> {
        let id = sheets::in_force(tx, by.track, by.kind, call.now).await?;
        self.share_by(tx, id, by.licence, micros).await
    }

    /// Shares an amount (negative to take back) by a sheet that may have been replaced since.
    pub(crate) async fn share_by(
        &mut self,
        tx: &mut Tx,
        id: SplitSheetId,
        licence: Option<LicenceId>,
        micros: i64,
    ) -> Result<Shared, Fault> {
        let sheet = match self.sheets.remove(&id) {
            Some(sheet) => sheet,
            None => sheets::locked(tx, id, self.currency).await?,
        };
        let shared = sheet
            .share(micros)
            .map_err(Fault::while_("sharing by a split sheet"))?;
        let registered = sheets::registered(tx, id).await?;
        let parts = route(&shared, &registered);
        domain::journal::post_shares(&mut self.draft, id, &parts, shared.carry, self.currency);
        for (purse, part) in parts {
            self.line(PayeeLine {
                purse,
                sheet: Some(id),
                licence,
                event_micros: micros,
                shared_after: Some(shared.shared_after),
                micros: part,
            })?;
        }
        self.sheets.insert(id, sheet.after(&shared));
        Ok(shared)
    }

    /// Credits (or, negative, debits) one purse without a sheet.
    pub(crate) fn credit(
        &mut self,
        purse: Purse,
        licence: Option<LicenceId>,
        micros: i64,
    ) -> Result<(), Fault> {
        self.post(&purse.account(), micros);
        self.line(PayeeLine {
            purse,
            sheet: None,
            licence,
            event_micros: micros,
            shared_after: None,
            micros,
        })
    }

    /// The same as a line of another kind than the journal's other lines are.
    pub(crate) fn credit_as(
        &mut self,
        kind: LineKind,
        purse: Purse,
        licence: Option<LicenceId>,
        micros: i64,
    ) -> Result<(), Fault> {
        self.kinds.insert(purse, kind);
        self.credit(purse, licence, micros)
    }

    /// Takes a leg of an earlier journal back (or gives it again), as a line under the sheet it
    /// was once shared by, without touching what that sheet has shared: cumulative floors of the
    /// leg itself say how much.
    pub(crate) fn reverse(
        &mut self,
        purse: Purse,
        (sheet, licence): (Option<SplitSheetId>, Option<LicenceId>),
        micros: i64,
    ) -> Result<(), Fault> {
        self.post(&purse.account(), micros);
        self.line(PayeeLine {
            purse,
            sheet,
            licence,
            event_micros: micros,
            shared_after: None,
            micros,
        })
    }

    fn line(&mut self, new: PayeeLine) -> Result<(), Fault> {
        let overflow = || Fault::because("adding up a payee's line", "it overflows");
        let key = (new.purse, new.sheet);
        let Some(line) = self.lines.get_mut(&key) else {
            self.lines.insert(key, new);
            return Ok(());
        };
        let sum = |a: i64, b: i64| a.checked_add(b).ok_or_else(overflow);
        line.micros = sum(line.micros, new.micros)?;
        line.event_micros = sum(line.event_micros, new.event_micros)?;
        line.shared_after = new.shared_after;
        if line.licence != new.licence {
            line.licence = None;
        }
        Ok(())
    }

    /// Writes it all; `None` when nothing moved. Lines of nothing are kept where a sheet shared
    /// something, so that a use too small to pay anybody is still seen. What was earned pays back
    /// its payees' advances first, in a journal of its own behind this one.
    pub(crate) async fn write(
        self,
        tx: &mut Tx,
        call: &mut Call,
    ) -> Result<Option<JournalId>, Fault> {
        let mut earned = BTreeMap::new();
        for line in self.lines.values() {
            if let Purse::Payee(payee) = line.purse {
                *earned.entry(payee).or_insert(0_i64) += line.micros;
            }
        }
        let (line, source_id, currency) = (self.line, self.source_id, self.currency);
        let Some((id, journal)) = self.book(tx, call).await? else {
            return Ok(None);
        };
        if !line.is_earning() || earned.is_empty() {
            return Ok(Some(id));
        }
        let recouped = recoup::earn(tx, currency, (line, &source_id), &earned).await?;
        let source = format!("{}:{}", journal.kind(), journal.source());
        let draft = JournalDraft::new(RECOUPMENT, source, journal.memo());
        let of = (LineKind::Recoupment, id.bytes());
        let mut booking = Booking::new(draft, of, currency);
        for (payee, micros) in recouped {
            booking.credit(Purse::Payee(payee), None, -micros)?;
            booking.post(&Account::Advance(payee), micros);
        }
        booking.book(tx, call).await?;
        Ok(Some(id))
    }

    async fn book(
        self,
        tx: &mut Tx,
        call: &mut Call,
    ) -> Result<Option<(JournalId, Journal)>, Fault> {
        let journal = self
            .draft
            .finish()
            .map_err(Fault::while_("finishing a journal"))?;
        let Some(journal) = journal else {
            return Ok(None);
        };
        let id = post::post(tx, call, &journal).await?;
        for sheet in self.sheets.values() {
            sheets::advance(tx, sheet, self.currency).await?;
        }
        let mut earned = Earned::default();
        for line in self.lines.values() {
            let other = self.kinds.get(&line.purse).copied();
            let kind = other.filter(|_| line.sheet.is_none()).unwrap_or(self.line);
            insert(tx, call, self.currency, (kind, &self.source_id), line).await?;
            let sheet = line.sheet.map_or([0; 16], |sheet| *sheet.bytes());
            earned.add(line.purse.payee(), kind, sheet, line.micros);
        }
        earned.write(tx, self.currency).await?;
        Ok(Some((id, journal)))
    }
}

/// The purse of a payee now: their account, or their escrow until they are registered.
pub(crate) async fn purse(tx: &mut Tx, payee: PayeeId) -> Result<Purse, Fault> {
    let values = [payee.bytes().into()];
    let mut at = tx
        .one(REGISTERED, &values)
        .await?
        .opt_int("registered_ms")?;
    if at.is_none() {
        // Who isn't registered stays so until this is written: else it would lie in an escrow
        // that was claimed meanwhile.
        let lock = format!("{REGISTERED}{}", tx.for_update());
        at = tx.one(&lock, &values).await?.opt_int("registered_ms")?;
    }
    Ok(match at {
        Some(_) => Purse::Payee(payee),
        None => Purse::Escrow(payee),
    })
}

async fn insert(
    tx: &mut Tx,
    call: &Call,
    currency: Currency,
    (kind, source_id): (LineKind, &[u8; 16]),
    line: &PayeeLine,
) -> Result<(), Fault> {
    let sheet = line.sheet.map_or([0; 16], |sheet| *sheet.bytes());
    let licence = line.licence.map(|licence| licence.bytes().to_vec());
    let values = [
        line.purse.payee().bytes().into(),
        line.purse.word().into(),
        kind.code().into(),
        source_id.into(),
        (&sheet).into(),
        licence.into(),
        call.now.0.into(),
        currency.code().into(),
        line.event_micros.into(),
        line.shared_after.into(),
        line.micros.into(),
    ];
    tx.run(INSERT, &values).await?;
    Ok(())
}

const REGISTERED: &str = "select registered_ms from payees where id = $1";

const INSERT: &str = "
    insert into payee_lines (payee_id, purse, kind, source_id, sheet_id, licence_id, at_ms,
                             currency, event_micros, shared_after_micros, micros)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
