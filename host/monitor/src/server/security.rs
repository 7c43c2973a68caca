//! Who may ask: names under which this machine is reached, the token, pages of other sites.

use super::token::{Token, locked_page, random_hex, same};
use super::{Readers, Shared, error::ApiError};
use crate::process;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::net::IpAddr;
use std::sync::Arc;

/// Nothing but our own files runs, nothing is asked of anybody else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// Header with which our pages prove that they are ours.
pub(super) const CSRF: &str = "x-angora-csrf";

/// Whether marks can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Changes {
    Allowed,
    /// By nobody.
    Off,
    /// By whoever has the token.
    WithToken,
}

/// What requests are held against.
pub(super) struct Gate {
    hosts: Vec<String>,
    machine: String,
    token: Token,
    readers: Readers,
    base_path: String,
    /// Told to our pages, which no other page can read.
    pub csrf: String,
    /// Whether nothing may be changed.
    pub read_only: bool,
}

impl Gate {
    pub(super) fn new(
        hosts: Vec<String>,
        token: &str,
        readers: Readers,
        read_only: bool,
        base_path: &str,
    ) -> Self {
        Self {
            hosts: hosts.iter().map(|host| host.to_lowercase()).collect(),
            machine: process::host().to_lowercase(),
            token: Token::new(token),
            readers,
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

    /// What the page may do that a request comes from.
    pub fn changes(&self, headers: &HeaderMap) -> Changes {
        match (self.read_only, self.token.is_in(headers)) {
            (true, _) => Changes::Off,
            (false, false) => Changes::WithToken,
            (false, true) => Changes::Allowed,
        }
    }

    /// A change must come from one of our own pages.
    fn may_change(&self, headers: &HeaderMap, host: &str) -> Result<(), ApiError> {
        match self.changes(headers) {
            Changes::Off => return Err(ApiError::read_only()),
            Changes::WithToken => return Err(ApiError::unauthorised()),
            Changes::Allowed => {}
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
        if !same(proof, &self.csrf) {
            return Err(ApiError::forbidden(format!(
                "the header {CSRF} is missing or old; api/session tells its value"
            )));
        }
        Ok(())
    }
}

/// A name without its port.
pub(super) fn host_of(host: &str) -> &str {
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
            "Host header {host:?} is not a name of this machine; if it is one, start the monitor with --allow-host {}",
            host_of(host)
        )));
    }
    if wants_page(gate, request)
        && let Some(answer) = gate.token.entrance(request, &gate.base_path)
    {
        return Ok(Some(answer));
    }
    if gate.readers == Readers::WithToken && !gate.token.is_in(headers) {
        return match wants_page(gate, request) {
            true => Ok(Some(locked_page())),
            false => Err(ApiError::unauthorised()),
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_known() {
        let gate = Gate::new(
            vec!["Lab.example.org".into()],
            "t",
            Readers::Anyone,
            false,
            "",
        );
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
}
