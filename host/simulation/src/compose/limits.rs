//! What MJCF may ask of MuJoCo's compiler, checked before the compiler sees it.
//!
//! Some lines of MJCF can ask for more than a machine has: MuJoCo expands `replicate`,
//! `composite`, `flexcomp` and attached models without a limit, and follows a model that attaches
//! itself until the stack is full.

#[cfg(test)]
mod tests;

use super::Asset;
use crate::physics::PhysicsError;
use roxmltree::{Document, Node, ParsingOptions};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Longest MJCF file, bytes.
const LONGEST: usize = 32 << 20;
/// Most elements of all files after expansion.
const MOST_ELEMENTS: u64 = 100_000;
/// Most files that include or attach each other in a row.
const DEEPEST: usize = 16;
/// Most numbers in a texture, height field or other array that MJCF gives the size of.
const LARGEST_ARRAY: u64 = 1 << 28;
/// Largest attribute of `size` that counts numbers (`nuserdata`, `nuser_body`).
const LARGEST_SIZE: u64 = 1 << 20;

/// Checks world and body, whose main files have these names and texts.
///
/// # Errors
/// [`PhysicsError::Mjcf`]: a text that is no XML, a file that contains itself or is not given, or
/// more than the limits allow.
pub(super) fn check(files: &[MainFile<'_>], assets: &[&Asset]) -> Result<(), PhysicsError> {
    let texts = files.iter().map(|file| (file.name, file.mjcf.as_bytes()));
    let given = assets
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let mut expansion = Expansion {
        files: texts.chain(given).collect(),
        known: BTreeMap::new(),
        path: Vec::new(),
    };
    for file in files {
        let refuse = |message: String| PhysicsError::Mjcf {
            what: file.what.into(),
            message,
        };
        let elements = expansion.elements(file.name).map_err(refuse)?;
        if elements > MOST_ELEMENTS {
            return Err(refuse(format!(
                "it has {elements} elements once replicates and attached models are expanded, at most {MOST_ELEMENTS} are allowed; lower a count"
            )));
        }
    }
    Ok(())
}

/// The MJCF of a world or a body.
pub(super) struct MainFile<'f> {
    /// Name under which MuJoCo knows it.
    pub name: &'f str,
    /// Its text.
    pub mjcf: &'f str,
    /// What it is called in messages.
    pub what: &'f str,
}

/// Counts elements through all files that a file refers to.
struct Expansion<'f> {
    files: BTreeMap<&'f str, &'f [u8]>,
    /// Elements of the files that were counted.
    known: BTreeMap<&'f str, u64>,
    /// Those that are being counted.
    path: Vec<&'f str>,
}

impl<'f> Expansion<'f> {
    /// Elements of a file after expansion.
    fn elements(&mut self, name: &'f str) -> Result<u64, String> {
        if let Some(elements) = self.known.get(name) {
            return Ok(*elements);
        }
        if let Some(begin) = self.path.iter().position(|other| *other == name) {
            let circle = self.path[begin..].iter().chain([&name]);
            let circle: Vec<String> = circle.map(|name| format!("{name:?}")).collect();
            return Err(format!(
                "it contains itself: {}; a file cannot include or attach one that contains it",
                circle.join(" contains ")
            ));
        }
        if self.path.len() >= DEEPEST {
            return Err(format!(
                "more than {DEEPEST} files include or attach each other in a row, the last is {name:?}"
            ));
        }
        self.path.push(name);
        let elements = self.count(name)?;
        self.path.pop();
        self.known.insert(name, elements);
        Ok(elements)
    }

    fn count(&mut self, name: &'f str) -> Result<u64, String> {
        let wrong = |message: String| match name.starts_with("angora ") {
            true => message,
            false => format!("its file {name:?}: {message}"),
        };
        let bytes = self.files.get(name).copied().unwrap_or_default();
        if bytes.len() > LONGEST {
            let message = format!("{} bytes are more than {LONGEST}", bytes.len());
            return Err(wrong(message));
        }
        let text = String::from_utf8_lossy(bytes);
        let text = without_comments(&text);
        let options = ParsingOptions {
            nodes_limit: 4 * u32::try_from(MOST_ELEMENTS).unwrap_or(u32::MAX),
            ..ParsingOptions::default()
        };
        let document = Document::parse_with_options(&text, options)
            .map_err(|error| wrong(format!("it is not well-formed XML: {error}")))?;
        let mut times: Vec<u64> = Vec::new();
        let mut models: BTreeMap<&str, &str> = BTreeMap::new();
        for model in document.descendants().filter(|n| n.has_tag_name("model")) {
            if let Some(file) = model.attribute("file") {
                models.insert(model.attribute("name").unwrap_or_else(|| stem(file)), file);
            }
        }
        let mut elements: u64 = 0;
        for node in document.descendants() {
            let above = node
                .parent()
                .map_or(1, |parent| times[parent.id().get_usize()]);
            let own = above.saturating_mul(copies(node));
            times.resize(node.id().get_usize() + 1, 1);
            times[node.id().get_usize()] = own;
            if !node.is_element() {
                continue;
            }
            arrays(node).map_err(wrong)?;
            // A replicate is gone once its content is there.
            let gone = node.has_tag_name("replicate");
            elements = elements.saturating_add(if gone { above } else { own });
            let file = match node.tag_name().name() {
                "include" => node.attribute("file"),
                "attach" => node.attribute("model").and_then(|m| models.get(m).copied()),
                // Read where nothing attaches it too.
                "model" => node.attribute("file"),
                _ => None,
            };
            if let Some(file) = file {
                let inner = self.find(file).ok_or_else(|| {
                    wrong(format!(
                        "<{}> refers to the file {file:?}, which is not among the files of the plugin; give it as an asset",
                        node.tag_name().name()
                    ))
                })?;
                let inner = self.elements(inner)?;
                elements = elements.saturating_add(own.saturating_mul(inner));
            }
        }
        Ok(elements)
    }

    /// The given file that a reference means: MuJoCo looks for it with and without its folder.
    fn find(&self, file: &str) -> Option<&'f str> {
        let base = |name: &str| name.rsplit(['/', '\\']).next().map(str::to_owned);
        let exact = self.files.get_key_value(file).map(|(name, _)| *name);
        exact.or_else(|| {
            let mut names = self.files.keys().copied();
            names.find(|name| base(name) == base(file))
        })
    }
}

/// How often an element's content is there.
fn copies(node: Node<'_, '_>) -> u64 {
    match node.tag_name().name() {
        "replicate" | "composite" | "flexcomp" => product(node, &["count"]),
        _ => 1,
    }
}

/// Product of the numbers in attributes; MuJoCo itself refuses those that are none.
fn product(node: Node<'_, '_>, attributes: &[&str]) -> u64 {
    let texts = attributes.iter().filter_map(|name| node.attribute(*name));
    let numbers = texts.flat_map(str::split_whitespace);
    // MuJoCo reads counts as it reads real numbers: 1e8 is one.
    let numbers = numbers.filter_map(|text| text.parse::<f64>().ok());
    // A number beyond the largest is the largest, one below 0 is 0.
    numbers.fold(1, |all, number| all.saturating_mul((number as u64).max(1)))
}

/// Arrays whose length is an attribute.
fn arrays(node: Node<'_, '_>) -> Result<(), String> {
    let tag = node.tag_name().name();
    let (attributes, most): (&[&str], u64) = match tag {
        "texture" => (&["width", "height"], LARGEST_ARRAY),
        "hfield" => (&["nrow", "ncol"], LARGEST_ARRAY),
        "numeric" => (&["size"], LARGEST_SIZE),
        _ => (&[], 0),
    };
    let numbers = product(node, attributes);
    if !attributes.is_empty() && numbers > most {
        return Err(format!(
            "<{tag}> has {numbers} numbers ({}), at most {most} are allowed",
            attributes.join(" x ")
        ));
    }
    if tag != "size" {
        return Ok(());
    }
    for attribute in node.attributes().filter(|a| a.name().starts_with("nu")) {
        let number = product(node, &[attribute.name()]);
        if number > LARGEST_SIZE {
            return Err(format!(
                "<size {}> is {number}, at most {LARGEST_SIZE} is allowed",
                attribute.name()
            ));
        }
    }
    Ok(())
}

/// Name of a file without folder and ending, which is the name of a model that has none.
fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The text with spaces in the place of comments: MuJoCo's reader allows `--` in them, ours does
/// not.
fn without_comments(text: &str) -> Cow<'_, str> {
    const ENDS: (&str, &str) = ("<!--", "-->");
    if !text.contains(ENDS.0) {
        return text.into();
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(ENDS.0) {
        kept.push_str(before);
        let (comment, after) = after.split_once(ENDS.1).unwrap_or((after, ""));
        // Lines keep their numbers.
        kept.extend(comment.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    kept.push_str(rest);
    kept.into()
}
