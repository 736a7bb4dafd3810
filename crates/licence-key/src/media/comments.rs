//! Vorbis comments: the list of `NAME=value` texts of FLAC, Ogg Vorbis and Opus.
//!
//! | what | name |
//! |---|---|
//! | comment and copyright | `COMMENT`, `COPYRIGHT` |
//! | the page's address | `LICENSE` |
//! | token | `LICENCE_TOKEN` |
//!
//! Other people's entries are kept as the bytes they are, valid UTF-8 or not.

use super::marks::{Field, Found, Marks, TOKEN_FIELD, lossy};
use super::riff::little;

/// A comment list in bytes.
#[derive(Debug, Default)]
pub(super) struct Comments {
    vendor: Vec<u8>,
    entries: Vec<Vec<u8>>,
    /// What follows the list.
    pub(super) rest: Vec<u8>,
}

impl Comments {
    /// Reads a list as far as it can be read: a count or a length that lies ends it.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let mut rest = bytes;
        let Some(vendor) = counted(&mut rest) else {
            return Self::default();
        };
        let mut list = Self {
            vendor: vendor.to_vec(),
            ..Self::default()
        };
        let Some((count, behind)) = rest.split_at_checked(4) else {
            return list;
        };
        rest = behind;
        for _ in 0..little(count) {
            let Some(entry) = counted(&mut rest) else {
                return list;
            };
            list.entries.push(entry.to_vec());
        }
        list.rest = rest.to_vec();
        list
    }

    /// Replaces what the marks say and keeps everything else.
    pub(super) fn mark(&mut self, marks: &Marks) {
        let ours = [
            ("COMMENT", Some(marks.line())),
            ("COPYRIGHT", Some(marks.copyright_line())),
            ("LICENSE", Some(marks.page_url.clone())),
            (TOKEN_FIELD, Some(marks.token.clone())),
            ("TITLE", marks.title_line()),
            ("ARTIST", marks.artist_line()),
        ];
        self.entries.retain(|entry| {
            let (name, value) = split(entry);
            // ffmpeg writes a comment as a description: an earlier mark of ours may stand there.
            let earlier =
                name.eq_ignore_ascii_case(b"DESCRIPTION") && Marks::is_line(&lossy(value));
            let replaced = ours
                .iter()
                .any(|(own, value)| name.eq_ignore_ascii_case(own.as_bytes()) && value.is_some());
            !earlier && !replaced
        });
        for (name, value) in ours {
            if let Some(value) = value {
                self.entries.push(format!("{name}={value}").into_bytes());
            }
        }
    }

    /// The list as bytes, without what followed it.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let number = |out: &mut Vec<u8>, n: usize| {
            out.extend(u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes());
        };
        number(&mut out, self.vendor.len());
        out.extend(&self.vendor);
        number(&mut out, self.entries.len());
        for entry in &self.entries {
            number(&mut out, entry.len());
            out.extend(entry);
        }
        out
    }

    /// Takes what the list says into `found`.
    pub(super) fn note(&self, found: &mut Found) {
        for entry in &self.entries {
            let (name, value) = split(entry);
            let field = match name.to_ascii_uppercase().as_slice() {
                b"COMMENT" | b"DESCRIPTION" => Field::Comment,
                b"COPYRIGHT" => Field::Copyright,
                b"TITLE" => Field::Title,
                b"ARTIST" => Field::Artist,
                b"METADATA_BLOCK_PICTURE" => continue,
                name if name == TOKEN_FIELD.as_bytes() => Field::Token,
                _ => Field::Other,
            };
            found.note(field, &lossy(value));
        }
    }
}

/// A 32-bit length and so many bytes.
fn counted<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, behind) = rest.split_at_checked(4)?;
    let (bytes, behind) = behind.split_at_checked(usize::try_from(little(length)).ok()?)?;
    *rest = behind;
    Some(bytes)
}

fn split(entry: &[u8]) -> (&[u8], &[u8]) {
    match entry.iter().position(|&byte| byte == b'=') {
        Some(at) => (&entry[..at], &entry[at + 1..]),
        None => (entry, &[]),
    }
}
