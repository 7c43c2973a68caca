"""The settings of PPO that all systems train with."""

import argparse
import json
import time

ENVIRONMENTS = 8
HORIZON = 2048
STEPS = ENVIRONMENTS * HORIZON
EPOCHS = 3
MINIBATCH = 64
LAYERS = [64, 64]  # tanh, of the policy and again of the value
DISCOUNT = 0.99
GAE_LAMBDA = 0.97
CLIP_RANGE = 0.2
GRADIENT_NORM = 0.5
VALUE_COEFFICIENT = 0.5  # of the squared error
# Sensations and rewards are normalised by running statistics and clipped here.
NORMALISED_LIMIT = 10.0

LEARNING_RATE = {"CartPole-v1": 1e-3, "HalfCheetah-v5": 3e-4, "HalfCheetah-v4": 3e-4}
ENTROPY_COEFFICIENT = {"CartPole-v1": 0.01, "HalfCheetah-v5": 0.0, "HalfCheetah-v4": 0.0}


def arguments(description):
    """The command line that all training_*.py share."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("--task", default="CartPole-v1", choices=list(LEARNING_RATE))
    parser.add_argument("--cycles", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


class Laps:
    """Prints a line of JSON for each cycle: wall and processor time of this process since the last."""

    def __init__(self):
        self.last = time.perf_counter(), time.process_time()

    def lap(self, episode_return=None):
        now = time.perf_counter(), time.process_time()
        wall, cpu = (after - before for after, before in zip(now, self.last))
        self.last = now
        lap = {"lap": [wall, cpu], "return": episode_return and round(float(episode_return), 1)}
        print(json.dumps(lap), flush=True)
