//! Bodies that run, swim and stand up: walker, ant, swimmer and two humanoids.

mod ant;
mod humanoid;
mod parts;
mod swimmer;
mod walker2d;

pub use ant::Ant;
pub use humanoid::Humanoid;
pub use swimmer::Swimmer;
pub use walker2d::Walker2d;

angora_sdk::export_plugin! {
    body "walker2d" => Walker2d,
    body "walker2d-v4" => Walker2d,
    body "ant" => Ant,
    body "swimmer" => Swimmer,
    body "humanoid" => Humanoid,
    body "humanoid-standup" => Humanoid,
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_sdk::{Body, BodySpec, NoConfig};

    fn described<B: Body<Config = NoConfig>>(id: &str) -> BodySpec {
        B::describe(id, NoConfig {}).expect("describes")
    }

    #[test]
    fn every_part_of_a_role_is_named_in_the_model() {
        let bodies = [
            described::<Walker2d>("walker2d"),
            described::<Walker2d>("walker2d-v4"),
            described::<Ant>("ant"),
            described::<Swimmer>("swimmer"),
            described::<Humanoid>("humanoid"),
            described::<Humanoid>("humanoid-standup"),
        ];
        for body in bodies {
            for (name, role) in &body.roles {
                for part in &role.names {
                    let named = body.mjcf.contains(&format!("name=\"{part}\""));
                    assert!(named, "{name}: {part}");
                }
            }
        }
    }

    #[test]
    fn the_older_walker_has_a_right_foot_that_grips_less() {
        let newer = described::<Walker2d>("walker2d").mjcf;
        let older = described::<Walker2d>("walker2d-v4").mjcf;
        let feet = |mjcf: &str, friction: &str| mjcf.matches(friction).count();
        assert_eq!(feet(&newer, "friction=\"1.9 0.1 0.1\""), 2);
        assert_eq!(feet(&older, "friction=\"1.9 0.1 0.1\""), 1);
        let right = older.find("friction=\"0.9 0.1 0.1\"/>");
        assert!(right.expect("changed") < older.find("thigh_left").expect("there"));
    }
}
