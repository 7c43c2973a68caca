//! The reference page, from the code: every setting, every metric.

use crate::config::written::Written;
use angora_monitor::metric;
use serde_json::Value;

/// `host/docs/reference.md`.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# Settings and metrics\n\nMade from the code; `ANGORA_UPDATE=1 cargo test -p angora-host --test reference` writes it anew.\n\n## Settings\n\nKeys as in a TOML file, or dotted for `--set`. A key that ends in `.*` belongs to a plugin, which\nchecks it.\n\n| key | meaning |\n| --- | --- |\n",
    );
    let schema = schemars::schema_for!(Written).to_value();
    rows(&schema, &schema, "", &mut page);
    page.push_str("\n## Metrics\n\nOne object a cycle in `metrics.jsonl`, beside `cycle` and `segment` (how often the run was resumed).\n\n| name | unit | meaning |\n| --- | --- | --- |\n");
    for metric in metric::ALL {
        page.push_str(&format!(
            "| `{}` | {} | {} |\n",
            metric.name, metric.unit, metric.meaning
        ));
    }
    page
}

fn rows(root: &Value, node: &Value, prefix: &str, page: &mut String) {
    let Some(properties) = node["properties"].as_object() else {
        return;
    };
    for (name, property) in properties {
        let key = format!("{prefix}{name}");
        let section = property["$ref"]
            .as_str()
            .and_then(|reference| root.pointer(reference.strip_prefix('#')?));
        if let Some(section) = section {
            rows(root, section, &format!("{key}."), page);
            continue;
        }
        let free = property["additionalProperties"] == Value::Bool(true);
        let key = if free { format!("{key}.*") } else { key };
        let meaning = property["description"].as_str().unwrap_or_default();
        page.push_str(&format!("| `{key}` | {} |\n", meaning.replace('\n', " ")));
    }
}
