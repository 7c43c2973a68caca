//! What makes a picture readable, measured in its SVG: nothing lies on anything else.

use super::{Edge, Graph, Node, Region, Shape, draw};
use angora_core::{Purpose, Stream};
use roxmltree::Document;

/// Left, top, right, bottom.
type Rectangle = [f64; 4];

/// What is in an SVG, in the order of the graph.
struct Seen {
    sheet: Rectangle,
    regions: Vec<Rectangle>,
    nodes: Vec<Rectangle>,
    /// Points of each edge, and whether it is dashed; curves by their ends alone.
    edges: Vec<(Vec<(f64, f64)>, bool)>,
}

fn see(svg: &str) -> Seen {
    let document = Document::parse(svg).expect("XML");
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    let of = |node: roxmltree::Node<'_, '_>, name: &str| -> f64 {
        let text = node.attribute(name).expect(name);
        text.parse().expect("a number")
    };
    let (mut regions, mut nodes, mut edges) = (Vec::new(), Vec::new(), Vec::new());
    for node in root.descendants() {
        let Some(class) = node.attribute("class") else {
            continue;
        };
        let rectangle = || {
            let (x, y) = (of(node, "x"), of(node, "y"));
            [x, y, x + of(node, "width"), y + of(node, "height")]
        };
        match class.split(' ').next().unwrap_or_default() {
            "region" => regions.push(rectangle()),
            "node" => nodes.push(rectangle()),
            // The legend's lines have none.
            "edge" if node.attribute("d").is_some_and(|d| !d.contains('H')) => {
                let points = points(node.attribute("d").unwrap_or_default());
                edges.push((points, class.contains("delayed")));
            }
            _ => {}
        }
    }
    Seen {
        sheet: [0.0, 0.0, of(root, "width"), of(root, "height")],
        regions,
        nodes,
        edges,
    }
}

/// Where the parts of a path begin and end.
fn points(path: &str) -> Vec<(f64, f64)> {
    let parts = path.split(['M', 'C', 'L']).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let numbers: Vec<f64> = part
                .split_whitespace()
                .map(|number| number.parse().expect("a number"))
                .collect();
            (numbers[numbers.len() - 2], numbers[numbers.len() - 1])
        })
        .collect()
}

fn apart(a: Rectangle, b: Rectangle) -> bool {
    a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1]
}

fn within(inner: Rectangle, outer: Rectangle) -> bool {
    inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3]
}

/// Whether a point is on the rim of a rectangle, as exact as numbers are written.
fn on_rim((x, y): (f64, f64), [left, top, right, bottom]: Rectangle) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() < 0.2;
    let beside = x > left - 0.2 && x < right + 0.2 && y > top - 0.2 && y < bottom + 0.2;
    beside && (near(x, left) || near(x, right) || near(y, top) || near(y, bottom))
}

fn check(graph: &Graph, seen: &Seen, case: &str) {
    // Only regions with nodes have a box.
    let is_drawn = |region: &usize| graph.nodes.iter().any(|node| node.region == Some(*region));
    let drawn: Vec<usize> = (0..graph.regions.len()).filter(is_drawn).collect();
    assert_eq!(seen.regions.len(), drawn.len(), "{case}");
    assert_eq!(seen.nodes.len(), graph.nodes.len(), "{case}");
    assert_eq!(seen.edges.len(), graph.edges.len(), "{case}");
    for (i, a) in seen.nodes.iter().enumerate() {
        assert!(within(*a, seen.sheet), "{case}: node {i} leaves the sheet");
        for (j, b) in seen.nodes.iter().enumerate().skip(i + 1) {
            assert!(apart(*a, *b), "{case}: nodes {i} and {j}");
        }
        for (j, region) in drawn.iter().zip(&seen.regions) {
            if graph.nodes[i].region == Some(*j) {
                assert!(within(*a, *region), "{case}: node {i} leaves region {j}");
            } else {
                assert!(apart(*a, *region), "{case}: node {i} is on region {j}");
            }
        }
    }
    for (i, a) in seen.regions.iter().enumerate() {
        assert!(
            within(*a, seen.sheet),
            "{case}: region {i} leaves the sheet"
        );
        for (j, b) in seen.regions.iter().enumerate().skip(i + 1) {
            assert!(apart(*a, *b), "{case}: regions {i} and {j}");
        }
    }
    for (edge, (points, dashed)) in graph.edges.iter().zip(&seen.edges) {
        assert_eq!(edge.delayed, *dashed, "{case}: {edge:?}");
        let (first, last) = (points[0], points[points.len() - 1]);
        assert!(
            on_rim(first, seen.nodes[edge.from]),
            "{case}: {edge:?} leaves its node"
        );
        assert!(
            on_rim(last, seen.nodes[edge.to]),
            "{case}: {edge:?} reaches its node"
        );
        assert!(
            edge.delayed || last.1 > first.1,
            "{case}: {edge:?} goes down"
        );
        // What passes layers is straight there, and keeps away from nodes and foreign regions.
        for pair in points.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            let (top, bottom) = (pair[0].1.min(pair[1].1), pair[0].1.max(pair[1].1));
            let line = [pair[0].0, top + 0.2, pair[0].0, bottom - 0.2];
            for (i, node) in seen.nodes.iter().enumerate() {
                assert!(apart(line, *node), "{case}: {edge:?} crosses node {i}");
            }
        }
    }
}

fn node(label: &str, region: Option<usize>, shape: Shape) -> Node {
    Node {
        label: label.into(),
        caption: "dense tanh · 64".into(),
        tooltip: "a < b & \"c\"".into(),
        region,
        shape,
        frozen: false,
    }
}

/// A graph of so many nodes in so many regions, with delays.
fn random(seed: u64, nodes: usize, regions: usize) -> Graph {
    let mut stream = Stream::new(seed, 0, 0, Purpose::Action);
    let mut graph = Graph {
        title: "random".into(),
        ..Graph::default()
    };
    for region in 0..regions {
        graph.regions.push(Region {
            label: format!("region_{region} ({})", stream.index(100_000)),
            frozen: stream.index(3) == 0,
        });
    }
    let senses = 1 + stream.index(4);
    for i in 0..senses {
        graph
            .nodes
            .push(node(&format!("sense {i}"), None, Shape::Sense));
    }
    for i in senses..senses + nodes {
        // Some nodes are in no region.
        let region = stream.index(regions + 1);
        let region = (region < regions).then_some(region);
        graph
            .nodes
            .push(node(&format!("node_{i}"), region, Shape::Node));
        for _ in 0..1 + stream.index(3) {
            let edge = Edge {
                from: stream.index(i),
                to: i,
                delayed: false,
            };
            if !graph.edges.contains(&edge) {
                graph.edges.push(edge);
            }
        }
    }
    for _ in 0..stream.index(nodes) {
        let edge = Edge {
            from: stream.index(graph.nodes.len()),
            to: senses + stream.index(nodes),
            delayed: true,
        };
        if !graph.edges.contains(&edge) {
            graph.edges.push(edge);
        }
    }
    graph
}

#[test]
fn nothing_lies_on_anything_else_in_graphs_of_any_size() {
    for (nodes, regions) in [(1, 0), (1, 1), (5, 2), (12, 4), (20, 6), (60, 12)] {
        for seed in 0..6 {
            let graph = random(seed, nodes, regions);
            let case = format!("{nodes} nodes, {regions} regions, seed {seed}");
            check(&graph, &see(&draw(&graph)), &case);
        }
    }
}

#[test]
fn a_chain_is_straight() {
    let mut graph = Graph::default();
    graph.nodes.push(node("sense", None, Shape::Sense));
    for i in 1..6 {
        graph
            .nodes
            .push(node(&format!("layer_{i}"), None, Shape::Node));
        graph.edges.push(Edge {
            from: i - 1,
            to: i,
            delayed: false,
        });
    }
    let seen = see(&draw(&graph));
    for (points, _) in &seen.edges {
        assert_eq!(points[0].0, points[1].0);
    }
}

/// Also where there is nothing to draw, and where names are not as one would choose them.
#[test]
fn any_name_makes_valid_xml() {
    see(&draw(&Graph::default()));
    let mut graph = random(3, 5, 1);
    graph.title = "a <brain> & 'its' \"name\"\u{7}\n".into();
    graph.nodes[0].label = "]]>&amp;<g>".into();
    graph.regions[0].label = "<!-- é 脑 -->".into();
    let svg = draw(&graph);
    let document = Document::parse(&svg).expect("XML");
    let texts: Vec<&str> = document.descendants().filter_map(|n| n.text()).collect();
    for text in [
        "a <brain> & 'its' \"name\"  ",
        "]]>&amp;<g>",
        "<!-- é 脑 -->",
    ] {
        assert!(texts.contains(&text), "{text:?} in {texts:?}");
    }
}
