//! Signing in by a link, and out.

use super::form::Submit;
use super::shell::Shell;

/// `GET /sign-in/{token}`: signing in takes a press on a button, so that a mail scanner
/// that follows the link doesn't use it up.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "sign_in.html", whitespace = "minimize")]
pub struct SignInPage {
    /// The frame.
    pub shell: Shell,
    /// Who the link is for.
    pub name: String,
    /// What they are here, for instance `Composer`.
    pub role: String,
    /// The button, `Sign in as …`.
    pub submit: Submit,
}

/// Shown after signing out.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "signed_out.html", whitespace = "minimize")]
pub struct SignedOutPage {
    /// The frame.
    pub shell: Shell,
}
