//! Chain codes, and the orientations of a block whose faces look along the axes.

use angora_sdk::{Random, Rotation};
use std::f64::consts::FRAC_PI_2;

/// The quarter turns of a code, in the world's frame.
pub fn turns(code: &str) -> Result<Vec<Rotation>, String> {
    code.split('_').map(turn).collect()
}

fn turn(letter: &str) -> Result<Rotation, String> {
    let axis = match letter {
        "r" => [1.0, 0.0, 0.0],
        "l" => [-1.0, 0.0, 0.0],
        "u" => [0.0, 1.0, 0.0],
        "d" => [0.0, -1.0, 0.0],
        "a" => [0.0, 0.0, 1.0],
        "c" => [0.0, 0.0, -1.0],
        _ => {
            return Err(format!(
                "{letter:?} is no turn; a chain is made of r, l, u, d, a and c with _ between them"
            ));
        }
    };
    Ok(Rotation::about(axis, FRAC_PI_2))
}

/// The orientation of a number below 24.
pub fn parallel(number: usize) -> Rotation {
    // One of six faces up, then one of four turns about the vertical.
    let face = match number / 4 {
        0 => Rotation::IDENTITY,
        1 => Rotation::about([1.0, 0.0, 0.0], 2.0 * FRAC_PI_2),
        2 => Rotation::about([1.0, 0.0, 0.0], FRAC_PI_2),
        3 => Rotation::about([1.0, 0.0, 0.0], -FRAC_PI_2),
        4 => Rotation::about([0.0, 1.0, 0.0], FRAC_PI_2),
        _ => Rotation::about([0.0, 1.0, 0.0], -FRAC_PI_2),
    };
    let quarter = FRAC_PI_2 * (number % 4) as f64;
    Rotation::about([0.0, 0.0, 1.0], quarter).after(face)
}

/// Puts the turns into a random order (Fisher and Yates).
pub fn shuffle(turns: &mut [Rotation], random: &mut Random) {
    for last in (1..turns.len()).rev() {
        turns.swap(last, random.index(last + 1));
    }
}

/// Which face looks up: 0 and 1 for +x and -x of the block, then y, then z.
pub fn face_up(rotation: Rotation) -> usize {
    // The world's vertical, in the frame of the block.
    let up = rotation.inverse().turn([0.0, 0.0, 1.0]);
    let axis = (0..3).fold(0, |best, i| {
        if up[i].abs() > up[best].abs() {
            i
        } else {
            best
        }
    });
    2 * axis + usize::from(up[axis] < 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_24_parallel_orientations_four_with_each_face_up() {
        let all: Vec<Rotation> = (0..24).map(parallel).collect();
        let mut faces = [0; 6];
        for (i, a) in all.iter().enumerate() {
            faces[face_up(*a)] += 1;
            for b in &all[..i] {
                assert!(a.angle_to(*b) > 1.5, "two are the same");
            }
        }
        assert_eq!(faces, [4; 6]);
    }

    #[test]
    fn opposite_letters_undo_each_other() {
        let all = turns("l_r_u_d_c_a").expect("a chain");
        for pair in all.chunks(2) {
            let both = pair[1].after(pair[0]);
            assert!(both.angle_to(Rotation::IDENTITY) < 1e-12);
        }
        // A quarter about +x brings the face that looked along +y up.
        let right = turns("r").expect("a chain")[0];
        assert_eq!(face_up(right), 2);
        assert!(turns("l__r").is_err() && turns("").is_err());
    }
}
