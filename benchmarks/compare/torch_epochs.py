"""PyTorch's contestants for mini-batch training: whole epochs over samples in memory, each in a new random order."""

from __future__ import annotations

import time

import numpy as np
import torch

from torch_chain import AutogradStep, ByHandStep, Problem


class Epochs:
    """What both have in common. `new_order` draws the order of an epoch, `step` trains on the samples at some indices.

    Gathering a mini-batch by index is much faster than a DataLoader, which collects sample by sample.
    """

    def __init__(self, problem: Problem):
        self.x, self.y, self.batch_size = problem.x, problem.y, problem.batch_size
        self.checked_steps, self.order_file = problem.checked_steps, problem.order_file
        self.checked: list[float] = []

    def batch(self, order: torch.Tensor, step: int) -> torch.Tensor:
        return order[step * self.batch_size:(step + 1) * self.batch_size]

    def first_call(self) -> None:
        """Some steps of an epoch, to be checked."""
        order = self.new_order()
        np.save(self.order_file, torch.stack([self.x[order.long()], self.y[order.long()]]).numpy())
        for step in self.checked_steps:
            self.checked += self.weight_values()
            self.step(self.batch(order, step))
            self.checked += self.weight_values()

    def result(self) -> list[float]:
        return self.checked

    def call_for(self, seconds: float) -> dict[str, float]:
        """Epochs, and of the last one as many steps as there is time for, with the same part of the order's time."""
        calls, elapsed = 0, 0.0
        num_steps = len(self.x) // self.batch_size
        while elapsed < seconds:
            start = time.perf_counter()
            order = self.new_order()
            drawn = now = time.perf_counter()
            taken = 0
            while taken < num_steps and elapsed + now - drawn < seconds:
                self.step(self.batch(order, taken))
                taken += 1
                now = time.perf_counter()
            calls += taken
            elapsed += now - drawn + (drawn - start) * taken / num_steps
        return {"calls": calls, "seconds": elapsed}


class EpochsAutograd(Epochs):
    def __init__(self, problem: Problem):
        super().__init__(problem)
        self.method = AutogradStep(problem)

    def new_order(self) -> torch.Tensor:
        return torch.randperm(len(self.x))

    def step(self, indices: torch.Tensor) -> None:
        self.method.step(torch.index_select(self.x, 0, indices), torch.index_select(self.y, 0, indices))

    def weight_values(self) -> list[float]:
        return self.method.result()


class EpochsByHand(Epochs):
    """On tensors made once. Indices of 32 bits: drawing an order takes a third of the time."""

    def __init__(self, problem: Problem):
        super().__init__(problem)
        self.order = torch.empty(len(self.x), dtype=torch.int32)
        # The batch is at hand in tensors that each step fills anew.
        problem.x, problem.y = (column[:self.batch_size].clone() for column in (self.x, self.y))
        self.batch_x, self.batch_y = problem.x, problem.y
        self.method = ByHandStep(problem)

    def new_order(self) -> torch.Tensor:
        return torch.randperm(len(self.x), out=self.order)

    def step(self, indices: torch.Tensor) -> None:
        torch.index_select(self.x, 0, indices, out=self.batch_x)
        torch.index_select(self.y, 0, indices, out=self.batch_y)
        self.method.call()

    def weight_values(self) -> list[float]:
        return self.method.result()
