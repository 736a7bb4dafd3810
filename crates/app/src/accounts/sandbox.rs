//! The sandbox payment provider: it answers like one and never leaves the machine.

use domain::ProviderName;
use domain::journal::Taken;

use crate::Fault;

/// The provider's name in the ledger.
pub(crate) const NAME: &str = "sandbox";

/// Why nothing was charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotCharged {
    /// That is no card number.
    NoCard,
    /// The provider said no.
    Declined,
}

/// Any number that passes the Luhn check (ISO/IEC 7812-1) is charged, except that one ending in
/// 0002 is declined.
pub(crate) fn charge(card: &str) -> Result<(), NotCharged> {
    let plain = card.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let digits: Vec<u32> = plain
        .map(|c| c.to_digit(10))
        .collect::<Option<_>>()
        .ok_or(NotCharged::NoCard)?;
    let doubled = |(n, digit): (usize, &u32)| match n % 2 {
        0 => *digit,
        _ if *digit > 4 => digit * 2 - 9,
        _ => digit * 2,
    };
    let sum: u32 = digits.iter().rev().enumerate().map(doubled).sum();
    if !(12..=19).contains(&digits.len()) || !sum.is_multiple_of(10) {
        return Err(NotCharged::NoCard);
    }
    if digits.ends_with(&[0, 0, 0, 2]) {
        return Err(NotCharged::Declined);
    }
    Ok(())
}

/// What stands for a card that was charged once, to charge it again: no number is kept. The
/// sandbox's card ending in 0341 pays once and declines ever after.
pub(crate) fn keep(card: &str) -> String {
    let digits: String = card.chars().filter(char::is_ascii_digit).collect();
    let word = if digits.ends_with("0341") {
        DECLINES
    } else {
        PAYS
    };
    word.to_owned()
}

/// Charges a card that was kept.
pub(crate) fn charge_kept(token: &str) -> Result<(), NotCharged> {
    match token {
        PAYS => Ok(()),
        _ => Err(NotCharged::Declined),
    }
}

const PAYS: &str = "sandbox_pays";

const DECLINES: &str = "sandbox_declines";

/// Whose account the money lies on, for the journal.
pub(crate) fn taken() -> Result<Taken, Fault> {
    let provider = ProviderName::new(NAME).map_err(Fault::while_("naming a provider"))?;
    Ok(Taken {
        provider,
        country: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_card_holds_no_digit_and_one_ending_in_0341_pays_once() {
        let good = keep("4242 4242 4242 4242");
        assert!(!good.chars().any(|c| c.is_ascii_digit()));
        assert_eq!(charge_kept(&good), Ok(()));
        assert_eq!(charge("4000 0000 0000 0341"), Ok(()));
        let once = keep("4000 0000 0000 0341");
        assert_eq!(charge_kept(&once), Err(NotCharged::Declined));
    }

    #[test]
    fn what_passes_luhn_is_charged_and_0002_is_declined() {
        for (card, wanted) in [
            ("4242 4242 4242 4242", Ok(())),
            ("4242-4242-4242-4242", Ok(())),
            ("4000 0000 0000 0002", Err(NotCharged::Declined)),
            ("4242 4242 4242 4241", Err(NotCharged::NoCard)),
            ("", Err(NotCharged::NoCard)),
            ("0", Err(NotCharged::NoCard)),
            ("4242 4242 x242 4242", Err(NotCharged::NoCard)),
        ] {
            assert_eq!(charge(card), wanted, "{card}");
        }
    }
}
