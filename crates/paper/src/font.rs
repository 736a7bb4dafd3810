//! The fonts that are carried along: which glyph a character has, and how wide it is.

use std::sync::OnceLock;

use ttf_parser::{Face as Parsed, GlyphId};

/// A font.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Face {
    Serif,
    Bold,
    Italic,
    Semibold,
    Mono,
}

/// A character set in a font.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Glyph {
    /// The font that has it.
    pub(crate) face: Face,
    /// Its number there.
    pub(crate) id: u16,
    /// What it stands for.
    pub(crate) means: char,
    /// Its width in a size of one point.
    pub(crate) width: f32,
}

/// What stands for a character that no font has.
const MISSING: char = '\u{25a1}';

macro_rules! font {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".font")).as_slice()
    };
}

impl Face {
    pub(crate) const ALL: [Self; 5] = [
        Self::Serif,
        Self::Bold,
        Self::Italic,
        Self::Semibold,
        Self::Mono,
    ];

    /// The font's file.
    pub(crate) const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Serif => font!("LibertinusSerif-Regular"),
            Self::Bold => font!("LibertinusSerif-Bold"),
            Self::Italic => font!("LibertinusSerif-Italic"),
            Self::Semibold => font!("LibertinusSerif-Semibold"),
            Self::Mono => font!("DejaVuSansMono"),
        }
    }

    /// Its PostScript name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Serif => "LibertinusSerif-Regular",
            Self::Bold => "LibertinusSerif-Bold",
            Self::Italic => "LibertinusSerif-Italic",
            Self::Semibold => "LibertinusSerif-Semibold",
            Self::Mono => "DejaVuSansMono",
        }
    }

    pub(crate) fn parsed(self) -> &'static Parsed<'static> {
        static PARSED: OnceLock<[Parsed<'static>; 5]> = OnceLock::new();
        let all = PARSED.get_or_init(|| {
            Self::ALL.map(|face| {
                Parsed::parse(face.bytes(), 0).expect("the build took this font out of its crate")
            })
        });
        match self {
            Self::Serif => &all[0],
            Self::Bold => &all[1],
            Self::Italic => &all[2],
            Self::Semibold => &all[3],
            Self::Mono => &all[4],
        }
    }

    fn find(self, c: char) -> Option<GlyphId> {
        self.parsed().glyph_index(c).filter(|id| id.0 != 0)
    }
}

/// The glyph of a character: of the wanted font, else of one that has it, else the mark for
/// characters that none has.
pub(crate) fn glyph(wanted: Face, c: char) -> Glyph {
    let faces = [wanted, Face::Serif, Face::Mono];
    let found = faces
        .into_iter()
        .find_map(|face| Some((face, face.find(c)?, c)));
    let (face, id, means) = found.unwrap_or_else(|| {
        let id = Face::Mono.find(MISSING).unwrap_or_default();
        (Face::Mono, id, MISSING)
    });
    let parsed = face.parsed();
    let units = f32::from(parsed.units_per_em());
    Glyph {
        face,
        id: id.0,
        means,
        width: f32::from(parsed.glyph_hor_advance(id).unwrap_or_default()) / units,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_greek_cyrillic_and_hebrew_are_in_the_serif() {
        for c in "AžŁ ñß€“–© Ωμέγα Жёлтый שלום".chars() {
            assert_eq!(glyph(Face::Serif, c).face, Face::Serif, "{c}");
            assert_eq!(glyph(Face::Serif, c).means, c);
        }
    }

    #[test]
    fn what_no_font_has_becomes_a_square_of_some_width() {
        for c in ['東', '🎵', '\u{10ffff}'] {
            let glyph = glyph(Face::Bold, c);
            assert_eq!(glyph.means, MISSING, "{c}");
            assert!(glyph.id != 0 && glyph.width > 0.3);
        }
    }
}
