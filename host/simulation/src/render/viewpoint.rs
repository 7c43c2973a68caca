//! Named places to look from.

use super::{Camera, RenderError};
use crate::compose::{ComposedScene, camera_names};
use crate::physics::Physics;
use angora_core::suggest;
use mujoco_rs::wrappers::{MjModel, MjtJoint, MjtObjBase};

/// A place to look from: a camera of the model, or one that stands free and goes along with a body
/// that moves away.
#[derive(Debug, Clone)]
pub struct Viewpoint {
    name: String,
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    /// A camera of the model.
    Camera(String),
    /// On a sphere around what is looked at.
    Orbit {
        orbit: Orbit,
        /// Rigid body that is looked at in place of a fixed point.
        followed: Option<usize>,
    },
}

/// Where on a sphere.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Orbit {
    /// Azimuth of the view about z, counted from x, degrees.
    azimuth: f64,
    /// Elevation of the view, negative from above, degrees.
    elevation: f64,
    /// m.
    distance: f64,
    /// m.
    lookat: [f64; 3],
}

/// Viewpoints that every scene has: azimuth and elevation, degrees.
const FREE: [(&str, f64, f64); 4] = [
    ("angled", 35.0, -35.0),
    ("front", 180.0, -15.0),
    ("side", 90.0, -15.0),
    ("topdown", 0.0, -90.0),
];
/// Distance of the free viewpoints over the extent of the model, as in MuJoCo's viewer.
const DISTANCE: f64 = 1.5;

impl Viewpoint {
    /// Names of all viewpoints of a scene: its cameras, then those that every scene has.
    #[must_use]
    pub fn names(scene: &ComposedScene) -> Vec<String> {
        let free = FREE.iter().map(|(name, ..)| *name);
        camera_names(&scene.model)
            .chain(free)
            .map(str::to_owned)
            .collect()
    }

    /// The viewpoint of a name, or `AZIMUTH,ELEVATION,DISTANCE` with or without `,X,Y,Z` (degrees
    /// and m).
    ///
    /// # Errors
    /// [`RenderError::Camera`] for another name.
    pub fn new(scene: &ComposedScene, text: &str) -> Result<Self, RenderError> {
        let model = &scene.model;
        let free = FREE.iter().find(|(name, ..)| *name == text);
        let place = if camera_names(model).any(|name| name == text) {
            Place::Camera(text.to_owned())
        } else if let Some(&(_, azimuth, elevation)) = free {
            let orbit = Orbit {
                azimuth,
                elevation,
                distance: DISTANCE * model.stat().extent,
                lookat: model.stat().center,
            };
            Place::Orbit {
                orbit,
                followed: wanderer(scene),
            }
        } else if let Some(place) = orbit(model, text) {
            place
        } else {
            let names = Self::names(scene);
            let hint = suggest::hint(text, names.iter().map(String::as_str));
            return Err(RenderError::Camera {
                name: text.into(),
                hint: format!("{hint}; or AZIMUTH,ELEVATION,DISTANCE (degrees and m)"),
            });
        };
        Ok(Self {
            name: text.replace(',', "_"),
            place,
        })
    }

    /// Where to look from if nobody says: the first camera that the body brings, else `angled`.
    #[must_use]
    pub fn usual(scene: &ComposedScene) -> String {
        let own = |camera: &&str| {
            let id = scene.model.name_to_id(MjtObjBase::mjOBJ_CAMERA, camera);
            let body = id.and_then(|id| usize::try_from(scene.model.cam_bodyid()[id]).ok());
            body.is_some_and(|body| body >= scene.first_body)
        };
        let first = camera_names(&scene.model).find(own);
        first.unwrap_or(FREE[0].0).to_owned()
    }

    /// Its name, as a part of a file's.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Moves it around what it looks at, by degrees, and to a multiple of its distance. A camera
    /// of the model stays where it is.
    pub fn turn(&mut self, azimuth: f64, elevation: f64, distance: f64) {
        if let Place::Orbit { orbit, .. } = &mut self.place {
            orbit.azimuth = (orbit.azimuth + azimuth).rem_euclid(360.0);
            orbit.elevation = (orbit.elevation + elevation).clamp(-90.0, 90.0);
            orbit.distance *= distance;
        }
    }

    /// The camera, as things stand.
    ///
    /// # Errors
    /// [`RenderError::Camera`] for the physics of a model that lacks it.
    pub fn camera(&self, physics: &mut Physics) -> Result<Camera, RenderError> {
        match &self.place {
            Place::Camera(name) => Camera::named(physics.model(), name),
            Place::Orbit { orbit, followed } => {
                let mut lookat = orbit.lookat;
                if let Some(body) = followed {
                    lookat.copy_from_slice(&physics.views().xpos[3 * body..3 * body + 3]);
                }
                let Orbit {
                    azimuth,
                    elevation,
                    distance,
                    ..
                } = *orbit;
                Ok(Camera::orbit(lookat, distance, azimuth, elevation))
            }
        }
    }
}

/// A viewpoint in numbers.
fn orbit(model: &MjModel, text: &str) -> Option<Place> {
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| part.trim().parse().ok().filter(|x: &f64| x.is_finite()))
        .collect::<Option<_>>()?;
    let (view, lookat) = match numbers.as_slice() {
        [view @ .., x, y, z] if view.len() == 3 => (view, [*x, *y, *z]),
        view => (view, model.stat().center),
    };
    let [azimuth, elevation, distance] = *view else {
        return None;
    };
    let orbit = Orbit {
        azimuth,
        elevation,
        distance,
        lookat,
    };
    (distance > 0.0).then_some(Place::Orbit {
        orbit,
        followed: None,
    })
}

/// The first rigid body of the scene's body, if it can move away.
fn wanderer(scene: &ComposedScene) -> Option<usize> {
    let model = &scene.model;
    let joints = model.jnt_type().iter().zip(model.jnt_bodyid());
    let mut moving =
        joints.filter(|(kind, _)| matches!(kind, MjtJoint::mjJNT_FREE | MjtJoint::mjJNT_SLIDE));
    let first = moving.any(|(_, &body)| usize::try_from(body) == Ok(scene.first_body));
    first.then_some(scene.first_body)
}
