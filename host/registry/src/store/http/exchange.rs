//! One request and its answer, with whatever the server asks for to know who we are.

use super::credentials::{Challenge, Credentials};
use super::pace::{Pace, Paced, TooSlow};
use crate::location::Server;
use crate::store::DOCUMENT_LIMIT;
use crate::{Location, RegistryError};
use serde::Deserialize;
use std::cell::RefCell;
use std::io::{ErrorKind, Read};
use ureq::http;
use ureq::tls::{RootCerts, TlsConfig};

/// What is asked.
#[derive(Debug, Clone)]
pub(super) struct Request<'r> {
    method: &'static str,
    /// A path on the server, or where it has sent us.
    target: &'r str,
    body: Option<(&'r str, &'r [u8])>,
    pub accept: Option<&'r str>,
    /// The most bytes of an answer.
    pub limit: u64,
}

impl<'r> Request<'r> {
    fn new(method: &'static str, target: &'r str) -> Self {
        Self {
            method,
            target,
            body: None,
            accept: None,
            limit: DOCUMENT_LIMIT,
        }
    }

    pub fn get(target: &'r str) -> Self {
        Self::new("GET", target)
    }

    pub fn head(target: &'r str) -> Self {
        Self::new("HEAD", target)
    }

    pub fn post(target: &'r str) -> Self {
        let mut request = Self::new("POST", target);
        request.body = Some(("application/octet-stream", b""));
        request
    }

    pub fn put(target: &'r str, media_type: &'r str, bytes: &'r [u8]) -> Self {
        let mut request = Self::new("PUT", target);
        request.body = Some((media_type, bytes));
        request
    }
}

/// What the server says.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    /// At most a byte more than its limit.
    pub body: Vec<u8>,
    pub location: Option<String>,
    /// Where the next page is.
    pub next: Option<String>,
    challenges: Vec<String>,
}

/// A conversation with one server.
pub(super) struct Exchange {
    agent: ureq::Agent,
    host: String,
    base: String,
    place: String,
    plain: bool,
    pace: Pace,
    credentials: Credentials,
    /// What has satisfied the server last.
    authorisation: RefCell<Option<String>>,
}

/// The specification's form of an error.
#[derive(Deserialize)]
struct Errors {
    errors: Vec<OneError>,
}

#[derive(Deserialize)]
struct OneError {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

impl Exchange {
    pub fn new(server: &Server, location: &Location, pace: Pace) -> Self {
        // The certificates that the machine trusts: a lab's own among them.
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(pace.grace))
            .timeout_recv_response(Some(pace.grace))
            .timeout_per_read(Some(pace.grace))
            .user_agent(concat!("angora-host/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .build()
            .new_agent();
        let scheme = if server.plain { "http" } else { "https" };
        Self {
            agent,
            host: server.host.clone(),
            base: format!("{scheme}://{}", server.host),
            place: location.to_string(),
            plain: server.plain,
            pace,
            credentials: Credentials::new(&server.host),
            authorisation: RefCell::new(None),
        }
    }

    /// The registry, for messages.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Sends a request; where the server asks who we are, once more with what it wants to know.
    ///
    /// # Errors
    /// No answer.
    pub fn send(&self, request: &Request<'_>) -> Result<Answer, RegistryError> {
        let url = if request.target.starts_with('/') {
            format!("{}{}", self.base, request.target)
        } else {
            request.target.to_owned()
        };
        // Who we are is nobody else's business than the server's.
        let ours = url == self.base || url.starts_with(&format!("{}/", self.base));
        let known = self.authorisation.borrow().clone().filter(|_| ours);
        let answer = self.once(request, &url, known.as_deref())?;
        if answer.status != 401 || !ours {
            return Ok(answer);
        }
        let challenge = answer.challenges.iter().find_map(|c| Challenge::parse(c));
        let Some(authorisation) = self.authorise(challenge.as_ref())? else {
            return Ok(answer);
        };
        if known.as_deref() == Some(&authorisation) {
            return Ok(answer);
        }
        let answer = self.once(request, &url, Some(&authorisation))?;
        *self.authorisation.borrow_mut() = Some(authorisation);
        Ok(answer)
    }

    fn once(
        &self,
        request: &Request<'_>,
        url: &str,
        authorisation: Option<&str>,
    ) -> Result<Answer, RegistryError> {
        let mut builder = http::Request::builder().method(request.method).uri(url);
        if let Some(authorisation) = authorisation {
            builder = builder.header("authorization", authorisation);
        }
        if let Some(accept) = request.accept {
            builder = builder.header("accept", accept);
        }
        let response = match request.body {
            Some((media_type, bytes)) => builder
                .header("content-type", media_type)
                .body(bytes)
                .map_err(ureq::Error::from)
                .and_then(|request| {
                    let deadline = self.pace.deadline(bytes.len() as u64);
                    let request = self.agent.configure_request(request);
                    self.agent
                        .run(request.timeout_send_body(Some(deadline)).build())
                }),
            None => builder
                .body(())
                .map_err(ureq::Error::from)
                .and_then(|request| self.agent.run(request)),
        };
        let response = response.map_err(|error| self.unreachable(&error))?;
        self.read(response, request.limit)
    }

    fn read(
        &self,
        response: http::Response<ureq::Body>,
        limit: u64,
    ) -> Result<Answer, RegistryError> {
        let (parts, body) = response.into_parts();
        let text = |name: &str| {
            let value = parts.headers.get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let challenges = parts.headers.get_all("www-authenticate").iter();
        let challenges = challenges.filter_map(|value| value.to_str().ok().map(str::to_owned));
        let next = text("link").filter(|link| link.contains("rel=\"next\""));
        let next =
            next.and_then(|link| Some(link.split_once('<')?.1.split_once('>')?.0.to_owned()));
        let mut bytes = Vec::new();
        let reader = body.into_with_config().limit(u64::MAX).reader();
        let reader = Paced::new(reader, self.pace);
        match reader.take(limit + 1).read_to_end(&mut bytes) {
            Ok(_) => {}
            // Cut off: what came is compared with what was announced by whoever asked.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {}
            Err(error) if TooSlow::is(&error) => {
                let place = self.place.clone();
                let reason = format!("{}: {error}", self.host);
                return Err(RegistryError::Registry { place, reason });
            }
            Err(error) => return Err(self.unreachable(&error)),
        }
        Ok(Answer {
            status: parts.status.as_u16(),
            body: bytes,
            location: text("location"),
            next,
            challenges: challenges.collect(),
        })
    }

    /// What satisfies a challenge; nothing where we have no credentials for it.
    fn authorise(&self, challenge: Option<&Challenge>) -> Result<Option<String>, RegistryError> {
        match challenge {
            None => Ok(None),
            Some(Challenge::Basic) => self.credentials.basic(&self.place),
            Some(Challenge::Bearer { realm, query }) => {
                if !self.plain && !realm.starts_with("https://") {
                    return Err(RegistryError::Registry {
                        place: self.place.clone(),
                        reason: format!(
                            "it wants the password sent to {realm}, without encryption; that is refused"
                        ),
                    });
                }
                self.token(realm, query).map(Some)
            }
        }
    }

    /// A token from the server's authority.
    fn token(&self, realm: &str, query: &[(String, String)]) -> Result<String, RegistryError> {
        let refresh = self.credentials.identity_token(&self.place)?;
        let response = match refresh {
            Some(refresh) => {
                let mut form = query.to_vec();
                form.push(("grant_type".into(), "refresh_token".into()));
                form.push(("client_id".into(), "angora-host".into()));
                form.push(("refresh_token".into(), refresh));
                self.agent.post(realm).send_form(form)
            }
            None => {
                let pairs = query.iter().map(|(key, value)| (key.as_str(), value));
                let mut request = self.agent.get(realm).query_pairs(pairs);
                if let Some(basic) = self.credentials.basic(&self.place)? {
                    request = request.header("authorization", basic);
                }
                request.call()
            }
        };
        let response = response.map_err(|error| self.unreachable(&error))?;
        let answer = self.read(response, DOCUMENT_LIMIT)?;
        let answer = self.expect(answer, 200)?;
        let token: Token =
            serde_json::from_slice(&answer.body).map_err(|error| RegistryError::Document {
                what: "the token".into(),
                place: realm.into(),
                reason: error.to_string(),
            })?;
        match token.token.or(token.access_token) {
            Some(token) => Ok(format!("Bearer {token}")),
            None => Err(RegistryError::Document {
                what: "the token".into(),
                place: realm.into(),
                reason: "there is none in the answer".into(),
            }),
        }
    }

    /// The answer, if it has the status that it should have.
    ///
    /// # Errors
    /// Another, in the server's words.
    pub fn expect(&self, answer: Answer, status: u16) -> Result<Answer, RegistryError> {
        if answer.status == status {
            return Ok(answer);
        }
        let said = said(&answer.body);
        let reason = match answer.status {
            401 | 403 if self.credentials.are_there(&self.place)? => format!(
                "it refuses the user and password that Docker's configuration has for {}{said}; `docker login {}` enters others",
                self.host, self.host
            ),
            401 | 403 => format!(
                "it wants a user and password{said}; `docker login {}` enters them, or write them into $DOCKER_CONFIG/config.json",
                self.host
            ),
            429 => format!("it has been asked too often{said}; try again later"),
            other => format!("it answers with status {other} instead of {status}{said}"),
        };
        let place = self.place.clone();
        Err(RegistryError::Registry { place, reason })
    }

    fn unreachable(&self, error: &dyn std::fmt::Display) -> RegistryError {
        RegistryError::Registry {
            place: self.place.clone(),
            reason: format!("it cannot be reached at {}: {error}", self.base),
        }
    }
}

/// What a server says about an error, in brackets; nothing that it does not say in the
/// specification's form.
pub(crate) fn said(body: &[u8]) -> String {
    let Ok(errors) = serde_json::from_slice::<Errors>(body) else {
        return String::new();
    };
    let Some(error) = errors.errors.first() else {
        return String::new();
    };
    let text = format!("{}: {}", error.code, error.message);
    let text: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
    format!(" ({text})")
}
