"""Where everything is wired together. Start reading here.

Settings name the sources; sources make `Definitions`; definitions, a database and rules make an
`App`; each surface is handed that `App` and nothing else.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import admin
from admin.sign_on import Service
from server import api
from server import cli as commands
from server.settings import LogInService, Settings
from server.storage.database import Database
from server.usecases import publish
from server.usecases.app import App, Entrance
from server.worker import Worker
from server.worker.loop import POLL_SECONDS

log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
"""How long a server goes on before it looks whether new definitions were published."""


def web(app: App, settings: Settings) -> Flask:
    """The surfaces over one application: the API and the screens."""
    service = settings.service
    entrance = Entrance(settings.passwords, service is not None and service.enters_unknown)
    app = replace(app, entrance=entrance)
    flask = Flask("procedura", static_folder=None)
    flask.config.update(
        SECRET_KEY=settings.secret(),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
    )
    api.mount(flask, app, body_limit=settings.body_limit)
    admin.mount(flask, app, _service(service) if service else None)
    if settings.proxies:
        trusted = dict.fromkeys(("x_for", "x_proto", "x_host"), settings.proxies)
        flask.wsgi_app = ProxyFix(flask.wsgi_app, **trusted)  # type: ignore[method-assign]
    return flask


def _service(named: LogInService) -> Service:
    return Service(
        named.issuer, named.client, named.secret, named.title, named.scopes, named.groups
    )


class Server:
    """The WSGI application: serves one set of definitions until another is published.

    A process that sees a new generation loads it while the old one goes on answering, and swaps. If
    the files do not load, the old ones go on and the log says why.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database)
        self._generation = publish.generation(self.database)
        self.app = publish.build(self.database, settings.definitions, settings.rules)
        self._web = web(self.app, settings)
        _settle()
        self._swapping = threading.Lock()
        self._looked = time.monotonic()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.look()
        return self._web(environ, start_response)

    def worker(self, poll: float = POLL_SECONDS) -> Worker:
        """A worker over whatever is served; it rests `poll` seconds while nothing is due."""

        def current() -> App:
            self.look()
            return self.app

        return Worker(current, poll=poll)

    def look(self) -> None:
        """Take what was published since, at most once in `LOOK_SECONDS`."""
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        if not self._swapping.acquire(blocking=False):
            return
        try:
            self._looked = time.monotonic()
            published = publish.generation(self.database)
            if published != self._generation:
                self._generation = published
                self._swap()
        finally:
            self._swapping.release()

    def _swap(self) -> None:
        try:
            app = publish.build(self.database, self.settings.definitions, self.settings.rules)
            self._web = web(app, self.settings)
        except Exception:
            log.exception("Generation %s cannot be served here; going on", self._generation)
        else:
            self.app = app
            _settle()
            log.info("Serving generation %s of the definitions", self._generation)


def _settle() -> None:
    """Have the collector leave alone what stays as long as the definitions do.

    It would go through all of them every now and then, while somebody waits a quarter of a second.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def create_app() -> Server:
    """The WSGI application, by the environment (`gunicorn "server.main:create_app()"`)."""
    return Server(Settings.from_environment(os.environ))


def cli() -> None:
    """Console entry point; the commands are in `server.cli`."""
    sys.exit(commands.run(sys.argv[1:], Settings.from_environment(os.environ), Server))
