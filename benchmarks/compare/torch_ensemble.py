"""PyTorch's contestants for many chains."""

from __future__ import annotations

import torch

from torch_chain import Problem


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
