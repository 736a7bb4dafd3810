//! Whoever comes by HTTP: a browser, a program with a key, somebody else's page. The store's
//! real router answers, in process.

use std::pin::Pin;
use std::time::Duration;

use app::access::Role;
use axum::Router;
use axum::body::{Body, HttpBody, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt;

use super::World;

/// How long a scenario waits for what should come at once.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer a scenario reads, in bytes.
const ANSWER_MAX: usize = 64 * 1024 * 1024;

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Visitor {
    router: Router,
    headers: Vec<(String, String)>,
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

/// A stream of events that is being read.
pub struct Feed {
    body: Body,
    text: String,
}

impl World {
    /// Somebody whom the store doesn't know.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        let options = web::Options {
            secure_cookies: false,
            sandbox: true,
            ..web::Options::default()
        };
        Visitor {
            router: web::router(self.shared_app(), options),
            headers: Vec::new(),
        }
    }

    /// A program that sends this secret as its key.
    #[must_use]
    pub fn visitor_with_key(&self, secret: &str) -> Visitor {
        self.visitor()
            .with("authorization", &format!("Bearer {secret}"))
    }

    /// Somebody who has signed in.
    ///
    /// # Panics
    /// When signing in sets no cookie.
    pub async fn visitor_signed_in(&self, role: Role, name: &str) -> Visitor {
        let link = self.sends_link(role, name).await;
        self.visitor_by_link(&link).await
    }

    /// Whoever signs in by this link.
    ///
    /// # Panics
    /// When signing in sets no cookie.
    pub async fn visitor_by_link(&self, link: &str) -> Visitor {
        let visitor = self.visitor();
        let reply = visitor.posts_form(&format!("/sign-in/{link}"), "").await;
        let cookie = reply
            .header("set-cookie")
            .split(';')
            .next()
            .unwrap_or_default()
            .to_owned();
        assert!(cookie.contains('='), "signing in answered {}", reply.status);
        visitor.with("cookie", &cookie)
    }
}

impl Visitor {
    /// The same visitor with a header on every request.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Gets an address.
    pub async fn gets(&self, path: &str) -> Reply {
        self.sends("GET", path, Body::empty(), None).await
    }

    /// Asks for an address's headers.
    pub async fn heads(&self, path: &str) -> Reply {
        self.sends("HEAD", path, Body::empty(), None).await
    }

    /// Posts JSON.
    pub async fn posts(&self, path: &str, json: &Value) -> Reply {
        self.posts_text(path, "application/json", &json.to_string())
            .await
    }

    /// Puts JSON, as a page of the store would.
    pub async fn puts(&self, path: &str, json: &Value) -> Reply {
        let here = self.clone().with("sec-fetch-site", "same-origin");
        let body = Body::from(json.to_string());
        here.sends("PUT", path, body, Some("application/json"))
            .await
    }

    /// Posts a form, as a page of the store would.
    pub async fn posts_form(&self, path: &str, form: &str) -> Reply {
        let here = self.clone().with("sec-fetch-site", "same-origin");
        here.posts_text(path, "application/x-www-form-urlencoded", form)
            .await
    }

    /// Posts any text as any type.
    pub async fn posts_text(&self, path: &str, media: &str, text: &str) -> Reply {
        self.sends("POST", path, Body::from(text.to_owned()), Some(media))
            .await
    }

    /// Sends a method without a body.
    pub async fn calls(&self, method: &str, path: &str) -> Reply {
        self.sends(method, path, Body::empty(), None).await
    }

    /// Opens a stream of events.
    ///
    /// # Panics
    /// When it isn't answered as one.
    pub async fn follows(&self, path: &str) -> Feed {
        let response = self.answer("GET", path, Body::empty(), None).await;
        assert_eq!(response.status(), StatusCode::OK);
        Feed {
            body: response.into_body(),
            text: String::new(),
        }
    }

    async fn sends(&self, method: &str, path: &str, body: Body, media: Option<&str>) -> Reply {
        let response = self.answer(method, path, body, media).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, ANSWER_MAX)
            .await
            .expect("an answer in process arrives whole");
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.to_vec(),
        }
    }

    async fn answer(
        &self,
        method: &str,
        path: &str,
        body: Body,
        media: Option<&str>,
    ) -> axum::response::Response {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(header::HOST, "store.example");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(media) = media {
            request = request.header(header::CONTENT_TYPE, media);
        }
        let request = request
            .body(body)
            .expect("a scenario's request is well formed");
        match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

impl Reply {
    /// A header as text; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        let read = serde_json::from_slice(&self.body);
        read.unwrap_or_else(|e| panic!("{e} in the answer {}: {}", self.status, self.text()))
    }

    /// A problem's status and code.
    #[must_use]
    pub fn problem(&self) -> (u16, String) {
        (
            self.status,
            self.json()["code"].as_str().unwrap_or_default().to_owned(),
        )
    }
}

impl Feed {
    /// The next event: its id and its data.
    ///
    /// # Panics
    /// When none comes.
    pub async fn next(&mut self) -> (String, Value) {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                let Some(data) = field("data:") else { continue };
                let data = serde_json::from_str(data.trim()).expect("an event's data is JSON");
                return (field("id:").unwrap_or_default().trim().to_owned(), data);
            }
            self.read_on().await;
        }
    }

    async fn read_on(&mut self) {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx));
        let frame = tokio::time::timeout(PATIENCE, frame).await;
        let frame = frame
            .expect("an event comes at once")
            .expect("the stream goes on");
        let bytes = frame
            .ok()
            .and_then(|frame| frame.into_data().ok())
            .unwrap_or_default();
        self.text.push_str(&String::from_utf8_lossy(&bytes));
    }
}
