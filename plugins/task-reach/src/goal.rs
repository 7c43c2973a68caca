//! Where the fingertips shall go.

use crate::Config;
use angora_sdk::Random;
use serde::{Deserialize, Serialize};

/// What chance decides of a goal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Meeting {
    /// The finger that the thumb meets.
    pub finger: usize,
    /// Whether all fingers are to stay where they are instead.
    pub still: bool,
    /// Added to the meeting place, m.
    pub noise: [f64; 3],
}

impl Meeting {
    /// Draws one for a hand of `fingers` with the thumb.
    pub fn draw(config: &Config, fingers: usize, random: &mut Random) -> Self {
        let drawn = random.index(fingers - 1);
        let still = random.unit() < config.still_probability;
        let noise = std::array::from_fn(|_| config.meeting_noise * random.normal());
        Self {
            finger: config.finger.unwrap_or(drawn),
            still: still && config.finger.is_none(),
            noise,
        }
    }
}

/// Writes the goals of all fingertips (m) from where they are at the start of the episode, the
/// thumb last: thumb and finger come to `gap` before the meeting place on their straight ways, the
/// others stay. The rule is that of Plappert et al. 2018 (arXiv 1802.09464) with AngoraPy's meeting
/// place.
pub fn goal(config: &Config, meeting: &Meeting, palm: [f64; 3], start: &[f64], goal: &mut [f64]) {
    goal.copy_from_slice(start);
    if meeting.still {
        return;
    }
    let finger = 3 * meeting.finger;
    let thumb = start.len() - 3;
    let mut place: [f64; 3] = std::array::from_fn(|i| palm[i] + config.meeting_offset[i]);
    // Halfway towards the finger, across the hand.
    place[1] -= 0.5 * (place[1] - start[finger + 1]);
    for (coordinate, noise) in place.iter_mut().zip(meeting.noise) {
        *coordinate += noise;
    }
    for tip in [thumb, finger] {
        let way: [f64; 3] = std::array::from_fn(|i| place[i] - start[tip + i]);
        let length = norm(&way).max(f64::MIN_POSITIVE);
        for i in 0..3 {
            goal[tip + i] = place[i] - config.gap * way[i] / length;
        }
    }
}

/// Euclidean length.
pub fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Euclidean distance.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fingertips of the Shadow hand at rest and its palm, as facts of AngoraPy's model.
    const START: [f64; 15] = [
        0.45245, -0.00826, 0.01223, 0.44826, 0.02088, 0.01186, 0.44252, 0.04222, 0.01524, 0.4269,
        0.0662, 0.02429, 0.40971, -0.0495, 0.02172,
    ];
    const PALM: [f64; 3] = [0.28954, 0.00559, 0.0];

    #[test]
    fn thumb_and_finger_stop_just_before_they_meet_and_the_others_stay() {
        let meeting = Meeting {
            finger: 1,
            ..Meeting::default()
        };
        let mut reached = [0.0; 15];
        goal(&Config::default(), &meeting, PALM, &START, &mut reached);
        // The place by hand: (0.36954, 0.01559 - 0.5 (0.01559 - 0.02088), 0.05).
        let place = [0.36954, 0.018_235, 0.05];
        for tip in [3, 12] {
            let left = distance(&place, &reached[tip..tip + 3]);
            assert!((left - 0.005).abs() < 1e-12, "{left}");
            let way = distance(&START[tip..tip + 3], &place);
            let done = distance(&START[tip..tip + 3], &reached[tip..tip + 3]);
            assert!((done + left - way).abs() < 1e-12, "on the straight way");
        }
        for tip in [0, 6, 9] {
            assert_eq!(reached[tip..tip + 3], START[tip..tip + 3]);
        }
    }

    #[test]
    fn a_given_finger_is_always_meant_and_one_in_ten_goals_is_to_stay() {
        let (mut random, free) = (Random::new(1), Config::default());
        let forced = Config {
            finger: Some(2),
            ..Config::default()
        };
        let mut still = 0;
        let mut fingers = [0; 4];
        for _ in 0..4000 {
            let meeting = Meeting::draw(&free, 5, &mut random);
            still += usize::from(meeting.still);
            fingers[meeting.finger] += 1;
            let meeting = Meeting::draw(&forced, 5, &mut random);
            assert_eq!((meeting.finger, meeting.still), (2, false));
        }
        assert!((340..460).contains(&still), "{still}");
        assert!(
            fingers.iter().all(|n| (900..1100).contains(n)),
            "{fingers:?}"
        );
    }
}
