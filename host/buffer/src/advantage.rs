//! Generalised advantage estimation.

use crate::Rollout;

/// Advantages and value targets of a rollout (Schulman et al. 2016, eq. 16):
/// `delta_t = r_t + gamma V_{t+1} - V_t`, `A_t = sum_k (gamma lambda)^k delta_{t+k}`, target
/// `A_t + V_t`. The sum stops at the end of an episode. After a truncation V_{t+1} is the value of
/// the final sensation; after a termination it is 0. Sums are in f64.
pub fn generalised_advantages(rollout: &mut Rollout, discount: f64, gae_lambda: f64) {
    let environments = rollout.form.environments;
    for e in 0..environments {
        let mut next_value = f64::from(rollout.last_values[e]);
        let mut advantage = 0.0;
        for t in (0..rollout.form.horizon).rev() {
            let i = t * environments + e;
            if rollout.ended[i] {
                next_value = f64::from(rollout.bootstrap_values[i]);
                advantage = 0.0;
            }
            let value = f64::from(rollout.values[i]);
            let delta = f64::from(rollout.rewards[i]) + discount * next_value - value;
            advantage = delta + discount * gae_lambda * advantage;
            rollout.advantages[i] = advantage as f32;
            rollout.value_targets[i] = (advantage + value) as f32;
            next_value = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RolloutForm;

    fn empty(horizon: usize, environments: usize) -> Rollout {
        Rollout::new(RolloutForm {
            horizon,
            environments,
            sensation_len: 1,
            image_len: 0,
            action_len: 1,
            state_len: 0,
            chunk_length: 1,
            forgets: false,
        })
    }

    fn rollout(rewards: &[f32], values: &[f32], last: f32) -> Rollout {
        let mut rollout = empty(rewards.len(), 1);
        rollout.rewards.copy_from_slice(rewards);
        rollout.values.copy_from_slice(values);
        rollout.last_values[0] = last;
        rollout
    }

    /// Constant reward r and value v: delta = r + g v - v at each step, so
    /// A_t = delta (1 - (g l)^n) / (1 - g l) with n steps left.
    #[test]
    fn constant_reward_and_value_give_the_geometric_series() {
        let (r, v, g, l, n) = (1.0, 3.0, 0.99, 0.95, 20);
        let mut rollout = rollout(&[r as f32; 20], &[v as f32; 20], v as f32);
        rollout.estimate_advantages(g, l);
        let delta: f64 = r + g * v - v;
        for t in 0..n {
            let left = (n - t) as i32;
            let expected = delta * (1.0 - (g * l).powi(left)) / (1.0 - g * l);
            assert!((f64::from(rollout.advantages[t]) - expected).abs() < 1e-5);
            assert!((f64::from(rollout.value_targets[t]) - expected - v).abs() < 1e-5);
        }
    }

    /// lambda = 1: the target is the discounted return, with the last value behind it.
    #[test]
    fn lambda_one_gives_discounted_returns() {
        let mut rollout = rollout(&[1.0, 2.0, 3.0], &[0.5, -1.0, 7.0], 10.0);
        rollout.estimate_advantages(0.5, 1.0);
        // 3 + 0.5 * 10 = 8; 2 + 0.5 * 8 = 6; 1 + 0.5 * 6 = 4.
        assert_eq!(rollout.value_targets, [4.0, 6.0, 8.0]);
        assert_eq!(rollout.advantages, [3.5, 7.0, 1.0]);
    }

    #[test]
    fn terminated_episode_ends_the_sum_without_a_value() {
        let mut rollout = rollout(&[1.0, 1.0, 1.0], &[0.0; 3], 100.0);
        rollout.ended[1] = true;
        rollout.bootstrap_values[1] = 0.0;
        rollout.estimate_advantages(0.9, 1.0);
        // Step 2 belongs to the next episode: 1 + 0.9 * 100 = 91.
        let expected = [1.9, 1.0, 91.0];
        for (a, b) in rollout.value_targets.iter().zip(expected) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
    }

    #[test]
    fn truncated_episode_bootstraps_with_the_value_of_the_final_sensation() {
        let mut rollout = rollout(&[1.0, 1.0, 1.0], &[0.0; 3], 100.0);
        rollout.ended[1] = true;
        rollout.bootstrap_values[1] = 10.0;
        rollout.estimate_advantages(0.9, 1.0);
        // 1 + 0.9 * 10 = 10; 1 + 0.9 * 10 = 10.
        let expected = [10.0, 10.0, 91.0];
        for (a, b) in rollout.value_targets.iter().zip(expected) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
    }

    /// The definition itself, as a double sum in f64, on arbitrary numbers and two environments.
    #[test]
    fn agrees_with_the_double_sum() {
        let (horizon, environments, g, l) = (13, 2, 0.97, 0.9);
        let mut rollout = empty(horizon, environments);
        let mut x = 0.37_f64;
        let mut draw = || {
            x = (x * 997.0 + 0.123).fract();
            (x * 4.0 - 2.0) as f32
        };
        for i in 0..horizon * environments {
            rollout.rewards[i] = draw();
            rollout.values[i] = draw();
            rollout.bootstrap_values[i] = draw();
            rollout.ended[i] = i % 7 == 5;
        }
        rollout.last_values = vec![draw(), draw()];
        rollout.estimate_advantages(g, l);
        for e in 0..environments {
            for t in 0..horizon {
                let mut expected = 0.0;
                let mut weight = 1.0;
                for k in t..horizon {
                    let i = k * environments + e;
                    let next = if rollout.ended[i] {
                        rollout.bootstrap_values[i]
                    } else if k + 1 == horizon {
                        rollout.last_values[e]
                    } else {
                        rollout.values[i + environments]
                    };
                    let delta = f64::from(rollout.rewards[i]) + g * f64::from(next)
                        - f64::from(rollout.values[i]);
                    expected += weight * delta;
                    weight *= g * l;
                    if rollout.ended[i] {
                        break;
                    }
                }
                let got = f64::from(rollout.advantages[t * environments + e]);
                assert!(
                    (got - expected).abs() < 1e-5,
                    "t {t} e {e}: {got} {expected}"
                );
            }
        }
    }
}
