//! A tag taken apart by hand. The tag library gives a whole tag up for one frame it can't read;
//! here each frame becomes a tag of its own, so that the others survive.

/// More frames than any tag has.
const MAX_FRAMES: usize = 65_536;

/// Flags of a tag's header.
const UNSYNCHRONISED: u8 = 0x80;
const EXTENDED: u8 = 0x40;

/// Tags of one frame each, in order, for every frame that has a name and fits.
pub(super) fn frames(mut tags: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while let Some((head, behind)) = tags.split_at_checked(10) {
        if !head.starts_with(b"ID3") {
            break;
        }
        let (version, flags) = (head[3], head[5]);
        let body = &behind[..synchsafe(&head[6..]).min(behind.len())];
        if version < 3 {
            split(body, 2, &mut found);
        } else if flags & UNSYNCHRONISED != 0 && version == 3 {
            split(
                behind_extension(&plain(body), version, flags),
                version,
                &mut found,
            );
        } else {
            split(behind_extension(body, version, flags), version, &mut found);
        }
        tags = &behind[body.len()..];
    }
    found
}

/// Without the extended header.
fn behind_extension(body: &[u8], version: u8, flags: u8) -> &[u8] {
    if flags & EXTENDED == 0 {
        return body;
    }
    let size = body.get(..4).unwrap_or_default();
    // Version 2.3 doesn't count the size itself.
    let size = if version == 3 {
        big(size) + 4
    } else {
        synchsafe(size)
    };
    body.get(size..).unwrap_or_default()
}

fn split(mut body: &[u8], version: u8, found: &mut Vec<Vec<u8>>) {
    let (name, head) = if version == 2 { (3, 6) } else { (4, 10) };
    while let Some((start, rest)) = body.split_at_checked(head) {
        let named = start[..name].iter().all(u8::is_ascii_alphanumeric);
        let size = match version {
            2 | 3 => big(&start[name..name + name]),
            _ => synchsafe(&start[name..name + name]),
        };
        if !named || size > rest.len() || found.len() >= MAX_FRAMES {
            return;
        }
        let whole = &body[..head + size];
        found.push([&header(version, whole.len())[..], whole].concat());
        body = &rest[size..];
    }
}

fn header(version: u8, size: usize) -> [u8; 10] {
    let part = |by: u32| u8::try_from(size >> by & 0x7f).unwrap_or(0);
    let [a, b, c, d] = [21, 14, 7, 0].map(part);
    [b'I', b'D', b'3', version, 0, 0, a, b, c, d]
}

/// Unsynchronisation puts a zero behind every 0xff; here they go again.
fn plain(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut after_ff = false;
    for &byte in bytes {
        if !(after_ff && byte == 0) {
            out.push(byte);
        }
        after_ff = byte == 0xff;
    }
    out
}

fn big(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .fold(0, |sum, &byte| sum << 8 | usize::from(byte))
}

fn synchsafe(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .fold(0, |sum, &byte| sum << 7 | usize::from(byte & 0x7f))
}
