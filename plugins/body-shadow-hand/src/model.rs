//! The MJCF that the settings ask for.

use crate::config::{Config, Wrist};
use crate::parts::{WRIST_JOINTS, resting_angle};
use angora_sdk::TouchMode;

const MJCF: &str = include_str!("../assets/shadow-hand.xml");

/// How the lines of the model begin that only touch needs.
const TOUCH_LINES: [&str; 2] = ["<site name=\"T", "<touch "];
/// How the lines of the wrist's actuators begin.
const WRIST_ACTUATOR_LINES: [&str; 1] = ["<position name=\"A_WRJ"];

/// The model with every part that the settings leave in. Each part of the file that may be left
/// out is one line.
pub(crate) fn mjcf(config: &Config) -> String {
    let mut text = MJCF.to_owned();
    if config.touch == TouchMode::Off {
        text = without(&text, &TOUCH_LINES);
    }
    if config.wrist == Wrist::Frozen {
        text = without(&text, &WRIST_ACTUATOR_LINES);
        text = text.replace("</mujoco>", &format!("{}</mujoco>", wrist_holders()));
    }
    text
}

/// A text without the lines that begin so.
fn without(text: &str, beginnings: &[&str]) -> String {
    let stays = |line: &&str| {
        !beginnings
            .iter()
            .any(|beginning| line.trim_start().starts_with(beginning))
    };
    let lines: Vec<&str> = text.lines().filter(stays).collect();
    lines.join("\n") + "\n"
}

/// Constraints that hold the wrist where it rests.
fn wrist_holders() -> String {
    let hold = |joint: &str| {
        let angle = resting_angle(joint);
        format!("    <joint joint1=\"{joint}\" polycoef=\"{angle} 0 0 0 0\"/>\n")
    };
    let holders: String = WRIST_JOINTS.iter().copied().map(hold).collect();
    format!("  <equality>\n{holders}  </equality>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str, part: &str) -> usize {
        text.matches(part).count()
    }

    #[test]
    fn settings_take_out_their_parts_and_no_others() {
        let all = mjcf(&Config::default());
        assert_eq!(count(&all, "<touch "), 97);
        assert_eq!(count(&all, "<site name="), 103);
        assert_eq!(count(&all, "<position name="), 20);

        let numb = mjcf(&Config {
            touch: TouchMode::Off,
            ..Config::default()
        });
        assert_eq!(count(&numb, "<touch "), 0);
        assert_eq!(count(&numb, "<site name="), 6);
        assert_eq!(all.lines().count() - numb.lines().count(), 97 + 97);

        let frozen = mjcf(&Config {
            wrist: Wrist::Frozen,
            ..Config::default()
        });
        assert_eq!(count(&frozen, "<position name="), 18);
        assert!(
            frozen.contains("<joint joint1=\"WRJ1\" polycoef=\"-0.16514339750464327 0 0 0 0\"/>")
        );
        assert!(
            frozen.contains("<joint joint1=\"WRJ0\" polycoef=\"-0.31973286565062153 0 0 0 0\"/>")
        );
    }
}
