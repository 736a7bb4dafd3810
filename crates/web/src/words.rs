//! Figures as people read them. The scripts of `ui/` word the same figures the same way.

use domain::Timestamp;
use ledger::{Currency, Money};

/// The sign or code that stands before an amount: `$`, `€`, `CHF `.
pub(crate) fn symbol(currency: Currency) -> String {
    match currency.code() {
        "USD" => "$".into(),
        "EUR" => "€".into(),
        "GBP" => "£".into(),
        "JPY" => "¥".into(),
        code => format!("{code} "),
    }
}

/// An amount: `$5.00`, `-$0.50`; to the micro-unit where that hides nothing else.
pub(crate) fn price(money: Money) -> String {
    signed(&money.price_display(), money)
}

/// An amount to the micro-unit: `$0.043333`.
pub(crate) fn exact(money: Money) -> String {
    signed(&money.to_string(), money)
}

/// Puts the symbol before the digits of `5.00 USD`, behind the sign.
fn signed(text: &str, money: Money) -> String {
    let digits = text.split(' ').next().unwrap_or_default();
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("−", digits),
        None => ("", digits),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, format!(".{fraction}")),
        None => (digits, String::new()),
    };
    format!(
        "{sign}{}{}{fraction}",
        symbol(money.currency()),
        grouped(whole)
    )
}

/// Digits in groups of three: `1,234,567`.
pub(crate) fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count: `12,345`.
pub(crate) fn count(number: i64) -> String {
    let sign = if number < 0 { "−" } else { "" };
    format!("{sign}{}", grouped(&number.unsigned_abs().to_string()))
}

/// `1 track`, `27 tracks`.
pub(crate) fn many(number: i64, one: &str, more: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{} {more}", count(number))
    }
}

/// A length or position: `0:42`, `1:05:00`.
pub(crate) fn clock(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// A length in words: `7 min 12 s`.
pub(crate) fn span(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

/// Thousandths as a decimal number, without needless zeros: `97_500` is `97.5`, to one decimal.
pub(crate) fn thousandths(value: i64) -> String {
    let tenths = (value.max(0) + 50) / 100;
    match tenths % 10 {
        0 => format!("{}", tenths / 10),
        tenth => format!("{}.{tenth}", tenths / 10),
    }
}

/// A date: `22 Nov 2026`.
pub(crate) fn date(at: Timestamp) -> String {
    let day = at.day();
    let mut parts = day.split('-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let number = |text: Option<&str>| text.and_then(|t| t.parse::<usize>().ok()).unwrap_or(0);
    let month = MONTHS
        .get(number(month).wrapping_sub(1))
        .copied()
        .unwrap_or("?");
    format!("{} {month} {}", number(day), year.unwrap_or_default())
}

/// A moment: `22 Nov 2026, 15:48 UTC`.
pub(crate) fn moment(at: Timestamp) -> String {
    format!(
        "{}, {} UTC",
        date(at),
        time(at).get(..5).unwrap_or_default()
    )
}

/// A time of day (UTC): `15:48:03`.
pub(crate) fn time(at: Timestamp) -> String {
    let text = at.to_string();
    text.split_once('T')
        .and_then(|(_, time)| time.get(..8))
        .unwrap_or_default()
        .to_owned()
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// An amount as people type it, in micro-units.
pub(crate) fn amount(text: &str, currency: Currency) -> Option<i64> {
    let text = format!("{} {}", text.trim().replace(',', "."), currency.code());
    let money = text.parse::<Money>().ok()?;
    (money.micros() % currency.minor_unit_micros() == 0).then_some(money.micros())
}

/// A day as people type it (`2027-01-31`) or pick it: its beginning, UTC.
pub(crate) fn day(text: &str) -> Option<Timestamp> {
    format!("{}T00:00:00Z", text.trim()).parse().ok()
}

/// A fraction as a decimal number, exactly where twelve digits suffice: `23/25` is `0.92`.
pub(crate) fn decimal(numerator: i64, denominator: i64) -> String {
    const DIGITS: usize = 12;
    let (over, under) = (i128::from(numerator), i128::from(denominator.max(1)));
    let scaled = over * 10_i128.pow(12) / under;
    let (whole, part) = (scaled / 10_i128.pow(12), scaled % 10_i128.pow(12));
    let text = format!("{whole}.{part:0width$}", width = DIGITS);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Basis points in per cent: `1900` is `19 %`, `825` is `8.25 %`.
pub(crate) fn basis_points(bp: u32) -> String {
    format!("{} %", decimal(i64::from(bp), 100))
}

/// A percentage as people type it (`19`, `8.25 %`, `7,5`), in basis points.
pub(crate) fn percentage(text: &str) -> Option<u32> {
    let text = text.trim().trim_end_matches('%').trim_end();
    let text = text.replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    format!("{whole}{part:0<2}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_carry_their_symbol_before_their_digits() {
        let usd = |micros| Money::new(micros, Currency::USD);
        assert_eq!(price(usd(5_000_000)), "$5.00");
        assert_eq!(price(usd(1_234_500_000)), "$1,234.50");
        assert_eq!(price(usd(-500_000)), "−$0.50");
        assert_eq!(exact(usd(43_333)), "$0.043333");
        assert_eq!(price(Money::new(600_000_000, Currency::JPY)), "¥600");
        let franc = Currency::from_code("CHF").unwrap();
        assert_eq!(price(Money::new(1_000_000, franc)), "CHF 1.00");
    }

    #[test]
    fn lengths_dates_and_counts_are_worded() {
        assert_eq!(
            (clock(42_300), clock(3_900_000)),
            ("0:42".into(), "1:05:00".into())
        );
        assert_eq!(
            (span(432_000), span(600_000)),
            ("7 min 12 s".into(), "10 min".into())
        );
        assert_eq!(
            (thousandths(97_500), thousandths(120_049)),
            ("97.5".into(), "120".into())
        );
        let at = Timestamp(1_795_362_483_000);
        assert_eq!(moment(at), "22 Nov 2026, 15:48 UTC");
        assert_eq!(time(at), "15:48:03");
        assert_eq!(
            (many(1, "track", "tracks"), many(1200, "track", "tracks")),
            { ("1 track".to_owned(), "1,200 tracks".to_owned()) }
        );
    }

    #[test]
    fn an_amount_is_read_as_people_type_it_and_to_the_cent() {
        let usd = |text| amount(text, Currency::USD);
        assert_eq!(usd("0.29"), Some(290_000));
        assert_eq!(usd(" 5,5 "), Some(5_500_000));
        for text in ["", "all", "0.291"] {
            assert_eq!(usd(text), None, "{text}");
        }
    }

    #[test]
    fn percentages_rates_and_days_are_read_and_said_as_people_write_them() {
        assert_eq!(percentage("8.25 %"), Some(825));
        assert_eq!(percentage("7,5"), Some(750));
        assert_eq!(percentage("19"), Some(1900));
        for text in ["", "%", "1.234", "-1", "1000000", "a"] {
            assert_eq!(percentage(text), None, "{text}");
        }
        assert_eq!(
            (basis_points(1900), basis_points(825)),
            ("19 %".into(), "8.25 %".into())
        );
        assert_eq!(
            (decimal(23, 25), decimal(3, 1)),
            ("0.92".into(), "3".into())
        );
        assert_eq!(day("2026-03-02").map(date).as_deref(), Some("2 Mar 2026"));
        assert_eq!(day("soon"), None);
    }
}
