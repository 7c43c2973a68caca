#![allow(clippy::unwrap_used, reason = "a test")]

use super::*;
use angora_plugin_api::{
    ActionSpec, RoleKind, RoleRequest,
    scene::{Role, Settling},
};
use mujoco_rs::wrappers::{MjData, MjtDisableBit};

/// A floor with friction of its own.
pub(crate) const WORLD: &str = r#"<mujoco model="yard"><worldbody>
    <geom name="floor" type="plane" size="5 5 1" friction="0.3 0.1 0.1"/>
    <body name="target" mocap="true" pos="1 2 3"/>
</worldbody></mujoco>"#;

/// A ball that swings a stick, both with default friction 0.9.
pub(crate) const BODY: &str = r#"<mujoco model="swinger"><compiler angle="radian"/>
<default><geom friction="0.9 0.1 0.1"/></default>
<worldbody><body name="ball" pos="0 0 0.2">
    <freejoint name="root"/><geom name="ball" size="0.1"/><site name="top" pos="0 0 0.1"/>
    <body name="stick">
        <joint name="swing" axis="0 1 0" range="-1.5 1.5" damping="0.01"/>
        <geom name="stick" type="capsule" fromto="0 0 0 0.4 0 0" size="0.02"/>
    </body>
</body></worldbody>
<actuator><position name="servo" joint="swing" kp="2" ctrlrange="-1 0.5"/></actuator>
<sensor><framepos name="top" objtype="site" objname="top"/><jointpos name="swing" joint="swing"/></sensor>
</mujoco>"#;

pub(crate) fn world(mjcf: &str) -> SceneSpec {
    SceneSpec {
        mjcf: mjcf.into(),
        assets: Vec::new(),
        default_body: "swinger".into(),
        roles: Vec::new(),
        physics: PhysicsOptions::default(),
        substeps: None,
        contact_forces: true,
        vision: None,
        ..SceneSpec::default()
    }
}

pub(crate) fn body(mjcf: &str) -> BodySpec {
    let role = |kind, name: &str| Role {
        kind,
        names: vec![name.into()],
    };
    BodySpec {
        mjcf: mjcf.into(),
        assets: Vec::new(),
        roles: [
            ("tip".to_owned(), role(RoleKind::Geom, "stick")),
            ("root".to_owned(), role(RoleKind::Joint, "root")),
        ]
        .into(),
        control: ControlMode::Direct,
        physics: PhysicsOptions::default(),
        substeps: Some(5),
        ..BodySpec::default()
    }
}

/// Without assets and wishes of the user.
pub(crate) fn plain(scene: &SceneSpec, body: &BodySpec) -> Result<ComposedScene, PhysicsError> {
    compose(scene, &[], body, &[], &PhysicsOptions::default())
}

fn message(scene: &SceneSpec, body: &BodySpec) -> String {
    plain(scene, body).unwrap_err().to_string()
}

fn timestep(seconds: f64) -> PhysicsOptions {
    PhysicsOptions {
        timestep: Some(seconds),
        ..PhysicsOptions::default()
    }
}

#[test]
fn the_world_comes_first_and_names_stay() {
    let scene = plain(&world(WORLD), &body(BODY)).unwrap();
    let info = &scene.info;
    assert_eq!((info.nq, info.nv, info.nu), (8, 7, 1));
    assert_eq!(
        (info.geoms["floor"], info.geoms["ball"], info.geoms["stick"]),
        (0, 1, 2)
    );
    assert_eq!(
        (
            info.bodies["world"],
            info.bodies["target"],
            info.bodies["ball"]
        ),
        (0, 1, 2)
    );
    assert_eq!(info.joints["root"].range, None);
    let swing = &info.joints["swing"];
    assert_eq!(
        (swing.qpos, swing.qvel, swing.range),
        (7, 6, Some((-1.5, 1.5)))
    );
    assert_eq!(
        (info.sensors["top"], info.sensors["swing"]),
        ((0, 3), (3, 1))
    );
    assert_eq!(info.ctrl_range, [(-1.0, 0.5)]);
    assert_eq!(
        info.action,
        ActionSpec::Box {
            low: vec![-1.0],
            high: vec![0.5]
        }
    );
    assert_eq!(info.qpos0, [0.0, 0.0, 0.2, 1.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!((scene.substeps, info.control_timestep), (5, 0.01));
    assert_eq!(info.roles["tip"].names, ["stick"]);
    let friction: Vec<f64> = scene.model.geom_friction().iter().map(|f| f[0]).collect();
    assert_eq!(friction, [0.3, 0.9, 0.9], "each keeps its own defaults");
    assert!(scene.remarks.is_empty(), "{:?}", scene.remarks);
}

#[test]
fn two_bodies_fit_one_world() {
    let other = BODY
        .replace("swinger", "other")
        .replace("0.1\"/><site", "0.15\"/><site");
    let (one, two) = (
        plain(&world(WORLD), &body(BODY)),
        plain(&world(WORLD), &body(&other)),
    );
    let (one, mut two) = (one.unwrap(), two.unwrap());
    assert!(one.model.body_mass()[2] < two.model.body_mass()[2]);
    assert_eq!(two.info.body_mass, two.model.body_mass());
    two.info.body_mass.clone_from(&one.info.body_mass);
    assert_eq!(one.info, two.info);
}

#[test]
fn broken_mjcf_is_told_in_mujocos_words() {
    let broken = WORLD.replace("type=\"plane\"", "typ=\"plane\"");
    let text = message(&world(&broken), &body(BODY));
    assert!(
        text.contains("the task's world") && text.contains("'typ'"),
        "{text}"
    );
    assert!(text.contains("line 2"), "{text}");
    let text = message(
        &world(WORLD),
        &body("<mujoco><worldbody><geom/></worldbody></mujoco>"),
    );
    assert!(
        text.contains("the world with body") && text.contains("size"),
        "{text}"
    );
    let text = message(&world(WORLD), &body("nonsense"));
    assert!(text.contains("the body"), "{text}");
}

#[test]
fn a_missing_role_is_told_with_the_roles_that_there_are() {
    let mut scene = world(WORLD);
    let request = |role: &str, kind, at_least| RoleRequest {
        role: role.into(),
        kind,
        at_least,
    };
    scene.roles = vec![request("root_x", RoleKind::Joint, 1)];
    assert_eq!(
        message(&scene, &body(BODY)),
        "task needs the role \"root_x\" (joint); body \"swinger\" has: \"root\" (joint), \
         \"tip\" (geom)"
    );
    scene.roles = vec![request("tip", RoleKind::Site, 1)];
    assert!(message(&scene, &body(BODY)).contains("of kind geom, the task needs kind site"));
    scene.roles = vec![request("tip", RoleKind::Geom, 2)];
    assert!(message(&scene, &body(BODY)).contains("has 1 parts, the task needs 2"));
}

#[test]
fn the_parts_of_a_role_must_exist() {
    let mut swinger = body(BODY);
    swinger.roles.get_mut("tip").unwrap().names = vec!["stik".into()];
    let text = message(&world(WORLD), &swinger);
    assert!(
        text.contains("no geom \"stik\"; did you mean stick?"),
        "{text}"
    );
}

#[test]
fn a_name_that_both_use_is_refused() {
    let text = message(
        &world(WORLD),
        &body(&BODY.replace("geom name=\"ball\"", "geom name=\"floor\"")),
    );
    assert!(
        text.contains("body \"swinger\" both have a geom named \"floor\""),
        "{text}"
    );
}

#[test]
fn the_first_who_chooses_an_option_is_heard() {
    let with_option = |mjcf: &str, option: &str| {
        mjcf.replacen("<worldbody>", &format!("<option {option}/><worldbody>"), 1)
    };
    let mut scene = world(WORLD);
    let mut swinger = body(BODY);
    let composed = |scene: &SceneSpec, swinger: &BodySpec, user: &PhysicsOptions| {
        compose(scene, &[], swinger, &[], user)
            .unwrap()
            .model
            .opt()
            .timestep
    };
    let nobody = PhysicsOptions::default();
    assert_eq!(
        composed(&scene, &swinger, &nobody),
        0.002,
        "MuJoCo's default"
    );
    swinger.mjcf = with_option(BODY, "timestep='0.001'");
    assert_eq!(
        composed(&scene, &swinger, &nobody),
        0.001,
        "the body's MJCF"
    );
    swinger.physics = timestep(0.003);
    assert_eq!(composed(&scene, &swinger, &nobody), 0.003, "the body");
    scene.mjcf = with_option(WORLD, "timestep='0.002'");
    assert_eq!(
        composed(&scene, &swinger, &nobody),
        0.002,
        "the world's MJCF, though the default"
    );
    scene.physics = timestep(0.004);
    assert_eq!(composed(&scene, &swinger, &nobody), 0.004, "the task");
    assert_eq!(
        composed(&scene, &swinger, &timestep(0.005)),
        0.005,
        "the user"
    );

    swinger.physics.integrator = Some("RK4".into());
    swinger.physics.iterations = Some(7);
    scene.physics.cone = Some("elliptic".into());
    scene.physics.solver = Some("CG".into());
    let opt = plain(&scene, &swinger).unwrap().model.opt().clone();
    assert_eq!(
        (opt.integrator, opt.iterations, opt.cone, opt.solver),
        (1, 7, 1, 1)
    );
}

/// The bits of a scene's state after each of many steps in which it falls, rolls and is driven.
fn rollout(scene: &SceneSpec, islands: bool) -> Vec<u64> {
    let mut model = Arc::try_unwrap(plain(scene, &body(BODY)).unwrap().model).unwrap();
    let island = MjtDisableBit::mjDSBL_ISLAND as i32;
    assert_eq!(model.opt().disableflags, island, "there is one tree");
    if islands {
        model.opt_mut().disableflags = 0;
    }
    let mut data = MjData::new(&model);
    let mut bits = Vec::new();
    for step in 0..1_000 {
        data.ctrl_mut()[0] = (f64::from(step) / 50.0).sin();
        data.step();
        let state = data.qpos().iter().chain(data.qvel());
        bits.extend(state.map(|value| value.to_bits()));
    }
    assert!(data.ffi().ncon > 0, "it lies on the floor");
    bits
}

#[test]
fn a_single_tree_moves_the_same_without_islands() {
    for solver in ["PGS", "CG", "Newton"] {
        for cone in ["pyramidal", "elliptic"] {
            for integrator in ["Euler", "RK4", "implicit", "implicitfast"] {
                let mut scene = world(WORLD);
                scene.physics.solver = Some(solver.into());
                scene.physics.cone = Some(cone.into());
                scene.physics.integrator = Some(integrator.into());
                // Of the world's own options these are copied by nobody.
                let more = "<option jacobian='sparse' noslip_iterations='3'/><worldbody>";
                for mjcf in [WORLD.into(), WORLD.replacen("<worldbody>", more, 1)] {
                    scene.mjcf = mjcf;
                    let same = rollout(&scene, true) == rollout(&scene, false);
                    assert!(same, "{solver} {cone} {integrator} {}", scene.mjcf);
                }
            }
        }
    }
}

#[test]
fn islands_are_left_to_scenes_with_several_trees() {
    let ball = "<body name='other'><freejoint/><geom size='0.1'/></body></worldbody>";
    let two = world(&WORLD.replacen("</worldbody>", ball, 1));
    let model = plain(&two, &body(BODY)).unwrap().model;
    assert_eq!(model.opt().disableflags, 0);
}

#[test]
fn what_mjcf_says_of_options_is_known() {
    let said = |option: &str| {
        let mjcf = format!("<mujoco><option {option}/><worldbody/></mujoco>");
        options::of(&MjSpec::from_xml_string(&mjcf).unwrap())
    };
    let none = PhysicsOptions::default;
    let word = |word: &str| Some(word.to_owned());
    assert_eq!(
        said("gravity='0 0 0' tolerance='1e-9' impratio='2' ls_iterations='9'"),
        none()
    );
    assert_eq!(said("timestep='0.002'"), timestep(0.002));
    let said_integrator = PhysicsOptions {
        integrator: word("Euler"),
        ..none()
    };
    assert_eq!(said("integrator='Euler'"), said_integrator);
    assert_eq!(
        said("solver='PGS'"),
        PhysicsOptions {
            solver: word("PGS"),
            ..none()
        }
    );
    assert_eq!(
        said("cone='elliptic'"),
        PhysicsOptions {
            cone: word("elliptic"),
            ..none()
        }
    );
    assert_eq!(
        said("iterations='50'"),
        PhysicsOptions {
            iterations: Some(50),
            ..none()
        }
    );
}

#[test]
fn options_that_mean_nothing_are_refused() {
    let with = |physics: PhysicsOptions| {
        message(
            &SceneSpec {
                physics,
                ..world(WORLD)
            },
            &body(BODY),
        )
    };
    let none = PhysicsOptions::default;
    let text = with(PhysicsOptions {
        integrator: Some("euler".into()),
        ..none()
    });
    assert!(
        text.contains("no integrator \"euler\"; did you mean Euler?"),
        "{text}"
    );
    let text = with(PhysicsOptions {
        solver: Some("magic".into()),
        ..none()
    });
    assert!(text.contains("known: PGS, CG, Newton"), "{text}");
    assert!(with(timestep(0.0)).contains("no time step"));
    assert!(
        with(PhysicsOptions {
            iterations: Some(0),
            ..none()
        })
        .contains("not 1 or more")
    );
    let still = SceneSpec {
        substeps: Some(0),
        ..world(WORLD)
    };
    assert!(message(&still, &body(BODY)).contains("at least 1 physics step"));
    let sleepy = "<option><flag sleep='enable'/></option><worldbody>";
    let text = message(
        &world(&WORLD.replacen("<worldbody>", sleepy, 1)),
        &body(BODY),
    );
    assert!(text.contains("option sleep"), "{text}");
}

#[test]
fn other_options_of_the_body_are_left_out_and_remarked() {
    let heavy = BODY.replacen("<worldbody>", "<option gravity='0 0 -20'/><worldbody>", 1);
    let scene = plain(&world(WORLD), &body(&heavy)).unwrap();
    assert_eq!(scene.model.opt().gravity[2], -9.81);
    assert!(scene.remarks[0].contains("gravity"), "{:?}", scene.remarks);
}

#[test]
fn actuators_must_suit_the_control_mode() {
    let text = message(
        &world(WORLD),
        &body(&BODY.replace(" ctrlrange=\"-1 0.5\"", "")),
    );
    assert!(
        text.contains("actuator \"servo\": it has no control range"),
        "{text}"
    );
    let mut swinger = body(
        &BODY
            .replace("position name", "motor name")
            .replace(" kp=\"2\"", ""),
    );
    plain(&world(WORLD), &swinger).unwrap();
    swinger.control = ControlMode::Relative;
    let text = message(&world(WORLD), &swinger);
    assert!(text.contains("needs position actuators"), "{text}");
}

#[test]
fn assets_come_from_memory_only() {
    const TETRAHEDRON: &[u8] =
        b"v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n";
    let with_mesh = BODY
        .replace(
            "<worldbody>",
            "<asset><mesh name='m' file='sub/m.obj'/></asset><worldbody>",
        )
        .replace("size=\"0.1\"/><site", "type='mesh' mesh='m'/><site");
    let part =
        "<mujoco><worldbody><geom name='wall' size='1 1 1' type='box'/></worldbody></mujoco>";
    let with_wall = WORLD.replace("<worldbody>", "<include file='wall.xml'/><worldbody>");
    let (scene, swinger) = (world(&with_wall), body(&with_mesh));
    let walls = [("wall.xml".to_owned(), part.as_bytes().to_vec())];
    let meshes = [("m.obj".to_owned(), TETRAHEDRON.to_vec())];
    let user = PhysicsOptions::default();

    let composed = compose(&scene, &walls, &swinger, &meshes, &user).unwrap();
    assert!(composed.info.geoms.contains_key("wall"));
    assert_eq!(composed.model.mesh_vertnum(), [4]);

    let text = compose(&scene, &walls, &swinger, &[], &user)
        .unwrap_err()
        .to_string();
    assert!(text.contains("m.obj"), "{text}");
    let shared = [walls.clone(), meshes.clone()].concat();
    compose(&scene, &shared, &swinger, &meshes, &user).unwrap();
    let twice = [walls.clone(), walls].concat();
    let text = compose(&scene, &twice, &swinger, &meshes, &user)
        .unwrap_err()
        .to_string();
    assert!(text.contains("asset \"wall.xml\""), "{text}");
}

/// An arm with a motor and a muscle.
const MUSCLED: &str = r#"<mujoco model="arm"><option timestep="0.002" gravity="0 0 0"/>
<worldbody><body name="arm" pos="0 0 1">
    <joint name="elbow" axis="0 1 0" range="-60 60" damping="0.1"/>
    <geom name="forearm" type="capsule" size="0.03" fromto="0 0 0 0.3 0 0" mass="1"/>
</body></worldbody>
<tendon><fixed name="flexor"><joint joint="elbow" coef="0.03"/></fixed></tendon>
<actuator>
    <motor name="push" joint="elbow" ctrlrange="-1 1"/>
    <muscle name="flexor" tendon="flexor" ctrlrange="0 1" force="800" lengthrange="-0.04 0.04"
            range="0.6 1.4"/>
</actuator></mujoco>"#;

fn arm() -> BodySpec {
    BodySpec {
        mjcf: MUSCLED.into(),
        ..BodySpec::default()
    }
}

fn settling_for(seconds: f64) -> SceneSpec {
    SceneSpec {
        settling_time: Some(seconds),
        ..world(WORLD)
    }
}

#[test]
fn muscles_are_told_with_what_mujoco_makes_of_them() {
    let scene = plain(&world(WORLD), &arm()).unwrap();
    let info = &scene.info;
    assert_eq!((info.nu, info.na), (2, 1));
    assert_eq!(info.muscles.keys().collect::<Vec<_>>(), ["flexor"]);
    let muscle = &info.muscles["flexor"];
    assert_eq!((muscle.actuator, muscle.act, muscle.force), (1, 0, 800.0));
    assert_eq!(
        (muscle.lengthrange, muscle.range),
        ((-0.04, 0.04), (0.6, 1.4))
    );
    assert!((muscle.optimal_length - 0.1).abs() < 1e-12);
}

#[test]
fn an_undriven_actuator_keeps_what_the_task_writes() {
    let body = BodySpec {
        undriven: vec!["push".into()],
        ..arm()
    };
    let scene = plain(&world(WORLD), &body).unwrap();
    assert_eq!(scene.info.undriven, ["push"]);
    assert_eq!(scene.info.action.len(), 1);
    let mut physics = crate::physics::Physics::new(&scene).unwrap();
    physics.reset().unwrap();
    physics.views().ctrl[0] = 0.5;
    physics.apply_action(&[0.25]);
    assert_eq!(physics.ctrl(), [0.5, 0.25]);
    let unknown = BodySpec {
        undriven: vec!["posh".into()],
        ..arm()
    };
    let said = plain(&world(WORLD), &unknown).unwrap_err().to_string();
    assert!(said.contains("posh") && said.contains("push"), "{said}");
}

/// Activation approaches the input as MuJoCo's muscles do, and views show it.
#[test]
fn a_scene_settles_under_the_tone_that_it_names() {
    let settling = |settling| BodySpec {
        settling: Some(settling),
        ..arm()
    };
    let tone = Settling::Activation([("flexor".to_owned(), 0.2)].into());
    let scene = plain(&settling_for(0.1), &settling(tone)).unwrap();
    let mut physics = crate::physics::Physics::new(&scene).unwrap();
    physics.reset().unwrap();
    physics.settle().unwrap();
    physics.forward().unwrap();
    let views = physics.views();
    assert_eq!(
        (views.act.to_vec(), views.ctrl.to_vec()),
        (vec![0.2], vec![0.0, 0.2])
    );
    // F = -F0 (FL FV act + FP): it pulls.
    assert!(views.actuator_force[1] < 0.0);
    assert!((views.actuator_length[1] - 0.03 * views.qpos[0]).abs() < 1e-12);
    assert_eq!(views.act_dot.len(), 1);

    let action = Settling::Action(vec![0.0, 1.0]);
    let scene = plain(&settling_for(0.1), &settling(action)).unwrap();
    let mut physics = crate::physics::Physics::new(&scene).unwrap();
    physics.reset().unwrap();
    physics.settle().unwrap();
    assert!(physics.views().act[0] > 0.9);

    for (wrong, part) in [
        (
            Settling::Action(vec![0.0]),
            "has 1 values, the body takes 2",
        ),
        (
            Settling::Activation([("flexor".to_owned(), 2.0)].into()),
            "control range, 0 to 1",
        ),
        (
            Settling::Activation([("flaxor".to_owned(), 0.0)].into()),
            "flexor",
        ),
    ] {
        let said = plain(&settling_for(0.1), &settling(wrong)).unwrap_err();
        assert!(said.to_string().contains(part), "{said}");
    }
}

/// A saved simulation goes on bit by bit, activations and all that views show of muscles too.
#[test]
fn activations_are_saved_with_the_rest() {
    let scene = plain(&world(WORLD), &arm()).unwrap();
    let run = |physics: &mut crate::physics::Physics| {
        physics.apply_action(&[0.1, 0.7]);
        physics.step().unwrap();
        let views = physics.views();
        let arrays = [
            &*views.act,
            views.act_dot,
            views.actuator_length,
            views.actuator_velocity,
        ];
        arrays
            .concat()
            .iter()
            .map(|value| value.to_bits())
            .collect::<Vec<_>>()
    };
    let mut one = crate::physics::Physics::new(&scene).unwrap();
    one.reset().unwrap();
    run(&mut one);
    let saved = one.save();
    let mut other = crate::physics::Physics::new(&scene).unwrap();
    other.restore(&saved).unwrap();
    assert_eq!(one.views().act_dot, other.views().act_dot);
    assert_eq!(run(&mut one), run(&mut other));
}
