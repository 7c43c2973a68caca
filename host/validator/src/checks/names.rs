//! Well-formed names.

use crate::finding::{Stop, fail};

/// Refuses names that are empty or stand twice among things of a kind.
pub fn distinct<'a>(things: &str, names: impl IntoIterator<Item = &'a str>) -> Result<(), Stop> {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if name.trim().is_empty() {
            return Err(fail(format!("one of the {things} has no name")));
        }
        if seen.contains(&name) {
            return Err(fail(format!("two of the {things} are called {name:?}")));
        }
        seen.push(name);
    }
    Ok(())
}

/// `kebab-case`: small letters, digits and dashes, a letter first.
pub fn is_kebab(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split('-').all(part)
}

/// `Name-v1`: a word that begins with a capital, and a version.
pub fn is_task_id(id: &str) -> bool {
    let Some((name, version)) = id.rsplit_once("-v") else {
        return false;
    };
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(word)
        && !version.is_empty()
        && version.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_from_what_is_none() {
        for id in ["CartPole-v1", "Reach-Planar-v12", "X-v0"] {
            assert!(is_task_id(id), "{id}");
        }
        for id in ["CartPole", "cart-v1", "Cart-v", "Cart-v1a", "-v1"] {
            assert!(!is_task_id(id), "{id}");
        }
        for name in ["my-reward", "a", "v2-x"] {
            assert!(is_kebab(name), "{name}");
        }
        for name in ["My", "a--b", "-a", "a_b", "2a", ""] {
            assert!(!is_kebab(name), "{name}");
        }
    }
}
