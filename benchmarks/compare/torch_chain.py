"""PyTorch's contestants for one chain: loss and gradient, and one SGD step."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


class Problem:
    """For a gradient and a single step the mini-batch is at hand as two tensors: nothing is shuffled or gathered."""

    def __init__(self, request: dict[str, Any]):
        def load(name: str) -> np.ndarray:
            return np.load(f"{request['data']}-{name}.npy")

        self.weights = torch.from_numpy(load("weights"))
        self.batch_size = request["batch_size"]
        is_at_hand = request["kind"] in ("batch_gradient", "training_step")
        count = self.batch_size if is_at_hand else None
        self.x = torch.from_numpy(load("x")[:count].copy())
        self.y = torch.from_numpy(load("y")[:count].copy())
        self.lanes, self.steps = request["lanes"], request["steps"]
        self.learning_rate = request["learning_rate"]
        self.checked_steps, self.order_file = request["checked_steps"], request["order_file"]


class Autograd:
    """A parameter per layer: what comes out when the formulas of the forward pass are written down."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self.weights = [torch.nn.Parameter(w.clone()) for w in problem.weights]

    def loss(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        f = x
        for w in self.weights:
            f = torch.tanh(w * f)
        return torch.nn.functional.mse_loss(f, y)


class AutogradGradient(Autograd):
    def call(self) -> None:
        for w in self.weights:
            w.grad = None
        loss = self.loss(self.problem.x, self.problem.y)
        loss.backward()
        self.latest = loss.detach()

    def result(self) -> list[float]:
        return [self.latest.item()] + [w.grad.item() for w in self.weights]


class AutogradStep(Autograd):
    def __init__(self, problem: Problem):
        super().__init__(problem)
        self.optimizer = torch.optim.SGD(self.weights, lr=problem.learning_rate)

    def call(self) -> None:
        self.step(self.problem.x, self.problem.y)

    def step(self, x: torch.Tensor, y: torch.Tensor) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        self.loss(x, y).backward()
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
