"""Where angora-host is, and how settings are told to it."""

import json
import os
import shutil
import subprocess


class HostNotFound(RuntimeError):
    """There is no angora-host on this machine."""


def find():
    """The path of angora-host: that of ANGORA_HOST, or the one on PATH."""
    named = os.environ.get("ANGORA_HOST")
    found = shutil.which(named or "angora-host")
    if found:
        return found
    where = f"ANGORA_HOST names {named!r}, which is no program" if named else "it is not on PATH"
    raise HostNotFound(f"angora-host was not found: {where}; set ANGORA_HOST to the path of angora-host")


def assignments(settings, prefix=""):
    """Settings as the values of --set; tables may be nested."""
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from assignments(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}={json.dumps(value)}"


def command(task, plugins=(), body=None, reward=None, viewpoint=None, size=None, settings=None):
    """The command that serves a task."""
    words = [find(), "env", "serve", task]
    for plugin in plugins:
        words += ["--plugin", os.fspath(plugin)]
    options = {"body": body, "reward": reward, "viewpoint": viewpoint}
    options["size"] = f"{size[0]}x{size[1]}" if size else None
    for name, value in options.items():
        if value is not None:
            words += [f"--{name}", value]
    for assignment in assignments(settings or {}):
        words += ["--set", assignment]
    return words


def tasks():
    """Ids of the tasks of all plugins that angora-host finds."""
    listed = subprocess.run([find(), "plugin", "list", "--json"], capture_output=True, text=True)
    if listed.returncode:
        raise RuntimeError(f"angora-host plugin list: {listed.stderr.strip()}")
    contributions = [one for plugin in json.loads(listed.stdout) for one in plugin["contributions"]]
    return [one["id"] for one in contributions if one["kind"] in ("task", "scene_task")]
