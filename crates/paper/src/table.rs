//! Tables: columns by parts of the width, rows that are never broken, a head on every page.

use std::sync::Arc;

use crate::block::{Style, Table};
use crate::draw::{GOLD, HAIR, INK, Op};
use crate::font::Face;
use crate::look::{Look, cell, look};
use crate::piece::Piece;

/// Between two columns, in points.
const GUTTER: f32 = 9.0;
/// Above and below a row's text.
const PADDING: f32 = 3.2;

/// The pieces of a table: a row each.
pub(crate) fn lay(table: &Table, width: f32) -> Vec<Piece> {
    let body = Look {
        size: 9.2,
        leading: 12.0,
        ..look(Style::Body)
    };
    let head = Look {
        face: Face::Semibold,
        size: 8.2,
        leading: 10.5,
        colour: GOLD,
        ..body
    };
    let total = Look {
        face: Face::Semibold,
        ..body
    };
    let heads: Vec<_> = table.columns.iter().map(|c| c.head.clone()).collect();
    let mut top = row(table, &heads, head, width);
    let line = top.height - 0.4;
    top.ops.push(Op::rule([0.0, line], [width, line], INK, 0.8));
    let head = Arc::new(top.clone());
    let mut pieces = vec![Piece { keep: true, ..top }];
    for cells in &table.rows {
        let mut piece = row(table, cells, body, width);
        let line = piece.height - 0.2;
        piece
            .ops
            .push(Op::rule([0.0, line], [width, line], HAIR, 0.4));
        pieces.push(piece);
    }
    let last = table.totals.len().saturating_sub(1);
    for (at, cells) in table.totals.iter().enumerate() {
        let mut piece = row(table, cells, total, width);
        if at == 0 {
            piece.ops.push(Op::rule([0.0, 0.0], [width, 0.0], INK, 0.8));
        }
        piece.keep = at < last;
        pieces.push(piece);
    }
    for piece in pieces.iter_mut().skip(1) {
        piece.head = Some(head.clone());
    }
    pieces.push(Piece::gap(6.0));
    pieces
}

fn row(table: &Table, cells: &[String], look: Look, width: f32) -> Piece {
    let count = u16::try_from(table.columns.len()).unwrap_or(u16::MAX);
    let parts: f32 = table
        .columns
        .iter()
        .map(|c| f32::from(c.parts.max(1)))
        .sum();
    let room = (width - GUTTER * f32::from(count.saturating_sub(1))).max(1.0);
    let (mut x, mut height) = (0.0, look.leading);
    let mut ops = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        let wide = room * f32::from(column.parts.max(1)) / parts;
        let text = cells.get(at).map_or("", String::as_str);
        let piece = cell(text, look, column.align, wide);
        height = height.max(piece.height);
        ops.extend(piece.ops.into_iter().map(|op| op.moved([x, PADDING])));
        x += wide + GUTTER;
    }
    Piece::solid(height + 2.0 * PADDING, ops)
}
