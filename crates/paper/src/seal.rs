//! The seal: a QR code within a scalloped ring that says what it is.

use std::f32::consts::{PI, TAU};

use crate::block::Seal;
use crate::draw::{Colour, GOLD, Op, TINT, Text, WHITE};
use crate::font::{Face, glyph};
use crate::piece::Piece;
use crate::qr;

/// How many scallops its edge has.
const SCALLOPS: f32 = 44.0;
/// How many corners a circle is drawn with.
const CORNERS: u16 = 360;

/// The seal, its ring beginning at the left edge.
pub(crate) fn lay(seal: &Seal) -> Piece {
    let r = f32::from(seal.radius).clamp(30.0, 200.0);
    let at = [r, r];
    let edge = |deg: f32| r * (0.965 + 0.035 * (SCALLOPS * deg).cos());
    let mut ops = vec![
        Op::polygon(&ring(at, edge), Some(GOLD), None),
        circle(at, 0.915 * r, Some(WHITE), None),
        circle(at, 0.885 * r, Some(TINT), Some(GOLD)),
        circle(at, 0.725 * r, Some(WHITE), Some(GOLD)),
    ];
    ops.extend(around(&seal.ring, at, r));
    // The square in the inner circle, with the white edge that readers of the code need.
    let side = 0.725 * r * 2.0_f32.sqrt() * 0.92;
    let corner = r - side / 2.0;
    ops.extend(qr::code(&seal.code, side).map(|op| op.moved([corner, corner])));
    if seal.code.starts_with("https://") || seal.code.starts_with("http://") {
        ops.push(Op::Link([0.0, 0.0, 2.0 * r, 2.0 * r], seal.code.clone()));
    }
    Piece::solid(2.0 * r, ops)
}

/// The letters of the ring, each turned to stand on its circle, from the top in the sun's way.
fn around(text: &str, centre: [f32; 2], r: f32) -> Vec<Op> {
    let (size, radius) = (r * 0.105, r * 0.77);
    let letters: Vec<_> = text
        .chars()
        .filter(|c| !c.is_control())
        .take(120)
        .map(|c| glyph(Face::Semibold, c))
        .collect();
    let natural: f32 = letters.iter().map(|letter| letter.width * size).sum();
    let room = TAU * radius;
    let (size, natural) = if natural > room {
        (size * room / natural, room)
    } else {
        (size, natural)
    };
    let count = f32::from(u16::try_from(letters.len()).unwrap_or(1).max(1));
    let gap = (room - natural) / count;
    let mut along = 0.0;
    let mut ops = Vec::new();
    for letter in letters {
        let wide = letter.width * size;
        let middle = (along + wide / 2.0) / radius;
        let [x, y] = point(centre, radius, middle);
        let back = wide / 2.0;
        ops.push(Op::Text(Text {
            at: [x - back * middle.cos(), y - back * middle.sin()],
            size,
            colour: GOLD,
            angle: middle,
            spacing: 0.0,
            glyphs: vec![letter],
        }));
        along += wide + gap;
    }
    ops
}

/// A point of a circle: angle 0 is at the top, and it grows clockwise.
fn point(centre: [f32; 2], r: f32, angle: f32) -> [f32; 2] {
    [centre[0] + r * angle.sin(), centre[1] - r * angle.cos()]
}

fn ring(centre: [f32; 2], radius: impl Fn(f32) -> f32) -> Vec<[f32; 2]> {
    let step = 2.0 * PI / f32::from(CORNERS);
    (0..CORNERS)
        .map(|n| f32::from(n) * step)
        .map(|angle| point(centre, radius(angle), angle))
        .collect()
}

pub(crate) fn circle(centre: [f32; 2], r: f32, fill: Option<Colour>, stroke: Option<Colour>) -> Op {
    Op::polygon(
        &ring(centre, |_| r),
        fill,
        stroke.map(|colour| (colour, 0.6)),
    )
}
