//! Taking a gift of clip time.
//!
//! Before: the gift waits, its bundle's licence is in force and its time isn't over. After, in one
//! transaction: whoever took it has a licence of their own, with a code and a signed token, and a
//! bundle that ends when the giver's does; what is unearned has moved with the clip time. A link is
//! good for one taker.

use domain::bundle_cut::{CutBundle, gift_price};
use domain::journal::gift_journal;
use domain::{BundleId, BundlePlan, Envelope, GiftId, LicenceId, QuoteId, Timestamp};
use ledger::Money;
use store::db::{Row, Tx};
use thiserror::Error;

use super::gift::hash;
use crate::access::Principal;
use crate::accounts::clip_time::{self, Held};
use crate::accounts::post;
use crate::licensing::buy::Purchase;
use crate::licensing::sale::{self, NewBundle, Sale};
use crate::licensing::show;
use crate::licensing::{Licence, Line, QuotedOption};
use crate::stop::Tries;
use crate::{App, Call, Fault, Refusal, Stop, proofs};

/// A gift as its link shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// How much clip time, in ms.
    pub ms: i64,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// Why a gift isn't there to be taken. In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TakeRefusal {
    /// No such gift, or it was taken or taken back.
    #[error("this gift was taken already, or taken back: ask whoever sent the link")]
    Spent,
    /// Its time is over.
    #[error("this clip time has expired")]
    Expired,
    /// Its bundle's licence is on hold or withdrawn.
    #[error("this gift can't be taken now: ask whoever sent the link")]
    NotValid,
    /// Nobody is named.
    #[error("say who the licence is for: a name of 1 to 120 characters")]
    NoLicensee,
    /// The store has no signing key.
    #[error("this store can't sign a licence now: the gift waits, come back later")]
    CannotSign,
}

impl Refusal for TakeRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Spent => "gift_spent",
            Self::Expired => "clip_time_expired",
            Self::NotValid => "licence_not_valid",
            Self::NoLicensee => "licensee_required",
            Self::CannotSign => "no_signing_key",
        }
    }

    fn field(&self) -> Option<String> {
        (*self == Self::NoLicensee).then(|| "licensee".into())
    }
}

/// What a link holds. Changes nothing.
///
/// # Errors
/// [`TakeRefusal`].
pub async fn look(app: &App, call: &Call, token: &str) -> Result<Shown, Stop<TakeRefusal>> {
    let mut tx = app.read().await?;
    let row = tx.optional(BY_TOKEN, &[(&hash(token)).into()]).await?;
    let (row, held) = open(&mut tx, call, row, false).await?;
    Ok(Shown {
        ms: row.int("ms")?,
        expires_at: held.bundle.expires_at,
    })
}

/// Takes the gift of a link for somebody.
///
/// # Errors
/// [`TakeRefusal`]; nothing was changed then.
pub async fn take(
    app: &App,
    call: &mut Call,
    who: &Principal,
    token: &str,
    licensee: &str,
) -> Result<Licence, Stop<TakeRefusal>> {
    if !sale::is_licensee(licensee) {
        return Err(Stop::Refused(TakeRefusal::NoLicensee));
    }
    if app.issuer.signer(call.now).is_none() {
        return Err(Stop::Refused(TakeRefusal::CannotSign));
    }
    let mut tries = Tries::default();
    loop {
        match attempt(app, call, who, token, licensee).await {
            Err(stop) if tries.again(&stop) => {}
            done => return done,
        }
    }
}

async fn attempt(
    app: &App,
    call: &mut Call,
    who: &Principal,
    token: &str,
    licensee: &str,
) -> Result<Licence, Stop<TakeRefusal>> {
    let mut tx = app.write().await?;
    let row = tx.optional(BY_TOKEN, &[(&hash(token)).into()]).await?;
    let (row, held) = open(&mut tx, call, row, true).await?;
    let gift = GiftId::from_bytes(row.id("id")?);
    let id = LicenceId::from_bytes(call.id());
    let values = [gift.bytes().into(), call.now.0.into()];
    if tx.optional(TAKE, &values).await?.is_none() {
        return Err(Stop::Refused(TakeRefusal::Spent));
    }
    let (ms, micros) = (row.int("ms")?, row.int("micros")?);
    write(
        app,
        call,
        &mut tx,
        who,
        (id, gift),
        &held,
        (ms, micros),
        licensee,
    )
    .await?;
    let values = [gift.bytes().into(), id.bytes().into()];
    tx.run(NAME_LICENCE, &values).await?;
    proofs::licence(app, &mut tx, call.now, id).await?;
    tx.commit().await?;
    Ok(show::by_id(app, id).await?)
}

/// The gift's row and its bundle, where it can be taken now.
async fn open(
    tx: &mut Tx,
    call: &Call,
    row: Option<Row>,
    lock: bool,
) -> Result<(Row, Held), Stop<TakeRefusal>> {
    let refused = |refusal| Err(Stop::Refused(refusal));
    let Some(row) = row else {
        return refused(TakeRefusal::Spent);
    };
    let bundle = BundleId::from_bytes(row.id("bundle_id")?);
    let held = if lock {
        clip_time::locked(tx, bundle).await?
    } else {
        clip_time::find(tx, bundle).await?
    };
    let held = held.ok_or_else(|| Fault::because("opening a gift", "its bundle vanished"))?;
    if row.opt_int("taken_ms")?.is_some() || row.opt_int("withdrawn_ms")?.is_some() {
        return refused(TakeRefusal::Spent);
    }
    if held.bundle.expires_at <= call.now {
        return refused(TakeRefusal::Expired);
    }
    if held.status != "valid" || held.taken != 0 {
        return refused(TakeRefusal::NotValid);
    }
    Ok((row, held))
}

#[expect(
    clippy::too_many_arguments,
    reason = "what a licence is made of, written once"
)]
async fn write(
    app: &App,
    call: &mut Call,
    tx: &mut Tx,
    who: &Principal,
    (id, gift): (LicenceId, GiftId),
    held: &Held,
    (ms, micros): (i64, i64),
    licensee: &str,
) -> Result<(), Fault> {
    let row = tx.one(GIVEN, &[held.licence.bytes().into()]).await?;
    let quote = QuoteId::from_bytes(row.id("quote_id")?);
    let option = option(call, held, &row, ms)?;
    let purchase = Purchase {
        quote,
        offer: option.offer.clone(),
        licensee: licensee.to_owned(),
        email: None,
        card: String::new(),
        wallet: None,
        top_up: None,
    };
    let (plan, price) = (option.offer.clone(), option.total_micros);
    let sale = Sale {
        id,
        track: None,
        option,
        files: Vec::new(),
        paid_from: None,
        family: None,
    };
    sale.issue(app, call, tx, who, &purchase, Some(held.payment))
        .await?;
    let family = match who {
        Principal::Person(person) => *person.id.bytes(),
        Principal::Program(_) | Principal::Guest => *id.bytes(),
    };
    let new = BundleId::from_bytes(call.id());
    let bundle = NewBundle {
        bundle: CutBundle {
            id: new,
            sold_ms: ms,
            sold_micros: micros,
            consumed_ms: 0,
            gone_ms: 0,
            gone_micros: 0,
            base_ms: 0,
            base_micros: 0,
            expires_at: held.bundle.expires_at,
        },
        licence: id,
        plan: &plan,
        price: Money::new(price, held.price.currency()),
        family,
        gift: Some(gift),
    };
    bundle.insert(tx).await?;
    let unearned = Money::new(micros, held.price.currency());
    let journal = gift_journal(&id.to_string(), unearned, (held.bundle.id, new))
        .map_err(Fault::while_("journalling a gift"))?;
    post::post(tx, call, &journal).await?;
    Ok(())
}

/// What the taker's licence says: the giver's terms from now on, and a part of the price.
fn option(call: &Call, held: &Held, row: &Row, ms: i64) -> Result<QuotedOption, Fault> {
    let doing = "pricing a gift";
    let price = gift_price(held.price, ms, held.bundle.sold_ms);
    let price = price.map_err(Fault::while_(doing))?;
    let mut envelope: Envelope = serde_json::from_str(&row.text("envelope")?)
        .map_err(Fault::while_("reading a licence's envelope"))?;
    envelope.publish_window.from = Some(call.now);
    let plan = row.text("plan")?;
    let plan = BundlePlan::by_code(&plan).map_or(plan.as_str(), |plan| plan.code);
    Ok(QuotedOption::given(plan, envelope, ms, price))
}

impl QuotedOption {
    fn given(plan: &str, envelope: Envelope, ms: i64, worth: Money) -> Self {
        Self {
            offer: plan.to_owned(),
            asset: domain::AssetKind::Edit,
            tier: "bundle".to_owned(),
            label: format!("Clip time, {} seconds, a gift", ms / 1_000),
            total_micros: worth.micros(),
            before_tax_micros: worth.micros(),
            currency: worth.currency().code().to_owned(),
            lines: vec![Line {
                label: "Paid for by the giver".to_owned(),
                micros: worth.micros(),
            }],
            tax_included: None,
            envelope,
            bundle_ms: Some(ms),
            draws_ms: None,
            stem: None,
            value_micros: None,
            upgrade_of: None,
            deal: None,
        }
    }
}

const BY_TOKEN: &str = "
    select id, bundle_id, ms, micros, taken_ms, withdrawn_ms
      from gifts where token_sha256 = $1";

const TAKE: &str = "
    update gifts set taken_ms = $2
     where id = $1 and taken_ms is null and withdrawn_ms is null
 returning id";

const NAME_LICENCE: &str = "update gifts set licence_id = $2 where id = $1";

const GIVEN: &str = "
    select l.quote_id, l.envelope, b.plan
      from licences l join bundles b on b.licence_id = l.id
     where l.id = $1";
