"""`procedura` whose clock shows what a file tells: `python clocked.py serve`, as a program of its own."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from server import cli
from server.main import Server, web
from server.settings import Settings

CLOCK = "STORY_CLOCK"
"""The variable of the environment that names the file."""


class Clocked(Server):
    """The product, at the moment that the file tells."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        clock = Path(os.environ[CLOCK])
        self.app = replace(self.app, now=lambda: datetime.fromisoformat(clock.read_text()))
        self._web = web(self.app, settings)


if __name__ == "__main__":
    sys.exit(cli.run(sys.argv[1:], Settings.from_environment(os.environ), Clocked))
