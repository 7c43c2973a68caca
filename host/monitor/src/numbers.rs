//! Numbers as people read them.

/// Four significant digits or so.
#[must_use]
pub fn short(value: f64) -> String {
    match value.abs() {
        x if x >= 1000.0 => format!("{value:.0}"),
        x if x >= 10.0 => format!("{value:.1}"),
        x if x >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// `1,234,567`.
#[must_use]
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `01:02:05`.
#[must_use]
pub fn clock(secs: f64) -> String {
    let secs = secs.round() as u64;
    format!("{:02}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60)
}

/// `312 MB`.
#[must_use]
pub fn bytes(n: f64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let (mut n, mut unit) = (n, 0);
    while n >= 1000.0 && unit + 1 < units.len() {
        n /= 1000.0;
        unit += 1;
    }
    let digits = if n < 10.0 && unit > 0 { 1 } else { 0 };
    format!("{n:.digits$} {}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(12), "12");
        assert_eq!(clock(3_725.4), "01:02:05");
        assert_eq!(short(475.26), "475.3");
        assert_eq!(bytes(312_400_000.0), "312 MB");
        assert_eq!(bytes(1_540_000_000.0), "1.5 GB");
        assert_eq!(bytes(17.0), "17 B");
    }
}
