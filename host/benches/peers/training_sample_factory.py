"""PPO of Sample-Factory with the settings of settings.py; a line of JSON for each cycle.

In one process (its serial mode), so that a cycle is what lies between two trainings of its learner.
"""

import tempfile

import gymnasium
import torch
from sample_factory.algo.learning.learner import Learner
from sample_factory.cfg.arguments import parse_full_cfg, parse_sf_args
from sample_factory.envs.env_utils import register_env
from sample_factory.train import run_rl

import settings

ROLLOUT = 64  # control steps of an environment that are handed over at a time


def make(name, cfg=None, env_config=None, render_mode=None):
    env = gymnasium.make(name, render_mode=render_mode)
    return gymnasium.wrappers.RecordEpisodeStatistics(env)


def words(arguments, folder):
    """Its command line."""
    minibatches = settings.STEPS // settings.MINIBATCH
    given = {
        "env": arguments.task,
        "experiment": "peer",
        "train_dir": folder,
        "device": "cpu",
        "seed": arguments.seed,
        "train_for_env_steps": arguments.cycles * settings.STEPS,
        "serial_mode": True,
        "async_rl": False,
        "num_workers": 1,
        "num_envs_per_worker": settings.ENVIRONMENTS,
        "worker_num_splits": 1,
        "decorrelate_envs_on_one_worker": False,
        "rollout": ROLLOUT,
        "recurrence": 1,
        "use_rnn": False,
        "batch_size": settings.MINIBATCH,
        "num_batches_per_epoch": minibatches,
        "num_batches_to_accumulate": 1,
        "num_epochs": settings.EPOCHS,
        "max_policy_lag": 10 * settings.EPOCHS * minibatches,
        "shuffle_minibatches": True,
        "learning_rate": settings.LEARNING_RATE[arguments.task],
        "lr_schedule": "constant",
        "gamma": settings.DISCOUNT,
        "gae_lambda": settings.GAE_LAMBDA,
        "ppo_clip_ratio": settings.CLIP_RANGE,
        "ppo_clip_value": 1e9,
        "exploration_loss_coeff": settings.ENTROPY_COEFFICIENT[arguments.task],
        "value_loss_coeff": settings.VALUE_COEFFICIENT,
        "max_grad_norm": settings.GRADIENT_NORM,
        "with_vtrace": False,
        "normalize_input": True,
        "normalize_returns": True,
        "nonlinearity": "tanh",
        "actor_critic_share_weights": False,
        "adaptive_stddev": False,
        "policy_initialization": "orthogonal",
        "save_every_sec": 100000,
        "with_wandb": False,
    }
    listed = [f"--{key}={value}" for key, value in given.items()]
    return [*listed, "--encoder_mlp_layers", *map(str, settings.LAYERS)]


def main():
    arguments = settings.arguments(__doc__)
    torch.set_num_threads(arguments.threads)
    laps = None
    train = Learner.train

    def timed(self, batch):
        nonlocal laps
        laps = laps or settings.Laps()
        result = train(self, batch)
        laps.lap()
        return result

    Learner.train = timed
    register_env(arguments.task, make)
    with tempfile.TemporaryDirectory() as folder:
        given = words(arguments, folder)
        parser, _ = parse_sf_args(given)
        run_rl(parse_full_cfg(parser, given))


if __name__ == "__main__":
    main()
