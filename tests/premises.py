"""An application that many tests are served from, one after the other.

Making all routes of a served application takes ten times as long as most tests do; putting its
database back as it was founded is a copy of a small file.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from flask import Flask

from server.usecases import App
from tests.builders import AT


class Premises:
    """A served application over SQLite, and how it was when it was founded."""

    def __init__(self, app: App, flask: Flask) -> None:
        self._app, self._flask = app, flask
        self._config = dict(flask.config)
        self._rows = Path(str(app.database.url.database))
        app.database.dispose()
        self._founded = self._rows.with_suffix(".founded")
        shutil.copyfile(self._rows, self._founded)

    def tidy(self) -> None:
        """Let nothing be left of whatever a test did here."""
        self._app.database.dispose()
        for path in self._rows.parent.glob(f"{self._rows.name}*"):
            path.unlink()  # a connection that a test left open sees what it saw
        shutil.copyfile(self._founded, self._rows)
        self._app.books.clear()
        self._app.pinned.clear()
        self._app.now.at = AT
        self._flask.config.clear()
        self._flask.config.update(self._config)
