"""Rounds: every contestant's results are checked, then all take turns."""

from __future__ import annotations

import pathlib
import sys
import time
from dataclasses import dataclass, field

import numpy as np

import epochs
import reference
from plan import CEILING, LEARNING_RATE, Contestant, Workload, contestants_of
from workers import ComparisonError, Workers


@dataclass
class Task:
    """A workload in one precision, and what was measured on it."""

    workload: Workload
    precision: str
    problem: reference.Problem | None = None
    exact: reference.Means | None = None
    errors: dict[str, float] = field(default_factory=dict)  # contestant -> largest error, relative to the scale
    rates: dict[str, list[float]] = field(default_factory=dict)  # contestant -> sample-layers/s in each round

    @property
    def name(self) -> str:
        return f"{self.workload.name}-{self.precision}"

    @property
    def data_name(self) -> str:
        return f"{self.workload.data_name}-{self.precision}"

    @property
    def title(self) -> str:
        return f"{self.workload.title}, {self.precision}"


def say(text: str) -> None:
    """One line that keeps changing, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text[:79]}", end="", file=sys.stderr, flush=True)


def write_data(tasks: list[Task], directory: pathlib.Path) -> None:
    problems: dict[str, reference.Problem] = {}
    for task in tasks:
        say(f"the reference: {task.title}")
        if task.data_name not in problems:
            problem = problems[task.data_name] = reference.make_problem(task.workload, task.precision)
            for name in ("weights", "x", "y"):
                np.save(directory / f"{task.data_name}-{name}.npy", getattr(problem, name).astype(task.precision))
        task.problem = problems[task.data_name]
        if task.workload.kind == "ensemble":
            task.exact = reference.ensemble_terms(task.problem, task.workload)
        elif task.workload.kind != "mini_batches":
            task.exact = reference.means(task.problem, task.workload.batch_size)


class Checks:
    """Each contestant does the work once, and what it says is checked."""

    def __init__(self, tasks: list[Task], directory: pathlib.Path):
        self.tasks, self.directory = tasks, directory
        self.orders = epochs.OrderJudge()

    def prepare(self, workers: Workers, label: str) -> None:
        for task in self.tasks:
            for contestant in contestants_of(task.workload):
                say(f"{label}: checking {contestant.title}: {task.title}")
                self.prepare_one(workers, task, contestant)

    def prepare_one(self, workers: Workers, task: Task, contestant: Contestant) -> None:
        workload, order_file = task.workload, self.directory / "order.npy"
        reply = workers.of(contestant.worker, task.precision).ask(
            command="prepare", task=task.name, contestant=contestant.key, kind=workload.kind,
            data=str(self.directory / task.data_name), batch_size=workload.batch_size, lanes=workload.lanes,
            steps=workload.steps, learning_rate=LEARNING_RATE, checked_steps=workload.checked_steps,
            order_file=str(order_file))
        values = np.array([np.nan if value is None else value for value in reply["values"]])  # JSON has no NaN
        try:
            if workload.kind == "mini_batches":
                order = self.orders.load(order_file, task.problem)
                values, expected = epochs.judge(workload, task.precision, contestant, task.problem, order, values)
            else:
                expected = reference.expected(workload, task.precision, contestant, task.problem, task.exact)
        except epochs.EpochError as error:
            raise ComparisonError(f"{contestant.title}, {task.title}: {error}") from error
        task.errors[contestant.key] = check(task, contestant, values, expected)


def name_of(workload: Workload, index: int) -> str:
    """What the result with this index is."""
    if workload.kind == "ensemble":
        return f"lane {index % workload.lanes}: w_{index // workload.lanes + 1} after a step"
    if workload.kind == "mini_batches":
        step = workload.checked_steps[index // workload.layers]
        return f"w_{index % workload.layers + 1} after step {step + 1} of an epoch"
    if workload.kind == "training_step":
        return f"w_{index + 1} after the step"
    return f"dloss/dw_{index}" if index > 0 else "the loss"


def check(task: Task, contestant: Contestant, actual: np.ndarray, expected: reference.Expected) -> float:
    """The largest error relative to the scale."""
    if actual.shape != expected.values.shape:
        raise ComparisonError(f"{contestant.title}, {task.title}: {len(actual)} results, not {len(expected.values)}")
    errors = abs(actual - expected.values)
    for index in np.flatnonzero(~(errors <= expected.allowed)):
        raise ComparisonError(
            f"{contestant.title}, {task.title}: {name_of(task.workload, index)} is {actual[index]!r}, "
            f"not {expected.values[index]!r} +- {expected.allowed[index]:.2g}")
    return float(np.max(errors / expected.scale))


def rate(task: Task, contestant: Contestant | None, workers: Workers, seconds: float) -> float:
    """Sample-layers per second; of the ceiling where there is no contestant."""
    if contestant is None:
        reply = workers.of("cpp", task.precision).ask(command="ceiling", seconds=seconds)
        return reply["sample_layers_per_second"]
    timing = workers.of(contestant.worker, task.precision).ask(
        command="time", task=task.name, contestant=contestant.key, seconds=seconds)
    return timing["calls"] * task.workload.sample_layers / timing["seconds"]


def take_turns(tasks: list[Task], workers: Workers, seconds: float, backwards: bool, label: str) -> None:
    for task in tasks:
        order: list[Contestant | None] = [None, *contestants_of(task.workload)]  # None: the ceiling
        for contestant in reversed(order) if backwards else order:
            say(f"{label}: {contestant.title if contestant else CEILING}: {task.title}")
            key = contestant.key if contestant else CEILING
            task.rates.setdefault(key, []).append(rate(task, contestant, workers, seconds))


def run_rounds(tasks: list[Task], rounds: int, seconds: float, directory: pathlib.Path) -> dict[str, str]:
    """Returns the versions of the contestants.

    Each round has processes of its own: where the arrays happen to lie in memory changes the rate of a process for good
    (tried: by a third, for columns of 4,096 floats). Every other round goes backwards, so that nobody always follows the
    same neighbour.
    """
    write_data(tasks, directory)
    checks = Checks(tasks, directory)
    start = time.monotonic()
    left = ""
    versions: dict[str, str] = {}
    for number in range(rounds):
        label = f"round {number + 1} of {rounds}{left}"
        with Workers() as workers:
            versions = versions or workers.versions()
            checks.prepare(workers, label)
            take_turns(tasks, workers, seconds, number % 2 == 1, label)
        left = f", {(time.monotonic() - start) / (number + 1) * (rounds - number - 1):.0f} s left"
    say("")
    return versions
