"""Rounds: every contestant's results are checked, then all take turns."""

from __future__ import annotations

import pathlib
import sys
import time
from dataclasses import dataclass, field

import numpy as np

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
    def title(self) -> str:
        return f"{self.workload.title}, {self.precision}"


def say(text: str) -> None:
    """One line that keeps changing, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text[:79]}", end="", file=sys.stderr, flush=True)


def write_data(tasks: list[Task], directory: pathlib.Path) -> None:
    for task in tasks:
        say(f"the reference: {task.title}")
        task.problem = reference.make_problem(task.workload, task.precision)
        is_ensemble = task.workload.kind == "ensemble"
        task.exact = (reference.ensemble_terms(task.problem, task.workload) if is_ensemble
                      else reference.means(task.problem, task.workload.batch_size))
        for name in ("weights", "x", "y"):
            np.save(directory / f"{task.name}-{name}.npy", getattr(task.problem, name).astype(task.precision))


def prepare(tasks: list[Task], workers: Workers, directory: pathlib.Path, label: str) -> None:
    """Each does the work once, and is checked."""
    for task in tasks:
        for contestant in contestants_of(task.workload):
            say(f"{label}: checking {contestant.title}: {task.title}")
            values = workers.of(contestant.worker, task.precision).ask(
                command="prepare", task=task.name, contestant=contestant.key, kind=task.workload.kind,
                data=str(directory / task.name), batch_size=task.workload.batch_size, lanes=task.workload.lanes,
                steps=task.workload.steps, learning_rate=LEARNING_RATE)["values"]
            expected = reference.expected(task.workload, task.precision, contestant, task.problem, task.exact)
            task.errors[contestant.key] = check(task, contestant, values, expected)


def check(task: Task, contestant: Contestant, values: list[float | None], expected: reference.Expected) -> float:
    """The largest error relative to the scale."""
    actual = np.array([np.nan if value is None else value for value in values])  # JSON has no NaN
    if actual.shape != expected.values.shape:
        raise ComparisonError(f"{contestant.title}, {task.title}: {len(values)} results, not {len(expected.values)}")
    errors = abs(actual - expected.values)
    for index in np.flatnonzero(~(errors <= expected.allowed)):
        if task.workload.kind == "ensemble":
            what = f"lane {index % task.workload.lanes}: w_{index // task.workload.lanes + 1} after a step"
        elif task.workload.kind == "training_step":
            what = f"w_{index + 1} after the step"
        else:
            what = f"dloss/dw_{index}" if index > 0 else "the loss"
        raise ComparisonError(
            f"{contestant.title}, {task.title}: {what} is {actual[index]!r}, not {expected.values[index]!r} "
            f"+- {expected.allowed[index]:.2g}")
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
    start = time.monotonic()
    left = ""
    versions: dict[str, str] = {}
    for number in range(rounds):
        label = f"round {number + 1} of {rounds}{left}"
        with Workers() as workers:
            versions = versions or workers.versions()
            prepare(tasks, workers, directory, label)
            take_turns(tasks, workers, seconds, number % 2 == 1, label)
        left = f", {(time.monotonic() - start) / (number + 1) * (rounds - number - 1):.0f} s left"
    say("")
    return versions
