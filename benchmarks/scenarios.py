"""A thousand stories of scenarios, played in memory, beside the ten seconds that they may take.

python -m benchmarks.scenarios
"""

from __future__ import annotations

import itertools
import time

from benchmarks.floor import Row
from server import loading
from server.rules import Rules
from server.usecases.rehearsal import play

STORIES = 1_000
SECONDS = 10.0


def rows() -> list[Row]:
    """One row: how many times a thousand stories go into ten seconds."""
    definitions = loading.load(loading.folders([])).definitions
    assert definitions is not None
    rules = Rules(definitions.decisions)
    every = [(each, story) for each in definitions.scenarios.values() for story in each.stories]
    begun = time.perf_counter()
    for scenario, story in itertools.islice(itertools.cycle(every), STORIES):
        assert play(definitions, rules.decide, scenario, story).is_right
    taken = time.perf_counter() - begun
    detail = f"{STORIES} stories in {taken:.1f} s, {len(every)} of them different"
    return [Row("a thousand stories in ten seconds", SECONDS / taken, 1.0, detail)]


if __name__ == "__main__":
    for row in rows():
        print(f"{row.name}: {row.ratio:.2f} ({row.detail})")
