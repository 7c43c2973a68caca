"""The file of results: JSON lines, to which each run of a driver adds."""

import json
import os
import platform
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.abspath(os.environ.get("PEERS", "target/peers"))
HOST = os.path.abspath(os.environ.get("ANGORA_HOST", "target/debug/angora-host"))
# Threads are given to each peer as its measurement says, and by nothing else.
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONWARNINGS": "ignore"}


def python(environment):
    """The interpreter of a virtual environment of setup.sh, or None."""
    path = os.path.join(PEERS, environment, "bin", "python")
    return path if os.path.exists(path) else None


def versions(environment, packages):
    """`name version` of each package."""
    program = (
        "import sys, importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in sys.argv[1:]))"
    )
    command = [python(environment), "-c", program, *packages]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def host_version():
    return subprocess.run([HOST, "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]


def machine():
    """Processor, cores and system in a line."""
    with open("/proc/cpuinfo") as lines:
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release().split('-')[0]}"


class Records:
    """Where results go."""

    def __init__(self, path):
        self.path = path

    def add(self, **record):
        record["load"] = round(os.getloadavg()[0], 2)
        line = json.dumps(record)
        print(line, flush=True)
        with open(self.path, "a") as file:
            file.write(line + "\n")


def read(path):
    with open(path) as lines:
        return [json.loads(line) for line in lines]
