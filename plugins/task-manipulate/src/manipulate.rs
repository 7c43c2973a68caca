//! The task. It asks a body for the roles of a hand only.

use crate::chain::face_up;
use crate::config::{Config, GoalSense, TimeOut};
use crate::episode::{Episode, distance};
use crate::scene::Block;
use crate::variant::{Sight, Variant};
use angora_sdk::{
    Action, Ending, Fault, FaultCode, Hand, Observation, Physics, PhysicsMut, Proprioception,
    Random, Result, RoleKind, RoleRequest, Rotation, SceneModel, SceneSpec, SceneTask,
    SensationSpec, Sense, SignalSpec, Step, TaskSpec, Touch, sensation, signal, state, vision,
};

/// All variants.
#[derive(Debug, Clone)]
pub struct Manipulate {
    config: Config,
    variant: Variant,
    bound: Option<Bound>,
    /// Angle within which a goal is reached, at present, rad.
    success_angle: f64,
}

/// What belongs to one body.
#[derive(Debug, Clone)]
struct Bound {
    hand: Hand,
    block: Block,
    proprioception: Proprioception,
    touch: Option<Touch>,
    /// Control steps for each goal.
    steps_per_goal: u64,
    /// Places of the fingertips, m.
    places: Vec<f64>,
    episode: Episode,
}

impl Bound {
    fn new(model: &SceneModel, config: &Config) -> Result<Self> {
        let hand = Hand::bind(model)?;
        let steps = (config.seconds_per_goal / model.control_timestep).round();
        Ok(Self {
            block: Block::bind(model)?,
            proprioception: Proprioception::bind(model, "hand_joint")?,
            touch: Touch::bind(model)?,
            steps_per_goal: steps.max(1.0) as u64,
            places: vec![0.0; 3 * hand.fingers()],
            episode: Episode::default(),
            hand,
        })
    }

    /// Writes senses and signals.
    fn write(
        &mut self,
        config: &Config,
        variant: Variant,
        physics: Physics<'_, '_>,
        out: &mut Observation<'_>,
    ) -> Result<()> {
        let (position, rotation) = (self.block.position(physics), self.block.rotation(physics));
        let goal = self.episode.goal();
        match variant.sight {
            Sight::Cameras(_) => {}
            Sight::Told => pose(position, rotation, out.sense_mut(Sense::Vision)?),
            Sight::Noisy => {
                let (position, rotation) =
                    noisy(config, position, rotation, &mut self.episode.random);
                pose(&position, rotation, out.sense_mut(Sense::Vision)?);
            }
        }
        if let Some(touch) = &self.touch {
            touch.write(physics, out)?;
        }
        self.proprioception.write(physics, out)?;
        let left = goal.after(rotation.inverse()).canonical();
        let told = match config.goal_sense {
            GoalSense::Target => goal,
            GoalSense::Turn => left,
        };
        copy(&told.quaternion(), out.sense_mut(Sense::Goal)?);
        if variant.asymmetric {
            self.hand.fingertips(physics, &mut self.places);
            let receptors = out.sense_mut(Sense::Asymmetric)?;
            let (tips, rest) = receptors.split_at_mut(self.places.len());
            copy(&self.places, tips);
            copy(&left.quaternion(), &mut rest[..4]);
            copy(self.block.velocity(physics), &mut rest[4..10]);
            if variant.sight == Sight::Noisy {
                pose(position, rotation, &mut rest[10..]);
            }
        }
        let episode = &self.episode;
        out.signal("distance", &episode.distances[..1])?;
        out.signal("next_distance", &episode.distances[1..])?;
        out.signal("success", &[flag(episode.success)])?;
        out.signal("goals_reached", &[episode.reached as f64])?;
        out.signal("dropped", &[flag(episode.dropped)])?;
        out.signal("block_position", position)?;
        out.signal("block_rotation", &rotation.quaternion())?;
        out.signal("block_height", &[self.block.height(physics)])?;
        out.signal("face_up", &[face_up(rotation) as f64])?;
        out.signal("goal_rotation", &goal.quaternion())?;
        self.hand.write(physics, out)
    }

    fn senses(&self, variant: Variant) -> Vec<SensationSpec> {
        let mixed = |sense, receptors| SensationSpec {
            unit: "mixed".into(),
            ..sensation(sense, receptors)
        };
        let mut senses = Vec::new();
        if !variant.sees() {
            senses.push(mixed(Sense::Vision, 7));
        }
        senses.extend(self.touch.as_ref().map(Touch::sensation));
        senses.push(self.proprioception.sensation());
        senses.push(SensationSpec {
            low: Some(-1.0),
            high: Some(1.0),
            ..sensation(Sense::Goal, 4)
        });
        if variant.asymmetric {
            let pose = if variant.sight == Sight::Noisy { 7 } else { 0 };
            senses.push(mixed(Sense::Asymmetric, self.places.len() + 10 + pose));
        }
        senses
    }

    fn signals(&self) -> Vec<SignalSpec> {
        let mut signals = vec![
            signal("distance", 1, "rad"),
            signal("next_distance", 1, "rad"),
            signal("success", 1, ""),
            signal("goals_reached", 1, ""),
            signal("dropped", 1, ""),
            signal("block_position", 3, "m"),
            signal("block_rotation", 4, ""),
            signal("block_height", 1, "m"),
            signal("face_up", 1, ""),
            signal("goal_rotation", 4, ""),
        ];
        signals.extend(self.hand.signals());
        signals
    }
}

/// What `bind` left.
fn bound(bound: &mut Option<Bound>) -> Result<&mut Bound> {
    let missing = || Fault::new(FaultCode::Invalid, "the task was not bound to a body");
    bound.as_mut().ok_or_else(missing)
}

fn flag(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

fn copy(from: &[f64], to: &mut [f32]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = from as f32;
    }
}

/// Writes a place (m) and an orientation (w x y z, w not negative, so that an orientation always
/// looks the same).
fn pose(position: &[f64], rotation: Rotation, receptors: &mut [f32]) {
    let (place, orientation) = receptors.split_at_mut(3);
    copy(position, place);
    copy(&rotation.canonical().quaternion(), orientation);
}

/// A pose with an error: by a normal angle about a random axis, and by a fixed length in a random
/// direction.
fn noisy(
    config: &Config,
    position: &[f64],
    rotation: Rotation,
    random: &mut Random,
) -> ([f64; 3], Rotation) {
    let angle = config.rotation_noise * random.normal();
    let turn = Rotation::about(std::array::from_fn(|_| random.normal()), angle);
    let way: [f64; 3] = std::array::from_fn(|_| random.normal());
    let length = way.iter().map(|x| x * x).sum::<f64>().sqrt();
    let place = std::array::from_fn(|i| position[i] + config.position_noise * way[i] / length);
    (place, turn.after(rotation))
}

impl SceneTask for Manipulate {
    type Config = Config;

    fn new(id: &str, config: Config) -> Result<Self> {
        let config = config.checked()?;
        Ok(Self {
            variant: Variant::of(id),
            bound: None,
            success_angle: config.success_angle.at(0.0),
            config,
        })
    }

    fn scene(&self) -> SceneSpec {
        let request = |role: &str, kind, at_least| RoleRequest {
            role: role.into(),
            kind,
            at_least,
        };
        let pixels = self.config.pixels;
        SceneSpec {
            mjcf: include_str!("../assets/block.xml").into(),
            default_body: "shadow-hand".into(),
            default_reward: Some("manipulate".into()),
            roles: vec![
                request("hand_joint", RoleKind::Joint, 1),
                request("fingertip", RoleKind::Site, 2),
                request("palm_center", RoleKind::Site, 1),
            ],
            control_timestep: Some(0.08),
            settling_time: Some(0.08),
            vision: match self.variant.sight {
                Sight::Cameras(cameras) => Some(vision(cameras, pixels, pixels)),
                _ => None,
            },
            ..SceneSpec::default()
        }
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        let bound = Bound::new(model, &self.config)?;
        let spec = TaskSpec {
            sensations: bound.senses(self.variant),
            action: model.action.clone(),
            signals: bound.signals(),
            reward_terms: Vec::new(),
            max_episode_steps: Some(self.config.most_goals * bound.steps_per_goal),
            reward_threshold: None,
            control_timestep: Some(model.control_timestep),
            saves_state: true,
            ..TaskSpec::default()
        };
        self.bound = Some(bound);
        Ok(spec)
    }

    fn reset(&mut self, random: &mut Random, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        let config = &self.config;
        let bound = bound(&mut self.bound)?;
        bound.hand.rest(random, 0.0, physics);
        let noise: [f64; 3] = std::array::from_fn(|_| config.start_noise * random.normal());
        let place = std::array::from_fn(|i| config.block_start[i] + noise[i]);
        let rotation = bound.episode.begin(config, self.variant, random);
        bound.block.place(place, rotation, physics);
        bound.episode.next_goal(config, self.variant);
        Block::show(bound.episode.goal(), physics);
        Ok(())
    }

    fn accepts(&mut self, physics: Physics<'_, '_>) -> Result<bool> {
        let bound = bound(&mut self.bound)?;
        Ok(bound.block.position(physics)[2] > self.config.least_height)
    }

    fn observe(&mut self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        let (config, variant) = (&self.config, self.variant);
        let bound = bound(&mut self.bound)?;
        let episode = &mut bound.episode;
        let from = match config.as_angorapy {
            true => Rotation::new(episode.angorapy_pose),
            false => bound.block.rotation(physics),
        };
        episode.distances = [distance(config.as_angorapy, episode.goal(), from); 2];
        bound.write(config, variant, physics, out)
    }

    fn before_step(&mut self, _: Action<'_>, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        Block::show(bound(&mut self.bound)?.episode.goal(), physics);
        Ok(())
    }

    fn after_step(
        &mut self,
        _action: Action<'_>,
        physics: &mut PhysicsMut<'_, '_>,
        out: &mut Step<'_>,
    ) -> Result<Ending> {
        let (config, variant, physics) = (&self.config, self.variant, physics.read());
        let bound = bound(&mut self.bound)?;
        let rotation = bound.block.rotation(physics);
        let episode = &mut bound.episode;
        let away = distance(config.as_angorapy, episode.goal(), rotation);
        episode.steps += 1;
        episode.success = away < self.success_angle;
        episode.dropped = bound.block.height(physics) < 0.0;
        let mut done = false;
        if episode.success {
            episode.reached += 1;
            done = episode.reached >= config.most_goals || !episode.next_goal(config, variant);
        } else {
            episode.angorapy_pose = rotation.quaternion();
        }
        let from = match config.as_angorapy {
            true => Rotation::new(episode.angorapy_pose),
            false => rotation,
        };
        let ahead = distance(config.as_angorapy, episode.goal(), from);
        episode.distances = [away, ahead];
        let late = episode.steps >= bound.steps_per_goal;
        let dropped = episode.dropped;
        bound.write(config, variant, physics, out.observation())?;
        let final_end = config.as_angorapy || config.time_out == TimeOut::Terminated;
        Ok(match (dropped, done || late) {
            (true, _) => Ending::Terminated,
            (false, true) if final_end => Ending::Terminated,
            (false, true) => Ending::Truncated,
            (false, false) => Ending::None,
        })
    }

    fn set_progress(&mut self, progress: f64) -> Result<()> {
        self.success_angle = self.config.success_angle.at(progress);
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>> {
        match &self.bound {
            Some(bound) => state::save(&bound.episode),
            None => Ok(Vec::new()),
        }
    }

    fn restore(&mut self, saved: &[u8]) -> Result<()> {
        bound(&mut self.bound)?.episode = state::restore(saved)?;
        Ok(())
    }
}
