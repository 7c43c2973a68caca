//! `shadow`: the areas, their sizes and what they read.

use crate::cortex::{Areas, Cortex, present};
use crate::senses::Senses;

/// Adds the areas of `shadow`.
pub fn build(cortex: &mut Cortex, senses: &Senses) -> Areas {
    let (vision, goal) = (senses.vision.as_deref(), senses.goal);

    let ssc = cortex.layer("ssc.layer_1", 128, &senses.body);
    let ssc = cortex.layer("ssc.layer_2", 64, &[&ssc]);

    let spl = cortex.area("ppc.spl", 256, &present(&[vision, Some(&ssc)]));
    let ipl = cortex.area("ppc.ipl", 256, &[&spl]);
    let ips = cortex.area("ppc.ips", 128, &[&ipl, &ssc]);

    let mcc = cortex.area("pfc.mcc", 64, &present(&[goal, Some(&ssc)]));
    let lpfc = cortex.area("pfc.lpfc", 128, &present(&[Some(&mcc), goal, vision]));

    let pmc = cortex.layer("mc.pmc.layer_1", 512, &[&lpfc, &ipl]);
    let pmc = cortex.memory("mc.pmc", 2, 512, &[&pmc]);
    let m1 = cortex.area("mc.m1", 256, &[&pmc, &mcc, &lpfc, &ssc, &ips]);

    Areas {
        ssc,
        ips,
        mcc: Some(mcc),
        lpfc,
        pmc,
        m1,
    }
}
