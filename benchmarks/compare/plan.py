"""What is compared: the one list of workloads and the one list of contestants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

PRECISIONS = ("float32", "float64")
# A power of two: FANN keeps it as a float in both precisions.
LEARNING_RATE = 2.0**-6


@dataclass(frozen=True)
class Workload:
    kind: str  # "batch_gradient" or "training_step"
    layers: int
    samples: int
    batch_size: int

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.layers}-{self.batch_size}"

    @property
    def title(self) -> str:
        what = "one SGD step" if self.kind == "training_step" else "loss and gradient"
        return f"{what}, {self.layers} layer{'s' if self.layers > 1 else ''}, {self.batch_size:,} samples"

    @property
    def sample_layers(self) -> int:
        """Of one call."""
        return self.layers * self.batch_size


def workloads(depths: list[int]) -> list[Workload]:
    sizes = (1_048_576, 4_096)
    gradients = [Workload("batch_gradient", layers, n, n) for layers in depths for n in sizes]
    return gradients + [Workload("training_step", 4, 65_536, 32)]


@dataclass(frozen=True)
class Contestant:
    key: str
    title: str
    worker: str  # "cpp" or "torch"
    # The largest number of additions that a sample's term goes through, of n terms in all: their rounding errors are
    # part of the tolerance. n - 1 holds for any order of summation.
    additions: Callable[[int], int] = lambda n: n - 1
    sums_in_double: bool = False  # whatever the precision of the rest
    loss_in_float: bool = False  # likewise
    kinds: tuple[str, ...] = ("batch_gradient", "training_step")


def skein_additions(n: int) -> int:
    """1,024 samples to 16 slots, then 4 levels of slots; the chunks are added in double."""
    return min(n, 64 + 4)


CEILING = "ceiling"  # measured in turn with the contestants, but not one of them
CONTESTANTS = (
    Contestant("skein", "skein", "cpp", additions=skein_additions),
    Contestant("skein_at_hand", "skein, batch at hand", "cpp", additions=skein_additions, kinds=("training_step",)),
    Contestant("torch_autograd", "PyTorch, autograd", "torch"),
    Contestant("torch_by_hand", "PyTorch, by hand", "torch"),
    # Two packets of at least 16 bytes side by side.
    Contestant("eigen", "Eigen, whole columns", "cpp", additions=lambda n: n // 4 + 4),
    Contestant("loop", "loop over std::tanh", "cpp", sums_in_double=True),
    Contestant("fann", "FANN", "cpp", loss_in_float=True),
)


def contestants_of(workload: Workload) -> list[Contestant]:
    return [contestant for contestant in CONTESTANTS if workload.kind in contestant.kinds]
