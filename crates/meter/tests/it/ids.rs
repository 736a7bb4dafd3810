//! Ids have one form each, and keys find them.

use meter::code::{read, read_printed, write};
use meter::id::{EventId, Seed};
use proptest::prelude::*;

use crate::common::{config, ids};

#[test]
fn forms_are_told_apart() {
    let uuid = "01890a5d-ac96-774b-bcce-b302099a8057";
    assert!(matches!(EventId::read(uuid), EventId::Uuid7(_)));
    for text in [
        "01890A5D-ac96-774b-bcce-b302099a8057",
        "01890a5d-ac96-474b-bcce-b302099a8057",
        "01890a5d-ac96-774b-ccce-b302099a8057",
        "01890a5dac96-774b-bcce-b302099a80577",
        "01890a5d-ac96-774b-bcce-b302099a805g",
        "cam:007",
        "cam:+7",
        "cam:",
        ":7",
        "cam:18446744073709551616",
        "",
    ] {
        assert_eq!(EventId::read(text), EventId::Text(text), "{text}");
    }
    let stream = "a:b";
    let number = u64::MAX;
    assert_eq!(
        EventId::read("a:b:18446744073709551615"),
        EventId::Sequence { stream, number }
    );
}

#[test]
fn a_key_depends_on_the_reporter_the_id_and_the_seed() {
    let (seed, other) = (Seed::new([1; 16]), Seed::new([2; 16]));
    let id = EventId::read("cam:1");
    let key = seed.of_event("a", &id);
    assert_eq!(key, seed.of_event("a", &EventId::read("cam:1")));
    for different in [
        seed.of_event("b", &id),
        seed.of_event("a", &EventId::read("cam:2")),
        seed.of_event("a", &EventId::read("cam:01")),
        other.of_event("a", &id),
    ] {
        assert_ne!(key, different);
    }
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn a_form_gives_back_its_text(text in prop_oneof![ids(), any::<String>()]) {
        prop_assert_eq!(EventId::read(&text).write(), text);
    }

    #[test]
    fn a_printed_code_reads_as_the_strict_reader_reads_it(
        value in 0_u128..1 << 70,
        at in 0..17_usize,
        symbol in "[ -~]",
    ) {
        for text in licence_key::Code::from_value(value).iter().flat_map(|code| [code.to_string(), code.plain()]) {
            let mut bent = text.clone();
            if at < bent.len() {
                bent.replace_range(at..=at, &symbol);
            }
            for text in [text, bent] {
                prop_assert_eq!(read(&text), text.parse().ok(), "{}", text);
                if let Some((code, spelling)) = read_printed(&text) {
                    prop_assert_eq!(write(code, spelling), text);
                }
            }
        }
    }
}
