#!/usr/bin/env python3
"""usage: /usr/bin/python3 tests/long/fit_grid.py SKEIN

Trains on data sets of many kinds: normal and uniform x, scaled by 50, shifted, with 1,000 to 1,000,000 rows, noise of 0
to 0.3, from teachers of 1 to 4 layers. On each, `skein train --data FILE` must get 90 % of the R^2 that the best of a grid
of settings gets, or a finding must say what is missing; and no finding may accuse the best one, trained ten times as long.
Prints a table of the kinds. Two minutes.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

UNITS = {"as it is": (1.0, 0.0), "scaled by 50": (50.0, 0.0), "shifted by 5": (1.0, 5.0)}
SHAPES = ("normal", "uniform")
NUM_ROWS = (1_000, 20_000, 1_000_000)
NOISES = (0.0, 0.1, 0.3)
TEACHERS = (1, 2, 4)
# What the best one is chosen of: --scale, the last activation, --learning-rate, --batch.
SETTINGS = tuple(itertools.product(("none", "standard"), ("tanh", "identity"), ("0.03", "0.3"), ("32", "256")))


def train(skein, data, *options):
    command = [skein, "train", "--data", data, "--json", "--quiet", *options]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def make_data(path, shape, num_rows, units, noise, teacher, seed):
    generator = np.random.default_rng(seed)
    x = generator.standard_normal(num_rows) if shape == "normal" else generator.uniform(-2.0, 2.0, num_rows)
    y = x
    for _ in range(teacher):
        y = np.tanh(1.2 * y)
    factor, offset = UNITS[units]
    y = y + noise * generator.standard_normal(num_rows)
    np.save(path, np.column_stack([offset + factor * x, offset + factor * y]))


def best_of_grid(skein, data):
    best, best_options = None, None
    for scale, last, rate, batch in SETTINGS:
        options = ["--scale", scale, "--activation", f"tanh,tanh,tanh,{last}", "--learning-rate", rate, "--batch", batch]
        run = train(skein, data, *options, "--steps", "3000")
        if run["r2"] is not None and (best is None or run["r2"] > best["r2"]):
            best, best_options = run, options
    return best["r2"], best_options


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.split("\n")[0])
    skein = sys.argv[1]
    wrong = []
    print("| units | rows | default: least R^2 | of the best | findings of the default |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as directory:
        data = os.path.join(directory, "data.npy")
        for units, num_rows in itertools.product(UNITS, NUM_ROWS):
            least, least_share, names = np.inf, np.inf, set()
            for seed, (shape, noise, teacher) in enumerate(itertools.product(SHAPES, NOISES, TEACHERS)):
                make_data(data, shape, num_rows, units, noise, teacher, seed)
                what = f"{units}, {num_rows} rows, {shape}, noise {noise}, {teacher} layers"
                default = train(skein, data)
                best, options = best_of_grid(skein, data)
                found = [finding["name"] for finding in default["findings"]]
                if default["r2"] < 0.9 * best and not found:
                    wrong.append(f"{what}: R^2 {default['r2']:.3f} by default, {best:.3f} with {options}, and no finding")
                accused = train(skein, data, *options, "--steps", "30000")["findings"]
                if accused:
                    wrong.append(f"{what}: a good run is accused: {accused[0]['text']}")
                least, least_share = min(least, default["r2"]), min(least_share, default["r2"] / best)
                names.update(found)
            share = f"{100 * least_share:.0f} %" if least > 0 else "-"
            print(f"| {units} | {num_rows:,} | {least:.2f} | {share} | {', '.join(sorted(names)) or 'none'} |", flush=True)
    print("\n".join(wrong), file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
