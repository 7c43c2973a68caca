//! A brain in words: a tree of regions and nodes, and a table of parameters.

use angora_graph::{Description, NodeRow, RegionRow};
use std::fmt::Write;

/// The text, with a line break at its end.
#[must_use]
pub fn text(description: &Description) -> String {
    let mut out = String::new();
    head(&mut out, description);
    for region in &description.regions {
        tree(&mut out, region);
    }
    table(&mut out, description);
    out
}

/// Writing to a string does not fail.
macro_rules! line {
    ($out:expr, $($arguments:tt)*) => {
        let _ = writeln!($out, $($arguments)*);
    };
}

fn head(out: &mut String, description: &Description) {
    line!(out, "brain     {}", description.brain);
    line!(out, "task      {}", description.task);
    if let Some(run) = &description.run {
        line!(out, "run       {run}");
    }
    let senses: Vec<String> = description
        .senses
        .iter()
        .map(|sense| format!("{} {:?}", sense.name, sense.shape))
        .collect();
    line!(out, "senses    {}", senses.join(", "));
}

fn tree(out: &mut String, region: &RegionRow) {
    let mark = if region.frozen { "  (frozen)" } else { "" };
    line!(out, "\n{}{mark}", region.name);
    let rows: Vec<[String; 3]> = region.nodes.iter().map(columns).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let [name, op, shape] = [0, 1, 2].map(|column| width(column).unwrap_or(0));
    for (i, (node, row)) in region.nodes.iter().zip(&rows).enumerate() {
        let last = i + 1 == region.nodes.len();
        let (branch, stem) = if last {
            ("└─", "  ")
        } else {
            ("├─", "│ ")
        };
        let from: Vec<String> = node
            .inputs
            .iter()
            .map(|input| {
                let delay = if input.delayed { " (delayed)" } else { "" };
                format!("{}{delay}", input.from)
            })
            .collect();
        line!(
            out,
            "{branch} {:name$}  {:op$}  {:shape$}  from {}",
            row[0],
            row[1],
            row[2],
            from.join(", ")
        );
        if !node.parameters.is_empty() {
            let parameters: Vec<String> = node
                .parameters
                .iter()
                .map(|p| {
                    let last = p.name.rsplit('.').next().unwrap_or(&p.name);
                    format!("{last} {:?}", p.shape)
                })
                .collect();
            line!(out, "{stem} {:name$}  {}", "", parameters.join(", "));
        }
    }
}

/// Name, operation and shape.
fn columns(node: &NodeRow) -> [String; 3] {
    let op = format!("{} {}", node.op, node.detail);
    let shape = node.shape.as_ref();
    let shape = shape.map_or_else(|| "unused".into(), |shape| format!("{shape:?}"));
    [node.name.clone(), op.trim_end().to_owned(), shape]
}

fn table(out: &mut String, description: &Description) {
    let names = description.regions.iter().map(|region| region.name.len());
    let width = names.chain(["region".len()]).max().unwrap_or(0);
    line!(
        out,
        "\n{:width$}  {:>10}  {:>7}",
        "region",
        "parameters",
        "share"
    );
    for region in &description.regions {
        let mark = if region.frozen { "  frozen" } else { "" };
        line!(
            out,
            "{:width$}  {:>10}  {:>5.1} %{mark}",
            region.name,
            region.parameters,
            100.0 * region.share
        );
    }
    let frozen = match description.frozen {
        0 => String::new(),
        n => format!("  {n} frozen"),
    };
    line!(
        out,
        "{:width$}  {:>10}  100.0 %{frozen}",
        "all",
        description.parameters
    );
}
