//! Templates: what is shipped, what can't be one, and which offers they make.

use domain::envelope::{Alteration, Audience, Credit, Videos};
use domain::template::{Template, TemplateError, shipped};
use domain::{AssetKind, Rates, Tier};
use ledger::Currency;

use crate::support::everything;

fn creator() -> Template {
    let [creator, _, _] = shipped();
    creator
}

fn checked(change: impl FnOnce(&mut Template)) -> Result<(), TemplateError> {
    let mut template = creator();
    change(&mut template);
    template.check(Currency::USD, &Rates::default())
}

#[test]
fn every_shipped_template_is_good_and_reads_back_from_its_json() {
    for template in shipped() {
        assert_eq!(template.check(Currency::USD, &Rates::default()), Ok(()));
        let text = serde_json::to_string(&template).unwrap();
        assert_eq!(serde_json::from_str::<Template>(&text).unwrap(), template);
    }
}

#[test]
fn the_shipped_prices_are_these() {
    use AssetKind::{Cut15, Cut30, Cut60, FullMix, MixAndStems, Stem, StemPack};
    let [creator, business, ad] = shipped();
    let cents = |template: &Template, asset| template.assets[&asset].price;
    for (asset, price) in [
        (Cut15, 500),
        (Cut30, 700),
        (Cut60, 900),
        (FullMix, 1_500),
        (Stem, 1_000),
        (StemPack, 2_500),
        (MixAndStems, 3_500),
    ] {
        assert_eq!(cents(&creator, asset), price);
        assert_eq!(cents(&business, asset), price * 4);
        assert_eq!(cents(&ad, asset), price * 3);
    }
    assert_eq!((ad.window_months, business.window_months), (Some(3), None));
    assert!(
        [&creator, &business, &ad]
            .iter()
            .all(|one| one.exclusive_months.is_none())
    );
}

#[test]
fn nothing_but_a_credit_may_be_asked_for() {
    let free = checked(|t| {
        t.credit = true;
        t.assets.get_mut(&AssetKind::Cut15).unwrap().price = 0;
    });
    assert_eq!(free, Ok(()));
}

#[test]
fn what_cannot_be_a_template_says_which_field_is_wrong() {
    let cut = AssetKind::Cut15;
    let cases: [(Result<(), TemplateError>, &str); 11] = [
        (checked(|t| t.placements = domain::Set::new()), "placements"),
        (checked(|t| t.purposes = domain::Set::new()), "purposes"),
        (checked(|t| t.assets.clear()), "assets"),
        (checked(|t| t.clip_percent.up_to_15s = 101), "clip_percent"),
        (
            checked(|t| t.audience_percent.up_to_10k = 0),
            "audience_percent",
        ),
        (checked(|t| t.window_months = Some(0)), "window_months"),
        (
            checked(|t| t.exclusive_months = Some(1_201)),
            "exclusive_months",
        ),
        (
            checked(|t| {
                t.credit = false;
                t.assets.get_mut(&cut).unwrap().price = 0;
            }),
            "assets.cut_15.price",
        ),
        (
            checked(|t| t.assets.get_mut(&cut).unwrap().price = 30),
            "assets.cut_15.price",
        ),
        (
            checked(|t| t.assets.get_mut(&cut).unwrap().videos = Videos::Count(0)),
            "assets.cut_15.videos",
        ),
        (
            checked(|t| t.assets.get_mut(&cut).unwrap().alterations = [Alteration::Remix].into()),
            "assets.cut_15.alterations",
        ),
    ];
    for (outcome, field) in cases {
        assert_eq!(outcome.unwrap_err().field(), field);
    }
}

#[test]
fn the_lowest_price_anybody_may_be_asked_must_bear_its_fee() {
    let halved = |t: &mut Template| {
        t.audience_percent.up_to_10k = 5;
        t.assets.get_mut(&AssetKind::Cut15).unwrap().price = 600;
    };
    assert!(matches!(
        checked(halved),
        Err(TemplateError::TooSmall {
            asset: AssetKind::Cut15,
            ..
        })
    ));
}

#[test]
fn only_what_a_track_has_is_offered_and_what_is_closed_is_marked() {
    let mut template = creator();
    template.audience_limit = Audience::UpTo100k;
    template.credit = false;
    template
        .assets
        .get_mut(&AssetKind::FullMix)
        .unwrap()
        .on_sale = false;
    let has = [AssetKind::FullMix, AssetKind::Cut15].into();
    let credit = Credit::Required("Music: Ada".parse().unwrap());
    let drafts = template.drafts(&has, &credit, Currency::USD).unwrap();
    let seen: Vec<_> = drafts.iter().map(|d| (d.asset, d.on_sale)).collect();
    assert_eq!(
        seen,
        [(AssetKind::FullMix, false), (AssetKind::Cut15, true)]
    );
    for draft in &drafts {
        assert_eq!(draft.envelope.channels.audience, Audience::UpTo100k);
        assert_eq!(draft.envelope.credit, Credit::NotRequired);
        assert_eq!(draft.envelope.clip_ms, draft.asset.cut_ms());
    }
    template.credit = true;
    template.on_sale = false;
    let drafts = template
        .drafts(&everything(), &credit, Currency::USD)
        .unwrap();
    assert!(
        drafts
            .iter()
            .all(|d| !d.on_sale && d.envelope.credit == credit)
    );
}

#[test]
fn a_tiers_word_is_short_plain_and_not_taken() {
    for (word, label) in [
        ("creator", "Creator"),
        ("ad", "Ad"),
        ("podcast_x2", "Podcast x2"),
    ] {
        let tier: Tier = word.parse().unwrap();
        assert_eq!((tier.code(), tier.label().as_str()), (word, label));
        assert_eq!(serde_json::to_value(tier).unwrap(), word);
    }
    for word in [
        "",
        "Creator",
        "2x",
        "a b",
        "bundle",
        "pool",
        "abcdefghijklmnopqrstuvwxy",
        "é",
    ] {
        assert!(word.parse::<Tier>().is_err(), "{word}");
    }
    let tier = |word: &str| word.parse::<Tier>().unwrap();
    assert!(tier("creator") < tier("business"));
    assert!(tier("ad") < tier("aaa"), "the shipped ones come first");
}
