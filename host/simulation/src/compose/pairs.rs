//! Which geoms may touch, told to MuJoCo once instead of being looked for at every step.
//!
//! In each step MuJoCo searches for bodies whose boxes overlap. In a scene of few geoms that takes
//! longer than to try every pair that masks, welds and parents leave over: the steps of the
//! reference tasks become 3 to 12 % shorter. As predefined pairs, with the parameters that MuJoCo
//! would mix for them, these give the same contacts in the same order, and the same bits.

use super::model::unnamed;
use mujoco_rs::wrappers::{
    MjModel, MjtDisableBit, MjtEnableBit, MjtGeomBase,
    mj_editing::{MjSpec, SpecElement, SpecItem},
};

/// Most pairs for which it was found to pay: Humanoid-v5 has 126.
const MOST: usize = 128;

/// Shapes that touch others by themselves, without data of their own.
const PRIMITIVES: [MjtGeomBase; 6] = [
    MjtGeomBase::mjGEOM_PLANE,
    MjtGeomBase::mjGEOM_SPHERE,
    MjtGeomBase::mjGEOM_CAPSULE,
    MjtGeomBase::mjGEOM_ELLIPSOID,
    MjtGeomBase::mjGEOM_CYLINDER,
    MjtGeomBase::mjGEOM_BOX,
];

/// Writes the pairs of geoms that may touch into the specification of a compiled model. Returns
/// whether it did, so that the specification has to be compiled again: scenes that choose pairs
/// themselves, that have many, or that mix parameters in rarer ways are left as they are.
pub(super) fn predefine(spec: &mut MjSpec, model: &MjModel) -> bool {
    if !is_simple(spec, model) {
        return false;
    }
    let pairs = touching(model);
    if pairs.len() > MOST || pairs.iter().any(|pair| !mixes_evenly(model, *pair)) {
        return false;
    }
    let Some(names) = name_all(spec) else {
        return false;
    };
    for [one, other] in pairs {
        let friction = model.geom_friction();
        let [slide, spin, roll] = [0, 1, 2].map(|at| friction[one][at].max(friction[other][at]));
        let pair = spec.add_pair();
        pair.set_geomname1(&names[one]);
        pair.set_geomname2(&names[other]);
        pair.set_condim(model.geom_condim()[one].max(model.geom_condim()[other]));
        pair.set_margin(model.geom_margin()[one] + model.geom_margin()[other]);
        pair.set_gap(0.0);
        pair.set_adhesion(0.0);
        *pair.solreffriction_mut() = [0.0; 2];
        *pair.friction_mut() = [slide, slide, spin, roll, roll];
        *pair.solref_mut() = mixed(model.geom_solref(), [one, other]);
        *pair.solimp_mut() = mixed(model.geom_solimp(), [one, other]);
    }
    for geom in spec.geom_iter_mut() {
        geom.set_contype(0);
        geom.set_conaffinity(0);
    }
    true
}

/// Whether nothing but masks, welds and parents says which geoms may touch, and all of these are
/// primitives: what is computed of a mesh depends on its masks.
fn is_simple(spec: &MjSpec, model: &MjModel) -> bool {
    let (sizes, option, compiler) = (model.ffi(), model.opt(), spec.compiler());
    let chosen = sizes.npair > 0 || sizes.nexclude > 0 || sizes.nflex > 0;
    let other_filters =
        MjtDisableBit::mjDSBL_FILTERPARENT as i32 | MjtDisableBit::mjDSBL_MIDPHASE as i32;
    let rare = option.disableflags & other_filters != 0
        || option.enableflags & MjtEnableBit::mjENBL_OVERRIDE as i32 != 0
        // The first leaves out what has no masks; the second does not suit a second compilation.
        || compiler.discardvisual()
        || compiler.fusestatic();
    let masks = model.geom_contype().iter().zip(model.geom_conaffinity());
    let primitive = model
        .geom_type()
        .iter()
        .zip(masks)
        .all(|(kind, masks)| masks == (&0, &0) || PRIMITIVES.contains(kind));
    !chosen && !rare && primitive
}

/// Pairs of geoms that may touch, in MuJoCo's order: by their bodies, then by the geom of the lower
/// type, which a contact names first, then by the other.
fn touching(model: &MjModel) -> Vec<[usize; 2]> {
    let body = |geom: usize| model.geom_bodyid()[geom] as usize;
    let weld = |geom: usize| model.body_weldid()[body(geom)] as usize;
    let parent = |weld: usize| model.body_weldid()[model.body_parentid()[weld] as usize] as usize;
    let masks = |one: usize, other: usize| {
        model.geom_contype()[one] & model.geom_conaffinity()[other] != 0
            || model.geom_contype()[other] & model.geom_conaffinity()[one] != 0
    };
    let count = model.geom_type().len();
    let all = (0..count).flat_map(|one| (one + 1..count).map(move |other| [one, other]));
    let mut pairs: Vec<[usize; 2]> = all
        .filter(|[one, other]| {
            let (a, b) = (weld(*one), weld(*other));
            let joined = a == b || a != 0 && b != 0 && (a == parent(b) || b == parent(a));
            !joined && masks(*one, *other)
        })
        .collect();
    pairs.sort_by_key(|[one, other]| {
        let kind = |geom: usize| model.geom_type()[geom] as u32;
        let named = if kind(*one) > kind(*other) {
            [*other, *one]
        } else {
            [*one, *other]
        };
        ([body(*one), body(*other)], named)
    });
    pairs
}

/// Whether the parameters of a contact are mixed from both geoms alike, as [`predefine`] does it.
fn mixes_evenly(model: &MjModel, pair: [usize; 2]) -> bool {
    let [one, other] = pair;
    pair.iter().all(|geom| {
        model.geom_gap()[*geom] == 0.0
            && model.geom_adhesion()[*geom] == 0.0
            && model.geom_solref()[*geom][0] > 0.0
    }) && model.geom_priority()[one] == model.geom_priority()[other]
        && model.geom_solmix()[one] == model.geom_solmix()[other]
        && model.geom_solmix()[one] > 1e-9
}

/// The mean of two rows, in MuJoCo's order of operations.
fn mixed<const N: usize>(rows: &[[f64; N]], [one, other]: [usize; 2]) -> [f64; N] {
    std::array::from_fn(|at| 0.5 * rows[one][at] + 0.5 * rows[other][at])
}

/// Names of all geoms by their indices; those that have none get one, since pairs are told by
/// names. `None` where such a name is taken.
fn name_all(spec: &mut MjSpec) -> Option<Vec<String>> {
    let mut names: Vec<(usize, String)> = Vec::new();
    for geom in spec.geom_iter_mut() {
        let id = geom.id()?;
        if geom.name().is_empty() {
            geom.set_name(&unnamed(id)).ok()?;
        }
        names.push((id, geom.name().to_owned()));
    }
    names.sort_unstable();
    Some(names.into_iter().map(|(_, name)| name).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use mujoco_rs::wrappers::MjData;

    /// A floor and a step, on which bodies of several geoms fall, one of them jointed, with
    /// parameters and masks of their own. One geom has no name, one touches nothing; in the world
    /// and in two bodies the types of geoms are not in order.
    const HEAP: &str = r#"<mujoco><default><pair solreffriction="-100 -10" adhesion="1"/></default><worldbody>
        <geom name="block" type="box" size="0.3 0.3 0.05" pos="-0.4 0 0.05"/>
        <geom name="floor" type="plane" size="5 5 1" friction="0.3 0.1 0.1"/>
        <body name="step" pos="0.3 0 0.1"><geom name="step" type="box" size="0.2 0.5 0.1" margin="0.01"/></body>
        <body name="arm" pos="0 0 0.6"><freejoint/>
            <geom name="upper" type="capsule" fromto="0 0 0 0.3 0 0" size="0.05" condim="4" solref="0.03 0.8"/>
            <geom name="knob" size="0.08" pos="0.1 0.1 0" friction="1.3 0.02 0.003" margin="0.003"/>
            <body name="fore" pos="0.3 0 0"><joint name="elbow" axis="0 1 0" range="-2 2"/>
                <geom type="capsule" fromto="0 0 0 0.3 0 0.05" size="0.04"/>
                <body name="hand" pos="0.3 0 0.05"><joint name="wrist" axis="0 1 0"/>
                    <geom name="hand" type="box" size="0.08 0.06 0.02" solimp="0.8 0.9 0.002 0.4 3"/>
                </body>
            </body>
        </body>
        <body name="egg" pos="0.1 0.1 1.1"><freejoint/>
            <geom name="egg" type="ellipsoid" size="0.1 0.07 0.05" condim="6"/>
            <geom name="tail" type="cylinder" size="0.03 0.08" pos="-0.1 0 0" contype="2" conaffinity="1"/>
        </body>
        <body name="mixed" pos="-0.35 0.05 0.5" euler="20 10 0"><freejoint/>
            <geom name="foot" type="box" size="0.1 0.1 0.04"/>
            <geom name="ball" size="0.07" pos="0.12 0 0"/>
            <geom name="bar" type="capsule" fromto="-0.3 -0.2 0 0.3 -0.2 0" size="0.04"/>
        </body>
        <body name="twin" pos="-0.3 0 0.8"><freejoint/>
            <geom name="cube" type="box" size="0.08 0.08 0.08"/>
            <geom name="pill" type="capsule" fromto="0.1 -0.1 0 0.1 0.1 0" size="0.05"/>
            <geom name="pearl" size="0.06" pos="-0.12 0 0"/>
        </body>
        <body name="ghost" pos="0.2 0 0.9"><freejoint/><geom name="ghost" size="0.1" contype="0" conaffinity="0"/></body>
    </worldbody><actuator><motor joint="elbow" gear="30"/></actuator></mujoco>"#;

    fn specified(mjcf: &str) -> (MjSpec, MjModel) {
        let mut spec = MjSpec::from_xml_string(mjcf).unwrap();
        let model = spec.compile().unwrap();
        (spec, model)
    }

    /// Bits of the state after each step, and the geoms of all contacts on the way, in their order.
    fn rollout(model: &MjModel) -> (Vec<u64>, Vec<[i32; 2]>) {
        let mut data = MjData::new(model);
        let (mut bits, mut contacts) = (Vec::new(), Vec::new());
        for step in 0..1_500 {
            data.ctrl_mut()[0] = (f64::from(step) / 60.0).sin();
            data.step();
            let state = data.qpos().iter().chain(data.qvel());
            bits.extend(state.map(|value| value.to_bits()));
            contacts.extend(data.contact().iter().map(|contact| contact.geom));
        }
        (bits, contacts)
    }

    #[test]
    fn pairs_give_the_same_contacts_and_bits() {
        for solver in ["PGS", "CG", "Newton"] {
            for cone in ["pyramidal", "elliptic"] {
                let option = format!("<option solver='{solver}' cone='{cone}'/><worldbody>");
                let (mut spec, model) = specified(&HEAP.replacen("<worldbody>", &option, 1));
                assert!(predefine(&mut spec, &model));
                let paired = spec.compile().unwrap();
                assert_eq!(paired.ffi().npair, 91, "by hand");
                let (found, told) = (rollout(&model), rollout(&paired));
                assert!(found.1 == told.1, "contacts, {solver} {cone}");
                assert!(found.0 == told.0, "bits, {solver} {cone}");
                let mut kinds = found.1;
                kinds.sort_unstable();
                kinds.dedup();
                assert!(kinds.len() > 15, "much has touched: {kinds:?}");
            }
        }
    }

    #[test]
    fn scenes_that_say_more_are_left_as_they_are() {
        let contact = |text: &str| HEAP.replacen("<actuator>", &format!("{text}<actuator>"), 1);
        let changed = |old: &str, new: &str| {
            assert!(HEAP.contains(old));
            HEAP.replacen(old, new, 1)
        };
        let ball = |k| format!("<body pos='0 0 {k}'><freejoint/><geom size='0.1'/></body>");
        let balls: String = (2..14).map(ball).collect();
        for mjcf in [
            contact("<contact><pair geom1='egg' geom2='hand'/></contact>"),
            contact("<contact><exclude body1='egg' body2='hand'/></contact>"),
            contact("<option><flag filterparent='disable'/></option>"),
            contact("<option><flag override='enable'/></option>"),
            contact("<option><flag midphase='disable'/></option>"),
            contact("<compiler discardvisual='true'/>"),
            contact("<compiler fusestatic='true'/>"),
            changed("condim=\"6\"", "condim=\"6\" priority=\"1\""),
            changed("condim=\"6\"", "condim=\"6\" solmix=\"2\""),
            changed("condim=\"6\"", "condim=\"6\" gap=\"0.01\""),
            changed("condim=\"6\"", "condim=\"6\" solref=\"-100 -10\""),
            changed("name=\"knob\"", "name=\"#5\""),
            changed("</worldbody>", &format!("{balls}</worldbody>")),
        ] {
            let (mut spec, model) = specified(&mjcf);
            assert!(!predefine(&mut spec, &model), "{mjcf}");
        }
    }
}
