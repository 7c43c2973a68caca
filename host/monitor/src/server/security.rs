//! Who may ask: names under which this machine is reached, the token, pages of other sites.

use super::{Shared, error::ApiError};
use crate::process;
use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HOST, HeaderName, LOCATION,
    ORIGIN, REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

/// Nothing but our own files runs, nothing is asked of anybody else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// Header with which our pages prove that they are ours.
pub(super) const CSRF: &str = "x-angora-csrf";

/// What requests are held against.
pub(super) struct Gate {
    hosts: Vec<String>,
    machine: String,
    token: Option<Token>,
    base_path: String,
    /// Told to our pages, which no other page can read.
    pub csrf: String,
    /// Whether nothing may be changed.
    pub read_only: bool,
}

struct Token {
    digest: [u8; 32],
    /// Cookies are shared by all ports of a machine: the name tells the monitor's own.
    cookie: String,
}

/// 32 hexadecimal digits from the system's source of randomness.
pub fn random_hex() -> String {
    let mut bytes = [0; 16];
    // Without it there is no secret; that must not pass unnoticed.
    #[expect(clippy::expect_used, reason = "an operating system without randomness")]
    getrandom::fill(&mut bytes).expect("the system gives random numbers");
    hex(&bytes)
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

impl Gate {
    pub(super) fn new(
        hosts: Vec<String>,
        token: Option<String>,
        read_only: bool,
        base_path: &str,
    ) -> Self {
        let token = token.filter(|token| !token.is_empty()).map(|token| {
            let digest = digest(&token);
            Token {
                digest,
                cookie: format!("angora_{}", hex(&self::digest(&hex(&digest))[..4])),
            }
        });
        Self {
            hosts: hosts.iter().map(|host| host.to_lowercase()).collect(),
            machine: process::host().to_lowercase(),
            token,
            base_path: base_path.to_owned(),
            csrf: random_hex(),
            read_only,
        }
    }

    /// A page of another site can make its own name point at this machine (DNS rebinding); the
    /// browser then asks under that name. An address in figures cannot be made to.
    fn knows(&self, host: &str) -> bool {
        let name = host_of(host).to_lowercase();
        name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
            || name == "localhost"
            || name.ends_with(".localhost")
            || (!name.is_empty() && name == self.machine)
            || self.hosts.contains(&name)
    }

    fn has_token(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        let bearer = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        if bearer.is_some_and(|given| token.is(given)) {
            return true;
        }
        let cookies = headers.get_all(COOKIE).iter();
        cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .any(|(name, value)| name == token.cookie && token.is(value))
    }

    /// A change must come from one of our own pages.
    fn may_change(&self, headers: &HeaderMap, host: &str) -> Result<(), ApiError> {
        if self.read_only {
            return Err(ApiError::read_only());
        }
        let text = |name: &HeaderName| headers.get(name).map(|v| v.to_str().unwrap_or_default());
        if let Some(origin) = text(&ORIGIN) {
            let from = origin.split_once("://").map_or("", |(_, from)| from);
            let same = !from.is_empty() && from.eq_ignore_ascii_case(host);
            // A proxy may show us another name than the browser saw.
            if !same && !self.hosts.contains(&host_of(from).to_lowercase()) {
                return Err(ApiError::forbidden(format!(
                    "a page of {origin} may not change anything here"
                )));
            }
        }
        let site = text(&HeaderName::from_static("sec-fetch-site"));
        if site.is_some_and(|site| site != "same-origin" && site != "none") {
            return Err(ApiError::forbidden(
                "a page of another site may not change anything here",
            ));
        }
        let proof = text(&HeaderName::from_static(CSRF)).unwrap_or_default();
        // Digests, so that the time it takes tells nothing.
        if digest(proof) != digest(&self.csrf) {
            return Err(ApiError::forbidden(format!(
                "the header {CSRF} is missing or old; api/session tells its value"
            )));
        }
        Ok(())
    }
}

impl Token {
    fn is(&self, given: &str) -> bool {
        digest(given) == self.digest
    }
}

/// A name without its port.
fn host_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) && !name.ends_with(':') => {
            name
        }
        _ => host,
    }
}

/// Lets a request pass, or answers it.
pub(super) async fn guard(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match admit(&shared.gate, &request) {
        Ok(None) => next.run(request).await,
        Ok(Some(answer)) => answer,
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    let fixed = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

fn admit(gate: &Gate, request: &Request) -> Result<Option<Response>, ApiError> {
    let headers = request.headers();
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default();
    if !gate.knows(host) {
        return Err(ApiError::forbidden(format!(
            "{:?} is no name of this machine; start the monitor with --allow-host {} if it is one",
            host,
            host_of(host)
        )));
    }
    if !gate.has_token(headers) {
        return match shown_token(gate, request) {
            Some(answer) => Ok(Some(answer)),
            None if wants_page(gate, request) => Ok(Some(locked_page())),
            None => Err(ApiError::unauthorised()),
        };
    }
    if wants_page(gate, request)
        && let Some(answer) = shown_token(gate, request)
    {
        return Ok(Some(answer));
    }
    match *request.method() {
        Method::GET | Method::HEAD => Ok(None),
        _ => gate.may_change(headers, host).map(|()| None),
    }
}

fn wants_page(gate: &Gate, request: &Request) -> bool {
    let path = request.uri().path();
    let path = path.strip_prefix(&gate.base_path).unwrap_or(path);
    request.method() == Method::GET && matches!(path, "" | "/")
}

/// The first visit shows the token in its address: it becomes a cookie, and leaves the address.
fn shown_token(gate: &Gate, request: &Request) -> Option<Response> {
    let token = gate.token.as_ref()?;
    let query = request.uri().query()?.as_bytes();
    let (_, given) = form_urlencoded::parse(query).find(|(name, _)| name == "token")?;
    if !token.is(&given) || !wants_page(gate, request) {
        return None;
    }
    let cookie = format!(
        "{}={given}; Path={}/; HttpOnly; SameSite=Lax",
        token.cookie, gate.base_path
    );
    let cookie = HeaderValue::from_str(&cookie).ok()?;
    let headers = [
        (SET_COOKIE, cookie),
        (LOCATION, HeaderValue::from_static("./")),
    ];
    Some((StatusCode::SEE_OTHER, headers).into_response())
}

fn locked_page() -> Response {
    let page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Angora</title>\
        <h1>This monitor asks for its token</h1>\
        <p>Open the address that <code>angora-host monitor</code> printed: it ends in \
        <code>?token=</code> and the token.</p></html>";
    (StatusCode::UNAUTHORIZED, Html(page)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_known() {
        let gate = Gate::new(vec!["Lab.example.org".into()], None, false, "");
        for host in [
            "localhost",
            "localhost:8427",
            "LOCALHOST:1",
            "x.localhost:1",
            "127.0.0.1:8427",
            "10.1.2.3",
            "[::1]:8427",
            "[::1]",
            "lab.example.org:443",
        ] {
            assert!(gate.knows(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:8427",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "notlocalhost",
        ] {
            assert!(!gate.knows(host), "{host}");
        }
    }

    #[test]
    fn random_numbers_differ() {
        assert_eq!(random_hex().len(), 32);
        assert_ne!(random_hex(), random_hex());
    }
}
