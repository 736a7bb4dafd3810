//! The year for tax: payees by kind, tax by country and rate.

use app::access::Principal;
use app::licensing::buy::{self, Purchase};
use app::licensing::quote::{self, Ask};
use app::statements::taxes;
use domain::{AssetKind, Tax, Tier};
use spec::on_both_engines;
use spec::world::{ADDRESS, monetised_short};

on_both_engines! {
    async fn a_year_tells_what_payees_earned_and_which_tax_was_collected(world: World) {
        let night = world.track("Night Market").await;
        world.buyer("Mia").buys(&night, AssetKind::FullMix, Tier::Creator).await;
        let mut taxed = world.at_another_address(ADDRESS);
        taxed.settings.rates.tax = Tax::Exclusive { bp: 1_900 };
        let ask = Ask::Track {
            track: night.id.to_string(),
            wanted: Box::new(monetised_short()),
            stem: None,
        };
        let quote = quote::quote(&taxed, &mut world.call(), &ask).await.unwrap();
        let creator = |o: &&app::licensing::QuotedOption| {
            o.asset == AssetKind::FullMix && o.tier == Tier::Creator.code()
        };
        let order = Purchase {
            quote: quote.id,
            offer: quote.options.iter().find(creator).unwrap().offer.clone(),
            licensee: "Mia".into(),
            email: None,
            card: spec::world::Card::Good.number().to_owned(),
            wallet: None,
            top_up: None,
        };
        let bought = buy::buy(&taxed, &mut world.call(), &Principal::Guest, "taxed", &order).await;
        assert!(bought.is_ok());
        let ada = world.composer("Ada Byron").await;
        let csv = taxes::csv(world.app(), &"2026".parse().unwrap()).await.unwrap();
        let rows: Vec<Vec<&str>> = csv.lines().map(|l| l.split(',').collect()).collect();
        assert_eq!(rows.len(), 4, "{csv}");
        assert_eq!(rows[0][..4], ["year", "section", "payee", "name"]);
        assert_eq!((rows[1][4], rows[1][10]), ("withheld", "0.000000"));
        let earned = domain::statement::decimal(ada.balance().await);
        assert_eq!((rows[2][3], rows[2][4], rows[2][10]), ("Ada Byron", "sale", earned.as_str()));
        let tax = domain::statement::decimal(world.balance("tax").await);
        assert_eq!(rows[3][1], "tax");
        assert_eq!((rows[3][7], rows[3][10]), ("19.00", tax.as_str()), "{csv}");
        assert_ne!(tax, "0.000000");
        let before = taxes::csv(world.app(), &"2025".parse().unwrap()).await.unwrap();
        assert_eq!(before.lines().count(), 1);
    }
}
