//! The rules of Clearcue: envelopes, offers, quotes, sales, bundles, splits, uses, imports.
//!
//! Everything here is a pure function of its arguments. This crate knows nothing of databases,
//! files, networks, clocks or chance: `now`, ids and random bytes are parameters. Amounts are
//! [`ledger::Money`], or `i64` micro-units (10⁻⁶ of the major unit) where the currency is given
//! by the context; credit is positive, debit negative. Times are UTC milliseconds.

pub mod account;
pub mod advance;
pub mod agreement;
pub mod asset;
pub mod axes;
pub mod axis;
pub mod breakdown;
pub mod bundle;
pub mod bundle_cut;
pub mod bundle_refund;
pub mod channel;
pub mod check;
pub mod codes;
pub mod compare;
pub mod country;
pub mod covers;
pub mod credits;
pub mod csv;
pub mod csv_reader;
pub mod cue;
pub mod cycle;
pub mod ddex;
pub mod envelope;
pub mod extras;
pub mod file_name;
pub mod forecast;
pub mod id;
pub mod identifier;
pub mod intended;
pub mod invariant;
pub mod invariant_money;
pub mod invariant_price;
pub mod invariant_wallet;
pub mod journal;
pub mod line;
pub mod naming;
pub mod offer;
pub mod payee_line;
pub mod payout;
pub mod plain;
pub mod plain_en;
pub mod pool;
pub mod price_table;
pub mod pricing;
pub mod promo;
pub mod quote;
pub mod refund;
pub mod report;
pub mod rule;
pub mod safelist;
pub mod sale;
pub mod set;
pub mod shortfall;
pub mod split;
pub mod standing;
pub mod statement;
pub mod subscription;
pub mod suggest;
pub mod tax_table;
pub mod template;
pub mod texts;
pub mod tier;
pub mod time;
pub mod usage;
mod use_cells;
pub mod use_table;
mod use_words;
pub mod wallet;
mod words;

pub use account::{Account, ProviderName};
pub use asset::AssetKind;
pub use bundle::{Bundle, Draw, NotEnough};
pub use channel::{Channel, ChannelError, Platform};
pub use compare::{includes, intersect, narrower};
pub use country::{Countries, Country};
pub use covers::{Shortfall, covers};
pub use credits::Credits;
pub use cycle::Cycle;
pub use envelope::{Envelope, EnvelopeError};
pub use file_name::file_name;
pub use id::{
    AdvanceId, ApiKeyId, ArtistId, AssetId, BundleId, ChannelId, CloseId, CycleId, ExchangeId,
    GiftId, JournalId, LicenceId, OfferId, PayeeId, PaymentId, PayoutBatchId, PayoutId, PersonId,
    ProposalId, QuoteId, RestRefundId, SessionId, SplitSheetId, SubscriptionId, TrackId,
    UncoveredId, WalletGrantId, WalletId, WalletLoadId, WalletRefundId, uuid7,
};
pub use intended::IntendedUse;
pub use line::Line;
pub use offer::{BundlePlan, Offer};
pub use payee_line::{LineKind, PayeeLine};
pub use payout::Payout;
pub use plain::{Plain, plain, plain_in};
pub use pool::{Plan, Pool};
pub use pricing::Pricing;
pub use quote::{QuoteAnswer, quote};
pub use report::UseReport;
pub use sale::{Rates, SaleSplit, Tax, split_sale};
pub use set::Set;
pub use split::{Shared, SplitSheet};
pub use subscription::Subscription;
pub use template::Template;
pub use texts::Texts;
pub use tier::Tier;
pub use time::Timestamp;
pub use usage::{Decision, judge};
