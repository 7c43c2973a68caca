//! The revision of the rules that an id names.

/// Whether an id names the rules of before revision 5: `Hopper-v4`.
#[must_use]
pub fn before_5(id: &str) -> bool {
    id.ends_with("-v4")
}
