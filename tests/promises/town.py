"""Fernwick in this process: the journeys of the issue, with a crash wherever it may happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from flask import Flask

from server import api
from server.usecases import App, events
from tests.builders import Clock
from tests.journeys.servers import ServerProcess
from tests.journeys.town import RefusedError, Town

NO_SERVER = cast("ServerProcess", None)


class CrashError(BaseException):
    """The process ends here."""


@dataclass
class TownWithin(Town):
    """Each command crashes once at `point` and is then sent again with its key, as is the worker's.

    `met` counts the crashes.
    """

    app: App | None = None
    point: str = ""
    met: int = 0
    _flask: Flask | None = field(default=None, repr=False)
    _armed: bool = False

    @classmethod
    def opened(cls, app: App, tokens: Mapping[str, str], point: str = "") -> TownWithin:
        town = cls(NO_SERVER, tokens, point=point)
        town.app = replace(app, crash=town._crash)
        town._flask = Flask("tests", static_folder=None)
        api.mount(town._flask, town.app)
        return town

    def restart(self) -> None:
        """As a new process: nothing is known that is not in the database."""
        assert self.app is not None
        self.app.books.clear()
        self.app.pinned.clear()

    def _crash(self, name: str) -> None:
        if self._armed and name == self.point:
            self._armed = False
            self.met += 1
            raise CrashError

    def command(self, by: str, path: str, body: Any) -> Any:
        self.commands += 1
        self._pass_time()
        send = lambda: self._ask("POST", by, path, body, f"command-{self.commands}")  # noqa: E731
        # a delivery that is sent again is counted again, so it is not once it has been kept
        is_kept = path.startswith("/events/") and self.point == "after-commit"
        return self._with_a_crash(send, once=is_kept)

    def soon(self, look: Callable[[], Any], what: str) -> Any:
        assert self.app is not None
        for _ in range(20):
            if found := look():
                return found
            self._with_a_crash(lambda: events.handle(cast("App", self.app)))
        raise AssertionError(what)

    def _with_a_crash(self, act: Callable[[], Any], *, once: bool = False) -> Any:
        self._armed = bool(self.point)
        try:
            return act()
        except CrashError:
            self.restart()
            return None if once else act()
        finally:
            self._armed = False

    def _pass_time(self) -> None:
        assert self.app is not None
        clock = self.app.now
        assert isinstance(clock, Clock)
        clock.pass_time(minutes=7)

    def _ask(self, method: str, by: str, path: str, body: Any, key: str | None) -> Any:
        assert self._flask is not None
        headers = {"Authorization": f"Bearer {self.tokens[by]}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        more = {} if body is None else {"json": body}
        with self._flask.test_client() as client:
            answer = client.open(f"/api/v1{path}", method=method, headers=headers, **more)
        if answer.status_code >= 400:
            raise RefusedError(f"{by} {path}: {answer.get_data(as_text=True)}")
        return answer.get_json()
