//! QuickTime's keyed metadata: `moov/meta` with the handler `mdta`, a table of names in `keys` and
//! values by number in `ilst`. Phones and some editors write it, and players prefer it: a comment
//! or copyright that stands there already is replaced, nothing is added.

use crate::media::marks::{Field, Found, Marks, TOKEN_FIELD};

use super::boxes::{self, Child, children};
use super::user_data::{comment, copyright, data, texts};

/// The names, first to last; values count them from one.
type Names = Vec<String>;

/// The boxes of such a metadata box and its names; none where it is another kind.
fn parts(meta: &[u8]) -> Option<(Vec<Child>, Names)> {
    // QuickTime's has no version and flags before its boxes, that of MP4 has.
    let read = |from: usize| {
        let parts = children(meta, from, meta.len()).ok()?;
        let handler = parts.iter().find(|part| &part.kind == b"hdlr")?;
        (&boxes::word(handler.payload(meta), 8)? == b"mdta").then_some(parts)
    };
    let parts = read(0).or_else(|| read(4))?;
    let keys = parts.iter().find(|part| &part.kind == b"keys")?;
    // Version, flags and count come first; a key is a box whose type is its namespace.
    let keys = children(meta, keys.payload + 8, keys.end).ok()?;
    let name = |key: &Child| String::from_utf8_lossy(key.payload(meta)).into_owned();
    let names = keys.iter().map(name).collect();
    Some((parts, names))
}

fn field_of(name: &str) -> Field {
    match name.rsplit('.').next().unwrap_or_default() {
        "comment" => Field::Comment,
        "copyright" => Field::Copyright,
        "title" | "displayname" => Field::Title,
        "artist" => Field::Artist,
        last if last.eq_ignore_ascii_case(TOKEN_FIELD) => Field::Token,
        _ => Field::Other,
    }
}

/// The name that a value belongs to.
fn field(item: &Child, names: &Names) -> Field {
    let number = u32::from_be_bytes(item.kind).checked_sub(1);
    let index = number.and_then(|number| usize::try_from(number).ok());
    let name = index.and_then(|index| names.get(index));
    name.map_or(Field::Other, |name| field_of(name))
}

/// The whole metadata box with comment and copyright replaced where they are; as it was where
/// it is of another kind.
pub(super) fn mark(whole: &[u8], meta: &[u8], marks: &[Marks]) -> Vec<u8> {
    changed(meta, marks).unwrap_or_else(|| whole.to_vec())
}

fn changed(meta: &[u8], marks: &[Marks]) -> Option<Vec<u8>> {
    let (parts, names) = parts(meta)?;
    let mut out = meta[..parts.first()?.start].to_vec();
    for part in &parts {
        if &part.kind != b"ilst" {
            out.extend(part.whole(meta));
            continue;
        }
        let mut items = Vec::new();
        for item in children(meta, part.payload, part.end).ok()? {
            match field(&item, &names) {
                Field::Comment => items.extend(boxes::make(item.kind, &data(&comment(marks)))),
                Field::Copyright => items.extend(boxes::make(item.kind, &data(&copyright(marks)))),
                _ => items.extend(item.whole(meta)),
            }
        }
        out.extend(boxes::make(*b"ilst", &items));
    }
    Some(boxes::make(*b"meta", &out))
}

/// Takes what such a metadata box says into `found`.
pub(super) fn read(meta: &[u8], found: &mut Found) {
    let Some((parts, names)) = parts(meta) else {
        return;
    };
    for part in parts.iter().filter(|part| &part.kind == b"ilst") {
        for item in children(meta, part.payload, part.end).unwrap_or_default() {
            for text in texts(item.payload(meta)) {
                found.note(field(&item, &names), text);
            }
        }
    }
}
