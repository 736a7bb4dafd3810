//! Destinations, rules, and the files that payouts leave by and come back in.

use domain::payout::destination::{Account, Destination, DestinationError, Rail, is_iban};
use domain::payout::latin::{is_latin, latin};
use domain::payout::lists::{Item, manual, paypal, wise};
use domain::payout::local::Local;
use domain::payout::results::{FileError, LineError, read};
use domain::payout::rules::{ByCurrency, Rules, RulesError};
use domain::payout::sepa::{self, Transfer};
use domain::payout::{Answer, Effect, Event, State};
use domain::{Payout, PayoutBatchId, PayoutId};
use ledger::exchange::Rate;
use ledger::{Currency, Money};
use proptest::prelude::*;

use crate::support::{at, payee, usd};

fn account() -> Account {
    Account {
        name: "Zoë Müller & Söhne".into(),
        iban: "DE89 3704 0044 0532 0130 00".into(),
        bic: Some("cobadeff".into()),
        town: "Köln".into(),
        country: "de".into(),
    }
}

fn id(n: u8) -> PayoutId {
    PayoutId::from_bytes([n; 16])
}

#[test]
fn an_iban_is_checked_to_the_digit() {
    for good in [
        "DE89370400440532013000",
        "GB82WEST12345698765432",
        "NO9386011117947",
    ] {
        assert!(is_iban(good), "{good}");
        for (place, was) in good.bytes().enumerate().skip(2) {
            if was.is_ascii_digit() {
                let mut other = good.as_bytes().to_vec();
                other[place] = b'0' + (was - b'0' + 1) % 10;
                assert!(
                    !is_iban(std::str::from_utf8(&other).unwrap()),
                    "{place} of {good}"
                );
            }
        }
    }
    for bad in [
        "",
        "DE",
        "de89370400440532013000",
        "DE8937040044053201300é",
        "DE89-3704",
    ] {
        assert!(!is_iban(bad), "{bad}");
    }
}

#[test]
fn a_destination_has_one_spelling_and_is_masked_when_shown() {
    let Destination::Sepa(kept) = Destination::Sepa(account()).checked().unwrap() else {
        panic!("it stays a SEPA account");
    };
    assert_eq!(kept.iban, "DE89370400440532013000");
    assert_eq!(
        (kept.bic.as_deref(), kept.country.as_str()),
        (Some("COBADEFF"), "DE")
    );
    let shown = Destination::Sepa(kept).masked();
    assert!(
        shown.starts_with("DE89 … 000") && !shown.contains("3704"),
        "{shown}"
    );
    let shown = Destination::Paypal {
        email: "ada@example.com".into(),
    }
    .masked();
    assert_eq!(shown, "a…@example.com");
}

#[test]
fn a_destination_that_cannot_be_paid_is_refused_at_its_field() {
    let with = |change: fn(&mut Account)| {
        let mut one = account();
        change(&mut one);
        Destination::Sepa(one).checked().unwrap_err()
    };
    assert_eq!(
        with(|a| a.iban = "DE00370400440532013000".into()),
        DestinationError::Iban
    );
    assert_eq!(with(|a| a.name = "Ада".into()), DestinationError::Name);
    assert_eq!(with(|a| a.name = "A\nB".into()), DestinationError::Name);
    assert_eq!(with(|a| a.town = String::new()), DestinationError::Town);
    assert_eq!(
        with(|a| a.country = "Germany".into()),
        DestinationError::Country
    );
    assert_eq!(with(|a| a.bic = Some("X".into())), DestinationError::Bic);
    for email in [
        "",
        "ada",
        "a@b",
        "=ada@example.com",
        "+a@example.com",
        "a b@c.de",
        "a@b.c@d.e",
    ] {
        let to = Destination::Paypal {
            email: email.into(),
        };
        assert_eq!(to.checked(), Err(DestinationError::Email), "{email}");
    }
    let to = Destination::Manual { note: " ".into() };
    assert_eq!(to.checked().unwrap_err().field(), "note");
}

#[test]
fn names_are_written_in_the_letters_that_banks_take() {
    assert_eq!(latin("Zoë Müller & Söhne", 70), "Zoe Mueller + Soehne");
    assert_eq!(latin("Łukasz <b>//x/", 70), "Lukasz .b./x");
    assert_eq!(latin("abc", 2), "ab");
    assert!(is_latin("Ægir") && !is_latin("Ада") && !is_latin("123"));
}

proptest! {
    #[test]
    fn whatever_is_written_a_bank_can_read(text in ".{0,100}") {
        let out = latin(&text, 70);
        let fine = |c: char| c.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(c);
        prop_assert!(out.chars().count() <= 70 && out.chars().all(fine), "{:?}", out);
    }

    #[test]
    fn no_file_of_results_makes_the_reader_fail(text in "[payoutse,\"\r\n=;a-c0-9_]{0,200}") {
        let _ = read(&text);
        let _ = read(&format!("payout,state,amount,currency\n{text}"));
    }
}

#[test]
fn a_sepa_file_sums_its_lines_and_gives_towns_and_countries_of_their_own() {
    let from = account().checked().unwrap();
    let mut to = account().checked().unwrap();
    to.bic = None;
    let eur = |micros| Money::new(micros, Currency::EUR);
    let transfer = |n, micros| Transfer {
        payout: id(n),
        amount: eur(micros),
        to: &to,
        about: "Night <Market>",
    };
    let batch = PayoutBatchId::from_bytes([9; 16]);
    let day = at("2026-03-02T09:00:00Z");
    let xml = sepa::file(
        batch,
        day,
        &from,
        &[transfer(1, 12_340_000), transfer(2, 50_000)],
    );
    for part in [
        "xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"",
        "<NbOfTxs>2</NbOfTxs><CtrlSum>12.39</CtrlSum>",
        "<ReqdExctnDt><Dt>2026-03-02</Dt></ReqdExctnDt>",
        "<PstlAdr><TwnNm>Koeln</TwnNm><Ctry>DE</Ctry></PstlAdr>",
        "<InstdAmt Ccy=\"EUR\">0.05</InstdAmt>",
        "<Ustrd>Night .Market.</Ustrd>",
        "<DbtrAgt><FinInstnId><BICFI>COBADEFF</BICFI></FinInstnId></DbtrAgt>",
    ] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    assert_eq!(xml.matches("<PstlAdr>").count(), 3);
    let references = xml.split("<EndToEndId>").skip(1);
    for (n, rest) in (1..).zip(references) {
        let reference = rest.split('<').next().unwrap();
        assert_eq!(reference, id(n).to_string());
        assert!(reference.len() <= 35);
    }
}

#[test]
fn the_lists_guard_formulas_and_name_the_payout() {
    let to = Destination::Paypal {
        email: "ada@example.com".into(),
    };
    let item = |to, about| Item {
        payout: id(1),
        payee: "=Ada",
        amount: usd(12_340_000),
        to,
        about,
    };
    let text = paypal(&[item(&to, "=cmd()")]);
    let wanted = format!("ada@example.com,12.34,USD,{},\"'=cmd()\",PayPal\r\n", id(1));
    assert_eq!(text, wanted);
    let to = Destination::Wise {
        name: "Ada".into(),
        email: "a@b.de".into(),
        recipient: None,
    };
    let text = wise(&[item(&to, "x")]);
    assert!(
        text.ends_with(&format!(",Ada,a@b.de,USD,USD,target,12.34,{}\r\n", id(1))),
        "{text}"
    );
    let to = Destination::Manual {
        note: "cash".into(),
    };
    let text = manual(&[item(&to, "x")]);
    assert!(text.contains("\"'=Ada\",12.34,USD,cash,,"), "{text}");
    let ticked = text.replace("cash,,", "cash,paid,");
    let lines = read(&ticked).unwrap();
    assert_eq!(lines[0].1.as_ref().unwrap().amount, Some(usd(12_340_000)));
}

#[test]
fn each_line_of_a_results_file_is_read_or_says_why_not() {
    let good = id(1);
    let text = format!(
        "\u{feff}Payout,State,Reason,Fee,Amount,Currency\r\n\
         {good},paid,\"all, \"\"well\"\"\",0.25,12.34,USD\r\n\
         \r\n\
         nobody,paid,,,,\r\n\
         {good},gone,,,,\r\n\
         {good},paid,,,12.34,\r\n\
         {good},paid\r\n\
         {good},returned,'-closed,,12.34 EUR,\r\n"
    );
    let lines = read(&text).unwrap();
    let first = lines[0].1.as_ref().unwrap();
    assert_eq!((lines[0].0, first.reason.as_str()), (2, "all, \"well\""));
    assert_eq!(
        (first.fee, first.answer),
        (Some(usd(250_000)), Answer::Paid)
    );
    let errors: Vec<_> = lines[1..5]
        .iter()
        .map(|(n, e)| (*n, e.clone().unwrap_err()))
        .collect();
    let wanted = [
        (4, LineError::Payout),
        (5, LineError::State),
        (6, LineError::Amount),
        (7, LineError::Cells),
    ];
    assert_eq!(errors, wanted);
    let last = lines[5].1.as_ref().unwrap();
    assert_eq!(
        (last.answer, last.reason.as_str()),
        (Answer::Returned, "-closed")
    );
    assert_eq!(read("a,b\n"), Err(FileError::Column("a".into())));
    assert_eq!(read("payout\n"), Err(FileError::Columns));
    assert_eq!(read(""), Err(FileError::Columns));
    assert_eq!(read("payout,state\n"), Err(FileError::Size(0)));
    assert_eq!(read("payout,state\n\"x,y\n"), Err(FileError::Quote));
}

#[test]
fn a_bank_may_send_back_what_was_paid_and_only_that() {
    let step = |state| {
        let payout = Payout::stored(id(1), payee(1), usd(10_000), state);
        let stepped = payout.step(Event::Answer(Answer::Returned));
        stepped.map(|(after, effect)| (after.state(), effect)).ok()
    };
    assert_eq!(step(State::Paid), Some((State::Failed, Effect::BankReturn)));
    assert_eq!(step(State::Sent), Some((State::Failed, Effect::Return)));
    assert_eq!(step(State::Unknown), Some((State::Failed, Effect::Return)));
    assert_eq!(step(State::Failed), Some((State::Failed, Effect::None)));
    for never in [
        State::Ready,
        State::Withdrawn,
        State::AwaitingRelease { first: None },
    ] {
        assert_eq!(step(never), None);
    }
}

#[test]
fn rules_are_checked_and_found_by_currency() {
    let rules = Rules::default().checked().unwrap();
    let local = Local::new(rules, Currency::USD, Currency::USD, None);
    assert_eq!(local.limit(), Ok(Some(usd(500_000_000))));
    let fee = local.fee(Rail::Wise).unwrap();
    assert_eq!(
        (fee.bp, fee.fixed_micros, fee.unit_micros),
        (50, 500_000, 10_000)
    );
    assert!(Rail::Sepa.pays(Currency::EUR) && !Rail::Sepa.pays(Currency::USD));
    let mut wrong = Rules::default();
    wrong.daily_cap_micros.insert("EURO".into(), 1);
    assert_eq!(wrong.checked(), Err(RulesError::Amount("daily_cap_micros")));
    let wrong = Rules {
        hold_days: 1_000,
        ..Rules::default()
    };
    assert_eq!(wrong.checked(), Err(RulesError::HoldDays));
    let wrong = Rules {
        debtor: Some(Account::default()),
        ..Rules::default()
    };
    assert_eq!(wrong.checked().unwrap_err().field(), "debtor.name");
}

#[test]
fn the_amount_for_all_others_counts_at_the_operators_rate_and_is_never_guessed() {
    let (home, yen) = (Currency::USD, Currency::from_code("JPY").unwrap());
    let rate = |from, to, text: &str| Some(Rate::from_decimal(from, to, text).unwrap());
    let of = |rules: &Rules, rate| {
        let local = Local::new(rules.clone(), home, yen, rate);
        let micros = |money: Option<Money>| money.map(Money::micros);
        (local.limit().map(micros), local.cap().map(micros))
    };
    let rules = Rules::default();
    // 500 and 10,000 dollars at 151.237 yen, in whole yen.
    let known = (Ok(Some(75_618_000_000)), Ok(Some(1_512_370_000_000)));
    assert_eq!(of(&rules, rate(home, yen, "151.237")), known);
    let back = (Ok(Some(80_000_000_000)), Ok(Some(1_600_000_000_000)));
    assert_eq!(of(&rules, rate(yen, home, "0.00625")), back);
    // A rate of another pair says nothing, and neither does none.
    for none in [None, rate(home, Currency::EUR, "0.9")] {
        let (limit, cap) = of(&rules, none);
        assert_eq!(limit.unwrap_err().setting, "two_people_above_micros");
        let unset = cap.unwrap_err();
        assert_eq!(unset.setting, "daily_cap_micros");
        assert!(unset.to_string().contains("JPY"), "{unset}");
    }
    let mut named = rules.clone();
    named
        .two_people_above_micros
        .insert("JPY".into(), 70_000_000_000);
    named.daily_cap_micros = ByCurrency::new();
    assert_eq!(of(&named, None), (Ok(Some(70_000_000_000)), Ok(None)));
    let local = Local::new(named, home, yen, None);
    assert_eq!(
        local.known(Rail::Wise).unwrap_err().setting,
        "rails.wise.minimum_micros"
    );
    assert_eq!(
        local.fee(Rail::Paypal).unwrap().fixed_micros,
        0,
        "nothing needs no rate"
    );
}
