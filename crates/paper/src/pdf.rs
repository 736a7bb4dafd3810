//! From pages to a file: PDF 1.7 with embedded subsets of the fonts (ISO 32000-1).
//!
//! Nothing of the moment is written, neither a date nor a random identifier, and coordinates are
//! rounded to a hundredth of a point: the same document gives the same bytes.

use std::collections::BTreeMap;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::{
    ActionType, AnnotationType, CidFontType, FontFlags, SystemInfo, UnicodeCmap,
};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use subsetter::GlyphRemapper;
use ttf_parser::{RawFace, Tag};

use crate::block::Document;
use crate::draw::{Op, Path, Step, Text};
use crate::font::Face;
use crate::pages::{self, HEIGHT, WIDTH};

/// How hard streams are compressed, of 10.
const LEVEL: u8 = 7;
const SYSTEM: SystemInfo<'_> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// The glyphs of one font that are used, with what they stand for.
#[derive(Default)]
struct Used {
    glyphs: GlyphRemapper,
    means: BTreeMap<u16, char>,
}

struct Writer {
    pdf: Pdf,
    last: i32,
    fonts: BTreeMap<Face, Used>,
}

impl Document {
    /// The file.
    ///
    /// It never fails: text that can't be shown is shown as empty squares, and what doesn't fit
    /// is wrapped.
    #[must_use]
    pub fn to_pdf(&self) -> Vec<u8> {
        write(self, &pages::set(self))
    }
}

/// The file of a document whose pages are set.
fn write(document: &Document, pages: &[Vec<Op>]) -> Vec<u8> {
    let mut writer = Writer {
        pdf: Pdf::new(),
        last: 0,
        fonts: BTreeMap::new(),
    };
    writer.pdf.set_version(1, 7);
    let (catalog, tree, info) = (writer.id(), writer.id(), writer.id());
    let contents: Vec<_> = pages.iter().map(|page| writer.content(page)).collect();
    let fonts = writer.embed();
    let kids: Vec<_> = pages
        .iter()
        .zip(contents)
        .map(|(page, content)| writer.page(page, content, tree, &fonts))
        .collect();
    let count = i32::try_from(kids.len()).unwrap_or(i32::MAX);
    writer.pdf.pages(tree).kids(kids).count(count);
    let mut root = writer.pdf.catalog(catalog);
    root.pages(tree).lang(TextStr(&document.language));
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    let mut about = writer.pdf.document_info(info);
    about.title(TextStr(&document.title));
    if !document.author.is_empty() {
        about.author(TextStr(&document.author));
    }
    about.producer(TextStr("Clearcue"));
    about.finish();
    writer.pdf.finish()
}

impl Writer {
    fn id(&mut self) -> Ref {
        self.last += 1;
        Ref::new(self.last)
    }

    fn stream(&mut self, data: &[u8]) -> Ref {
        let id = self.id();
        let packed = compress_to_vec_zlib(data, LEVEL);
        self.pdf.stream(id, &packed).filter(Filter::FlateDecode);
        id
    }

    fn content(&mut self, page: &[Op]) -> Ref {
        let mut content = Content::new();
        for op in page {
            match op {
                Op::Text(text) => self.text(&mut content, text),
                Op::Path(path) => draw(&mut content, path),
                Op::Link(..) => {}
            }
        }
        self.stream(&content.finish())
    }

    /// A line may be of several fonts: each run of one is shown by itself.
    fn text(&mut self, content: &mut Content, text: &Text) {
        let (sin, cos) = text.angle.sin_cos();
        let [mut x, mut y] = text.at;
        content.begin_text();
        fill(content, text.colour);
        content.set_char_spacing(round(text.spacing));
        for run in text.glyphs.chunk_by(|a, b| a.face == b.face) {
            let Some(first) = run.first() else { continue };
            let used = self.fonts.entry(first.face).or_default();
            let mut bytes = Vec::with_capacity(run.len() * 2);
            let mut wide = 0.0;
            for glyph in run {
                let id = used.glyphs.remap(glyph.id);
                used.means.entry(id).or_insert(glyph.means);
                bytes.extend_from_slice(&id.to_be_bytes());
                wide += glyph.width * text.size + text.spacing;
            }
            let (c, s) = (round(cos * 100.0) / 100.0, round(sin * 100.0) / 100.0);
            content
                .set_font(Name(label(first.face)), round(text.size))
                .set_text_matrix([c, -s, s, c, round(x), round(HEIGHT - y)])
                .show(Str(&bytes));
            x += wide * cos;
            y += wide * sin;
        }
        content.end_text();
    }

    fn page(&mut self, ops: &[Op], content: Ref, tree: Ref, fonts: &[(Face, Ref)]) -> Ref {
        let links: Vec<_> = ops
            .iter()
            .filter_map(|op| match op {
                Op::Link(area, address) => Some(self.link(*area, address)),
                _ => None,
            })
            .collect();
        let id = self.id();
        let mut page = self.pdf.page(id);
        page.parent(tree)
            .media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT))
            .contents(content);
        if !links.is_empty() {
            page.annotations(links);
        }
        let mut resources = page.resources();
        let mut named = resources.fonts();
        for (face, font) in fonts {
            named.pair(Name(label(*face)), *font);
        }
        id
    }

    fn link(&mut self, [x, y, w, h]: [f32; 4], address: &str) -> Ref {
        let id = self.id();
        let (top, bottom) = (round(HEIGHT - y), round(HEIGHT - y - h));
        let mut link = self.pdf.annotation(id);
        link.subtype(AnnotationType::Link)
            .rect(Rect::new(round(x), bottom, round(x + w), top))
            .border(0.0, 0.0, 0.0, None);
        link.action()
            .action_type(ActionType::Uri)
            .uri(Str(address.as_bytes()));
        id
    }

    /// Embeds a subset of each font in use.
    fn embed(&mut self) -> Vec<(Face, Ref)> {
        let fonts = std::mem::take(&mut self.fonts);
        fonts
            .into_iter()
            .map(|(face, used)| (face, self.font(face, &used)))
            .collect()
    }

    fn font(&mut self, face: Face, used: &Used) -> Ref {
        // A font that can't be cut down is embedded whole; then its glyphs' numbers are wrong,
        // so a test shows that each of ours can be.
        let subset = subsetter::subset(face.bytes(), 0, &used.glyphs)
            .unwrap_or_else(|_| face.bytes().to_vec());
        let cff = RawFace::parse(&subset, 0)
            .ok()
            .and_then(|raw| raw.table(Tag::from_bytes(b"CFF ")).map(<[u8]>::to_vec));
        let name = format!("{}+{}", tag(used), face.name());
        let file = self.file(cff.as_deref(), &subset);
        let descriptor = self.descriptor(face, &name, file, cff.is_some());
        let cid = self.cid_font(face, used, &name, descriptor, cff.is_some());
        let mut unicode = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
        for (id, c) in &used.means {
            unicode.pair(*id, *c);
        }
        let to_unicode = self.stream(&unicode.finish());
        let font = self.id();
        self.pdf
            .type0_font(font)
            .base_font(Name(name.as_bytes()))
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(to_unicode);
        font
    }

    fn file(&mut self, cff: Option<&[u8]>, whole: &[u8]) -> Ref {
        let id = self.id();
        let data = compress_to_vec_zlib(cff.unwrap_or(whole), LEVEL);
        let mut stream = self.pdf.stream(id, &data);
        stream.filter(Filter::FlateDecode);
        if cff.is_some() {
            stream.pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
        }
        id
    }

    fn descriptor(&mut self, face: Face, name: &str, file: Ref, cff: bool) -> Ref {
        let parsed = face.parsed();
        let scale = 1000.0 / f32::from(parsed.units_per_em());
        let of = |units: i16| round(f32::from(units) * scale);
        let bounds = parsed.global_bounding_box();
        let mut flags = FontFlags::SYMBOLIC;
        flags.set(FontFlags::FIXED_PITCH, parsed.is_monospaced());
        flags.set(FontFlags::ITALIC, parsed.is_italic());
        let id = self.id();
        let mut descriptor = self.pdf.font_descriptor(id);
        descriptor
            .name(Name(name.as_bytes()))
            .flags(flags)
            .bbox(Rect::new(
                of(bounds.x_min),
                of(bounds.y_min),
                of(bounds.x_max),
                of(bounds.y_max),
            ))
            .italic_angle(parsed.italic_angle())
            .ascent(of(parsed.ascender()))
            .descent(of(parsed.descender()))
            .cap_height(of(parsed.capital_height().unwrap_or(parsed.ascender())))
            .stem_v(80.0);
        if cff {
            descriptor.font_file3(file);
        } else {
            descriptor.font_file2(file);
        }
        id
    }

    fn cid_font(&mut self, face: Face, used: &Used, name: &str, descriptor: Ref, cff: bool) -> Ref {
        let parsed = face.parsed();
        let scale = 1000.0 / f32::from(parsed.units_per_em());
        let widths = used.glyphs.remapped_gids().map(|old| {
            let units = parsed.glyph_hor_advance(ttf_parser::GlyphId(old));
            round(f32::from(units.unwrap_or_default()) * scale)
        });
        let id = self.id();
        let mut font = self.pdf.cid_font(id);
        let kind = if cff {
            CidFontType::Type0
        } else {
            CidFontType::Type2
        };
        font.subtype(kind)
            .base_font(Name(name.as_bytes()))
            .system_info(SYSTEM)
            .font_descriptor(descriptor)
            .default_width(0.0);
        if !cff {
            font.cid_to_gid_map_predefined(Name(b"Identity"));
        }
        font.widths().consecutive(0, widths);
        id
    }
}

fn draw(content: &mut Content, path: &Path) {
    if let Some(colour) = path.fill {
        fill(content, colour);
    }
    if let Some((colour, width)) = path.stroke {
        let [r, g, b] = colour.map(round);
        content.set_stroke_rgb(r, g, b).set_line_width(round(width));
    }
    for step in &path.steps {
        match step {
            Step::Move([x, y]) => content.move_to(round(*x), round(HEIGHT - y)),
            Step::Line([x, y]) => content.line_to(round(*x), round(HEIGHT - y)),
            Step::Close => content.close_path(),
        };
    }
    match (path.fill.is_some(), path.stroke.is_some()) {
        (true, true) => content.fill_nonzero_and_stroke(),
        (true, false) => content.fill_nonzero(),
        (false, true) => content.stroke(),
        (false, false) => content.end_path(),
    };
}

fn fill(content: &mut Content, colour: [f32; 3]) {
    let [r, g, b] = colour.map(round);
    content.set_fill_rgb(r, g, b);
}

fn round(x: f32) -> f32 {
    (x * 100.0).round() / 100.0
}

/// A font's name on a page.
const fn label(face: Face) -> &'static [u8] {
    match face {
        Face::Serif => b"F1",
        Face::Bold => b"F2",
        Face::Italic => b"F3",
        Face::Semibold => b"F4",
        Face::Mono => b"F5",
    }
}

/// The six letters that tell one subset from another (ISO 32000-1, 9.6.4), from the glyphs that
/// are in it (FNV-1a).
fn tag(used: &Used) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for id in used.glyphs.remapped_gids() {
        for byte in id.to_be_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    (0..6)
        .map(|_| {
            let letter = u8::try_from(hash % 26).unwrap_or_default();
            hash /= 26;
            char::from(b'A' + letter)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_font_can_be_cut_down() {
        for face in Face::ALL {
            let mut used = GlyphRemapper::new();
            for c in "Clearcue 7K3M9 ℗ é".chars() {
                let glyph = crate::font::glyph(face, c);
                if glyph.face == face {
                    used.remap(glyph.id);
                }
            }
            let subset = subsetter::subset(face.bytes(), 0, &used).unwrap();
            assert!(subset.len() < 30_000, "{face:?} {}", subset.len());
        }
    }
}
