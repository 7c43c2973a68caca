"""Records returns and lengths of episodes in Gymnasium, for `statistics.rs`.

pip install "gymnasium[box2d]==1.4.0" box2d==2.3.10; python record.py > gymnasium.json
"""

import json

import gymnasium
import numpy as np

EPISODES = 100


def random(space, _sensation, _step):
    return space.sample()


def descend(space, sensation, _step):
    """Keeps upright over the pad and comes down slowly; the engines rest once a leg is down."""
    x, y, vx, vy, angle, spin, left, right = sensation
    lean = min(max(0.5 * x + vx, -0.4), 0.4)
    turn = 0.5 * (lean - angle) - spin
    lift = 0.5 * (0.55 * abs(x) - y) - 0.5 * vy
    if left or right:
        turn, lift = 0.0, -0.5 * vy
    if hasattr(space, "n"):
        if lift > abs(turn) and lift > 0.05:
            return 2
        return 3 if turn < -0.05 else 1 if turn > 0.05 else 0
    return np.clip(np.array([20 * lift - 1, -20 * turn], dtype=np.float32), -1, 1)


class Lurch:
    """Torques at random, each held for ten steps."""

    action = None

    def __call__(self, space, _sensation, step):
        if step % 10 == 0:
            self.action = space.sample()
        return self.action


def record(task, policy, **arguments):
    env = gymnasium.make(task, **arguments)
    env.action_space.seed(1)
    returns, lengths = [], []
    for seed in range(EPISODES):
        sensation, _ = env.reset(seed=seed)
        total, step, over = 0.0, 0, False
        while not over:
            action = policy(env.action_space, sensation, step)
            sensation, reward, terminated, truncated, _ = env.step(action)
            total += float(reward)
            step += 1
            over = terminated or truncated
        returns.append(round(total, 3))
        lengths.append(step)
    return {"returns": returns, "lengths": lengths}


print(
    json.dumps(
        {
            "versions": {"gymnasium": gymnasium.__version__, "box2d": "2.3.10"},
            "LunarLander-v3 random": record("LunarLander-v3", random),
            "LunarLander-v3 descend": record("LunarLander-v3", descend),
            "LunarLanderContinuous-v3 descend": record(
                "LunarLander-v3", descend, continuous=True
            ),
            "BipedalWalker-v3 random": record("BipedalWalker-v3", random),
            "BipedalWalker-v3 lurch": record("BipedalWalker-v3", Lurch()),
        }
    )
)
