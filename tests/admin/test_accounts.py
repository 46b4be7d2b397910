"""Administrators let people in, give them links to a password, and keep them out."""

from __future__ import annotations

import re

import pytest

from server.domain.actor import Actor
from server.usecases import access
from tests.admin.conftest import filled

LINK = re.compile(r"<code[^>]*>http://localhost(/password/[\w-]+)</code>")


def text(answer) -> str:
    return answer.get_data(as_text=True)


def token(page) -> str:
    return text(page).split('name="csrf-token" content="')[1].split('"')[0]


def post(client, path, **sent):
    return client.post(path, data={"csrf_token": token(client.get("/")), **sent})


def account_of(office, login: str):
    [found] = [item for item in access.accounts(office.app) if item.login == login]
    return found


def page_of(office, login: str) -> str:
    return f"/administration/accounts/{account_of(office, login).id}/"


class TestANewAccount:
    def test_lets_its_person_in_by_a_link_that_serves_once(self, office):
        # given a person who has no account
        person = office.person("zoe", "specialist")
        root = office.browser("root")

        # when an administrator makes one
        page = text(
            post(root, "/administration/accounts/", person=str(person.id), login=" Zoe.Z ")
        )

        # then the link on the page leads to a password, once
        [link] = LINK.findall(page)
        assert "Zoe" in text(root.get("/administration/accounts/"))
        new = office.browser()
        sent = {"password": "correct horse battery", "again": "correct horse battery"}
        assert new.post(link, data=filled(new.get(link)) | sent).status_code == 302
        assert access.log_in(office.app, "zoe.z", "correct horse battery").person == person
        assert office.browser().get(link).status_code == 404

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"login": "ann"}, "Another account has this log-in."),
            ({"login": " "}, "A log-in has 1 to 200 characters."),
            ({"login": "new", "person": "999"}, "There is no person 999."),
            ({"login": "new", "person": ""}, "There is no person 0."),
        ],
    )
    def test_that_cannot_be_says_why_and_keeps_what_was_typed(self, office, sent, said):
        person = office.person("zoe")
        root = office.browser("root")

        answer = post(root, "/administration/accounts/", **({"person": str(person.id)} | sent))

        assert answer.status_code == 422
        page = text(answer)
        assert said in page
        assert f'value="{sent["login"]}"' in page


class TestAnAccount:
    def test_gets_a_link_to_another_password(self, office):
        root = office.browser("root")

        [link] = LINK.findall(text(post(root, f"{page_of(office, 'ann')}link")))

        assert office.browser().get(link).status_code == 200
        assert link not in text(root.get(page_of(office, "ann")))

    def test_is_closed_and_opened_again(self, office):
        root, ann = office.browser("root"), office.browser("ann")
        assert ann.get("/").status_code == 200

        assert post(root, f"{page_of(office, 'ann')}close").status_code == 302

        assert ann.get("/").headers["Location"] == "/log-in"
        assert "Closed" in text(root.get("/administration/accounts/"))
        assert post(root, f"{page_of(office, 'ann')}link").status_code == 404
        assert post(root, f"{page_of(office, 'ann')}open").status_code == 302
        assert account_of(office, "ann").is_active

    def test_of_ones_own_is_not_closed(self, office):
        root = office.browser("root")
        assert "/close" not in text(root.get(page_of(office, "root")))

        assert post(root, f"{page_of(office, 'root')}close").status_code == 409

        assert account_of(office, "root").is_active

    def test_loses_a_token(self, office):
        made = access.create_token(office.app, Actor("Ann", login="ann"), "Report", None)
        [kept] = access.tokens(office.app, "ann")
        root = office.browser("root")
        assert "Report" in text(root.get(page_of(office, "ann")))

        assert post(root, f"{page_of(office, 'ann')}tokens/{kept.id}/revoke").status_code == 302

        with pytest.raises(Exception, match="token"):
            access.bearer(office.app, made)
        assert post(root, f"{page_of(office, 'bob')}tokens/{kept.id}/revoke").status_code == 404

    def test_that_there_is_not_has_no_page(self, office):
        root = office.browser("root")

        assert root.get("/administration/accounts/999/").status_code == 404
        assert post(root, "/administration/accounts/999/close").status_code == 404


@pytest.mark.parametrize("verb", ["", "link", "close", "open", "tokens/1/revoke"])
def test_nobody_else_looks_after_accounts(office, verb):
    path = f"{page_of(office, 'bob')}{verb}"
    ann = office.browser("ann")

    answer = post(ann, path) if verb else ann.get(path)

    assert answer.status_code == 403
    assert ann.get("/administration/accounts/").status_code == 403
    assert post(ann, "/administration/accounts/", login="x", person="1").status_code == 403
    assert account_of(office, "bob").is_active
