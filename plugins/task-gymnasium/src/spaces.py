"""Gymnasium's spaces as what Angora knows: senses and actions."""

from functools import partial

import numpy as np
from gymnasium import spaces

SENSES = ("vision", "touch", "proprioception", "goal", "asymmetric")
# Senses of well-known keys; any other key is proprioception.
KEYS = {"desired_goal": "goal", **{sense: sense for sense in SENSES}}
TAKEN = "Dict of these, Box, Discrete, MultiDiscrete and MultiBinary"


class Refused(Exception):
    """What cannot be done, and the setting that it is about."""

    def __init__(self, field, message):
        super().__init__(message)
        self.field = field


def one_hot(value, out, starts, sizes):
    """Writes choices, each as zeros and a one."""
    out[:] = 0
    at = 0
    for choice, start, size in zip(np.ravel(value), starts, sizes):
        out[at + int(choice) - int(start)] = 1
        at += size


def copied(value, out):
    """Writes an array."""
    if getattr(value, "shape", None) != out.shape and np.shape(value) != out.shape:
        raise ValueError(f"an observation has the shape {np.shape(value)}, its space {out.shape}")
    out[...] = value


def moved(value, out):
    """Writes a picture whose channels come first."""
    out[...] = np.moveaxis(value, 0, -1)


class Part:
    """A leaf of the observation space: the sense that it goes to, and how it is written into an
    array of a shape."""

    def __init__(self, path, space, senses):
        self.path, self.low, self.high = path, 0.0, 1.0
        key = "/".join(path)
        picture = picture_shape(space)
        usual = "vision" if picture else "proprioception"
        self.sense = senses.get(key) or KEYS.get(path[-1] if path else "", usual)
        self.picture = picture if self.sense == "vision" else None
        if isinstance(space, spaces.Box):
            self.low, self.high = bound(space.low, np.min), bound(space.high, np.max)
        if isinstance(space, (spaces.Box, spaces.MultiBinary)):
            self.size = int(np.prod(space.shape))
            first = self.picture and len(space.shape) == 3 and self.picture != space.shape
            self.shape, self.write = (self.picture, moved) if first else (space.shape, copied)
        elif isinstance(space, (spaces.Discrete, spaces.MultiDiscrete)):
            sizes = np.ravel(space.n if isinstance(space, spaces.Discrete) else space.nvec)
            starts = np.broadcast_to(np.ravel(space.start), sizes.shape)
            self.size = int(sizes.sum())
            self.shape = (self.size,)
            self.write = partial(one_hot, starts=starts, sizes=[int(size) for size in sizes])
        else:
            where = f"{key!r} of the observation space" if key else "the observation space"
            raise Refused("id", f"{where} is {named(space)}; taken are {TAKEN}")

    def value(self, observation):
        """Its part of an observation."""
        for key in self.path:
            observation = observation[key]
        return observation


def named(space):
    """A space as a message names it."""
    text = f"{type(space).__name__} ({space})"
    return text if len(text) < 300 else text[:297] + "..."


def bound(values, extreme):
    """A bound of all values; none where one has none, or only that of its type."""
    value = float(extreme(values)) if values.size else 0.0
    return value if abs(value) < 1e30 else None


def picture_shape(space):
    """Height, width and channels, of a space of pictures: bytes from 0 to 255."""
    if not isinstance(space, spaces.Box) or space.dtype != np.uint8:
        return None
    shape = space.shape
    if len(shape) not in (2, 3) or space.low.min() != 0 or space.high.max() != 255:
        return None
    if len(shape) == 2:
        return (*shape, 1)
    first = shape[0] in (1, 3, 4) and shape[2] not in (1, 3, 4)
    return (*shape[1:], shape[0]) if first else shape


def leaves(space, path=()):
    """The leaves of nested dictionaries, in their order."""
    if isinstance(space, spaces.Dict):
        for key, inner in space.spaces.items():
            yield from leaves(inner, (*path, str(key)))
    else:
        yield path, space


def observation_parts(space, senses):
    """The parts of an observation in the order of the senses, and the senses as a spec has them."""
    parts = [Part(path, inner, senses) for path, inner in leaves(space)]
    keys = ["/".join(part.path) for part in parts]
    for key in senses:
        if key not in keys:
            raise Refused("senses", f"there is no observation {key!r}; there are {keys}")
    parts.sort(key=lambda part: SENSES.index(part.sense))
    specs = []
    for sense in SENSES:
        mine = [part for part in parts if part.sense == sense and part.size]
        if not mine:
            continue
        if len(mine) > 1 and any(part.picture for part in mine):
            names = ["/".join(part.path) for part in mine]
            message = f"{names} would all be vision; a sense is one picture: give others to another sense"
            raise Refused("senses", message)
        low, high = [part.low for part in mine], [part.high for part in mine]
        size = sum(part.size for part in mine)
        spec = {"sense": sense, "shape": list(mine[0].picture or (size,)), "unit": ""}
        if None not in low:
            spec["low"] = min(low)
        if None not in high:
            spec["high"] = max(high)
        specs.append(spec)
    if not specs:
        raise Refused("id", f"there is nothing to observe in {named(space)}")
    return [part for part in parts if part.size], specs


def action_form(space):
    """The action as a spec has it, and what makes Gymnasium's of its numbers."""
    if isinstance(space, spaces.Box):
        low, high = np.ravel(space.low).astype(float), np.ravel(space.high).astype(float)
        if not (np.isfinite(low).all() and np.isfinite(high).all() and (low < high).all()):
            message = f"the action space is {named(space)}; the bounds of an action are finite and in order (gymnasium.wrappers.RescaleAction gives such)"
            raise Refused("id", message)
        spec = {"type": "box", "low": low.tolist(), "high": high.tolist()}
        return spec, lambda values: values.astype(space.dtype).reshape(space.shape)
    if isinstance(space, spaces.Discrete):
        start, kind = int(space.start), space.dtype.type
        return {"type": "discrete", "n": int(space.n)}, lambda values: kind(values.item(0)) + start if start else kind(values.item(0))
    if isinstance(space, spaces.MultiDiscrete):
        spec = {"type": "multi-discrete", "n": [int(n) for n in np.ravel(space.nvec)]}
        return spec, lambda values: values.astype(space.dtype).reshape(space.shape) + space.start
    if isinstance(space, spaces.MultiBinary):
        spec = {"type": "multi-discrete", "n": [2] * int(np.prod(space.shape))}
        return spec, lambda values: values.astype(space.dtype).reshape(space.shape)
    taken = "Box, Discrete, MultiDiscrete and MultiBinary"
    raise Refused("id", f"the action space is {named(space)}; taken are {taken}")
