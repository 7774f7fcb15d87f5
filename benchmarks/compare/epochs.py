"""The judge of mini-batch training: the order of an epoch, and single steps of it.

Each contestant draws an order of its own, so each is judged by its own: it says in which order it takes the samples of
its first epoch, and which weights it had before and after some of the steps. The order must have each sample once. A
step must lead from the weights before to the weights after, within the error bound of a single step.
"""

from __future__ import annotations

import hashlib
import pathlib

import numpy as np

import reference
from plan import Contestant, Workload

# A random order leaves one sample at its place on average, and more than this many with probability 1e-20.
MOST_IN_PLACE = 20


class EpochError(Exception):
    """What is wrong with an epoch."""


class OrderJudge:
    """Loads orders, and knows those that it has found good: a contestant draws the same ones in every round."""

    def __init__(self) -> None:
        self.good: set[bytes] = set()

    def load(self, path: pathlib.Path, problem: reference.Problem) -> np.ndarray:
        """x and y of the samples in their order."""
        order = np.load(path)
        if order.shape != (2, len(problem.x)):
            raise EpochError(f"its epoch has samples of shape {order.shape}, not {(2, len(problem.x))}")
        digest = hashlib.sha256(order).digest()
        if digest not in self.good:
            require_shuffled(order, problem)
            self.good.add(digest)
        return order


def require_shuffled(order: np.ndarray, problem: reference.Problem) -> None:
    x, y = order
    if not np.array_equal(np.sort(x + 1j * y), np.sort(problem.x + 1j * problem.y)):
        raise EpochError("its epoch does not have each sample once")
    if (in_place := np.count_nonzero((x == problem.x) & (y == problem.y))) > MOST_IN_PLACE:
        raise EpochError(f"its epoch is not shuffled: {in_place:,} samples are where they were")


def judge(workload: Workload, precision: str, contestant: Contestant, problem: reference.Problem, order: np.ndarray,
          values: np.ndarray) -> tuple[np.ndarray, reference.Expected]:
    """The weights after the checked steps, and what is expected of them."""
    steps = values.reshape(len(workload.checked_steps), 2, workload.layers)
    if not np.array_equal(steps[0, 0], problem.weights):
        raise EpochError("its first step does not begin at the start")
    parts = [expected_step(workload, precision, contestant, before, order[:, step * workload.batch_size:])
             for step, (before, _) in zip(workload.checked_steps, steps)]
    expected = reference.Expected(*(np.concatenate([getattr(part, name) for part in parts])
                                    for name in ("values", "allowed", "scale")))
    return steps[:, 1].reshape(-1), expected


def expected_step(workload: Workload, precision: str, contestant: Contestant, before: np.ndarray,
                  order_from_step: np.ndarray) -> reference.Expected:
    # PyTorch by hand keeps its weights as Python numbers, and rounds them to the precision where it uses them.
    used = before.astype(precision).astype("float64")
    x, y = order_from_step[:, :workload.batch_size].astype("float64")
    problem = reference.Problem(used, x, y)
    expected = reference.expected(workload, precision, contestant, problem,
                                  reference.means(problem, workload.batch_size))
    expected.values += before - used
    return expected
