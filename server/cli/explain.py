"""`procedura explain`: what a code of a diagnostic means, with an example."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from server.domain.expression.spelling import did_you_mean
from server.loading.explaining import explanations
from server.settings import Settings


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "explain",
        help="explain a code that 'check' has told",
        description="Says what a code means, why it matters, and shows an example of the fault. "
        "Without a code, lists them all.",
    )
    parser.add_argument("code", nargs="?", metavar="CODE", help="such as PRC003")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Explain a code; 1 when there is none of that name."""
    del settings
    known = explanations()
    if arguments.code is None:
        for documentation in known.values():
            print(documentation.partition("\n")[0])
        return 0
    code = arguments.code.upper()
    if code not in known:
        print(f"There is no code '{arguments.code}'. {did_you_mean(code, known)}", file=sys.stderr)
        return 1
    print(known[code])
    return 0
