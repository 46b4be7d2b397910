"""A real Chromium against the whole product: shipped definitions, a sample organisation, SQLite.

Debian's Chromium serves (`apt-get install chromium`); `CHROMIUM` names another. Without one these
tests are skipped, with `PROCEDURA_REQUIRE=1` they fail. Each test fails on any error in the console.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

import admin
from server.rules import Rules
from server.storage.database import Database
from server.storage.models import Models
from server.usecases import App
from server.usecases import database as databases
from server.usecases.sample.organisation import PASSWORD, Organisation, enter
from tests import shipped
from tests.conftest import missing

HERE = Path(__file__).parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = os.environ.get("CHROMIUM") or next(
    (path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    if CHROMIUM is None:
        missing("no Chromium: apt-get install chromium")
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS}


@dataclass
class Product:
    """The product as it is served. `at` is its address."""

    at: str
    app: App
    organisation: Organisation


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with served(tmp_path_factory.mktemp("product"), lambda app: enter(app, app.now())) as found:
        yield found


@contextmanager
def served(folder: Path, fill: Callable[[App], Organisation]) -> Iterator[Product]:
    """The product with a database of its own, filled so."""
    if not (Path(admin.__file__).parent / "static" / "vendor").is_dir():
        missing("no admin/static/vendor: run `make assets`")
    definitions = shipped.definitions()
    database = Database(f"sqlite:///{folder / 'procedura.db'}")
    models = Models(definitions.entities)
    app = App(definitions, database, models, Rules(definitions.decisions))
    databases.apply(
        database, models, databases.plan(database, models), confirmed=True, now=app.now()
    )
    organisation = fill(app)
    flask = Flask("procedura", static_folder=None)
    flask.config["SECRET_KEY"] = "only for tests, and long enough"
    admin.mount(flask, app)
    server = make_server("127.0.0.1", 0, flask, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Product(f"http://127.0.0.1:{server.server_port}", app, organisation)
    server.shutdown()
    thread.join()
    server.server_close()
    database.dispose()


class Person:
    """Somebody at a browser of their own, logged in."""

    def __init__(self, product: Product, context: BrowserContext, login: str) -> None:
        self.product = product
        self.context = context
        self.login = login
        self.errors: list[str] = []
        self.page = self.tab()
        self.page.goto(f"{product.at}/log-in")
        self.page.get_by_label("Account").fill(login)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(re.compile(f"^{re.escape(product.at)}/(requests/)?$"))

    def tab(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._listen)
        return page

    def go(self, address: str) -> Page:
        self.page.goto(self.product.at + address)
        return self.page

    def _listen(self, message: Any) -> None:
        told_by_us = "Failed to load resource" in message.text and any(
            status in message.text for status in ("403", "404", "409", "422")
        )
        if message.type == "error" and not told_by_us:
            self.errors.append(message.text)


def choose(page: Page, label: str, text: str) -> None:
    """Search a record and take it, as one types into a look-up and reads what is found."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.click()
    with page.expect_response(lambda answer: answer.url.endswith(f"={quote(text)}")):
        box.press_sequentially(text, delay=20)
    expect(page.locator(".ts-wrapper.loading")).to_have_count(0)
    page.locator(".ts-dropdown .option", has_text=text).first.click()
    expect(page.locator(".ts-control .item", has_text=text)).to_be_visible()


@pytest.fixture
def log_in(product: Product, browser: Browser) -> Iterator[Any]:
    """`log_in("anna")`: Anna at her own browser, on a desk or (`phone=True`) on a phone."""
    people: list[Person] = []

    def enter_as(login: str, *, phone: bool = False, dark: bool = False) -> Person:
        size = {"width": 390, "height": 800} if phone else {"width": 1360, "height": 900}
        context = browser.new_context(
            viewport=size, color_scheme="dark" if dark else "light", locale="en-GB"
        )
        person = Person(product, context, login)
        people.append(person)
        return person

    yield enter_as
    errors = [error for person in people for error in person.errors]
    for person in people:
        person.context.close()
    assert errors == []
