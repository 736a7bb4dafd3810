//! Who makes a request: by the session's cookie, or by a program's key.

use app::access::{Person, Principal, Role, Scope, api_key, session};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};

use crate::problem::Problem;
use crate::state::{Options, Web};

const SESSION: &str = "clearcue_session";
/// The same where the store is reached by https: browsers then hold it to this host and path.
const SECURE_SESSION: &str = "__Host-clearcue_session";
/// Thirty days: the server ends sessions earlier where that is due.
const MAX_AGE_S: u32 = 30 * 24 * 60 * 60;

/// Whoever makes the request, as an extractor. A key that isn't known is refused; a session
/// that has ended makes a guest.
#[derive(Clone)]
pub(crate) struct Caller(pub(crate) Principal);

impl FromRequestParts<Web> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        if let Some(key) = secret_key(parts) {
            let key = api_key::whose(&web.app, key)
                .await?
                .ok_or_else(unknown_key)?;
            return Ok(Self(Principal::Program(key)));
        }
        let Some(secret) = session_secret(&parts.headers) else {
            return Ok(Self(Principal::Guest));
        };
        let person = session::whose(&web.app, &web.app.call(), secret).await?;
        Ok(Self(person.map_or(Principal::Guest, Principal::Person)))
    }
}

/// Whoever reports uses, as an extractor. A program's key may be one that is only remembered: it is
/// asked for again in the transaction that counts its uses, once for all who wait.
pub(crate) struct Reporter(pub(crate) Caller);

impl FromRequestParts<Web> for Reporter {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let Some(key) = secret_key(parts) else {
            return Caller::from_request_parts(parts, web).await.map(Self);
        };
        let key = api_key::remembered(&web.app, key)
            .await?
            .ok_or_else(unknown_key)?;
        Ok(Self(Caller(Principal::Program(key))))
    }
}

impl Caller {
    /// The person who is signed in.
    pub(crate) fn person(&self) -> Option<&Person> {
        match &self.0 {
            Principal::Person(person) => Some(person),
            Principal::Guest | Principal::Program(_) => None,
        }
    }

    /// Whether it is the operator.
    pub(crate) fn is_operator(&self) -> bool {
        self.person()
            .is_some_and(|person| person.role == Role::Operator)
    }

    /// Refuses whoever may not do what `scope` stands for: guests have to say who they are,
    /// everybody else lacks the right.
    pub(crate) fn needs(&self, scope: Scope) -> Result<(), Problem> {
        if self.0.may(scope) {
            return Ok(());
        }
        Err(match self.0 {
            Principal::Guest => sign_in_required(),
            Principal::Person(_) | Principal::Program(_) => Problem::new(
                "scope_required",
                format!("this needs an API key with the scope {}", scope.word()),
            ),
        })
    }
}

/// A guest asked for what only somebody known may have.
pub(crate) fn sign_in_required() -> Problem {
    let detail = "sign in with your link, or send an API key as Authorization: Bearer sk_live_…";
    Problem::new("sign_in_required", detail)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

fn unknown_key() -> Problem {
    let detail =
        "this API key isn't known here or was withdrawn: make one with `clearcue key create`";
    Problem::new("unknown_api_key", detail).with_header(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Bearer error=\"invalid_token\""),
    )
}

/// The key that a request carries, if it carries any: empty where it is none.
fn secret_key(parts: &Parts) -> Option<&str> {
    let given = parts.headers.get(header::AUTHORIZATION)?;
    Some(given.to_str().ok().and_then(bearer).unwrap_or_default())
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// The session's secret, as the browser sends it back.
pub(crate) fn session_secret(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, SECURE_SESSION).or_else(|| cookie(headers, SESSION))
}

/// Whether a request carries a session's cookie, valid or not.
pub(crate) fn has_session(headers: &HeaderMap) -> bool {
    session_secret(headers).is_some()
}

/// The cookie that opens a session; an empty secret takes it away.
pub(crate) fn session_cookie(options: Options, secret: &str) -> String {
    let (name, secure) = if options.secure_cookies {
        (SECURE_SESSION, "; Secure")
    } else {
        (SESSION, "")
    };
    let age = if secret.is_empty() { 0 } else { MAX_AGE_S };
    format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        let line = "x_clearcue_session=no; theme=dark; clearcue_session=yes";
        headers.insert(header::COOKIE, HeaderValue::from_static(line));
        assert_eq!(session_secret(&headers), Some("yes"));
        assert_eq!(cookie(&headers, "theme"), Some("dark"));
        assert_eq!(cookie(&headers, "session"), None);
    }

    #[test]
    fn a_secure_session_is_bound_to_the_host() {
        let options = Options {
            secure_cookies: true,
            sandbox: false,
            ..Options::default()
        };
        let cookie = session_cookie(options, "s");
        assert!(cookie.starts_with("__Host-clearcue_session=s; Path=/; HttpOnly; SameSite=Lax"));
        assert!(cookie.ends_with("; Secure"));
        assert!(session_cookie(options, "").contains("Max-Age=0"));
    }
}
