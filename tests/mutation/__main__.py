"""Break the shipped definitions in every way a person might, and tell who notices.

    python -m tests.mutation [KIND OF FILE ...] [--file KEY] [--kind WORDS] [--every N]

Prints the share that is noticed, by kind of break and by whom, and lists what is left in
`var/mutations.txt`. Ends with 1 when less than 95 % of all is noticed, or 80 % of a kind.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
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
    """Try the breaks that are asked for; 1 when too few are noticed."""
    chosen = _asked(arguments)
    began = time.monotonic()
    workshop = Workshop()
    judged = list(_judged(workshop, list(_chosen(workshop, chosen)), chosen.jobs))
    told = "\n".join([*_table(judged), "", *_shares(judged)])
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join([told, "", *_left(judged), ""]))
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    sys.stdout.write(f"{told}\nIn {minutes}:{seconds:02} minutes. See {RESULTS}.\n")
    return 0 if share(judged) >= BAR and not list(_below(judged)) else 1


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("files", nargs="*", help="kinds of file, as 'procedure'; without any, all")
    parser.add_argument("--file", action="append", help="the key of a file")
    parser.add_argument("--kind", action="append", help="a kind of break, as 'drop a then'")
    parser.add_argument("--every", type=int, default=1, help="only each so many-th break")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    return parser.parse_args(arguments)


def _chosen(workshop: Workshop, chosen: argparse.Namespace) -> Sequence[Break]:
    return [
        item
        for (kind, key), data in workshop.data().items()
        if not chosen.files or kind in chosen.files
        if not chosen.file or key in chosen.file
        for item in breaks(kind, key, data)
        if not chosen.kind or item.kind in chosen.kind
    ][:: chosen.every]


def _judged(workshop: Workshop, found: list[Break], jobs: int) -> Iterable[Caught]:
    _bench.append(workshop)
    gc.freeze()
    if jobs == 1:
        return map(workshop.judge, found)
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        return pool.map(_judge, found, chunksize=20)


def _judge(broken: Break) -> Caught:
    return _bench[0].judge(broken)


# -- what is told -------------------------------------------------------------------------------------


def share(judged: Iterable[Caught]) -> float:
    """How much of what makes a difference is noticed."""
    counts = Counter(item.by for item in judged if item.by != EQUIVALENT)
    total = counts.total()
    return 1 - counts[SURVIVED] / total if total else 1.0


def _by_kind(judged: Iterable[Caught]) -> Iterable[tuple[str, list[Caught]]]:
    found: dict[str, list[Caught]] = defaultdict(list)
    for item in judged:
        found[f"{item.broken.address[0]}: {item.broken.kind}"].append(item)
    return sorted(found.items())


def _below(judged: Iterable[Caught]) -> Iterator[str]:
    for kind, items in _by_kind(judged):
        if share(items) < BAR_OF_EACH:
            yield kind


def _table(judged: Sequence[Caught]) -> Iterator[str]:
    yield " ".join([f"{'':38}", *(f"{name:>10}" for name in ("breaks", *COLUMNS, "noticed"))])
    for kind, items in [*_by_kind(judged), ("all", list(judged))]:
        counts = Counter(item.by for item in items)
        columns = (len(items), *(counts[name] for name in COLUMNS))
        numbers = " ".join(f"{number:10}" for number in columns)
        below = "" if share(items) >= BAR_OF_EACH else "  below the bar"
        yield f"{kind:38} {numbers} {share(items):10.0%}{below}"


def _shares(judged: Sequence[Caught]) -> Iterator[str]:
    yield f"{share(judged):.1%} of what makes a difference is noticed (bar {BAR:.0%})."
    below = list(_below(judged))
    if below:
        yield f"{len(below)} kinds are below their bar ({BAR_OF_EACH:.0%})."


def _left(judged: Sequence[Caught]) -> Iterator[str]:
    for title, by in (("Not noticed", SURVIVED), ("Equivalent", EQUIVALENT)):
        yield f"# {title}"
        for item in judged:
            if item.by == by:
                yield f"{item.broken.kind}: {item.broken}  ({reason(item)})"
        yield ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
