"""Break the shipped definitions in every way a person might, and tell who notices.

    python -m tests.mutation [KIND OF FILE ...] [--every N]

Prints the share that is noticed, by kind of break and by whom; what is left is listed in
`var/mutations.txt`. Ends with 1 when less than 95 % is noticed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.mutation.breaks import Break, breaks
from tests.mutation.reasons import reason
from tests.mutation.trial import (
    CHECK,
    EQUIVALENT,
    SCENARIOS,
    SURVIVED,
    TESTS,
    WARNING,
    Caught,
    Workshop,
)

RESULTS = Path("var/mutations.txt")
BAR, BAR_OF_EACH = 0.95, 0.80
COLUMNS = (CHECK, WARNING, TESTS, SCENARIOS, SURVIVED, EQUIVALENT)
_bench: list[Workshop] = []


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("kinds", nargs="*", help="kinds of file; without any, all")
    parser.add_argument("--every", type=int, default=1, help="only each so many-th break")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    chosen = parser.parse_args(arguments)
    workshop = Workshop()
    found = [
        item
        for (kind, key), data in workshop.data().items()
        if not chosen.kinds or kind in chosen.kinds
        for item in breaks(kind, key, data)
    ][:: chosen.every]
    judged = list(_judged(workshop, found, chosen.jobs))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(_told(judged)) + "\n")
    share = _share(judged)
    sys.stdout.write("\n".join([*_table(judged), ""]))
    sys.stdout.write(
        f"{share:.1%} of {len(judged)} breaks are noticed (bar {BAR:.0%}). See {RESULTS}.\n"
    )
    return 0 if share >= BAR else 1


def _judged(workshop: Workshop, found: list[Break], jobs: int) -> Iterable[Caught]:
    _bench.append(workshop)
    if jobs == 1:
        return map(workshop.judge, found)
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        return pool.map(_judge, found, chunksize=20)


def _judge(broken: Break) -> Caught:
    return _bench[0].judge(broken)


def _share(judged: Iterable[Caught]) -> float:
    counts = Counter(item.by for item in judged if item.by != EQUIVALENT)
    total = counts.total()
    return 1 - counts[SURVIVED] / total if total else 1.0


def _table(judged: Sequence[Caught]) -> Iterable[str]:
    by_kind: dict[str, list[Caught]] = defaultdict(list)
    for item in judged:
        by_kind[f"{item.broken.address[0]}: {item.broken.kind}"].append(item)
    yield f"{'':44} " + " ".join(f"{name:>10}" for name in COLUMNS) + f" {'noticed':>8}"
    for kind, items in [*sorted(by_kind.items()), ("all", list(judged))]:
        counts = Counter(item.by for item in items)
        share = _share(items)
        sign = "" if share >= BAR_OF_EACH else "  below the bar"
        numbers = " ".join(f"{counts[name]:10}" for name in COLUMNS)
        yield f"{kind:44} {numbers} {share:8.0%}{sign}"


def _told(judged: Sequence[Caught]) -> Iterable[str]:
    for title, by in (("Not noticed", SURVIVED), ("Equivalent", EQUIVALENT)):
        yield f"# {title}"
        for item in judged:
            if item.by == by:
                yield f"{item.broken.kind}: {item.broken}  ({reason(item)})"
        yield ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
