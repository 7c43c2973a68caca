//! The parts of a request, for the fuzz targets.

use super::{api, parameters::Parameters, security};
use axum::http::Uri;

/// Reads the parameters of an address, and its host; `None` if it is no address.
#[must_use]
pub fn parameters(uri: &str, host: &str) -> Option<Result<(), String>> {
    let uri: Uri = uri.parse().ok()?;
    assert!(security::host_of(host).len() <= host.len());
    let known = ["q", "limit", "from", "axis", "m"];
    let read = || {
        let parameters = Parameters::read(&uri, &known)?;
        let limit = parameters.whole("limit", 10, 1, 1_000)?;
        assert!((1..=1_000).contains(&limit), "{limit} is out of range");
        let from = parameters.number("from")?;
        assert!(from.is_none_or(f64::is_finite), "{from:?} is not finite");
        parameters.choice("axis", &[("steps", 0), ("cycles", 1)])?;
        Ok::<(), super::error::ApiError>(())
    };
    Some(read().map_err(|error| format!("{error:?}")))
}

/// Reads the `Range` of a request for a file of some size: the first byte and the one after the
/// last, if a part is wanted.
#[must_use]
pub fn range(text: &str, size: u64) -> Option<(u64, u64)> {
    api::range(text, size)
}
