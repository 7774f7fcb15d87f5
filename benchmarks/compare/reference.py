"""The judge: loss and gradient in float64 with NumPy, and how far a correct contestant may be off.

The allowed error is a running error analysis, to first order. u is the unit roundoff of the contestant's precision
(2^-24 or 2^-53); beside each value of the recursion goes a bound of its error:

    z = w f                      |w| e_f + u |z|
    f = tanh(z)                  f' e_z + 8 u          (8 u absolute: more than any of the contestants' tanh is off)
    s = 1 - f^2                  2 |f| e_f + 2 u
    r = f_L - y                  e_f + u |r|
    delta, f_{i-1} delta, r^2    product rule, + u of the result per multiplication

A mean of n terms t adds (4 u + k u') mean|t|: 4 for the factors 1 / n and 2, wherever they are applied; k the additions a
term goes through (plan.py); u' is u, or 2^-53 for who sums in double. To all that comes the reference's own error, the same bound with u = 2^-53 and
k = 40 (NumPy's pairwise sums of pieces), and one rounding of the weight, for gradients read off a step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plan import LEARNING_RATE, Contestant, Workload

UNIT = {"float32": 2.0**-24, "float64": 2.0**-53}
TANH_ERROR = 8
OWN_ADDITIONS = 40
PIECE = 65_536  # samples at a time, so that deep chains fit in memory
LARGEST_ACTIVATION = 0.98  # FANN clips f there before it takes f'


@dataclass
class Problem:
    """Exact in the precision of the contestants, held in float64."""

    weights: np.ndarray
    x: np.ndarray
    y: np.ndarray


@dataclass
class Means:
    """Over the samples: loss first, then the gradient of each layer."""

    values: np.ndarray
    magnitudes: np.ndarray  # of the terms' absolute values
    errors: np.ndarray  # bounds of the terms' errors, per u


def make_problem(workload: Workload, precision: str) -> Problem:
    """Inputs that leave every activation below FANN's clip, and a target that no chain fits exactly."""
    generator = np.random.default_rng(1)
    x = generator.uniform(-1.5, 1.5, workload.samples)
    y = 0.5 * np.sin(2.0 * x) + generator.normal(0.0, 0.1, workload.samples)
    weights = generator.uniform(0.8, 1.2, workload.layers * workload.lanes)  # a layer after the other
    problem = Problem(*(array.astype(precision).astype("float64") for array in (weights, x, y)))
    if workload.lanes == 1:
        require_unclipped(problem)
    return problem


def require_unclipped(problem: Problem) -> None:
    f = problem.x
    for w in problem.weights:
        f = np.tanh(w * f)
        if np.max(abs(f)) >= LARGEST_ACTIVATION:
            raise AssertionError("the data drive an activation to where FANN clips it")


def terms(weights: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Each sample's loss and gradients, and bounds of their errors in units of u."""
    f, f_error = [x], [np.zeros_like(x)]
    for w in weights:
        z = w * f[-1]
        z_error = abs(w) * f_error[-1] + abs(z)
        f.append(np.tanh(z))
        f_error.append((1.0 - f[-1] ** 2) * z_error + TANH_ERROR)
    r = f[-1] - y
    r_error = f_error[-1] + abs(r)
    values, errors = [r**2], [2.0 * abs(r) * r_error + r**2]
    upstream, upstream_error = 2.0 * r, 2.0 * r_error
    for layer in range(len(weights), 0, -1):
        slope, slope_error = 1.0 - f[layer] ** 2, 2.0 * abs(f[layer]) * f_error[layer] + 2.0
        delta = slope * upstream
        delta_error = slope * upstream_error + abs(upstream) * slope_error + abs(delta)
        term = f[layer - 1] * delta
        values.insert(1, term)
        errors.insert(1, abs(f[layer - 1]) * delta_error + abs(delta) * f_error[layer - 1] + abs(term))
        w = weights[layer - 1]
        upstream = w * delta
        upstream_error = abs(w) * delta_error + abs(upstream)
    return values, errors


def ensemble_terms(problem: Problem, workload: Workload) -> Means:
    """Of the first sample, for each layer and lane, a layer after the other: nothing is summed over lanes."""
    weights = problem.weights.reshape(workload.layers, workload.lanes)
    column = np.ones(workload.lanes)
    values, errors = terms(list(weights), problem.x[0] * column, problem.y[0] * column)
    return Means(*(np.concatenate([values[0][:1], *part]) for part in
                   (values[1:], [abs(value) for value in values[1:]], errors[1:])))


def means(problem: Problem, count: int) -> Means:
    sums = np.zeros((3, len(problem.weights) + 1))
    for first in range(0, count, PIECE):
        piece = slice(first, min(first + PIECE, count))
        values, errors = terms(problem.weights, problem.x[piece], problem.y[piece])
        sums += [[np.sum(t) for t in values], [np.sum(abs(t)) for t in values], [np.sum(e) for e in errors]]
    return Means(*(sums / count))


@dataclass
class Expected:
    values: np.ndarray
    allowed: np.ndarray  # absolute error
    scale: np.ndarray  # what the reported error is relative to


def own_bound(workload: Workload, precision: str, contestant: Contestant, exact: Means) -> np.ndarray:
    """The contestant's errors alone."""
    u = np.full(len(exact.values), UNIT[precision])
    if contestant.loss_in_float:
        u[0] = UNIT["float32"]
    sum_u = UNIT["float64"] if contestant.sums_in_double else u
    return u * (exact.errors + 4 * exact.magnitudes) + sum_u * contestant.additions(workload.batch_size) * exact.magnitudes


def expected(workload: Workload, precision: str, contestant: Contestant, problem: Problem, exact: Means) -> Expected:
    """Of a gradient: loss and gradients. Of a step: the weights after it. Of an ensemble: likewise, after its first."""
    allowed = own_bound(workload, precision, contestant, exact)
    allowed += UNIT["float64"] * (exact.errors + (4 + OWN_ADDITIONS) * exact.magnitudes)
    rounding = UNIT[precision] * abs(problem.weights)
    if workload.kind != "batch_gradient":
        after = problem.weights - LEARNING_RATE * exact.values[1:]
        return Expected(after, LEARNING_RATE * allowed[1:] + 2.0 * rounding, abs(problem.weights))
    allowed[1:] += rounding
    return Expected(exact.values, allowed, exact.magnitudes)
