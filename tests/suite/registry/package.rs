//! Package files: the same from the same, and nothing but what belongs into one.

use super::fixture::{assert_untouched, author, pack, plugin, reader};
use super::{done, says};
use angora_tests::Host;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

#[test]
fn the_same_files_give_the_same_bytes() {
    let host = Host::new();
    let readme = host.folder().join("README.md");
    std::fs::write(&readme, "# Reach\n").unwrap();
    let text = readme.display().to_string();
    let more = ["--unsigned", "--text", &text];
    let first = std::fs::read(pack(&host, "reach", "1.0.0", &more)).unwrap();
    // Elsewhere, later, with another date of the files.
    let other = Host::new();
    let readme = other.folder().join("README.md");
    std::fs::write(&readme, "# Reach\n").unwrap();
    let text = readme.display().to_string();
    let more = ["--unsigned", "--text", &text];
    let second = std::fs::read(pack(&other, "reach", "1.0.0", &more)).unwrap();
    assert!(first == second);
    let long_ago = std::fs::read(pack(&other, "reach", "1.0.1", &more)).unwrap();
    assert!(first != long_ago);
}

#[test]
fn a_package_says_what_is_in_it() {
    let host = author();
    let citation = host.folder().join("CITATION.cff");
    std::fs::write(&citation, "cff-version: 1.2.0\ntitle: Reach\n").unwrap();
    let text = citation.display().to_string();
    let more = ["--text", &text, "--requires", "lab/arm@^1.2"];
    let file = pack(&host, "reach", "1.0.0", &more).display().to_string();
    let shown = done(host.call(&["plugin", "info", &file]));
    for part in [
        "lab/reach 1.0.0\nA reward of the tests\n",
        "contract   1.0.0\n",
        "licence    Apache-2.0\n",
        "provides   reward reach\n",
        "requires   lab/arm@^1.2\n",
        "which is not trusted here\n",
        " x86_64  libreach.so (",
        "cff-version: 1.2.0\ntitle: Reach",
    ] {
        let aarch = part.replace("x86_64", "aarch64");
        assert!(
            shown.contains(part) || shown.contains(&aarch),
            "{part}: {shown}"
        );
    }
    let json = done(host.call(&["plugin", "info", &file, "--json"]));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["name"], "lab/reach");
    assert_eq!(json["requires"][0], "lab/arm@^1.2");
    assert_eq!(json["texts"][0], "CITATION.cff");
    assert_eq!(json["trusted"], false);
}

#[test]
fn a_crate_says_its_group_and_brings_its_texts() {
    let host = Host::new();
    let folder = host.folder().join("reach");
    std::fs::create_dir(&folder).unwrap();
    plugin(&folder, "reach", "1.0.0");
    let manifest = "[package]\nname = \"reach\"\n[package.metadata.angora]\ngroup = \"lab\"\nrequires = { \"lab/arm\" = \"^1\" }\n";
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    for text in ["README.md", "LICENSE", "CITATION.cff"] {
        std::fs::write(folder.join(text), text).unwrap();
    }
    let json = done(host.call(&["plugin", "pack", "reach", "--json"]));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["name"], "lab/reach");
    assert_eq!(json["file"], "reach-1.0.0.angora");
    let json = done(host.call(&["plugin", "info", "reach-1.0.0.angora", "--json"]));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["texts"].as_array().unwrap().len(), 3);
    assert_eq!(json["requires"][0], "lab/arm@^1");
    let wrong = manifest.replace("group", "groop");
    std::fs::write(folder.join("Cargo.toml"), wrong).unwrap();
    let said = says(host.call(&["plugin", "pack", "reach", "--overwrite"]), 2);
    assert!(
        said.contains("reach/Cargo.toml: [package.metadata.angora]: "),
        "{said}"
    );
    assert!(said.contains("unknown field `groop`"), "{said}");
}

#[test]
fn what_does_not_belong_together_is_not_packed() {
    let host = Host::new();
    let (one, two) = (host.folder().join("one"), host.folder().join("two"));
    std::fs::create_dir_all(&one).unwrap();
    std::fs::create_dir_all(&two).unwrap();
    let reach = plugin(&one, "reach", "1.0.0").display().to_string();
    let same = plugin(&two, "reach", "1.0.0").display().to_string();
    let call = |more: &[&str]| host.call(&[&["plugin", "pack"], more].concat());
    let said = says(call(&[&reach]), 2);
    assert!(
        said.contains("a package is called GROUP/NAME: give --group"),
        "{said}"
    );
    let said = says(call(&[&reach, "--group", "My Lab"]), 2);
    assert!(said.contains("\"My Lab/reach\" is no package"), "{said}");
    assert!(said.contains("'M' is not among a-z"), "{said}");
    let said = says(call(&[&reach, &same, "--group", "lab"]), 1);
    assert!(
        said.contains("a package holds one build for each machine"),
        "{said}"
    );
    let newer = plugin(&two, "reach", "1.0.1").display().to_string();
    let said = says(call(&[&reach, &newer, "--group", "lab"]), 1);
    assert!(
        said.contains("a package holds one version of one plugin"),
        "{said}"
    );
    let said = says(
        call(&[&reach, "--group", "lab", "--requires", "lab/arm@1.x.y"]),
        2,
    );
    assert!(
        said.contains("the requirement after \"@\" is not understood"),
        "{said}"
    );
    let said = says(call(&["nothing.so", "--group", "lab"]), 1);
    assert!(said.contains("nothing.so: No such file"), "{said}");
    done(call(&[&reach, "--group", "lab", "--unsigned"]));
    let said = says(call(&[&reach, "--group", "lab", "--unsigned"]), 2);
    assert!(said.contains("--overwrite"), "{said}");
}

/// Archives that GNU tar has made, with what has no business in a package.
#[test]
fn files_that_would_leave_their_folder_are_refused() {
    let author = author();
    let host = reader(&author, "lab");
    let folder = host.folder();
    std::fs::create_dir(folder.join("inside")).unwrap();
    std::fs::write(folder.join("evil"), "evil").unwrap();
    let inside = folder.join("inside");
    let shell = |script: &str| {
        let status = Command::new("sh")
            .args(["-ec", script])
            .current_dir(&inside)
            .status();
        assert!(status.unwrap().success(), "{script}");
    };
    let refused = |file: &str, expected: &str| {
        for call in [&["plugin", "install", file][..], &["plugin", "info", file]] {
            let said = says(host.call(call), 4);
            assert!(said.contains(expected), "{said}");
        }
        assert_untouched(&host);
    };
    shell("tar -Pcf ../traversal.angora ../evil");
    refused(
        "traversal.angora",
        "holds a file called \"../evil\", which is not a plain file name",
    );
    shell("tar -Pcf ../absolute.angora /etc/hostname");
    refused("absolute.angora", "holds a file called \"/etc/hostname\"");
    shell("ln -s /etc/passwd index.json && tar -cf ../link.angora index.json && rm index.json");
    refused(
        "link.angora",
        "holds \"index.json\", which is a symbolic link, not a file",
    );
    shell(
        "echo {} > index.json && ln index.json oci-layout && tar -cf ../hard.angora index.json oci-layout && rm index.json oci-layout",
    );
    refused("hard.angora", "which is a hard link, not a file");
    shell("mkfifo index.json && tar -cf ../pipe.angora index.json && rm index.json");
    refused("pipe.angora", "which is a pipe, not a file");
    shell("echo x > run.sh && tar -cf ../other.angora run.sh");
    refused("other.angora", "a file in it says run.sh, not oci-layout");
    shell(
        "echo {} > index.json && tar -cf ../twice.angora index.json index.json --hard-dereference",
    );
    refused("twice.angora", "holds \"index.json\" twice");
    shell("tar -cf ../empty.angora -T /dev/null");
    refused("empty.angora", "index.json is missing in it");
}

/// Every cut and every changed byte of a signed package is noticed, or changes nothing.
#[test]
fn a_damaged_package_is_refused() {
    let author = author();
    let host = reader(&author, "lab");
    let file = pack(&author, "reach", "1.0.0", &[]);
    let whole = std::fs::read(&file).unwrap();
    let damaged = host.folder().join("damaged.angora");
    let install = |bytes: &[u8]| {
        std::fs::write(&damaged, bytes).unwrap();
        host.call(&["plugin", "install", "damaged.angora"])
    };
    let content = whole.len() - 1024;
    for part in 1..8 {
        let outcome = install(&whole[..content * part / 8]);
        assert_ne!(outcome.code, Some(0), "{part}/8 of it");
        assert_untouched(&host);
    }
    // In the middle of every file of the archive.
    let mut at = 0;
    while at + 512 < whole.len() && whole[at] != 0 {
        let digits = String::from_utf8_lossy(&whole[at + 124..at + 135]);
        let size = usize::from_str_radix(digits.trim_matches(['\0', ' ']), 8).unwrap();
        let mut bytes = whole.clone();
        bytes[at + 512 + size / 2] ^= 1;
        let outcome = install(&bytes);
        let name = String::from_utf8_lossy(&whole[at..at + 100]).into_owned();
        // What `oci-layout` says is asked by others, not by us.
        if !name.starts_with("oci-layout") {
            assert_ne!(outcome.code, Some(0), "{name}");
            assert_untouched(&host);
        }
        at += 512 + size.div_ceil(512) * 512;
    }
    assert!(at > 2048);
    std::fs::remove_dir_all(host.folder().join(".local")).ok();
    done(install(&whole));
}

#[test]
fn a_file_is_installed_as_from_a_registry() {
    let author = author();
    let host = reader(&author, "lab");
    let file = pack(&author, "reach", "1.0.0", &[]).display().to_string();
    let said = done(host.call(&["plugin", "install", &file]));
    assert!(said.starts_with("installed  lab/reach 1.0.0 ("), "{said}");
    let lib = host
        .folder()
        .join(".local/share/angora/installed/files/sha256");
    let library = super::fixture::files(&lib).into_iter().next().unwrap();
    assert!(library.ends_with("libreach.so"), "{}", library.display());
    let said = done(host.call(&["plugin", "install", &file]));
    assert!(said.starts_with("had        lab/reach 1.0.0"), "{said}");
    // What is changed afterwards is not loaded, and is repaired.
    let mut bytes = std::fs::read(&library).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&library, &bytes).unwrap();
    let listed = host.call(&["plugin", "list"]);
    assert!(
        listed.stderr.contains("was changed after it was installed"),
        "{}",
        listed.stderr
    );
    let said = says(host.call(&["plugin", "info", "lab/reach"]), 4);
    assert!(said.contains("install it again"), "{said}");
    done(host.call(&["plugin", "install", &file]));
    done(host.call(&["plugin", "info", "lab/reach"]));
    let said = done(host.call(&["plugin", "remove", "lab/reach"]));
    assert_eq!(said, "removed    lab/reach 1.0.0\n");
    assert_untouched(&host);
    let said = says(host.call(&["plugin", "remove", "lab/reach"]), 1);
    assert!(said.contains("there is no package lab/reach"), "{said}");
    assert!(Path::new(&file).exists());
}
