"""Roles that are kept apart are never given to one person, whoever gives them and when."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest

from server.domain.refusals import Invalid
from server.domain.values import RecordRef
from server.usecases import App, readiness, records
from tests.builders import (
    HOLDER,
    ROLES,
    a_field,
    an_app,
    an_entity,
    ref,
    some_definitions,
    somebody,
    stored,
)

OWNER = replace(ROLES["service-owner"], apart_from=frozenset({"specialist"}))
DELEGATED = an_entity(
    "holder", *HOLDER.fields.values(), a_field("delegate", ref("person")), label="role"
)
BOTH = "This person is {} in that time, and nobody may be that and {}."


@pytest.fixture
def app(database) -> App:
    return an_app(database, some_definitions(DELEGATED, roles=ROLES | {OWNER.key: OWNER}))


@pytest.fixture
def administrator(app):
    return somebody(app, "administrator", name="Root")


@pytest.fixture
def ann(app) -> RecordRef:
    return stored(app.database, app.models, "person", name="Ann")


def give(app, actor, person, role, **more):
    values = {"person": person.id, "role": role} | more
    return records.create(app, actor, "holder", values).title.record


def refused(call, *args, **more) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        call(*args, **more)
    return dict(refusal.value.problems)


@pytest.mark.parametrize(
    ("first", "second"), [("service-owner", "specialist"), ("specialist", "service-owner")]
)
def test_whoever_holds_one_is_not_given_the_other(app, administrator, ann, first, second):
    give(app, administrator, ann, first)

    told = refused(give, app, administrator, ann, second)

    assert told == {
        "person": BOTH.format(
            app.definitions.roles[first].title, app.definitions.roles[second].title
        )
    }


def test_other_roles_are_given_freely(app, administrator, ann):
    for role in ("specialist", "on-duty-manager", "service-desk-analyst"):
        give(app, administrator, ann, role)


def test_a_role_that_is_over_before_the_other_begins_is_no_matter(app, administrator, ann):
    give(app, administrator, ann, "specialist", until_date="2026-03-31")

    assert refused(give, app, administrator, ann, "service-owner", from_date="2026-03-31")
    give(app, administrator, ann, "service-owner", from_date="2026-04-01")


def test_a_holder_is_not_changed_into_that_and_may_be_changed_otherwise(app, administrator, ann):
    give(app, administrator, ann, "specialist", from_date="2026-03-01", until_date="2026-03-31")
    later = give(app, administrator, ann, "service-owner", from_date="2026-04-01")

    records.update(app, administrator, later, {"until_date": "2026-12-31"})

    assert refused(records.update, app, administrator, later, {"from_date": "2026-03-31"})
    assert records.view(app, administrator, later).values["from_date"] == date(2026, 4, 1)


def test_nobody_is_made_the_delegate_of_a_role_that_is_kept_apart_from_theirs(
    app, administrator, ann
):
    bob = stored(app.database, app.models, "person", name="Bob")
    give(app, administrator, ann, "specialist")

    told = refused(give, app, administrator, bob, "service-owner", delegate=ann.id)

    assert told == {"delegate": BOTH.format("Specialist", "Service owner")}


def test_a_delegate_is_not_given_the_other_role(app, administrator, ann):
    bob = stored(app.database, app.models, "person", name="Bob")
    give(app, administrator, bob, "service-owner", delegate=ann.id)

    assert refused(give, app, administrator, ann, "specialist")


def test_of_two_who_give_both_at_once_one_is_refused(app, administrator, ann):
    ready, told = threading.Barrier(2), []

    def try_to(role):
        ready.wait()
        try:
            told.append(give(app, administrator, ann, role) and "given")
        except Invalid:
            told.append("refused")

    both = [
        threading.Thread(target=try_to, args=(role,)) for role in ("specialist", "service-owner")
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(told) == ["given", "refused"]


def test_who_held_both_before_they_were_kept_apart_is_told_to_administrators(app, ann):
    for role in ("specialist", "service-owner"):
        stored(app.database, app.models, "holder", person=ann, role=role)

    assert readiness.readiness(app).together == ("Ann is Service owner and Specialist.",)
