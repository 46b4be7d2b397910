"""Fernwick in this process: the journeys of the issue, with a crash wherever it may happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from flask import Flask

from server import api
from server.usecases import App, events
from tests.builders import AT, Clock
from tests.journeys.servers import ServerProcess
from tests.journeys.town import RefusedError, Town

NO_SERVER = cast("ServerProcess", None)


class CrashError(BaseException):
    """The process ends here."""


class Ground:
    """An application, served; towns stand on it one after the other, each with rows of its own."""

    def __init__(self, app: App) -> None:
        self.app = replace(app, crash=self._crash)
        self.flask = Flask("tests", static_folder=None)
        self._town: TownWithin | None = None
        api.mount(self.flask, self.app)

    def build(self, tokens: Mapping[str, str], point: str) -> TownWithin:
        """A town that crashes at a point, over what is in the database by now."""
        self.restart()
        assert isinstance(self.app.now, Clock)
        self.app.now.at = AT
        self._town = TownWithin(NO_SERVER, tokens, ground=self, point=point)
        return self._town

    def restart(self) -> None:
        """As a new process: nothing is known that is not in the database."""
        self.app.books.clear()
        self.app.pinned.clear()

    def _crash(self, name: str) -> None:
        if self._town is not None:
            self._town.pass_by(name)


@dataclass
class TownWithin(Town):
    """Each command crashes once at `point` and is then sent again with its key, as is the worker's.

    `met` counts the crashes.
    """

    ground: Ground = field(kw_only=True, repr=False)
    point: str = ""
    met: int = 0
    _armed: bool = False

    @property
    def app(self) -> App:
        return self.ground.app

    def pass_by(self, name: str) -> None:
        """On the way to a commit, the point of this name is reached."""
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
        for _ in range(20):
            if found := look():
                return found
            self._with_a_crash(lambda: events.handle(self.app))
        raise AssertionError(what)

    def _with_a_crash(self, act: Callable[[], Any], *, once: bool = False) -> Any:
        self._armed = bool(self.point)
        try:
            return act()
        except CrashError:
            self.ground.restart()
            return None if once else act()
        finally:
            self._armed = False

    def _pass_time(self) -> None:
        clock = self.app.now
        assert isinstance(clock, Clock)
        clock.pass_time(minutes=7)

    def _ask(self, method: str, by: str, path: str, body: Any, key: str | None) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[by]}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        more = {} if body is None else {"json": body}
        with self.ground.flask.test_client() as client:
            answer = client.open(f"/api/v1{path}", method=method, headers=headers, **more)
        if answer.status_code >= 400:
            raise RefusedError(f"{by} {path}: {answer.get_data(as_text=True)}")
        return answer.get_json()
