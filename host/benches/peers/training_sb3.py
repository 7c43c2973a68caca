"""PPO of Stable-Baselines3 with the settings of settings.py; a line of JSON for each cycle."""

import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

import settings


class Cycles(BaseCallback):
    """A cycle begins with its rollout."""

    laps = None

    def _lap(self):
        if self.laps:
            episodes = [episode["r"] for episode in self.model.ep_info_buffer]
            self.laps.lap(np.mean(episodes) if episodes else None)

    def _on_rollout_start(self):
        self._lap()
        self.laps = self.laps or settings.Laps()

    def _on_step(self):
        return True

    def _on_training_end(self):
        self._lap()


def main():
    arguments = settings.arguments(__doc__)
    torch.set_num_threads(arguments.threads)
    env = make_vec_env(arguments.task, settings.ENVIRONMENTS, seed=arguments.seed, vec_env_cls=DummyVecEnv)
    model = PPO(
        "MlpPolicy",
        VecNormalize(env, gamma=settings.DISCOUNT, clip_obs=settings.NORMALISED_LIMIT),
        n_steps=settings.HORIZON,
        batch_size=settings.MINIBATCH,
        n_epochs=settings.EPOCHS,
        learning_rate=settings.LEARNING_RATE[arguments.task],
        gamma=settings.DISCOUNT,
        gae_lambda=settings.GAE_LAMBDA,
        clip_range=settings.CLIP_RANGE,
        ent_coef=settings.ENTROPY_COEFFICIENT[arguments.task],
        vf_coef=settings.VALUE_COEFFICIENT,
        max_grad_norm=settings.GRADIENT_NORM,
        policy_kwargs={"net_arch": {"pi": settings.LAYERS, "vf": settings.LAYERS}},
        seed=arguments.seed,
        device="cpu",
    )
    model.learn(arguments.cycles * settings.STEPS, callback=Cycles())


if __name__ == "__main__":
    main()
