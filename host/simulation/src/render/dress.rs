//! What people are shown of a scene, and brains are not.

// MuJoCo's scenes are raw.
#![allow(unsafe_code)]

use crate::compose::{ComposedScene, name_of};
use crate::physics::Physics;
use mujoco_rs::{
    mujoco_c::{mjv_initGeom, mjvGeom},
    wrappers::{MjtGeomBase, MjtObjBase, MjtSensor, MjvOption, MjvScene},
};
use std::slice;

/// How the name of a ghost begins: a geom or site that shows a goal and is part of nothing.
const GHOST: &str = "ghost";
/// Opacity of a ghost that has none of its own.
const GHOST_OPACITY: f32 = 0.4;
/// Groups that MuJoCo shows by itself; ghosts are shown whatever their group is.
const SHOWN_GROUPS: i32 = 3;
/// The role whose sensors are lit.
const TOUCH: &str = "touch";
/// A force that lights a sensor up fully, N.
const FULL_FORCE: f64 = 5.0;
/// Size of a touch sensor as it is drawn, against that of the space in which it feels.
const PAD_SIZE: f64 = 0.8;

/// A scene as people are shown it: geoms and sites whose own name or whose body's begins with
/// `ghost` are translucent and never hidden, and a body's touch sensors are pads which glow with
/// what they feel.
#[derive(Debug, Clone)]
pub struct Dress {
    option: Box<MjvOption>,
    geoms: Vec<Visible>,
    sites: Vec<Visible>,
    pads: Vec<Pad>,
}

/// Whether a part is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visible {
    Hidden,
    Shown,
    Ghost,
}

/// A touch sensor.
#[derive(Debug, Clone, Copy)]
struct Pad {
    site: usize,
    /// Address of its value.
    address: usize,
    shape: MjtGeomBase,
    size: [f64; 3],
}

impl Dress {
    /// Of a scene.
    #[must_use]
    pub fn new(scene: &ComposedScene) -> Self {
        let model = &scene.model;
        let ghostly = |kind, id| name_of(model, kind, id).starts_with(GHOST);
        let visible = |kind, id, body: i32, group: i32| {
            let of_ghost =
                usize::try_from(body).is_ok_and(|body| ghostly(MjtObjBase::mjOBJ_BODY, body));
            match () {
                () if of_ghost || ghostly(kind, id) => Visible::Ghost,
                () if group < SHOWN_GROUPS => Visible::Shown,
                () => Visible::Hidden,
            }
        };
        let geoms = model.geom_bodyid().iter().zip(model.geom_group());
        let sites = model.site_bodyid().iter().zip(model.site_group());
        Self {
            option: Box::new(MjvOption {
                geomgroup: [1; 6],
                sitegroup: [1; 6],
                ..MjvOption::default()
            }),
            geoms: (geoms.enumerate())
                .map(|(id, (&body, &group))| visible(MjtObjBase::mjOBJ_GEOM, id, body, group))
                .collect(),
            sites: (sites.enumerate())
                .map(|(id, (&body, &group))| visible(MjtObjBase::mjOBJ_SITE, id, body, group))
                .collect(),
            pads: pads(scene),
        }
    }

    /// What MuJoCo is asked to show, of which [`put_on`](Self::put_on) takes some away.
    pub(super) fn option(&self) -> &MjvOption {
        &self.option
    }

    /// Changes a scene that shows the physics as it is.
    pub(super) fn put_on(&self, physics: &mut Physics, scene: &mut MjvScene) {
        // SAFETY: only fields of geoms and their number are changed.
        let raw = unsafe { scene.ffi_mut() };
        let count = usize::try_from(raw.ngeom).unwrap_or(0);
        let room = usize::try_from(raw.maxgeom).unwrap_or(0);
        if raw.geoms.is_null() || count > room {
            return;
        }
        // SAFETY: the scene owns `maxgeom` geoms, all of them written when it was made or filled.
        let geoms = unsafe { slice::from_raw_parts_mut(raw.geoms, room) };
        let mut kept = 0;
        for at in 0..count {
            let visible = self.visible(&geoms[at]);
            if visible == Visible::Hidden {
                continue;
            }
            geoms.swap(kept, at);
            if visible == Visible::Ghost {
                let opacity = &mut geoms[kept].rgba[3];
                *opacity = opacity.min(GHOST_OPACITY);
                geoms[kept].transparent = 1;
            }
            kept += 1;
        }
        let views = physics.views();
        for (pad, geom) in self.pads.iter().zip(&mut geoms[kept..]) {
            let (site, force) = (pad.site, views.sensordata[pad.address]);
            pad.draw(
                force,
                &views.site_xpos[3 * site..3 * site + 3],
                &views.site_xmat[9 * site..9 * site + 9],
                geom,
            );
            kept += 1;
        }
        raw.ngeom = i32::try_from(kept).unwrap_or(raw.ngeom);
    }

    fn visible(&self, geom: &mjvGeom) -> Visible {
        let of = |parts: &[Visible]| {
            let id = usize::try_from(geom.objid).ok();
            let found = id.and_then(|id| parts.get(id));
            found.copied().unwrap_or(Visible::Shown)
        };
        if geom.objtype == MjtObjBase::mjOBJ_GEOM as i32 {
            of(&self.geoms)
        } else if geom.objtype == MjtObjBase::mjOBJ_SITE as i32 {
            of(&self.sites)
        } else {
            Visible::Shown
        }
    }
}

/// The touch sensors of the body: those that play its role, or all where none does.
fn pads(scene: &ComposedScene) -> Vec<Pad> {
    let model = &scene.model;
    let index = |value: i32| usize::try_from(value).unwrap_or(0);
    let role = scene.info.roles.get(TOUCH);
    let plays = |id: usize| {
        let name = model.id_to_name(MjtObjBase::mjOBJ_SENSOR, id);
        role.is_none_or(|role| role.names.iter().any(|own| Some(own.as_str()) == name))
    };
    let sensors = model.sensor_type().iter().enumerate();
    sensors
        .filter(|(id, kind)| **kind == MjtSensor::mjSENS_TOUCH && plays(*id))
        .map(|(id, _)| {
            let site = index(model.sensor_objid()[id]);
            Pad {
                site,
                address: index(model.sensor_adr()[id]),
                shape: model.site_type()[site],
                size: model.site_size()[site],
            }
        })
        .collect()
}

impl Pad {
    /// The pad as a cushion in its place: dull where it feels nothing, from yellow to red, and
    /// glowing, where it does.
    fn draw(&self, force: f64, place: &[f64], turn: &[f64], geom: &mut mjvGeom) {
        let lit = (force.max(0.0).ln_1p() / FULL_FORCE.ln_1p()).min(1.0) as f32;
        let size = match self.shape {
            MjtGeomBase::mjGEOM_BOX | MjtGeomBase::mjGEOM_ELLIPSOID => {
                self.size.map(|half| PAD_SIZE * half)
            }
            _ => [self.size[0]; 3],
        };
        let rgba = if lit > 0.0 {
            [1.0, 0.8 - 0.7 * lit, 0.1, 0.55 + 0.4 * lit]
        } else {
            [0.35, 0.4, 0.48, 0.15]
        };
        let (mut pos, mut mat) = ([0.0; 3], [0.0; 9]);
        pos.copy_from_slice(place);
        mat.copy_from_slice(turn);
        let shape = MjtGeomBase::mjGEOM_ELLIPSOID as i32;
        // SAFETY: all point to values of the sizes that MuJoCo takes.
        unsafe { mjv_initGeom(geom, shape, &size, &pos, &mat, &rgba) };
        geom.emission = 0.8 * lit;
        geom.transparent = 1;
    }
}
