"""PufferLib's trainer with the settings of settings.py; a line of JSON for each cycle.

It is no plain PPO: advantages are computed anew over the whole batch before each minibatch, and a
minibatch of 64 is one stretch of 64 steps of an environment.
"""

import contextlib
import functools
import io
import os
import tempfile

import gymnasium
import numpy as np
import pufferlib
import pufferlib.emulation
import pufferlib.vector
import torch
from gymnasium.wrappers import NormalizeObservation, NormalizeReward, TransformObservation, TransformReward
from pufferlib.pufferl import PuffeRL
from torch import nn

import settings


def clipped(x):
    return np.clip(x, -settings.NORMALISED_LIMIT, settings.NORMALISED_LIMIT)


def make(name, buf=None, seed=0):
    env = gymnasium.make(name)
    if isinstance(env.action_space, gymnasium.spaces.Box):
        env = pufferlib.ClipAction(env)
    env = NormalizeObservation(pufferlib.EpisodeStats(env))
    env = TransformObservation(env, lambda x: clipped(x).astype(np.float32))
    env = TransformReward(NormalizeReward(env, gamma=settings.DISCOUNT), lambda x: float(clipped(x)))
    return pufferlib.emulation.GymnasiumPufferEnv(env=env, buf=buf, seed=seed)


def network(inputs, outputs):
    first, second = settings.LAYERS
    hidden = [nn.Linear(inputs, first), nn.Tanh(), nn.Linear(first, second), nn.Tanh()]
    return nn.Sequential(*hidden, nn.Linear(second, outputs))


class Brain(nn.Module):
    def __init__(self, env):
        super().__init__()
        inputs, actions = int(np.prod(env.single_observation_space.shape)), env.single_action_space
        self.is_continuous = isinstance(actions, pufferlib.spaces.Box)
        outputs = int(actions.shape[0] if self.is_continuous else actions.n)
        self.policy, self.value = network(inputs, outputs), network(inputs, 1)
        self.log_std = nn.Parameter(torch.zeros(outputs), requires_grad=self.is_continuous)

    def forward_eval(self, x, state=None):
        x = x.float().view(x.shape[0], -1)
        y, value = self.policy(x), self.value(x)
        if self.is_continuous:
            y = torch.distributions.Normal(y, self.log_std.expand_as(y).exp())
        return y, value

    def forward(self, x, state=None):
        return self.forward_eval(x, state)


def configuration(arguments, folder):
    return {
        "env": arguments.task,
        "name": "peer",
        "project": "peer",
        "data_dir": folder,
        "checkpoint_interval": 10**9,
        "seed": arguments.seed,
        "device": "cpu",
        "cpu_offload": False,
        "torch_deterministic": True,
        "precision": "float32",
        "compile": False,
        "compile_mode": "default",
        "compile_fullgraph": True,
        "use_rnn": False,
        "total_timesteps": 10**9,
        "batch_size": settings.STEPS,
        "minibatch_size": settings.MINIBATCH,
        "max_minibatch_size": settings.STEPS,
        "bptt_horizon": 64,
        "update_epochs": settings.EPOCHS,
        "optimizer": "adam",
        "adam_beta1": 0.9,
        "adam_beta2": 0.999,
        "adam_eps": 1e-5,
        "learning_rate": settings.LEARNING_RATE[arguments.task],
        "anneal_lr": False,
        "gamma": settings.DISCOUNT,
        "gae_lambda": settings.GAE_LAMBDA,
        "clip_coef": settings.CLIP_RANGE,
        "vf_coef": 2 * settings.VALUE_COEFFICIENT,  # of half the squared error
        "vf_clip_coef": 1e9,
        "max_grad_norm": settings.GRADIENT_NORM,
        "ent_coef": settings.ENTROPY_COEFFICIENT[arguments.task],
        "vtrace_rho_clip": 1.0,
        "vtrace_c_clip": 1.0,
        "prio_alpha": 0.0,
        "prio_beta0": 1.0,
    }


def main():
    arguments = settings.arguments(__doc__)
    torch.set_num_threads(arguments.threads)
    env = pufferlib.vector.make(
        functools.partial(make, arguments.task),
        num_envs=settings.ENVIRONMENTS,
        seed=arguments.seed,
        backend=pufferlib.vector.Serial,
    )
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.redirect_stdout(io.StringIO()):
            trainer = PuffeRL(configuration(arguments, folder), env, Brain(env))
        trainer.print_dashboard = lambda *_, **__: None
        laps = settings.Laps()
        for _ in range(arguments.cycles):
            trainer.evaluate()
            trainer.train()
            laps.lap()
    # Its thread that watches the machine never ends.
    os._exit(0)


if __name__ == "__main__":
    main()
