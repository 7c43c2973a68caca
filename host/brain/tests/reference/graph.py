"""A brain spec computed by PyTorch in float64: its cells, convolutions and gradients."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

Spec = dict[str, Any]
States = dict[str, dict[str, Tensor]]
"""By the node or sense, then by the part (`h`, `c`, `delayed`): `[B, width]`."""

CELLS = {"simple_rnn": (nn.RNN, 1), "gru": (nn.GRU, 3), "lstm": (nn.LSTM, 4)}
"""Module and number of gates."""

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
    "elu": F.elu,
}


class Parameters:
    """Named leaves, each drawn when it is first asked for."""

    def __init__(self, draw: Callable[[tuple[int, ...], float], Tensor]) -> None:
        self.draw = draw
        self.named: dict[str, Tensor] = {}

    def of(self, name: str, *shape: int, obey: Callable[[Tensor], Tensor] = lambda w: w) -> Tensor:
        """The parameter of that name; a new one is made to `obey` its mask and signs."""
        if name not in self.named:
            deviation = 0.5 if len(shape) == 1 else 1 / math.sqrt(math.prod(shape[:-1]))
            self.named[name] = obey(self.draw(shape, deviation)).requires_grad_()
        return self.named[name]


class Graph:
    """A spec with its senses, the number of logits and its parameters."""

    def __init__(
        self, spec: Spec, senses: dict[str, list[int]], logits: int, parameters: Parameters
    ) -> None:
        self.spec, self.senses, self.logits, self.parameters = spec, senses, logits, parameters
        self.nodes = {node["name"]: node for node in spec["nodes"]}
        edges = [edge for node in spec["nodes"] for edge in node["inputs"]]
        # Without repeats, in order.
        self.delayed = list(dict.fromkeys(e["delayed"] for e in edges if isinstance(e, dict)))

    def state_widths(self) -> dict[str, dict[str, int]]:
        """What a sequence remembers."""
        widths: dict[str, dict[str, int]] = {}
        for name, node in self.nodes.items():
            if node["op"]["type"] in CELLS:
                parts = ("h", "c") if node["op"]["type"] == "lstm" else ("h",)
                widths[name] = {part: node["op"]["units"] for part in parts}
        for name in self.delayed:
            widths.setdefault(name, {})["delayed"] = math.prod(self.shape(name))
        return widths

    def shape(self, name: str) -> list[int]:
        """Shape of a sense or node that a delayed edge reads; images only of senses."""
        if name in self.senses:
            return self.senses[name]
        op, inputs = self.nodes[name]["op"], self.nodes[name]["inputs"]
        if "units" in op:
            return [op["units"]]
        if op["type"] not in ("activation", "layer_norm", "add", "multiply"):
            raise ValueError(f"{name}: a delayed edge from {op['type']} is not handled here")
        return self.shape(next(edge for edge in inputs if isinstance(edge, str)))

    def step(
        self, sensations: dict[str, Tensor], states: States, begins: Tensor
    ) -> tuple[Tensor, Tensor, States]:
        """Policy `[B, P]`, value `[B]` and next states, from senses `[B, ...]`."""
        goes_on = (~begins).to(torch.float64)[:, None]
        states = {
            name: {part: state * goes_on for part, state in parts.items()}
            for name, parts in states.items()
        }
        after: States = {name: {} for name in states}
        values = dict(sensations)
        if "vision" in values:
            values["vision"] = values["vision"] / 255
        rows = len(begins)

        def read(edge: str | dict[str, str]) -> Tensor:
            if isinstance(edge, str):
                return values[edge]
            name = edge["delayed"]
            return states[name]["delayed"].reshape(rows, *self.shape(name))

        for name, node in self.nodes.items():
            inputs = [read(edge) for edge in node["inputs"]]
            if node["op"]["type"] in CELLS:
                values[name] = self.cell(node, torch.cat(inputs, 1), states[name], after[name])
            else:
                values[name] = self.compute(node, inputs)
        for name in self.delayed:
            after[name]["delayed"] = values[name].flatten(1)
        policy = self.affine("policy_head", values[self.spec["policy"]], self.logits)
        value = self.affine("value_head", values[self.spec["value"]], 1)
        return policy, value[:, 0], after

    def affine(self, name: str, x: Tensor, units: int) -> Tensor:
        kernel = self.parameters.of(f"{name}.kernel", x.shape[1], units)
        return x @ kernel + self.parameters.of(f"{name}.bias", units)

    def cell(
        self, node: Spec, x: Tensor, before: dict[str, Tensor], after: dict[str, Tensor]
    ) -> Tensor:
        """One step of PyTorch's own module with our parameters; writes the states `after`."""
        name, units, kind = node["name"], node["op"]["units"], node["op"]["type"]
        module, gates = CELLS[kind]
        width = gates * units
        weights = {
            "weight_ih_l0": self.parameters.of(f"{name}.kernel", x.shape[1], width).T,
            "weight_hh_l0": self.parameters.of(f"{name}.recurrent_kernel", units, width).T,
            "bias_ih_l0": self.parameters.of(f"{name}.bias", width),
            "bias_hh_l0": self.parameters.of(f"{name}.recurrent_bias", width)
            if kind == "gru"
            else torch.zeros(width, dtype=torch.float64),
        }
        cell = module(x.shape[1], units, dtype=torch.float64)
        # x and states have an axis more: of steps and of layers, one each.
        h = before["h"][None]
        states = (h, before["c"][None]) if kind == "lstm" else h
        _, new = functional_call(cell, weights, (x[None], states))
        if kind == "lstm":
            after["h"], after["c"] = new[0][0], new[1][0]
        else:
            after["h"] = new[0]
        return after["h"]

    def compute(self, node: Spec, inputs: list[Tensor]) -> Tensor:
        """Everything but cells."""
        op, name, x = node["op"], node["name"], inputs[0]
        activate = ACTIVATIONS[op.get("activation", "linear")]
        match op["type"]:
            case "dense" | "masked_dense":
                return activate(self.dense(name, op, torch.cat(inputs, 1)))
            case "activation":
                return ACTIVATIONS[op["kind"]](x)
            case "concat":
                return torch.cat(inputs, 1)
            case "slice":
                return x[:, op["start"] : op["start"] + op["len"]]
            case "add":
                return torch.stack(inputs).sum(0)
            case "multiply":
                return torch.stack(inputs).prod(0)
            case "flatten":
                return x.flatten(1)
            case "layer_norm":
                width = x.shape[1]
                scale = self.parameters.of(f"{name}.scale", width)
                offset = self.parameters.of(f"{name}.offset", width)
                return F.layer_norm(x, (width,), scale, offset, op.get("epsilon", 1e-5))
            case "conv2d":
                return activate(self.conv2d(name, op, x))
            case "pool":
                return pool(op, x)
            case kind:
                raise ValueError(f"{name}: unknown operation {kind}")

    def dense(self, name: str, op: Spec, x: Tensor) -> Tensor:
        shape = (x.shape[1], op["units"])
        mask = torch.tensor(op.get("mask", [[True]]), dtype=torch.float64)
        signs = torch.tensor(op.get("signs") or [0], dtype=torch.float64)[:, None]

        def obey(kernel: Tensor) -> Tensor:
            return mask * torch.where(signs == 0, kernel, signs * kernel.abs())

        y = x @ (mask * self.parameters.of(f"{name}.kernel", *shape, obey=obey))
        return y + self.parameters.of(f"{name}.bias", op["units"]) if op.get("bias", True) else y

    def conv2d(self, name: str, op: Spec, x: Tensor) -> Tensor:
        kernel = self.parameters.of(f"{name}.kernel", *op["kernel"], x.shape[3], op["filters"])
        bias = self.parameters.of(f"{name}.bias", op["filters"])
        images = F.pad(x.permute(0, 3, 1, 2), padding(op, op["kernel"], x))
        y = F.conv2d(images, kernel.permute(3, 2, 0, 1), bias, tuple(op["stride"]))
        return y.permute(0, 2, 3, 1)


def padding(op: Spec, window: list[int], x: Tensor) -> list[int]:
    """Places to the left, to the right, above and below, as TensorFlow pads."""
    if op.get("padding", "valid") == "valid":
        return [0, 0, 0, 0]
    sides: list[int] = []
    for size, stride, length in zip(window, op["stride"], x.shape[1:3], strict=True):
        total = max((math.ceil(length / stride) - 1) * stride + size - length, 0)
        sides = [total // 2, total - total // 2, *sides]
    return sides


def pool(op: Spec, x: Tensor) -> Tensor:
    """Padding is no part of a window: never the largest, and not counted in a mean."""
    images, places = x.permute(0, 3, 1, 2), padding(op, op["window"], x)
    window, stride = tuple(op["window"]), tuple(op["stride"])
    if op["kind"] == "max":
        y = F.max_pool2d(F.pad(images, places, value=-math.inf), window, stride)
    else:
        real = F.avg_pool2d(F.pad(torch.ones_like(images), places), window, stride)
        y = F.avg_pool2d(F.pad(images, places), window, stride) / real
    return y.permute(0, 2, 3, 1)
