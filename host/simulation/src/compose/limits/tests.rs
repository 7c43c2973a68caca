#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

/// What is said of a body with these files beside it.
fn refusal(mjcf: &str, assets: &[(&str, &str)]) -> Option<String> {
    let assets: Vec<Asset> = assets
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
        .collect();
    let main = MainFile {
        name: "angora body.xml",
        mjcf,
        what: "the body",
    };
    let assets: Vec<&Asset> = assets.iter().collect();
    check(&[main], &assets).err().map(|error| error.to_string())
}

fn worldbody(inner: &str) -> String {
    format!("<mujoco><worldbody>{inner}</worldbody></mujoco>")
}

#[track_caller]
fn refused(mjcf: &str, assets: &[(&str, &str)], words: &str) {
    let said = refusal(mjcf, assets).expect("refused");
    assert!(said.contains(words), "{said}");
}

#[test]
fn what_models_are_made_of_passes() {
    let mjcf = worldbody(
        "<!-- -- two dashes -- --><replicate count='20 '><body><geom size='1'/></body></replicate>",
    );
    assert_eq!(refusal(&mjcf, &[]), None);
    let attached = "<mujoco><asset><model name='m' file='parts/m.xml'/></asset><worldbody>\
        <attach model='m' prefix='a'/><attach model='m' prefix='b'/></worldbody></mujoco>";
    assert_eq!(refusal(attached, &[("m.xml", &worldbody(""))]), None);
}

#[test]
fn counts_multiply() {
    let geoms = |count: &str| {
        worldbody(&format!(
            "<replicate count='{count}'><geom size='1'/></replicate>"
        ))
    };
    refused(&geoms("100000000"), &[], "100000003 elements once");
    refused(
        &geoms("1e8"),
        &[],
        "at most 100000 are allowed; lower a count",
    );
    let nested = "<replicate count='1000'>".repeat(7) + "<geom/>" + &"</replicate>".repeat(7);
    refused(&worldbody(&nested), &[], &format!("{} elements", u64::MAX));
    let flex = worldbody("<flexcomp name='f' count='1000 1000 1000'/>");
    refused(&flex, &[], "elements once");
    let cable = worldbody("<composite prefix='c' count='1000000 1 1'/>");
    refused(&cable, &[], "elements once");
}

#[test]
fn a_file_does_not_contain_itself() {
    let own = "<mujoco><asset><model name='a' file='angora body.xml'/></asset></mujoco>";
    refused(
        own,
        &[],
        "it contains itself: \"angora body.xml\" contains \"angora body.xml\"",
    );
    let include = |file: &str| format!("<mujoco><include file='{file}'/></mujoco>");
    let (a, b) = (include("b.xml"), include("x/a.xml"));
    refused(
        &include("a.xml"),
        &[("a.xml", &a), ("b.xml", &b)],
        "\"a.xml\" contains \"b.xml\" contains \"a.xml\"",
    );
}

#[test]
fn models_that_attach_others_twice_are_counted() {
    let names: Vec<String> = (0..12).map(|k| format!("m{k}.xml")).collect();
    let twice = |file: &str| {
        let attach = "<attach model='m' prefix='p'/>".repeat(4);
        format!(
            "<mujoco><asset><model name='m' file='{file}'/></asset><worldbody>{attach}</worldbody></mujoco>"
        )
    };
    let mut files: Vec<(&str, String)> = (0..11)
        .map(|k| (names[k].as_str(), twice(&names[k + 1])))
        .collect();
    files.push((&names[11], worldbody("<geom size='1'/>")));
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
    refused(&twice("m0.xml"), &files, "elements once");
    let chain: Vec<String> = (0..20)
        .map(|k| format!("<mujoco><include file='c{}.xml'/></mujoco>", k + 1))
        .collect();
    let names: Vec<String> = (0..20).map(|k| format!("c{k}.xml")).collect();
    let files: Vec<(&str, &str)> = names
        .iter()
        .zip(&chain)
        .map(|(n, t)| (n.as_str(), t.as_str()))
        .collect();
    refused(
        "<mujoco><include file='c0.xml'/></mujoco>",
        &files,
        "in a row",
    );
}

#[test]
fn files_of_the_machine_are_not_read() {
    let include = "<mujoco><include file='/etc/passwd'/></mujoco>";
    refused(
        include,
        &[],
        "\"/etc/passwd\", which is not among the files of the plugin",
    );
}

#[test]
fn arrays_have_a_length_that_fits() {
    let asset = |part: &str| format!("<mujoco><asset>{part}</asset></mujoco>");
    let texture = "<texture name='t' builtin='flat' width='1000000' height='1000000'/>";
    refused(
        &asset(texture),
        &[],
        "<texture> has 1000000000000 numbers (width x height)",
    );
    refused(&asset("<hfield nrow='1e6' ncol='1e6'/>"), &[], "<hfield>");
    refused(
        "<mujoco><size nuserdata='2000000000'/></mujoco>",
        &[],
        "<size nuserdata> is 2000000000",
    );
    refused(
        "<mujoco><custom><numeric name='n' size='1e9'/></custom></mujoco>",
        &[],
        "<numeric>",
    );
    assert_eq!(
        refusal("<mujoco><size memory='1G' nuserdata='12'/></mujoco>", &[]),
        None
    );
}

#[test]
fn what_is_no_xml_is_said_with_its_place() {
    refused("<mujoco>\n<worldbody></mujoco>", &[], "not well-formed XML");
    refused("<mujoco>\n<worldbody></mujoco>", &[], "2:");
    // The reader that counts must not be stricter in comments than MuJoCo's.
    assert_eq!(refusal("<mujoco><!---- a --- b ----></mujoco>", &[]), None);
}

/// A million elements are counted without a million nodes in memory.
#[test]
fn a_long_file_is_refused_early() {
    let mjcf = worldbody(&"<geom/>".repeat(1_000_000));
    refused(&mjcf, &[], "nodes limit");
}
