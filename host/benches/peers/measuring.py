"""What the measurements of peers share: clocks, random actions, and a loop that serves requests."""

import json
import multiprocessing
import sys
import time

import numpy as np

# A child begins with everything imported.
fork = multiprocessing.get_context("fork")


def cpu_secs(pids):
    """Processor time of other processes, s, to the nanosecond (the clocks of clock_getcpuclockid)."""
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)


def actions(space, rows, environments):
    """Uniform actions `[rows, environments, ...]`, drawn beforehand: drawing costs the peer nothing."""
    rng = np.random.default_rng(1)
    if hasattr(space, "n"):
        return rng.integers(0, space.n, (rows, environments))
    return rng.uniform(space.low, space.high, (rows, environments, *space.shape)).astype(space.dtype)


def measure(advance, seconds, cpu=time.process_time):
    """Calls `advance`, which says how many control steps it took, for some seconds."""
    advance()
    steps, cpu_before, begun, taken = 0, cpu(), time.perf_counter(), 0.0
    while taken < seconds:
        steps += advance()
        taken = time.perf_counter() - begun
    return {"steps": steps, "seconds": taken, "cpu_seconds": cpu() - cpu_before}


def vectorised(send, receive, space, environments, batch):
    """An `advance` for a vector of environments that resets a finished one instead of stepping it."""
    table, at = actions(space, 256, batch), 0
    finished = np.zeros(environments, dtype=bool)

    def advance():
        nonlocal at
        send(table[at % len(table)])
        at += 1
        terminated, truncated, which = receive()
        steps = batch - np.count_nonzero(finished[which])
        finished[which] = terminated | truncated
        return int(steps)

    return advance


def _answer(variant, task, seconds, pipe):
    try:
        pipe.send(variant(task, seconds))
    except Exception as error:  # whatever a peer raises is its result
        pipe.send({"error": repr(error)[:300]})


def serve(variants):
    """Answers lines of JSON with lines of JSON, each measured in a process of its own."""
    for line in sys.stdin:
        request = json.loads(line)
        here, there = fork.Pipe()
        arguments = (variants[request["variant"]], request["task"], request["seconds"], there)
        child = fork.Process(target=_answer, args=arguments)
        child.start()
        there.close()
        try:
            answer = here.recv()
        except EOFError:
            answer = {"error": "the process died"}
        child.join()
        print(json.dumps(answer), flush=True)
