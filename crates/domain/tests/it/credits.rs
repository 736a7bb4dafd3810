//! Credits: every number by its rule, shares that make the whole, and nothing invented.

use domain::credits::{Credits, CreditsFault, Publisher, Role, Writer, from_percent, percent};
use proptest::prelude::*;

fn writer(name: &str, ipi: Option<&str>, share: Option<u32>) -> Writer {
    Writer {
        name: name.into(),
        role: Role::ComposerAuthor,
        ipi: ipi.map(Into::into),
        share_ppm: share,
    }
}

fn with(writers: Vec<Writer>) -> Credits {
    Credits {
        writers,
        ..Credits::default()
    }
}

#[test]
fn numbers_are_kept_as_they_were_given() {
    let given = Credits {
        isrc: Some(" GB-ABC-26-00001 ".into()),
        iswc: Some("T-034.524.680-1".into()),
        version: Some("  ".into()),
        writers: vec![writer(" Ada Byron ", Some("00045620792"), Some(1_000_000))],
        ..Credits::default()
    };
    let kept = given.checked().unwrap();
    assert_eq!(kept.isrc.as_deref(), Some("GB-ABC-26-00001"));
    assert_eq!(kept.iswc.as_deref(), Some("T-034.524.680-1"));
    assert_eq!(kept.version, None);
    assert_eq!(kept.writers[0].name, "Ada Byron");
    assert!(Credits::default().checked().unwrap().is_empty());
}

#[test]
fn a_fault_names_its_field() {
    let long = "x".repeat(201);
    for (credits, field) in [
        (
            Credits {
                isrc: Some("GBABC26".into()),
                ..Credits::default()
            },
            "isrc",
        ),
        (
            Credits {
                iswc: Some("T0345246802".into()),
                ..Credits::default()
            },
            "iswc",
        ),
        (
            Credits {
                version: Some("a\nb".into()),
                ..Credits::default()
            },
            "version",
        ),
        (
            Credits {
                label_line: Some(long),
                ..Credits::default()
            },
            "label_line",
        ),
        (
            with(vec![
                writer("A", None, None),
                writer("B", Some("00045620793"), None),
            ]),
            "writers.1.ipi",
        ),
        (with(vec![writer(" ", None, None)]), "writers.0.name"),
        (
            with(vec![writer("A", None, Some(0))]),
            "writers.0.share_ppm",
        ),
        (with(vec![writer("A", None, None); 33]), "writers"),
    ] {
        assert_eq!(credits.checked().unwrap_err().field, field);
    }
}

#[test]
fn shares_are_all_given_and_whole_or_none_is() {
    for (shares, good) in [
        (vec![None, None], true),
        (vec![Some(500_000), Some(500_000)], true),
        (vec![Some(1_000_000)], true),
        (vec![Some(1_000_000), None], false),
        (vec![Some(500_000), Some(499_999)], false),
        (vec![Some(u32::MAX), Some(u32::MAX)], false),
    ] {
        let writers = shares
            .iter()
            .map(|share| writer("A", None, *share))
            .collect();
        let publishers = shares.iter().map(|share| Publisher {
            name: "P".into(),
            ipi: None,
            share_ppm: *share,
        });
        let cause = |credits: Credits| credits.checked().err().map(|e| (e.field, e.cause));
        let fault = |list: &str| (!good).then(|| (list.to_owned(), CreditsFault::Shares));
        assert_eq!(cause(with(writers)), fault("writers"), "{shares:?}");
        let credits = Credits {
            publishers: publishers.collect(),
            ..Credits::default()
        };
        assert_eq!(cause(credits), fault("publishers"), "{shares:?}");
    }
}

#[test]
fn a_role_is_read_by_code_or_word() {
    for role in Role::ALL {
        assert_eq!(Role::from_word(role.code()), Some(role));
        assert_eq!(Role::from_word(&role.label().to_uppercase()), Some(role));
    }
    assert_eq!(Role::from_word("producer"), None);
}

proptest! {
    #[test]
    fn a_percentage_reads_back(ppm in 0_u32..=1_000_000) {
        prop_assert_eq!(from_percent(&percent(ppm)), Some(ppm));
        prop_assert_eq!(from_percent(&format!(" {} % ", percent(ppm))), Some(ppm));
    }

    #[test]
    fn what_is_no_percentage_is_none(text in "[-+a-z%. ]{0,6}|1[0-9]{2}\\.[0-9]{5}") {
        prop_assert_eq!(from_percent(&text), None);
    }
}
