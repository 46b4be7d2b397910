"""Start-up: from nothing to a wired application over the shipped definitions.

    python -m benchmarks.startup

Beside it, the bare limit: a Python process that imports the same libraries and does nothing.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks.floor import Row

ROUNDS = 5
LIBRARIES = "import alembic, flask, flask_admin, jinja2, jsonschema, psycopg, sqlalchemy, yaml"
WIRED = """
from server import api, main
from server.usecases import publish
assert publish.check((), trial=False).definitions
"""


def rows() -> list[Row]:
    """One row: our start by that of the libraries alone."""
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(_seconds(LIBRARIES))
        ours.append(_seconds(LIBRARIES + WIRED))
    mine, other = statistics.median(ours), statistics.median(bare)
    detail = f"{mine:.2f} s with all definitions checked, the libraries alone {other:.2f} s"
    return [Row("start-up, times the libraries alone", mine / other, None, detail)]


def _seconds(program: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return time.perf_counter() - begun


if __name__ == "__main__":
    for row in rows():
        print(row)
