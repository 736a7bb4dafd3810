//! How each style looks, and how a line and a cell of it are set.

use crate::block::{Align, Style};
use crate::draw::{Colour, GOLD, GREY, INK, Op};
use crate::font::Face;
use crate::piece::Piece;
use crate::text::{Line, line, wrap};

/// The most lines of a table's or a sheet's cell: a cell can't be broken over pages.
const CELL_LINES: usize = 30;

/// How a style is set, in points.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) face: Face,
    pub(crate) size: f32,
    /// From one base line to the next.
    pub(crate) leading: f32,
    pub(crate) colour: Colour,
    /// White space above and below.
    pub(crate) before: f32,
    pub(crate) after: f32,
    /// Between letters.
    pub(crate) spacing: f32,
}

pub(crate) const fn look(style: Style) -> Look {
    let plain = Look {
        face: Face::Serif,
        size: 10.2,
        leading: 13.6,
        colour: INK,
        before: 0.0,
        after: 3.0,
        spacing: 0.0,
    };
    match style {
        Style::Display => Look {
            size: 31.0,
            leading: 36.0,
            after: 5.0,
            ..plain
        },
        Style::Title => Look {
            face: Face::Semibold,
            size: 19.0,
            leading: 23.0,
            ..plain
        },
        Style::Heading => Look {
            face: Face::Semibold,
            size: 12.6,
            leading: 16.0,
            before: 11.0,
            after: 4.0,
            ..plain
        },
        Style::Label => Look {
            face: Face::Semibold,
            size: 7.6,
            leading: 10.0,
            colour: GOLD,
            before: 5.0,
            after: 1.0,
            spacing: 1.1,
        },
        Style::Lead => Look {
            face: Face::Italic,
            size: 13.0,
            leading: 17.0,
            ..plain
        },
        Style::Body => plain,
        Style::Strong => Look {
            face: Face::Semibold,
            ..plain
        },
        Style::Small => Look {
            size: 8.4,
            leading: 11.0,
            colour: GREY,
            after: 2.0,
            ..plain
        },
        Style::Code => Look {
            face: Face::Mono,
            size: 8.0,
            leading: 11.2,
            ..plain
        },
    }
}

/// A line at the top of a column, where its alignment wants it.
pub(crate) fn placed(line: &Line, look: Look, align: Align, width: f32) -> Op {
    let letters = f32::from(u16::try_from(line.glyphs.len()).unwrap_or(u16::MAX));
    let wide = line.width * look.size + look.spacing * letters;
    let x = match align {
        Align::Left => 0.0,
        Align::Centre => (width - wide) / 2.0,
        Align::Right => width - wide,
    };
    let mut op = Op::text(line, [x, base(look)], look.size, look.colour);
    if let Op::Text(text) = &mut op {
        text.spacing = look.spacing;
    }
    op
}

/// Where a line's base is, below its top.
pub(crate) const fn base(look: Look) -> f32 {
    look.leading * 0.5 + look.size * 0.32
}

/// A cell's text: a piece as high as its lines.
pub(crate) fn cell(text: &str, look: Look, align: Align, width: f32) -> Piece {
    let mut lines = wrap(text, look.face, look.size, width);
    if lines.len() > CELL_LINES {
        lines.truncate(CELL_LINES - 1);
        lines.push(line("…", look.face));
    }
    let pieces = lines
        .iter()
        .map(|line| Piece::solid(look.leading, vec![placed(line, look, align, width)]));
    Piece::stacked(pieces.collect())
}
