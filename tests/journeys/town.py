"""Fernwick as its people reach the server: each through the API, with a token of their own."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.servers import ServerProcess

PATIENCE_SECONDS = 20.0


class RefusedError(AssertionError):
    """The server said no; what it said is the text."""


@dataclass(frozen=True)
class Command:
    """What somebody sends."""

    by: str
    path: str
    body: Any


@dataclass
class Town:
    """`killed` maps the number of a command to whether it is under way when the server is killed.

    False kills the server before the command is sent. A command that was under way is sent again
    with the same key, as any careful caller does. With `killed_while_many_send` the server is
    killed whenever the first of several who send at the same time has an answer.
    """

    server: ServerProcess
    tokens: Mapping[str, str]
    killed: Mapping[int, bool] = field(default_factory=dict)
    killed_while_many_send: bool = False
    commands: int = 0
    kills: int = 0
    _chance: random.Random = field(default_factory=lambda: random.Random(8))

    # -- what people do -----------------------------------------------------------------------

    def complete(self, step: str, by: str, outcome: str | None = None, **answers: Any) -> Any:
        """Complete the one task open at a step in somebody's queue."""
        line = self.waiting(step, by)
        body = {"outcome": outcome, "answers": answers, "revision": line["revision"]}
        return self.command(by, f"/tasks/{line['id']}/complete", body)

    def begin(self, procedure: str, start: str, by: str, **answers: Any) -> Any:
        return self.command(
            by, f"/procedures/{procedure}/runs", {"start": start, "answers": answers}
        )

    def enter(self, entity: str, by: str, **values: Any) -> Any:
        return self.command(by, f"/records/{entity}", {"values": values})

    def waiting(self, step: str, by: str) -> Any:
        """The one task open at a step in somebody's queue, as soon as it is there."""

        def look() -> Any:
            found = self.read(by, "/tasks?which=all")["items"]
            return [line for line in found if line["step"] == step]

        (line,) = self.soon(look, f"no task '{step}' for {by}")
        return line

    def steps_of(self, by: str) -> set[str]:
        return {line["step"] for line in self.read(by, "/tasks?which=all")["items"]}

    # -- how it reaches the server ------------------------------------------------------------

    def read(self, by: str, path: str) -> Any:
        return self._ask("GET", by, path, None, None)

    def every(self, by: str, path: str) -> list[Any]:
        """A whole list, page by page."""
        found: list[Any] = []
        following: str | None = path
        while following is not None:
            page = self.read(by, following.removeprefix("/api/v1"))
            found += page["items"]
            following = page["next"]
        return found

    def command(self, by: str, path: str, body: Any) -> Any:
        """Send a command; the server may be killed while it is under way."""
        self.commands += 1
        key = f"command-{self.commands}"
        under_way = self.killed.get(self.commands)
        if under_way is None:
            return self._ask("POST", by, path, body, key)
        if under_way:
            self._kill_while(lambda: self._lose("POST", by, path, body, key))
        else:
            self.kill()
        self.server.start()
        return self._ask("POST", by, path, body, key)

    def all_at_once(self, commands: Sequence[Command]) -> None:
        """Several people send at the same time, and again, as who had no answer has to.

        Whoever had an answer is told the same once more: what was answered is kept.
        """
        keys = [f"command-{self.commands + place}" for place in range(1, len(commands) + 1)]
        self.commands += len(commands)
        sent = [
            ("POST", one.by, one.path, one.body, key)
            for one, key in zip(commands, keys, strict=True)
        ]
        with ThreadPoolExecutor(len(sent)) as senders:
            asked = [senders.submit(self._lose, *one) for one in sent]
            if self.killed_while_many_send:
                wait(asked, return_when=FIRST_COMPLETED)
                self.kill()
        if self.killed_while_many_send:
            self.server.start()
        for one, answered in zip(sent, asked, strict=True):
            again = self._ask(*one)
            assert answered.result() in (None, again)

    def soon(self, look: Callable[[], Any], what: str) -> Any:
        """What `look` finds, as soon as it finds something."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not (found := look()):
            assert time.monotonic() < end, what
            time.sleep(0.05)
        return found

    def kill(self) -> None:
        self.kills += 1
        self.server.kill()

    def _kill_while(self, lose: Callable[[], Any]) -> None:
        asking = threading.Thread(target=lose)
        asking.start()
        time.sleep(self._chance.uniform(0.0, 0.03))
        self.kill()
        asking.join()

    def _lose(self, method: str, by: str, path: str, body: Any, key: str | None) -> Any:
        """What a server answers that may go away before it does; else None."""
        try:
            return self._ask(method, by, path, body, key)
        except (urllib.error.URLError, http.client.HTTPException, OSError):
            return None

    def _ask(self, method: str, by: str, path: str, body: Any, key: str | None) -> Any:
        request = urllib.request.Request(
            f"{self.server.address}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.tokens[by]}"},
        )
        if body is not None:
            request.add_header("Content-Type", "application/json")
        if key is not None:
            request.add_header("Idempotency-Key", key)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise RefusedError(f"{by} {path}: {refusal.read().decode()}") from refusal
