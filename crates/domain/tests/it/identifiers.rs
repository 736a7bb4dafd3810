//! What the check digits of the trade's identifiers promise, tried out.

use domain::identifier::{IdentifierError, ipi_base, ipi_name, isni, isrc, iswc};
use proptest::prelude::*;
use proptest::test_runner::Config;

type Check = fn(&str) -> Result<String, IdentifierError>;

/// The valid numbers that start with `body`, by trying every ending.
fn completed(check: Check, body: &str, endings: &[String]) -> Vec<String> {
    let all = endings.iter().map(|end| format!("{body}{end}"));
    all.filter(|text| check(text).is_ok()).collect()
}

fn one_digit() -> Vec<String> {
    (0..10).map(|digit| digit.to_string()).collect()
}

/// `text` with the digit at `at` replaced by another one.
fn slipped(text: &str, at: usize, by: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = b'0' + (bytes[at] - b'0' + by) % 10;
    String::from_utf8(bytes).unwrap()
}

/// `text` with the digits at `at` and `at + 1` swapped.
fn swapped(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes.swap(at, at + 1);
    String::from_utf8(bytes).unwrap()
}

fn digits(count: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(0..10_u8, count)
        .prop_map(|digits| digits.iter().map(ToString::to_string).collect())
}

#[test]
fn numbers_known_to_exist_are_accepted() {
    let table: [(Check, &[&str]); 5] = [
        (
            iswc,
            &[
                "T-034.524.680-1",
                "T0345246801",
                "ISWC T-034.524.680-1",
                "t 034 524 680 1",
            ],
        ),
        (
            ipi_name,
            &["00045620792", "IPI: 00045620792", "000.45.62.07.92"],
        ),
        (ipi_base, &["I-001068130-6", "i0010681306"]),
        (isni, &["0000 0001 2103 2683", "ISNI 0000-0001-2146-438x"]),
        (
            isrc,
            &[
                "US-S1Z-99-00001",
                "ISRC US S1Z 99 00001",
                "IS-RC1-12-34567",
                "ISRC ISRC11234567",
            ],
        ),
    ];
    for (check, texts) in table {
        for text in texts {
            let canonical = check(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(
                check(&canonical),
                Ok(canonical.clone()),
                "the canonical form is one too"
            );
            assert!(
                canonical
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            );
        }
    }
}

#[test]
fn what_only_looks_like_one_is_refused() {
    let table: [(Check, &[&str]); 5] = [
        (
            iswc,
            &[
                "",
                "T",
                "0345246801",
                "T-034.524.68",
                "T-034.524.680-11",
                "T-034.524.680-X",
            ],
        ),
        (
            ipi_name,
            &[
                "",
                "0004562079",
                "000456207922",
                "0004562079X",
                "٠٠٠٤٥٦٢٠٧٩٢",
            ],
        ),
        (
            ipi_base,
            &["", "0010681306", "J-001068130-6", "I-001068130"],
        ),
        (
            isni,
            &[
                "",
                "000000012103268",
                "00000001210326830",
                "X000000121032683",
                "０000000121032683",
            ],
        ),
        (
            isrc,
            &[
                "",
                "USS1Z990000",
                "USS1Z99000011",
                "U1S1Z9900001",
                "USS1Z99O0001",
                "USS-Z_9900001",
            ],
        ),
    ];
    for (check, texts) in table {
        for text in texts {
            assert!(
                matches!(check(text), Err(IdentifierError::Form(..))),
                "{text:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 1_000, ..Config::default() })]

    /// Σ i·dᵢ mod 10 sees a slip unless i·Δ is a multiple of ten: always at the places 1, 3, 7 and
    /// 9 and in the check digit, elsewhere with these exceptions and no others.
    #[test]
    fn iswc_and_ipi_base_catch_the_slips_that_their_weights_promise(
        body in digits(9), at in 0..10_usize, by in 1..10_u8,
    ) {
        for (check, letter) in [(iswc as Check, "T"), (ipi_base, "I")] {
            let whole = completed(check, &format!("{letter}{body}"), &one_digit());
            prop_assert_eq!(whole.len(), 1, "one check digit fits: {:?}", whole);
            let slip = slipped(&whole[0], at + 1, by);
            let unseen = at < 9 && ((at + 1) * usize::from(by)).is_multiple_of(10);
            let result = check(&slip);
            if unseen {
                prop_assert_eq!(result, Ok(slip));
            } else {
                prop_assert!(matches!(result, Err(IdentifierError::CheckDigit(_))), "{slip}");
            }
        }
    }

    #[test]
    fn an_ipi_name_number_catches_every_slip_and_every_swap(
        body in digits(9), at in 0..11_usize, by in 1..10_u8,
    ) {
        let endings: Vec<String> = (0..100).map(|end| format!("{end:02}")).collect();
        let whole = completed(ipi_name, &body, &endings);
        prop_assert!(whole.len() <= 1, "at most one ending fits: {:?}", whole);
        let Some(whole) = whole.first() else { return Ok(()) };
        prop_assert!(ipi_name(&slipped(whole, at, by)).is_err());
        let swap = swapped(whole, at.min(9));
        prop_assert!(swap == *whole || ipi_name(&swap).is_err(), "{swap}");
    }

    #[test]
    fn an_isni_catches_every_slip_and_every_swap(
        body in digits(15), at in 0..15_usize, by in 1..10_u8,
    ) {
        let mut endings = one_digit();
        endings.push("X".to_owned());
        let whole = completed(isni, &body, &endings);
        prop_assert_eq!(whole.len(), 1, "one check character fits: {:?}", whole);
        prop_assert!(isni(&slipped(&whole[0], at, by)).is_err());
        let swap = swapped(&whole[0], at.min(13));
        prop_assert!(swap == whole[0] || isni(&swap).is_err(), "{swap}");
    }

    #[test]
    fn any_text_gets_an_answer(text in any::<String>()) {
        for check in [iswc as Check, ipi_name, ipi_base, isni, isrc] {
            if let Ok(canonical) = check(&text) {
                prop_assert_eq!(check(&canonical), Ok(canonical.clone()));
            }
        }
    }
}
