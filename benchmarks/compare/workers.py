"""The contestants' processes: a line of JSON to them, a line of JSON back. They idle while they are not asked."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
from typing import Any

from plan import PRECISIONS

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = HERE.parent.parent / "build" / "release" / "bin"


class ComparisonError(Exception):
    """Told to the user in one line."""


def program(precision: str) -> str:
    return str(PROGRAMS / f"skein_comparison_{precision}")


class Worker:
    def __init__(self, command: list[str]):
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        self.name = pathlib.Path(command[-1]).name
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def ask(self, **request: Any) -> dict[str, Any]:
        try:
            print(json.dumps(request), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise ComparisonError(f"{self.name} has ended in the middle of {request}")
        reply = json.loads(line)
        if "error" in reply:
            raise ComparisonError(f"{self.name}: {reply['error']}")
        return reply

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


class Workers:
    """One process per precision, and PyTorch's; none outlives the `with`."""

    def __init__(self) -> None:
        self.by_name: dict[tuple[str, str], Worker] = {}

    def __enter__(self) -> Workers:
        try:
            for precision in PRECISIONS:
                self.by_name["cpp", precision] = Worker([program(precision)])
            torch = Worker([sys.executable, str(HERE / "torch_worker.py")])
            self.by_name.update({("torch", precision): torch for precision in PRECISIONS})
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.by_name.values():
            worker.stop()

    def of(self, kind: str, precision: str) -> Worker:
        return self.by_name[kind, precision]

    def versions(self) -> dict[str, str]:
        first = PRECISIONS[0]
        return {**self.of("cpp", first).ask(command="describe"), **self.of("torch", first).ask(command="describe")}
