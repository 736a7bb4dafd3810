//! Pieces: parts of a document that are never broken over pages.

use std::sync::Arc;

use crate::draw::Op;

/// A part that is set whole, its operations relative to its upper left corner.
#[derive(Debug, Clone, Default)]
pub(crate) struct Piece {
    pub(crate) height: f32,
    pub(crate) ops: Vec<Op>,
    /// Stands on the same page as what follows.
    pub(crate) keep: bool,
    /// White space, left out at the top of a page.
    pub(crate) blank: bool,
    /// Begins a page.
    pub(crate) breaks: bool,
    /// What is repeated above it where it is the first of a page.
    pub(crate) head: Option<Arc<Piece>>,
}

impl Piece {
    pub(crate) fn solid(height: f32, ops: Vec<Op>) -> Self {
        Self {
            height,
            ops,
            ..Self::default()
        }
    }

    pub(crate) fn gap(height: f32) -> Self {
        Self {
            height,
            blank: true,
            ..Self::default()
        }
    }

    pub(crate) fn page_break() -> Self {
        Self {
            breaks: true,
            blank: true,
            ..Self::default()
        }
    }

    /// Pieces one under another, as one.
    pub(crate) fn stacked(pieces: Vec<Self>) -> Self {
        let mut whole = Self::default();
        for piece in pieces {
            let down = [0.0, whole.height];
            whole
                .ops
                .extend(piece.ops.into_iter().map(|op| op.moved(down)));
            whole.height += piece.height;
        }
        whole
    }
}
