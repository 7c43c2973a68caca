//! How deep settings are nested.

use super::{ConfigError, Source};
use angora_core::limits::SETTING_DEPTH;
use toml::Value;

/// Refuses settings that are nested too deeply, before anything descends into them; `parts` are
/// those of the key that is written before the value.
pub fn check(origin: &Source, key: &str, parts: usize, value: &Value) -> Result<(), ConfigError> {
    let depth = parts.saturating_add(levels(value));
    if depth <= SETTING_DEPTH {
        return Ok(());
    }
    let problem = format!("it is nested {depth} levels deep; at most {SETTING_DEPTH} are allowed");
    Err(ConfigError::new(origin.clone(), key, problem))
}

/// Tables and lists within each other. What is parsed is no deeper than the parser lets it be.
fn levels(value: &Value) -> usize {
    let deepest = match value {
        Value::Array(items) => items.iter().map(levels).max(),
        Value::Table(table) => table.values().map(levels).max(),
        _ => return 0,
    };
    1 + deepest.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Layers;

    fn key(parts: usize) -> String {
        format!("task_config{}", ".a".repeat(parts - 1))
    }

    /// On a stack on which little fits.
    fn refused(assignment: String) -> String {
        let work = move || {
            let mut layers = Layers::default();
            layers
                .assign(&assignment)
                .expect_err("too deep")
                .to_string()
        };
        let thread = std::thread::Builder::new()
            .stack_size(256 << 10)
            .spawn(work);
        thread.expect("starts").join().expect("no overflow")
    }

    #[test]
    fn keys_and_values_have_a_depth() {
        for parts in [SETTING_DEPTH + 1, 8_000, 1_000_000] {
            let said = refused(format!("{}=1", key(parts)));
            assert!(
                said.contains(&format!(
                    "nested {parts} levels deep; at most {SETTING_DEPTH}"
                )),
                "{said}"
            );
            assert!(said.len() < 500, "{}", said.len());
        }
        let value = format!("{}1{}", "[".repeat(70), "]".repeat(70));
        let said = refused(format!("task_config.a={value}"));
        assert!(said.contains("nested 72 levels deep"), "{said}");
        let mut layers = Layers::default();
        layers
            .assign(&format!("{}=1", key(SETTING_DEPTH)))
            .expect("deep enough");
        layers.written().expect("typed");
    }

    #[test]
    fn files_have_a_depth() {
        let long = format!("{}=1", key(8_000));
        let header = format!("[{}]\nx.{} = 1", key(60), key(60));
        let lists = format!(
            "task_config.a = {}1{}",
            "[".repeat(9_000),
            "]".repeat(9_000)
        );
        for (text, said) in [
            (long, "TOML"),
            (header, "nested 121 levels"),
            (lists, "TOML"),
        ] {
            let mut layers = Layers::default();
            let error = layers.text(&text, Source::File("run.toml".into()));
            let error = error.expect_err("too deep").to_string();
            assert!(
                error.starts_with("run.toml: ") && error.contains(said),
                "{error}"
            );
            assert!(error.len() < 2_000, "{}", error.len());
        }
    }
}
