"""Steps per second of whole training cycles, ours and the peers', at equal settings.

    python3 host/benches/peers/training.py results.jsonl --rounds 3

A round trains with each system once, in processes of their own, one after another. The first cycle of
each, which begins cold, is left out; a round's figure is the median of the others.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile

import settings
from records import ENVIRONMENT, HERE, HOST, Records, host_version, machine, python, versions

# Tasks, as the version of Gymnasium that a system needs calls them.
TASKS = {"CartPole-v1": "CartPole-v1", "HalfCheetah-v5": "HalfCheetah-v4"}
OURS_CYCLES = 21

# Threads.
OURS = {"angora": 1, "angora, 2 threads": 2}

# Virtual environment, script and further arguments.
PEERS = {
    "sb3": ("torch", "training_sb3.py", []),
    "sb3, 2 threads": ("torch", "training_sb3.py", ["--threads", "2"]),
    "torch script": ("torch", "training_torch.py", []),
    "torch script, envpool": ("torch", "training_torch.py", ["--envpool"]),
    "sample-factory": ("sample-factory", "training_sample_factory.py", []),
    "pufferlib": ("pufferlib", "training_pufferlib.py", []),
}


def ours(task, seed, threads):
    """Wall and processor seconds of each cycle."""
    values = {
        "ppo.epochs": settings.EPOCHS,
        "ppo.minibatch_size": settings.MINIBATCH,
        "ppo.learning_rate": settings.LEARNING_RATE[task],
        "ppo.discount": settings.DISCOUNT,
        "ppo.gae_lambda": settings.GAE_LAMBDA,
        "ppo.clip_range": settings.CLIP_RANGE,
        "ppo.max_gradient_norm": settings.GRADIENT_NORM,
        "ppo.entropy_coefficient": settings.ENTROPY_COEFFICIENT[task],
        "ppo.value_coefficient": 2 * settings.VALUE_COEFFICIENT,  # of half the squared error
        "brain_config.layers": settings.LAYERS,
    }
    command = [HOST, "run", "--task", task, "--preset", "none", "--threads", str(threads), "--seed", str(seed)]
    command += ["--environments", str(settings.ENVIRONMENTS), "--horizon", str(settings.HORIZON)]
    command += ["--cycles", str(OURS_CYCLES)]
    if task != "CartPole-v1":
        command += ["--distribution", "gaussian"]
    for key, value in values.items():
        command += ["--set", f"{key}={json.dumps(value)}"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*command, "--runs", folder], check=True, capture_output=True)
        (run,) = (entry.path for entry in os.scandir(folder) if entry.is_dir())
        with open(os.path.join(run, "metrics.jsonl")) as lines:
            cycles = [json.loads(line) for line in lines]
    cpu = [0.0, *(cycle["system/cpu_secs"] for cycle in cycles)]
    laps = [
        (cycle["time/cycle_secs"], after - before) for cycle, before, after in zip(cycles, cpu, cpu[1:])
    ]
    return laps, cycles[-1].get("rollout/ep_rew_mean")


def theirs(environment, script, extra, task, seed, cycles):
    if environment != "torch":
        task = TASKS[task]
    command = [python(environment), f"{HERE}/{script}", *extra]
    command += ["--task", task, "--seed", str(seed), "--cycles", str(cycles)]
    # Some leave files where they are called.
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, env=ENVIRONMENT, cwd=folder, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.split("\n") if line.startswith('{"lap"')]
    if len(lines) < 2:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-400:]}")
    return [line["lap"] for line in lines], lines[-1]["return"]


def measure(system, task, seed, cycles):
    if system in OURS:
        return ours(task, seed, OURS[system])
    return theirs(*PEERS[system], task, seed, cycles)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("results")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--first", type=int, default=1, help="number of the first round, which is its seed too")
    parser.add_argument("--cycles", type=int, default=4, help="of a peer in a round, the cold first one with them")
    parser.add_argument("--tasks", nargs="+", default=list(TASKS), choices=list(TASKS))
    parser.add_argument("--systems", nargs="+", default=[*OURS, *PEERS], choices=[*OURS, *PEERS])
    arguments = parser.parse_args()
    records = Records(arguments.results)
    described = {
        "torch": ["stable-baselines3", "torch", "gymnasium", "mujoco", "envpool"],
        "sample-factory": ["sample-factory", "torch", "gymnasium", "mujoco"],
        "pufferlib": ["pufferlib", "torch", "gymnasium", "mujoco"],
    }
    peers = "; ".join(versions(name, packages) for name, packages in described.items() if python(name))
    records.add(kind="training-versions", machine=machine(), ours=host_version(), peers=peers)
    for number in range(arguments.first, arguments.first + arguments.rounds):
        for task in arguments.tasks:
            for system in arguments.systems:
                if system in PEERS and not python(PEERS[system][0]):
                    continue
                laps, episode_return = measure(system, task, number, arguments.cycles)
                wall, cpu = (statistics.median(values) for values in zip(*laps[1:]))
                figures = {
                    "per_second": round(settings.STEPS / wall),
                    "per_cpu_second": round(settings.STEPS / cpu),
                    "cycles": len(laps) - 1,
                    "return": episode_return and round(episode_return, 1),
                }
                records.add(kind="training", task=task, system=system, round=number, **figures)


if __name__ == "__main__":
    main()
