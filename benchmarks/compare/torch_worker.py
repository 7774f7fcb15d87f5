"""PyTorch's contestants, behind the same pipe as the C++ ones (main.cpp)."""

from __future__ import annotations

import json
import signal
import sys
import time
from typing import Any, Callable

import numpy as np
import torch


class Problem:
    """The mini-batch is at hand as two tensors: nothing is shuffled or gathered in the timed calls."""

    def __init__(self, request: dict[str, Any]):
        def load(name: str) -> np.ndarray:
            return np.load(f"{request['data']}-{name}.npy")

        self.weights = torch.from_numpy(load("weights"))
        is_ensemble = request["kind"] == "ensemble"
        count = None if is_ensemble else request["batch_size"]
        self.x = torch.from_numpy(load("x")[:count].copy())
        self.y = torch.from_numpy(load("y")[:count].copy())
        self.lanes, self.steps = request["lanes"], request["steps"]
        self.learning_rate = request["learning_rate"]


class Autograd:
    """A parameter per layer: what comes out when the formulas of the forward pass are written down."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self.weights = [torch.nn.Parameter(w.clone()) for w in problem.weights]

    def loss(self) -> torch.Tensor:
        f = self.problem.x
        for w in self.weights:
            f = torch.tanh(w * f)
        return torch.nn.functional.mse_loss(f, self.problem.y)


class AutogradGradient(Autograd):
    def call(self) -> None:
        for w in self.weights:
            w.grad = None
        loss = self.loss()
        loss.backward()
        self.latest = loss.detach()

    def result(self) -> list[float]:
        return [self.latest.item()] + [w.grad.item() for w in self.weights]


class AutogradStep(Autograd):
    def __init__(self, problem: Problem):
        super().__init__(problem)
        self.optimizer = torch.optim.SGD(self.weights, lr=problem.learning_rate)

    def call(self) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        self.loss().backward()
        self.optimizer.step()

    def result(self) -> list[float]:
        return [w.item() for w in self.weights]


class ByHand:
    """Forward and backward written out, on tensors made once, without autograd.

    The choices were measured: pieces of 65,536 samples; tanh_backward fuses d (1 - f^2); a product and a sum beat
    torch.dot from about a thousand samples on, and lose below.
    """

    PIECE = 65_536
    DOT_BELOW = 1_024

    def __init__(self, problem: Problem):
        self.learning_rate = problem.learning_rate
        self.count = len(problem.x)
        self.weights = problem.weights.tolist()
        self.gradients = [0.0] * len(self.weights)
        self.pieces = list(zip(problem.x.split(self.PIECE), problem.y.split(self.PIECE)))
        # A last piece that is shorter would need columns of its own.
        assert all(len(x) == len(self.pieces[0][0]) for x, _ in self.pieces)
        self.activations = [torch.empty_like(self.pieces[0][0]) for _ in self.weights]
        self.delta, self.scratch = (torch.empty_like(self.pieces[0][0]) for _ in range(2))
        self.dot = self.dot_small if self.count < self.DOT_BELOW else self.dot_large

    @staticmethod
    def dot_small(a: torch.Tensor, b: torch.Tensor) -> float:
        return torch.dot(a, b).item()

    def dot_large(self, a: torch.Tensor, b: torch.Tensor) -> float:
        return torch.mul(a, b, out=self.scratch).sum().item()

    def compute(self) -> None:
        sums = [0.0] * len(self.weights)
        loss = 0.0
        for x, y in self.pieces:
            loss += self.add_piece(x, y, sums)
        self.loss = loss / self.count
        self.gradients = [2.0 / self.count * s for s in sums]

    def add_piece(self, x: torch.Tensor, y: torch.Tensor, sums: list[float]) -> float:
        tanh_backward = torch.ops.aten.tanh_backward.grad_input
        f = x
        for w, activation in zip(self.weights, self.activations):
            torch.mul(f, w, out=activation)
            f = activation.tanh_()
        delta = torch.sub(f, y, out=self.delta)
        loss = self.dot(delta, delta)
        for layer in range(len(self.weights) - 1, -1, -1):
            tanh_backward(delta, self.activations[layer], grad_input=delta)
            sums[layer] += self.dot(delta, self.activations[layer - 1] if layer > 0 else x)
            if layer > 0:
                delta.mul_(self.weights[layer])
        return loss


class ByHandGradient(ByHand):
    def call(self) -> None:
        self.compute()

    def result(self) -> list[float]:
        return [self.loss, *self.gradients]


class ByHandStep(ByHand):
    def call(self) -> None:
        self.compute()
        self.weights = [w - self.learning_rate * g for w, g in zip(self.weights, self.gradients)]

    def result(self) -> list[float]:
        return self.weights


class Ensemble:
    """Independent chains: a column of weights per layer, every step on the next sample, the same for all chains."""

    def __init__(self, problem: Problem):
        self.start = problem.weights.view(-1, problem.lanes)
        self.samples = list(zip(problem.x.tolist(), problem.y.tolist()))
        self.learning_rate, self.steps = problem.learning_rate, problem.steps
        self.weights = self.new_weights()

    def first_call(self) -> None:
        """One step, to be checked."""
        self.run(1)

    def call(self) -> None:
        self.run(self.steps)

    def result(self) -> list[float]:
        return torch.cat([w.detach() for w in self.weights]).tolist()


class EnsembleAutograd(Ensemble):
    def new_weights(self) -> list[torch.Tensor]:
        return [w.clone().requires_grad_() for w in self.start]

    def run(self, steps: int) -> None:
        self.weights = self.new_weights()
        for step in range(steps):
            x, y = self.samples[step % len(self.samples)]
            f = x
            for w in self.weights:
                f = torch.tanh(w * f)
            gradients = torch.autograd.grad((f - y).square().sum(), self.weights)
            with torch.no_grad():
                for w, gradient in zip(self.weights, gradients):
                    w.sub_(gradient, alpha=self.learning_rate)


class EnsembleByHand(Ensemble):
    """In place, on tensors made once per piece: all steps of 16,384 chains, then the next ones. The choices were measured:
    pieces of 16,384 to 65,536 are about as fast; a product and a difference beat addcmul_, which is not vectorised."""

    PIECE = 16_384

    def new_weights(self) -> list[torch.Tensor]:
        return [w.clone() for w in self.start]

    def run(self, steps: int) -> None:
        for w, start in zip(self.weights, self.start):
            w.copy_(start)
        for piece in zip(*(w.split(self.PIECE) for w in self.weights)):
            self.run_piece(piece, steps)

    def run_piece(self, weights: tuple[torch.Tensor, ...], steps: int) -> None:
        tanh_backward = torch.ops.aten.tanh_backward.grad_input
        rate = -2.0 * self.learning_rate
        activations = [torch.empty_like(w) for w in weights]
        delta, upstream, scratch = (torch.empty_like(weights[0]) for _ in range(3))
        for step in range(steps):
            x, y = self.samples[step % len(self.samples)]
            f = torch.mul(weights[0], x, out=activations[0]).tanh_()
            for w, activation in zip(weights[1:], activations[1:]):
                f = torch.mul(w, f, out=activation).tanh_()
            torch.sub(f, y, out=delta)
            for layer in range(len(weights) - 1, 0, -1):
                tanh_backward(delta, activations[layer], grad_input=delta)
                torch.mul(weights[layer], delta, out=upstream)
                weights[layer].add_(torch.mul(delta, activations[layer - 1], out=scratch), alpha=rate)
                delta, upstream = upstream, delta
            tanh_backward(delta, activations[0], grad_input=delta)
            weights[0].add_(delta, alpha=rate * x)


CONTESTANTS = {
    ("torch_autograd", "ensemble"): EnsembleAutograd,
    ("torch_by_hand", "ensemble"): EnsembleByHand,
    ("torch_autograd", "batch_gradient"): AutogradGradient,
    ("torch_autograd", "training_step"): AutogradStep,
    ("torch_by_hand", "batch_gradient"): ByHandGradient,
    ("torch_by_hand", "training_step"): ByHandStep,
}


def call_for(call: Callable[[], None], seconds: float) -> dict[str, float]:
    start = time.perf_counter()
    calls, elapsed = 0, 0.0
    while elapsed < seconds:
        call()
        calls += 1
        elapsed = time.perf_counter() - start
    return {"calls": calls, "seconds": elapsed}


def answer(works: dict[tuple[str, str], Any], request: dict[str, Any]) -> dict[str, Any]:
    if request["command"] == "describe":
        capability = torch.__config__.show().split("CPU capability usage: ")[-1].split("\n")[0]
        return {"PyTorch": f"{torch.__version__} ({capability})", "NumPy": np.__version__,
                "Python": sys.version.split()[0]}
    key = (request["task"], request["contestant"])
    by_hand = request["contestant"] == "torch_by_hand"
    with torch.set_grad_enabled(not by_hand):
        if request["command"] == "prepare":
            works[key] = CONTESTANTS[request["contestant"], request["kind"]](Problem(request))
            first_call = getattr(works[key], "first_call", works[key].call)
            first_call()
            return {"values": works[key].result()}
        return call_for(works[key].call, request["seconds"])


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    torch.set_num_threads(1)
    works: dict[tuple[str, str], Any] = {}
    for line in sys.stdin:
        try:
            reply = answer(works, json.loads(line))
        except Exception as error:  # whatever it is, the driver tells it
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


main()
