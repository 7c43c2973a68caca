//! The monitor's secret, and how a browser shows it.

use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

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

/// Whether two secrets are equal; digests, so that the time it takes tells nothing.
pub(super) fn same(one: &str, other: &str) -> bool {
    digest(one) == digest(other)
}

/// What a token is held against; the token itself is not kept.
pub(super) struct Token {
    digest: [u8; 32],
    /// Cookies are shared by all ports of a machine: the name tells the monitor's own.
    cookie: String,
}

impl Token {
    pub fn new(token: &str) -> Self {
        let digest = digest(token);
        Self {
            digest,
            cookie: format!("angora_{}", hex(&self::digest(&hex(&digest))[..4])),
        }
    }

    fn is(&self, given: &str) -> bool {
        digest(given) == self.digest
    }

    /// Whether a request has the token, as a cookie or as `Authorization: Bearer`.
    pub fn is_in(&self, headers: &HeaderMap) -> bool {
        let bearer = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        if bearer.is_some_and(|given| self.is(given)) {
            return true;
        }
        let cookies = headers.get_all(COOKIE).iter();
        cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .any(|(name, value)| name == self.cookie && self.is(value))
    }

    /// The first visit shows the token in its address: it becomes a cookie, and leaves the address.
    ///
    /// A page of ours opens the next one, and no redirection does: browsers keep a strict cookie
    /// back from an address to which another program or page has led them.
    pub fn entrance(&self, request: &Request, base_path: &str) -> Option<Response> {
        let query = request.uri().query()?.as_bytes();
        let (_, given) = form_urlencoded::parse(query).find(|(name, _)| name == "token")?;
        if !self.is(&given) {
            return None;
        }
        let cookie = format!(
            "{}={given}; Path={base_path}/; HttpOnly; SameSite=Strict",
            self.cookie
        );
        let cookie = HeaderValue::from_str(&cookie).ok()?;
        let page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Angora</title>\
            <noscript><meta http-equiv=\"refresh\" content=\"0; url=./\"></noscript>\
            <script src=\"lib/enter.js\"></script></html>";
        Some((StatusCode::OK, [(SET_COOKIE, cookie)], Html(page)).into_response())
    }
}

/// What a browser sees that has no token.
pub(super) fn locked_page() -> Response {
    let page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Angora</title>\
        <h1>This monitor needs its token</h1>\
        <p>Open the link that <code>angora-host monitor</code> printed: it ends in \
        <code>?token=</code> and the token. Tokens of a monitor that has ended are no longer valid.\
        </p></html>";
    (StatusCode::UNAUTHORIZED, Html(page)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_differ() {
        assert_eq!(random_hex().len(), 32);
        assert_ne!(random_hex(), random_hex());
    }
}
