//! Judged by others: minisign about signatures, skopeo about what lies in folders and files.

use super::fixture::{Layout, author, pack, public_key, reader};
use super::server::{CREDENTIALS, LOGIN, Server, log_in};
use super::{done, says};
use angora_tests::Host;
use std::path::Path;
use std::process::Command;

/// What was signed: the index without the annotations of signatures, cut out of its text.
fn statement(index: &str) -> (String, String) {
    let key = "\"org.angora.plugin.signature.";
    let begin = index.find(key).unwrap();
    let end = begin + index[begin..].find("\\n\",").unwrap() + "\\n\",".len();
    let pair = format!("{{{}}}", index[begin..end].trim_end_matches(','));
    let pair: serde_json::Value = serde_json::from_str(&pair).unwrap();
    let signature = pair.as_object().unwrap().values().next().unwrap();
    let text = signature.as_str().unwrap().to_owned();
    (format!("{}{}", &index[..begin], &index[end..]), text)
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|_| {
            panic!("{program}, which `./angora test` installs (Debian: apt-get install {program})")
        });
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn minisign_agrees_with_our_signatures() {
    let author = author();
    let file = pack(&author, "reach", "1.0.0", &[]).display().to_string();
    done(author.call(&["plugin", "publish", &file, "--registry", "./shared"]));
    let layout = Layout::new(&author.folder().join("shared"), "reach");
    let index = std::fs::read_to_string(layout.blob(&layout.index("1.0.0"))).unwrap();
    let (statement, signature) = statement(&index);
    let folder = author.folder();
    std::fs::write(folder.join("statement"), &statement).unwrap();
    std::fs::write(folder.join("statement.minisig"), signature).unwrap();
    let key = public_key(&author);
    let said = run(folder, "minisign", &["-V", "-P", &key, "-m", "statement"]);
    assert!(
        said.contains("Signature and comment signature verified"),
        "{said}"
    );
    assert!(said.contains("Trusted comment: lab/reach 1.0.0"), "{said}");
    std::fs::write(
        folder.join("statement"),
        statement.replace("1.0.0", "1.0.1"),
    )
    .unwrap();
    let output = Command::new("minisign")
        .args(["-V", "-P", &key, "-m", "statement"])
        .current_dir(folder)
        .output();
    assert!(!output.unwrap().status.success());
}

#[test]
fn a_key_of_minisign_signs_packages() {
    let author = Host::new();
    run(
        author.folder(),
        "minisign",
        &["-G", "-W", "-p", "lab.pub", "-s", "lab.key"],
    );
    let file = pack(&author, "reach", "1.0.0", &["--key", "lab.key"]);
    let host = Host::new();
    let key = author.folder().join("lab.pub").display().to_string();
    done(host.call(&["plugin", "key", "trust", "lab", &key]));
    done(host.call(&["plugin", "install", &file.display().to_string()]));
}

/// Another program copies our folder and our file into a registry, bit by bit, and what comes from
/// there is installed.
#[test]
fn skopeo_carries_packages_from_place_to_place() {
    let Some(server) = Server::start() else {
        return;
    };
    let author = author();
    let file = pack(&author, "reach", "1.0.0", &[]).display().to_string();
    done(author.call(&["plugin", "publish", &file, "--registry", "./shared"]));
    let target = |name: &str, version: &str| {
        format!(
            "docker://127.0.0.1:{}/angora/lab/{name}:{version}",
            server.port
        )
    };
    let copy = |from: &str, to: &str| {
        let call = [
            "--insecure-policy",
            "copy",
            "--all",
            "--preserve-digests",
            "--dest-tls-verify=false",
        ];
        let call = [&call[..], &["--dest-creds", CREDENTIALS, from, to]].concat();
        run(author.folder(), "skopeo", &call);
    };
    let file = pack(&author, "grasp", "2.0.0", &[]).display().to_string();
    done(author.call(&["plugin", "publish", &file, "--registry", "./shared"]));
    copy("oci:shared/lab/reach:1.0.0", &target("reach", "1.0.0"));
    copy(
        "oci-archive:grasp-2.0.0.angora:2.0.0",
        &target("grasp", "2.0.0"),
    );
    // The signed list of versions is a tag like any other.
    for name in ["reach", "grasp"] {
        let list = format!("oci:shared/lab/{name}:versions");
        copy(&list, &target(name, "versions"));
    }
    let host = reader(&author, "lab");
    log_in(&host, server.port, LOGIN);
    let registry = server.registry();
    let install = [
        "plugin",
        "install",
        "lab/reach@=1.0.0",
        "lab/grasp",
        "--registry",
        &registry,
    ];
    done(host.call(&install));
    assert_eq!(
        super::fixture::installed(&host),
        ["lab/grasp 2.0.0", "lab/reach 1.0.0"]
    );
    // A blob that is damaged in the storage of the server.
    let layout = Layout::new(&author.folder().join("shared"), "reach");
    let library = layout.library("1.0.0");
    let hex = &library["sha256:".len()..];
    let stored = format!(
        "data/docker/registry/v2/blobs/sha256/{}/{hex}/data",
        &hex[..2]
    );
    let stored = server.folder.path().join(stored);
    let mut bytes = std::fs::read(&stored).unwrap();
    bytes[200] ^= 1;
    std::fs::write(&stored, bytes).unwrap();
    let other = reader(&author, "lab");
    log_in(&other, server.port, LOGIN);
    let said = says(
        other.call(&["plugin", "install", "lab/reach", "--registry", &registry]),
        4,
    );
    assert!(
        said.contains("is refused: libreach.so has the digest sha256:"),
        "{said}"
    );
    super::fixture::assert_untouched(&other);
}
