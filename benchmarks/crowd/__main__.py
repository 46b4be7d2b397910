"""Fill a database from the command line."""

from __future__ import annotations

import argparse
import time

from benchmarks.crowd import Sizes, filled


def main() -> None:
    usual = Sizes()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crowd", description=__doc__)
    parser.add_argument("url", help="the database: empty, or one that is not there yet (SQLite)")
    for name in ("requests", "history", "open", "people"):
        parser.add_argument(f"--{name}", type=int, default=getattr(usual, name))
    given = vars(parser.parse_args())
    url = given.pop("url")
    begun = time.monotonic()
    made = filled(url, Sizes(**given))
    told = ", ".join(f"{count:,} {name}" for name, count in made.counts.items())
    print(f"{told}; {time.monotonic() - begun:.0f} s")


main()
