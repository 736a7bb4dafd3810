//! From pieces to pages: breaks, repeated heads, frames, feet.

use crate::block::{Document, Frame};
use crate::draw::{GOLD, GREY, Op};
use crate::font::Face;
use crate::layout::lay;
use crate::piece::Piece;
use crate::seal::circle;
use crate::text::line;

/// A4, in points.
pub(crate) const WIDTH: f32 = 595.28;
pub(crate) const HEIGHT: f32 = 841.89;

/// Left and right, top, bottom.
const fn margins(frame: Frame) -> (f32, f32, f32) {
    match frame {
        Frame::Plain => (58.0, 58.0, 62.0),
        Frame::Certificate => (74.0, 66.0, 76.0),
    }
}

/// The pages of a document; always at least one.
pub(crate) fn set(document: &Document) -> Vec<Vec<Op>> {
    let (side, top, bottom) = margins(document.frame);
    let room = HEIGHT - top - bottom;
    let mut pages = broken(lay(&document.blocks, WIDTH - 2.0 * side), room);
    let count = pages.len();
    for (at, page) in pages.iter_mut().enumerate() {
        let content = std::mem::take(page);
        page.extend(around(document.frame));
        page.extend(content.into_iter().map(|op| op.moved([side, top])));
        page.extend(foot(document, at + 1, count));
    }
    pages
}

/// Fills pages with pieces; a piece that is kept with the next goes with it.
fn broken(pieces: Vec<Piece>, room: f32) -> Vec<Vec<Op>> {
    let mut pages = vec![Vec::new()];
    let mut used = 0.0;
    let needs: Vec<f32> = chains(&pieces);
    for (piece, need) in pieces.into_iter().zip(needs) {
        let full = used > 0.0 && used + need > room && need <= room;
        let over = used > 0.0 && used + piece.height > room;
        if piece.breaks || full || (over && !piece.blank) {
            if used > 0.0 {
                pages.push(Vec::new());
            }
            used = 0.0;
            if let (Some(head), Some(page)) = (&piece.head, pages.last_mut()) {
                page.extend(head.ops.iter().cloned());
                used += head.height;
            }
        }
        if piece.blank && (used == 0.0 || used + piece.height > room) {
            continue;
        }
        if let Some(page) = pages.last_mut() {
            let down = [0.0, used];
            page.extend(piece.ops.into_iter().map(|op| op.moved(down)));
        }
        used += piece.height;
    }
    pages
}

/// For each piece, the height of it and all that must stand on its page.
fn chains(pieces: &[Piece]) -> Vec<f32> {
    let mut below = 0.0;
    let mut needs: Vec<f32> = pieces
        .iter()
        .rev()
        .map(|piece| {
            below = piece.height + if piece.keep { below } else { 0.0 };
            below
        })
        .collect();
    needs.reverse();
    needs
}

fn around(frame: Frame) -> Vec<Op> {
    if frame == Frame::Plain {
        return Vec::new();
    }
    let edge = |inset: f32| [inset, inset, WIDTH - 2.0 * inset, HEIGHT - 2.0 * inset];
    let mut ops = vec![
        Op::rect(edge(26.0), None, Some((GOLD, 2.2))),
        Op::rect(edge(31.0), None, Some((GOLD, 0.5))),
        Op::rect(edge(39.0), None, Some((GOLD, 0.5))),
    ];
    for x in [35.0, WIDTH - 35.0] {
        for y in [35.0, HEIGHT - 35.0] {
            ops.extend(corner([x, y]));
        }
    }
    ops
}

/// The ornament of a corner: a square on its tip, a ring and a dot.
fn corner([x, y]: [f32; 2]) -> Vec<Op> {
    let tip = |r: f32| [[x, y - r], [x + r, y], [x, y + r], [x - r, y]];
    let white = Some([1.0, 1.0, 1.0]);
    vec![
        Op::polygon(&tip(14.0), white, Some((GOLD, 1.1))),
        Op::polygon(&tip(10.5), None, Some((GOLD, 0.5))),
        circle([x, y], 4.4, None, Some(GOLD)),
        circle([x, y], 1.7, Some(GOLD), None),
    ]
}

fn foot(document: &Document, page: usize, of: usize) -> Vec<Op> {
    const SIZE: f32 = 8.0;
    let (side, ..) = margins(document.frame);
    let y = match document.frame {
        Frame::Plain => HEIGHT - 34.0,
        Frame::Certificate => HEIGHT - 52.0,
    };
    let number = line(&format!("{page} / {of}"), Face::Serif);
    let wide = number.width * SIZE;
    let room = WIDTH - 2.0 * side - wide - 12.0;
    let words = crate::text::wrap(&document.footer, Face::Serif, SIZE, room);
    let mut ops: Vec<_> = words
        .first()
        .map(|words| Op::text(words, [side, y], SIZE, GREY))
        .into_iter()
        .collect();
    ops.push(Op::text(&number, [WIDTH - side - wide, y], SIZE, GREY));
    ops
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn marked(height: f32, mark: f32) -> Piece {
        let op = Op::rule([mark, 0.0], [mark, 0.0], GREY, 1.0);
        Piece::solid(height, vec![op])
    }

    fn marks(page: &[Op]) -> Vec<f32> {
        let mark = |op: &Op| match op {
            Op::Path(path) => match path.steps.first() {
                Some(crate::draw::Step::Move(at)) => Some(at[0]),
                _ => None,
            },
            _ => None,
        };
        page.iter().filter_map(mark).collect()
    }

    #[test]
    fn what_is_kept_with_the_next_moves_to_its_page() {
        let heading = Piece {
            keep: true,
            ..marked(10.0, 2.0)
        };
        let pages = broken(vec![marked(75.0, 1.0), heading, marked(20.0, 3.0)], 100.0);
        assert_eq!(
            pages.iter().map(|p| marks(p)).collect::<Vec<_>>(),
            [vec![1.0], vec![2.0, 3.0]]
        );
    }

    #[test]
    fn a_table_repeats_its_head_on_the_next_page() {
        let head = Arc::new(marked(10.0, 9.0));
        let row = |mark| Piece {
            head: Some(head.clone()),
            ..marked(40.0, mark)
        };
        let pages = broken(vec![marked(10.0, 9.0), row(1.0), row(2.0), row(3.0)], 100.0);
        let seen: Vec<_> = pages.iter().map(|p| marks(p)).collect();
        assert_eq!(seen, [vec![9.0, 1.0, 2.0], vec![9.0, 3.0]]);
    }

    #[test]
    fn a_page_begins_without_white_space_and_a_piece_too_high_stands_alone() {
        let pages = broken(
            vec![
                Piece::gap(5.0),
                marked(300.0, 1.0),
                Piece::gap(5.0),
                marked(5.0, 2.0),
            ],
            100.0,
        );
        assert_eq!(pages.len(), 2);
        assert_eq!(broken(Vec::new(), 100.0).len(), 1);
    }
}
