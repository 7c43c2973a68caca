"""A task of Angora as a Gymnasium environment."""

import functools
import operator

import gymnasium
import numpy as np
from gymnasium import spaces

from . import channel, host

# Frames per second of tasks whose control step has no unit.
UNKNOWN_RATE = 25


class AngoraEnv(gymnasium.Env):
    """A task in a process of angora-host.

    Args:
        task: its id, for example ``Reach-v1``.
        plugins: plugins to load beside those on angora-host's search path: files, folders or names.
        body: a body in place of the task's own.
        reward: a reward in place of the task's own.
        render_mode: ``rgb_array`` for pictures, of tasks over a scene.
        viewpoint: from where they are taken.
        size: their width and height, pixels.
        **settings: any setting of angora-host, as in a run's file: ``task_config={"velocity": False}``.

    The observation is that of the task's only sense, or a dictionary by the names of its senses.
    Pictures are bytes ``[height, width, channels]``, all else is float32. ``info`` has ``signals`` and
    ``reward_terms`` by name, and ``is_success`` where the task has such a signal.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": UNKNOWN_RATE}

    def __init__(self, task, plugins=(), body=None, reward=None, render_mode=None, viewpoint=None, size=None, **settings):
        command = host.command(task, plugins, body, reward, viewpoint, size, settings)
        self.client = channel.Client(command)
        self.angora_spec = spec = self.client.spec
        timestep = spec.get("control_timestep")
        modes = ["rgb_array"] if self.client.frame else []
        self.metadata = {"render_modes": modes, "render_fps": round(1 / timestep) if timestep else UNKNOWN_RATE}
        if render_mode is not None and render_mode not in modes:
            self.client.close()
            raise ValueError(f"{task} has no render_mode {render_mode!r}; it has {modes}")
        self.render_mode = render_mode
        self.senses = list(senses(spec, self.client.memory.sensation))
        inner = {name: space for name, space, _ in self.senses}
        self.observation_space = spaces.Dict(inner) if len(inner) > 1 else next(iter(inner.values()))
        self.action_space = action_space(spec["action"])

    def reset(self, *, seed=None, options=None):
        """Starts an episode; with a seed it is the one of that seed, else it follows from the last."""
        super().reset(seed=seed)
        if seed is None:
            seed = int(self.np_random.integers(1 << 63))
        self.client.memory.seed[channel.SEED] = seed
        self.client.ask(channel.RESET)
        return self.observation(), {"signals": self.signals()}

    def step(self, action):
        """One control step."""
        memory = self.client.memory
        memory.action[:] = np.ravel(action)
        self.client.ask(channel.STEP)
        ending = memory.fields[channel.ENDING]
        terms = dict(zip(self.angora_spec["reward_terms"], memory.terms.tolist()))
        # In the order in which angora-host adds them up.
        reward = functools.reduce(operator.add, terms.values())
        signals = self.signals()
        info = {"signals": signals, "reward_terms": terms}
        if "success" in signals:
            info["is_success"] = bool(signals["success"].any())
        return self.observation(), reward, ending == 1, ending == 2, info

    def render(self):
        """A picture of the scene, bytes ``[height, width, 3]``."""
        if self.render_mode is None:
            return None
        self.client.ask(channel.PICTURE)
        return self.client.memory.frame.reshape(self.client.frame).copy()

    def close(self):
        """Ends angora-host's process."""
        self.client.close()

    def observation(self):
        """The senses."""
        values = {name: area.astype(space.dtype) for name, space, area in self.senses}
        return values if len(values) > 1 else next(iter(values.values()))

    def signals(self):
        """The signals, by name."""
        values, at = {}, 0
        for signal in self.angora_spec["signals"]:
            values[signal["name"]] = self.client.memory.signals[at : at + signal["len"]].copy()
            at += signal["len"]
        return values


def senses(spec, sensation):
    """Name, space and place of each sense."""
    at = 0
    for sense in spec["sensations"]:
        shape, size = tuple(sense["shape"]), channel.sense_size(sense)
        picture = sense["sense"] == "vision" and len(shape) == 3
        low, high = sense.get("low"), sense.get("high")
        low, high = -np.inf if low is None else low, np.inf if high is None else high
        space = spaces.Box(low, high, shape, np.uint8 if picture else np.float32)
        yield sense["sense"], space, sensation[at : at + size].reshape(shape)
        at += size


def action_space(action):
    """The space of an action of a spec."""
    if action["type"] == "discrete":
        return spaces.Discrete(action["n"])
    if action["type"] == "multi-discrete":
        return spaces.MultiDiscrete(action["n"])
    return spaces.Box(np.array(action["low"], np.float32), np.array(action["high"], np.float32))
