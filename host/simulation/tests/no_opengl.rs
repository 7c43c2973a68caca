//! A machine that cannot draw: it says what to install, and all that needs no picture works.
#![allow(clippy::unwrap_used, reason = "a test")]

use angora_plugin_api::{BodySpec, PhysicsOptions, SceneSpec};
use angora_simulation::{
    compose::compose,
    physics::Physics,
    render::{Quality, Renderer},
};
use serde_json::json;
use std::{env, fs, process::Command};

const CHILD: &str = "ANGORA_TEST_WITHOUT_OPENGL";

/// Runs this test again, in a process with a changed environment.
fn without(variable: &str, value: &str) -> String {
    let output = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "a_machine_without_opengl_says_what_to_install",
            "--nocapture",
        ])
        .env(CHILD, "1")
        .env(variable, value)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn a_machine_without_opengl_says_what_to_install() {
    if env::var_os(CHILD).is_some() {
        return child();
    }
    // No library: the loader finds files that are none. No driver: the library finds nobody.
    let folder = env::temp_dir().join(format!("angora-no-egl-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for name in ["libEGL.so.1", "libEGL.so"] {
        fs::write(folder.join(name), "not a library").unwrap();
    }
    let texts = [
        without("LD_LIBRARY_PATH", &folder.display().to_string()),
        without("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent.json"),
    ];
    fs::remove_dir_all(&folder).unwrap();
    for text in texts {
        assert!(
            text.contains("`apt-get install libegl1 libgl1-mesa-dri`"),
            "{text}"
        );
        assert!(text.contains("the ball fell to"), "{text}");
    }
}

/// Steps a scene, then tries to draw it.
fn child() {
    let scene: SceneSpec = serde_json::from_value(json!({
        "mjcf": "<mujoco><worldbody><camera name='top' pos='0 0 3'/></worldbody></mujoco>",
        "default_body": "any",
    }))
    .unwrap();
    let body: BodySpec = serde_json::from_value(json!({
        "mjcf": "<mujoco><worldbody><body><freejoint/><geom size='0.1'/></body></worldbody></mujoco>",
    }))
    .unwrap();
    let scene = compose(&scene, &[], &body, &[], &PhysicsOptions::default()).unwrap();
    let mut physics = Physics::new(&scene).unwrap();
    physics.reset().unwrap();
    for _ in 0..100 {
        physics.step().unwrap();
    }
    println!("the ball fell to {}", physics.qpos()[2]);
    let error = Renderer::new(physics.model(), 8, 8, Quality::Plain).unwrap_err();
    println!("{error}");
}
