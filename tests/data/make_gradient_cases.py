#!/usr/bin/env python3
"""Writes loss, activations, deltas and weight gradients of scalar chains, computed with mpmath at 60 digits.

Usage: make_gradient_cases.py COUNT SEED [--float32] > gradient_cases.json   (needs Debian's python3-mpmath)
    gradient_cases.json          is make_gradient_cases.py 120 1, the same bytes as the file the project was given
    gradient_cases_float32.json  is make_gradient_cases.py 120 1 --float32

One sample per case, loss (y - f_L)^2, z_1 = x w_1, z_i = f_{i-1} w_i, an activation per layer. Inputs are exact
doubles (written with repr); results are decimal strings of 25 significant digits. Beside each result stands its
sensitivity: the sum over the layers of how far it moves when that layer's f_i is off by one part in 2^52, and of how
far when its z_i is off by one part in 2^53 (its rounding), with the slope taken from the stored f_i (tanh' = 1 - f^2, sigmoid' = f (1 - f), softplus' = 1 - exp(-f)). A correct double
evaluation whose activations are within k ULP errs by about k times the sensitivity plus a few 2^-52 of the value a layer.

With --float32 the same draws are rounded to float first, so that the inputs are exact in float, and the sensitivities
are those of a float evaluation: one part in 2^23 for f_i and in 2^24 for z_i. Six of the chains have results below the
smallest normal float, 2^-126, where numbers are 2^-149 apart and no longer rounded to a part in 2^24. Hence, here only:
f_i is off by at least 2^-149, z_i by at least 2^-150, and a delta below 2^-126 (two products of its own) by 2^-149.
"""
import json
import random
import struct
import sys

import mpmath as mp

mp.mp.dps = 60
ULP = mp.mpf(2) ** -52
SPACING = mp.mpf(0)  # of the numbers below SMALLEST_NORMAL; no double result comes near them
SMALLEST_NORMAL = mp.mpf(0)

FUNCTIONS = {
    "tanh": mp.tanh,
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
    "relu": lambda z: z if z > 0 else mp.mpf(0),
    "softplus": lambda z: mp.log1p(mp.exp(z)),
}
SLOPES = {
    "tanh": lambda f: 1 - f * f,
    "identity": lambda f: mp.mpf(1),
    "sigmoid": lambda f: f * (1 - f),
    "relu": lambda f: mp.mpf(1 if f > 0 else 0),
    "softplus": lambda f: -mp.expm1(-f),
}


def off(value, ulps):
    return value + mp.sign(value) * max(ULP * abs(value), SPACING) * ulps


def evaluate(names, w, x, y, f_off=None, z_off=None, delta_off=None):
    """All results of one sample; f of layer `f_off` is off by one ULP, z of layer `z_off` by half an ULP, delta of
    layer `delta_off` by the spacing of the smallest numbers where it is one of them."""
    f = [x]
    for i, weight in enumerate(w):
        z = off(weight * f[-1], mp.mpf(i == z_off) / 2)
        f.append(off(FUNCTIONS[names[i]](z), mp.mpf(i == f_off)))
    delta = [mp.mpf(0)] * len(w)
    for i in range(len(w) - 1, -1, -1):
        behind = w[i + 1] * delta[i + 1] if i + 1 < len(w) else 2 * (f[-1] - y)
        delta[i] = SLOPES[names[i]](f[i + 1]) * behind
        if i == delta_off and 0 < abs(delta[i]) < SMALLEST_NORMAL:
            delta[i] += SPACING
    return {"activations": f[1:], "deltas": delta, "weight_gradients": [a * d for a, d in zip(f, delta)], "loss": [(y - f[-1]) ** 2]}


def case(names, weights, x, y):
    args = names, [mp.mpf(v) for v in weights], mp.mpf(x), mp.mpf(y)
    exact = evaluate(*args)
    kinds = ("f_off", "z_off", "delta_off") if SPACING else ("f_off", "z_off")
    disturbed = [evaluate(*args, **{which: i}) for i in range(len(weights)) for which in kinds]
    result = {"activation": names, "weights": weights, "x": x, "y": y}
    for key, values in exact.items():
        result[key] = [mp.nstr(v, 25, strip_zeros=False) for v in values]
        result[key + "_sensitivity"] = [float(sum(abs(d[key][i] - v) for d in disturbed)) for i, v in enumerate(values)]
    for key in ("loss", "loss_sensitivity"):
        result[key] = result[key][0]
    return result


def draw(rng, kind):
    layers = rng.choice([1, 2, 3, 5, 8, 13, 32])
    scale = rng.choice([0.3, 1.0, 2.0, 5.0])
    x, y = rng.gauss(0, 1.5), rng.uniform(-1, 1)
    weights = [rng.gauss(0, scale) for _ in range(layers)]
    if kind == "mixed":
        names = [rng.choice(list(FUNCTIONS)) for _ in range(layers)]
    elif kind == "live relu":
        names, x, weights = ["relu"] * layers, abs(x), [abs(v) for v in weights]
    elif kind == "kink":
        names, x = ["relu"] * layers, 0.0
    elif kind == "saturated":
        names, weights = [rng.choice(["tanh", "sigmoid"])] * layers, [rng.choice([-1, 1]) * rng.uniform(8, 40) for _ in weights]
    else:
        names = [kind] * layers
    return names, weights, x, y


def to_float(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def main():
    global ULP, SPACING, SMALLEST_NORMAL
    count, seed, float32 = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] == ["--float32"]
    rng = random.Random(seed)
    kinds = ["tanh", "tanh", "identity", "sigmoid", "softplus", "mixed", "mixed", "live relu", "relu", "tanh", "saturated", "kink"]
    draws = [draw(rng, kinds[n % len(kinds)]) for n in range(count)]
    if float32:
        ULP, SPACING, SMALLEST_NORMAL = mp.mpf(2) ** -23, mp.mpf(2) ** -149, mp.mpf(2) ** -126
        draws = [(names, [to_float(w) for w in weights], to_float(x), to_float(y)) for names, weights, x, y in draws]
    json.dump([case(*arguments) for arguments in draws], sys.stdout, indent=1)


main()
