"""What every answer tells the browser, and from whom it is taken who asks."""

import re

import pytest
from flask import Flask

from server import main
from server.settings import Settings
from tests.admin.conftest import PASSWORD, filled

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def addresses(flask: Flask) -> list[str]:
    """Of every page, with a 1 wherever its address has something in it."""
    return sorted(
        re.sub(r"<[^>]*>", "1", rule.rule)
        for rule in flask.url_map.iter_rules()
        if "GET" in (rule.methods or ())
    )


@pytest.mark.parametrize("person", [None, "root"])
def test_every_page_is_guarded(office, person):
    client = office.browser(person)
    asked = [*addresses(office.flask), "/nothing/there"]
    assert len(asked) > 50
    for address in asked:
        answer = client.get(address)
        assert answer.headers["Content-Security-Policy"] == POLICY, address
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address
        assert answer.headers["Referrer-Policy"] == "same-origin", address
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert answer.headers["Cache-Control"], address
        answer.close()


@pytest.fixture
def served(office, tmp_path):
    """The office as `main` serves it, by other settings."""

    def serve(**settings):
        office.flask = main.web(office.app, Settings(data=tmp_path, **settings))
        return office

    return serve


def cookie_of(client, **more) -> str:
    page = client.get("/log-in", **more)
    sent = filled(page) | {"login": "ann", "password": PASSWORD}
    answer = client.post("/log-in", data=sent, **more)
    assert answer.status_code == 302
    [cookie] = answer.headers.getlist("Set-Cookie")
    return cookie


def test_the_api_is_guarded(served):
    client = served().browser()
    for path in ("/api/v1/openapi.json", "/api/v1/tasks", "/api/v1/nothing"):
        answer = client.get(path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'"), path


def test_a_cookie_is_for_this_host_by_https_only_where_browsers_come_so(served):
    at = {"base_url": "https://desk.example"}
    client = served(https=True).browser()
    cookie = cookie_of(client, headers={"Referer": "https://desk.example/log-in"}, **at)
    assert cookie.startswith("__Host-procedura=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert f"; {word}" in cookie
    assert "Domain" not in cookie
    answer = client.get("/", **at)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_without_https_a_cookie_is_not_for_scripts_either(served):
    client = served().browser()
    cookie = cookie_of(client)
    assert cookie.startswith("procedura=")
    assert "Secure" not in cookie
    assert "; HttpOnly" in cookie
    assert "Strict-Transport-Security" not in client.get("/").headers


@pytest.mark.parametrize(
    ("proxies", "told"), [(0, "127.0.0.1"), (1, "192.0.2.7"), (2, "198.51.100.1")]
)
def test_who_asks_is_what_as_many_web_servers_in_front_say(served, proxies, told):
    client = served(proxies=proxies).browser()
    sent = {"X-Forwarded-For": "203.0.113.9, 198.51.100.1, 192.0.2.7"}
    cookie_of(client, headers=sent)
    assert told in client.get("/account/").get_data(as_text=True)


@pytest.mark.parametrize(("text", "proxies"), [("", 0), ("0", 0), ("2", 2)])
def test_no_web_server_in_front_is_trusted_unless_one_is_named(text, proxies):
    environ = {"PROCEDURA_PROXIES": text} if text else {}
    assert Settings.from_environment(environ).proxies == proxies


@pytest.mark.parametrize("text", ["yes", "-1", "²"])
def test_what_is_no_number_of_web_servers_is_refused(text):
    with pytest.raises(ValueError, match="PROCEDURA_PROXIES"):
        Settings.from_environment({"PROCEDURA_PROXIES": text})
