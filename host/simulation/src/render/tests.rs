#![allow(clippy::unwrap_used, reason = "a test")]

use super::*;
use crate::compose::compose;
use angora_plugin_api::{BodySpec, PhysicsOptions, SceneSpec};
use serde_json::json;
use std::thread;

mod dressed;

/// A red tile in the corner of x and y, a blue one opposite, and a camera straight above that
/// shows 3 m x 2 m; all light is ambient.
const WORLD: &str = r#"<mujoco model="tiles">
<visual><headlight ambient="1 1 1" diffuse="0 0 0" specular="0 0 0"/></visual>
<worldbody>
    <camera name="above" pos="0 0 2" projection="orthographic" fovy="2"/>
    <geom type="box" pos="1 0.5 0" size="0.3 0.3 0.01" rgba="1 0 0 1"/>
    <geom type="box" pos="-1 -0.5 0" size="0.3 0.3 0.01" rgba="0 0 1 1"/>
</worldbody></mujoco>"#;

/// A green tile that slides along x and carries a camera.
const BODY: &str = r#"<mujoco model="sledge"><worldbody><body name="sledge">
    <joint name="way" type="slide" axis="1 0 0"/>
    <geom type="box" size="0.2 0.2 0.02" rgba="0 1 0 1"/>
    <camera name="aboard" pos="0 0 2" projection="orthographic" fovy="2"/>
</body></worldbody></mujoco>"#;

const HEIGHT: usize = 40;
const WIDTH: usize = 60;
/// How far a driver may round a colour.
const TOLERANCE: i16 = 2;

/// The sledge at a place, m, and nothing else moving.
pub(crate) fn physics(x: f64) -> Physics {
    physics_of(WORLD, x)
}

fn physics_of(world: &str, x: f64) -> Physics {
    let scene: SceneSpec =
        serde_json::from_value(json!({ "mjcf": world, "default_body": "any" })).unwrap();
    let body: BodySpec = serde_json::from_value(json!({ "mjcf": BODY })).unwrap();
    let scene = compose(&scene, &[], &body, &[], &PhysicsOptions::default()).unwrap();
    let mut physics = Physics::new(&scene).unwrap();
    physics.place(0.0, &[x], &[0.0], &[0.0]).unwrap();
    physics.forward().unwrap();
    physics
}

fn renderer(physics: &Physics, quality: Quality) -> Renderer {
    Renderer::new(physics.model(), HEIGHT, WIDTH, quality).unwrap()
}

/// What the camera sees of the sledge at x.
fn seen(camera: &str, x: f64) -> Vec<u8> {
    let mut physics = physics(x);
    let camera = Camera::named(physics.model(), camera).unwrap();
    let mut renderer = renderer(&physics, Quality::Plain);
    renderer.draw(&mut physics, &camera).unwrap().to_vec()
}

/// The colour at a place of the picture: m to the right and up from its middle.
fn colour(picture: &[u8], right: f64, up: f64) -> [u8; 3] {
    let pixels_per_metre = HEIGHT as f64 / 2.0;
    let column = (WIDTH as f64 / 2.0 + right * pixels_per_metre) as usize;
    let row = (HEIGHT as f64 / 2.0 - up * pixels_per_metre) as usize;
    let at = 3 * (row * WIDTH + column);
    [picture[at], picture[at + 1], picture[at + 2]]
}

#[track_caller]
fn shows(picture: &[u8], (right, up): (f64, f64), expected: [u8; 3]) {
    let found = colour(picture, right, up);
    let near = |(a, b): (&u8, &u8)| (i16::from(*a) - i16::from(*b)).abs() <= TOLERANCE;
    assert!(
        found.iter().zip(&expected).all(near),
        "{found:?} at {right} right, {up} up; expected {expected:?}"
    );
}

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const BLACK: [u8; 3] = [0, 0, 0];

#[test]
fn a_picture_has_its_colours_where_things_are() {
    let picture = seen("above", 0.0);
    assert_eq!(picture.len(), 3 * HEIGHT * WIDTH);
    shows(&picture, (1.0, 0.5), RED);
    shows(&picture, (-1.0, -0.5), BLUE);
    shows(&picture, (0.0, 0.0), GREEN);
    for corner in [(-1.0, 0.5), (1.0, -0.5), (0.0, 0.9), (0.5, 0.0)] {
        shows(&picture, corner, BLACK);
    }
    // The edge of a tile, to the pixel: 0.3 m are 6 pixels.
    shows(&picture, (1.0, 0.78), RED);
    shows(&picture, (1.0, 0.83), BLACK);
}

#[test]
fn what_moves_moves_in_the_picture_and_a_camera_aboard_moves_along() {
    let above = seen("above", 0.6);
    shows(&above, (0.6, 0.0), GREEN);
    shows(&above, (0.0, 0.0), BLACK);
    shows(&above, (1.0, 0.5), RED);
    let aboard = seen("aboard", 0.6);
    shows(&aboard, (0.0, 0.0), GREEN);
    shows(&aboard, (0.4, 0.5), RED);
}

#[test]
fn free_cameras_look_from_where_they_are_told() {
    let mut physics = physics(0.0);
    let mut renderer = renderer(&physics, Quality::Plain);
    // Along y from the side of negative y: x to the right, tiles edge on, the blue one nearer.
    let side = Camera::orbit([0.0, -0.5, 0.0], 4.0, 90.0, -20.0);
    let picture = renderer.draw(&mut physics, &side).unwrap().to_vec();
    let columns = |wanted: [u8; 3]| -> Vec<usize> {
        let pixels = picture.chunks_exact(3).enumerate();
        pixels
            .filter(|(_, pixel)| *pixel == wanted)
            .map(|(at, _)| at % WIDTH)
            .collect()
    };
    let (red, blue) = (columns(RED), columns(BLUE));
    assert!(!red.is_empty() && !blue.is_empty());
    assert!(blue.iter().max() < red.iter().min());
    assert!(blue.len() > red.len(), "what is nearer is larger");

    let free = Camera::free(physics.model());
    let picture = renderer.draw(&mut physics, &free).unwrap();
    for colour in [RED, GREEN, BLUE] {
        assert!(picture.chunks_exact(3).any(|pixel| pixel == colour));
    }
}

#[test]
fn pictures_are_the_same_on_every_thread_at_the_same_time() {
    let expected: Vec<Vec<u8>> = [0.0, 0.3].map(|x| seen("above", x)).into();
    let expected = &expected;
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(move || {
                let mut physics = [0.0, 0.3].map(physics);
                let mut renderers = physics.each_ref().map(|p| renderer(p, Quality::Plain));
                for _ in 0..50 {
                    for i in [0, 1] {
                        let camera = Camera::named(physics[i].model(), "above").unwrap();
                        let picture = renderers[i].draw(&mut physics[i], &camera).unwrap();
                        assert!(picture == expected[i]);
                    }
                }
            });
        }
    });
}

#[test]
fn a_renderer_goes_from_thread_to_thread() {
    let mut physics = physics(0.0);
    let mut renderer = renderer(&physics, Quality::Plain);
    let camera = Camera::named(physics.model(), "above").unwrap();
    let expected = renderer.draw(&mut physics, &camera).unwrap().to_vec();
    for _ in 0..3 {
        (renderer, physics) = thread::scope(|scope| {
            let (camera, expected) = (&camera, &expected);
            let other = scope.spawn(move || {
                assert!(renderer.draw(&mut physics, camera).unwrap() == expected);
                (renderer, physics)
            });
            other.join().unwrap()
        });
        assert!(renderer.draw(&mut physics, &camera).unwrap() == expected);
    }
    // The last owner may live on another thread than the first.
    thread::spawn(move || drop(renderer)).join().unwrap();
}

#[test]
fn quality_decides_whether_edges_are_smooth() {
    let turned = WORLD.replace(
        "size=\"0.3 0.3 0.01\"",
        "size=\"0.3 0.3 0.01\" euler=\"0 0 20\"",
    );
    let mut physics = physics_of(&turned, 0.0);
    let camera = Camera::named(physics.model(), "above").unwrap();
    let mut between = |quality| {
        let mut renderer = renderer(&physics, quality);
        let picture = renderer.draw(&mut physics, &camera).unwrap();
        let reds = picture.chunks_exact(3).map(|pixel| pixel[0]);
        reds.filter(|red| (10..246).contains(red)).count()
    };
    assert_eq!(between(Quality::Plain), 0);
    assert!(between(Quality::Fine) > 10);
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let mut sledge = physics(0.0);
    let unknown = Camera::named(sledge.model(), "abord").unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "there is no camera \"abord\"; did you mean aboard?"
    );
    for (height, width) in [(0, 10), (10, 0), (10, 10_000)] {
        let refused = Renderer::new(sledge.model(), height, width, Quality::Plain).unwrap_err();
        assert_eq!(refused, RenderError::Size { height, width });
    }
    let coarse = WORLD.replace("<visual>", "<visual><quality numslices='-1'/>");
    let coarse = physics_of(&coarse, 0.0);
    let refused = Renderer::new(coarse.model(), 8, 8, Quality::Plain).unwrap_err();
    assert!(
        refused.to_string().contains("numslices=\"-1\""),
        "{refused}"
    );

    let other = physics(0.0);
    let camera = Camera::free(other.model());
    let mut renderer = renderer(&other, Quality::Plain);
    let refused = renderer.draw(&mut sledge, &camera).unwrap_err();
    assert_eq!(refused, RenderError::OtherModel);
}
