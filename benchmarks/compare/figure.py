"""Draws the rate of training against the size of its mini-batches, from compare.json, by gnuplot.

    python3 benchmarks/compare/figure.py build/compare/compare.json build/compare/rate_by_batch_size.png
"""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
import sys
from typing import Any

FIGURE = "rate_by_batch_size.png"
FIGURE_TEXT = "Rate of mini-batch training against the size of a mini-batch, for skein and its peers"
# Colours that differ also for the colour-blind (M. Okabe and K. Ito, 2008), and gnuplot's marks: full, then empty.
LOOKS = {
    "skein": ("#0072b2", 7, 6),
    "torch_by_hand": ("#009e73", 9, 8),
    "torch_autograd": ("#d55e00", 5, 4),
    "fann_incremental": ("#a05a8c", 13, 12),
}
CEILING_COLOUR = "#4d4d4d"
PRECISIONS = {"float32": 1, "float64": 2}  # and gnuplot's style of their lines: whole, and broken

SETTINGS = """set encoding utf8
set terminal pngcairo noenhanced size 1000,640 font "sans,13" rounded
set border 3 linecolor rgb "#4d4d4d"
set tics nomirror out textcolor rgb "black"
set grid xtics ytics linetype 1 linecolor rgb "#dddddd" linewidth 1
# Where no curve goes: rates grow with the batch. The range leaves room for it.
set key inside bottom right vertical maxrows 6 reverse Left spacing 1.2 width -3 opaque
set rmargin 5
set logscale x 2
set logscale y 10
set yrange [1e3:]
set xlabel "samples in a mini-batch"
set ylabel "sample-layers per second"
"""


def points(about: dict[str, Any], contestant: str, precision: str) -> list[tuple[int, float]]:
    return sorted((found["batch_size"], found["sample_layers_per_second"]["median"]) for found in about["results"]
                  if (found["kind"], found["contestant"], found["precision"])
                  == ("mini_batches", contestant, precision))


def ceiling(about: dict[str, Any], precision: str) -> float:
    """The median over the batch sizes."""
    rates = sorted(found["sample_layers_per_second"]["median"] for found in about["ceilings"]
                   if found["precision"] == precision and found["workload"].startswith("mini_batches"))
    return rates[len(rates) // 2]


def tics(sizes: list[int]) -> str:
    return "set xtics (" + ", ".join(f'"{size:,}" {size}' for size in sizes) + ")\n"


def script(about: dict[str, Any]) -> str:
    """What gnuplot reads: settings, the points of each curve, and how they are drawn."""
    batches = [found for found in about["results"] if found["kind"] == "mini_batches"]
    sizes = sorted({found["batch_size"] for found in batches})
    layers, samples = batches[0]["layers"], batches[0]["samples"]
    blocks, curves = [], []
    for contestant, (colour, full, empty) in LOOKS.items():
        for precision, dash in PRECISIONS.items():
            name = f"${contestant}_{precision}"
            rows = "".join(f"{size} {rate!r}\n" for size, rate in points(about, contestant, precision))
            blocks.append(f"{name} << END\n{rows}END\n")
            curves.append(f'{name} with linespoints dashtype {dash} linewidth 2 linecolor rgb "{colour}" '
                          f'pointtype {full if dash == 1 else empty} pointsize 1.2 '
                          f'title "{about["contestants"][contestant]}, {precision}"')
    for precision, dash in PRECISIONS.items():
        curves.append(f'{ceiling(about, precision)!r} with lines dashtype {dash} linewidth 1 '
                      f'linecolor rgb "{CEILING_COLOUR}" title "ceiling, {precision}"')
    title = f'set title "Mini-batch training on one core: {layers} tanh layers, {samples:,} samples in memory"\n'
    ends = f"set xrange [{sizes[0] / 1.3}:{sizes[-1] * 1.3}]\nset format y \"1e%T\"\n"
    return SETTINGS + title + ends + tics(sizes) + "".join(blocks) + "plot " + ", ".join(curves) + "\n"


def draw(about: dict[str, Any], path: pathlib.Path) -> None:
    gnuplot = shutil.which("gnuplot")
    if gnuplot is None:
        sys.exit("compare.sh: missing: gnuplot-nox: run bash benchmarks/compare.sh --install")
    drawn = subprocess.run([gnuplot, "--default-settings"], input=script(about).encode(), capture_output=True)
    if drawn.returncode != 0 or not drawn.stdout.startswith(b"\x89PNG"):
        sys.exit(f"compare.sh: gnuplot cannot draw {path}: {drawn.stderr.decode().strip()}")
    path.write_bytes(drawn.stdout)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python3 benchmarks/compare/figure.py COMPARE_JSON PNG")
    draw(json.loads(pathlib.Path(sys.argv[1]).read_text()), pathlib.Path(sys.argv[2]))
