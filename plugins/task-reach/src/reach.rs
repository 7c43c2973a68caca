//! The tasks. They ask a body for the roles of a hand only.

use crate::Config;
use crate::episode::Episode;
use crate::goal::{Meeting, distance, goal};
use angora_sdk::{
    Action, Ending, Fault, FaultCode, Hand, Observation, Physics, PhysicsMut, Proprioception,
    Random, Result, RoleKind, RoleRequest, SceneModel, SceneSpec, SceneTask, SensationSpec, Sense,
    Step, TaskSpec, Touch, parts, sensation, signal, state, vision,
};

/// Ghosts in the world, each a mocap body, for fingertips in their order.
const GHOSTS: usize = 8;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// Every fingertip at its place.
    Places,
    /// The thumb at a finger, wherever both are.
    Finger,
}

/// All six tasks.
#[derive(Debug, Clone)]
pub struct Reach {
    config: Config,
    kind: Goal,
    /// Whether a goal that is reached is followed by another.
    sequential: bool,
    /// Whether the brain sees the hand instead of being told where its fingertips are.
    visual: bool,
    bound: Option<Bound>,
    /// Distance at which a goal is reached, at present, m.
    success_distance: f64,
}

/// What belongs to one body.
#[derive(Debug, Clone)]
struct Bound {
    hand: Hand,
    proprioception: Proprioception,
    touch: Option<Touch>,
    /// Index of the palm.
    palm: usize,
    /// Distance to the goal of the last step and to the one that holds now, m.
    distances: [f64; 2],
    success: bool,
    places: Vec<f64>,
    episode: Episode,
}

impl Bound {
    fn new(model: &SceneModel) -> Result<Self> {
        let hand = Hand::bind(model)?;
        let fingers = hand.fingers();
        let palm = parts::bodies(model, "palm")?;
        Ok(Self {
            proprioception: Proprioception::bind(model, "hand_joint")?,
            touch: Touch::bind(model)?,
            palm: *palm
                .first()
                .ok_or_else(|| Fault::failed("nothing plays this role").on("palm"))?,
            distances: [0.0; 2],
            success: false,
            places: vec![0.0; 3 * fingers],
            episode: Episode::new(fingers),
            hand,
        })
    }

    /// Distance to the goal, m.
    fn distance(&self, kind: Goal) -> f64 {
        match kind {
            Goal::Places => distance(&self.places, &self.episode.goal),
            Goal::Finger => self.thumb_distance(self.episode.meeting.finger),
        }
    }

    fn thumb_distance(&self, finger: usize) -> f64 {
        let thumb = self.places.len() - 3;
        distance(
            &self.places[thumb..],
            &self.places[3 * finger..3 * finger + 3],
        )
    }

    /// Aims at what chance has decided.
    fn aim(&mut self, config: &Config, physics: Physics<'_, '_>) {
        let palm = &physics.xpos()[3 * self.palm..3 * self.palm + 3];
        let palm = [palm[0], palm[1], palm[2]];
        let Episode {
            meeting,
            start,
            goal: places,
            ..
        } = &mut self.episode;
        goal(config, meeting, palm, start, places);
    }
}

impl Reach {
    /// Writes senses and signals.
    fn write(&mut self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        let (kind, sequential, visual) = (self.kind, self.sequential, self.visual);
        let bound = bound(&mut self.bound)?;
        let episode = &bound.episode;
        if !visual {
            let places = out.sense_mut(Sense::Vision)?;
            copy(&bound.places, places);
        }
        if let Some(touch) = &bound.touch {
            touch.write(physics, out)?;
        }
        bound.proprioception.write(physics, out)?;
        let goal = out.sense_mut(Sense::Goal)?;
        match kind {
            Goal::Places => copy(&episode.goal, goal),
            Goal::Finger => {
                goal.fill(0.0);
                goal[episode.meeting.finger] = 1.0;
            }
        }
        out.signal("distance", &bound.distances[..1])?;
        out.signal("next_distance", &bound.distances[1..])?;
        out.signal("success", &[f64::from(u8::from(bound.success))])?;
        if sequential {
            out.signal("goals_reached", &[episode.reached as f64])?;
        }
        out.signal("target_finger", &[episode.meeting.finger as f64])?;
        for (finger, distance) in out.signal_mut("thumb_distance")?.iter_mut().enumerate() {
            *distance = bound.thumb_distance(finger);
        }
        if kind == Goal::Places {
            out.signal("goal_position", &episode.goal)?;
        }
        bound.hand.write(physics, out)
    }

    /// Shows where fingertips shall be: all goals, or the finger that is meant.
    fn show(&mut self, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        let kind = self.kind;
        let bound = bound(&mut self.bound)?;
        let finger = 3 * bound.episode.meeting.finger;
        let shown = match kind {
            Goal::Places => &bound.episode.goal[..],
            Goal::Finger => &bound.places[finger..finger + 3],
        };
        let ghosts = &mut physics.mocap_pos_mut()[..3 * GHOSTS];
        let n = shown.len().min(ghosts.len());
        ghosts[..n].copy_from_slice(&shown[..n]);
        Ok(())
    }

    fn senses(&self, bound: &Bound) -> Vec<SensationSpec> {
        let coordinates = 3 * bound.hand.fingers();
        let places = |sense| SensationSpec {
            unit: "m".into(),
            ..sensation(sense, coordinates)
        };
        let mut senses = Vec::new();
        if !self.visual {
            senses.push(places(Sense::Vision));
        }
        senses.extend(bound.touch.as_ref().map(Touch::sensation));
        senses.push(bound.proprioception.sensation());
        senses.push(match self.kind {
            Goal::Places => places(Sense::Goal),
            Goal::Finger => SensationSpec {
                low: Some(0.0),
                high: Some(1.0),
                ..sensation(Sense::Goal, bound.hand.fingers())
            },
        });
        senses
    }
}

/// What `bind` left.
fn bound(bound: &mut Option<Bound>) -> Result<&mut Bound> {
    let missing = || Fault::new(FaultCode::Invalid, "the task was not bound to a body");
    bound.as_mut().ok_or_else(missing)
}

fn copy(from: &[f64], to: &mut [f32]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = from as f32;
    }
}

impl SceneTask for Reach {
    type Config = Config;

    fn new(id: &str, config: Config) -> Result<Self> {
        let mut config = config.checked()?;
        let kind = if id.starts_with("Free") {
            // There is no finger to stay away from.
            config.still_probability = 0.0;
            Goal::Finger
        } else {
            Goal::Places
        };
        Ok(Self {
            kind,
            sequential: id.contains("Sequential"),
            visual: id.contains("Visual"),
            bound: None,
            success_distance: config.success_distance.at(0.0),
            config,
        })
    }

    fn scene(&self) -> SceneSpec {
        let request = |role: &str, kind, at_least| RoleRequest {
            role: role.into(),
            kind,
            at_least,
        };
        let reward = match (self.kind, self.sequential) {
            (Goal::Places, false) => "reach",
            (Goal::Places, true) => "sequential-reach",
            (Goal::Finger, false) => "free-reach",
            (Goal::Finger, true) => "sequential-free-reach",
        };
        let pixels = self.config.pixels;
        SceneSpec {
            mjcf: include_str!("../assets/bench.xml").into(),
            default_body: "shadow-hand".into(),
            default_reward: Some(reward.into()),
            roles: vec![
                request("hand_joint", RoleKind::Joint, 1),
                request("fingertip", RoleKind::Site, 2),
                request("palm", RoleKind::Body, 1),
            ],
            control_timestep: Some(0.02),
            vision: self.visual.then(|| vision(&["over"], pixels, pixels)),
            ..SceneSpec::default()
        }
    }

    fn bind(&mut self, model: &SceneModel) -> Result<TaskSpec> {
        let bound = Bound::new(model)?;
        let fingers = bound.hand.fingers();
        if let Some(finger) = self.config.finger
            && finger >= fingers - 1
        {
            let message = format!(
                "there is no finger {finger} beside the thumb; the body's are 0 to {}",
                fingers - 2
            );
            return Err(Fault::new(FaultCode::Config, message).on("finger"));
        }
        let mut signals = vec![
            signal("distance", 1, "m"),
            signal("next_distance", 1, "m"),
            signal("success", 1, ""),
        ];
        if self.sequential {
            signals.push(signal("goals_reached", 1, ""));
        }
        signals.push(signal("target_finger", 1, ""));
        signals.push(signal("thumb_distance", fingers - 1, "m"));
        if self.kind == Goal::Places {
            signals.push(signal("goal_position", 3 * fingers, "m"));
        }
        signals.extend(bound.hand.signals());
        let spec = TaskSpec {
            sensations: self.senses(&bound),
            action: model.action.clone(),
            signals,
            reward_terms: Vec::new(),
            max_episode_steps: Some(100),
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
        bound.hand.rest(random, config.start_noise, physics);
        if config.as_angorapy && !bound.episode.velocities.is_empty() {
            physics
                .qvel_mut()
                .copy_from_slice(&bound.episode.velocities);
        }
        bound.episode.meeting = Meeting::draw(config, bound.hand.fingers(), random);
        bound.episode.reached = 0;
        bound.episode.random = random.clone();
        Ok(())
    }

    fn observe(&mut self, physics: Physics<'_, '_>, out: &mut Observation<'_>) -> Result<()> {
        let (config, kind) = (&self.config, self.kind);
        let bound = bound(&mut self.bound)?;
        bound.hand.fingertips(physics, &mut bound.places);
        bound.episode.start.copy_from_slice(&bound.places);
        bound.aim(config, physics);
        bound.distances = [bound.distance(kind); 2];
        bound.success = false;
        self.write(physics, out)
    }

    fn before_step(&mut self, _: Action<'_>, physics: &mut PhysicsMut<'_, '_>) -> Result<()> {
        self.show(physics)
    }

    fn after_step(
        &mut self,
        _action: Action<'_>,
        physics: &mut PhysicsMut<'_, '_>,
        out: &mut Step<'_>,
    ) -> Result<Ending> {
        let (kind, sequential, within) = (self.kind, self.sequential, self.success_distance);
        let bound = bound(&mut self.bound)?;
        bound.hand.fingertips(physics.read(), &mut bound.places);
        let distance = bound.distance(kind);
        bound.success = distance < within;
        bound.distances = [distance; 2];
        if bound.success && sequential {
            self.next_goal(physics.read())?;
        }
        if self.config.as_angorapy
            && let Some(bound) = &mut self.bound
        {
            bound.episode.velocities.clear();
            bound.episode.velocities.extend_from_slice(physics.qvel());
        }
        self.write(physics.read(), out.observation())?;
        Ok(Ending::None)
    }

    fn set_progress(&mut self, progress: f64) -> Result<()> {
        self.success_distance = self.config.success_distance.at(progress);
        Ok(())
    }

    fn save(&self) -> Result<Vec<u8>> {
        match &self.bound {
            Some(bound) => state::save(&(&bound.episode, bound.distances, bound.success)),
            None => Ok(Vec::new()),
        }
    }

    fn restore(&mut self, saved: &[u8]) -> Result<()> {
        let (episode, distances, success) = state::restore(saved)?;
        let bound = bound(&mut self.bound)?;
        bound.episode = episode;
        bound.distances = distances;
        bound.success = success;
        Ok(())
    }
}

impl Reach {
    /// Another goal, for another finger than the last where there is a choice.
    fn next_goal(&mut self, physics: Physics<'_, '_>) -> Result<()> {
        let (config, kind) = (&self.config, self.kind);
        let bound = bound(&mut self.bound)?;
        bound.episode.reached += 1;
        let fingers = bound.hand.fingers();
        let last = bound.episode.meeting;
        bound.episode.meeting = Meeting::draw(config, fingers, &mut bound.episode.random);
        // The thumb is at the old finger already: the same goal again would be a gift.
        let choice = config.finger.is_none() && fingers > 2;
        if choice && !bound.episode.meeting.still && bound.episode.meeting.finger == last.finger {
            let step = 1 + bound.episode.random.index(fingers - 2);
            bound.episode.meeting.finger = (last.finger + step) % (fingers - 1);
        }
        bound.aim(config, physics);
        bound.distances[1] = bound.distance(kind);
        Ok(())
    }
}
