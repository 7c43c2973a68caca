//! What people are shown of a scene, and brains are not.

// MuJoCo's scenes are raw.
#![allow(unsafe_code)]

use crate::compose::{ComposedScene, name_of};
use crate::physics::Physics;
use crate::views::Views;
use mujoco_rs::{
    mujoco_c::{mjv_initGeom, mjvGeom},
    wrappers::fun::utility::{mju_mul_quat, mju_quat_2_mat, mju_rot_vec_quat},
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
/// what they feel. Ghosts on mocap bodies are where these are now, which a task may have moved
/// since the last evaluation.
#[derive(Debug, Clone)]
pub struct Dress {
    option: Box<MjvOption>,
    geoms: Vec<Part>,
    sites: Vec<Part>,
    pads: Vec<Pad>,
}

/// A geom or site.
#[derive(Debug, Clone, Copy)]
struct Part {
    visible: Visible,
    /// Of a ghost on a mocap body.
    hung: Option<Hung>,
}

/// Where a part is in the frame of a mocap body.
#[derive(Debug, Clone, Copy)]
struct Hung {
    mocap: usize,
    pos: [f64; 3],
    quat: [f64; 4],
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
        let part = |kind, id, body: i32, group: i32, pos: [f64; 3], quat: [f64; 4]| {
            let body = usize::try_from(body).unwrap_or(0);
            if ghostly(kind, id) || ghostly(MjtObjBase::mjOBJ_BODY, body) {
                let mocap = usize::try_from(model.body_mocapid()[body]).ok();
                let hung = mocap.map(|mocap| Hung { mocap, pos, quat });
                let visible = Visible::Ghost;
                return Part { visible, hung };
            }
            let visible = match group {
                ..SHOWN_GROUPS => Visible::Shown,
                _ => Visible::Hidden,
            };
            Part {
                visible,
                hung: None,
            }
        };
        let geom = |id: usize| {
            let (body, group) = (model.geom_bodyid()[id], model.geom_group()[id]);
            let (pos, quat) = (model.geom_pos()[id], model.geom_quat()[id]);
            part(MjtObjBase::mjOBJ_GEOM, id, body, group, pos, quat)
        };
        let site = |id: usize| {
            let (body, group) = (model.site_bodyid()[id], model.site_group()[id]);
            let (pos, quat) = (model.site_pos()[id], model.site_quat()[id]);
            part(MjtObjBase::mjOBJ_SITE, id, body, group, pos, quat)
        };
        Self {
            option: Box::new(MjvOption {
                geomgroup: [1; 6],
                sitegroup: [1; 6],
                ..MjvOption::default()
            }),
            geoms: (0..model.geom_bodyid().len()).map(geom).collect(),
            sites: (0..model.site_bodyid().len()).map(site).collect(),
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
        let views = physics.views();
        let mut kept = 0;
        for at in 0..count {
            let part = self.part(&geoms[at]);
            if part.visible == Visible::Hidden {
                continue;
            }
            geoms.swap(kept, at);
            if part.visible == Visible::Ghost {
                let ghost = &mut geoms[kept];
                ghost.rgba[3] = ghost.rgba[3].min(GHOST_OPACITY);
                ghost.transparent = 1;
                if let Some(hung) = part.hung {
                    hung.place(&views, ghost);
                }
            }
            kept += 1;
        }
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

    fn part(&self, geom: &mjvGeom) -> Part {
        let shown = Part {
            visible: Visible::Shown,
            hung: None,
        };
        let of = |parts: &[Part]| {
            let id = usize::try_from(geom.objid).ok();
            let found = id.and_then(|id| parts.get(id));
            found.copied().unwrap_or(shown)
        };
        if geom.objtype == MjtObjBase::mjOBJ_GEOM as i32 {
            of(&self.geoms)
        } else if geom.objtype == MjtObjBase::mjOBJ_SITE as i32 {
            of(&self.sites)
        } else {
            shown
        }
    }
}

impl Hung {
    /// Puts a geom where its mocap body is.
    fn place(&self, views: &Views<'_>, geom: &mut mjvGeom) {
        let (mut body, mut turn) = ([0.0; 3], [0.0; 4]);
        body.copy_from_slice(&views.mocap_pos[3 * self.mocap..3 * self.mocap + 3]);
        turn.copy_from_slice(&views.mocap_quat[4 * self.mocap..4 * self.mocap + 4]);
        let (mut pos, mut quat, mut mat) = ([0.0; 3], [0.0; 4], [0.0; 9]);
        mju_rot_vec_quat(&mut pos, &self.pos, &turn);
        mju_mul_quat(&mut quat, &turn, &self.quat);
        mju_quat_2_mat(&mut mat, &quat);
        geom.pos = [0, 1, 2].map(|axis| (body[axis] + pos[axis]) as f32);
        geom.mat = mat.map(|x| x as f32);
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
