//! A QR code as one shape.

use qrcode::{Color, EcLevel, QrCode};

use crate::draw::{INK, Op, Path, Step};

/// The code of a text, as a square of `side` points from the corner (0, 0); none where the text
/// is longer than a code can hold (some 2,300 bytes).
pub(crate) fn code(text: &str, side: f32) -> Option<Op> {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
    let width = code.width();
    let module = side / f32::from(u16::try_from(width).ok()?);
    let colours = code.to_colors();
    let mut steps = Vec::new();
    for (row, cells) in (0_u16..).zip(colours.chunks(width)) {
        for (from, to) in runs(cells) {
            let (x0, x1) = (f32::from(from) * module, f32::from(to) * module);
            let (y0, y1) = (f32::from(row) * module, f32::from(row + 1) * module);
            steps.extend([
                Step::Move([x0, y0]),
                Step::Line([x1, y0]),
                Step::Line([x1, y1]),
                Step::Line([x0, y1]),
                Step::Close,
            ]);
        }
    }
    Some(Op::Path(Path {
        steps,
        fill: Some(INK),
        stroke: None,
    }))
}

/// Where dark modules begin and end: one rectangle for a run of them leaves no seams.
fn runs(cells: &[Color]) -> Vec<(u16, u16)> {
    let mut runs: Vec<(u16, u16)> = Vec::new();
    for (at, _) in (0_u16..).zip(cells).filter(|(_, c)| **c == Color::Dark) {
        match runs.last_mut() {
            Some((_, to)) if *to == at => *to += 1,
            _ => runs.push((at, at + 1)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dark_modules_side_by_side_are_one_rectangle() {
        let (d, l) = (Color::Dark, Color::Light);
        assert_eq!(runs(&[d, d, l, d, l, l, d]), [(0, 2), (3, 4), (6, 7)]);
    }

    #[test]
    fn a_text_too_long_for_a_code_gives_none() {
        assert!(code("https://store.example/l/7K3M9", 60.0).is_some());
        assert!(code(&"x".repeat(5_000), 60.0).is_none());
    }
}
