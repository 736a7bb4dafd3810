//! Ids, times, asset kinds, identifiers of the trade.

use domain::id::{IdError, uuid7_time};
use domain::identifier::{self, IdentifierError};
use domain::time::monthly_cycle;
use domain::{AssetKind, LicenceId, Timestamp, TrackId, uuid7};
use proptest::prelude::*;

use crate::support::{at, golden};

#[test]
fn a_uuid_holds_its_millisecond_version_and_variant() {
    // RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC, 017F22E2-79B0-7CC3-98C4-DC0C0C07398F.
    let random = [0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f];
    let bytes = uuid7(Timestamp(0x017F_22E2_79B0), random);
    assert_eq!(
        u128::from_be_bytes(bytes),
        0x017F_22E2_79B0_7CC3_98C4_DC0C_0C07_398F
    );
    assert_eq!(uuid7_time(&bytes), at("2022-02-22T19:22:22Z"));
    assert_eq!(uuid7(Timestamp(-1), random)[..6], [0; 6]);
}

#[test]
fn an_id_has_exactly_one_spelling() {
    let id = TrackId::from_bytes([0xff; 16]);
    assert_eq!(id.to_string(), "trk_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
    let prefix = IdError::Prefix { expected: "trk" };
    let table = [
        ("", prefix.clone()),
        ("lic_00000000000000000000000000", prefix.clone()),
        ("trk00000000000000000000000000", prefix),
        ("trk_", IdError::Form),
        ("trk_0000000000000000000000000", IdError::Form),
        ("trk_80000000000000000000000000", IdError::Form),
        ("trk_0000000000000000000000000A", IdError::Form),
        ("trk_0000000000000000000000000u", IdError::Form),
        ("trk_000000000000000000000000é", IdError::Form),
    ];
    for (text, error) in table {
        assert_eq!(text.parse::<TrackId>(), Err(error), "{text}");
    }
}

#[test]
fn times_print_as_rfc_3339_and_read_any_offset() {
    let table = [
        ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"),
        (
            "2026-01-31T23:59:59.999Z",
            1_769_903_999_999,
            "2026-01-31T23:59:59.999Z",
        ),
        (
            "2026-02-01T01:00:00+01:00",
            1_769_904_000_000,
            "2026-02-01T00:00:00.000Z",
        ),
    ];
    for (text, millis, printed) in table {
        assert_eq!(at(text), Timestamp(millis));
        assert_eq!(Timestamp(millis).to_string(), printed);
    }
    for bad in [
        "",
        "2026-01-31",
        "2026-01-31T10:00:00",
        "2026-13-01T00:00:00Z",
        "soon",
    ] {
        assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
    }
    assert_eq!(
        Timestamp(i64::MAX).to_string().len(),
        "9999-12-30T22:00:00.999Z".len()
    );
}

#[test]
fn t_month_anchors_fall_on_the_last_day_and_return() {
    for (day, dates) in golden("T month anchors").as_object().unwrap() {
        let anchor = at(&format!("2026-01-{day}T00:00:00Z"));
        for (months, date) in (0..).zip(dates.as_array().unwrap()) {
            assert_eq!(
                anchor.plus_months(months).day(),
                date.as_str().unwrap(),
                "anchor {day}"
            );
        }
    }
}

#[test]
fn t_late_events_belong_to_the_half_open_cycle_of_their_publication() {
    let anchor = at("2026-01-31T00:00:00Z");
    let first = Some((anchor, at("2026-02-28T00:00:00Z")));
    assert_eq!(monthly_cycle(anchor, at("2026-01-31T23:59:59.999Z")), first);
    assert_eq!(monthly_cycle(anchor, at("2026-02-27T23:59:59.999Z")), first);
    let second = Some((at("2026-02-28T00:00:00Z"), at("2026-03-31T00:00:00Z")));
    assert_eq!(monthly_cycle(anchor, at("2026-02-28T00:00:00Z")), second);
    assert_eq!(monthly_cycle(anchor, at("2026-03-30T12:00:00Z")), second);
    assert_eq!(monthly_cycle(anchor, at("2026-01-30T12:00:00Z")), None);
}

#[test]
fn asset_kinds_keep_their_codes() {
    for kind in AssetKind::ALL {
        assert_eq!(kind.code().parse(), Ok(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
    }
    assert_eq!(AssetKind::Cut30.cut_ms(), Some(30_000));
    assert!("cut_45".parse::<AssetKind>().is_err());
}

#[test]
fn a_whole_includes_its_parts_and_never_the_other_way_round() {
    use AssetKind::{Cut15, Cut60, Edit, FullMix, Loop, MixAndStems, Stem, StemPack};
    let yes = [
        (FullMix, Cut60),
        (Cut60, Cut15),
        (MixAndStems, StemPack),
        (StemPack, Stem),
    ];
    for (whole, part) in yes
        .into_iter()
        .chain([(FullMix, Loop), (FullMix, Edit), (Edit, Cut15)])
    {
        assert!(whole.includes(part), "{whole} includes {part}");
        assert!(!part.includes(whole), "{part} doesn't include {whole}");
    }
    for (one, other) in [
        (StemPack, FullMix),
        (FullMix, Stem),
        (StemPack, Cut15),
        (Loop, Cut15),
    ] {
        assert!(!one.includes(other), "{one} doesn't include {other}");
    }
}

#[test]
fn identifiers_of_the_trade_are_checked_by_their_own_rules() {
    type Check = fn(&str) -> Result<String, IdentifierError>;
    let good: [(Check, &str, &str); 9] = [
        (identifier::iswc, "T-034.524.680-1", "T0345246801"),
        (identifier::iswc, "iswc t0345246801", "T0345246801"),
        (identifier::ipi_name, "00045620792", "00045620792"),
        (identifier::ipi_name, "IPI 00045620792", "00045620792"),
        (identifier::ipi_base, "I-001068130-6", "I0010681306"),
        (identifier::isni, "0000 0001 2103 2683", "0000000121032683"),
        (
            identifier::isni,
            "ISNI 000000012146438X",
            "000000012146438X",
        ),
        (identifier::isrc, "US-S1Z-99-00001", "USS1Z9900001"),
        (identifier::isrc, "ISRC gbayE6800011", "GBAYE6800011"),
    ];
    for (check, text, canonical) in good {
        assert_eq!(check(text), Ok(canonical.to_owned()), "{text}");
    }
    let slips: [(Check, &str); 5] = [
        (identifier::iswc, "T-034.524.680-2"),
        (identifier::iswc, "T-034.542.680-1"),
        (identifier::ipi_name, "00045620793"),
        (identifier::ipi_base, "I-001068130-7"),
        (identifier::isni, "0000 0001 2103 2684"),
    ];
    for (check, text) in slips {
        assert!(
            matches!(check(text), Err(IdentifierError::CheckDigit(_))),
            "{text}"
        );
    }
    let shapeless: [(Check, &str); 6] = [
        (identifier::iswc, "0345246801"),
        (identifier::ipi_name, "45620792"),
        (identifier::ipi_base, "001068130-6"),
        (identifier::isni, "0000 0001 2103 268é"),
        (identifier::isrc, "USS1Z990001"),
        (identifier::isrc, "1SS1Z9900001"),
    ];
    for (check, text) in shapeless {
        assert!(
            matches!(check(text), Err(IdentifierError::Form(..))),
            "{text}"
        );
    }
}

proptest! {
    #[test]
    fn every_id_reads_back_and_sorts_as_its_bytes(a: [u8; 16], b: [u8; 16]) {
        let (one, two) = (LicenceId::from_bytes(a), LicenceId::from_bytes(b));
        prop_assert_eq!(one.to_string().parse(), Ok(one));
        prop_assert_eq!(one.to_string().cmp(&two.to_string()), a.cmp(&b));
    }

    #[test]
    fn every_time_reads_back(millis in -62_135_596_800_000..253_402_000_000_000_i64) {
        prop_assert_eq!(Timestamp(millis).to_string().parse(), Ok(Timestamp(millis)));
    }

    #[test]
    fn every_instant_lies_in_its_cycle(
        anchor in 0..4_000_000_000_000_i64,
        later in 0..400_000_000_000_i64,
    ) {
        let (anchor, now) = (Timestamp(anchor), Timestamp(anchor + later));
        let (start, end) = monthly_cycle(anchor, now).unwrap();
        prop_assert!(start <= now && now < end);
        prop_assert_eq!(monthly_cycle(anchor, end).unwrap().0, end);
    }
}
