"""Pages for whoever has a link."""

import pytest
import sqlalchemy as sa

from server.domain.actor import APPLICATION
from server.storage.tables import account
from server.usecases import access
from tests.admin.conftest import filled

OTHER = "another long and secret one"


def text(answer) -> str:
    return answer.get_data(as_text=True)


def send(client, address, **fields):
    return client.post(address, data=filled(client.get(address)) | fields)


@pytest.fixture
def new(office):
    """The office before anybody could log in; the address of its link."""
    with office.app.database.write() as connection:
        connection.execute(sa.delete(account))
    return f"/set-up/{access.set_up_link(office.app.database, office.clock())}"


def test_a_link_to_a_password_sets_it_and_logs_in(office):
    address = f"/password/{access.password_link(office.app, APPLICATION, 'ann')}"
    client = office.browser()
    assert "for the account <strong>ann</strong>" in text(client.get(address))
    assert send(client, address, password=OTHER, again=OTHER).location == "/"
    assert client.get("/").status_code == 200
    assert access.log_in(office.app, "ann", OTHER).login == "ann"
    assert office.browser().get(address).status_code == 404


@pytest.mark.parametrize("ends", [True, False])
def test_whoever_sets_a_password_says_whether_tokens_end(office, ends):
    address = f"/password/{access.password_link(office.app, APPLICATION, 'ann')}"
    access.create_token(office.app, office.actor("ann"), "A script", None)
    client = office.browser()
    page = client.get(address)
    assert "Let the tokens of this account serve nobody any more" in text(page)
    sent = filled(page) | {"password": OTHER, "again": OTHER}
    assert sent.pop("end_tokens") == "yes"
    client.post(address, data=sent | ({"end_tokens": "yes"} if ends else {}))
    serving = [item for item in access.tokens(office.app, "ann") if item.revoked_at is None]
    assert len(serving) == (0 if ends else 1)


@pytest.mark.parametrize(
    ("again", "password", "sentence"),
    [("x", OTHER, "These two differ."), ("x", "x", "A password has 8 to 1000 characters.")],
)
def test_what_is_unfit_is_said_at_the_field(office, again, password, sentence):
    address = f"/password/{access.password_link(office.app, APPLICATION, 'ann')}"
    client = office.browser()
    answer = send(client, address, password=password, again=again)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("address", ["/password/x", "/set-up/x"])
def test_a_link_that_is_none_leads_nowhere(office, address):
    answer = office.browser().get(address)
    assert answer.status_code == 404
    assert "This link has served, has run out, or is none." in text(answer)


def test_the_first_administrator_enters_by_a_link(office, new):
    client = office.browser()
    given = {"name": "Alex Morgan", "login": "alex", "password": OTHER, "again": OTHER}
    assert send(client, new, **given | {"again": "x"}).status_code == 422
    assert send(client, new, **given).location == "/"
    assert client.get("/administration/").status_code == 200
    assert office.browser().get(new).status_code == 404


def test_nobody_is_there_by_default(office, new):
    assert access.accounts(office.app) == ()
    assert office.browser().get("/").status_code == 302
