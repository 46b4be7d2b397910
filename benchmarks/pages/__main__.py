"""The benchmark of pages alone: smaller, or on databases that are filled already."""

from __future__ import annotations

import argparse

from benchmarks.crowd import Sizes
from benchmarks.pages.measuring import rows


def main() -> None:
    usual = Sizes()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--requests", type=int, default=usual.requests)
    parser.add_argument("--on", action="append", help="a database filled by benchmarks.crowd")
    parser.add_argument("--times", type=int, default=60, help="how often each client asks a page")
    parser.add_argument("--only", default="", help="pages with this in their name")
    given = parser.parse_args()
    share = given.requests / usual.requests
    sizes = Sizes(given.requests, int(usual.history * share), int(usual.open * share))
    for row in rows(sizes, given.on, given.times, given.only):
        bar = "" if row.bar is None else f"(bar {row.bar:g})"
        print(f"{row.name:44} {row.ratio:9.1f} {bar:12} {row.detail}", flush=True)


main()
