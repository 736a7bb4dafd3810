//! A link by mail for a payee who must sign in anew before they change where they are paid.
//!
//! Before: they come by a session, and have said an address that is told of changes. After: a
//! letter with a sign-in link waits for that address, never for one that was typed just now; its
//! link makes a sign-in that counts as fresh. Whoever holds the session alone gets nowhere.

use domain::PayeeId;
use domain::payout::destination::mask_address;
use thiserror::Error;

use super::{AccessRefusal, Hand, destination};
use crate::access::{Principal, link};
use crate::{App, Call, Refusal, Stop, mails};

/// How long such a link is good for, in ms: a quarter of an hour.
pub const LINK_MS: i64 = 15 * 60 * 1000;
/// How long until another may be sent, in ms.
const AGAIN_MS: i64 = 2 * 60 * 1000;

/// Why no link is sent. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfirmRefusal {
    /// Not theirs.
    #[error(transparent)]
    Access(#[from] AccessRefusal),
    /// There is nothing to change, and nowhere to send it.
    #[error("nobody has said where you are paid yet: that needs no confirmation")]
    NoDestination,
    /// One is on its way.
    #[error("a link was sent just now: look into your mail, or ask again in two minutes")]
    JustSent,
}

impl Refusal for ConfirmRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Access(refusal) => refusal.code(),
            Self::NoDestination => "no_destination",
            Self::JustSent => "link_just_sent",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Access(refusal) => refusal.field(),
            Self::NoDestination | Self::JustSent => None,
        }
    }
}

/// Sends the payee a link; the masked address it goes to.
///
/// # Errors
/// [`ConfirmRefusal`].
pub async fn send(
    app: &App,
    call: &mut Call,
    hand: Hand<'_>,
    payee: PayeeId,
) -> Result<String, Stop<ConfirmRefusal>> {
    let refused = |refusal: ConfirmRefusal| Stop::Refused(refusal);
    let who = match hand {
        Hand::Asker(Principal::Person(person)) if person.payee == Some(payee) => person,
        _ => return Err(refused(AccessRefusal::NotYours.into())),
    };
    let mut tx = app.db.write().await?;
    let set = destination::latest(&mut tx, payee).await?;
    let set = set.ok_or_else(|| refused(ConfirmRefusal::NoDestination))?;
    let ends = call.now.plus_ms(LINK_MS);
    if link::ends_between(&mut tx, who.id, (ends.plus_ms(-AGAIN_MS), ends)).await? {
        return Err(refused(ConfirmRefusal::JustSent));
    }
    let secret = link::write(&mut tx, call, who.id, LINK_MS).await?;
    let body = format!(
        "{}, somebody who is signed in as you at {} wants to change where you are paid.\n\n\
         If that is you, sign in again by this link within a quarter of an hour. You then have \
         five minutes to make the change at {}/payouts:\n\n{}/sign-in/{secret}\n\n\
         If it isn't you, don't open the link, and tell the store.\n",
        who.name, app.settings.name, app.settings.public_url, app.settings.public_url,
    );
    let subject = "Sign in again to change where you are paid";
    mails::write(&mut tx, call, &set.notify, subject, &body).await?;
    tx.commit().await?;
    Ok(mask_address(&set.notify))
}
