//! The reference page is the one that the code makes.

use angora_host::config::reference;

#[test]
fn the_reference_page_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference.md");
    let page = reference::page();
    if std::env::var_os("ANGORA_UPDATE").is_some() {
        std::fs::write(path, &page).expect("can be written");
    }
    let written = std::fs::read_to_string(path).expect("is there");
    assert!(
        written == page,
        "docs/reference.md is not what the code makes; ANGORA_UPDATE=1 cargo test -p angora-host --test reference writes it"
    );
}
