"""What Gymnasium gives in its own process: the seed and the actions come in, all bits go out."""

import json
import sys

import gymnasium
import numpy as np

order = json.load(sys.stdin)
env = gymnasium.make(order["id"])
observation, _ = env.reset(seed=order["seed"])
steps = [{"observation": observation.view(np.uint32).tolist()}]
for action in order["actions"]:
    discrete = isinstance(env.action_space, gymnasium.spaces.Discrete)
    taken = int(action[0]) if discrete else np.array(action, np.float32)
    observation, reward, terminated, truncated, _ = env.step(taken)
    bits = int(np.float64(reward).view(np.uint64))
    ending = 1 if terminated else 2 if truncated else 0
    steps.append({"observation": observation.view(np.uint32).tolist(), "reward": bits, "ending": ending})
    if ending:
        break
json.dump(steps, sys.stdout)
