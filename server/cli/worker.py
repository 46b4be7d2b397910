"""`procedura worker`: what happens without a person, in a process of its own."""

from __future__ import annotations

import argparse
import logging
import signal
from types import FrameType
from typing import Any

from server.settings import Settings
from server.usecases.publish import Unservable

POLL_SECONDS = 0.5


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "worker",
        help="do what happens without a person",
        description="Handle what monitoring delivers, until stopped. Any number of workers may run "
        "on one PostgreSQL; each takes what the others have not.",
    )
    parser.add_argument(
        "--poll",
        type=float,
        default=POLL_SECONDS,
        metavar="SECONDS",
        help="how long to rest while nothing is due (default: %(default)s)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Work until stopped; 1 when there is nothing fit to be served."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        served = arguments.web(settings)
    except Unservable as error:
        print(error)
        return 1

    worker = served.worker(arguments.poll)

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    worker.run()
    served.database.dispose()
    return 0
