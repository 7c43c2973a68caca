//! Bodies of requests: whole, and in time, before a handler sees them.

use super::error::ApiError;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Duration;

/// Largest body: a change of marks.
pub(super) const LARGEST: usize = 512 << 10;

/// Reads the body, or answers that it is too large or too late.
pub(super) async fn whole(
    State(patience): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(patience, to_bytes(body, LARGEST)).await {
        Ok(Ok(bytes)) => {
            let request = Request::from_parts(parts, Body::from(bytes));
            next.run(request).await
        }
        Ok(Err(error)) => {
            let message = format!(
                "the body of the request cannot be read: {error}; at most {LARGEST} bytes are taken"
            );
            ApiError::bad_request(message).into_response()
        }
        Err(_) => ApiError::late(patience).into_response(),
    }
}
