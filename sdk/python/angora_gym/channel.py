"""An environment in another process, over shared memory.

The protocol is that of angora-bridge (sdk/bridge/README.md of Angora's repository). This file stands
alone, for it is also part of the worker of Angora's plugin task-gymnasium.
"""

import contextlib
import json
import mmap
import os
import subprocess
import tempfile

import numpy as np

VERSION = 1
VARIABLE = "ANGORA_BRIDGE_MEMORY"
# Places of fields, each of 4 bytes, and of the one of 8.
CALL, STATUS, ENDING, TEXT_BYTES = 0, 16, 17, 18
SEED = 1
RESET, STEP, PICTURE = 1, 2, 3
LONGEST_TEXT = 4096


def action_size(action):
    """How many numbers an action of a spec has."""
    if action["type"] == "box":
        return len(action["low"])
    return 1 if action["type"] == "discrete" else len(action["n"])


def sense_size(sensation):
    """How many numbers a sense of a spec has."""
    return int(np.prod(sensation["shape"]))


class Memory:
    """The memory and its areas as arrays, once the file has its size or is given it."""

    def __init__(self, file, spec, frame, create):
        areas = (
            (np.float32, action_size(spec["action"])),
            (np.float32, sum(sense_size(sense) for sense in spec["sensations"])),
            (np.float64, sum(signal["len"] for signal in spec["signals"])),
            (np.float64, len(spec["reward_terms"])),
            (np.uint8, int(np.prod(frame)) if frame else 0),
            (np.uint8, LONGEST_TEXT),
        )
        places, end = [], 128
        for dtype, count in areas:
            start = -(-end // 64) * 64
            end = start + count * np.dtype(dtype).itemsize
            places.append((dtype, count, start))
        if create:
            os.ftruncate(file, end)
        self.map = mmap.mmap(file, end)
        arrays = [np.frombuffer(self.map, *place) for place in places]
        self.action, self.sensation, self.signals, self.terms, self.frame, self.text = arrays
        header = memoryview(self.map)[:128]
        self.fields, self.seed = header.cast("I"), header.cast("Q")


class Server:
    """The end that has the environment; `requests` and `answers` are its pipes."""

    def __init__(self, spec, frame, facts, requests, answers):
        self.requests, self.answers = requests, answers
        file = os.open(os.environ[VARIABLE], os.O_RDWR)
        os.unlink(os.environ[VARIABLE])
        self.memory = Memory(file, spec, frame, create=True)
        os.close(file)
        say(answers, {"spec": spec, "frame": frame, "facts": facts})

    def next(self):
        """What is asked for; `None` when the client is gone."""
        return self.memory.fields[CALL] if os.read(self.requests, 1) else None

    def done(self):
        """Says that it is done."""
        self.memory.fields[STATUS] = 0
        os.write(self.answers, b".")

    def failed(self, text):
        """Says why it could not be done."""
        text = text.encode()[:LONGEST_TEXT]
        self.memory.text[: len(text)] = np.frombuffer(text, np.uint8)
        self.memory.fields[TEXT_BYTES] = len(text)
        self.memory.fields[STATUS] = 1
        os.write(self.answers, b".")


def say(answers, content):
    """Greets, or refuses to."""
    line = json.dumps({"angora_bridge": VERSION, **content}) + "\n"
    with open(answers, "wb", closefd=False) as pipe:
        pipe.write(line.encode())


class Died(RuntimeError):
    """The other process has ended."""


class Client:
    """The end that asks: starts a server and ends it."""

    def __init__(self, command):
        shared = "/dev/shm" if os.path.isdir("/dev/shm") else None
        file, path = tempfile.mkstemp(prefix="angora-", dir=shared)
        try:
            self.process = subprocess.Popen(
                command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, VARIABLE: path},
                # Ctrl-C is for this process, which ends the other.
                start_new_session=True,
            )
            self.requests, self.answers = self.process.stdin.fileno(), self.process.stdout.fileno()
            greeting = self.greeting()
            self.spec, self.frame = greeting["spec"], greeting["frame"]
            self.facts = greeting["facts"]
            self.memory = Memory(file, self.spec, self.frame, create=False)
        finally:
            os.close(file)
            # The server has removed its name, if it has come so far.
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)

    def greeting(self):
        """The line that the server says first."""
        line = self.process.stdout.readline()
        if not line:
            raise self.died()
        greeting = json.loads(line)
        if "refusal" in greeting:
            self.close()
            raise ValueError(greeting["refusal"]["message"])
        if greeting["angora_bridge"] != VERSION:
            self.close()
            raise RuntimeError(f"the server speaks version {greeting['angora_bridge']}, not {VERSION}")
        return greeting

    def ask(self, call):
        """Asks, and waits for the answer."""
        memory = self.memory
        memory.fields[CALL] = call
        try:
            os.write(self.requests, b".")
        except BrokenPipeError:
            raise self.died() from None
        if not os.read(self.answers, 1):
            raise self.died()
        if memory.fields[STATUS]:
            raise RuntimeError(bytes(memory.text[: memory.fields[TEXT_BYTES]]).decode(errors="replace"))

    def died(self):
        """What to raise when the server is gone."""
        self.process.kill()
        return Died(f"{self.process.args[0]} has ended with {self.process.wait()}")

    def close(self):
        """Ends the server."""
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
