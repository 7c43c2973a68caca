//! `shadowv2`: the areas, their sizes and what they read.

use crate::cortex::{Areas, Cortex, present};
use crate::senses::Senses;

/// Adds the areas of `shadowv2`.
pub fn build(cortex: &mut Cortex, senses: &Senses) -> Areas {
    let vision = senses.vision.as_deref();

    let ssc = cortex.layer("ssc.layer_1", 296, &senses.body);
    let ssc = cortex.layer("ssc.layer_2", 296, &[&ssc]);

    let spl = cortex.area("ppc.spl", 456, &[&ssc]);
    let ipl = cortex.area("ppc.ipl", 672, &present(&[Some(&ssc), vision, Some(&spl)]));
    // AngoraPy's model reads the somatosensory cortex twice here, and so do its counts.
    let ips = present(&[Some(&ipl), Some(&ssc), vision, Some(&spl), Some(&ssc)]);
    let ips = cortex.area("ppc.ips", 344, &ips);

    // This area reads the goal only, so without a goal there is none.
    let mcc = senses.goal.map(|goal| cortex.area("pfc.mcc", 216, &[goal]));
    let lpfc = present(&[mcc.as_deref(), Some(&ipl), Some(&ips)]);
    let lpfc = cortex.area("pfc.lpfc", 360, &lpfc);

    let pmc = cortex.memory("mc.pmc", 1, 256, &[&lpfc, &spl, &ssc]);
    let m1 = cortex.area("mc.m1", 96, &[&pmc, &ssc, &spl]);

    Areas {
        ssc,
        ips,
        mcc,
        lpfc,
        pmc,
        m1,
    }
}
