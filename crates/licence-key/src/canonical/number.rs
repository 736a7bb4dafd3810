//! Doubles as ECMAScript prints them (ECMA-262, `Number::toString`), which RFC 8785 demands.

use serde_json::Number;

/// Appends a finite double.
pub(super) fn write(double: f64, out: &mut String) {
    let (digits, point) = decimal(double.abs());
    if digits.is_empty() {
        // Both zeros print alike.
        out.push('0');
        return;
    }
    if double.is_sign_negative() {
        out.push('-');
    }
    layout(&digits, point, out);
}

/// The shortest digits that read back as the same double, and how many of them stand before
/// the decimal point.
///
/// They come from `serde_json`'s printer: of two equally short and equally close candidates it
/// takes the even one, as ECMAScript does; Rust's own formatting does not.
fn decimal(double: f64) -> (String, i32) {
    let printed = Number::from_f64(double)
        .map(|number| number.to_string())
        .unwrap_or_default();
    let (mantissa, exponent) = printed.split_once('e').unwrap_or((&printed, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let leading_zeros = length(&all) - length(digits);
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let point = length(whole) - leading_zeros + exponent;
    (digits.trim_end_matches('0').to_owned(), point)
}

/// A printed double has a few hundred characters at most.
fn length(text: &str) -> i32 {
    i32::try_from(text.len()).unwrap_or(i32::MAX)
}

/// `point` is ECMAScript's n: the decimal point stands behind that many digits.
fn layout(digits: &str, point: i32, out: &mut String) {
    let count = length(digits);
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    if (count..=21).contains(&point) {
        out.push_str(digits);
        out.push_str(&zeros(point - count));
    } else if (1..=21).contains(&point) {
        let (whole, rest) = digits.split_at(usize::try_from(point).unwrap_or(0));
        out.push_str(whole);
        out.push('.');
        out.push_str(rest);
    } else if (-5..=0).contains(&point) {
        out.push_str("0.");
        out.push_str(&zeros(-point));
        out.push_str(digits);
    } else {
        let (first, rest) = digits.split_at(1);
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        let sign = if point > 0 { "+" } else { "" };
        out.push_str(&format!("e{sign}{}", point - 1));
    }
}

#[cfg(test)]
mod tests {
    /// RFC 8785 appendix B.
    #[test]
    fn doubles_print_as_rfc_8785_lists_them() {
        for (bits, text) in [
            (0x0000_0000_0000_0000_u64, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            let mut out = String::new();
            super::write(f64::from_bits(bits), &mut out);
            assert_eq!(out, text, "{bits:016x}");
        }
    }
}
