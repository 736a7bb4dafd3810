//! Buying clip time.

use super::form::Submit;
use super::shell::Shell;

/// One size of bundle.
#[derive(Debug, Clone)]
pub struct BundlePlan {
    /// Its name, for instance `Ten minutes`.
    pub name: String,
    /// How much clip time, as a timecode, for instance `10:00`.
    pub time: String,
    /// The price, for instance `$10.00`.
    pub price: String,
    /// What a second costs, for instance `1.7 ¢ a second`.
    pub rate: String,
    /// What that is in videos, for instance `about 40 fifteen-second videos`.
    pub example: String,
    /// Whether it is the one pointed out.
    pub suggested: bool,
    /// The button that goes on to the checkout.
    pub submit: Submit,
}

/// `GET /bundles`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "bundles.html", whitespace = "minimize")]
pub struct BundlesPage {
    /// The frame.
    pub shell: Shell,
    /// The plans, the smallest first.
    pub plans: Vec<BundlePlan>,
    /// The rules that hold for all, a sentence each.
    pub rules: Vec<String>,
}
