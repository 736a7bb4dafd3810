//! The text for a dispute: what to answer when a platform claims a video's music.

use domain::envelope::Placement;
use domain::plain;

use super::{date, issuer, name, page, subject, territory, window};
use crate::App;
use crate::licensing::Licence;

/// The text that answers a claim, and where each of the licence's platforms takes it.
#[must_use]
pub fn dispute(app: &App, licence: &Licence) -> String {
    let code = licence.code.to_string();
    let page = page(app, licence);
    let mut text = String::from(
        "HOW TO USE THIS\n\n\
         A platform's matcher knows the music, not your licence. If it claims, mutes or blocks \
         your\nvideo, open the claim, choose \"dispute\" (or \"appeal\"), give as the reason that \
         you have a\nlicence, and paste the text between the lines. Attach licence.pdf where \
         files are taken.\n",
    );
    for line in ways(licence) {
        text.push_str(&format!("\n- {line}"));
    }
    text.push_str("\n\n---------------------------------------------------------------\n\n");
    text.push_str(&claim(app, licence, &code, &page));
    text.push_str("\n---------------------------------------------------------------\n");
    text
}

fn claim(app: &App, licence: &Licence, code: &str, page: &str) -> String {
    let (store, issuer) = (name(&app.settings.name), issuer(app, licence));
    let work = match licence.artist.as_str() {
        "" => subject(licence),
        artist => format!("\"{}\" by {}", subject(licence), name(artist)),
    };
    let may: String = plain(&licence.envelope)
        .may
        .iter()
        .map(|point| format!("  - {point}\n"))
        .collect();
    format!(
        "The music in this video is licensed. I hold a written licence for it.\n\n\
         Music:      {work}\n\
         Licensee:   {}\n\
         Licensor:   {store} ({})\n\
         Licence:    {code}, issued {}\n\
         Check it:   {page}\n\n\
         The licence grants, from one hand, the right to use the sound recording (master) and the\n\
         musical work (composition) in synchronisation with pictures, to reproduce the result and \
         to\nmake it available to the public. Territory: {}. Publication: {}.\n\n\
         Under it the licensee may:\n{may}\n\
         The licence can be verified at the address above, which shows whether it is in force, or\n\
         offline: its signed key (licence.jwt, EdDSA, RFC 8037) is checked with the licensor's\n\
         published keys at {}/.well-known/jwks.json.\n\n\
         Please release the claim.\n",
        name(&licence.licensee),
        issuer,
        date(licence.issued_at),
        territory(&licence.envelope),
        window(&licence.envelope),
        issuer,
    )
}

/// What is particular to the platforms that the licence covers.
fn ways(licence: &Licence) -> Vec<&'static str> {
    let has = |place| licence.envelope.placements.contains(place);
    let mut ways = Vec::new();
    if has(Placement::Youtube) || has(Placement::YoutubeShorts) {
        ways.push(
            "YouTube (Content ID): in Studio, open the video's restrictions, see the details of \
             the\n  claim and dispute it with the reason \"licence\".",
        );
    }
    if has(Placement::Facebook) || has(Placement::Instagram) {
        ways.push(
            "Facebook and Instagram (Rights Manager): answer the notice about the matched video \
             and\n  say that you have permission from the owner.",
        );
    }
    if has(Placement::Tiktok) {
        ways.push(
            "TikTok: appeal from the notice on the muted video; where it asks whether the sound \
             is\n  yours to use, answer that it is licensed.",
        );
    }
    if has(Placement::Twitch) {
        ways.push("Twitch: appeal from the notice on the muted part of the recording.");
    }
    ways.push("Anywhere else: send the text to the address in the notice, with licence.pdf.");
    ways
}
