"""All benchmarks in one run: a table, and JSON in `var/benchmarks.json`.

    python -m benchmarks [NAME ...]

Every figure is a ratio beside another engine or the bare limit, measured in the same run. Nothing
is gated: a bar that is not met is told, and the run ends well.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks import (
    checking,
    decisions,
    exports,
    memory,
    pages,
    scenarios,
    startup,
    steps,
    transactions,
)
from benchmarks.floor import Row

RESULTS = Path("var/benchmarks.json")
ROOMS: dict[str, Any] = {
    "decisions": lambda: [_of_decisions(row) for row in decisions.rows()],
    "transactions": transactions.rows,
    "steps": steps.rows,
    "startup": startup.rows,
    "memory": memory.rows,
    "exports": exports.rows,
    "pages": pages.rows,
    "scenarios": scenarios.rows,
    "checking": checking.rows,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in ROOMS]
    if unknown:
        print(f"There is no benchmark '{unknown[0]}'. There are: {', '.join(ROOMS)}.")
        return 2
    found: list[Row] = []
    print(f"{'':54} {'ratio':>8}  {'bar':>7}")
    for name in names or ROOMS:
        for row in ROOMS[name]():
            found.append(row)
            print(_line(row), flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([_json(row) for row in found], indent=2))
    print(f"Written to {RESULTS}")
    return 0


def _of_decisions(row: dict[str, Any]) -> Row:
    at_most = row["better"] == "lower"
    micro = row["microseconds"]
    detail = f"{micro} us, the other {row['other_microseconds']} us" if micro else ""
    return Row(row["name"], row["ratio"], row["bar"], detail, at_most)


def _line(row: Row) -> str:
    sign = {True: "met", False: "NOT MET", None: ""}[row.met]
    bar = "" if row.bar is None else f"{'<=' if row.at_most else '>='} {row.bar:g}"
    return f"{row.name:54} {row.ratio:8.2f}  {bar:>7}  {sign:7}  {row.detail}"


def _json(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "ratio": row.ratio,
        "bar": row.bar,
        "at_most": row.at_most,
        "met": row.met,
        "detail": row.detail,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
