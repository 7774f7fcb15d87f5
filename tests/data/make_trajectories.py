#!/usr/bin/env python3
"""Writes ten-step training trajectories of small chains, computed with mpmath at 60 digits.

Usage: make_trajectories.py > trajectories.json   (needs Debian's python3-mpmath; takes several minutes)

Every optimizer x schedule x weight decay (on, off) x clipping (on: active in some steps, idle in others; off), with the
rest (warm-up, learning rates per layer, sample weights, activations) dealt out among them. Full batches. The formulas
are those of core/include/skein/optimizer.hpp, schedule.hpp and trainer.hpp; gradients are clipped by the factor
min(1, clip_norm / (norm + 1e-6)). Inputs are exact doubles (written with repr), in half of the trajectories exact
floats too (`exact_in_float`). `after_step` holds the weights after each step, decimal strings of 25 digits.

Beside each weight stand two sensitivities. Every operation of a step is listed in Step.run() together with the number
of roundings that any reasonable order of evaluation spends there; for each of them in turn the trajectory is run again
with its result disturbed, and the absolute effects on the weight are added up:
  activation_sensitivity  values of elementary functions (f_i, and softplus' = -expm1(-f)), each off by one part in 2^52
  rounding_sensitivity    everything else, each off by (its number of roundings) parts in 2^53
So a double evaluation whose elementary functions are within k ULP errs, to first order, by at most
k activation_sensitivity + rounding_sensitivity; a float evaluation by 2^29 times that.
"""
import json
import random
import struct
import sys

import mpmath as mp

NUM_STEPS = 10
EXACT_DIGITS, DISTURBED_DIGITS = 60, 45
ULP = mp.mpf(2) ** -52
SLOTS_TREE = 4  # additions above a slot: 16 slots in float (8 in double)

FUNCTIONS = {
    "tanh": mp.tanh,
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
    "softplus": lambda z: mp.log1p(mp.exp(z)),
}


class Disturbance:
    """Counts the operations of a step, and disturbs the one that is the target."""

    def __init__(self, target=None):
        self.target = target
        self.kinds = []

    def __call__(self, kind, value, count=1):
        self.kinds.append(kind)
        if self.target != len(self.kinds) - 1:
            return value
        return value * (1 + (ULP if kind == "activation" else count * ULP / 2))

    def rounded(self, value, count=1):
        return self("rounding", value, count)

    def function(self, value):
        return self("activation", value)


def slope(off, name, f):
    if name == "tanh":
        return off.rounded(1 - f * f)
    if name == "sigmoid":
        return off.rounded(f * (1 - f), 2)
    if name == "softplus":
        return off.function(-mp.expm1(-f))
    return mp.mpf(1)


def sample_gradient(off, names, w, x, y, m):
    """Contributions f_{i-1} delta_i of one sample, each with what it costs to add it to the others."""
    f = [x]
    for name, weight in zip(names, w):
        value = FUNCTIONS[name](off.rounded(weight * f[-1]))
        f.append(value if name == "identity" else off.function(value))
    last = len(w) - 1
    delta = off.rounded(off.rounded(f[-1] - y) * 2 * m * slope(off, names[last], f[-1]), 2)
    contributions = [None] * len(w)
    for i in range(last, -1, -1):
        contributions[i] = off.rounded(f[i] * delta, 1 + SLOTS_TREE)
        if i > 0:
            delta = off.rounded(w[i] * delta * slope(off, names[i - 1], f[i]), 2)
    return contributions


def mean_gradient(off, run, w):
    """The sum of n sample weights costs n - 1 roundings, its reciprocal, the product and the result one each."""
    n = len(run["x"])
    m = run["sample_weight"] or [mp.mpf(1)] * n
    parts = [sample_gradient(off, run["activation"], w, *sample) for sample in zip(run["x"], run["y"], m)]
    count = 3 + (n - 1 if run["sample_weight"] else 0)
    return [off.rounded(sum(column) / sum(m), count) for column in zip(*parts)]


def schedule_factor(off, schedule, step):
    warm_up, kind = schedule["warm_up_steps"], schedule["kind"]
    if step < warm_up:
        return off.rounded(mp.mpf(step + 1) / warm_up)
    s = step - warm_up
    if kind == "step":
        k = s // schedule["every_steps"]
        return off.rounded(mp.mpf(schedule["decay"]) ** k, max(k - 1, 0))
    if kind == "inverse_time":
        return off.rounded(1 / (1 + off.rounded(mp.mpf(schedule["decay"]) * s)), 2)
    if kind == "cosine":
        final, length = mp.mpf(schedule["final_factor"]), schedule["total_steps"] - warm_up
        if s >= length:
            return final
        turn = off.rounded(mp.mpf(s) / length, 2)  # pi s / length: a division and pi, or a division by 2 length
        cosine = off.rounded(mp.cos(mp.pi * turn), 4)  # an elementary function within 2 ULP
        return off.rounded(final + off.rounded(1 - final) * off.rounded(1 + cosine) / 2, 2)
    return mp.mpf(1)


def clipped(off, gradient, clip_norm):
    """Also the norm. Squares, their sum in layer order and the root cost layers + 1; the factor 4 more: 1e-6 as a binary
    number, the sum, the quotient, the result in the scalar's precision."""
    norm = mp.sqrt(sum(g * g for g in gradient))
    if clip_norm is None or norm + mp.mpf("1e-6") <= clip_norm:
        return gradient, norm
    scale = off.rounded(clip_norm / (norm + mp.mpf("1e-6")), len(gradient) + 1 + 4)
    return [off.rounded(g * scale) for g in gradient], norm


def update_sgd(off, optimizer, rate, w, g, v):
    mu, decay = mp.mpf(optimizer["momentum"]), mp.mpf(optimizer["weight_decay"])
    direction = off.rounded(g + decay * w) if decay else g
    if optimizer["kind"] != "sgd":
        v = off.rounded(mu * v + direction)
        direction = off.rounded(direction + mu * v) if optimizer["kind"] == "nesterov" else v
    return off.rounded(w - rate * direction), v


def update_adamw(off, optimizer, rate, w, g, m, v, t):
    """The powers of beta by repeated multiplication, t - 1 roundings, and one for each beta in the scalar's precision."""
    beta1, beta2 = mp.mpf(optimizer["beta1"]), mp.mpf(optimizer["beta2"])
    w = off.rounded(w * off.rounded(1 - rate * mp.mpf(optimizer["weight_decay"]))) if optimizer["weight_decay"] else w
    m = off.rounded(beta1 * m + off.rounded((1 - beta1) * g, 2))
    v = off.rounded(beta2 * v + off.rounded((1 - beta2) * g * g, 3))
    correction1 = off.rounded(1 - off.rounded(beta1**t, t), 2)
    correction2 = off.rounded(mp.sqrt(1 - off.rounded(beta2**t, t)), 3)
    scale = off.rounded(mp.sqrt(v) / correction2, 2)
    direction = off.rounded(m / off.rounded(scale + mp.mpf(optimizer["epsilon"]), 2))
    return off.rounded(w - off.rounded(rate / correction1) * direction), m, v


def one_step(run, state, step, off):
    """The state is (weights, first moments, second moments). Returns the next one, and the norm before clipping."""
    w, first, second = ([*column] for column in state)
    gradient, norm = clipped(off, mean_gradient(off, run, w), run["clip_norm"])
    factor = schedule_factor(off, run["schedule"], step)
    rates = run["learning_rates"] * (len(w) if len(run["learning_rates"]) == 1 else 1)
    for i, g in enumerate(gradient):
        rate = off.rounded(rates[i] * factor, 2)  # the product, and in the scalar's precision
        if run["optimizer"]["kind"] == "adamw":
            w[i], first[i], second[i] = update_adamw(off, run["optimizer"], rate, w[i], g, first[i], second[i], step + 1)
        else:
            w[i], first[i] = update_sgd(off, run["optimizer"], rate, w[i], g, first[i])
    return (w, first, second), norm


def states_and_norms(run):
    zeros = [mp.mpf(0)] * len(run["weights"])
    states, norms = [(run["weights"], zeros, zeros)], []
    for step in range(NUM_STEPS):
        state, norm = one_step(run, states[-1], step, Disturbance())
        states.append(state)
        norms.append(norm)
    return states, norms


def add_sensitivities(run, states, sums):
    for start in range(NUM_STEPS):
        counter = Disturbance()
        one_step(run, states[start], start, counter)
        for target, kind in enumerate(counter.kinds):
            state = states[start]
            for step in range(start, NUM_STEPS):
                state, _ = one_step(run, state, step, Disturbance(target if step == start else None))
                for i, (disturbed, exact) in enumerate(zip(state[0], states[step + 1][0])):
                    sums[kind][step][i] += abs(disturbed - exact)


def numbers(run):
    """The same run with its numbers as mpf."""
    exact = {key: [mp.mpf(v) for v in run[key]] for key in ("weights", "x", "y", "learning_rates")}
    weights = run["sample_weight"] and [mp.mpf(v) for v in run["sample_weight"]]
    clip_norm = None if run["clip_norm"] is None else mp.mpf(run["clip_norm"])
    return {**run, **exact, "sample_weight": weights, "clip_norm": clip_norm}


def choose_clip_norm(run, to_scalar):
    """A norm that clips in some steps and not in others, and comes within 1e-3 of none."""
    _, norms = states_and_norms(numbers(run))
    for quantile in (5, 4, 6, 3, 7, 2, 8, 1):
        clip_norm = to_scalar(0.98 * float(sorted(norms)[quantile]))
        _, clipped_norms = states_and_norms(numbers({**run, "clip_norm": clip_norm}))
        active = [bool(norm > clip_norm) for norm in clipped_norms]
        if 2 <= sum(active) <= 8 and all(abs(norm - clip_norm) > 1e-3 * clip_norm for norm in clipped_norms):
            return clip_norm, active
    return None, None


def draw(rng, kind, schedule, decay, clip, exact_in_float):
    to_scalar = (lambda v: struct.unpack("f", struct.pack("f", v))[0]) if exact_in_float else (lambda v: v)
    layers, samples = rng.choice([2, 3, 3, 4]), rng.choice([3, 4, 5])
    names = ["tanh"] * layers
    if rng.random() < 0.5:
        names = [rng.choice(["tanh", "tanh", "sigmoid", "softplus", "identity"]) for _ in range(layers)]
    rate = {"sgd": 0.3, "momentum": 0.06, "nesterov": 0.06, "adamw": 0.05}[kind]
    rates = [to_scalar(rate * rng.uniform(0.5, 1.5)) for _ in range(rng.choice([1, layers]))]
    warm_up = rng.choice([0, 0, 3])
    return {
        "exact_in_float": exact_in_float,
        "optimizer": {"kind": kind, "momentum": to_scalar(0.9), "weight_decay": to_scalar(0.05) if decay else 0.0,
                      "beta1": to_scalar(0.9), "beta2": to_scalar(0.999), "epsilon": to_scalar(1e-8)},
        "schedule": {"kind": schedule, "warm_up_steps": warm_up, "decay": 0.5 if schedule == "step" else 0.15,
                     "every_steps": 2, "total_steps": 9, "final_factor": rng.choice([0.0, 0.1])},
        "learning_rates": rates,
        "clip_norm": None,
        "clipped": [False] * NUM_STEPS,
        "activation": names,
        "weights": [to_scalar(rng.choice([-1, 1]) * rng.uniform(0.4, 1.6)) for _ in range(layers)],
        "x": [to_scalar(rng.gauss(0, 1)) for _ in range(samples)],
        "y": [to_scalar(rng.uniform(-1, 1)) for _ in range(samples)],
        "sample_weight": [to_scalar(rng.uniform(0.2, 3)) for _ in range(samples)] if rng.random() < 0.4 else None,
    }


def trajectory(rng, kind, schedule, decay, clip, exact_in_float):
    mp.mp.dps = EXACT_DIGITS
    to_scalar = (lambda v: struct.unpack("f", struct.pack("f", v))[0]) if exact_in_float else (lambda v: v)
    run = draw(rng, kind, schedule, decay, clip, exact_in_float)
    while clip and run["clip_norm"] is None:
        run = draw(rng, kind, schedule, decay, clip, exact_in_float)
        run["clip_norm"], run["clipped"] = choose_clip_norm(run, to_scalar)
    states, _ = states_and_norms(numbers(run))
    run["after_step"] = [[mp.nstr(w, 25, strip_zeros=False) for w in state[0]] for state in states[1:]]
    mp.mp.dps = DISTURBED_DIGITS
    sums = {kind: [[mp.mpf(0)] * len(run["weights"]) for _ in range(NUM_STEPS)] for kind in ("activation", "rounding")}
    add_sensitivities(numbers(run), states_and_norms(numbers(run))[0], sums)
    for kind, rows in sums.items():
        run[kind + "_sensitivity"] = [[float("%.4g" % v) for v in row] for row in rows]
    return run


def main():
    rng = random.Random(2)
    runs = []
    for o, kind in enumerate(["sgd", "momentum", "nesterov", "adamw"]):
        for s, schedule in enumerate(["constant", "step", "cosine", "inverse_time"]):
            for decay in (False, True):
                for clip in (False, True):
                    exact_in_float = (o + s + decay + clip) % 2 == 0
                    runs.append(trajectory(rng, kind, schedule, decay, clip, exact_in_float))
                    print(len(runs), kind, schedule, decay, clip, runs[-1]["activation"], file=sys.stderr)
    sys.stdout.write("[\n" + ",\n".join(json.dumps(run) for run in runs) + "\n]\n")


if __name__ == "__main__":
    main()
