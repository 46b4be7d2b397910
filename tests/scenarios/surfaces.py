"""Where the requests of a story go: the product in this process, or one in a process of its own."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import server
from server.api import PREFIX
from server.main import web
from server.settings import Settings
from tests.journeys.servers import ServerProcess
from tests.scenarios import clocked
from tests.scenarios.served import Served, Surface


def within(stage: Served, folder: Path) -> Surface:
    """Requests to the product in this process; `folder` is where it keeps its secret."""
    settings = Settings.from_environment({"PROCEDURA_SECRET_FILE": str(folder / "secret")})
    client = web(stage.app, settings).test_client()

    def send(
        method: str, path: str, token: str, body: Any, revision: int | None
    ) -> tuple[int, Any]:
        sent = {} if body is None else {"json": body}
        answer = client.open(
            f"{PREFIX}{path}", method=method, headers=_headers(token, revision), **sent
        )
        return answer.status_code, answer.json

    return send


class ClockedProcess(ServerProcess):
    """`procedura serve` at the moment that a file tells; the worker is the stage's."""

    def __init__(self, database: str, folder: Path) -> None:
        super().__init__(database, folder)
        self.command = (sys.executable, str(Path(clocked.__file__)))
        self.arguments = ("--no-worker",)
        self.clock = folder / "clock"
        self.environment |= {
            clocked.CLOCK: str(self.clock),
            "PYTHONPATH": str(Path(server.__file__).parents[1]),
        }

    def surface(self, stage: Served) -> Surface:
        """Requests to this process."""

        def send(
            method: str, path: str, token: str, body: Any, revision: int | None
        ) -> tuple[int, Any]:
            self.clock.write_text(stage.now.isoformat())
            request = urllib.request.Request(
                f"{self.address}{PREFIX}{path}",
                method=method,
                data=None if body is None else json.dumps(body).encode(),
                headers={"Content-Type": "application/json", **_headers(token, revision)},
            )
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return answer.status, json.load(answer)
            except urllib.error.HTTPError as refusal:
                with refusal:
                    return refusal.code, json.load(refusal)

        return send


def _headers(token: str, revision: int | None) -> dict[str, str]:
    condition = {} if revision is None else {"If-Match": f'"{revision}"'}
    return {"Authorization": f"Bearer {token}", **condition}
