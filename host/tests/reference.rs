//! Reference pages are those that the code makes.

use angora_host::{config::reference, doctor, slurm};

fn is_up_to_date(name: &str, page: &str) {
    let path = format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("ANGORA_UPDATE").is_some() {
        std::fs::write(&path, page).expect("can be written");
    }
    let written = std::fs::read_to_string(&path).expect("is there");
    assert!(
        written == page,
        "docs/{name} is not what the code makes; ANGORA_UPDATE=1 cargo test -p angora-host --test reference writes it"
    );
}

#[test]
fn the_reference_page_is_up_to_date() {
    is_up_to_date("reference.md", &reference::page());
}

/// Every check is described where people look for it, and no other.
#[test]
fn the_page_about_checks_has_every_check() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/plugin-check.md");
    let page = std::fs::read_to_string(path).expect("is there");
    let mut table = String::new();
    for check in angora_validator::CHECKS {
        table.push_str(&format!("| `{}` | {} |\n", check.id, check.about));
    }
    assert!(
        page.contains(&format!("| --- | --- |\n{table}\n")),
        "docs/plugin-check.md must have this table:\n{table}"
    );
}

#[test]
fn the_schema_of_doctor_is_up_to_date() {
    let schema = serde_json::to_string_pretty(&schemars::schema_for!(doctor::Report));
    is_up_to_date("doctor.schema.json", &(schema.expect("is JSON") + "\n"));
}

/// Every key of a site's file is described where people look for it, and no other.
#[test]
fn the_page_about_clusters_has_every_key_of_a_site() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/clusters.md");
    let page = std::fs::read_to_string(path).expect("is there");
    let mut table = String::new();
    for (key, meaning) in slurm::site_keys() {
        table.push_str(&format!("| `{key}` | {meaning} |\n"));
    }
    assert!(
        page.contains(&table),
        "docs/clusters.md must have this table:\n{table}"
    );
}
