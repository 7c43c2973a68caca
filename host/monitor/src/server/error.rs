//! Errors as the pages get them: `{"error": {"code", "message"}}`.

use crate::index::MarkError;
use crate::query::QueryError;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::time::Duration;

/// An answer that is none.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    more: Option<(&'static str, Value)>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            more: None,
        }
    }

    /// A parameter that cannot be used.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    /// Something that is not there.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// A request that may come from another page than ours.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    /// A browser without the token.
    pub fn unauthorised() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorised",
            "this needs the monitor's token: open the link that `angora-host monitor` printed",
        )
    }

    /// A change where none may be made.
    pub fn read_only() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "read_only",
            "this monitor was started with --read-only",
        )
    }

    /// A body that does not come.
    pub fn late(patience: Duration) -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "late",
            format!("the body of the request was not complete within {patience:?}; send it again"),
        )
    }

    /// More pages than are served at once.
    pub fn busy(streams: usize) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            format!("{streams} pages follow this monitor already; close one of them"),
        )
    }

    /// Something of this machine fails.
    pub fn failed(error: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "failed",
            error.to_string(),
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some((key, value)) = self.more {
            error[key] = value;
        }
        (self.status, Json(json!({ "error": error }))).into_response()
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        let at = json!({ "start": error.start, "end": error.end });
        Self {
            more: Some(("at", at)),
            ..Self::new(StatusCode::BAD_REQUEST, "bad_query", error.message)
        }
    }
}

impl From<MarkError> for ApiError {
    fn from(error: MarkError) -> Self {
        let message = error.to_string();
        match error {
            MarkError::Conflict(current) => Self {
                more: Some(("current", json!(current))),
                ..Self::new(StatusCode::CONFLICT, "conflict", message)
            },
            MarkError::Io(_) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "failed",
                format!("marks cannot be written: {message}"),
            ),
        }
    }
}

impl From<std::io::Error> for ApiError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::not_found(error.to_string()),
            _ => Self::failed(error),
        }
    }
}
