//! Where the money goes: a change holds payouts and tells both addresses.

use app::mails;
use app::payouts::Destination;
use app::payouts::balance::Why;
use domain::payout::State;
use domain::payout::destination::Rail;
use domain::payout::terms::Schedule;
use ledger::Currency;
use spec::on_both_engines;
use spec::world::bank_account;

use super::propose::{cash, paid_by_hand};

const USD: Currency = Currency::USD;

on_both_engines! {
    async fn a_change_withdraws_what_waits_holds_72_hours_and_tells_the_old_and_the_new_address(
        world: World,
    ) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        assert!(world.letters().await.is_empty(), "the first place is no change");
        world.earns(ada, 5_000_000, USD).await;
        world.days_pass(14);
        let payout = world.asks_to_be_paid(ada, USD).await.unwrap();
        let to = Destination::Paypal { email: "thief@example.net".into() };
        let set = world.pays_to(ada, to.clone(), "thief@example.net").await.unwrap();
        assert_eq!(world.payout(payout.id).await.0.state, State::Withdrawn);
        let letters = world.letters().await;
        let mut told: Vec<_> = letters.iter().map(|letter| letter.to.as_str()).collect();
        told.sort_unstable();
        assert_eq!(told, ["ada@example.com", "thief@example.net"]);
        let body = &letters[0].body;
        assert!(body.contains("t…@example.net") && !body.contains("thief@"), "{body}");
        let held = world.now().plus_ms(72 * 3_600_000);
        assert_eq!(set.held_until, Some(held));
        assert_eq!(world.stands(ada, USD).await.why, Some(Why::Held(held)));
        assert_eq!(world.asks_to_be_paid(ada, USD).await.unwrap_err().code, "payouts_held");
        world.minutes_pass(72 * 60 - 1);
        assert!(world.asks_to_be_paid(ada, USD).await.is_err());
        world.minutes_pass(1);
        assert!(world.asks_to_be_paid(ada, USD).await.is_ok());
        let again = world.pays_to(ada, to, "thief@example.net").await.unwrap();
        assert_eq!(again.version, set.version, "the same place again is no change");
        assert_eq!(world.letters().await.len(), 2);
    }

    async fn a_payout_to_a_place_that_was_changed_past_the_rules_does_not_leave(world: World) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        world.earns(ada, 5_000_000, USD).await;
        world.days_pass(14);
        let payout = world.asks_to_be_paid(ada, USD).await.unwrap();
        let sql = "
            insert into payout_destinations
            select payee_id, 2, rail, details, notify, set_by, set_ms, held_until_ms
              from payout_destinations";
        world.does(sql, &[]).await;
        let refused = world.sends_payouts(Rail::Manual, USD).await.unwrap_err();
        assert!(refused.sentence.contains("destination changed"), "{}", refused.sentence);
        assert_eq!(world.payout(payout.id).await.0.state, State::Ready);
    }

    async fn letters_are_written_into_the_folder_once(world: World) {
        let ada = paid_by_hand(&world, Schedule::OnRequest).await;
        let to = Destination::Manual { note: "by post".into() };
        world.pays_to(ada, to, "ada@example.com").await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let deliver = async || {
            let done = mails::deliver::into_folder(world.app(), &world.call(), folder.path()).await;
            done.unwrap_or_else(|fault| panic!("{}", fault.chain()))
        };
        assert_eq!((deliver().await, deliver().await), (1, 0));
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap();
        assert!(text.contains("\r\nTo: ada@example.com\r\n"), "{text}");
        assert!(world.letters().await.is_empty());
    }

    async fn what_cannot_be_paid_is_refused_at_its_field(world: World) {
        let ada = world.payee("Ada").await;
        let mut account = bank_account("Ada");
        account.iban = "DE00370400440532013000".into();
        let refused = world.pays_to(ada, Destination::Sepa(account), "a@b.de").await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("bad_destination", Some("iban")));
        let refused = world.pays_to(ada, cash(), "nobody").await.unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("notify"));
        world.sets_payout_rules(|rules| { rules.rails.remove(&Rail::Manual); }).await.unwrap();
        let refused = world.pays_to(ada, cash(), "a@b.de").await.unwrap_err();
        assert_eq!(refused.code, "rail_closed");
        let to = Destination::Sepa(bank_account("Ada"));
        world.pays_to(ada, to, "a@b.de").await.unwrap();
        world.earns(ada, 5_000_000, USD).await;
        world.days_pass(14);
        let why = world.stands(ada, USD).await.why;
        assert_eq!(why.map(|why| why.code()), Some("other_currency"));
    }

    async fn destinations_and_rules_are_only_ever_added_to(world: World) {
        paid_by_hand(&world, Schedule::OnRequest).await;
        world.sets_payout_rules(|_| ()).await.unwrap();
        for table in ["payout_destinations", "payout_terms", "payout_rules"] {
            world.is_kept_from(&format!("delete from {table}")).await;
            world.is_kept_from(&format!("update {table} set version = 9")).await;
        }
    }
}
