"""PPO in one file of PyTorch, as CleanRL has it, with the settings of settings.py; JSON for each cycle.

Environments of Gymnasium (SyncVectorEnv), or of EnvPool with --envpool.
"""

import sys
from collections import deque

import gymnasium
import numpy as np
import torch
from torch import nn
from torch.distributions import Categorical, Normal

import settings

ROWS = (settings.HORIZON, settings.ENVIRONMENTS)


class Statistics:
    """Running mean and variance over the first axis."""

    def __init__(self, shape=()):
        self.mean, self.variance, self.count = np.zeros(shape), np.ones(shape), 1e-4

    def update(self, batch):
        total, difference = self.count + len(batch), batch.mean(0) - self.mean
        self.mean = self.mean + difference * len(batch) / total
        between = difference**2 * self.count * len(batch) / total
        self.variance = (self.variance * self.count + batch.var(0) * len(batch) + between) / total
        self.count = total

    def scaled(self, x, mean=0.0):
        limit = settings.NORMALISED_LIMIT
        return np.clip((x - mean) / np.sqrt(self.variance + 1e-8), -limit, limit)


class World:
    """The environments with both normalisers."""

    def __init__(self, task, seed, envpool):
        if envpool:
            import envpool as pool

            arguments = {"num_envs": settings.ENVIRONMENTS, "num_threads": 1, "seed": seed}
            self.env = pool.make(task, env_type="gymnasium", **arguments)
            self.actions, self.sensations = self.env.action_space, self.env.observation_space
        else:
            makers = [lambda: gymnasium.make(task)] * settings.ENVIRONMENTS
            self.env = gymnasium.vector.SyncVectorEnv(makers)
            self.actions, self.sensations = self.env.single_action_space, self.env.single_observation_space
        self.discrete = hasattr(self.actions, "n")
        self.seen, self.earned = Statistics(self.sensations.shape), Statistics()
        self.discounted, self.returns = np.zeros(settings.ENVIRONMENTS), np.zeros(settings.ENVIRONMENTS)
        self.episodes = deque(maxlen=100)

    def reset(self):
        return self.normalised(self.env.reset()[0])

    def normalised(self, observation):
        self.seen.update(observation)
        return self.seen.scaled(observation, self.seen.mean).astype(np.float32)

    def step(self, action):
        if not self.discrete:
            action = np.clip(action, self.actions.low, self.actions.high)
        observation, reward, terminated, truncated, _ = self.env.step(action.astype(self.actions.dtype))
        done = terminated | truncated
        self.returns += reward
        self.episodes.extend(self.returns[done])
        self.discounted = self.discounted * settings.DISCOUNT + reward
        self.earned.update(self.discounted)
        self.returns[done] = self.discounted[done] = 0.0
        return self.normalised(observation), self.earned.scaled(reward), done


def layer(inputs, outputs, gain=2**0.5):
    made = nn.Linear(inputs, outputs)
    nn.init.orthogonal_(made.weight, gain)
    nn.init.zeros_(made.bias)
    return made


def network(inputs, outputs, gain):
    first, second = settings.LAYERS
    hidden = [layer(inputs, first), nn.Tanh(), layer(first, second), nn.Tanh()]
    return nn.Sequential(*hidden, layer(second, outputs, gain))


class Brain(nn.Module):
    def __init__(self, world):
        super().__init__()
        inputs = int(np.prod(world.sensations.shape))
        self.discrete = world.discrete
        outputs = int(world.actions.n if self.discrete else np.prod(world.actions.shape))
        self.policy, self.value = network(inputs, outputs, 0.01), network(inputs, 1, 1.0)
        self.log_std = nn.Parameter(torch.zeros(outputs), requires_grad=not self.discrete)

    def distribution(self, x):
        y = self.policy(x)
        return Categorical(logits=y) if self.discrete else Normal(y, self.log_std.expand_as(y).exp())

    def summed(self, x):
        return x if self.discrete else x.sum(-1)


def gather(world, brain, sensation, done):
    """A rollout; and the sensation and endings that come after it."""
    rows = {"x": [], "action": [], "log_prob": [], "value": [], "reward": [], "done": []}
    for _ in range(settings.HORIZON):
        x = torch.from_numpy(sensation)
        with torch.no_grad():
            distribution = brain.distribution(x)
            action = distribution.sample()
            log_prob, value = brain.summed(distribution.log_prob(action)), brain.value(x).squeeze(-1)
        rows["done"].append(torch.from_numpy(done.astype(np.float32)))
        sensation, reward, done = world.step(action.numpy())
        reward = torch.from_numpy(reward.astype(np.float32))
        for name, row in zip(rows, (x, action, log_prob, value, reward)):
            rows[name].append(row)
    return {name: torch.stack(row) for name, row in rows.items()}, sensation, done


def advantages(batch, last_value, last_done):
    result, ahead = torch.zeros(ROWS), torch.zeros(settings.ENVIRONMENTS)
    value, done = last_value, last_done
    for at in reversed(range(settings.HORIZON)):
        delta = batch["reward"][at] + settings.DISCOUNT * value * (1 - done) - batch["value"][at]
        ahead = delta + settings.DISCOUNT * settings.GAE_LAMBDA * (1 - done) * ahead
        result[at] = ahead
        value, done = batch["value"][at], batch["done"][at]
    return result


def optimise(brain, optimiser, batch, entropy_coefficient):
    for _ in range(settings.EPOCHS):
        for rows in torch.randperm(settings.STEPS).split(settings.MINIBATCH):
            x, advantage = batch["x"][rows], batch["advantage"][rows]
            distribution = brain.distribution(x)
            log_prob = brain.summed(distribution.log_prob(batch["action"][rows]))
            ratio = (log_prob - batch["log_prob"][rows]).exp()
            advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
            clipped = ratio.clamp(1 - settings.CLIP_RANGE, 1 + settings.CLIP_RANGE)
            surrogate = torch.min(advantage * ratio, advantage * clipped).mean()
            error = ((brain.value(x).squeeze(-1) - batch["target"][rows]) ** 2).mean()
            entropy = brain.summed(distribution.entropy()).mean()
            loss = settings.VALUE_COEFFICIENT * error - surrogate - entropy_coefficient * entropy
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(brain.parameters(), settings.GRADIENT_NORM)
            optimiser.step()


def main():
    envpool = "--envpool" in sys.argv
    if envpool:
        sys.argv.remove("--envpool")
    arguments = settings.arguments(__doc__)
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    world = World(arguments.task, arguments.seed, envpool)
    brain = Brain(world)
    learning_rate = settings.LEARNING_RATE[arguments.task]
    optimiser = torch.optim.Adam(brain.parameters(), lr=learning_rate, eps=1e-5)
    sensation, done = world.reset(), np.zeros(settings.ENVIRONMENTS, dtype=bool)
    laps = settings.Laps()
    for _ in range(arguments.cycles):
        batch, sensation, done = gather(world, brain, sensation, done)
        with torch.no_grad():
            value = brain.value(torch.from_numpy(sensation)).squeeze(-1)
        batch["advantage"] = advantages(batch, value, torch.from_numpy(done.astype(np.float32)))
        batch["target"] = batch["advantage"] + batch["value"]
        flat = {name: rows.flatten(0, 1) for name, rows in batch.items()}
        optimise(brain, optimiser, flat, settings.ENTROPY_COEFFICIENT[arguments.task])
        laps.lap(np.mean(world.episodes) if world.episodes else None)


if __name__ == "__main__":
    main()
