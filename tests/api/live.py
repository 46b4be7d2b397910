"""The API on a real port, over the shipped definitions."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from typing import Any

from werkzeug.serving import make_server

from server.storage.database import Database
from server.usecases.app import utc_now
from server.worker import Worker
from tests import shipped
from tests.api.desk import Desk, flask_of
from tests.usecases.monitoring import an_app


def shipped_desk(database: Database) -> Desk:
    """The shipped definitions over an empty database, at the time of the clock on the wall."""
    app = an_app(database, shipped.definitions(), utc_now)
    return Desk(app, flask_of(app))


@contextlib.contextmanager
def serving(desk: Desk, *, port: int = 0, works: bool = True) -> Iterator[str]:
    """The desk's address while it is served; with a worker beside it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server: Any = make_server("127.0.0.1", port, desk.flask, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    worker = Worker(lambda: desk.app, poll=0.05)
    thread.start()
    if works:
        worker.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        worker.join(10)
        server.shutdown()
        thread.join(10)
        server.server_close()
