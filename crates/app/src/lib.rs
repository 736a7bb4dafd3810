//! The use cases of Clearcue: one folder a noun, one file a verb, each with its SQL at the foot.
//!
//! Every use case has one shape: read in one transaction, decide by a pure function of
//! `domain`, write the result with everything it causes in the same transaction. Time and
//! chance come in as a [`Call`]; nothing here reads a clock. This crate knows nothing of HTTP,
//! HTML or the command line.
//!
//! A use case answers with its outcome, or stops ([`Stop`]) for one of two kinds of reason: a
//! *refusal*, which is an answer with a stable code, or a *fault*, which is ours.

pub mod access;
pub mod accounts;
pub mod advances;
pub mod billing;
pub mod bundles;
mod call;
pub mod catalogue;
pub mod deals;
pub mod events;
pub mod exchanges;
mod issuer;
pub mod licensing;
pub mod mails;
mod many;
pub mod metering;
pub mod offers;
pub mod payees;
pub mod payments;
pub mod payouts;
pub mod proofs;
pub mod reports;
pub mod rotation;
mod schema;
mod settings;
pub mod splits;
pub mod statements;
mod stop;
pub mod subscriptions;
pub mod upkeep;
pub mod wallets;

pub use call::{Call, Edge};
pub use issuer::{Issuer, Keys, Signer};
pub use schema::MIGRATIONS;
pub use settings::{Ddex, Seller, Settings};
pub use stop::{Fault, Refusal, Stop};

// What callers hand to use cases and get back from them, for those that may not use the crates
// it is defined in (house.md, the table of floors).
pub use audio::Limits;
pub use domain::offer::{BUNDLE_PLANS, BundlePlan};
pub use domain::pool::IdleRule;
pub use domain::promo::Discount;
pub use domain::{
    AssetKind, Country, Envelope, EnvelopeError, IntendedUse, LicenceId, PayeeId, PaymentId, Plain,
    Rates, Tax, Template, Tier, Timestamp, TrackId, WalletId, plain,
};
pub use domain::{credits, cue};
pub use ledger::{Currency, Money};

use std::sync::Arc;

use store::blobs::Blobs;
use store::bus::Bus;
use store::db::Database;
use store::db::Tx;
use store::mail::Mail;
use store::search::Index;

/// One running Clearcue: its worlds and settings. Shared by reference; use cases are functions
/// over it.
pub struct App {
    /// The database, of either engine.
    pub db: Database,
    /// Where masters, stems, previews and cuts lie.
    pub blobs: Blobs,
    /// Where letters go.
    pub mail: Mail,
    /// Tells live reports what has just happened.
    pub bus: Bus,
    /// Counts uses.
    pub engine: Arc<metering::Engine>,
    /// Finds tracks.
    pub index: Index,
    /// Who signs. Without a signing key nothing is sold, and verifying still works.
    pub issuer: Issuer,
    /// The status list as it was last signed.
    pub statuses: licensing::status::Kept,
    /// The last audit of this process, for monitors.
    pub audits: accounts::metrics::Kept,
    /// Programs' keys that were asked for.
    pub keys: access::api_key::Kept,
    /// What the operator has set.
    pub settings: Settings,
    /// Where time and chance come from.
    pub edge: Edge,
}

impl App {
    /// Puts the parts together, with an empty search index.
    ///
    /// # Errors
    /// [`Fault`] when there is no memory for the index.
    pub fn new(
        db: Database,
        blobs: Blobs,
        mail: Mail,
        issuer: Issuer,
        settings: Settings,
        edge: Edge,
    ) -> Result<Self, Fault> {
        let index = Index::new(catalogue::SHAPE).map_err(Fault::while_("making the index"))?;
        let bus = Bus::in_process(1024);
        let engine =
            metering::Engine::new(db.clone(), bus.clone(), edge.clone(), issuer.log_secret());
        Ok(Self {
            db,
            blobs,
            bus,
            engine,
            mail,
            index,
            issuer,
            statuses: licensing::status::Kept::default(),
            audits: accounts::metrics::Kept::default(),
            keys: access::api_key::Kept::default(),
            settings,
            edge,
        })
    }

    /// A snapshot to read from, in which every use that was acknowledged stands: what isn't settled
    /// yet is settled first.
    ///
    /// # Errors
    /// [`Fault`] of the database.
    pub async fn read(&self) -> Result<Tx, Fault> {
        self.engine.settled_read().await
    }

    /// A transaction that may write. Every use that was acknowledged is settled in it, and none is
    /// counted before it ends: what it decides by they can't change. (What has nothing to do with
    /// uses, such as a sale, may write to `db` itself, and then read nothing by [`App::read`] meanwhile.)
    ///
    /// # Errors
    /// [`Fault`] of the database.
    pub async fn write(&self) -> Result<Tx, Fault> {
        self.engine.settled_write().await
    }

    /// The moment and the dice of one call, drawn at the edge.
    #[must_use]
    pub fn call(&self) -> Call {
        self.edge.call()
    }
}
