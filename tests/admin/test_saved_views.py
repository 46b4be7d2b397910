"""Saved views above a list: kept from what it shows, opened, shared, and what definitions lost."""

import re
from html import unescape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.domain.saved_view import Asked, Sharing
from server.usecases import saved_views
from tests.admin.conftest import token

INCIDENT = "incident_request"
LIST = f"/records/{INCIDENT}/"
MINOR = "flt2_impact=minor&search=burns&sort=id&desc=1&columns=impact,id"


def text(page):
    assert page.status_code == 200
    return unescape(page.get_data(as_text=True))


def post(client, path, **fields):
    sent = {"csrf_token": token(client.get("/account/"))} | fields
    return client.post(path, data=sent)


def keep(client, name="Minor ones", address=MINOR, **more):
    return post(client, f"/views/{INCIDENT}/keep", name=name, address=address, **more)


def asked(office, name="ann"):
    [item] = saved_views.offered(office.app, office.actor(name), INCIDENT).views
    return item.view.asked


@pytest.fixture
def three(office):
    for summary, impact in (("Printer burns", "minor"), ("Slow", "minor"), ("Dark", "extensive")):
        office.store(INCIDENT, summary=summary, impact=impact)


def test_what_a_list_shows_is_kept_and_opened_again(office, three):
    client = office.browser("ann")
    answer = keep(client)
    assert answer.location == f"{LIST}?view=1"
    assert asked(office) == Asked("burns", {"impact": "minor"}, "id", True, ("impact", "id"))
    opened = client.get(answer.location)
    assert opened.status_code == 302
    page = text(client.get(opened.location))
    assert 'details/?id=1">' in page
    assert "details/?id=2" not in page
    assert re.findall(r'<td data-label="(\w+)"', page) == ["Impact", "Number"]
    assert 'aria-sort="descending"' in page
    assert "Minor ones</button>" in page


def test_an_empty_view_opens_the_list_as_it_is(office, three):
    client = office.browser("ann")
    answer = keep(client, address="")
    page = text(client.get(answer.location, follow_redirects=True))
    assert "3 records" in page


def test_a_list_opens_with_ones_default_and_without_it(office, three):
    client = office.browser("ann")
    keep(client, default="yes")
    assert "view=1" in client.get(LIST).location
    assert "3 records" in text(client.get(f"{LIST}?view=0"))
    assert f'href="{LIST}?view=0">Reset' in text(client.get(f"{LIST}?view=0"))
    assert client.get(f"{LIST}?search=").status_code == 200
    assert "3 records" in text(office.browser("root").get(LIST))
    post(client, f"/views/{INCIDENT}/0/default")
    assert "3 records" in text(client.get(LIST))


def test_a_view_is_changed_renamed_and_deleted(office, three):
    client = office.browser("ann")
    keep(client)
    post(client, f"/views/{INCIDENT}/1/change", name="All", shown="yes", address="?search=low")
    assert asked(office) == Asked("low")
    post(client, f"/views/{INCIDENT}/1/change", name="Slow ones")
    assert asked(office) == Asked("low")
    assert "Slow ones</button>" in text(client.get(f"{LIST}?view=1", follow_redirects=True))
    answer = post(client, "/views/1/delete")
    assert "The view “Slow ones” is deleted." in text(client.get(answer.location))


def test_what_cannot_be_kept_is_told_and_the_list_is_as_it_was(office, three):
    client = office.browser("ann")
    keep(client)
    answer = keep(client)
    assert answer.location == f"{LIST}?{MINOR}"
    assert "You have a view of this list that is called so." in text(client.get(answer.location))


def test_a_view_with_what_definitions_have_no_more_says_so_and_opens(office, three):
    stale = Asked(
        "", {"colour": "red", "impact": "huge", "summary": "x"}, "size", True, ("id", "weight")
    )
    saved_views.save(office.app, office.actor("ann"), INCIDENT, "Old", stale)
    page = text(office.browser("ann").get(f"{LIST}?view=1", follow_redirects=True))
    for told in (
        "There is no field 'colour' any more.",
        "'huge' is no value of Impact any more.",
        "This list is filtered by Summary no more.",
        "There is no field 'size' any more.",
        "There is no field 'weight' any more.",
    ):
        assert f"{told} The view is shown without it." in page
    assert "3 records" in page
    assert set(re.findall(r'<td data-label="(\w+)"', page)) == {"Number"}


def test_a_view_for_all_shows_nobody_more_than_they_may_see(office):
    oda = office.person("oda", "service-owner")
    office.store(INCIDENT, summary="Mine", description="Smoke", requester=oda)
    office.store(INCIDENT, summary="Theirs", description="Fire")
    shared = Asked("", {"description": "Smoke"}, "", False, ("summary", "description"))
    root = office.actor("root")
    saved_views.save(office.app, root, INCIDENT, "All of it", shared, Sharing.ALL)
    opened = office.browser("oda").get(f"{LIST}?view=1")
    assert "Smoke" not in opened.location
    page = text(office.browser("oda").get(f"{LIST}?view=1", follow_redirects=True))
    assert "Your roles do not show you Description." in page
    assert "Mine" in page
    for kept in ("Theirs", "Fire", "Smoke", 'data-label="Description"'):
        assert kept not in page
    assert "by Root" in page


def test_forms_offer_what_one_may_do(office, three):
    root, ann, bob = (office.browser(name) for name in ("root", "ann", "bob"))
    keep(root, sharing="all")
    seen = [
        text(client.get(f"{LIST}?view=1", follow_redirects=True)) for client in (root, ann, bob)
    ]
    assert ["/views/1/delete" in page for page in seen] == [True, False, False]
    assert ['<option value="all"' in page for page in seen] == [True, False, False]
    assert keep(ann, name="Mine", sharing="all").status_code == 403
    assert post(ann, "/views/1/delete").status_code == 403
    assert post(ann, "/views/9/delete").status_code == 404


@pytest.mark.parametrize("address", ["?view=99", "?view=x", "?view=-1", "?view="])
def test_a_view_that_is_not_there_is_the_list_as_it_is(office, three, address):
    assert "3 records" in text(office.browser("ann").get(LIST + address))


@pytest.mark.parametrize("of", ["unicorn", "person%2Fx", "static"])
def test_there_is_no_view_of_what_is_no_list(office, of):
    client = office.browser("ann")
    assert post(client, f"/views/{of}/keep", name="X").status_code == 404
    assert post(client, f"/views/{of}/0/default").status_code == 404


def test_views_of_a_group_are_for_its_members(office, three):
    desk = office.store("group", name="Desk")
    office.store("membership", person=office.people["ann"], group=desk)
    office.store("membership", person=office.people["bob"], group=desk)
    assert "Everybody in Desk" in text(office.browser("ann").get(LIST))
    keep(office.browser("ann"), sharing=f"group-{desk.id}")
    assert "Minor ones" in text(office.browser("bob").get(LIST))
    assert "Minor ones" not in text(office.browser("root").get(LIST))


FIELDS = ("id", "summary", "description", "impact", "status", "assignee", "cause", "colour", "<b>")
VALUES = ("Smoke", "minor", "new", "1", "", "<script>", "%", "Theirs")
_asked = st.builds(
    Asked,
    st.sampled_from(["", "Smoke", "Fire", "Mine", "1"]),
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(VALUES), max_size=4),
    st.sampled_from(["", *FIELDS]),
    st.booleans(),
    st.lists(st.sampled_from(FIELDS), max_size=5).map(tuple),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(asked=_asked)
def test_whatever_a_view_asks_for_it_opens_and_shows_nobody_more(between, asked):
    office, client, number = between
    saved_views.change(office.app, office.actor("root"), number, asked=asked)
    opened = client.get(f"{LIST}?view={number}")
    assert opened.status_code == 302
    address = unescape(opened.location)
    assert "description" not in address
    if asked.search != "Smoke":
        assert "Smoke" not in address
    page = text(client.get(opened.location))
    shown = page.partition('id="rows"')[2].partition("<dialog")[0]
    for kept in ("Theirs", "Fire", 'details/?id=2"', 'data-label="Description"'):
        assert kept not in shown
    assert "Smoke" not in shown


@pytest.fixture
def between(office):
    """Root's view for all, opened by Oda, who reads her own requests and no descriptions."""
    oda = office.person("oda", "service-owner")
    office.store(INCIDENT, summary="Mine", description="Smoke", requester=oda)
    office.store(INCIDENT, summary="Theirs", description="Fire")
    number = saved_views.save(
        office.app, office.actor("root"), INCIDENT, "Shared", Asked(), Sharing.ALL
    )
    return office, office.browser("oda"), number
