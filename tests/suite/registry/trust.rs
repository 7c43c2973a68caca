//! Whose native code is let in.

use super::fixture::{assert_untouched, author, installed, pack, public_key, publish, reader};
use super::{done, says};
use angora_tests::Host;

#[test]
fn unsigned_native_code_is_refused_unless_allowed() {
    let author = Host::new();
    let file = pack(&author, "reach", "1.0.0", &[]).display().to_string();
    let host = Host::new();
    let said = says(host.call(&["plugin", "install", &file]), 4);
    assert!(
        said.contains("is refused: it is native code that nobody has signed; a WASM build needs no signature, or --allow-untrusted takes it as it is"),
        "{said}"
    );
    assert_untouched(&host);
    let said = done(host.call(&["plugin", "install", &file, "--allow-untrusted"]));
    assert!(said.contains("signed by nobody who is trusted"), "{said}");
    assert_eq!(installed(&host), ["lab/reach 1.0.0"]);
}

#[test]
fn a_strangers_signature_does_not_help() {
    let (author, other) = (author(), author());
    let file = pack(&author, "reach", "1.0.0", &[]).display().to_string();
    let host = reader(&other, "lab");
    let said = says(host.call(&["plugin", "install", &file]), 4);
    assert!(
        said.contains(
            "is refused: you trust a key for the group lab, and this package is signed by "
        ),
        "{said}"
    );
    assert!(said.contains("`plugin key trust lab KEY`"), "{said}");
    let nobody = Host::new();
    let said = says(nobody.call(&["plugin", "install", &file]), 4);
    assert!(
        said.contains("is refused: it is native code signed by "),
        "{said}"
    );
    assert_untouched(&host);
    // A key that is trusted for another group is a stranger's here.
    let key = public_key(&author);
    done(host.call(&["plugin", "key", "trust", "others", &key]));
    says(host.call(&["plugin", "install", &file]), 4);
    // Two signatures: one that is trusted is enough.
    let secret = other.folder().join(".config/angora/plugin.key");
    let secret = secret.display().to_string();
    done(author.call(&["plugin", "sign", &file, "--key", &secret]));
    done(host.call(&["plugin", "install", &file]));
}

#[test]
fn keys_are_kept_and_taken_back() {
    let author = author();
    let host = Host::new();
    let key = public_key(&author);
    let said = done(host.call(&["plugin", "key", "trust", "*", &key, "--comment", "Anna"]));
    let id = said.split_whitespace().nth(1).unwrap().to_owned();
    assert!(said.contains("for all packages"), "{said}");
    done(host.call(&["plugin", "key", "trust", "*", &key]));
    let listed = done(host.call(&["plugin", "key", "list"]));
    assert_eq!(listed.lines().count(), 1, "{listed}");
    assert!(
        listed.starts_with(&id) && listed.contains("Anna"),
        "{listed}"
    );
    let file = pack(&author, "reach", "1.0.0", &[]).display().to_string();
    done(host.call(&["plugin", "install", &file]));
    done(host.call(&["plugin", "key", "distrust", &id]));
    assert_eq!(done(host.call(&["plugin", "key", "list"])), "");
    let said = says(host.call(&["plugin", "key", "distrust", &id]), 1);
    assert!(said.contains("is not trusted"), "{said}");
    let said = says(host.call(&["plugin", "key", "trust", "lab", "RWabc"]), 1);
    assert!(
        said.contains("\"RWabc\" is no public key of minisign"),
        "{said}"
    );
    // A key is never replaced.
    let said = says(author.call(&["plugin", "key", "new", "--no-password"]), 2);
    assert!(said.contains("plugin.key is there already"), "{said}");
    // Nobody can be asked for a password here.
    let said = says(host.call(&["plugin", "key", "new"]), 2);
    assert!(
        said.contains("set ANGORA_KEY_PASSWORD, or give --no-password"),
        "{said}"
    );
    let trust = host.folder().join(".config/angora/trust.toml");
    std::fs::write(&trust, "[[key]]\ngroup = \"lab\"\nkye = \"RW\"\n").unwrap();
    let said = says(host.call(&["plugin", "install", &file]), 2);
    assert!(said.contains("trust.toml: "), "{said}");
    assert!(said.contains("unknown field `kye`"), "{said}");
}

/// Changed after it was signed: no flag lets that in.
#[test]
fn a_signature_that_does_not_hold_is_always_refused() {
    let author = author();
    let shared = author.folder().join("shared");
    publish(&author, "./shared", "reach", "1.0.0", &[]);
    let layout = super::fixture::Layout::new(&shared, "reach");
    layout.change_index("1.0.0", |index| {
        index["annotations"]["org.opencontainers.image.description"] = "Another".into();
    });
    let host = reader(&author, "lab");
    let registry = shared.display().to_string();
    let call = ["plugin", "install", "lab/reach", "--registry", &registry];
    for more in [&[][..], &["--allow-untrusted"]] {
        let said = says(host.call(&[&call[..], more].concat()), 4);
        assert!(said.contains("is refused: its signature by "), "{said}");
        assert!(
            said.contains("it was changed after it was signed, and no flag allows that"),
            "{said}"
        );
        assert_untouched(&host);
    }
}

#[test]
fn a_key_can_have_a_password() {
    let author = Host::new();
    let right = [("ANGORA_KEY_PASSWORD", "muscle spindle")];
    done(author.call_in(&right, &["plugin", "key", "new"]));
    let library = super::fixture::plugin(author.folder(), "reach", "1.0.0");
    let library = library.display().to_string();
    let call = ["plugin", "pack", &library, "--group", "lab"];
    let said = says(
        author.call_in(&[("ANGORA_KEY_PASSWORD", "wrong")], &call),
        1,
    );
    assert!(
        said.contains("plugin.key: Wrong password for that key"),
        "{said}"
    );
    done(author.call_in(&right, &call));
    let host = reader(&author, "lab");
    let file = author.folder().join("reach-1.0.0.angora");
    done(host.call(&["plugin", "install", &file.display().to_string()]));
}
