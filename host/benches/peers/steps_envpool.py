"""Steps EnvPool's environments with two threads; served to steps.py."""

import envpool

from measuring import measure, serve, vectorised

THREADS = 2
ENVIRONMENTS = 64


def pool(task, batch):
    arguments = {"num_envs": ENVIRONMENTS, "batch_size": batch, "num_threads": THREADS, "seed": 1}
    return envpool.make(task, env_type="gymnasium", **arguments)


def synchronous(task, seconds):
    """All environments advance together."""
    env = pool(task, ENVIRONMENTS)
    env.reset()
    answer = None

    def send(action):
        nonlocal answer
        answer = env.step(action)

    def receive():
        return answer[2], answer[3], slice(None)

    return measure(vectorised(send, receive, env.action_space, ENVIRONMENTS, ENVIRONMENTS), seconds)


def asynchronous(task, seconds):
    """The half that is ready is stepped on while the others are under way: the fastest that EnvPool can be."""
    env = pool(task, ENVIRONMENTS // 2)
    env.async_reset()
    which = env.recv()[4]["env_id"]

    def send(action):
        env.send(action, which)

    def receive():
        nonlocal which
        _, _, terminated, truncated, info = env.recv()
        which = info["env_id"]
        return terminated, truncated, which

    return measure(vectorised(send, receive, env.action_space, ENVIRONMENTS, ENVIRONMENTS // 2), seconds)


if __name__ == "__main__":
    serve({"envpool": synchronous, "envpool-async": asynchronous})
