"""No page needs more than 250 kB the first time: `pytest -s tests/browser/test_weight.py` tells."""

import json
from collections.abc import Iterator

import pytest

from server.usecases import access, sample, tasks
from tests.browser.conftest import Person, Product, served

pytestmark = pytest.mark.browser
REQUESTS = "/records/incident_request/"
MOST = 250_000
"""Bytes that a browser may load for its first page."""


@pytest.fixture
def busy(tmp_path) -> Iterator[Product]:
    """The product with some weeks of work in it."""
    with served(tmp_path, sample.load) as found:
        yield found


def a_task_of(busy: Product, login: str) -> str:
    person = access.actor_of_account(busy.app, login)
    return f"/tasks/{tasks.my_work(busy.app, person).items[0].id}/"


@pytest.fixture
def loaded_by(busy, browser):
    """How many bytes a browser that was never here loads for an address."""

    def load(login: str, address: str) -> int:
        context = browser.new_context(locale="en-GB")
        cookies = Person(busy, context, login).context.cookies()
        context.close()
        context = browser.new_context(locale="en-GB")
        context.add_cookies(cookies)
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        sizes: list[float] = []
        network.on("Network.loadingFinished", lambda it: sizes.append(it["encodedDataLength"]))
        page.goto(busy.at + address)
        page.wait_for_load_state("networkidle")
        context.close()
        return int(sum(sizes))

    return load


def test_no_page_needs_more_than_a_quarter_of_a_megabyte_the_first_time(busy, loaded_by):
    weights = {
        f"{login}: {address}": loaded_by(login, address)
        for login, address in (
            ("anna", "/"),
            ("anna", a_task_of(busy, "anna")),
            ("anna", REQUESTS),
            ("anna", f"{REQUESTS}?sort=priority"),
            ("anna", f"{REQUESTS}details/?id=10"),
            ("anna", f"{REQUESTS}new/"),
            ("anna", "/guide/procedures/incident-request-registration/"),
            ("amy", "/requests/"),
        )
    }
    print(json.dumps(weights, indent=2))  # noqa: T201  `pytest -s` tells them
    assert {key: it for key, it in weights.items() if it > MOST} == {}
