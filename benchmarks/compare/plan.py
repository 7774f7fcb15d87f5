"""What is compared: the one list of workloads and the one list of contestants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

PRECISIONS = ("float32", "float64")
# A power of two: FANN keeps it as a float in both precisions.
LEARNING_RATE = 2.0**-6
BATCH_SIZES = (1, 32, 256, 1_024, 4_096, 16_384, 65_536)  # of mini-batch training: a figure has room for their names


@dataclass(frozen=True)
class Workload:
    kind: str  # "batch_gradient", "training_step", "mini_batches" or "ensemble"
    layers: int
    samples: int
    batch_size: int
    lanes: int = 1  # of an ensemble
    steps: int = 1  # of one call

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.layers}-{self.batch_size}-{self.lanes}"

    @property
    def title(self) -> str:
        is_by_batch = self.kind == "mini_batches"
        return self.table_title + (f", batches of {self.batch_size:,}" if is_by_batch else "")

    @property
    def table_title(self) -> str:
        """Workloads with the same one share a table."""
        if self.kind == "ensemble":
            return f"{self.lanes:,} chains side by side, {self.layers} layers, {self.steps} SGD steps of one sample"
        if self.kind == "mini_batches":
            return f"mini-batch training, {self.layers} layers, {self.samples:,} samples in shuffled order"
        what = "one SGD step" if self.kind == "training_step" else "loss and gradient"
        return f"{what}, {self.layers} layer{'s' if self.layers > 1 else ''}, {self.batch_size:,} samples"

    @property
    def data_name(self) -> str:
        """Workloads with the same one have the same samples and weights."""
        return f"{self.layers}-{self.samples}-{self.lanes}"

    @property
    def checked_steps(self) -> list[int]:
        """Of an epoch of mini-batches: the first, one in the middle, and the last."""
        count = self.samples // self.batch_size
        return sorted({0, count // 2, count - 1})

    @property
    def sample_layers(self) -> int:
        """Of one call; of mini-batches, a call is a step."""
        return self.layers * self.batch_size * self.lanes * self.steps


def workloads(depths: list[int]) -> list[Workload]:
    sizes = (1_048_576, 4_096)
    gradients = [Workload("batch_gradient", layers, n, n) for layers in depths for n in sizes]
    # The samples are a multiple of each batch: PyTorch's pieces all have one size.
    batches = [Workload("mini_batches", 8, 1_048_576, size) for size in BATCH_SIZES]
    ensembles = [Workload("ensemble", 3, 8, 1, lanes, 100) for lanes in (65_536, 1_000)]
    return gradients + [Workload("training_step", 4, 65_536, 32)] + batches + ensembles


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
    batch_size: int | None = None  # the only one that it can train with


ALL_KINDS = ("batch_gradient", "training_step", "mini_batches", "ensemble")


def skein_additions(n: int) -> int:
    """1,024 samples to 16 slots, then 4 levels of slots; the chunks are added in double."""
    return min(n, 64 + 4)


CEILING = "ceiling"  # measured in turn with the contestants, but not one of them
CONTESTANTS = (
    Contestant("skein", "skein", "cpp", additions=skein_additions, kinds=ALL_KINDS),
    Contestant("skein_at_hand", "skein, batch at hand", "cpp", additions=skein_additions, kinds=("training_step",)),
    Contestant("torch_autograd", "PyTorch, autograd", "torch", kinds=ALL_KINDS),
    Contestant("torch_by_hand", "PyTorch, by hand", "torch", kinds=ALL_KINDS),
    # Two packets of at least 16 bytes side by side.
    Contestant("eigen", "Eigen, whole columns", "cpp", additions=lambda n: n // 4 + 4),
    Contestant("loop", "loop over std::tanh", "cpp", sums_in_double=True),
    Contestant("fann", "FANN", "cpp", loss_in_float=True),
    Contestant("fann_incremental", "FANN, incremental", "cpp", kinds=("mini_batches",), batch_size=1),
)


def contestants_of(workload: Workload) -> list[Contestant]:
    return [contestant for contestant in CONTESTANTS
            if workload.kind in contestant.kinds and contestant.batch_size in (None, workload.batch_size)]
