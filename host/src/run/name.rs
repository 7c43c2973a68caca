//! Names that a person may give to a run.

/// Longest name: file systems take 255 bytes, and files in the folder of jobs are named after it.
const LONGEST: usize = 100;

/// Whether a run may be called so: its name is that of its folder.
///
/// # Errors
/// What was expected.
pub fn check_name(name: &str) -> Result<(), String> {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    // A folder of jobs, and a word that stands for another run.
    let taken = ["slurm", "latest"].contains(&name);
    if begins && !taken && name.len() <= LONGEST && name.chars().all(word) {
        return Ok(());
    }
    Err(format!(
        "a run's name has at most {LONGEST} letters, digits, '.', '_' and '-', begins with a letter or digit, and is neither latest nor slurm"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_folder() {
        for name in ["a", "Reach-v1.beta_2", "0"] {
            assert_eq!(check_name(name), Ok(()));
        }
        let long = "a".repeat(101);
        for name in [
            "", ".", "..", "a/b", "-a", "a b", "latest", "slurm", "ä", &long,
        ] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
