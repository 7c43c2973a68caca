"""Control steps per second of each task, ours and the peers', two threads or two workers.

    python3 host/benches/peers/steps.py results.jsonl --rounds 3 --seconds 1

A round goes once through all tasks, and at each task through all systems.
"""

import argparse
import json
import subprocess
import tempfile

from records import ENVIRONMENT, HERE, HOST, Records, host_version, machine, python, versions

TASKS = """
CartPole-v1 Acrobot-v1 MountainCar-v0 MountainCarContinuous-v0 Pendulum-v1
LunarLander-v3 LunarLanderContinuous-v3 BipedalWalker-v3
InvertedPendulum-v5 InvertedDoublePendulum-v5 Reacher-v5 Pusher-v5 Swimmer-v5 Hopper-v5 Walker2d-v5
HalfCheetah-v5 Ant-v5 Humanoid-v5 HumanoidStandup-v5
""".split()

# What serves a system's measurements.
SERVERS = {
    "gymnasium": "steps_gymnasium.py",
    "gymnasium-async": "steps_gymnasium.py",
    "envpool": "steps_envpool.py",
    "envpool-async": "steps_envpool.py",
}


class Server:
    def __init__(self, script, folder):
        command = [python("torch"), f"{HERE}/{script}"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, text=True, env=ENVIRONMENT, cwd=folder, **pipes)

    def measure(self, **request):
        print(json.dumps(request), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


def ours(task, seconds, seed):
    command = [HOST, "env", "step", task, "--threads", "2", "--json"]
    command += ["--seconds", str(seconds), "--seed", str(seed)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def measure(records, arguments, folder):
    servers = {script: Server(script, folder) for script in sorted(set(SERVERS.values()))}
    for number in range(1, arguments.rounds + 1):
        for task in arguments.tasks:
            results = {"angora": ours(task, arguments.seconds, number)}
            for system, script in SERVERS.items():
                request = {"variant": system, "task": task, "seconds": arguments.seconds}
                results[system] = servers[script].measure(**request)
            for system, result in results.items():
                record = {"kind": "steps", "task": task, "system": system, "round": number}
                if "error" in result:
                    records.add(**record, error=result["error"])
                    continue
                wall = round(result["steps"] / result["seconds"])
                cpu = round(result["steps"] / result["cpu_seconds"])
                records.add(**record, per_second=wall, per_cpu_second=cpu)
    for server in servers.values():
        server.process.stdin.close()
        server.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("results")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--tasks", nargs="+", default=TASKS)
    arguments = parser.parse_args()
    records = Records(arguments.results)
    packages = ["gymnasium", "mujoco", "box2d", "envpool", "numpy"]
    records.add(kind="steps-versions", machine=machine(), ours=host_version(), peers=versions("torch", packages))
    with tempfile.TemporaryDirectory() as folder:
        measure(records, arguments, folder)


if __name__ == "__main__":
    main()
