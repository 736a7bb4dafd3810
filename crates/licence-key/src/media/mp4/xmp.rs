//! The XMP packet (ISO 16684-1) that repeats code and token for tools that read XMP only.
//!
//! Ours is one `rdf:Description` with attributes in a namespace of its own, so it can be put
//! into, found in and taken out of a packet that others wrote, without an XML parser.

use crate::media::marks::Marks;

/// The `uuid` box type of XMP in ISO base media files (XMP part 3, §1.1.5).
pub(super) const UUID: [u8; 16] = [
    0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac,
];

const OPENING: &str = r#"<rdf:Description rdf:about="" xmlns:clearcue="urn:clearcue:licence:1""#;
const CLOSING: &str = "/>";
const END_OF_RDF: &str = "</rdf:RDF>";

/// The packet with a description of ours for each licence: into `existing` where that is possible, otherwise a new
/// packet.
pub(super) fn packet(existing: Option<&[u8]>, marks: &[Marks]) -> Vec<u8> {
    let description = |marks: &Marks| {
        format!(
            "{OPENING} clearcue:code=\"{}\" clearcue:page=\"{}\" clearcue:token=\"{}\"{CLOSING}",
            marks.code,
            escape(&marks.page_url),
            escape(&marks.token),
        )
    };
    let ours: String = marks.iter().map(description).collect();
    let theirs = existing
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .map(without_ours)
        .and_then(|text| {
            text.rfind(END_OF_RDF)
                .map(|at| (text[..at].to_owned(), text[at..].to_owned()))
        });
    match theirs {
        Some((before, after)) => format!("{before}{ours}{after}"),
        None => format!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
             <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
             <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
             {ours}{END_OF_RDF}</x:xmpmeta><?xpacket end=\"w\"?>"
        ),
    }
    .into_bytes()
}

/// Codes and tokens of our descriptions.
pub(super) fn find(packet: &[u8]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut text = std::str::from_utf8(packet).unwrap_or_default();
    while let Some((start, end)) = ours(text) {
        let attribute = |name: &str| {
            let (_, rest) = text[start..end].split_once(name)?;
            rest.split_once('"').map(|(value, _)| unescape(value))
        };
        found.extend(attribute(" clearcue:code=\"").zip(attribute(" clearcue:token=\"")));
        text = &text[end..];
    }
    found
}

fn without_ours(mut text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    while let Some((start, end)) = ours(text) {
        out.push_str(&text[..start]);
        text = &text[end..];
    }
    out + text
}

fn ours(text: &str) -> Option<(usize, usize)> {
    let start = text.find(OPENING)?;
    // Attribute values hold no ">", so the first closing is ours.
    let length = text[start..].find(CLOSING)?;
    Some((start, start + length + CLOSING.len()))
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other if other.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}
