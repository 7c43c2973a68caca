"""What is recorded."""

from dataclasses import dataclass, field
from typing import Any

from graph import Spec

Edge = str | dict[str, str]

# (step, sequence): at the chunk's first, inner and last steps.
BEGINS = frozenset({(0, 0), (3, 0), (2, 1), (4, 2)})
BODY = {"proprioception": [4], "goal": [2]}
SENSES: list[Edge] = list(BODY)


@dataclass(frozen=True)
class Case:
    """A spec and the form of its data."""

    name: str
    spec: Spec
    sensations: dict[str, list[int]] = field(default_factory=lambda: BODY)
    steps: int = 5
    sequences: int = 3
    # Steps that the gradient reaches back at most.
    chunk: int = 5
    begins: frozenset[tuple[int, int]] = BEGINS
    # Parts of the initial states that are not zero.
    remembered: tuple[str, ...] = ("h", "c")
    # Cases with the same draw have the same numbers.
    draw: str = ""


def node(name: str, kind: str, inputs: list[Edge], /, **op: Any) -> Spec:
    return {"name": name, "op": {"type": kind, **op}, "inputs": inputs}


def dense(name: str, inputs: list[Edge], units: int, activation: str = "tanh", **op: Any) -> Spec:
    return node(name, "dense", inputs, units=units, activation=activation, **op)


def spec(nodes: list[Spec], policy: str, value: str | None = None) -> Spec:
    return {"nodes": nodes, "policy": policy, "value": value or policy}


def delayed(name: str) -> Edge:
    return {"delayed": name}


def cell(kind: str) -> Spec:
    """A built-in cell between two layers."""
    stem = dense("stem", SENSES, 5)
    return spec(
        [stem, node("m1.cell", kind, ["stem"], units=4), dense("m1.out", ["m1.cell"], 3)], "m1.out"
    )


def stacked() -> Spec:
    return spec(
        [
            node("low", "lstm", SENSES, units=4),
            node("high", "gru", ["low", "goal"], units=3),
        ],
        "high",
    )


def towers() -> Spec:
    return spec(
        [
            dense("stem", SENSES, 5, "elu"),
            node("policy.cell", "lstm", ["stem"], units=4),
            dense("policy.out", ["policy.cell"], 3),
            node("value.cell", "gru", ["stem", "asymmetric"], units=3),
            dense("value.out", ["value.cell", "stem"], 4, "softplus"),
        ],
        "policy.out",
        "value.out",
    )


def elman() -> Spec:
    return spec([dense("rnn", [*SENSES, delayed("rnn")], 5)], "rnn")


def feedback() -> Spec:
    """Two areas in a loop; what comes after reads them now and as they were."""
    return spec(
        [
            dense("a", [*SENSES, delayed("b")], 5),
            node("b", "lstm", ["a"], units=4),
            dense("out", ["b", delayed("a"), delayed("b")], 4, "sigmoid"),
        ],
        "out",
        "b",
    )


def delayed_sense() -> Spec:
    return spec(
        [
            dense("change", ["proprioception", delayed("proprioception")], 5),
            node("cell", "gru", ["change", delayed("goal")], units=3),
        ],
        "cell",
        "change",
    )


def drawn_lstm() -> Spec:
    """An LSTM of primitive nodes."""
    reads = [*SENSES, delayed("h")]
    return spec(
        [
            dense("input_gate", reads, 4, "sigmoid"),
            dense("forget_gate", reads, 4, "sigmoid"),
            dense("candidate", reads, 4, "tanh"),
            dense("output_gate", reads, 4, "sigmoid"),
            node("kept", "multiply", ["forget_gate", delayed("c")]),
            node("new", "multiply", ["input_gate", "candidate"]),
            node("c", "add", ["kept", "new"]),
            node("squashed", "activation", ["c"], kind="tanh"),
            node("h", "multiply", ["output_gate", "squashed"]),
        ],
        "h",
    )


def conv(
    name: str, inputs: list[Edge], filters: int, kernel: list[int], stride: list[int], **op: Any
) -> Spec:
    return node(name, "conv2d", inputs, filters=filters, kernel=kernel, stride=stride, **op)


def pool(
    name: str, inputs: list[Edge], kind: str, window: list[int], stride: list[int], **op: Any
) -> Spec:
    return node(name, "pool", inputs, kind=kind, window=window, stride=stride, **op)


def conv_valid() -> Spec:
    return spec(
        [
            conv("v1", ["vision"], 3, [3, 2], [2, 1], activation="relu"),
            conv("v2", ["v1"], 2, [2, 3], [1, 2], activation="tanh"),
            node("flat", "flatten", ["v2"]),
        ],
        "flat",
    )


def conv_same() -> Spec:
    """Even and odd kernels: the padding is more below and to the right, or even."""
    same = {"padding": "same"}
    return spec(
        [
            conv("v1", ["vision"], 3, [4, 3], [2, 2], activation="elu", **same),
            conv("v2", ["v1"], 2, [2, 3], [1, 2], activation="tanh", **same),
            node("flat", "flatten", ["v2"]),
        ],
        "flat",
    )


def pools(kind: str) -> Spec:
    """Windows side by side that leave a row out, so that no two hold the same value; then padded
    windows that overlap."""
    return spec(
        [
            conv("v1", ["vision"], 2, [2, 2], [1, 1], activation="tanh"),
            pool("p1", ["v1"], kind, [2, 2], [2, 2]),
            pool("p2", ["p1"], kind, [3, 3], [1, 2], padding="same"),
            node("flat", "flatten", ["p2"]),
            dense("out", ["flat"], 4),
        ],
        "out",
    )


def conv_lstm() -> Spec:
    return spec(
        [
            conv("v1", ["vision"], 3, [3, 3], [1, 1], activation="tanh"),
            pool("v1.pool", ["v1"], "max", [2, 2], [2, 2]),
            node("v1.flat", "flatten", ["v1.pool"]),
            dense("it", ["v1.flat", "proprioception"], 5, "relu"),
            node("m1", "lstm", ["it"], units=4),
        ],
        "m1",
    )


def delayed_vision() -> Spec:
    """Motion: the image now and a step ago."""
    return spec(
        [
            conv("now", ["vision"], 2, [3, 3], [2, 2], activation="tanh"),
            conv("before", [delayed("vision")], 2, [3, 3], [2, 2], activation="tanh"),
            node("motion", "multiply", ["now", "before"]),
            node("flat", "flatten", ["motion"]),
        ],
        "flat",
    )


def masked() -> Spec:
    """Excitatory and inhibitory units in a loop, with missing connections."""
    stem_mask = [[(i + j) % 3 != 0 for j in range(4)] for i in range(6)]
    # Two inputs of the stem, then four recurrent units.
    mask = [[(2 * i + j) % 4 != 1 for j in range(4)] for i in range(8)]
    signs = [0, 0, 0, 0, 1, 1, 1, -1]
    return spec(
        [
            node(
                "stem",
                "masked_dense",
                SENSES,
                units=4,
                activation="tanh",
                mask=stem_mask,
                bias=False,
            ),
            node(
                "rnn",
                "masked_dense",
                ["stem", delayed("rnn")],
                units=4,
                activation="softplus",
                mask=mask,
                signs=signs,
            ),
        ],
        "rnn",
    )


def layer_norm() -> Spec:
    """Normalised before the activation and before the next step."""
    return spec(
        [
            dense("rnn", [*SENSES, delayed("active")], 5, "linear", bias=False),
            node("norm", "layer_norm", ["rnn"]),
            node("active", "activation", ["norm"], kind="tanh"),
        ],
        "active",
        "norm",
    )


def long() -> Spec:
    return spec([dense("stem", SENSES, 4), node("cell", "lstm", ["stem"], units=4)], "cell")


def episode(name: str, brain: Spec, chunk: int, draw: str) -> Case:
    """One episode from its first step, in chunks of so many steps."""
    begins = frozenset({(0, 0), (0, 1)})
    return Case(name, brain, steps=25, sequences=2, chunk=chunk, begins=begins, draw=draw)


IMAGE = {"vision": [6, 7, 2]}

CASES = [
    Case("lstm", cell("lstm")),
    Case("gru", cell("gru")),
    Case("simple_rnn", cell("simple_rnn")),
    Case("stacked", stacked()),
    Case("towers", towers(), {**BODY, "asymmetric": [3]}),
    Case("elman", elman()),
    Case("elman_mid_episode", elman(), remembered=("delayed",), begins=frozenset({(2, 1)})),
    Case("feedback", feedback()),
    Case("delayed_sense", delayed_sense()),
    Case("drawn_lstm", drawn_lstm()),
    Case("conv_valid", conv_valid(), IMAGE, steps=2, sequences=2),
    Case("conv_same", conv_same(), IMAGE, steps=2, sequences=2),
    Case("max_pool", pools("max"), {"vision": [8, 9, 2]}, steps=2, sequences=2),
    Case("average_pool", pools("average"), {"vision": [8, 9, 2]}, steps=2, sequences=2),
    Case("conv_lstm", conv_lstm(), {"vision": [6, 6, 2], "proprioception": [2]}),
    Case("delayed_vision", delayed_vision(), IMAGE, steps=4, sequences=2),
    Case("masked", masked()),
    Case("layer_norm", layer_norm()),
    episode("episode", long(), 25, "episode"),
    episode("episode_in_chunks", long(), 5, "episode"),
    episode("elman_episode", elman(), 25, "elman_episode"),
    episode("elman_episode_in_chunks", elman(), 5, "elman_episode"),
]
