//! The regions of a brain in one line.

use angora_brain::ParameterLayout;
use angora_optimisation::Frozen;

/// More regions than this are summed up.
const MOST: usize = 8;

/// `9155 parameters: policy 4480 (frozen), policy_head 130, ...`.
#[must_use]
pub fn summary(layout: &ParameterLayout, frozen: &Frozen) -> String {
    let mut regions: Vec<(String, usize)> = layout.region_sizes().into_iter().collect();
    let mut rest = Vec::new();
    if regions.len() > MOST {
        regions.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        rest = regions.split_off(MOST - 1);
    }
    let mut parts: Vec<String> = regions
        .iter()
        .map(|(name, n)| {
            let mut entries = layout.entries().iter();
            let here = entries.any(|e| e.region == *name && frozen.contains(e.offset));
            let mark = if here { " (frozen)" } else { "" };
            format!("{name} {n}{mark}")
        })
        .collect();
    if !rest.is_empty() {
        let n: usize = rest.iter().map(|(_, n)| n).sum();
        parts.push(format!("{} more regions {n}", rest.len()));
    }
    let frozen = match frozen.len() {
        0 => String::new(),
        n => format!(", {n} frozen"),
    };
    format!("{} parameters{frozen}: {}", layout.len(), parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::frozen;
    use super::super::tests::{build, graph};
    use super::*;

    #[test]
    fn few_regions_are_named_and_frozen_ones_marked() {
        let brain = build(&graph());
        let layout = brain.parameters();
        let frozen = frozen(layout, &["mc".to_owned()]).expect("a region");
        assert_eq!(
            summary(layout, &frozen),
            "60 parameters, 27 frozen: basal_ganglia 9, mc.m1 15 (frozen), mc.pmc 12 (frozen), mcx 12, policy_head 8, value_head 4"
        );
    }

    #[test]
    fn many_regions_are_summed_up_from_the_largest() {
        let mut graph = graph();
        for i in 0..4 {
            let mut node = graph.nodes[2].clone();
            node.name = format!("area_{i}.out");
            node.inputs[0].from = graph.policy.clone();
            graph.policy = node.name.clone();
            graph.nodes.push(node);
        }
        let brain = build(&graph);
        assert_eq!(
            summary(brain.parameters(), &Frozen::default()),
            "108 parameters: mc.m1 15, area_0 12, area_1 12, area_2 12, area_3 12, mc.pmc 12, mcx 12, 3 more regions 21"
        );
    }
}
