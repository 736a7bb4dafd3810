//! What is drawn on a page: text and paths, in points from the upper left corner.

use crate::font::Glyph;
use crate::text::Line;

/// A colour: red, green, blue from 0 to 1.
pub(crate) type Colour = [f32; 3];

/// Text and the QR code.
pub(crate) const INK: Colour = [0.094, 0.102, 0.157];
/// What matters less.
pub(crate) const GREY: Colour = [0.38, 0.39, 0.45];
/// Ornaments and labels.
pub(crate) const GOLD: Colour = [0.573, 0.427, 0.141];
/// Thin lines.
pub(crate) const HAIR: Colour = [0.8, 0.79, 0.76];
/// The ground of plates and heads.
pub(crate) const TINT: Colour = [0.976, 0.965, 0.933];
pub(crate) const WHITE: Colour = [1.0, 1.0, 1.0];

/// One thing that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Op {
    Text(Text),
    Path(Path),
    /// A rectangle that opens an address when it is clicked.
    Link([f32; 4], String),
}

/// Glyphs on a line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    /// Where the line begins: left end and base line.
    pub(crate) at: [f32; 2],
    pub(crate) size: f32,
    pub(crate) colour: Colour,
    /// Turned clockwise, in radians.
    pub(crate) angle: f32,
    /// Extra space after each glyph, in points.
    pub(crate) spacing: f32,
    pub(crate) glyphs: Vec<Glyph>,
}

/// A shape.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Path {
    pub(crate) steps: Vec<Step>,
    pub(crate) fill: Option<Colour>,
    /// Colour and width of the line.
    pub(crate) stroke: Option<(Colour, f32)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    Move([f32; 2]),
    Line([f32; 2]),
    Close,
}

impl Op {
    /// A line of text.
    pub(crate) fn text(line: &Line, at: [f32; 2], size: f32, colour: Colour) -> Self {
        Self::Text(Text {
            at,
            size,
            colour,
            angle: 0.0,
            spacing: 0.0,
            glyphs: line.glyphs.clone(),
        })
    }

    /// A straight line.
    pub(crate) fn rule(from: [f32; 2], to: [f32; 2], colour: Colour, width: f32) -> Self {
        Self::Path(Path {
            steps: vec![Step::Move(from), Step::Line(to)],
            fill: None,
            stroke: Some((colour, width)),
        })
    }

    /// A rectangle of left, top, width and height.
    pub(crate) fn rect(
        [x, y, w, h]: [f32; 4],
        fill: Option<Colour>,
        stroke: Option<(Colour, f32)>,
    ) -> Self {
        let corners = [[x, y], [x + w, y], [x + w, y + h], [x, y + h]];
        Self::polygon(&corners, fill, stroke)
    }

    /// A closed shape.
    pub(crate) fn polygon(
        corners: &[[f32; 2]],
        fill: Option<Colour>,
        stroke: Option<(Colour, f32)>,
    ) -> Self {
        let mut steps: Vec<_> = corners.iter().copied().map(Step::Line).collect();
        if let (Some(first), Some(corner)) = (steps.first_mut(), corners.first()) {
            *first = Step::Move(*corner);
        }
        steps.push(Step::Close);
        Self::Path(Path {
            steps,
            fill,
            stroke,
        })
    }

    /// The same, further right and down.
    pub(crate) fn moved(mut self, by: [f32; 2]) -> Self {
        let shift = |at: &mut [f32; 2]| *at = [at[0] + by[0], at[1] + by[1]];
        match &mut self {
            Self::Text(text) => shift(&mut text.at),
            Self::Path(path) => {
                for step in &mut path.steps {
                    match step {
                        Step::Move(at) | Step::Line(at) => shift(at),
                        Step::Close => {}
                    }
                }
            }
            Self::Link([x, y, ..], _) => {
                *x += by[0];
                *y += by[1];
            }
        }
        self
    }
}
