//! Names of delivered files, whatever a title holds.

use domain::file_name;
use domain::file_name::MAX_BYTES;
use proptest::prelude::*;

const CODE: &str = "7K3M9-QXD4T-0RWPD";

fn named(artist: &str, title: &str) -> String {
    file_name(artist, title, "", CODE, "wav")
}

#[test]
fn a_name_says_artist_title_part_and_code() {
    let name = file_name("Ada Byron", "Night Market", "cut 15s", CODE, "wav");
    assert_eq!(
        name,
        "Ada Byron - Night Market (cut 15s) [7K3M9-QXD4T-0RWPD].wav"
    );
    assert_eq!(
        named("Zoë", "Čas 夜"),
        "Zoë - Čas 夜 [7K3M9-QXD4T-0RWPD].wav"
    );
}

#[test]
fn hostile_titles_have_harmless_names() {
    for (artist, title, begins) in [
        ("../../etc", "passwd", "_.._etc - passwd ["),
        ("C:\\Windows", "a|b", "C__Windows - a_b ["),
        ("NUL", "x", "NUL - x ["),
        ("nul.band", "x", "_nul.band - x ["),
        ("COM1.", "x", "COM1 - x ["),
        ("com¹.x", "x", "_com¹.x - x ["),
        ("com10.x", "x", "com10.x - x ["),
        ("Ada.", " ..Dawn.. ", "Ada - Dawn ["),
        ("", "\u{200b}", "Unknown - Untitled ["),
        ("Ada\u{202e}gpj", "x\ty", "Adagpj - x_y ["),
        ("a\0b\r\nc", "[0RWPD]", "a_b__c - _0RWPD_ ["),
        ("-rf", "~", "-rf - ~ ["),
    ] {
        let name = named(artist, title);
        assert!(name.starts_with(begins), "{artist:?} {title:?}: {name}");
    }
}

proptest! {
    #[test]
    fn any_title_is_one_file_in_one_folder_on_every_system(
        artist in any::<String>(),
        title in "\\PC{0,300}",
        part in any::<String>(),
    ) {
        let name = file_name(&artist, &title, &part, CODE, "wav");
        prop_assert!(name.len() <= MAX_BYTES, "{} bytes", name.len());
        prop_assert!(name.ends_with("[7K3M9-QXD4T-0RWPD].wav"));
        let bad = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
        prop_assert!(!name.contains(bad), "{}", name);
        prop_assert!(!name.starts_with(['.', ' ']));
        let unseen = ['\u{202e}', '\u{2066}', '\u{200f}', '\u{feff}'];
        prop_assert!(!name.contains(unseen), "{}", name);
    }
}
