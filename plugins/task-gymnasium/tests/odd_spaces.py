"""Environments with all sorts of spaces, and some that fail, for the tests."""

import os
import signal

import gymnasium
import numpy as np
from gymnasium import spaces


class Constant(gymnasium.Env):
    """Observes the same each time, in any space, and is rewarded by the sum of its action."""

    def __init__(self, observation, value, action=None, info=None):
        self.observation_space, self.value, self.info = observation, value, info or {}
        self.action_space = action or spaces.Discrete(2)

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        return self.value, {}

    def step(self, action):
        assert self.action_space.contains(action), action
        return self.value, float(np.sum(action)), False, False, self.info


class Failing(Constant):
    """Raises or dies at the third step of an episode."""

    def __init__(self, how):
        super().__init__(spaces.Box(-1, 1, (1,)), np.zeros(1, np.float32))
        self.how, self.steps = how, 0

    def reset(self, seed=None, options=None):
        self.steps = 0
        return super().reset(seed=seed)

    def step(self, action):
        self.steps += 1
        if self.steps == 3 and self.how == "raise":
            return [][self.steps]
        if self.steps == 3 and self.how == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().step(action)


def dictionary():
    """Several senses, nested."""
    box = lambda *shape: spaces.Box(-1, 1, shape, np.float64)
    inner = spaces.Dict({"angle": box(2), "grip": spaces.Discrete(3, start=1)})
    space = spaces.Dict(
        {
            "arm": inner,
            "camera": spaces.Box(0, 255, (3, 5, 6), np.uint8),
            "desired_goal": box(2, 1),
            "skin": spaces.MultiBinary(3),
        }
    )
    picture = np.arange(90, dtype=np.uint8).reshape(3, 5, 6)
    value = {
        "arm": {"angle": np.array([0.25, -0.5]), "grip": 3},
        "camera": picture,
        "desired_goal": np.array([[0.75], [1.0]]),
        "skin": np.array([1, 0, 1], np.int8),
    }
    action = spaces.MultiDiscrete([3, 4], start=[10, 20])
    return Constant(space, value, action, {"is_success": True})


def register(name, make, **kwargs):
    gymnasium.register(f"odd/{name}-v0", entry_point=make, disable_env_checker=True, **kwargs)


BOX, ZERO = spaces.Box(-1, 1, (1,)), np.zeros(1, np.float32)
register("Dict", dictionary, max_episode_steps=7)
register("Ints", lambda: Constant(spaces.Box(0, 9, (2, 2), np.int64), np.arange(4).reshape(2, 2), spaces.Box(-2, 2, (2,), np.float64)))
register("Bits", lambda: Constant(spaces.MultiDiscrete([2, 3]), np.array([1, 2]), spaces.MultiBinary(3)))
register("Grey", lambda: Constant(spaces.Box(0, 255, (2, 3), np.uint8), np.full((2, 3), 200, np.uint8)))
register("Text", lambda: Constant(spaces.Text(5), "hello"))
register("Tuple", lambda: Constant(spaces.Dict({"pair": spaces.Tuple((BOX, BOX))}), None))
register("Graph", lambda: Constant(spaces.Graph(BOX, None), None))
register("Sequence", lambda: Constant(BOX, ZERO, spaces.Sequence(BOX)))
register("Unbounded", lambda: Constant(BOX, ZERO, spaces.Box(-np.inf, np.inf, (1,))))
register("Misshapen", lambda: Constant(BOX, np.zeros(3, np.float32)))
register("Raising", lambda: Failing("raise"))
register("Dying", lambda: Failing("die"))
