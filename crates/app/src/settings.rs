//! What the operator has set, as use cases need it.

use domain::ddex::dsr::Parties;
use domain::{BundlePlan, Rates};
use ledger::Currency;
use serde::{Deserialize, Serialize};

/// The store's own settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The store's name, shown to buyers and written into licences.
    pub name: String,
    /// The address the store is reached at, without a final slash: it stands in keys and files.
    pub public_url: String,
    /// What licences are sold in.
    pub currency: Currency,
    /// The clip time on sale.
    pub bundles: Vec<BundlePlan>,
    /// Commission, reserve, fees and tax.
    pub rates: Rates,
    /// Under these terms licences are sold.
    pub terms: String,
    /// Who sells, as it stands on invoices.
    pub seller: Seller,
    /// After how many days a sale's reserve goes to the payees.
    pub reserve_days: u32,
    /// For how many days events are kept for whoever follows the store.
    pub events_days: u32,
    /// After how many days raw reports of uses are dropped; nothing: they are kept for ever.
    pub keep_raw_days: Option<u32>,
    /// What the sandbox signs its messages with (`whsec_` and Base64); empty where none are taken.
    pub sandbox_webhook_secret: String,
    /// Who letters are from; empty: `no-reply` at the store's host.
    pub mail_from: String,
    /// Reports to the trade; nothing while the operator hasn't said who reports to whom.
    pub ddex: Option<Ddex>,
}

/// Reports to the trade in DDEX's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ddex {
    /// Who sends them to whom.
    pub parties: Parties,
    /// Which versions of the standard's parts they say they go by (`dsrf/…`).
    pub version: String,
}

/// Who sells: what an invoice says of the store. All of it may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seller {
    /// The name in law; the store's name where it is empty.
    pub name: String,
    /// The postal address; `|` separates its lines.
    pub address: String,
    /// The number it is taxed under, such as a VAT number.
    pub tax_id: String,
}

impl Settings {
    /// The clip time of this code, where it is on sale.
    #[must_use]
    pub fn bundle(&self, code: &str) -> Option<&BundlePlan> {
        self.bundles.iter().find(|plan| plan.code == code)
    }

    /// The public page of a licence.
    #[must_use]
    pub fn licence_page(&self, code: &str) -> String {
        format!("{}/l/{code}", self.public_url)
    }

    /// The host of the public address, without a port.
    #[must_use]
    pub fn host(&self) -> &str {
        let after = self.public_url.split("://").nth(1);
        let host = after.and_then(|rest| rest.split(['/', ':']).next());
        let named = |host: &&str| {
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
            !host.is_empty() && host.chars().all(plain)
        };
        host.filter(named).unwrap_or("localhost")
    }

    /// Who letters are from: an address.
    #[must_use]
    pub fn mail_from(&self) -> String {
        if self.mail_from.is_empty() {
            format!("no-reply@{}", self.host())
        } else {
            self.mail_from.clone()
        }
    }

    /// Where the store's status list is.
    #[must_use]
    pub fn status_list(&self) -> String {
        format!("{}/v1/status-lists/1", self.public_url)
    }
}
