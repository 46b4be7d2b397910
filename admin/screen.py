"""What every page of ours stands on: who asks, what is served, and errors that are not hidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g
from flask_admin import BaseView, expose
from werkzeug.routing import IntegerConverter, Map

from server.domain.actor import Actor
from server.usecases import App

View = TypeVar("View", bound=Callable[..., Any])
_KEY = "procedura"


class Number(IntegerConverter):
    """A number in an address, as far as a database holds one; a larger one leads to no page."""

    def __init__(self, of: Map) -> None:
        super().__init__(of, max=2**63 - 1)


def serve(flask: Flask, app: App) -> None:
    """Let the pages of this Flask application know what they show."""
    flask.extensions[_KEY] = app
    flask.url_map.converters = {**flask.url_map.converters, "int": Number}


def app() -> App:
    """The use cases' App that the current request is served from."""
    served: App = current_app.extensions[_KEY]
    return served


def actor() -> Actor:
    """Who is logged in. Pages are only reached by somebody who is."""
    person: Actor = g.actor
    return person


def at(url: str, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Serve a method of a screen at an address below the screen's own."""
    serves: Callable[[View], View] = expose(url, methods)
    return serves


class Screen(BaseView):  # type: ignore[misc]  # Flask-Admin is not typed
    """A page, or several that belong together, with a place in the menu."""

    def __init__(self, name: str, endpoint: str, url: str, icon: str = "", menu: str = "") -> None:
        super().__init__(
            name, category=menu or None, endpoint=endpoint, url=url, menu_icon_value=icon
        )

    def _run_view(self, view: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Flask-Admin would call a view again after any TypeError and hide the real one."""
        return view(self, *args, **kwargs)
