"""Makes a Gymnasium environment and serves it to the process that has started this one."""

import importlib
import json
import os
import signal
import sys
import traceback


def take_pipes():
    """Keeps standard input and output for the client; whatever an environment prints is an aside."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    # The host decides when to end, and ends this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return requests, answers


def last_line(error):
    """An exception in a line, with the place where it was raised."""
    kind = f"{type(error).__name__}: {error}".strip().replace("\n", " ")
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return kind
    place = frames[-1]
    return f"{kind} ({place.filename}:{place.lineno}, in {place.name})"


def made(settings):
    """The environment of the settings."""
    import gymnasium

    module, name = settings["module"], settings["id"]
    if module:
        try:
            importlib.import_module(module)
        except ImportError as error:
            message = f"the module {module!r} cannot be imported by {sys.executable}: {last_line(error)}"
            raise Refused("module", message) from error
    kwargs = dict(settings["kwargs"])
    if settings["max_episode_steps"]:
        kwargs["max_episode_steps"] = settings["max_episode_steps"]
    try:
        return gymnasium.make(name, **kwargs)
    except ImportError as error:
        message = f"{name!r} needs what cannot be imported by {sys.executable}: {last_line(error)}"
        raise Refused("id", message) from error
    except gymnasium.error.Error as error:
        message = f"gymnasium does not make {name!r}: {last_line(error)}; an environment of another package needs the package's module before it (module:Name-v0)"
        raise Refused("id", message) from error
    except Exception as error:
        field = "kwargs" if kwargs else "id"
        message = f"gymnasium does not make {name!r} with {kwargs}: {last_line(error)}"
        raise Refused(field, message) from error


def facts(env):
    """Versions of all that the environment is made of."""
    import importlib.metadata as metadata

    import gymnasium

    known = {"python": sys.version.split()[0], "numpy": np.__version__}
    known["gymnasium"] = gymnasium.__version__
    known["environment"] = env.spec.id
    module = type(env.unwrapped).__module__.split(".")[0]
    try:
        names = [module] if metadata.version(module) else []
    except metadata.PackageNotFoundError:
        names = metadata.packages_distributions().get(module, [])
    for name in names:
        known[name] = metadata.version(name)
    return known


def described(env, settings):
    """Parts of the observation, what makes an action, and the spec."""
    parts, sensations = observation_parts(env.observation_space, settings["senses"])
    action, act = action_form(env.action_space)
    timestep = getattr(env.unwrapped, "dt", None)
    timestep = float(timestep) if isinstance(timestep, (int, float)) and timestep > 0 else None
    threshold = env.spec.reward_threshold
    spec = {
        "sensations": sensations,
        "action": action,
        "signals": [{"name": name, "len": 1, "unit": ""} for name in settings["signals"]],
        "reward_terms": ["reward"],
        "max_episode_steps": env.spec.max_episode_steps,
        "reward_threshold": None if threshold is None else float(threshold),
        "control_timestep": timestep,
        "saves_state": False,
    }
    return parts, act, spec


def observer(parts, keys, memory):
    """What writes an observation and its info into the memory."""
    writers, at = [], 0
    for part in parts:
        out = memory.sensation[at : at + part.size].reshape(part.shape)
        writers.append((part, part.write, out))
        at += part.size
    signals = list(enumerate(keys))
    (_, write, out), plain = writers[0], len(writers) == 1 and not parts[0].path

    def observe(observation, info):
        if plain:
            write(observation, out)
        else:
            for part, write_part, place in writers:
                write_part(part.value(observation), place)
        for place, key in signals:
            memory.signals[place] = info.get(key, 0.0)

    return observe


def serve(env, server, observe, act):
    """Answers until the client is gone."""
    memory, next_call, done, step = server.memory, server.next, server.done, env.step
    fields, terms, values = memory.fields, memoryview(memory.terms), memory.action
    while (call := next_call()) is not None:
        try:
            if call == STEP:
                observation, terms[0], terminated, truncated, info = step(act(values))
                fields[ENDING] = 1 if terminated else 2 if truncated else 0
            else:
                observation, info = env.reset(seed=memory.seed[SEED])
            observe(observation, info)
        except Exception as error:
            traceback.print_exc()
            server.failed(last_line(error))
        else:
            done()


def main():
    """The whole."""
    requests, answers = take_pipes()
    settings = json.loads(sys.argv[1])
    try:
        env = made(settings)
        parts, act, spec = described(env, settings)
    except Refused as refused:
        refusal = {"field": refused.field, "message": str(refused)}
        return say(answers, {"refusal": refusal})
    server = Server(spec, None, facts(env), requests, answers)
    try:
        serve(env, server, observer(parts, settings["signals"].values(), server.memory), act)
    finally:
        env.close()


main()
