"""Steps Gymnasium's environments with two workers; served to steps.py."""

import time

import gymnasium
from gymnasium.vector import AsyncVectorEnv

from measuring import actions, cpu_secs, fork, measure, serve, vectorised

WORKERS = 2
STRIDE = 64


def make(task):
    # Without the checker, which only slows it down.
    arguments = {"disable_env_checker": True}
    if task == "LunarLanderContinuous-v3":
        return gymnasium.make("LunarLander-v3", continuous=True, **arguments)
    return gymnasium.make(task, **arguments)


def single(env):
    """An `advance` for one environment."""
    space = env.action_space
    table = list(actions(space, 4096, 1)[:, 0])
    if hasattr(space, "n"):
        table = [int(action) for action in table]
    at = 0

    def advance():
        nonlocal at
        for action in table[at : at + STRIDE]:
            _, _, terminated, truncated, _ = env.step(action)
            if terminated or truncated:
                env.reset()
        at = (at + STRIDE) % len(table)
        return STRIDE

    return advance


def _worker(seed, task, seconds, barrier, pipe):
    env = make(task)
    env.reset(seed=seed)
    advance = single(env)
    barrier.wait()
    pipe.send(measure(advance, seconds))


def independent(task, seconds):
    """A process per environment, none of which waits for another: the fastest that Gymnasium can be."""
    barrier, pipes = fork.Barrier(WORKERS), []
    for seed in range(WORKERS):
        here, there = fork.Pipe()
        fork.Process(target=_worker, args=(seed, task, seconds, barrier, there)).start()
        there.close()
        pipes.append(here)
    answers = [pipe.recv() for pipe in pipes]
    total = {key: sum(answer[key] for answer in answers) for key in ("steps", "cpu_seconds")}
    return {**total, "seconds": max(answer["seconds"] for answer in answers)}


def asynchronous(task, seconds):
    """Gymnasium's own vector of environments in processes."""
    env = AsyncVectorEnv([lambda: make(task)] * WORKERS, context="fork")
    env.reset(seed=1)
    pids = [process.pid for process in env.processes]

    def receive():
        _, _, terminated, truncated, _ = env.step_wait()
        return terminated, truncated, slice(None)

    advance = vectorised(env.step_async, receive, env.single_action_space, WORKERS, WORKERS)
    result = measure(advance, seconds, lambda: time.process_time() + cpu_secs(pids))
    env.close()
    return result


if __name__ == "__main__":
    gymnasium.logger.min_level = gymnasium.logger.ERROR
    serve({"gymnasium": independent, "gymnasium-async": asynchronous})
