//! Letters that are sent by the store itself: once, later where they can't be, or never.

use app::accounts::metrics::metrics;
use app::mails;
use app::payouts::{Destination, Hand};
use domain::payout::terms::Schedule;
use spec::on_both_engines;
use spec::world::{Mood, PostOffice, World};

use super::propose::paid_by_hand;

const SENT: &str = "letters sent";

on_both_engines! {
    async fn by_default_upkeep_writes_letters_into_the_stores_folder(world: World) {
        moves(&world, "ada@example.com").await;
        assert_eq!(world.upkeep_does(SENT).await, 1);
        assert_eq!(world.upkeep_does(SENT).await, 0);
        assert!(world.letters().await.is_empty());
    }

    async fn by_smtp_both_addresses_are_told_once(world: World) {
        let office = PostOffice::open().await;
        let world = world.mailing(office.way()).await;
        moves(&world, "new@example.net").await;
        assert_eq!(world.upkeep_does(SENT).await, 2);
        assert_eq!(world.upkeep_does(SENT).await, 0);
        // Letters of one moment go in any order.
        let mut delivered = office.delivered();
        delivered.sort_by(|one, other| one.to.cmp(&other.to));
        let to: Vec<_> = delivered.iter().map(|one| one.to.as_str()).collect();
        assert_eq!(to, ["<ada@example.com>", "<new@example.net>"]);
        for (one, to) in delivered.iter().zip(["ada@example.com", "new@example.net"]) {
            for line in [
                "From: no-reply@store.example".to_owned(),
                format!("To: {to}"),
                "Subject: Where you are paid has changed".to_owned(),
            ] {
                assert!(one.text.lines().any(|found| found == line), "{line} in {}", one.text);
            }
        }
        assert_eq!(counts(&world).await, (0, 0));
    }

    async fn a_refused_letter_waits_longer_each_time_is_given_up_and_tried_again_by_hand(
        world: World,
    ) {
        let office = PostOffice::open().await;
        let world = world.mailing(office.way()).await;
        office.is(Mood::Refusing);
        moves(&world, "ada@example.com").await;
        assert_eq!(world.upkeep_does(SENT).await, 0);
        let letter = world.letters().await.remove(0);
        assert_eq!((letter.tries, letter.given_up), (1, None));
        assert!(letter.trouble.unwrap().contains("nobody of that name"));
        assert_eq!(world.upkeep_does(SENT).await, 0);
        assert_eq!(world.letters().await[0].tries, 1, "not before its time");
        let mut waited = Vec::new();
        for minutes in [1, 5, 30, 120, 360, 720, 720, 720] {
            world.minutes_pass(minutes - 1);
            world.upkeep_does(SENT).await;
            let before = world.letters().await[0].tries;
            world.minutes_pass(1);
            world.upkeep_does(SENT).await;
            waited.push((before, world.letters().await[0].tries));
        }
        let wanted: Vec<(i64, i64)> = (1..=8).map(|n| (n, n + 1)).collect();
        assert_eq!(waited, wanted);
        let tries_max = i64::try_from(mails::deliver::TRIES_MAX).unwrap();
        let letter = world.letters().await.remove(0);
        assert_eq!((letter.tries, letter.given_up), (tries_max, Some(world.now())));
        assert_eq!(counts(&world).await, (0, 1));
        office.is(Mood::Willing);
        world.days_pass(30);
        assert_eq!(world.upkeep_does(SENT).await, 0, "it isn't tried any more");
        assert_eq!(mails::again(world.app(), Hand::Console).await.unwrap(), 1);
        assert_eq!(world.upkeep_does(SENT).await, 1);
        assert_eq!(office.delivered().len(), 1);
    }

    async fn an_answer_that_is_lost_sends_the_same_message_again_under_the_same_id(
        world: World,
    ) {
        let office = PostOffice::open().await;
        let world = world.mailing(office.way()).await;
        office.is(Mood::Forgetful);
        moves(&world, "ada@example.com").await;
        assert_eq!(world.upkeep_does(SENT).await, 0);
        office.is(Mood::Willing);
        world.minutes_pass(1);
        assert_eq!(world.upkeep_does(SENT).await, 1);
        world.days_pass(9);
        assert_eq!(world.upkeep_does(SENT).await, 0);
        let delivered = office.delivered();
        assert_eq!(delivered.len(), 2);
        assert_eq!(delivered[0], delivered[1]);
        assert!(delivered[0].text.contains("Message-ID: <"), "{}", delivered[0].text);
    }

    async fn a_server_that_is_away_keeps_no_letter_from_being_tried_later(world: World) {
        let office = PostOffice::open().await;
        // Nobody listens where this one was.
        let gone = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap().port()
        };
        let server = mails::SmtpServer {
            host: "127.0.0.1".into(),
            port: gone,
            security: mails::Security::None,
            login: None,
            hello: "store.example".into(),
        };
        let away = world.mailing(mails::Mail::Smtp(mails::Smtp::new(server).unwrap())).await;
        moves(&away, "new@example.net").await;
        assert_eq!(away.upkeep_does(SENT).await, 0);
        let tries: Vec<_> = away.letters().await.iter().map(|one| one.tries).collect();
        assert_eq!(tries, [1, 0], "a closed way ends the round");
        let back = away.mailing(office.way()).await;
        back.minutes_pass(1);
        assert_eq!(back.upkeep_does(SENT).await, 2);
    }

    async fn two_nodes_at_once_send_a_letter_once(world: World) {
        let office = PostOffice::open().await;
        let world = world.mailing(office.way()).await;
        for n in 0..6 {
            moves(&world, &format!("new{n}@example.net")).await;
        }
        let done = spec::world::race(4, |_| {
            let world = world.clone();
            async move { mails::deliver::due(world.app(), &world.call()).await.is_ok() }
        });
        assert_eq!(done.await, 4);
        let delivered = office.delivered();
        let mut texts: Vec<_> = delivered.iter().map(|one| &one.text).collect();
        texts.sort();
        texts.dedup();
        assert_eq!((delivered.len(), texts.len()), (12, 12));
        assert!(world.letters().await.is_empty());
    }

    async fn a_letter_that_would_forge_a_header_is_given_up_at_once(world: World) {
        let office = PostOffice::open().await;
        let world = world.mailing(office.way()).await;
        moves(&world, "ada@example.com").await;
        let sql = "update mails set recipient = $1";
        let forged = "ada@example.com\r\nBcc: all@example.com";
        world.does(sql, &[forged.into()]).await;
        assert_eq!(world.upkeep_does(SENT).await, 0);
        assert!(office.delivered().is_empty());
        let letter = world.letters().await.remove(0);
        assert_eq!((letter.tries, letter.given_up), (1, Some(world.now())));
        assert_eq!(counts(&world).await, (0, 1));
    }
}

/// A payee changes where they are paid; their old address and the new one are to be told.
async fn moves(world: &World, notify: &str) {
    let payee = paid_by_hand(world, Schedule::OnRequest).await;
    let to = Destination::Manual {
        note: "by post".into(),
    };
    world.pays_to(payee, to, notify).await.unwrap();
}

/// Letters that wait, and those that were given up, as a monitor sees them.
async fn counts(world: &World) -> (i64, i64) {
    let read = metrics(world.app()).await;
    let read = read.unwrap_or_else(|fault| panic!("{}", fault.chain()));
    let count = |what| {
        read.counts
            .iter()
            .find(|(name, _)| *name == what)
            .unwrap()
            .1
    };
    (count("letters_waiting"), count("letters_given_up"))
}
