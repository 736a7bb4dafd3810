//! A track in a list, and its waveform in any size.

use app::catalogue::Track;

use super::use_form::via_query;
use super::view::{Card, Wave};
use crate::words;

/// How much of a track is marked as its hook, in ms.
const HOOK_MS: i64 = 15_000;

/// A track's card; the curator whose link led here is carried along.
pub(crate) fn card(track: &Track, via: Option<&str>) -> Card {
    let via = via_query(via);
    Card {
        slug: track.slug.clone(),
        title: track.title.clone(),
        artist: track.artist.name.clone(),
        genre: track.genre.clone(),
        bpm: track.bpm_milli.map(words::thousandths).unwrap_or_default(),
        key: track.key.clone().unwrap_or_default(),
        length: words::clock(track.duration_ms),
        from_price: track.from_price.map(words::price),
        stems: track.stems.len(),
        loopable: track.loopable,
        preview_url: preview_url(track),
        href: format!("/tracks/{}{via}", track.slug),
        license_href: format!("/tracks/{}/license{via}", track.slug),
        wave: wave(track, super::view::wave::CARD),
    }
}

/// Where a track's preview is heard.
pub(crate) fn preview_url(track: &Track) -> String {
    format!("/v1/tracks/{}/preview", track.id)
}

/// A track's waveform with its hook.
pub(crate) fn wave(track: &Track, size: (u32, u32)) -> Wave {
    let peaks: Vec<_> = track
        .peaks
        .iter()
        .map(|peak| (peak.min, peak.max))
        .collect();
    let ms = |ms: i64| u32::try_from(ms).unwrap_or(0);
    let end = (track.hook_ms + HOOK_MS).min(track.duration_ms);
    Wave::new(&peaks, size, ms(track.duration_ms)).with_hook(&(ms(track.hook_ms)..ms(end)))
}
