"""Angora's tasks as Gymnasium environments.

    env = angora_gym.make("Reach-v1")
    env = gymnasium.make("angora_gym:angora/Reach-v1")

Both need the program angora-host, which ANGORA_HOST names, or which is on PATH.
"""

import warnings

import gymnasium

from .channel import Died
from .env import AngoraEnv
from .host import HostNotFound, tasks

__all__ = ["AngoraEnv", "Died", "HostNotFound", "make", "register", "tasks"]

NAMESPACE = "angora"


def make(task, **kwargs):
    """The environment of a task; the arguments are those of AngoraEnv."""
    register([task])
    return gymnasium.make(f"{NAMESPACE}/{task}", **kwargs)


def register(ids):
    """Registers tasks as ``angora/ID``; those of angora-host's search path are when this is imported."""
    for task in ids:
        name = f"{NAMESPACE}/{task}"
        if name not in gymnasium.registry:
            gymnasium.register(name, entry_point="angora_gym.env:AngoraEnv", kwargs={"task": task})


try:
    register(tasks())
except HostNotFound as missing:
    warnings.warn(f"no task of Angora is registered: {missing}", stacklevel=2)
