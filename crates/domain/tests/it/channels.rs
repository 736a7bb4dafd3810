//! Channels: every way people write one leads to one form, and what is no channel says what is.

use domain::channel::CHANNEL_TEXT_MAX;
use domain::envelope::Placement;
use domain::{Channel, ChannelError, Platform};
use proptest::prelude::*;

const UC: &str = "UCabcdefghijklmnopqrstUV";

fn read(text: &str) -> Channel {
    Channel::parse(text, None).unwrap_or_else(|e| panic!("{text}: {e}"))
}

#[test]
fn every_spelling_of_a_channel_is_the_same_channel() {
    let uc = format!("https://www.youtube.com/channel/{UC}");
    let table: &[(&str, Platform, &[&str])] = &[
        (
            "https://www.youtube.com/@ada.byron",
            Platform::Youtube,
            &[
                "https://www.youtube.com/@Ada.Byron",
                "youtube.com/@ada.byron",
                "http://m.youtube.com/@ADA.BYRON/videos",
                "https://music.youtube.com/@ada.byron?si=x#top",
                "https://youtube.com/%40ada.byron/",
                "  https://www.YouTube.com./@ada.byron  ",
                "https://www.youtube.com:443/@ada.byron",
            ],
        ),
        (
            "https://www.youtube.com/c/adasongs",
            Platform::Youtube,
            &[
                "youtube.com/c/AdaSongs",
                "https://youtube.com/c/adasongs/about",
            ],
        ),
        (
            "https://www.youtube.com/user/adasongs",
            Platform::Youtube,
            &["youtube.com/user/AdaSongs"],
        ),
        (&uc, Platform::Youtube, &[UC]),
        (
            "https://www.tiktok.com/@ada_b",
            Platform::Tiktok,
            &["tiktok.com/@Ada_B", "https://m.tiktok.com/@ada_b?lang=en"],
        ),
        (
            "https://www.instagram.com/ada.b",
            Platform::Instagram,
            &[
                "instagram.com/Ada.B/",
                "https://www.instagram.com/ada.b/reels/?hl=de",
            ],
        ),
        (
            "https://www.facebook.com/adabyron",
            Platform::Facebook,
            &[
                "fb.com/Ada.Byron",
                "https://m.facebook.com/adabyron/about",
                "de-de.facebook.com/AdaByron",
            ],
        ),
        (
            "https://www.facebook.com/profile.php?id=100064",
            Platform::Facebook,
            &[
                "facebook.com/profile.php?sk=about&id=100064",
                "https://www.facebook.com/people/Ada/100064/",
                "https://www.facebook.com/pages/Ada/100064",
                "https://www.facebook.com/p/Ada-Byron-100064/",
                "facebook.com/100064",
            ],
        ),
        (
            "https://www.twitch.tv/ada_live",
            Platform::Twitch,
            &["twitch.tv/Ada_Live", "https://m.twitch.tv/ada_live/videos"],
        ),
        (
            "https://podcasts.apple.com/podcast/id1234567",
            Platform::Podcast,
            &["https://podcasts.apple.com/de/podcast/ada-speaks/id1234567?mt=2"],
        ),
        (
            "https://open.spotify.com/show/4rOoJ6Egrf8K2IrywzwOMk",
            Platform::Podcast,
            &["open.spotify.com/intl-de/show/4rOoJ6Egrf8K2IrywzwOMk?si=1"],
        ),
        (
            "https://ada.example/Feed.xml?show=1",
            Platform::Podcast,
            &[
                "http://www.Ada.example/Feed.xml?show=1#x",
                "feed://ada.example/Feed.xml?show=1",
            ],
        ),
        (
            "https://ada.example/shop",
            Platform::Website,
            &[
                "www.ada.example/shop/?page=2",
                "HTTP://ADA.EXAMPLE//shop#top",
            ],
        ),
        (
            "https://xn--bcher-kva.example",
            Platform::Website,
            &["bücher.example", "BÜCHER.example"],
        ),
    ];
    for (one_form, platform, spellings) in table {
        for text in spellings.iter().chain([one_form]) {
            let channel = read(text);
            assert_eq!(channel.to_string(), *one_form, "{text}");
            assert_eq!(channel.platform(), *platform, "{text}");
        }
    }
}

#[test]
fn a_name_alone_needs_its_platform() {
    for (platform, form) in [
        (Platform::Youtube, "https://www.youtube.com/@adabyron"),
        (Platform::Tiktok, "https://www.tiktok.com/@adabyron"),
        (Platform::Instagram, "https://www.instagram.com/adabyron"),
        (Platform::Facebook, "https://www.facebook.com/adabyron"),
        (Platform::Twitch, "https://www.twitch.tv/adabyron"),
    ] {
        let channel = Channel::parse("@AdaByron", Some(platform)).unwrap();
        assert_eq!(channel.to_string(), form);
    }
    assert_eq!(Channel::parse("@ada", None), Err(ChannelError::NoPlatform));
    for platform in [Platform::Podcast, Platform::Website] {
        let refused = Channel::parse("@ada", Some(platform));
        assert_eq!(refused, Err(ChannelError::NotAnAddress(Some(platform))));
    }
}

#[test]
fn channels_that_differ_are_kept_apart() {
    let other_case = format!("UC{}", UC[2..].to_uppercase());
    for (one, other) in [
        (UC, other_case.as_str()),
        ("youtube.com/@ada", "youtube.com/c/ada"),
        ("youtube.com/@ada_b", "tiktok.com/@ada_b"),
        (
            "facebook.com/profile.php?id=1",
            "facebook.com/profile.php?id=2",
        ),
        ("ada.example/Shop", "ada.example/shop"),
        ("ada.example", "blog.ada.example"),
        ("ada.example/a.xml?n=1", "ada.example/a.xml?n=2"),
        ("bücher.example", "bucher.example"),
    ] {
        assert_ne!(read(one), read(other), "{one} {other}");
    }
}

#[test]
fn a_video_is_no_channel_and_is_told_what_to_paste() {
    for (text, platform) in [
        (
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            Platform::Youtube,
        ),
        ("https://youtu.be/dQw4w9WgXcQ", Platform::Youtube),
        ("youtube.com/shorts/dQw4w9WgXcQ", Platform::Youtube),
        ("youtube.com/playlist?list=x", Platform::Youtube),
        ("https://www.tiktok.com/@ada/video/723", Platform::Tiktok),
        ("https://vm.tiktok.com/ZM8/", Platform::Tiktok),
        ("https://www.instagram.com/reel/Cx/", Platform::Instagram),
        ("https://www.instagram.com/ada/p/Cx/", Platform::Instagram),
        ("https://www.facebook.com/watch/?v=1", Platform::Facebook),
        ("https://www.facebook.com/ada/videos/1", Platform::Facebook),
        ("https://fb.watch/x/", Platform::Facebook),
        ("https://clips.twitch.tv/Funny", Platform::Twitch),
        ("https://www.twitch.tv/videos/1", Platform::Twitch),
        (
            "https://podcasts.apple.com/us/podcast/x/id1?i=2",
            Platform::Podcast,
        ),
        (
            "https://open.spotify.com/episode/4rOoJ6Egrf8K2IrywzwOMk",
            Platform::Podcast,
        ),
    ] {
        let refused = Channel::parse(text, None).unwrap_err();
        assert_eq!(refused, ChannelError::Video(platform), "{text}");
        assert!(
            refused.to_string().contains(platform.example()),
            "{refused}"
        );
    }
}

#[test]
fn what_is_no_public_channel_is_refused() {
    use ChannelError as No;
    let long = "a".repeat(CHANNEL_TEXT_MAX + 1);
    let swelling = format!("ada.example/{}", "ü".repeat(200));
    let table: &[(&str, ChannelError)] = &[
        ("", No::Empty),
        (" \n", No::Empty),
        (&long, No::TooLong),
        (&swelling, No::TooLong),
        ("youtube.com/@ada byron", No::Invisible),
        ("youtube.com/@ada\u{202e}nory", No::Invisible),
        ("youtube.com/@ada\u{200b}", No::Invisible),
        ("you\u{ad}tube.com/@ada", No::Invisible),
        ("youtube.com\\@ada", No::Invisible),
        ("youtube.com/@a\u{0}da", No::Invisible),
        ("javascript:alert(1)", No::NotAnAddress(None)),
        ("ftp://ada.example", No::Scheme),
        ("data://text", No::Scheme),
        ("https://ada:secret@ada.example", No::UserOrPort),
        ("https://youtube.com@evil.example/@ada", No::UserOrPort),
        ("https://ada.example:8443", No::UserOrPort),
        ("http://192.168.0.1/", No::NotPublic),
        ("https://2130706433/", No::NotPublic),
        ("https://[::1]/", No::NotPublic),
        ("http://localhost.", No::NotPublic),
        ("http://nas.local", No::NotPublic),
        ("com", No::NotAnAddress(None)),
        ("https://-x.example", No::NotAnAddress(None)),
        ("https://", No::NotAnAddress(None)),
        ("youtube.com", No::NoChannel(Platform::Youtube)),
        ("youtube.com/adabyron", No::NoChannel(Platform::Youtube)),
        (
            "youtube.com/channel/UCshort",
            No::NoChannel(Platform::Youtube),
        ),
        ("studio.youtube.com/@ada", No::NoChannel(Platform::Youtube)),
        ("youtube.com/@аda", No::Name(Platform::Youtube)),
        ("youtube.com/@ad", No::Name(Platform::Youtube)),
        ("tiktok.com/ada", No::NoChannel(Platform::Tiktok)),
        ("instagram.com/explore", No::NoChannel(Platform::Instagram)),
        ("instagram.com/Explore/", No::NoChannel(Platform::Instagram)),
        ("facebook.com/groups/1", No::NoChannel(Platform::Facebook)),
        ("facebook.com/Lo.gin", No::NoChannel(Platform::Facebook)),
        ("twitch.tv/directory", No::NoChannel(Platform::Twitch)),
        (
            "open.spotify.com/user/ada",
            No::NoChannel(Platform::Podcast),
        ),
    ];
    for (text, wanted) in table {
        assert_eq!(&Channel::parse(text, None).unwrap_err(), wanted, "{text:?}");
    }
}

#[test]
fn a_platform_that_was_said_must_be_the_addresses_own() {
    assert_eq!(
        Channel::parse("tiktok.com/@ada", Some(Platform::Youtube)),
        Err(ChannelError::Elsewhere {
            wanted: Platform::Youtube,
            found: Platform::Tiktok
        })
    );
    // A Cyrillic е, and a host that only begins like the real one, are other people's sites.
    for text in ["youtubе.com/@ada", "youtube.com.evil.example/@ada"] {
        assert!(
            Channel::parse(text, Some(Platform::Youtube)).is_err(),
            "{text}"
        );
        assert_eq!(read(text).platform(), Platform::Website, "{text}");
    }
    assert!(read("youtubе.com").to_string().contains("xn--"));
    let feed = Channel::parse("ada.example/episodes", Some(Platform::Podcast)).unwrap();
    assert_ne!(feed, read("ada.example/episodes"));
}

#[test]
fn a_site_holds_what_is_below_its_path_and_no_subdomain() {
    for (site, place, wanted) in [
        ("ada.example", "ada.example/blog", true),
        ("ada.example/blog", "ada.example/blog/post-1", true),
        ("ada.example/blog", "ada.example/blogs", false),
        ("ada.example/blog", "ada.example", false),
        ("ada.example", "blog.ada.example", false),
        ("ada.example", "ada.example.evil.example", false),
        ("youtube.com/@ada", "youtube.com/@ada.b", false),
    ] {
        assert_eq!(read(site).holds(&read(place)), wanted, "{site} {place}");
    }
}

#[test]
fn a_platform_says_which_placements_it_stands_for() {
    for platform in Platform::ALL {
        assert!(
            platform
                .placements()
                .iter()
                .all(|one| platform.may_carry(*one))
        );
        assert!(!platform.may_carry(Placement::Broadcast), "{platform}");
        assert_eq!(platform.code().parse(), Ok(platform));
        let example = Channel::parse(platform.example(), None).unwrap();
        assert_eq!(example.platform(), platform);
    }
    assert!(Platform::Youtube.may_carry(Placement::YoutubeShorts));
    assert!(Platform::Tiktok.may_carry(Placement::PaidSocialAds));
    assert!(Platform::Website.may_carry(Placement::OnlineAds));
    assert!(!Platform::Website.may_carry(Placement::PaidSocialAds));
    assert!(
        "myspace"
            .parse::<Platform>()
            .unwrap_err()
            .to_string()
            .contains("tiktok")
    );
}

fn hosts() -> impl Strategy<Value = String> {
    let known = [
        "youtube.com",
        "youtu.be",
        "tiktok.com",
        "instagram.com",
        "facebook.com",
        "twitch.tv",
        "podcasts.apple.com",
        "open.spotify.com",
        "ada.example",
        "bücher.example",
    ];
    prop_oneof![
        prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        "(www\\.|m\\.)?[a-zA-Z0-9-]{1,12}\\.[a-z]{2,6}",
    ]
}

fn pasted() -> impl Strategy<Value = String> {
    let path = prop_oneof![
        "[@]?[a-zA-Z0-9._-]{0,32}",
        "(channel/UC|c/|user/|show/|p/|pages/x/|id|profile\\.php\\?id=)[a-zA-Z0-9._-]{0,24}",
        "[ -~]{0,20}",
        "\\PC{0,12}",
    ];
    let scheme = prop::sample::select(vec!["", "https://", "http://", "feed://", "HTTPS://"]);
    (scheme, hosts(), path).prop_map(|(scheme, host, path)| format!("{scheme}{host}/{path}"))
}

proptest! {
    #[test]
    fn reading_what_was_written_gives_the_same_channel(text in pasted()) {
        if let Ok(channel) = Channel::parse(&text, None) {
            let written = channel.to_string();
            let again = Channel::parse(&written, Some(channel.platform()));
            prop_assert_eq!(again.as_ref(), Ok(&channel), "{} {}", text, written);
            prop_assert!(written.is_ascii() && written.len() <= CHANNEL_TEXT_MAX);
        }
    }

    #[test]
    fn a_name_with_its_platform_is_read_back_too(
        name in "[@]?[a-zA-Z0-9._-]{0,52}",
        platform in prop::sample::select(Platform::ALL.to_vec()),
    ) {
        if let Ok(channel) = Channel::parse(&name, Some(platform)) {
            let again = Channel::parse(&channel.to_string(), Some(platform));
            prop_assert_eq!(again, Ok(channel));
        }
    }

    #[test]
    fn what_holds_a_channel_is_among_its_holders_and_nothing_else(
        places in prop::collection::vec("[a-c]{1,2}(/[a-c]{1,2}){0,3}", 2),
        host in prop::sample::select(vec!["ada.example", "music.ada.example", "tiktok.com/@ada"]),
    ) {
        let read = |place: &str| Channel::parse(&format!("https://{host}/{place}"), None);
        let all: Vec<Channel> = places.iter().filter_map(|place| read(place).ok()).collect();
        for (one, other) in all.iter().flat_map(|one| all.iter().map(move |two| (one, two))) {
            prop_assert_eq!(one.holds(other), other.holders().contains(one));
            prop_assert!(other.holders().iter().all(|above| above.holds(other)));
        }
    }

    #[test]
    fn nothing_that_is_pasted_brings_it_down(text in "\\PC{0,400}") {
        let _ = Channel::parse(&text, None).map_err(|e| e.to_string());
    }
}

#[test]
fn a_handle_that_is_too_short_or_long_is_refused_with_the_lengths_that_go() {
    for handle in ["ab".to_owned(), "a".repeat(31)] {
        let refused = Channel::parse(&format!("https://www.youtube.com/@{handle}"), None);
        let refused = refused.unwrap_err();
        assert_eq!(refused, ChannelError::Name(Platform::Youtube));
        assert!(
            refused.to_string().contains("3 to 30 characters"),
            "{refused}"
        );
    }
}
