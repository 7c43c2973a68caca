"""An episode through angora_gym, in bits: what to play comes in as JSON."""

import json
import sys

import numpy as np

import angora_gym

order = json.load(sys.stdin)
env = angora_gym.make(order["task"], plugins=order["plugins"])


def senses(observation):
    """The bits of all senses, in the order of the contract."""
    if not isinstance(observation, dict):
        observation = {"only": observation}
    else:
        observation = {sense: observation[sense] for sense, _, _ in env.unwrapped.senses}
    return [bits for values in observation.values() for bits in values.ravel().view(np.uint32).tolist()]


observation, _ = env.reset(seed=order["seed"])
steps = [{"observation": senses(observation)}]
for action in order["actions"]:
    taken = int(action[0]) if env.action_space.shape == () else np.array(action, np.float32)
    observation, reward, terminated, truncated, _ = env.step(taken)
    ending = 1 if terminated else 2 if truncated else 0
    bits = int(np.float64(reward).view(np.uint64))
    steps.append({"observation": senses(observation), "reward": bits, "ending": ending})
    if ending:
        break
json.dump(steps, sys.stdout)
