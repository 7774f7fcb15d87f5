"""The measurements as tables (Markdown that also reads well on a terminal) and as JSON."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import platform
import statistics
from typing import Any

from measure import Task
from plan import CEILING, contestants_of

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


def table(task: Task) -> list[str]:
    step = task.workload.kind == "training_step"
    time_header = "microseconds per step" if step else "1e9 sample-layers/s"
    rows = [["", time_header, "of the ceiling", "skein's rate / its", "largest error"]]
    for contestant in contestants_of(task.workload):
        found = result(task, contestant.key)
        speed = (spread(found["seconds_per_call"], 1e6) if step
                 else spread(found["sample_layers_per_second"], 1e-9))
        fraction = f"{100 * found['fraction_of_ceiling']['median']:.3g} %"
        ratio = "" if contestant.key == "skein" else spread(found["skein_rate_ratio"])
        rows.append([contestant.title, speed, fraction, ratio, f"{found['largest_error']:.1e}"])
    limit = quartiles(task.rates[CEILING])
    rows.append(["ceiling", "" if step else spread(limit, 1e-9), "", "", ""])
    return layout(rows)


def layout(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]

    def line(cells: list[str]) -> str:
        return "| " + " | ".join([cells[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(cells[1:], widths[1:])]) + " |"

    rule = "|" + "|".join(["-" * (widths[0] + 2)] + ["-" * (w + 1) + ":" for w in widths[1:]]) + "|"
    return [line(rows[0]), rule, *map(line, rows[1:])]


def markdown(tasks: list[Task], about: dict[str, Any]) -> str:
    where, settings = about["machine"], about["settings"]
    lines = [
        f"{about['date']}, one core of {where['cpu']} ({where['cores']} cores), {where['system']}: median",
        f"[quartiles] of {settings['rounds']} rounds, at least {settings['seconds']:g} s per contestant and round.",
        ", ".join(f"{name} {version}" for name, version in about["versions"].items()) + ".",
    ]
    for task in tasks:
        lines += ["", f"**{task.title[0].upper()}{task.title[1:]}**", "", *table(task)]
    return "\n".join(lines) + "\n"


def write(directory: pathlib.Path, about: dict[str, Any], text: str) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "compare.json").write_text(json.dumps(about, indent=1) + "\n")
    (directory / "compare.md").write_text(text)


def update_readme(text: str) -> None:
    page = README.read_text()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    README.write_text(f"{before}{BEGIN}\n{text}{END}{after}")
