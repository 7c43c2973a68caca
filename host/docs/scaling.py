#!/usr/bin/env python3
"""Predicts the samples per second of a training over many processes from measured costs.

    python3 host/docs/scaling.py            the tables of scaling.md
    python3 host/docs/scaling.py --seed 2   other random numbers for slow processes

A cycle is simulated: every rank gathers (each with its own luck), all meet, experience is dealt out
before each epoch, each update waits for the slowest learner and for the all-reduce. Times in s.
"""

import argparse
import random
from dataclasses import dataclass


@dataclass
class Costs:
    """Of one core, measured; and of the network between nodes, assumed."""

    step: float  # a control step of the task
    act: float  # acting for the rows of a rank: it reads all weights, however few rows there are
    transition: float  # forwards and backwards, one transition, one epoch
    parameters: int
    record: int  # bytes of a transition on its way
    spread: float = 0.03  # sd of the relative speed of ranks
    adam: float = 1.1e-9  # per parameter
    near: float = 1.2e-10  # all-reduce on one node, per parameter and learner, above the barrier
    barrier: float = 4e-6
    bandwidth: float = 1.25e9  # bytes/s of a node's network: 10 Gbit/s
    latency: float = 3e-5  # of a message between nodes


@dataclass
class Setup:
    ranks: int
    per_node: int
    environments: int
    horizon: int
    epochs: int
    minibatch: int  # transitions
    chunk: int
    recurrent: bool
    optimizers: int = 1 << 30  # --optimizers


def slices(setup):
    """As optimisation/src/gradient.rs cuts a minibatch."""
    sequences = setup.minibatch // setup.chunk
    if not setup.recurrent:
        return max(min(max(sequences // 32, 1), 8), sequences // 1024)
    most = min(max(max(min(sequences // 16, 8), sequences // 48), 1), 64)
    return 1 << (most.bit_length() - 1)


def cycle(setup, costs, rng):
    """Seconds of gathering, of learning, and of it of waiting for other processes."""
    own = -(-setup.environments // setup.ranks)
    slow = [max(0.8, rng.gauss(1.0, costs.spread)) for _ in range(setup.ranks)]
    gather = max(slow) * setup.horizon * (own * costs.step + costs.act)

    n = slices(setup)
    learners = min(n, setup.ranks, setup.optimizers)
    share = -(-n // learners) / n
    batch = setup.environments * setup.horizon
    updates = setup.epochs * (batch // setup.minibatch)
    compute = max(slow[:learners]) * share * setup.minibatch * costs.transition
    size = 4 * costs.parameters
    nodes = -(-learners // setup.per_node)
    if learners == 1:
        reduce = 0.0
    elif nodes == 1:
        reduce = costs.near * costs.parameters * learners + 2 * costs.barrier
    else:
        # Each learner sends its sum once and gets the whole once; a node's learners share its network.
        on_node = min(learners, setup.per_node)
        reduce = on_node * 2 * size / costs.bandwidth + 2 * learners * costs.latency
    # Whoever learns receives its share of the batch before each epoch.
    far = setup.ranks > setup.per_node
    on_node = min(learners, setup.per_node)
    deal = batch * costs.record * on_node / learners / costs.bandwidth if far else 0.0
    share_all = size * (setup.per_node if far else 0) / costs.bandwidth
    learn = updates * (compute + reduce + costs.adam * costs.parameters)
    wait = updates * reduce + setup.epochs * deal + share_all
    return gather, learn + setup.epochs * deal + share_all, wait


def report(name, setups, costs, seed):
    print(f"\n{name}\n")
    print("| ranks | learners | gathering s | learning s | of it waiting s | samples/s |")
    print("| --- | --- | --- | --- | --- | --- |")
    for setup in setups:
        rng = random.Random(seed)
        rows = [cycle(setup, costs, rng) for _ in range(20)]
        gather, learn, wait = (sum(column) / len(rows) for column in zip(*rows))
        rate = setup.environments * setup.horizon / (gather + learn)
        learners = min(slices(setup), setup.ranks, setup.optimizers)
        print(
            f"| {setup.ranks} | {learners} | {gather:.3g} | {learn:.3g} | {wait:.2g} | {rate:,.0f} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed

    # Measured with one process and one thread, see scaling.md.
    here = {
        "HalfCheetah-v5, `simple`, 16 x 1024, minibatch 512, 5 epochs": (
            Costs(18.8e-6, 0.0, 0.635e-6, 11_000, 120),
            dict(environments=16, horizon=1024, epochs=5, minibatch=512, chunk=1, recurrent=False),
        ),
        "DelayedRecall-v1, `wider` LSTM, 16 x 128, minibatch 512": (
            Costs(1e-7, 2.87e-3, 224e-6, 6_300_000, 40),
            dict(environments=16, horizon=128, epochs=3, minibatch=512, chunk=16, recurrent=True),
        ),
    }
    for name, (costs, form) in here.items():
        report(name, [Setup(n, 2, **form) for n in (1, 2)], costs, seed)

    # In-hand manipulation as published: 384 ranks of one environment, 12 to a node, horizon 2048,
    # 3 epochs, minibatch 12288, chunks of 16. A hand step with a block takes 0.77 ms of one core;
    # acting reads 26 MB of weights at 8.8 GB/s; a transition costs 40 MFLOP forwards and backwards
    # at 126 GFLOP/s a core.
    hand = Costs(0.77e-3, 3.0e-3, 40e6 / 126e9, 6_600_000, 4 * (151 + 20 + 4) + 1)
    form = dict(horizon=2048, epochs=3, chunk=16, recurrent=True)
    setups = [Setup(n, 12, environments=n, minibatch=12_288, **form) for n in (12, 24, 48, 96, 192, 384)]
    report("In-hand manipulation, minibatch 12,288", setups, hand, seed)
    setups = [
        Setup(n, 12, environments=n, minibatch=12_288, optimizers=12, **form) for n in (96, 192, 384)
    ]
    report("The same with --optimizers 12: all learners on one node", setups, hand, seed)
    setups = [Setup(n, 12, environments=n, minibatch=49_152, **form) for n in (96, 192, 384)]
    report("The same with minibatches of 49,152", setups, hand, seed)


main()
