//! English names, for pages that are in English.

use crate::axes::{Placement, Purpose};
use crate::texts::Texts;

/// A placement's name.
#[must_use]
pub fn placement(place: Placement) -> &'static str {
    Texts::english().placement(place)
}

/// A purpose, as the object of "for".
#[must_use]
pub fn purpose(purpose: Purpose) -> &'static str {
    Texts::english().purpose(purpose)
}
