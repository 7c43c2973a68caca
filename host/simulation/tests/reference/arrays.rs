//! The arrays of a compiled model by the names that they have in MuJoCo.

use mujoco_rs::wrappers::MjModel;

/// An array as numbers; flags and kinds are those of MuJoCo. `None` is not compared.
pub fn compiled(model: &MjModel, name: &str) -> Option<Vec<f64>> {
    macro_rules! arrays {
        (floats: $($float:ident)*; vectors: $($vector:ident)*; ints: $($int:ident)*;
         pairs: $($pair:ident)*; flags: $($flag:ident)*; kinds: $($kind:ident)*) => {
            match name {
                $(stringify!($float) => Some(model.$float().to_vec()),)*
                $(stringify!($vector) => Some(model.$vector().concat()),)*
                $(stringify!($int) => Some(model.$int().iter().map(|&n| f64::from(n)).collect()),)*
                $(stringify!($pair) =>
                    Some(model.$pair().iter().flatten().map(|&n| f64::from(n)).collect()),)*
                $(stringify!($flag) =>
                    Some(model.$flag().iter().map(|&on| f64::from(u8::from(on))).collect()),)*
                $(stringify!($kind) =>
                    Some(model.$kind().iter().map(|&kind| f64::from(kind as u32)).collect()),)*
                "dof_M0" => Some(model.dof_m0().to_vec()),
                _ => None,
            }
        };
    }
    arrays! {
        floats: body_mass body_subtreemass body_gravcomp jnt_margin jnt_stiffness dof_damping
            dof_armature dof_frictionloss dof_invweight0 qpos0 qpos_spring geom_solmix
            geom_margin geom_gap geom_rbound actuator_length0 actuator_acc0 tendon_margin
            tendon_stiffness tendon_damping tendon_frictionloss tendon_length0 tendon_invweight0
            wrap_prm pair_margin pair_gap sensor_cutoff;
        vectors: body_inertia body_ipos body_iquat body_pos body_quat body_invweight0 jnt_pos
            jnt_axis jnt_range jnt_solref jnt_solimp dof_solref dof_solimp geom_solref geom_solimp
            geom_size geom_pos geom_quat geom_friction site_size site_pos site_quat
            actuator_gainprm actuator_biasprm actuator_ctrlrange actuator_forcerange actuator_gear
            tendon_range tendon_solref_lim tendon_solimp_lim pair_friction pair_solref
            pair_solimp;
        ints: body_parentid body_weldid body_dofnum jnt_bodyid jnt_qposadr jnt_dofadr dof_bodyid
            geom_bodyid geom_contype geom_conaffinity geom_condim geom_priority site_bodyid
            tendon_adr tendon_num wrap_objid pair_dim pair_geom1 pair_geom2 sensor_objid
            sensor_adr sensor_dim;
        pairs: actuator_trnid;
        flags: jnt_limited jnt_actfrclimited actuator_ctrllimited actuator_forcelimited
            tendon_limited;
        kinds: jnt_type geom_type site_type actuator_trntype actuator_dyntype actuator_gaintype
            actuator_biastype wrap_type sensor_type sensor_objtype
    }
}

/// Compares an array with the recorded one: the greatest relative difference.
pub fn relative_difference(what: &str, ours: &[f64], theirs: &[f64], tolerance: f64) -> f64 {
    assert_eq!(ours.len(), theirs.len(), "length of {what}");
    let mut worst = 0.0;
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        let difference = (a - b).abs() / b.abs().max(1.0);
        assert!(difference <= tolerance, "{what}[{i}]: {a} {b}");
        worst = f64::max(worst, difference);
    }
    worst
}
