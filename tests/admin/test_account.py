"""My account: where one is logged in, one's password, one's tokens."""

import re

import pytest

from server.usecases import access
from tests.admin.conftest import PASSWORD, filled, token

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
OTHER = "another long and secret one"


def text(answer) -> str:
    return answer.get_data(as_text=True)


def log_in(office, agent: str = FIREFOX, **more):
    client = office.browser()
    page = client.get("/log-in")
    sent = filled(page) | {"login": "ann", "password": PASSWORD}
    client.post("/log-in", data=sent, headers={"User-Agent": agent}, **more)
    return client


def post(client, address, **fields):
    sent = {"csrf_token": token(client.get("/account/"))} | fields
    return client.post(address, data=sent)


class TestWhereOneIsLoggedIn:
    @pytest.mark.parametrize(
        ("agent", "told"),
        [
            (FIREFOX, "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0) Chrome/141.0 Safari/537.36 Edg/141.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8", "A browser"),
            ("", "A browser"),
        ],
    )
    def test_is_told_in_words(self, office, agent, told):
        assert told in text(log_in(office, agent).get("/account/"))

    def test_is_ended_elsewhere_by_a_button(self, office):
        here, there = log_in(office), log_in(office, "curl/8")
        page = text(here.get("/account/"))
        [address] = re.findall(r"/account/sessions/\d+/end", page)
        assert post(here, address).status_code == 302
        assert there.get("/").status_code == 302
        assert here.get("/").status_code == 200

    def test_is_nobody_elses_to_end(self, office):
        here = log_in(office)
        bob = office.browser("bob")
        [other] = access.sessions(office.app, office.actor("ann"))
        assert post(bob, f"/account/sessions/{other.id}/end").status_code == 404
        assert here.get("/").status_code == 200

    def test_a_cookie_from_before_logging_out_is_worth_nothing(self, office):
        client = log_in(office)
        with client.session_transaction() as kept:
            key = kept["key"]
        client.post("/log-out", data={"csrf_token": token(client.get("/"))})
        with client.session_transaction() as kept:
            kept["key"] = key
        assert client.get("/").status_code == 302

    def test_logging_in_again_makes_another_key(self, office):
        client = log_in(office)
        with client.session_transaction() as kept:
            first = kept["key"]
        page = office.browser().get("/log-in")
        assert page.status_code == 200
        client.post("/log-out", data={"csrf_token": token(client.get("/"))})
        sent = filled(client.get("/log-in")) | {"login": "ann", "password": PASSWORD}
        client.post("/log-in", data=sent)
        with client.session_transaction() as kept:
            assert kept["key"] != first


class TestOnesPassword:
    def test_is_changed_here_and_logs_out_elsewhere(self, office):
        here, there = log_in(office), log_in(office)
        with here.session_transaction() as kept:
            key = kept["key"]
        answer = post(here, "/account/password", present=PASSWORD, password=OTHER, again=OTHER)
        assert answer.status_code == 302
        assert "Your password is changed" in text(here.get("/account/"))
        assert there.get("/").status_code == 302
        assert access.resume_session(office.app, key) is None
        assert access.log_in(office.app, "ann", OTHER).login == "ann"

    @pytest.mark.parametrize("ends", ["yes", ""])
    def test_ends_tokens_where_that_is_wanted(self, office, ends):
        here = log_in(office)
        access.create_token(office.app, office.actor("ann"), "A script", None)
        sent = {"present": PASSWORD, "password": OTHER, "again": OTHER, "end_tokens": ends}
        post(here, "/account/password", **sent)
        [token] = access.tokens(office.app, "ann")
        assert (token.revoked_at is not None) == bool(ends)

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"present": "x", "password": OTHER, "again": OTHER}, "This is not your password."),
            ({"present": PASSWORD, "password": OTHER, "again": "x"}, "These two differ."),
            ({"present": PASSWORD, "password": "x", "again": "x"}, "A password has 8 to 1000"),
            ({}, "This is not your password."),
        ],
    )
    def test_stays_where_something_is_wrong(self, office, fields, sentence):
        client = log_in(office)
        answer = post(client, "/account/password", **fields)
        assert answer.status_code == 422
        assert sentence in text(answer)
        assert access.log_in(office.app, "ann", PASSWORD).login == "ann"


class TestTokens:
    def test_are_shown_once_with_the_scope_asked_for(self, office):
        client = log_in(office)
        answer = post(client, "/account/tokens", label="Reports", scope="read", days="30")
        [made] = re.findall(r"proc_[\w-]+", text(answer))
        assert access.bearer(office.app, made) == (office.actor("ann"), "read")
        assert answer.headers["Cache-Control"] == "no-store"
        page = text(client.get("/account/"))
        assert made not in page
        assert "Reports" in page
        [kept] = access.tokens(office.app, "ann")
        assert (kept.expires_at - office.clock()).days == 30

    def test_are_revoked_by_a_button(self, office):
        client = log_in(office)
        post(client, "/account/tokens", label="Reports", scope="write", days="")
        [address] = re.findall(r"/account/tokens/\d+/revoke", text(client.get("/account/")))
        assert post(office.browser("bob"), address).status_code == 404
        post(client, address)
        assert "Reports" not in text(client.get("/account/"))

    @pytest.mark.parametrize(
        "over", [{"label": " "}, {"scope": "all"}, {"days": "9999"}, {"scope": ""}]
    )
    def test_are_not_made_of_anything_else(self, office, over):
        given = {"label": "Reports", "scope": "read", "days": "30"} | over
        answer = post(log_in(office), "/account/tokens", **given)
        assert answer.status_code == 422
        assert access.tokens(office.app, "ann") == ()
