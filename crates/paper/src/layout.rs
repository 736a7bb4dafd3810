//! From blocks to pieces: how each kind of block looks.

use crate::block::{Align, Block, Style};
use crate::draw::{GOLD, GREY, HAIR, INK, Op, TINT};
use crate::font::Face;
use crate::look::{Look, base, cell, look, placed};
use crate::piece::Piece;
use crate::text::{line, wrap};
use crate::{seal, table};

/// The pieces of blocks in a column of this width.
pub(crate) fn lay(blocks: &[Block], width: f32) -> Vec<Piece> {
    blocks
        .iter()
        .flat_map(|block| lay_one(block, width))
        .collect()
}

fn lay_one(block: &Block, width: f32) -> Vec<Piece> {
    match block {
        Block::Text(style, align, text) => lay_text(*style, *align, text, width),
        Block::Sheet(lines) => lines
            .iter()
            .map(|(term, what)| sheet(term, what, width))
            .collect(),
        Block::List(mark, points) => points
            .iter()
            .flat_map(|point| list(*mark, point, width))
            .collect(),
        Block::Table(table) => table::lay(table, width),
        Block::Plate(code) => vec![plate(code, width)],
        Block::Seal(seal) => vec![seal::lay(seal)],
        Block::Beside(parts, left, right) => vec![beside(*parts, left, right, width)],
        Block::Rule => {
            let rule = Op::rule([0.0, 6.0], [width, 6.0], HAIR, 0.7);
            vec![Piece::solid(12.0, vec![rule])]
        }
        Block::Gap(points) => vec![Piece::gap(f32::from(*points))],
        Block::PageBreak => vec![Piece::page_break()],
    }
}

fn lay_text(style: Style, align: Align, text: &str, width: f32) -> Vec<Piece> {
    let look = look(style);
    let keep = matches!(style, Style::Heading | Style::Label);
    let spaced = if style == Style::Label {
        text.to_uppercase()
    } else {
        text.to_owned()
    };
    // Spaced letters are wider than their font says.
    let room = width * look.size / (look.size + 1.6 * look.spacing);
    let lines = wrap(&spaced, look.face, look.size, room);
    let mut pieces = vec![Piece {
        keep: true,
        ..Piece::gap(look.before)
    }];
    for line in &lines {
        let op = placed(line, look, align, width);
        pieces.push(Piece {
            keep,
            ..Piece::solid(look.leading, vec![op])
        });
    }
    pieces.push(Piece {
        keep,
        ..Piece::gap(look.after)
    });
    pieces
}

fn sheet(term: &str, what: &str, width: f32) -> Piece {
    let left = (width * 0.3).min(130.0);
    let body = look(Style::Body);
    let term = cell(
        term,
        Look {
            colour: GREY,
            ..body
        },
        Align::Left,
        left - 8.0,
    );
    let what = cell(what, body, Align::Left, width - left);
    let height = term.height.max(what.height) + 2.5;
    let mut ops = term.ops;
    ops.extend(what.ops.into_iter().map(|op| op.moved([left, 0.0])));
    Piece::solid(height, ops)
}

fn list(mark: char, point: &str, width: f32) -> Vec<Piece> {
    const INDENT: f32 = 15.0;
    let body = look(Style::Body);
    let lines = wrap(point, body.face, body.size, width - INDENT);
    let mut pieces: Vec<_> = lines
        .iter()
        .map(|line| placed(line, body, Align::Left, width).moved([INDENT, 0.0]))
        .map(|op| Piece::solid(body.leading, vec![op]))
        .collect();
    if let Some(first) = pieces.first_mut() {
        let mark = line(mark.encode_utf8(&mut [0; 4]), Face::Semibold);
        first
            .ops
            .push(Op::text(&mark, [2.0, base(body)], body.size, GOLD));
    }
    pieces.push(Piece::gap(2.0));
    pieces
}

/// A code in the middle of a tinted plate, as large as the width allows.
fn plate(code: &str, width: f32) -> Piece {
    const HEIGHT: f32 = 46.0;
    let text = line(code, Face::Mono);
    let size = (21.0_f32).min((width - 24.0) / text.width.max(1.0));
    let wide = text.width * size;
    let plate = (wide + 44.0).min(width);
    let left = (width - plate) / 2.0;
    let ops = vec![
        Op::rect(
            [left, 2.0, plate, HEIGHT - 4.0],
            Some(TINT),
            Some((GOLD, 0.9)),
        ),
        Op::rect(
            [left + 3.0, 5.0, plate - 6.0, HEIGHT - 10.0],
            None,
            Some((GOLD, 0.35)),
        ),
        Op::text(
            &text,
            [(width - wide) / 2.0, HEIGHT * 0.5 + size * 0.35],
            size,
            INK,
        ),
    ];
    Piece::solid(HEIGHT + 4.0, ops)
}

fn beside(parts: u8, left: &[Block], right: &[Block], width: f32) -> Piece {
    const GUTTER: f32 = 18.0;
    let first = (width - GUTTER) * f32::from(parts.clamp(5, 95)) / 100.0;
    let left = Piece::stacked(lay(left, first));
    let right = Piece::stacked(lay(right, width - GUTTER - first));
    let height = left.height.max(right.height);
    let mut ops = left.ops;
    ops.extend(
        right
            .ops
            .into_iter()
            .map(|op| op.moved([first + GUTTER, 0.0])),
    );
    Piece::solid(height, ops)
}
