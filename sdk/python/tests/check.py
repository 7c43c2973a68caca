"""Gymnasium's own checks of environments: `check.py TASK...`, with angora-host as for anyone."""

import sys

import gymnasium
from gymnasium.utils.env_checker import check_env

import angora_gym

for task in sys.argv[1:]:
    env = gymnasium.make(f"angora_gym:angora/{task}")
    check_env(env.unwrapped)
    observation, info = env.reset(seed=5)
    again, _ = env.reset(seed=5)
    assert str(observation) == str(again), task
    _, reward, _, _, info = env.step(env.action_space.sample())
    assert abs(sum(info["reward_terms"].values()) - reward) < 1e-12, info
    env.close()

drawn = angora_gym.make("HalfCheetah-v5", render_mode="rgb_array", size=(64, 48))
drawn.reset(seed=1)
picture = drawn.render()
assert picture.shape == (48, 64, 3) and picture.std() > 1, picture.shape
drawn.close()

still = angora_gym.make("HalfCheetah-v5", task_config={"velocity": False})
assert still.observation_space.shape == (8,), still.observation_space
still.close()

for wrong, said in (
    (lambda: angora_gym.make("CartPole-v1", render_mode="rgb_array"), "has no render_mode"),
    (lambda: angora_gym.make("CartPole-v1", task_config={"velocty": 1}), "velocty"),
    (lambda: angora_gym.make("CartPol-v1"), "did you mean CartPole-v1"),
):
    try:
        wrong()
    except ValueError as error:
        assert said in str(error), error
    else:
        raise AssertionError(f"{said}: it was made")
print("checked", *sys.argv[1:])
