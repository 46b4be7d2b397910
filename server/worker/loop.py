"""The worker: looks for what is due, does it, and rests while there is nothing.

It keeps nothing in memory that matters: whatever it was doing when it was killed is still in the
database, and the next worker takes it. When the database is away it waits, longer and longer.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from server.usecases import App, events, waiting

Handler = Callable[[App], int]
"""Does some of what is due; says how many things it looked at."""

HANDLERS: tuple[Handler, ...] = (events.handle, waiting.wake)
POLL_SECONDS = 0.5
LONGEST_PAUSE = 30.0

log = logging.getLogger(__name__)


class Worker:
    """Works for the application that `source` gives, which may be another one next time.

    `run` goes on until `stop` is called, also from another thread or a signal handler; what has
    been begun is finished first.
    """

    def __init__(
        self,
        source: Callable[[], App],
        *,
        poll: float = POLL_SECONDS,
        handlers: Sequence[Handler] = HANDLERS,
    ) -> None:
        self._source = source
        self._poll = poll
        self._handlers = handlers
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Work until stopped."""
        log.info("The worker begins, looking every %s s", self._poll)
        failures = 0
        while not self._stopped.is_set():
            try:
                done = self._look()
            except Exception:
                failures += 1
                pause = min(self._poll * 2**failures, LONGEST_PAUSE)
                log.exception("The worker met an error; it goes on in %.1f s", pause)
            else:
                failures = 0
                pause = 0.0 if done else self._poll
            self._stopped.wait(pause)
        log.info("The worker has stopped")

    def _look(self) -> int:
        app = self._source()
        done = 0
        for handler in self._handlers:
            if self._stopped.is_set():
                break
            count = handler(app)
            if count:
                log.info("%s: %s", handler.__module__.rpartition(".")[2], count)
            done += count
        return done

    def stop(self) -> None:
        """Let `run` end after what it is doing."""
        self._stopped.set()

    # -- beside a server ----------------------------------------------------------------------

    def start(self) -> None:
        """Work in a thread of this process, which does not keep it alive."""
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._thread.start()

    def join(self, seconds: float | None = None) -> None:
        """Stop, and wait until the thread has ended."""
        self.stop()
        if self._thread is not None:
            self._thread.join(seconds)
