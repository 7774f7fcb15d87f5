"""PyTorch's contestants, behind the same pipe as the C++ ones (main.cpp)."""

from __future__ import annotations

import json
import signal
import sys
import time
from typing import Any, Callable

import numpy as np
import torch

from torch_chain import AutogradGradient, AutogradStep, ByHandGradient, ByHandStep, Problem
from torch_ensemble import EnsembleAutograd, EnsembleByHand
from torch_epochs import EpochsAutograd, EpochsByHand

CONTESTANTS = {
    ("torch_autograd", "ensemble"): EnsembleAutograd,
    ("torch_by_hand", "ensemble"): EnsembleByHand,
    ("torch_autograd", "mini_batches"): EpochsAutograd,
    ("torch_by_hand", "mini_batches"): EpochsByHand,
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
            work = works[key] = CONTESTANTS[request["contestant"], request["kind"]](Problem(request))
            work.first_call() if hasattr(work, "first_call") else work.call()
            return {"values": work.result()}
        work = works[key]
        if hasattr(work, "call_for"):
            return work.call_for(request["seconds"])
        return call_for(work.call, request["seconds"])


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
