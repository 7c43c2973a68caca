//! The check at the end of each line.

/// Name of the check in a line.
pub const CHECK: &str = "crc32c";

/// What stands before the eight hexadecimal digits.
const BEFORE: &[u8] = b",\"crc32c\":\"";
const AFTER: &[u8] = b"\"}";
const DIGITS: usize = 8;

/// What a line's check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Soundness {
    /// It is as it was written.
    Sound,
    /// It has no check: an older version wrote it.
    Unchecked,
    /// It is not as it was written.
    Damaged,
}

/// Adds the check to a line, a JSON object with at least one field and no end of line.
pub(super) fn seal(line: &mut Vec<u8>) {
    line.pop();
    let sum = crc32c::crc32c(line);
    line.extend_from_slice(BEFORE);
    line.extend_from_slice(format!("{sum:08x}").as_bytes());
    line.extend_from_slice(AFTER);
}

/// Compares a line (without its end) with its check. Allocates nothing.
#[must_use]
pub fn soundness(line: &[u8]) -> Soundness {
    // Lines of older versions end with a number.
    let Some(rest) = line.strip_suffix(AFTER) else {
        return Soundness::Unchecked;
    };
    let parts = rest.len().checked_sub(DIGITS).and_then(|at| {
        let (rest, digits) = rest.split_at(at);
        Some((rest.strip_suffix(BEFORE)?, digits))
    });
    let Some((content, digits)) = parts else {
        return Soundness::Damaged;
    };
    let digits = std::str::from_utf8(digits).ok();
    match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        Some(sum) if sum == crc32c::crc32c(content) => Soundness::Sound,
        _ => Soundness::Damaged,
    }
}
