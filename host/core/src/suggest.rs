//! The nearest valid name, for messages.

/// The names closest to `written`, best first, at most three; empty where nothing is near.
#[must_use]
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let folded = written.to_lowercase();
    // Of three letters one wrong is a third: `gpu` is not a typing error of `cpu`.
    let enough = if written.len() <= 3 { 0.9 } else { 0.72 };
    let mut scored: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| (score(&folded, &name.to_lowercase()), name))
        .filter(|(score, _)| *score >= enough)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup();
    // What is clearly worse than the best only distracts.
    let best = scored.first().map_or(0.0, |(score, _)| *score);
    scored.retain(|(score, _)| *score > best - 0.05);
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// All names, those closest to `written` first.
#[must_use]
pub fn nearest_first<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let folded = written.to_lowercase();
    let mut scored: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| (score(&folded, &name.to_lowercase()), name))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.into_iter().map(|(_, name)| name).collect()
}

/// A sentence for messages: `did you mean X?`, or the whole list where nothing is near.
#[must_use]
pub fn hint<'a>(written: &str, names: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let near = nearest(written, names.clone());
    if near.is_empty() {
        let all: Vec<&str> = names.into_iter().collect();
        if all.is_empty() {
            "there is none to choose from".into()
        } else {
            format!("known: {}", all.join(", "))
        }
    } else {
        format!("did you mean {}?", near.join(" or "))
    }
}

/// Similarity, 0..1; a name that only lacks its version (`CartPole` for `CartPole-v1`) is near.
fn score(written: &str, name: &str) -> f64 {
    if !written.is_empty() && name.starts_with(written) {
        return 0.99;
    }
    strsim::jaro_winkler(written, name).max(strsim::normalized_damerau_levenshtein(written, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_its_name() {
        let names = ["CartPole-v1", "Acrobot-v1", "Pendulum-v1"];
        assert_eq!(nearest("cartpol-v1", names)[0], "CartPole-v1");
        assert_eq!(nearest("CartPole", names)[0], "CartPole-v1");
        assert!(nearest("zzz", names).is_empty());
    }

    #[test]
    fn all_names_are_sorted_by_their_distance() {
        let names = ["value_head", "value", "policy", "policy_head"];
        let expected = ["policy", "policy_head", "value", "value_head"];
        assert_eq!(nearest_first("polcy", names), expected);
        assert_eq!(nearest_first("value_hed", names)[0], "value_head");
    }
}
