"""Times PyTorch on the CPU, to compare with our own updates.

    python host/brain/benches/pytorch.py --threads 1 --seconds 10

An update is forward, PPO loss of a Gaussian, backward, clipping of the gradient's norm at 0.5 and
a fused Adam step, in float32. Prints one line of JSON: milliseconds, median and minimum, of

    lstm  100 - dense 512 relu - LSTM 512 - heads of 12 and 1; 48 sequences of 16 steps
    conv  64x64x3 - 32 8x8/4 - 64 4x4/2 - 64 3x3/1 - dense 512, all relu - heads; 64 images
"""

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

DEGREES = 6


class Heads(nn.Module):
    """A stem with a policy head (means and log deviations) and a value head."""

    def __init__(self, stem: nn.Module) -> None:
        super().__init__()
        self.stem = stem
        self.policy = nn.Linear(512, 2 * DEGREES)
        self.value = nn.Linear(512, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = self.stem(x)
        y = y[0] if isinstance(y, tuple) else y
        return self.policy(y), self.value(y).squeeze(-1)


def lstm() -> tuple[nn.Module, Tensor]:
    """Steps first, which spares the module a transposition."""
    stem = nn.Sequential(nn.Linear(100, 512), nn.ReLU(), nn.LSTM(512, 512))
    return Heads(stem), torch.randn(16, 48, 100)


def conv() -> tuple[nn.Module, Tensor]:
    stem = nn.Sequential(
        nn.Conv2d(3, 32, 8, 4),
        nn.ReLU(),
        nn.Conv2d(32, 64, 4, 2),
        nn.ReLU(),
        nn.Conv2d(64, 64, 3),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(64 * 4 * 4, 512),
        nn.ReLU(),
    )
    return Heads(stem), torch.rand(64, 3, 64, 64)


def ppo_loss(raw: Tensor, value: Tensor, data: dict[str, Tensor]) -> Tensor:
    mean, log_std = raw.chunk(2, -1)
    z = (data["action"] - mean) * torch.exp(-log_std)
    log_prob = (-0.5 * z * z - log_std).sum(-1) - 0.5 * DEGREES * math.log(2 * math.pi)
    ratio = torch.exp(log_prob - data["log_prob"])
    advantage = data["advantage"]
    surrogate = torch.minimum(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage)
    entropy = log_std.sum(-1)
    value_loss = (value - data["return"]).square()
    return (0.5 * value_loss - surrogate - 0.01 * entropy).mean()


def updates(model: nn.Module, x: Tensor) -> Callable[[], None]:
    with torch.no_grad():
        rows = model(x)[1].shape
    data = {
        "action": torch.randn(*rows, DEGREES),
        "log_prob": torch.full(rows, -8.5),
        "advantage": torch.randn(rows),
        "return": torch.randn(rows),
    }
    parameters = list(model.parameters())
    adam = torch.optim.Adam(parameters, lr=3e-4, eps=1e-5, fused=True)

    def update() -> None:
        adam.zero_grad(set_to_none=True)
        policy, value = model(x)
        ppo_loss(policy, value, data).backward()
        nn.utils.clip_grad_norm_(parameters, 0.5)
        adam.step()

    return update


def timed(run: Callable[[], object], seconds: float) -> dict[str, float]:
    """Runs for so long, after some that are not counted."""
    for _ in range(3):
        run()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        run()
        times.append(1e3 * (time.perf_counter() - start))
    return {
        "median_ms": round(statistics.median(times), 3),
        "minimum_ms": round(min(times), 3),
        "runs": len(times),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Times PyTorch's updates on the CPU.")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10.0, help="for each of the four")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)

    report: dict[str, object] = {"pytorch": torch.__version__, "threads": arguments.threads}
    for name, (model, x) in {"lstm": lstm(), "conv": conv()}.items():
        report[f"{name}_update"] = timed(updates(model, x), arguments.seconds)
        with torch.inference_mode():
            report[f"{name}_forward"] = timed(partial(model, x), arguments.seconds)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
