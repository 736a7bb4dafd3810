//! What the pages show: one plain struct for each template, and nothing that decides.
//!
//! Every figure arrives here already worded (`"$5.00"`, `"0:42"`, `"97.2 BPM"`), so a
//! template never computes and a test can read a page's whole content from its struct.
//! This folder knows nothing of HTTP, of the database, of the rules or of the clock.
//!
//! Templates lie in `crates/web/templates`. They hold no inline style or script, because
//! the pages are served under a Content-Security-Policy without `unsafe-inline`; what the
//! scripts of `ui/` need is written in `data-…` attributes.

pub mod account;
pub mod breakdown;
pub mod bundles;
pub mod channels;
pub mod check;
pub mod checkout;
pub mod clip_time;
pub mod cue_sheet;
pub mod deals;
pub mod forecast;
pub mod form;
pub mod home;
pub mod licence;
pub mod licences;
pub mod operator;
pub mod payments;
pub mod payouts;
pub mod pool;
pub mod prices;
pub mod problem;
pub mod quote;
pub mod rates;
pub mod report;
pub mod reporters;
pub mod shell;
pub mod splits;
pub mod statements;
pub mod suggest;
pub mod terms;
pub mod track;
pub mod uncovered;
pub mod uses_import;
pub mod verify;
pub mod wallet;
pub mod wave;

pub use account::{SignInPage, SignedOutPage};
pub use breakdown::{Bar, BreakdownPage, BreakdownRow, Chart, LeftRow, Tab};
pub use bundles::{BundlePlan, BundlesPage};
pub use channels::{ChannelForm, ChannelLine, ChannelRow, ChannelsSection};
pub use check::{CheckAnswer, CheckPage, CheckedKey};
pub use checkout::{Again, CheckoutPage};
pub use clip_time::{ClipSection, DrawRow, GiftPage, GiftRow};
pub use cue_sheet::CueSheetPage;
pub use deals::{Confirm, DealForm, DealInput, DealRow, DealsPage};
pub use forecast::{Outlook, OutlookRow};
pub use form::{Alert, Choice, Field, Hidden, PriceLine, Submit};
pub use home::{Card, Facet, FacetValue, HomePage, Suggestion};
pub use licence::{
    ClipMeter, DeliveredFile, LicencePage, Paper, PublicLicencePage, ReceiptLine, Standing, Take,
    Takeable,
};
pub use licences::{LicenceRow, LicencesPage};
pub use operator::{AccountRow, AuditCheck, OperatorPage, Tally};
pub use payments::{
    EventRow, LicenceLink, OwingRow, PaymentPage, PaymentRow, PaymentsPage, RefundForm,
};
pub use payouts::{
    CostRow, DestinationForm, FileRow, LetterRow, PayoutDeskPage, PayoutRow, PayoutsPage,
    PurseShown, ReadyRow, TermsForm,
};
pub use pool::{
    ClosePage, CloseRow, ClosesPage, PaperRow, PoolPlanCard, RotationPage, SharedTrack, StayRow,
    SubscribePage, SubscriptionAction, SubscriptionPage, UsedRow,
};
pub use prices::{PlanRow, PriceRow, PricesPage, TierForm};
pub use problem::{NotFoundPage, ProblemPage};
pub use quote::{Covering, NotCovering, QuotePage, UpgradePage};
pub use rates::{RateRow, RatesPage};
pub use report::{Figure, HourBar, ReportPage, TrackRow, UseRow};
pub use reporters::{GapRow, MissingShown, ReporterRow, ReportersPage};
pub use shell::{Session, Shell, Theme};
pub use splits::{
    InvitationPage, InvitedRow, PartRow, ProposalShown, SplitFormPage, SplitFormRow,
    SplitInvitedPage, SplitShown, SplitSum, SplitsPage, TrackSplits,
};
pub use statements::{PayeesPage, StatementLink, StatementRow, StatementsPage};
pub use suggest::{HabitForm, MixShown, SuggestPage};
pub use terms::Terms;
pub use track::{Credit, Fact, Stem, TrackPage, UseForm};
pub use uncovered::{OfferLink, UncoveredRow, UncoveredSection};
pub use uses_import::{ImportCover, ImportPage, ImportRow, ImportStepPage};
pub use verify::{VerifyAnswer, VerifyPage};
pub use wallet::{BundleRow as WalletBundleRow, MoveRow, PermissionRow, PermitForm, WalletPage};
pub use wave::Wave;
