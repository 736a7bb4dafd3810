//! Buying: one option of a quote, paid once, becomes a licence.
//!
//! Before: the quote stands and its option is named. After, in one transaction: the licence
//! with its signed token, the payment, the journal, the payees' earnings and (for clip time)
//! the bundle; or nothing at all. The same request again gives the same licence.

use domain::{LicenceId, QuoteId, TrackId, WalletId, split_sale};
use ledger::Money;
use serde::Serialize;
use store::db::Tx;

use super::clear::{self};
pub use super::refused::BuyRefusal;
use super::sale::{self, Sale};
use super::{Claim, Licence, QuotedOption, Standing, held, offers, render, sandbox, show, top_up};
use crate::access::Principal;
use crate::accounts::once::{self, Once, OnceRefusal};
use crate::deals::promos;
use crate::stop::Tries;
use crate::wallets::spend;
use crate::{App, Call, Fault, Stop, proofs};

/// What is bought, by whom, and how it is paid.
#[derive(Debug, Clone, Serialize)]
pub struct Purchase {
    /// The quote.
    pub quote: QuoteId,
    /// Which of its options.
    pub offer: String,
    /// The name on the licence.
    pub licensee: String,
    /// Where to reach them, if they like.
    pub email: Option<String>,
    /// The card. (Only the sandbox is built: no real card is ever charged.)
    pub card: String,
    /// The wallet it is paid from, instead of the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wallet: Option<WalletId>,
    /// The clip time that this clip time tops up: a report under either draws on both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_up: Option<Claim>,
}

/// A purchase's outcome.
#[derive(Debug, Clone)]
pub struct Bought {
    /// The licence.
    pub licence: Licence,
    /// Whether this request had been carried out before.
    pub repeated: bool,
}

/// Buys.
///
/// # Errors
/// [`BuyRefusal`]; nothing was charged and nothing changed then.
pub async fn buy(
    app: &App,
    call: &mut Call,
    who: &Principal,
    key: &str,
    purchase: &Purchase,
) -> Result<Bought, Stop<BuyRefusal>> {
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, who, key, purchase).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

/// One transaction over the whole purchase. It may lose a race against a batch of uses that
/// locks the same payees in another order; nothing is written then, and it is run again.
async fn attempt(
    app: &App,
    call: &mut Call,
    who: &Principal,
    key: &str,
    purchase: &Purchase,
) -> Result<Bought, Stop<BuyRefusal>> {
    check_words(key, purchase)?;
    let name = who.name();
    let earlier = once::earlier(&mut app.read().await?, (&name, key), purchase).await;
    if let Some(earlier) = earlier.map_err(refused_key)? {
        return again(app, earlier).await;
    }
    let (track, option) = quoted(app, call, purchase).await?;
    // What is free needs no card.
    if option.total_micros > 0 && purchase.wallet.is_none() {
        sandbox::charge(&purchase.card).map_err(|refusal| {
            Stop::Refused(match refusal {
                sandbox::NotCharged::NoCard => BuyRefusal::BadCard,
                sandbox::NotCharged::Declined => BuyRefusal::Declined,
            })
        })?;
    }
    let files = match track {
        Some(track) => render::files(app, track, option.asset, option.stem.as_deref()).await?,
        None => Vec::new(),
    };
    let id = LicenceId::from_bytes(call.id());
    let sale = Sale {
        id,
        track,
        option,
        files,
        paid_from: purchase.wallet,
        family: None,
    };
    sell(app, call, who, key, purchase, sale).await
}

/// Writes a sale under its key, unless another request with this key was first.
async fn sell(
    app: &App,
    call: &mut Call,
    who: &Principal,
    key: &str,
    purchase: &Purchase,
    mut sale: Sale,
) -> Result<Bought, Stop<BuyRefusal>> {
    let (id, track) = (sale.id, sale.track);
    let mut tx = app.db.write().await?;
    let name = who.name();
    let claimed = once::once(&mut tx, call, (&name, key), purchase, id.bytes()).await;
    if let Once::Again(earlier) = claimed.map_err(refused_key)? {
        // Another request with this key was first, and has committed by now.
        drop(tx);
        return again(app, earlier).await;
    }
    // Asked again where no other sale of the track can come between: two buyers of an exclusive
    // licence both got here, and one of them is told. Nothing was charged then.
    if let Some(track) = track {
        clear::lock(&mut tx, track).await?;
        still_on_sale(&mut tx, call, track, &sale.option).await?;
    }
    let (upgrade_of, envelope) = (sale.option.upgrade_of, sale.option.envelope.clone());
    let promo = sale
        .option
        .deal
        .as_ref()
        .and_then(|deal| deal.promo.clone());
    if let Some((old, credit)) = upgrade_of {
        // Payments first, as whoever gives one back does.
        held::lock_payments(&mut tx, old).await?;
        still_valid(&mut tx, old).await?;
        still_paid(
            &mut tx,
            old,
            Money::new(credit, sale.option.total()?.currency()),
        )
        .await?;
    }
    let top_up = (purchase.top_up.as_ref(), sale.option.bundle_ms.is_some());
    let family = top_up::family(app, &mut tx, who, top_up, id).await;
    sale.family = Some(family.map_err(|stop| refused_as(stop, BuyRefusal::TopUp))?);
    if purchase.wallet.is_some() && sale.option.is_pool() {
        return Err(Stop::Refused(BuyRefusal::Wallet(
            spend::SpendRefusal::CardNeeded,
        )));
    }
    if let Some(wallet) = purchase.wallet
        && sale.option.total_micros > 0
    {
        let (of, price) = ((wallet, id), sale.option.total()?);
        let paid = spend::pay(&mut tx, call, who, of, price).await;
        paid.map_err(|stop| refused_as(stop, BuyRefusal::Wallet))?;
    }
    sale.write(app, call, &mut tx, who, purchase).await?;
    if let Some((code, off)) = promo
        && !promos::redeem(&mut tx, call, &code, id, off).await?
    {
        return Err(Stop::Refused(BuyRefusal::PromoUsedUp));
    }
    if let Some((old, credit)) = upgrade_of
        && !clear::upgrade(&mut tx, old, id, credit, call.now).await?
    {
        return Err(Stop::Refused(BuyRefusal::AlreadyUpgraded));
    }
    if let Some(track) = track {
        clear::close_others(&mut tx, id, track, call.now, &envelope).await?;
    }
    proofs::licence(app, &mut tx, call.now, id).await?;
    tx.commit().await?;
    Ok(Bought {
        licence: show::by_id(app, id).await?,
        repeated: false,
    })
}

/// What the same request bought before.
async fn again(app: &App, earlier: [u8; 16]) -> Result<Bought, Stop<BuyRefusal>> {
    Ok(Bought {
        licence: show::by_id(app, LicenceId::from_bytes(earlier)).await?,
        repeated: true,
    })
}

/// A key that was refused, in the words of a purchase.
fn refused_key(stop: Stop<OnceRefusal>) -> Stop<BuyRefusal> {
    refused_as(stop, |refusal| match refusal {
        OnceRefusal::BadKey => BuyRefusal::BadIdempotencyKey,
        OnceRefusal::Reused => BuyRefusal::KeyReused,
    })
}

fn refused_as<R>(stop: Stop<R>, into: impl FnOnce(R) -> BuyRefusal) -> Stop<BuyRefusal> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(into(refusal)),
        Stop::Fault(fault) => Stop::Fault(fault),
    }
}

fn check_words(key: &str, purchase: &Purchase) -> Result<(), Stop<BuyRefusal>> {
    let plain = |text: &str, most: usize| {
        let length = text.chars().count();
        (1..=most).contains(&length) && !text.chars().any(char::is_control)
    };
    if !plain(key, 128) {
        return Err(Stop::Refused(BuyRefusal::BadIdempotencyKey));
    }
    if !sale::is_licensee(&purchase.licensee) {
        return Err(Stop::Refused(BuyRefusal::NoLicensee));
    }
    let is_address = |text: &str| {
        plain(text, 254)
            && !text.contains(' ')
            && text.split_once('@').is_some_and(|(a, b)| {
                !a.is_empty() && b.contains('.') && !b.starts_with('.') && !b.ends_with('.')
            })
    };
    match purchase.email.as_deref() {
        Some(email) if !is_address(email) => Err(Stop::Refused(BuyRefusal::BadEmail)),
        _ => Ok(()),
    }
}

async fn quoted(
    app: &App,
    call: &Call,
    purchase: &Purchase,
) -> Result<(Option<TrackId>, QuotedOption), Stop<BuyRefusal>> {
    let mut tx = app.read().await?;
    let quote = tx.optional(QUOTE, &[purchase.quote.bytes().into()]).await?;
    let quote = quote.ok_or(Stop::Refused(BuyRefusal::UnknownQuote))?;
    if quote.int("expires_ms")? <= call.now.0 {
        return Err(Stop::Refused(BuyRefusal::QuoteExpired));
    }
    let options: Vec<QuotedOption> =
        serde_json::from_str(&quote.text("options")?).map_err(Fault::while_("reading a quote"))?;
    let unknown = || BuyRefusal::UnknownOption(purchase.offer.chars().take(40).collect());
    let option = options
        .into_iter()
        .find(|option| option.offer == purchase.offer);
    let option = option.ok_or_else(|| Stop::Refused(unknown()))?;
    // What is paid is what the journal will divide. A quote from before rates were frozen is divided
    // by those set now, which may give another total than it promised.
    let split = split_sale(option.before_tax()?, &option.rates(&app.settings.rates));
    let same = split.is_ok_and(|split| split.gross.micros() == option.total_micros);
    let free = (option.before_tax_micros, option.total_micros) == (0, 0);
    if !same && !free {
        return Err(Stop::Refused(BuyRefusal::QuoteExpired));
    }
    let track = match quote.opt_bytes("track_id")? {
        // Clip time that was quoted beside a track's offers holds for any.
        Some(_) if !option.is_for_any_track() => {
            let track = TrackId::from_bytes(quote.id("track_id")?);
            still_on_sale(&mut tx, call, track, &option).await?;
            Some(track)
        }
        _ => None,
    };
    if app.issuer.signer(call.now).is_none() {
        return Err(Stop::Refused(BuyRefusal::CannotSign));
    }
    Ok((track, option))
}

/// Refuses what has been closed since it was quoted.
async fn still_on_sale(
    tx: &mut Tx,
    call: &Call,
    track: TrackId,
    option: &QuotedOption,
) -> Result<(), Stop<BuyRefusal>> {
    let offer = option
        .offer
        .parse()
        .map_err(Fault::while_("reading a quote's offer"))?;
    if !offers::is_open(tx, offer).await? {
        return Err(Stop::Refused(BuyRefusal::OfferClosed));
    }
    match clear::bar_sale(tx, track, call.now).await? {
        Some(bar) => Err(Stop::Refused(BuyRefusal::Barred(bar))),
        None => Ok(()),
    }
}

/// Refuses to upgrade a licence that was suspended or revoked since it was quoted, and lets
/// nobody do so until the transaction ends.
async fn still_valid(tx: &mut Tx, old: LicenceId) -> Result<(), Stop<BuyRefusal>> {
    let sql = format!("{OLD_STATUS}{}", tx.for_update());
    let row = tx.one(&sql, &[old.bytes().into()]).await?;
    match Standing::from_word(&row.text("status")?)? {
        Standing::Valid => Ok(()),
        other => Err(Stop::Refused(BuyRefusal::NotValid(other))),
    }
}

/// Refuses to credit what has been given back since it was quoted.
async fn still_paid(tx: &mut Tx, old: LicenceId, credit: Money) -> Result<(), Stop<BuyRefusal>> {
    if held::credit(tx, old, credit).await?.micros() < credit.micros() {
        return Err(Stop::Refused(BuyRefusal::QuoteExpired));
    }
    Ok(())
}

const OLD_STATUS: &str = "select status from licences where id = $1";

const QUOTE: &str = "select track_id, options, expires_ms from quotes where id = $1";
