"""`procedura serve`: the web server, with a worker inside unless told otherwise."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from server.settings import Settings
from server.storage.database import Database
from server.usecases import access
from server.usecases.publish import Unservable

THREADS = 8
GRACE_SECONDS = 10


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "serve",
        help="serve the product on the web",
        description="Serve screens and API. The definitions are checked first, and the database "
        "must have been applied (procedura db apply).",
    )
    parser.add_argument("--host", help="address to listen on (default: PROCEDURA_HOST)")
    parser.add_argument("--port", type=int, help="port to listen on (default: PROCEDURA_PORT)")
    parser.add_argument(
        "--processes", type=int, default=1, help="server processes (more than 1: PostgreSQL)"
    )
    parser.add_argument(
        "--no-worker", action="store_true", help="leave the inbox to 'procedura worker'"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve until stopped; 1 when there is nothing fit to be served."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    host, port = arguments.host or settings.host, arguments.port or settings.port
    tell_how_to_begin(replace(settings, host=host, port=port))
    served = _Gunicorn(
        lambda: arguments.web(settings),
        f"{host}:{port}",
        arguments.processes,
        worker=not arguments.no_worker,
    )
    begun = os.getpid()
    try:
        served.run()
    except SystemExit as stopped:
        # processes that serve come by here too; why they ended is asked by the first one
        if stopped.code == Arbiter.APP_LOAD_ERROR and os.getpid() == begun:
            return 1
        raise
    return 0


def tell_how_to_begin(settings: Settings) -> None:
    """Where nobody can log in yet, print the link to the first account: there is no default one."""
    database = Database(settings.database)
    try:
        key = access.set_up_link(database, datetime.now(UTC))
    finally:
        database.dispose()
    if key is not None:
        print(
            "Nobody can log in yet. Whoever opens this within a day enters the first administrator:",
            f"  {settings.address}/set-up/{key}",
            sep="\n",
            flush=True,
        )


class _Gunicorn(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our settings instead of a file of its own.

    Only processes that serve load the definitions, which is most of a start: the one that looks
    after them has no use for any.
    """

    def __init__(
        self, make: Callable[[], Any], bind: str, processes: int, *, worker: bool
    ) -> None:
        self._make = make
        self._bind = bind
        self._processes = processes
        self._worker = worker
        super().__init__()

    def load_config(self) -> None:
        for key, value in {
            "bind": self._bind,
            "workers": self._processes,
            "worker_class": "gthread",
            "threads": THREADS,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "graceful_timeout": GRACE_SECONDS,
        }.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        try:
            served = self._make()
        except Unservable as error:
            print(error, flush=True)
            sys.exit(Arbiter.APP_LOAD_ERROR)
        if self._worker:
            worker = served.worker()
            threading.Thread(target=worker.run, name="worker", daemon=True).start()
        print(f"Procedura answers on http://{self._bind}/", flush=True)
        return served
