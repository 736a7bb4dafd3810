//! Choosing the colour scheme without script.

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::frame::THEME;
use super::view::Theme;
use crate::state::Web;

/// A year, in seconds.
const YEAR_S: u32 = 31_536_000;

#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct Choice {
    theme: String,
    back: String,
}

/// `POST /theme`.
pub(crate) async fn choose(State(web): State<Web>, Form(choice): Form<Choice>) -> Response {
    let secure = if web.options.secure_cookies {
        "; Secure"
    } else {
        ""
    };
    let word = Theme::from_word(&choice.theme).word();
    let cookie = format!("{THEME}={word}; Path=/; SameSite=Lax; Max-Age={YEAR_S}{secure}");
    let mut response = Redirect::to(own_path(&choice.back)).into_response();
    response.headers_mut().extend(
        HeaderValue::from_str(&cookie)
            .ok()
            .map(|c| (header::SET_COOKIE, c)),
    );
    response
}

/// A path of this store; anything else leads to its front page, so that no link through here
/// can lead away.
fn own_path(back: &str) -> &str {
    let other_host = back.starts_with("//") || back.starts_with("/\\");
    let plain = back.bytes().all(|byte| byte.is_ascii_graphic());
    if back.starts_with('/') && !other_host && plain {
        back
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn the_way_back_never_leads_away() {
        assert_eq!(own_path("/tracks/nova?x=1"), "/tracks/nova?x=1");
        for back in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
        ] {
            assert_eq!(own_path(back), "/", "{back}");
        }
    }
}
