//! The safelist: what was listed when a video was published stays covered.

use domain::envelope::Audience;
use domain::safelist::{Change, Listed, OnList, covered_at, listings};
use domain::{Channel, Timestamp};
use proptest::prelude::*;

fn listed(name: &str) -> Listed {
    Listed {
        channel: Channel::parse(name, None).unwrap(),
        audience: None,
    }
}

fn change(at: i64, before: Option<&str>, after: Option<&str>) -> Change {
    Change {
        at: Timestamp(at),
        before: before.map(listed),
        after: after.map(listed),
    }
}

const ADA: &str = "youtube.com/@ada";
const BOB: &str = "tiktok.com/@bob";

#[test]
fn what_counts_is_whether_it_was_listed_when_the_video_was_published() {
    let history = [
        change(10, None, Some(ADA)),
        change(20, Some(ADA), None),
        change(30, None, Some(ADA)),
        change(40, Some(ADA), Some(BOB)),
    ];
    let list = listings(&history);
    let (later, before) = (
        |at| OnList::Later {
            from: Timestamp(at),
        },
        |at| OnList::Before {
            until: Timestamp(at),
        },
    );
    for (at, name, wanted) in [
        (9, ADA, later(10)),
        (10, ADA, OnList::Yes(None)),
        (19, ADA, OnList::Yes(None)),
        (20, ADA, before(20)),
        (29, ADA, before(20)),
        (30, ADA, OnList::Yes(None)),
        (40, ADA, before(40)),
        (39, BOB, later(40)),
        (40, BOB, OnList::Yes(None)),
        (40, "twitch.tv/eve", OnList::Never),
    ] {
        let channel = listed(name).channel;
        assert_eq!(
            covered_at(&list, &channel, Timestamp(at)),
            wanted,
            "{at} {name}"
        );
    }
}

#[test]
fn a_site_that_is_listed_covers_its_pages_and_tells_its_size() {
    let mut site = listed("ada.example/blog");
    site.audience = Some(Audience::UpTo10k);
    let list = listings(&[Change {
        at: Timestamp(1),
        before: None,
        after: Some(site),
    }]);
    let page = listed("ada.example/blog/post").channel;
    let found = covered_at(&list, &page, Timestamp(2));
    assert_eq!(found, OnList::Yes(Some(Audience::UpTo10k)));
    let other = listed("ada.example/shop").channel;
    assert_eq!(covered_at(&list, &other, Timestamp(2)), OnList::Never);
}

/// A history as the store writes it: nothing is listed twice, nothing is removed that isn't.
fn histories() -> impl Strategy<Value = Vec<Change>> {
    let steps = prop::collection::vec((0_i64..4, 0_usize..4, 0_usize..4), 0..30);
    steps.prop_map(|steps| {
        let names = [
            "youtube.com/@ada",
            "youtube.com/@bob",
            "twitch.tv/eve",
            "ada.example",
        ];
        let (mut now, mut listed_now, mut out) = (0, Vec::<&str>::new(), Vec::new());
        for (wait, which, what) in steps {
            now += wait;
            let name = names[which];
            let is_listed = listed_now.contains(&name);
            let to = names[what];
            if !is_listed {
                listed_now.push(name);
                out.push(change(now, None, Some(name)));
            } else if listed_now.contains(&to) {
                listed_now.retain(|one| *one != name);
                out.push(change(now, Some(name), None));
            } else {
                listed_now.retain(|one| *one != name);
                listed_now.push(to);
                out.push(change(now, Some(name), Some(to)));
            }
        }
        out
    })
}

/// The list at an instant, by playing every line up to it.
fn replayed(history: &[Change], at: i64) -> Vec<Channel> {
    let mut list: Vec<Channel> = Vec::new();
    for change in history.iter().filter(|change| change.at.0 <= at) {
        if let Some(before) = &change.before {
            list.retain(|one| *one != before.channel);
        }
        list.extend(change.after.iter().map(|after| after.channel.clone()));
    }
    list
}

proptest! {
    #[test]
    fn the_times_say_what_playing_the_history_says(history in histories(), at in -1_i64..70) {
        let list = listings(&history);
        let then = replayed(&history, at);
        for name in ["youtube.com/@ada", "youtube.com/@bob", "twitch.tv/eve", "ada.example"] {
            let channel = listed(name).channel;
            let yes = matches!(covered_at(&list, &channel, Timestamp(at)), OnList::Yes(_));
            prop_assert_eq!(yes, then.contains(&channel), "{} {}", name, at);
        }
    }

    #[test]
    fn what_happens_later_never_uncovers_a_video(
        history in histories(), kept in 0_usize..30, at in 0_i64..60,
    ) {
        let kept = kept.min(history.len());
        let past: Vec<Change> = history.iter().take(kept).cloned().collect();
        // A line of the video's own instant may still change it: the past ends before.
        let settled = history.iter().skip(kept).all(|change| change.at.0 > at);
        prop_assume!(settled);
        for name in ["youtube.com/@ada", "youtube.com/@bob", "twitch.tv/eve", "ada.example"] {
            let channel = listed(name).channel;
            let then = covered_at(&listings(&past), &channel, Timestamp(at));
            let now = covered_at(&listings(&history), &channel, Timestamp(at));
            prop_assert_eq!(
                matches!(then, OnList::Yes(_)), matches!(now, OnList::Yes(_)), "{} {}", name, at
            );
        }
    }
}

#[test]
fn a_page_counts_by_its_own_audience_before_that_of_a_site_around_it() {
    use Audience::{UpTo1m, UpTo10k, UpTo100k};
    let said = |name: &str, audience| Change {
        at: Timestamp(1),
        before: None,
        after: Some(Listed {
            audience,
            ..listed(name)
        }),
    };
    let page = listed("https://example.org/blog/ada").channel;
    let site = said("https://example.org", Some(UpTo10k));
    let blog = said("https://example.org/blog", Some(UpTo1m));
    for (own, wanted) in [
        (None, Some(UpTo1m)),
        (Some(Some(UpTo100k)), Some(UpTo100k)),
        (Some(None), None),
    ] {
        let own = own.map(|audience| said("https://example.org/blog/ada", audience));
        let mut history = vec![blog.clone(), site.clone()];
        history.extend(own);
        for _ in 0..2 {
            history.reverse();
            let found = covered_at(&listings(&history), &page, Timestamp(2));
            assert_eq!(found, OnList::Yes(wanted), "{history:?}");
        }
    }
}
