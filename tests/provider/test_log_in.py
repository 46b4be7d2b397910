"""Logging in by OpenID Connect, at a provider that others wrote (`oidc-provider`), and what goes wrong.

Needs Node and `npm ci` in this folder; without them these tests are skipped.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient

from server import main
from server.domain.actor import Actor
from server.settings import LogInService, Settings
from server.storage.database import Database
from server.usecases import App, access
from server.usecases.rights import rights_now
from tests.builders import ROLES, an_app, some_definitions, stored
from tests.conftest import missing
from tests.provider.provider import PROGRAM, Provider, running

pytestmark = pytest.mark.slow
US = "http://localhost"
ANN = {
    "name": "Ann Lee",
    "email": "ann@example.org",
    "email_verified": True,
    "groups": ["Desk", "Choir"],
}
DESK = replace(ROLES["service-desk-analyst"], log_in_groups=frozenset({"Desk"}))
LONG_AGO, ELSEWHERE = 1_000_000_000, "https://elsewhere.example.org"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    if shutil.which("node") is None or not PROGRAM.exists():
        missing("no oidc-provider: run npm ci in tests/provider")
    with running(US) as provider:
        yield provider


class House:
    """The product, with a log-in service."""

    def __init__(self, app: App, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.flask = main.web(app, settings)

    def browser(self) -> FlaskClient:
        return self.flask.test_client()

    def roles(self, login: str) -> set[str]:
        actor = access.actor_of_account(self.app, login)
        assert isinstance(actor, Actor)
        return set(rights_now(self.app, actor).roles)


@pytest.fixture
def house(sqlite: Database, provider: Provider, tmp_path) -> Callable[..., House]:
    provider.knows(ann=ANN)
    provider.bends()
    app = an_app(sqlite, some_definitions(roles=ROLES | {DESK.key: DESK}))

    def open_(*, issuer: str = provider.issuer, passwords: bool = True, **more: Any) -> House:
        service = LogInService(issuer, "procedura", "only for tests", title="Example", **more)
        return House(app, Settings(data=tmp_path, service=service, passwords=passwords))

    return open_


def text(answer: Any) -> str:
    return unescape(answer.get_data(as_text=True))


def sent_on(browser: FlaskClient, **query: str) -> str:
    """Where a browser is sent that wants to log in by the service."""
    answer = browser.get("/log-in/by-service", query_string=query)
    assert answer.status_code == 302
    return str(answer.location)


def come_back(browser: FlaskClient, address: str) -> Any:
    return browser.get(address.removeprefix(US))


def log_in(browser: FlaskClient, provider: Provider, login: str = "ann", **query: str) -> Any:
    return come_back(browser, provider.log_in(sent_on(browser, **query), login))


class TestLoggingIn:
    def test_by_the_service_enters_whom_it_knows_with_the_roles_of_their_groups(
        self, house, provider
    ):
        open_ = house(enters_unknown=True)
        browser = open_.browser()
        assert "Log in with Example" in text(browser.get("/log-in"))
        answer = log_in(browser, provider, next="/account/")
        assert (answer.status_code, answer.location) == (302, "/account/")
        assert "ann@example.org" in text(browser.get("/account/"))
        assert open_.roles("ann@example.org") == {"service-desk-analyst"}

    def test_asks_by_code_with_a_challenge_a_state_and_a_nonce(self, house):
        asked = parse_qs(urlsplit(sent_on(house().browser())).query)
        assert asked["response_type"] == ["code"]
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["redirect_uri"] == [f"{US}/log-in/back"]
        for name in ("code_challenge", "state", "nonce"):
            assert len(asked[name][0]) >= 20

    def test_takes_roles_back_when_the_group_is_gone(self, house, provider):
        open_ = house(enters_unknown=True)
        log_in(open_.browser(), provider)
        provider.knows(ann={**ANN, "groups": ["Choir"]})
        log_in(open_.browser(), provider)
        assert open_.roles("ann@example.org") == set()

    def test_knows_a_person_by_a_verified_address(self, house, provider):
        open_ = house()
        person = stored(
            open_.app.database, open_.app.models, "person", name="Ann", email="ann@example.org"
        )
        log_in(open_.browser(), provider)
        assert access.actor_of_account(open_.app, "ann@example.org").person == person

    @pytest.mark.parametrize("verified", [False, None, "true"])
    def test_knows_nobody_by_an_address_that_is_not(self, house, provider, verified):
        open_ = house()
        stored(open_.app.database, open_.app.models, "person", name="Ann", email="ann@example.org")
        provider.knows(ann={**ANN, "email_verified": verified})
        answer = log_in(open_.browser(), provider)
        assert answer.status_code == 401
        assert "You are not known here" in text(answer)

    def test_begins_another_session_than_there_was(self, house, provider):
        browser = house(enters_unknown=True).browser()
        log_in(browser, provider)
        with browser.session_transaction() as session:
            first = session["key"]
        log_in(browser, provider)
        with browser.session_transaction() as session:
            assert session["key"] != first
        assert access.resume_session(house().app, first) is None

    def test_goes_on_whatever_else_the_browser_opens_meanwhile(self, house, provider):
        browser = house(enters_unknown=True).browser()
        address = provider.log_in(sent_on(browser), "ann")
        assert browser.get("/account/").status_code == 302
        assert come_back(browser, address).location == "/"

    @pytest.mark.parametrize("target", ["https://evil.example.org/", "//evil.example.org"])
    def test_leads_to_no_other_site(self, house, provider, target):
        assert log_in(house(enters_unknown=True).browser(), provider, next=target).location == "/"


class TestLoggingOut:
    def test_offers_to_log_out_at_the_service_too(self, house, provider):
        browser = house(enters_unknown=True).browser()
        log_in(browser, provider)
        token = text(browser.get("/")).split('name="csrf-token" content="')[1].split('"')[0]
        answer = browser.post("/log-out", data={"csrf_token": token}, follow_redirects=True)
        assert "Log out at Example too" in text(answer)
        assert browser.get("/account/").status_code == 302
        address = browser.get("/log-out/at-service").location
        assert address.startswith(f"{provider.issuer}/session/end?")
        asked = parse_qs(urlsplit(address).query)
        assert asked["client_id"] == ["procedura"]
        assert asked["post_logout_redirect_uri"] == [f"{US}/log-in"]


def refused(answer: Any, browser: FlaskClient, sentence: str) -> None:
    assert answer.status_code == 401
    assert sentence in text(answer)
    assert browser.get("/account/").status_code == 302


class TestWhatGoesWrong:
    @pytest.mark.parametrize(
        "claims",
        [
            {"nonce": "another"},
            {"nonce": None},
            {"exp": LONG_AGO},
            {"aud": "another"},
            {"aud": ["another", "procedura"], "azp": "another"},
            {"iss": ELSEWHERE},
            {"sub": "eve"},
            {"at_hash": "x"},
        ],
        ids=str,
    )
    def test_a_token_that_is_not_for_this_log_in_lets_nobody_in(self, house, provider, claims):
        browser = house(enters_unknown=True).browser()
        provider.bends(**claims)
        refused(log_in(browser, provider), browser, "The log-in could not be completed.")

    def test_a_state_of_somebody_else_lets_nobody_in(self, house, provider):
        """Nobody is logged in as somebody else by a link that those have prepared."""
        ours, theirs = house(enters_unknown=True).browser(), house().browser()
        prepared = provider.log_in(sent_on(theirs), "ann")
        sent_on(ours)
        refused(come_back(ours, prepared), ours, "The log-in could not be completed.")

    @pytest.mark.parametrize("query", ["", "state=x", "code=x", "error=access_denied&state=x"])
    def test_an_answer_that_was_not_asked_for_lets_nobody_in(self, house, query):
        browser = house().browser()
        answer = browser.get(f"/log-in/back?{query}")
        refused(answer, browser, "The log-in could not be completed.")

    def test_an_answer_serves_once(self, house, provider):
        browser = house(enters_unknown=True).browser()
        address = provider.log_in(sent_on(browser), "ann")
        assert come_back(browser, address).status_code == 302
        browser.delete_cookie("procedura")
        refused(come_back(browser, address), browser, "The log-in could not be completed.")

    def test_a_code_serves_once(self, house, provider):
        first, second = house(enters_unknown=True).browser(), house().browser()
        used = provider.log_in(sent_on(first), "ann")
        assert come_back(first, used).status_code == 302
        code = parse_qs(urlsplit(used).query)["code"][0]
        state = parse_qs(urlsplit(sent_on(second)).query)["state"][0]
        answer = second.get(f"/log-in/back?{urlencode({'code': code, 'state': state})}")
        refused(answer, second, "The log-in could not be completed.")

    def test_a_service_that_is_away_is_told(self, house):
        browser = house(issuer="http://127.0.0.1:9").browser()
        answer = browser.get("/log-in/by-service")
        refused(answer, browser, "The log-in service does not answer.")
        assert browser.get("/log-out/at-service").location == f"{US}/log-in"

    def test_a_service_that_calls_itself_otherwise_lets_nobody_in(self, house, provider):
        other = provider.issuer.replace("127.0.0.1", "localhost")
        browser = house(issuer=other, enters_unknown=True).browser()
        refused(log_in(browser, provider), browser, "The log-in could not be completed.")


class TestWithoutPasswords:
    def test_nobody_is_offered_or_let_in_by_one(self, house, provider):
        open_ = house(passwords=False, enters_unknown=True)
        browser = open_.browser()
        log_in(browser, provider)
        access.set_password(open_.app, "ann@example.org", "a long and secret one")
        page = text(browser.get("/account/"))
        assert "Change password" not in page
        other = open_.browser()
        page = text(other.get("/log-in"))
        assert 'name="password"' not in page
        token = page.split('name="csrf-token" content="')[1].split('"')[0]
        sent = {"login": "ann@example.org", "password": "a long and secret one"}
        assert other.post("/log-in", data=sent | {"csrf_token": token}).status_code == 401
        assert other.post("/api/v1/tokens", json=sent).status_code == 401
        assert other.get("/password/x").status_code == 401

    def test_without_a_service_there_is_no_way_to_one(self, house, tmp_path):
        browser = main.web(house().app, Settings(data=tmp_path)).test_client()
        assert browser.get("/log-in/by-service").status_code == 404
        assert "Log in with" not in text(browser.get("/log-in"))
