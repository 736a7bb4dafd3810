//! `moov/udta`: the item list that Apple's tools, ffmpeg and phones show, and QuickTime's
//! classic texts beside it.

use crate::media::error::MediaError;
use crate::media::format::Format;
use crate::media::marks::{Field, Found, Marks, TOKEN_FIELD, lossy};

use super::boxes::{self, Child, Kind, children, damaged};
use super::{keys, xmp};

/// Who defined the free field, in reverse domain order.
const MEAN: &str = "com.clearcue";
const COMMENT: Kind = *b"\xa9cmt";
const COPYRIGHT: Kind = *b"cprt";
const TITLE: Kind = *b"\xa9nam";
const ARTIST: Kind = *b"\xa9ART";
const CLASSIC_COPYRIGHT: Kind = *b"\xa9cpy";
const CLASSIC_XMP: Kind = *b"XMP_";
const FREE_FORM: Kind = *b"----";

/// Item data of well-known type 1: UTF-8, any locale.
const UTF8_DATA: [u8; 8] = [0, 0, 0, 1, 0, 0, 0, 0];

/// Language "undetermined", packed as five bits for each letter: the text is UTF-8.
const UNDETERMINED: [u8; 2] = [0x55, 0xc4];

/// The movie box (header included) with the marks in its user data.
pub(super) fn mark(moov: &[u8], marks: &[Marks], format: Format) -> Result<Vec<u8>, MediaError> {
    let mut out = Vec::with_capacity(moov.len() + 4096);
    let mut marked = false;
    for child in inside(moov)? {
        if &child.kind == b"cmov" {
            return Err(boxes::no_room("its movie box is compressed"));
        }
        if &child.kind == b"meta" {
            out.extend(keys::mark(child.whole(moov), child.payload(moov), marks));
            continue;
        }
        // A second user data box would be odd; it is kept as it is.
        if &child.kind == b"udta" && !marked {
            out.extend(mark_user_data(child.payload(moov), marks, format)?);
            marked = true;
        } else {
            out.extend(child.whole(moov));
        }
    }
    if !marked {
        out.extend(mark_user_data(&[], marks, format)?);
    }
    Ok(boxes::make(*b"moov", &out))
}

/// The comment for all licences of a video.
pub(super) fn comment(marks: &[Marks]) -> String {
    let lines: Vec<String> = marks.iter().map(Marks::line).collect();
    lines.join("; ")
}

/// The copyright field for all of them.
pub(super) fn copyright(marks: &[Marks]) -> String {
    let lines: Vec<String> = marks.iter().map(Marks::copyright_line).collect();
    lines.join("; ")
}

/// Whether any metadata box of the movie box (header included) is as asked for.
pub(super) fn any_meta(moov: &[u8], is: impl Fn(&[u8]) -> bool) -> Result<bool, MediaError> {
    for child in inside(moov)? {
        let found = match &child.kind {
            b"meta" => is(child.payload(moov)),
            b"udta" => children(moov, child.payload, child.end)?
                .iter()
                .any(|part| &part.kind == b"meta" && is(part.payload(moov))),
            _ => false,
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The children of a whole box.
fn inside(whole: &[u8]) -> Result<Vec<Child>, MediaError> {
    let outer = children(whole, 0, whole.len())?;
    let outer = outer.first().ok_or_else(|| damaged("a box is empty"))?;
    children(whole, outer.payload, outer.end)
}

fn mark_user_data(udta: &[u8], marks: &[Marks], format: Format) -> Result<Vec<u8>, MediaError> {
    let mut out = Vec::new();
    let mut item_list_done = false;
    let mut packet = None;
    for child in children(udta, 0, udta.len())? {
        match child.kind {
            _ if !item_list_done && is_item_meta(&child, udta) => {
                out.extend(mark_meta(child.payload(udta), marks)?);
                item_list_done = true;
            }
            COMMENT | CLASSIC_COPYRIGHT if format == Format::Mov => {}
            CLASSIC_XMP if format == Format::Mov => packet = Some(child.payload(udta)),
            _ => out.extend(child.whole(udta)),
        }
    }
    if !item_list_done {
        out.extend(mark_meta(&[], marks)?);
    }
    if format == Format::Mov {
        out.extend(classic_text(COMMENT, &comment(marks)));
        out.extend(classic_text(CLASSIC_COPYRIGHT, &copyright(marks)));
        out.extend(boxes::make(CLASSIC_XMP, &xmp::packet(packet, marks)));
    }
    Ok(boxes::make(*b"udta", &out))
}

/// A `meta` box whose handler is `mdir`: the one that holds an item list.
fn is_item_meta(child: &Child, udta: &[u8]) -> bool {
    &child.kind == b"meta" && handler(child.payload(udta)).is_some_and(|kind| &kind == b"mdir")
}

/// The handler of a `meta` payload: four bytes of version and flags, then boxes, of which
/// `hdlr` has its own version and a reserved word before the type.
fn handler(meta: &[u8]) -> Option<Kind> {
    let parts = children(meta, 4, meta.len()).ok()?;
    let part = parts.iter().find(|part| &part.kind == b"hdlr")?;
    boxes::word(part.payload(meta), 8)
}

fn mark_meta(meta: &[u8], marks: &[Marks]) -> Result<Vec<u8>, MediaError> {
    let mut out = vec![0; 4];
    let mut done = false;
    for part in children(meta, 4, meta.len())? {
        if &part.kind == b"ilst" && !done {
            out.extend(mark_items(part.payload(meta), marks)?);
            done = true;
        } else {
            out.extend(part.whole(meta));
        }
    }
    if meta.is_empty() {
        let handler = [&[0; 8], &b"mdirappl"[..], &[0; 9]].concat();
        out.extend(boxes::make(*b"hdlr", &handler));
    }
    if !done {
        out.extend(mark_items(&[], marks)?);
    }
    Ok(boxes::make(*b"meta", &out))
}

fn mark_items(ilst: &[u8], marks: &[Marks]) -> Result<Vec<u8>, MediaError> {
    let ours = [
        (COMMENT, Some(comment(marks))),
        (COPYRIGHT, Some(copyright(marks))),
        (TITLE, marks.first().and_then(Marks::title_line)),
        (ARTIST, marks.first().and_then(Marks::artist_line)),
    ];
    let mut out = Vec::new();
    for item in children(ilst, 0, ilst.len())? {
        let replaced = ours
            .iter()
            .any(|(kind, text)| *kind == item.kind && text.is_some());
        if !replaced && !is_token(&item, ilst) {
            out.extend(item.whole(ilst));
        }
    }
    for (kind, text) in ours {
        if let Some(text) = text {
            out.extend(boxes::make(kind, &data(&text)));
        }
    }
    for marks in marks {
        let name = [full(*b"mean", MEAN), full(*b"name", TOKEN_FIELD)].concat();
        let token = [name, data(&marks.token)].concat();
        out.extend(boxes::make(FREE_FORM, &token));
    }
    Ok(boxes::make(*b"ilst", &out))
}

fn is_token(item: &Child, ilst: &[u8]) -> bool {
    item.kind == FREE_FORM && free_form_name(item.payload(ilst)).as_deref() == Some(TOKEN_FIELD)
}

pub(super) fn data(text: &str) -> Vec<u8> {
    boxes::make(*b"data", &[&UTF8_DATA, text.as_bytes()].concat())
}

fn full(kind: Kind, text: &str) -> Vec<u8> {
    boxes::make(kind, &[&[0; 4], text.as_bytes()].concat())
}

/// A QuickTime text: its length, its language, the text.
fn classic_text(kind: Kind, text: &str) -> Vec<u8> {
    // The length has 16 bits; a longer text is left out here and stands in the item list.
    let Ok(length) = u16::try_from(text.len()) else {
        return Vec::new();
    };
    boxes::make(
        kind,
        &[&length.to_be_bytes()[..], &UNDETERMINED, text.as_bytes()].concat(),
    )
}

/// Takes what the user data of a movie box (header included) says into `found`.
pub(super) fn read(moov: &[u8], found: &mut Found) -> Result<(), MediaError> {
    let parts = inside(moov)?;
    for meta in parts.iter().filter(|child| &child.kind == b"meta") {
        keys::read(meta.payload(moov), found);
    }
    for udta in parts.iter().filter(|child| &child.kind == b"udta") {
        for child in children(moov, udta.payload, udta.end)? {
            let payload = child.payload(moov);
            match child.kind {
                CLASSIC_XMP => note_packet(payload, found),
                _ if &child.kind == b"meta" => read_meta(payload, found),
                [0xa9, ..] => {
                    let length = boxes::word(payload, 0)
                        .map_or(0, |[a, b, ..]| usize::from(u16::from_be_bytes([a, b])));
                    let text = payload.get(4..).unwrap_or_default();
                    let text = &text[..length.min(text.len())];
                    found.note(field_of(child.kind), &lossy(text));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Item lists of another layout than the usual one are somebody else's, not an error.
fn read_meta(meta: &[u8], found: &mut Found) {
    let parts = children(meta, 4, meta.len()).unwrap_or_default();
    for ilst in parts.iter().filter(|part| &part.kind == b"ilst") {
        for item in children(meta, ilst.payload, ilst.end).unwrap_or_default() {
            let payload = item.payload(meta);
            let field = match item.kind {
                FREE_FORM if free_form_name(payload).as_deref() == Some(TOKEN_FIELD) => {
                    Field::Token
                }
                kind => field_of(kind),
            };
            for text in texts(payload) {
                found.note(field, text);
            }
        }
    }
}

/// Code and token of an XMP packet.
pub(super) fn note_packet(packet: &[u8], found: &mut Found) {
    for (code, token) in xmp::find(packet) {
        found.note(Field::Other, &code);
        found.note(Field::Token, &token);
    }
}

fn field_of(kind: Kind) -> Field {
    match kind {
        COMMENT => Field::Comment,
        COPYRIGHT | CLASSIC_COPYRIGHT => Field::Copyright,
        TITLE => Field::Title,
        ARTIST => Field::Artist,
        _ => Field::Other,
    }
}

fn free_form_name(item: &[u8]) -> Option<String> {
    let parts = children(item, 0, item.len()).ok()?;
    let name = parts.iter().find(|part| &part.kind == b"name")?;
    String::from_utf8(name.payload(item).get(4..)?.to_vec()).ok()
}

/// The UTF-8 values of an item.
pub(super) fn texts(item: &[u8]) -> impl Iterator<Item = &str> {
    let parts = children(item, 0, item.len()).unwrap_or_default();
    parts
        .into_iter()
        .filter(|part| &part.kind == b"data")
        .filter_map(move |part| {
            let payload = part.payload(item);
            let is_text = payload.starts_with(&UTF8_DATA[..4]);
            is_text
                .then(|| std::str::from_utf8(payload.get(8..)?).ok())
                .flatten()
        })
}
