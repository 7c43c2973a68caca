//! Text that a shell, and sbatch, read back as it was.

/// A word for bash. What no command line can hold, a NUL, cannot get here from one.
pub fn for_shell(text: &str) -> String {
    match shlex::try_quote(text) {
        Ok(quoted) => quoted.into_owned(),
        Err(_) => for_shell(&text.replace('\0', "")),
    }
}

/// A word on a line that begins with `#SBATCH`. sbatch knows quotes, and backslashes before
/// quotes and backslashes, but has no words of several lines.
pub fn for_sbatch(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=.,:/%@+[]*".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// A file name in which SLURM finds nothing to replace: `%` begins such a thing.
pub fn for_file_pattern(path: &str) -> String {
    path.replace('%', "%%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sbatch_reads_back_what_was_quoted() {
        assert_eq!(for_sbatch("--time=1-00:00:00"), "--time=1-00:00:00");
        assert_eq!(for_sbatch("--output=a b#c'd"), "\"--output=a b#c'd\"");
        assert_eq!(for_sbatch(r#"a\"b"#), r#""a\\\"b""#);
        assert_eq!(for_file_pattern("50%/x"), "50%%/x");
    }
}
