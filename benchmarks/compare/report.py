"""The measurements as tables (Markdown that also reads well on a terminal) and as JSON."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
from typing import Any

import figure
from figure import FIGURE, FIGURE_TEXT
from measure import Task
from plan import CEILING, CONTESTANTS, Contestant, contestants_of

README = pathlib.Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


def quartiles(values: list[float]) -> dict[str, float]:
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
    return {"median": middle, "lower": low, "upper": high}


def machine() -> dict[str, Any]:
    cpu = platform.machine()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    return {"cpu": cpu, "cores": os.cpu_count(), "system": platform.freedesktop_os_release()["PRETTY_NAME"]}


def result(task: Task, key: str) -> dict[str, Any]:
    """Ratios are taken side by side, round by round."""
    rates, skein, limit = (task.rates[name] for name in (key, "skein", CEILING))
    return {
        "workload": task.workload.name,
        "kind": task.workload.kind,
        "layers": task.workload.layers,
        "samples": task.workload.samples,
        "batch_size": task.workload.batch_size,
        "precision": task.precision,
        "contestant": key,
        "sample_layers_per_second": quartiles(rates),
        "seconds_per_call": quartiles([task.workload.sample_layers / rate for rate in rates]),
        "fraction_of_ceiling": quartiles([rate / top for rate, top in zip(rates, limit)]),
        "skein_rate_ratio": quartiles([ours / rate for ours, rate in zip(skein, rates)]),
        "largest_error": task.errors[key],
        "rounds": rates,
    }


def document(tasks: list[Task], versions: dict[str, str], settings: dict[str, Any]) -> dict[str, Any]:
    return {
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "versions": versions,
        "settings": settings,
        "contestants": {contestant.key: contestant.title for contestant in CONTESTANTS},
        "ceilings": [{"workload": task.workload.name, "precision": task.precision,
                      "sample_layers_per_second": quartiles(task.rates[CEILING])} for task in tasks],
        "results": [result(task, contestant.key) for task in tasks for contestant in contestants_of(task.workload)],
    }


def spread(q: dict[str, float], scale: float = 1.0) -> str:
    def short(value: float) -> str:
        value *= scale
        # Three digits, never as a power of ten.
        return f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value >= 0.001 else f"{value:.6f}"

    return f"{short(q['median'])} [{short(q['lower'])}, {short(q['upper'])}]"


def cells(task: Task, contestant: Contestant, scale: float) -> list[str]:
    """Speed, fraction of the ceiling, ratio and error; the speed in 1 / scale sample-layers/s."""
    found = result(task, contestant.key)
    is_step = task.workload.kind == "training_step"
    speed = (spread(found["seconds_per_call"], 1e6) if is_step
             else spread(found["sample_layers_per_second"], scale))
    fraction = f"{100 * found['fraction_of_ceiling']['median']:.3g} %"
    ratio = "" if contestant.key == "skein" else spread(found["skein_rate_ratio"])
    return [speed, fraction, ratio, f"{found['largest_error']:.1e}"]


def header(speed: str) -> list[str]:
    return ["", speed, "of the ceiling", "skein's rate / its", "largest error"]


def table(task: Task) -> list[str]:
    is_step = task.workload.kind == "training_step"
    rows = [header("microseconds per step" if is_step else "1e9 sample-layers/s")]
    rows += [[contestant.title, *cells(task, contestant, 1e-9)] for contestant in contestants_of(task.workload)]
    rows.append([CEILING, "" if is_step else spread(quartiles(task.rates[CEILING]), 1e-9), "", "", ""])
    return layout(rows, 1)


def table_by_batch(tasks: list[Task]) -> list[str]:
    """Rates span five orders of magnitude."""
    rows = [["batch", *header("1e6 sample-layers/s")]]
    for task in tasks:
        for contestant in contestants_of(task.workload):
            is_first = contestant.key == "skein"
            rows.append([f"{task.workload.batch_size:,}" if is_first else "", contestant.title,
                         *cells(task, contestant, 1e-6)])
    rates = [rate for task in tasks for rate in task.rates[CEILING]]
    rows.append(["", CEILING, spread(quartiles(rates), 1e-6), "", "", ""])
    return layout(rows, 2)


def layout(rows: list[list[str]], num_left: int) -> list[str]:
    """The first `num_left` columns hold words: they begin at the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]

    def line(words: list[str]) -> str:
        padded = [word.ljust(width) if column < num_left else word.rjust(width)
                  for column, (word, width) in enumerate(zip(words, widths))]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * (width + 2) if column < num_left else "-" * (width + 1) + ":" for column, width in enumerate(widths)]
    return [line(rows[0]), "|" + "|".join(rule) + "|", *map(line, rows[1:])]


def tables(tasks: list[Task]) -> list[str]:
    by_title: dict[str, list[Task]] = {}
    for task in tasks:
        by_title.setdefault(f"{task.workload.table_title}, {task.precision}", []).append(task)
    lines: list[str] = []
    for title, group in by_title.items():
        is_by_batch = group[0].workload.kind == "mini_batches"
        rows = table_by_batch(group) if is_by_batch else table(group[0])
        lines += ["", f"**{title[0].upper()}{title[1:]}**", "", *rows]
    return lines


def markdown(tasks: list[Task], about: dict[str, Any]) -> str:
    where, settings = about["machine"], about["settings"]
    lines = [
        f"{about['date']}, one core of {where['cpu']} ({where['cores']} cores), {where['system']}: median",
        f"[quartiles] of {settings['rounds']} rounds, at least {settings['seconds']:g} s per contestant and round.",
        ", ".join(f"{name} {version}" for name, version in about["versions"].items()) + ".",
    ]
    lines += ["", f"![{FIGURE_TEXT}]({FIGURE})", *tables(tasks)]
    return "\n".join(lines) + "\n"


def write(directory: pathlib.Path, about: dict[str, Any], text: str) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "compare.json").write_text(json.dumps(about, indent=1) + "\n")
    (directory / "compare.md").write_text(text)
    figure.draw(about, directory / FIGURE)


def update_readme(directory: pathlib.Path, text: str) -> None:
    shutil.copyfile(directory / FIGURE, README.parent / FIGURE)
    page = README.read_text()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    README.write_text(f"{before}{BEGIN}\n{text}{END}{after}")
