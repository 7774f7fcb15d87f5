"""Compares skein with peers on the same work: see EXAMPLES, and benchmarks/README.md for the method."""

from __future__ import annotations

import argparse
import importlib.util
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLES = """examples:
  bash benchmarks/compare.sh --install            install the peers (Debian packages), then compare
  bash benchmarks/compare.sh --quick              a first look, in two minutes; not for figures
  bash benchmarks/compare.sh --layers 1,8,64      three depths
  bash benchmarks/compare.sh --update-readme      put tables and figure into benchmarks/README.md

"""


class Parser(argparse.ArgumentParser):
    def format_help(self) -> str:
        return EXAMPLES + super().format_help()


def count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}': expected a whole number from 1 on")
    return int(text)


def duration(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}': expected seconds, more than 0")
    return value


def depths(text: str) -> list[int]:
    return [count(word) for word in text.split(",")]


def directory(text: str) -> pathlib.Path:
    """Made at once: not to find out after minutes that it cannot be."""
    path = pathlib.Path(text)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"'{text}': expected a directory: {error.strerror}") from error
    return path


def parse_arguments() -> argparse.Namespace:
    parser = Parser(prog="compare.sh", allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter,
                    description="Times skein and its peers in turn, on one core, after checking what they compute.")
    parser.add_argument("--install", action="store_true", help="install what is missing first")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 0.05 s, unless said otherwise")
    parser.add_argument("--rounds", type=count, metavar="N", help="how often each has its turn (15)")
    parser.add_argument("--seconds", type=duration, metavar="S", help="of a turn, at least (0.2)")
    parser.add_argument("--layers", type=depths, default=[8], metavar="L,...", help="depths of loss and gradient (8)")
    parser.add_argument("--core", type=int, metavar="K", help="the core to run on (the last one)")
    parser.add_argument("--out", type=directory, default=ROOT / "build" / "compare", metavar="DIR",
                        help="for compare.json, compare.md and the figure (build/compare)")
    parser.add_argument("--update-readme", action="store_true",
                        help="also put tables and figure into benchmarks/README.md")
    arguments = parser.parse_args()
    arguments.rounds = arguments.rounds or (3 if arguments.quick else 15)
    arguments.seconds = arguments.seconds or (0.05 if arguments.quick else 0.2)
    cores = os.sched_getaffinity(0)
    arguments.core = max(cores) if arguments.core is None else arguments.core
    if arguments.core not in cores:
        parser.error(f"argument --core: there is no core {arguments.core}: expected one of {sorted(cores)}")
    return arguments


def require_peers() -> None:
    missing = [f"python3-{name}" for name in ("numpy", "torch") if importlib.util.find_spec(name) is None]
    for header, package in (("doublefann.h", "libfann-dev"), ("benchmark/benchmark.h", "libbenchmark-dev")):
        if not any(pathlib.Path(prefix, "include", header).exists() for prefix in ("/usr", "/usr/local")):
            missing.append(package)
    if shutil.which("gnuplot") is None:
        missing.append("gnuplot-nox")
    if missing:
        sys.exit(f"compare.sh: missing: {', '.join(missing)}: run bash benchmarks/compare.sh --install")


def build() -> None:
    options = ["-D", "SKEIN_BUILD_BENCHMARKS=ON"]
    if not (ROOT / "build" / "release" / "CMakeCache.txt").exists():
        options += ["-D", "SKEIN_BUILD_TESTS=OFF"]  # their packages are not needed here
    command = ["bash", str(ROOT / "cmake" / "build.sh"), "release", "skein_comparison", "--", *options]
    if subprocess.run(command).returncode != 0:
        sys.exit(1)  # the log has been shown


def compare(arguments: argparse.Namespace) -> None:
    # Only here, because they need the peers.
    import measure
    import plan
    import report
    import workers

    os.sched_setaffinity(0, {arguments.core})  # for all processes to come
    tasks = [measure.Task(workload, precision)
             for workload in plan.workloads(arguments.layers) for precision in plan.PRECISIONS]
    try:
        with tempfile.TemporaryDirectory() as directory:
            versions = measure.run_rounds(tasks, arguments.rounds, arguments.seconds, pathlib.Path(directory))
    except workers.ComparisonError as error:
        measure.say("")
        sys.exit(f"compare.sh: {error}")
    about = report.document(tasks, versions, {"rounds": arguments.rounds, "seconds": arguments.seconds})
    text = report.markdown(tasks, about)
    report.write(arguments.out, about, text)
    if arguments.update_readme:
        report.update_readme(arguments.out, text)
    print(text, end="")


def main() -> None:
    arguments = parse_arguments()
    require_peers()
    # So that the workers end as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        build()
        compare(arguments)
    except KeyboardInterrupt:
        print("\ncompare.sh: stopped, nothing written", file=sys.stderr)
        sys.exit(130)


main()
