"""Records what PyTorch makes of small brains, as references for ours.

    pip install torch
    python host/brain/tests/reference/record.py

writes one `<case>.json` per case (cases.py) beside this file. PyTorch computes in float64, on one
thread; the cells are `torch.nn.LSTM`, `GRU` and `RNN`, the gradients those of autograd
(graph.py). All arrays are flat and row major. C steps, B sequences, S values of a sensation, P
logits; a row of `[C B]` is t B + b.

    pytorch       version
    name          of the case
    spec          BrainSpec
    sensations    sense -> shape, in the order in which they lie in a sensation
    action        ActionSpec; the policy head gives its logits
    steps         C
    sequences     B
    chunk         steps that a chunk has: the gradient stops where one begins, the states go on
    parameters    name -> {shape, values}
    x             sensations [C B S]; vision in whole numbers from 0 to 255
    begins        [C B], whether an episode begins: all that is remembered is zero there
    states        what is remembered before the first step, node or sense -> part -> [B width];
                  the parts are `h` and `c` of a cell, and `delayed`, what delayed edges read
    policy        logits [C B P]
    value         [C B]
    d_policy      [C B P]
    d_value       [C B]
    gradient      name -> values, of sum(policy d_policy) + sum(value d_value)
    final_states  what is remembered after the last step, like states

Inputs (parameters, x, states, d_policy, d_value) have few digits and stand for the float32 next to
them; results have nine significant digits.

Conventions: y = x W + b. Gates lie side by side: i, f, g, o (LSTM); r, z, n (GRU), where
n = tanh(x W + b + r (h U + b')) and h' = (1 - z) n + z h. A convolution's kernel is
[height, width, channels, filters]. Images are [H, W, channels]; vision is divided by 255 where it
enters. `same` pads with max((ceil(in / stride) - 1) stride + size - in, 0) places, half of them,
rounded down, before the image. A mean over a window counts only places inside the image.
"""

import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from cases import CASES, Case
from graph import Graph, Parameters, States

LOGITS = 3


def nearest_f32(x: Tensor) -> Tensor:
    return x.to(torch.float32).to(torch.float64)


def normals(generator: torch.Generator) -> Callable[[tuple[int, ...], float], Tensor]:
    """Draws normal numbers of three decimals, as float32 has them."""

    def draw(shape: tuple[int, ...], deviation: float) -> Tensor:
        x = torch.randn(shape, generator=generator, dtype=torch.float64) * deviation
        return nearest_f32(x.round(decimals=3))

    return draw


def draw_sensations(case: Case, generator: torch.Generator) -> dict[str, Tensor]:
    """Senses `[C, B, ...]`."""
    draw = normals(generator)
    senses = {}
    for sense, shape in case.sensations.items():
        size = (case.steps, case.sequences, *shape)
        if sense == "vision":
            pixels = torch.randint(0, 256, size, generator=generator)
            senses[sense] = pixels.to(torch.float64)
        else:
            senses[sense] = draw(size, 1.0)
    return senses


def flat(x: Tensor, digits: int) -> list[float]:
    """Values with so many significant digits, whole numbers as such."""
    values = [float(f"{v:.{digits}g}") for v in x.detach().flatten().tolist()]
    return [int(v) if v.is_integer() else v for v in values]


def flat_states(states: States, digits: int) -> dict[str, dict[str, list[float]]]:
    return {
        name: {part: flat(state, digits) for part, state in parts.items()}
        for name, parts in states.items()
    }


def record(case: Case) -> dict[str, Any]:
    """Runs a case, chunk by chunk."""
    generator = torch.Generator().manual_seed(zlib.crc32((case.draw or case.name).encode()))
    draw = normals(generator)
    graph = Graph(case.spec, case.sensations, LOGITS, Parameters(draw))
    senses = draw_sensations(case, generator)
    rows = (case.steps, case.sequences)
    d_policy, d_value = draw((*rows, LOGITS), 1.0), draw(rows, 1.0)
    begins = torch.zeros(rows, dtype=torch.bool)
    for t, b in case.begins:
        if t < case.steps and b < case.sequences:
            begins[t, b] = True
    initial = {
        name: {
            part: draw((case.sequences, width), 0.5 if part in case.remembered else 0.0)
            for part, width in parts.items()
        }
        for name, parts in graph.state_widths().items()
    }

    states, policies, values = initial, [], []
    for t in range(case.steps):
        if t % case.chunk == 0:
            states = {n: {p: s.detach() for p, s in parts.items()} for n, parts in states.items()}
        step = {sense: x[t] for sense, x in senses.items()}
        policy, value, states = graph.step(step, states, begins[t])
        policies.append(policy)
        values.append(value)
    policy, value = torch.stack(policies), torch.stack(values)
    scalar = (policy * d_policy).sum() + (value * d_value).sum()
    named = graph.parameters.named
    gradient = torch.autograd.grad(scalar, list(named.values()))

    # Enough digits to find the float32 again; those that were drawn need fewer.
    exact = 7
    return {
        "pytorch": torch.__version__,
        "name": case.name,
        "spec": case.spec,
        "sensations": case.sensations,
        "action": {"type": "discrete", "n": LOGITS},
        "steps": case.steps,
        "sequences": case.sequences,
        "chunk": case.chunk,
        "parameters": {
            name: {"shape": list(p.shape), "values": flat(p, exact)} for name, p in named.items()
        },
        "x": flat(torch.cat([x.flatten(2) for x in senses.values()], 2), exact),
        "begins": begins.flatten().tolist(),
        "states": flat_states(initial, exact),
        "policy": flat(policy, 9),
        "value": flat(value, 9),
        "d_policy": flat(d_policy, exact),
        "d_value": flat(d_value, exact),
        "gradient": {name: flat(d, 9) for name, d in zip(named, gradient, strict=True)},
        "final_states": flat_states(states, 9),
    }


def write(recording: dict[str, Any], path: Path) -> None:
    """JSON with one line per field."""
    lines = [
        f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'), allow_nan=False)}"
        for key, value in recording.items()
    ]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main() -> None:
    torch.set_num_threads(1)
    for case in CASES:
        path = Path(__file__).with_name(f"{case.name}.json")
        write(record(case), path)
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
