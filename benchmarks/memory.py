"""Memory over many tasks: what a server process grows by from task 10,000 to task 100,000.

python -m benchmarks.memory [TASKS]
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks import floor
from benchmarks.floor import Row

FIRST, LAST = 10_000, 100_000
BAR = 10.0
TASKS_A_RUN = 50
"""A run is ended after so many, as runs are: one that never ends is not what is measured."""


def rows(last: int = LAST) -> list[Row]:
    """One row: megabytes between the first tenth of the tasks and the last."""
    first = last * FIRST // LAST
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/memory.db"
        [actor] = floor.prepare(url)
        app = floor.application(url)
        done, before = 0, 0.0
        while done < last:
            task: int | None = floor.begin(app, actor, "round")
            while task is not None:
                enough = (done + 1) % TASKS_A_RUN == 0
                outcome = "enough" if enough else "again"
                task = floor.complete(app, actor, task, outcome=outcome, rounds=done, hurry=False)
                done += 1
                if done == first:
                    before = _megabytes()
        grown = _megabytes() - before
        app.database.dispose()
    detail = f"{before:.0f} MB at task {first:,}, {before + grown:.0f} MB at task {last:,}"
    return [Row("megabytes grown over the tasks", grown, BAR, detail, at_most=True)]


def _megabytes() -> float:
    """What the process holds in memory (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    for row in rows(int(sys.argv[1]) if len(sys.argv) > 1 else LAST):
        print(row)
