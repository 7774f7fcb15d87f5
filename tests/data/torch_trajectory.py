#!/usr/bin/env python3
"""Compares the trajectories of trajectories.json with torch.optim's, in float64 (needs Debian's python3-torch).

Usage: torch_trajectory.py [TRAJECTORIES.json]

Trains the same chains with torch: its autograd, clip_grad_norm_, SGD (with momentum, Nesterov) and AdamW; only the
learning rate's factor is computed here. Prints the largest relative difference of a weight after any step from the
exact value, for each optimizer; exits 1 when one is over 1e-12, the tolerance agreed on for this comparison (torch's
own rounding of ten steps; a wrong formula shows at 1e-6 and more).
"""
import json
import math
import os
import sys

import torch

TOLERANCE = 1e-12
ACTIVATIONS = {
    "tanh": torch.tanh,
    "identity": lambda z: z,
    "sigmoid": torch.sigmoid,
    # torch's own softplus is linear from z = 20 on, and inaccurate for z far below 0; here z stays near 0.
    "softplus": torch.nn.functional.softplus,
}


def make_optimizer(settings, weights, rates):
    groups = [{"params": [w], "lr": rate} for w, rate in zip(weights, rates)]
    if settings["kind"] == "adamw":
        return torch.optim.AdamW(groups, lr=1.0, betas=(settings["beta1"], settings["beta2"]), eps=settings["epsilon"],
                                 weight_decay=settings["weight_decay"])
    momentum = 0.0 if settings["kind"] == "sgd" else settings["momentum"]
    return torch.optim.SGD(groups, lr=1.0, momentum=momentum, weight_decay=settings["weight_decay"],
                           nesterov=settings["kind"] == "nesterov")


def factor(schedule, step):
    s = step - schedule["warm_up_steps"]
    if s < 0:
        return (step + 1) / schedule["warm_up_steps"]
    if schedule["kind"] == "step":
        return schedule["decay"] ** (s // schedule["every_steps"])
    if schedule["kind"] == "inverse_time":
        return 1 / (1 + schedule["decay"] * s)
    if schedule["kind"] == "cosine":
        progress = min(s / (schedule["total_steps"] - schedule["warm_up_steps"]), 1.0)
        return schedule["final_factor"] + (1 - schedule["final_factor"]) * (1 + math.cos(math.pi * progress)) / 2
    return 1.0


def loss(run, weights):
    f, y = torch.tensor(run["x"], dtype=torch.float64), torch.tensor(run["y"], dtype=torch.float64)
    m = torch.tensor(run["sample_weight"] or [1.0] * len(run["x"]), dtype=torch.float64)
    for name, w in zip(run["activation"], weights):
        f = ACTIVATIONS[name](w * f)
    return (m * (y - f) ** 2).sum() / m.sum()


def largest_difference(run):
    weights = [torch.tensor(w, dtype=torch.float64, requires_grad=True) for w in run["weights"]]
    rates = run["learning_rates"] * (len(weights) if len(run["learning_rates"]) == 1 else 1)
    optimizer = make_optimizer(run["optimizer"], weights, rates)
    largest = 0.0
    for step, exact_weights in enumerate(run["after_step"]):
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate * factor(run["schedule"], step)
        optimizer.zero_grad()
        loss(run, weights).backward()
        if run["clip_norm"] is not None:
            torch.nn.utils.clip_grad_norm_(weights, run["clip_norm"])
        optimizer.step()
        for w, exact in zip(weights, exact_weights):
            largest = max(largest, abs(w.item() - float(exact)) / abs(float(exact)))
    return largest


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "trajectories.json")) as file:
        runs = json.load(file)
    worst = {}
    for run in runs:
        kind = run["optimizer"]["kind"]
        worst[kind] = max(worst.get(kind, 0.0), largest_difference(run))
    for kind, difference in worst.items():
        print(f"{kind}: largest relative difference of torch {torch.__version__} {difference:.2e}")
    sys.exit(0 if len(worst) == 4 and max(worst.values()) <= TOLERANCE else 1)


main()
