//! The name of a delivered file: artist, title, part and code, safe wherever it lands.
//!
//! Titles come from composers and may hold anything; the name must mean one file in one folder on
//! Windows, macOS and Linux, show what it says, and leave room for what is put behind it. The
//! code comes last and is never cut: it is what survives when every tag is lost.

/// The longest name in bytes. Every file system in use allows 255; `.licence.jwt` and the endings
/// of unfinished downloads still fit behind it.
pub const MAX_BYTES: usize = 220;

/// What Windows takes for a device, whatever follows the first full stop.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// `Artist - Title (part) [7K3M9-QXD4T-0RWPD].wav`. `part` is left out where it is empty.
#[must_use]
pub fn file_name(artist: &str, title: &str, part: &str, code: &str, extension: &str) -> String {
    let part = safe(part, MAX_BYTES / 4);
    let part = if part.is_empty() {
        String::new()
    } else {
        format!(" ({part})")
    };
    let tail = format!("{part} [{code}].{extension}");
    let room = MAX_BYTES.saturating_sub(tail.len() + " - ".len() + "_".len()) / 2;
    let or = |text: String, instead: &str| {
        if text.is_empty() {
            instead.to_owned()
        } else {
            text
        }
    };
    let artist = or(safe(artist, room), "Unknown");
    let title = or(safe(title, room), "Untitled");
    let guard = if is_device(&artist) { "_" } else { "" };
    format!("{guard}{artist} - {title}{tail}")
}

/// A text as a part of a name, at most `room` bytes of it.
fn safe(text: &str, room: usize) -> String {
    let visible = text.chars().filter(|&c| !is_invisible(c));
    let plain: String = visible
        .map(|c| if is_forbidden(c) { '_' } else { c })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let joined = words.join(" ");
    let cut = &joined[..joined.floor_char_boundary(room)];
    // Windows drops full stops and spaces at an end; Unix hides what begins with one.
    cut.trim_matches(['.', ' ']).to_owned()
}

/// What separates folders somewhere, means something to a shell or a server, or would be taken
/// for the brackets around the code.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || "/\\:*?\"<>|[]".contains(c)
        || matches!(c, '\u{2044}' | '\u{2215}' | '\u{ff0f}')
}

/// Characters that take no room, among them those that turn the direction of writing and so make
/// a name show what it isn't; and code points that are no characters.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}'
        | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// Whether a name that begins so is a device on Windows.
fn is_device(artist: &str) -> bool {
    let Some((first, _)) = artist.split_once('.') else {
        return false;
    };
    let lower = first.trim_end().to_lowercase();
    let numbered = lower
        .strip_prefix("com")
        .or_else(|| lower.strip_prefix("lpt"))
        .is_some_and(|rest| {
            rest.chars().count() == 1
                && rest.contains(|c: char| c.is_ascii_digit() || "¹²³".contains(c))
        });
    DEVICES.contains(&lower.as_str()) || numbered
}
