"""Saved views of lists: kept, shared and changed by whom, on both databases."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.domain.actor import APPLICATION, Actor
from server.domain.refusals import Invalid, NotAllowed, NotFound
from server.domain.saved_view import MY_WORK, Asked, Sharing
from server.domain.values import RecordRef
from server.storage.database import Database
from server.usecases import App, saved_views
from tests.builders import an_app, somebody, stored

INCIDENT = "incident_request"
OPEN = Asked("printer", {"status": "new"}, "status", True, ("id", "summary"))
OWN, GROUP, ALL = Sharing.OWN, Sharing.GROUP, Sharing.ALL


@dataclass
class Office:
    """Ann and Ben are of the desk, Kim of nothing; Ada may share with all, Max reads no list."""

    app: App
    people: dict[str, Actor]
    desk: RecordRef

    def keep(self, name="Ann", sharing=OWN, group=None, called="Open", of=INCIDENT) -> int:
        return saved_views.save(
            self.app, self.people[name], of, called, OPEN, sharing, group and group.id
        )

    def seen(self, name: str, of=INCIDENT) -> dict[int, saved_views.ViewOffered]:
        offered = saved_views.offered(self.app, self.people[name], of)
        return {item.view.id: item for item in offered.views}


@pytest.fixture
def office(database: Database) -> Office:
    app: App = an_app(database)
    people = {
        "Ann": somebody(app, "service-desk-analyst", name="Ann"),
        "Ben": somebody(app, "specialist", name="Ben"),
        "Kim": somebody(app, "specialist", name="Kim"),
        "Ada": somebody(app, "administrator", name="Ada"),
        "Max": somebody(app, name="Max"),
    }
    desk = stored(database, app.models, "group", name="Desk")
    for name in ("Ann", "Ben"):
        stored(database, app.models, "membership", person=people[name].person, group=desk)
    return Office(app, people, desk)


def test_a_view_is_there_again_as_it_was_kept(office: Office):
    number = office.keep()
    view = office.seen("Ann")[number].view
    assert (view.name, view.sharing, view.asked) == ("Open", OWN, OPEN)
    assert office.seen("Ann", MY_WORK) == {}


def test_it_gets_another_name_other_contents_and_other_readers(office: Office):
    number = office.keep()
    ann = office.people["Ann"]
    saved_views.change(office.app, ann, number, name=" New ones ", asked=Asked("screen"))
    saved_views.change(office.app, ann, number, sharing=GROUP, group=office.desk.id)
    seen = office.seen("Ben")[number]
    assert (seen.view.name, seen.view.asked, seen.of) == ("New ones", Asked("screen"), "Ann")
    saved_views.change(office.app, ann, number, sharing=OWN)
    assert office.seen("Ben") == {}


def test_it_is_deleted_and_a_list_opens_with_it_no_more(office: Office):
    number = office.keep(sharing=GROUP, group=office.desk)
    saved_views.open_with(office.app, office.people["Ben"], INCIDENT, number)
    assert office.seen("Ben")[number].is_default
    saved_views.delete(office.app, office.people["Ann"], number)
    offered = saved_views.offered(office.app, office.people["Ben"], INCIDENT)
    assert (offered.views, offered.default) == ((), None)


def test_a_list_opens_with_one_view_for_each_person(office: Office):
    first, second = office.keep(called="First"), office.keep(called="Second")
    ann = office.people["Ann"]
    for number in (first, second):
        saved_views.open_with(office.app, ann, INCIDENT, number)
    assert [item.is_default for item in office.seen("Ann").values()] == [False, True]
    saved_views.open_with(office.app, ann, INCIDENT, None)
    assert not any(item.is_default for item in office.seen("Ann").values())


def test_a_list_does_not_open_with_a_view_of_another(office: Office):
    number = office.keep(of=MY_WORK)
    with pytest.raises(NotFound):
        saved_views.open_with(office.app, office.people["Ann"], INCIDENT, number)


def test_a_view_that_is_shared_no_more_opens_nothing(office: Office):
    number = office.keep(sharing=GROUP, group=office.desk)
    saved_views.open_with(office.app, office.people["Ben"], INCIDENT, number)
    saved_views.change(office.app, office.people["Ann"], number, sharing=OWN)
    assert saved_views.offered(office.app, office.people["Ben"], INCIDENT).default is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "A view needs a name."),
        ("   ", "A view needs a name."),
        ("x" * 81, "A name has at most 80 letters, all on one line."),
        ("a\nb", "A name has at most 80 letters, all on one line."),
        ("Open", "You have a view of this list that is called so."),
    ],
)
def test_a_name_is_one_and_is_free(office: Office, name: str, said: str):
    office.keep()
    with pytest.raises(Invalid) as refused:
        office.keep(called=name)
    assert refused.value.problems == {"name": said}


def test_names_are_free_for_others_and_of_other_lists_and_stay_ones_own(office: Office):
    number = office.keep()
    office.keep("Ben")
    office.keep(of=MY_WORK)
    saved_views.change(office.app, office.people["Ann"], number, name="Open", asked=OPEN)


def test_there_are_not_too_many_and_none_is_too_long(office: Office, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 1)
    office.keep()
    with pytest.raises(Invalid, match="cannot be kept") as refused:
        office.keep(called="Another")
    assert "delete one first" in refused.value.problems["name"]
    with pytest.raises(Invalid) as refused:
        saved_views.save(office.app, office.people["Ben"], INCIDENT, "Long", Asked("x" * 8_000))
    assert "too long to be kept" in refused.value.problems["name"]


def test_a_group_is_named_where_it_is_shared_with_one_and_only_there(office: Office):
    with pytest.raises(Invalid):
        office.keep(sharing=GROUP)
    with pytest.raises(Invalid):
        office.keep(sharing=OWN, group=office.desk)


def test_nobody_keeps_views_of_what_is_no_list_of_theirs(office: Office):
    with pytest.raises(NotAllowed):
        office.keep("Max")
    with pytest.raises(NotFound):
        office.keep(of="unicorn")
    with pytest.raises(NotAllowed):
        saved_views.offered(office.app, APPLICATION, INCIDENT)
    with pytest.raises(NotFound):
        saved_views.delete(office.app, APPLICATION, office.keep())


def test_views_for_all_are_not_for_who_does_not_read_the_list(office: Office):
    number = office.keep("Ada", ALL)
    max_ = office.people["Max"]
    with pytest.raises(NotAllowed):
        saved_views.offered(office.app, max_, INCIDENT)
    with pytest.raises(NotAllowed):
        saved_views.change(office.app, max_, number, name="Mine")


_kept = st.tuples(st.sampled_from(["Ann", "Ben", "Kim", "Ada"]), st.sampled_from(list(Sharing)))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(tries=st.lists(_kept, max_size=4), who=st.sampled_from(["Ann", "Ben", "Kim", "Ada"]))
def test_views_are_seen_and_changed_by_whom_they_are_for(office: Office, tries, who):
    """Against what a reader of the guide would expect, kept here in plain words."""
    desk = {"Ann", "Ben"}
    kept: dict[int, tuple[str, Sharing]] = {}
    for number, (owner, sharing) in enumerate(tries):
        group = office.desk if sharing is GROUP else None
        may = {OWN: True, GROUP: owner in desk, ALL: owner == "Ada"}[sharing]
        if may:
            made = office.keep(owner, sharing, group, called=f"{number}")
            kept[made] = (owner, sharing)
        else:
            with pytest.raises(NotAllowed):
                office.keep(owner, sharing, group, called=f"{number}")
    expected = {
        number
        for number, (owner, sharing) in kept.items()
        if owner == who or sharing is ALL or (sharing is GROUP and who in desk)
    }
    seen = office.seen(who)
    assert seen.keys() == expected
    for number, (owner, sharing) in kept.items():
        may = owner == who or (sharing is ALL and who == "Ada")
        if number in expected:
            assert seen[number].may_change is may
            assert seen[number].of == ("" if owner == who else owner)
        refusal = None if may else NotAllowed if number in expected else NotFound
        if refusal is None:
            saved_views.change(office.app, office.people[who], number, asked=Asked("other"))
        else:
            with pytest.raises(refusal):
                saved_views.change(office.app, office.people[who], number, name="Mine")
            with pytest.raises(refusal):
                saved_views.delete(office.app, office.people[who], number)
    for number, (owner, _) in kept.items():
        saved_views.delete(office.app, office.people[owner], number)
