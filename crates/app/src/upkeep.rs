//! What a store does by itself as time passes: renewals, closes, idle money, reserves, clip time
//! that expires, pay days, letters, messages that never came, invoices that earlier builds owe, raw
//! reports that the operator keeps no longer.
//! Everything here is due or not by what is stored, so that running it twice, or late, does no
//! harm.

use crate::accounts::seals;
use crate::metering::engine::{drop, follow};
use crate::metering::uncovered;
use crate::subscriptions::{close, idle, renew, reserves};
use crate::{App, Fault, billing, bundles, events, mails, payments, payouts, statements};

/// What one round of upkeep has done: a word for each kind of work and how much of it there was.
pub type Done = Vec<(&'static str, usize)>;

/// Does everything that is due.
///
/// # Errors
/// [`Fault`] of the database; what was done before it stays done.
pub async fn run(app: &App) -> Result<Done, Fault> {
    // First: what comes after may fail, and a letter must not wait for that.
    let letters = mails::deliver::due(app, &app.call()).await?;
    let heard = payments::reconcile::due(app, &mut app.call()).await?;
    let billed = billing::owed::due(app, &app.call()).await?;
    let renewed = renew::due(app).await?;
    let closed = close::due(app).await?;
    let idle = idle::due(app).await?;
    let reserves = reserves::due(app).await?;
    let released = payments::release::due(app, &mut app.call()).await?;
    let expired = bundles::expire::due(app, &mut app.call()).await?;
    let proposed = payouts::pay_days::due(app, &mut app.call()).await?;
    let sealed = seals::due(app, &app.call()).await?;
    let stated = statements::log::due(app).await?;
    let lapsed = uncovered::drop_old(app, app.edge.now()).await?;
    // Bookkeeping that nobody needs to be told of.
    follow::follow(app).await?;
    let forgotten = events::prune::due(app, &app.call()).await?;
    let dropped = drop::due(app).await?;
    Ok(vec![
        ("payments with news from their provider", heard),
        ("invoices of earlier sales made", billed),
        ("subscriptions renewed", renewed.renewed),
        ("renewals declined", renewed.declined),
        ("subscriptions ended or paused", renewed.left),
        (
            "cycles closed",
            usize::try_from(closed.cycles).unwrap_or(usize::MAX),
        ),
        ("months of idle money shared", idle.len()),
        ("pool reserves released", reserves),
        ("reserves released", released),
        ("bundles expired", expired),
        ("payouts proposed", proposed),
        ("letters sent", letters),
        ("journals sealed", sealed),
        ("statements logged", stated),
        ("old events dropped", forgotten),
        (
            "blobs of raw reports dropped",
            usize::try_from(dropped.blobs).unwrap_or(usize::MAX),
        ),
        ("old uses without cover dropped", lapsed),
    ])
}
